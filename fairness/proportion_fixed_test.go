package fairness

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Shares of a gap, gaps in points and rates that round to nothing have no sign
// either.
func TestFixedHasNoNegativeZero(t *testing.T) {
	require.Equal(t, "0 %", percent(-0.003, 0))
	require.Equal(t, "-1 %", percent(-0.007, 0))
	require.Equal(t, "0.0 %", percent(-0.0003, 1))
	require.Equal(t, "0", number(-0.04))
	require.Equal(t, "-0.1", number(-0.06))
	require.Equal(t, "10", number(10))
}
