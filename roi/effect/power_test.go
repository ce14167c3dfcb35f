package effect_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

func TestPowerGolden(t *testing.T) {
	var golden struct {
		Cases []struct {
			Kind         string
			N1, N2, M, R int
			Alpha, Power float64
			Rho, SD      float64
			Exact        float64 `json:"mde_exact"`
			Bloom        float64 `json:"mde_bloom_t"`
			PowerAt1     float64 `json:"power_at_d1"`
			VarPost      float64 `json:"var_post"`
			VarDiD       float64 `json:"var_did"`
			VarANCOVA    float64 `json:"var_ancova"`
			MDEPost      float64 `json:"mde_post_t"`
			MDEDiD       float64 `json:"mde_did_t"`
			MDE          float64 `json:"mde_t"`
			Allocations  float64
			One          float64 `json:"min_p_one"`
			Two          float64 `json:"min_p_two"`
		}
	}
	read(t, "power.json", &golden)
	seen := map[string]int{}
	for i, c := range golden.Cases {
		near := func(want, got float64, err error) {
			t.Helper()
			require.NoError(t, err)
			require.InEpsilon(t, want, got, 1e-7, "case %d, %s", i, c.Kind)
		}
		seen[c.Kind]++
		x := effect.Comparison{Treated: c.N1, Control: c.N2, Variance: 1}
		sum := 1/float64(c.N1) + 1/float64(c.N2)
		readings := effect.Readings{Before: c.M, After: c.R}
		switch c.Kind {
		case "two_sample_t":
			got, err := x.Detectable(c.Power, c.Alpha)
			near(c.Exact, got, err)
			got, err = x.DetectableBloom(c.Power, c.Alpha)
			near(c.Bloom, got, err)
			got, err = x.Power(1, c.Alpha)
			near(c.PowerAt1, got, err)
		case "repeated_measures":
			v, err := readings.Post(c.Rho)
			near(c.VarPost, v*sum, err)
			x.Variance = v
			got, err := x.DetectableBloom(c.Power, c.Alpha)
			near(c.MDEPost, got, err)
			v, err = readings.Difference(c.Rho)
			near(c.VarDiD, v*sum, err)
			x.Variance = v
			got, err = x.DetectableBloom(c.Power, c.Alpha)
			near(c.MDEDiD, got, err)
			v, err = readings.Adjusted(c.Rho)
			near(c.VarANCOVA, v*sum, err)
		case "did_ar1":
			lag := make([]float64, c.M+c.R)
			for k := range lag {
				lag[k] = math.Pow(c.Rho, float64(k))
			}
			v, err := readings.Serial(lag)
			near(c.VarDiD, v*sum, err)
			x.Variance = v
			got, err := x.DetectableBloom(0.8, 0.05)
			near(c.MDE, got, err)
		case "min_p":
			one, two, err := effect.MinP(c.N1, c.N2)
			require.NoError(t, err)
			a, _ := one.Float64()
			b, _ := two.Float64()
			near(c.One, a, nil)
			near(c.Two, b, nil)
		}
	}
	require.Equal(t, map[string]int{"two_sample_t": 32, "repeated_measures": 27, "did_ar1": 4, "min_p": 6}, seen)
}

