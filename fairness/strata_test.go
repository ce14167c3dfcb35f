package fairness_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

// What the strata leave undefined is NaN and never a figure: one stratum cannot
// differ from itself, and no odds ratio exists where nobody or everybody is
// flagged.
func TestStrataUndefined(t *testing.T) {
	some := fairness.Stratum{First: fairness.Rate{X: 3, N: 9}, Second: fairness.Rate{X: 5, N: 8}}
	nobody := fairness.Stratum{First: fairness.Rate{N: 9}, Second: fairness.Rate{N: 8}}
	one, ok := fairness.MantelHaenszel([]fairness.Stratum{some}, 0.95)
	require.True(t, ok)
	require.Equal(t, 1, one.Strata)
	require.True(t, math.IsNaN(one.BreslowDay) && math.IsNaN(one.PTarone))
	two, ok := fairness.MantelHaenszel([]fairness.Stratum{some, nobody}, 0.95)
	require.True(t, ok)
	require.InDelta(t, one.Odds, two.Odds, 1e-15, "a stratum without flags says nothing of odds")
	require.True(t, math.IsNaN(two.PTarone), "and leaves nothing to compare")
	none, ok := fairness.MantelHaenszel([]fairness.Stratum{nobody, nobody}, 0.95)
	require.True(t, ok)
	for _, v := range []float64{none.Odds, none.Ratio, none.P, none.PCorrected, none.PBreslowDay} {
		require.True(t, math.IsNaN(v))
	}
	same, ok := fairness.MantelHaenszel([]fairness.Stratum{some, some, some}, 0.95)
	require.True(t, ok)
	require.InDelta(t, 0, same.Tarone, 1e-12)
	require.InDelta(t, 1, same.PTarone, 1e-12)
}
