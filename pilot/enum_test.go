package pilot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/pilot"
)

// A value that is not declared is in no document.
func TestUndeclaredValuesAreNotWritten(t *testing.T) {
	_, err := pilot.State(200).MarshalText()
	require.EqualError(t, err, "pilot: state 200 is not declared")
	_, err = pilot.Status(200).MarshalText()
	require.EqualError(t, err, "pilot: status 200 is not declared")
	_, err = pilot.Outcome(200).MarshalText()
	require.EqualError(t, err, "pilot: outcome 200 is not declared")
}
