package pilot_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi/effect"
)

// swPwr(swDsn(c(6,6,6,6)), binomial, n=120, mu0=.05, mu1=.035, tau=.01, eta=0)
// of the R package swCRTdesign 4 prints 0.7861896.
func TestPowerAgainstSwCRTdesign(t *testing.T) {
	x := &pilot.Precision{Between: 0.01 * 0.01}
	mean := (0.05 + 0.035) / 2
	x.Within = mean * (1 - mean) / 120
	for wave := range 4 {
		for range 6 {
			row := make([]bool, 5)
			for j := range row {
				row[j] = j > wave
			}
			x.Exposed = append(x.Exposed, row)
		}
	}
	require.InDelta(t, 0.7861896, x.Power(0.015, 0.05), 5e-8)
}

// The valid plan: ten leaders in two waves, three periods, ICC 0.5.
func TestDetectableEffect(t *testing.T) {
	for readings, want := range map[int]float64{2: 1.05, 4: 0.75} {
		x, err := plan(t).Precision(0.5, readings)
		require.NoError(t, err)
		require.InDelta(t, want, x.Detectable(0.8, 0.05), 0.01)
	}
}

// Power at the detectable effect is the power asked for; it rises with the
// effect and starts at alpha.
func TestPowerLaws(t *testing.T) {
	p := plan(t)
	rapid.Check(t, func(t *rapid.T) {
		x, err := p.Precision(rapid.Float64Range(0, 0.95).Draw(t, "icc"), rapid.IntRange(1, 8).Draw(t, "readings"))
		require.NoError(t, err)
		power := rapid.Float64Range(0.1, 0.99).Draw(t, "power")
		d := x.Detectable(power, 0.05)
		require.InDelta(t, power, x.Power(d, 0.05), 1e-9)
		require.Greater(t, x.Power(d*1.1, 0.05), x.Power(d, 0.05))
		require.InDelta(t, 0.05, x.Power(0, 0.05), 1e-12)
	})
}

func TestPrecisionErrors(t *testing.T) {
	p := plan(t)
	for _, icc := range []float64{-0.1, 1, math.NaN()} {
		_, err := p.Precision(icc, 2)
		require.ErrorContains(t, err, "ICC")
	}
	_, err := p.Precision(0.5, 0)
	require.Error(t, err)
	p.Design = pilot.Design{}
	_, err = p.Precision(0.5, 2)
	require.ErrorContains(t, err, "no groups")
	require.True(t, math.IsInf((&pilot.Precision{}).StandardError(), 1))
	require.True(t, math.IsInf((&pilot.Precision{Exposed: [][]bool{{true}}, Within: 1}).Detectable(0.8, 0.05), 1))
}

// Ten exits a year against eight: p is 0.81, and a true fall to eight would be
// found in 4.7 of 100 comparisons of a year with a year.
func TestCountsOfExits(t *testing.T) {
	r, err := effect.Rates(effect.Count{Events: 10, Time: 1}, effect.Count{Events: 8, Time: 1})
	require.NoError(t, err)
	require.InDelta(t, 0.8145, r.P(), 5e-5)
	power, err := pilot.Counts{Before: 10, After: 8}.Power(0.05)
	require.NoError(t, err)
	require.InDelta(t, 0.047, power, 5e-4)
	require.InDelta(t, 0.04655451518129572, power, 1e-9) // summed over both counts in Python
}

// The power is the chance of the samples that the exact test rejects, added up
// over both counts; it holds the level, and the detectable count has its power.
func TestCountsLaws(t *testing.T) {
	type sample struct{ x, y, before, after int }
	known := map[sample]float64{} // p, by the exact test
	rapid.Check(t, func(t *rapid.T) {
		c := pilot.Counts{
			Before: rapid.Float64Range(0, 6).Draw(t, "before"), After: rapid.Float64Range(0, 6).Draw(t, "after"),
			BeforeTime: rapid.IntRange(1, 3).Draw(t, "before time"), AfterTime: rapid.IntRange(1, 3).Draw(t, "after time"),
		}
		alpha := rapid.SampledFrom([]float64{0.01, 0.05, 0.2}).Draw(t, "alpha")
		got, err := c.Power(alpha)
		require.NoError(t, err)
		x, y, want := distuv.Poisson{Lambda: c.Before}, distuv.Poisson{Lambda: c.After}, 0.0
		chance := func(d distuv.Poisson, n int) float64 {
			if d.Lambda == 0 {
				return map[bool]float64{true: 1}[n == 0]
			}
			return d.Prob(float64(n))
		}
		for i := range 28 {
			for j := range 28 {
				at := sample{i, j, c.BeforeTime, c.AfterTime}
				if _, ok := known[at]; !ok {
					known[at] = 1
					if r, err := effect.Rates(effect.Count{Events: i, Time: c.BeforeTime}, effect.Count{Events: j, Time: c.AfterTime}); err == nil {
						known[at] = r.P()
					}
				}
				if known[at] <= alpha {
					want += chance(x, i) * chance(y, j)
				}
			}
		}
		require.InDelta(t, want, got, 1e-8)
		c.After = c.Before * float64(c.AfterTime) / float64(c.BeforeTime)
		if c.After <= 20 {
			level, err := c.Power(alpha)
			require.NoError(t, err)
			require.LessOrEqual(t, level, alpha)
		}
		events, found, err := c.Detectable(0.8, alpha)
		require.NoError(t, err)
		require.Less(t, events, max(c.After, 1e-9)+1e-12)
		c.After = events
		power, err := c.Power(alpha)
		require.NoError(t, err)
		require.Equal(t, found, power >= 0.8-1e-9, "%v", power)
	})
}

func TestCountsErrors(t *testing.T) {
	for _, c := range []pilot.Counts{{Before: -1}, {Before: math.NaN()}, {Before: 150, After: 60}, {After: math.Inf(1)}, {Before: 1, BeforeTime: 1}, {Before: 1, AfterTime: -1, BeforeTime: -1}, {Before: 101}} {
		_, err := c.Power(0.05)
		require.Error(t, err, c)
		_, _, err = c.Detectable(0.8, 0.05)
		require.Error(t, err, c)
	}
	for _, alpha := range []float64{0, 1, -1, math.NaN()} {
		_, err := pilot.Counts{Before: 10, After: 8}.Power(alpha)
		require.ErrorContains(t, err, "level")
	}
	_, _, err := pilot.Counts{Before: 10}.Detectable(0.01, 0.05)
	require.ErrorContains(t, err, "power")
	power, err := pilot.Counts{}.Power(0.05)
	require.NoError(t, err)
	require.Zero(t, power)
}

// BenchmarkCounts is the largest comparison.
func BenchmarkCounts(b *testing.B) {
	for b.Loop() {
		_, err := pilot.Counts{Before: 100, After: 100}.Power(0.05)
		require.NoError(b, err)
	}
}
