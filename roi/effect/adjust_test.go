package effect_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

// The figures of estimatr and clubSandwich, which fit one regression each.
func TestAdjustedGolden(t *testing.T) {
	type test struct {
		Estimate, SE, DF, P float64
		CI                  [2]float64
	}
	var golden struct {
		Cases []struct {
			Name      string
			Z         []int
			Pre, Post []float64
			ANCOVA    struct {
				Estimate, DF, P float64
				CI              [2]float64
				SE              float64 `json:"se_ols"`
				HC2             float64 `json:"se_hc2"`
				HC3             float64 `json:"se_hc3"`
				Slope           float64 `json:"slope_pre"`
				CR2             test    `json:"cr2_satt"`
			}
			Lin struct {
				Estimate float64
				HC2      float64 `json:"se_hc2"`
			}
			CUPED struct {
				Theta, Estimate float64
				Welch           test
				Reduction       float64 `json:"var_reduction"`
			}
		}
	}
	read(t, "adjust.json", &golden)
	require.Len(t, golden.Cases, 4)
	for _, c := range golden.Cases {
		pre, err := effect.Floats(c.Pre, 4)
		require.NoError(t, err)
		post, err := effect.Floats(c.Post, 4)
		require.NoError(t, err)
		treated := make([]bool, len(c.Z))
		for i, z := range c.Z {
			treated[i] = z == 1
		}
		near := func(want, got float64) {
			t.Helper()
			require.InEpsilon(t, want, got, 1e-9, c.Name)
		}
		a, err := effect.ANCOVA(pre, post, treated)
		require.NoError(t, err)
		near(c.ANCOVA.Estimate, a.Estimate)
		near(c.ANCOVA.Slope, a.Slope)
		near(c.ANCOVA.SE, a.Model.SE)
		near(c.ANCOVA.DF, a.Model.DF)
		near(c.ANCOVA.P, a.Model.P)
		near(c.ANCOVA.CI[0], a.Model.Low)
		near(c.ANCOVA.CI[1], a.Model.High)
		near(c.ANCOVA.HC2, a.HC2)
		near(c.ANCOVA.HC3, a.HC3)
		near(c.ANCOVA.CR2.SE, a.Robust.SE)
		near(c.ANCOVA.CR2.DF, a.Robust.DF)
		near(c.ANCOVA.CR2.P, a.Robust.P)
		l, err := effect.Lin(pre, post, treated)
		require.NoError(t, err)
		near(c.Lin.Estimate, l.Estimate)
		near(c.Lin.HC2, l.HC2)
		u, err := effect.CUPED(pre, post, treated)
		require.NoError(t, err)
		near(c.CUPED.Theta, u.Slope)
		near(c.CUPED.Estimate, u.Estimate)
		near(c.CUPED.Welch.SE, u.Robust.SE)
		near(c.CUPED.Welch.DF, u.Robust.DF)
		near(c.CUPED.Welch.P, u.Robust.P)
		near(c.CUPED.Welch.CI[0], u.Robust.Low)
		near(c.CUPED.Welch.SE, u.HC2)
		near(c.CUPED.Reduction, u.Reduction)
		require.True(t, a.Findings.Has("PIL-083"), "PIL-083: a pilot is too small for these errors")
	}
}

// Adding a constant to every baseline changes nothing, and adding one to the
// treated outcomes adds it to the estimate; not to that of CUPED, whose one slope
// it changes.
func TestAdjustedLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(6, 14).Draw(rt, "n")
		pre, post, treated := make([]float64, n), make([]float64, n), make([]bool, n)
		for i := range n {
			pre[i] = float64(rapid.IntRange(-50, 50).Draw(rt, "pre")) + float64(i*i%7)
			post[i] = float64(rapid.IntRange(-50, 50).Draw(rt, "post"))
			treated[i] = i%2 == 0
		}
		values := func(x []float64, add float64, all bool) effect.Values {
			out := make([]float64, n)
			for i := range x {
				out[i] = x[i]
				if all || treated[i] {
					out[i] += add
				}
			}
			v, err := effect.Floats(out, 2)
			require.NoError(rt, err)
			return v
		}
		for i, of := range []func(a, b effect.Values, z []bool) (effect.Adjusted, error){effect.ANCOVA, effect.Lin, effect.CUPED} {
			add := 12.0
			if i == 2 {
				add = 0
			}
			first, err := of(values(pre, 0, true), values(post, 0, true), treated)
			if err != nil {
				return // the baseline happens not to vary
			}
			moved, err := of(values(pre, 1000, true), values(post, add, false), treated)
			require.NoError(rt, err)
			require.InDelta(rt, first.Estimate+add, moved.Estimate, 1e-6)
			require.InDelta(rt, first.HC2, moved.HC2, 1e-6)
		}
	})
}

