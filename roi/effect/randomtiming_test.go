package effect_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

func randomTiming(t require.TestingT, a effect.Adoption, controls effect.Controls) effect.RandomTiming {
	r, err := effect.RothSantAnna(a, controls)
	require.NoError(t, err)
	return r
}

// Weight 1 is the difference in differences, whose averages CallawaySantAnna
// gives too; no weight has a smaller error than the efficient one; and a level
// that is added to every period of a wave, which weight 1 takes out, is not
// taken out by weight 0.
func TestRandomTimingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, first := drawAdoption(t)
		controls := rapid.SampledFrom([]effect.Controls{effect.NotYetTreated, effect.NeverTreated}).Draw(t, "controls")
		a, err := effect.NewAdoption(observations(rows, first))
		require.NoError(t, err)
		r, g := randomTiming(t, a, controls), groupTime(t, a, effect.GroupTimeSpec{Controls: controls})
		require.InDelta(t, g.Simple().Value, r.Simple().Differences.Value, 1e-9)
		require.InDelta(t, g.Groups().Overall.Value, r.Groups().Differences.Value, 1e-9)
		require.InDelta(t, g.Calendar().Overall.Value, r.Calendar().Differences.Value, 1e-9)
		series := r.EventStudy(math.MinInt, math.MaxInt)
		var event []effect.Point
		for _, p := range g.EventStudy().Points {
			if p.At >= 0 {
				event = append(event, p)
			}
		}
		require.Len(t, series, len(event))
		for i, p := range event {
			require.Equal(t, p.At, series[i].At)
			require.InDelta(t, p.Value, series[i].Differences.Value, 1e-9)
		}
		for _, e := range append(series, r.Simple(), r.Groups(), r.Calendar()) {
			if math.IsInf(e.Efficient.SE, 1) {
				continue // the weight leaves nothing that varies: no error to be sure of
			}
			require.LessOrEqual(t, e.Efficient.SE, e.Differences.SE*(1+1e-9))
			require.LessOrEqual(t, e.Efficient.SE, e.Means.SE*(1+1e-9))
			require.LessOrEqual(t, e.Efficient.AdjustedSE(), e.Efficient.SE)
			require.InDelta(t, e.Means.Value-e.Efficient.Beta*(e.Means.Value-e.Differences.Value), e.Efficient.Value, 1e-8)
		}
	})
}

// PIL-083: a wave of one unit is left out as an error, fewer than fifty units on
// a side are a warning, and the interval is from Neyman's error.
func TestRandomTimingFindings(t *testing.T) {
	rows := [][]float64{{1, 2, 4}, {2, 3, 3}, {1, 0, 3}, {5, 5, 6}, {3, 5, 1}}
	r := randomTiming(t, panelOf(t, rows, []int{2, 3, 3, 0, 0}), effect.NotYetTreated)
	require.True(t, r.Findings.Blocked())
	require.Equal(t, "PIL-083 error: the wave of period 2 has 1 unit and is left out: its variance is unknown", r.Findings[0].String())
	require.Equal(t, []int{2, 2}, []int{r.Treated, r.Control})

	r = randomTiming(t, panelOf(t, rows, []int{2, 2, 2, 0, 0}), effect.NotYetTreated)
	require.False(t, r.Findings.Blocked())
	require.True(t, r.Findings.Has("PIL-083"))
	e := r.Simple().Efficient
	require.InDelta(t, e.Value+1.959963984540054*e.SE, e.High, 1e-12)
	require.Less(t, e.AdjustedSE(), e.SE)

	for _, first := range [][]int{{2, 0, 0, 0, 0}, {2, 2, 2, 2, 0}, {0, 0, 0, 0, 0}} {
		_, err := effect.RothSantAnna(panelOf(t, rows, first), effect.NotYetTreated)
		require.ErrorContains(t, err, "nothing to compare")
	}
	_, err := effect.RothSantAnna(panelOf(t, rows, []int{2, 2, 2, 0, 0}), 2)
	require.Error(t, err)
	_, err = effect.RothSantAnna(effect.Adoption{}, effect.NotYetTreated)
	require.Error(t, err)
}

// Where nothing varies before treatment the weight is 0; where nothing varies at
// all there is no error. The zero values answer without a panic.
func TestRandomTimingWithoutVariance(t *testing.T) {
	flat := randomTiming(t, panelOf(t, [][]float64{{1, 2}, {1, 4}, {1, 3}, {1, 1}}, []int{2, 2, 0, 0}), effect.NotYetTreated).Simple()
	require.Zero(t, flat.Efficient.Beta)
	require.Equal(t, 1.0, flat.Efficient.Value)
	require.False(t, math.IsInf(flat.Efficient.SE, 1))
	require.Equal(t, flat.Efficient.SE, flat.Efficient.AdjustedSE())
	none := randomTiming(t, panelOf(t, [][]float64{{1, 2}, {1, 2}, {1, 1}, {1, 1}}, []int{2, 2, 0, 0}), effect.NotYetTreated).Simple()
	require.True(t, math.IsInf(none.Efficient.SE, 1))
	require.True(t, math.IsInf(none.Efficient.AdjustedSE(), 1))

	var zero effect.RandomTiming
	require.True(t, math.IsInf(zero.Simple().Efficient.AdjustedSE(), 1))
	require.True(t, math.IsInf(zero.Simple().Efficient.SE, 1))
	require.True(t, math.IsInf(zero.Groups().Means.SE, 1))
	require.True(t, math.IsInf(zero.Calendar().Differences.SE, 1))
	require.Empty(t, zero.EventStudy(0, 1))
}
