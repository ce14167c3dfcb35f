package fairness_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

// What rounds to nothing is printed without a sign.
func TestEstimatePrintsNoNegativeZero(t *testing.T) {
	e := fairness.Estimate{Value: -0.001, Defined: true, Low: -0.0049, High: 0.005}
	require.Equal(t, "0.00 [0.00, 0.01]", e.String())
	e.Value, e.Low = -0.006, -1
	require.Equal(t, "-0.01 [-1.00, 0.01]", e.String())
}