func TestAdjustedRefuses(t *testing.T) {
	flat, err := effect.Floats([]float64{3, 3, 3, 3, 3, 3}, 0)
	require.NoError(t, err)
	vary, err := effect.Floats([]float64{1, 2, 3, 4, 6, 5}, 0)
	require.NoError(t, err)
	split, err := effect.Floats([]float64{1, 1, 1, 2, 2, 2}, 0) // varies between the groups alone
	require.NoError(t, err)
	z := []bool{true, true, true, false, false, false}
	for _, of := range []func(a, b effect.Values, z []bool) (effect.Adjusted, error){effect.ANCOVA, effect.Lin, effect.CUPED} {
		_, err := of(flat, vary, z)
		require.ErrorContains(t, err, "does not vary")
		_, err = of(vary, vary, z[:4])
		require.ErrorContains(t, err, "6 baselines, 6 outcomes and 4 groups")
		_, err = of(vary, vary, []bool{true, false, false, false, false, false})
		require.ErrorContains(t, err, "1 treated units")
	}
	_, err = effect.ANCOVA(split, vary, z)
	require.ErrorContains(t, err, "does not vary")
	_, err = effect.Lin(split, vary, z)
	require.ErrorContains(t, err, "does not vary")
}

// Outcomes that do not vary have no standard error, and no p-value out of the
// rounding of floating point.
func TestNoVariance(t *testing.T) {
	values := func(y ...float64) effect.Values {
		v, err := effect.Floats(y, 1)
		require.NoError(t, err)
		return v
	}
	r, err := effect.TwoGroup(values(.1, .1, .1, .2, .2, .2), 1, []int{0, 0, 0, 1, 1, 1}, nil)
	require.NoError(t, err)
	require.Nil(t, r.Beside)
	r, err = effect.PrePost(values(.1, .1, .1))
	require.NoError(t, err)
	require.Nil(t, r.Beside)
	l, err := effect.Link(values(.1, .1, .1, .1, .1, .1), values(.3, .1, .2, .4, .1, .9), 1, 1)
	require.NoError(t, err)
	require.True(t, math.IsNaN(l.Correlation))

	treated := []bool{true, true, true, false, false, false}
	for name, adjust := range map[string]func(before, after effect.Values, treated []bool) (effect.Adjusted, error){
		"ANCOVA": effect.ANCOVA, "Lin": effect.Lin, "CUPED": effect.CUPED,
	} {
		a, err := adjust(values(.1, .3, .2, .7, .5, .9), values(.1, .1, .1, .1, .1, .1), treated)
		require.NoError(t, err, name)
		for _, p := range []effect.Approximation{a.Model, a.Robust} {
			require.Equal(t, 1.0, p.P, "%s %+v", name, p)
			require.True(t, math.IsInf(p.Low, -1) && math.IsInf(p.High, 1), "%s %+v", name, p)
		}
		require.True(t, a.Findings.Blocked(), name)
	}
}

// Two units draw their own line, so that nobody can tell how they vary: the error
// of the others alone is too small.
func TestLinWantsThreeUnits(t *testing.T) {
	before, err := effect.Floats([]float64{1, 4, 2, 3, 5, 7, 6, 8}, 0)
	require.NoError(t, err)
	after, err := effect.Floats([]float64{2, 4, 3, 3, 4, 7, 5, 9}, 0)
	require.NoError(t, err)
	_, err = effect.Lin(before, after, []bool{true, true, false, false, false, false, false, false})
	require.ErrorContains(t, err, "2 treated units and 6 others")
}

// A unit whose baseline alone differs decides the slope, and nothing else.
func TestRobustErrorOfADecisiveUnit(t *testing.T) {
	before, err := effect.Floats([]float64{9, 1, 1, 1, 1, 1}, 0)
	require.NoError(t, err)
	after, err := effect.Floats([]float64{2, 4, 3, 3, 4, 7}, 0)
	require.NoError(t, err)
	a, err := effect.ANCOVA(before, after, []bool{true, true, true, false, false, false})
	require.NoError(t, err)
	// As without it: the difference of 4, 3 and 3, 4, 7.
	require.InDelta(t, -7.0/6, a.Estimate, 1e-12)
	require.InDelta(t, math.Sqrt(0.5/2+13.0/3/3), a.HC2, 1e-12)
}