// What can be detected is found with the power asked for; more units, a larger
// effect and a looser level find more; without an effect the level is the power.
func TestPowerLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := effect.Comparison{Treated: rapid.IntRange(2, 300).Draw(rt, "n1"), Control: rapid.IntRange(2, 300).Draw(rt, "n2"), Variance: rapid.Float64Range(1e-3, 1e3).Draw(rt, "v")}
		alpha := rapid.Float64Range(0.001, 0.2).Draw(rt, "alpha")
		goal := rapid.Float64Range(alpha+0.01, 0.99).Draw(rt, "power")
		mde, err := x.Detectable(goal, alpha)
		require.NoError(rt, err)
		power := func(x effect.Comparison, size, alpha float64) float64 {
			p, err := x.Power(size, alpha)
			require.NoError(rt, err)
			return p
		}
		require.InDelta(rt, goal, power(x, mde, alpha), 1e-7)
		require.InDelta(rt, power(x, mde, alpha), power(x, -mde, alpha), 1e-12)
		require.InDelta(rt, alpha, power(x, 0, alpha), 1e-7)
		more := x
		more.Treated++
		require.GreaterOrEqual(rt, power(more, mde, alpha), goal-1e-7)
		require.GreaterOrEqual(rt, power(x, 1.1*mde, alpha), goal-1e-7)
		require.InDelta(rt, 1, power(x, 1e6*mde, alpha), 1e-9)
		// With one lag the serial variance is that of a constant correlation.
		r := effect.Readings{Before: rapid.IntRange(1, 12).Draw(rt, "m"), After: rapid.IntRange(1, 12).Draw(rt, "r")}
		rho := rapid.Float64Range(0, 0.95).Draw(rt, "rho")
		lag := []float64{1}
		for range r.Before + r.After - 1 {
			lag = append(lag, rho)
		}
		a, err := r.Serial(lag)
		require.NoError(rt, err)
		b, err := r.Difference(rho)
		require.NoError(rt, err)
		require.InDelta(rt, b, a, 1e-12)
	})
}

func TestPowerRefuses(t *testing.T) {
	fine := effect.Comparison{Treated: 4, Control: 4, Variance: 1}
	for want, call := range map[string]func() error{
		"groups of 1 and 4": func() error {
			_, err := effect.Comparison{Treated: 1, Control: 4, Variance: 1}.Power(1, 0.05)
			return err
		},
		"variance 0": func() error { _, err := effect.Comparison{Treated: 4, Control: 4}.Detectable(0.8, 0.05); return err },
		"variance NaN": func() error {
			_, err := effect.Comparison{Treated: 4, Control: 4, Variance: math.NaN()}.Detectable(0.8, 0.05)
			return err
		},
		"level 1 of":        func() error { _, err := fine.Power(1, 1); return err },
		"not a number":      func() error { _, err := fine.Power(math.NaN(), 0.05); return err },
		"power 0.05":        func() error { _, err := fine.Detectable(0.05, 0.05); return err },
		"power 1 at":        func() error { _, err := fine.DetectableBloom(1, 0.05); return err },
		"0 readings before": func() error { _, err := effect.Readings{After: 1}.Post(0.5); return err },
		"correlation 1":     func() error { _, err := effect.Readings{Before: 1, After: 1}.Difference(1); return err },
		"1 lags, want 2":    func() error { _, err := effect.Readings{Before: 1, After: 1}.Serial([]float64{1}); return err },
		"at lag 1":          func() error { _, err := effect.Readings{Before: 1, After: 1}.Serial([]float64{1, 2}); return err },
		"variance of 0":     func() error { _, err := effect.Readings{Before: 1, After: 1}.Serial([]float64{1, 1}); return err },
		"groups of 0":       func() error { _, _, err := effect.MinP(0, 3); return err },
	} {
		require.ErrorContains(t, call(), want)
	}
}

// A level so small that few units never reach it took minutes, and a power below
// the level gave an effect below zero.
func TestPowerRefusesHostileLevels(t *testing.T) {
	few := effect.Comparison{Treated: 2, Control: 2, Variance: 1}
	for _, alpha := range []float64{1e-6, 1e-12, 1e-300, math.SmallestNonzeroFloat64} {
		_, err := few.Detectable(0.8, alpha)
		require.ErrorContains(t, err, "standard errors", "%v", alpha)
		_, err = few.Power(1, alpha)
		require.Error(t, err)
	}
	_, err := few.Detectable(0.999999, 1e-3)
	require.NoError(t, err)
	_, err = effect.Comparison{Treated: 6, Control: 6, Variance: 1}.DetectableBloom(0.01, 0.05)
	require.ErrorContains(t, err, "more than the level")
}
