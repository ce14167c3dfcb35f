package effect_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

// The figures are those of R's metafor, by testdata/pool.R. Where Hartung and
// Knapp's error is below the uncorrected one, which metafor of that version
// prints, ours is the uncorrected one.
func TestPoolMatchesMetafor(t *testing.T) {
	var golden map[string]struct {
		Y, V, Weights           []float64
		Fixed                   float64
		FixedSE                 float64 `json:"fixed_se"`
		FixedP                  float64 `json:"fixed_p"`
		FixedLow                float64 `json:"fixed_low"`
		FixedHigh               float64 `json:"fixed_high"`
		Q, QP, Random, Tau2, I2 float64
		RandomSE                float64 `json:"random_se"`
		RandomT                 float64 `json:"random_t"`
		RandomP                 float64 `json:"random_p"`
		RandomLow               float64 `json:"random_low"`
		RandomHigh              float64 `json:"random_high"`
		PredictLow              float64 `json:"predict_low"`
		PredictHigh             float64 `json:"predict_high"`
	}
	read(t, "pool.json", &golden)
	require.Len(t, golden, 5)
	raised := 0
	for name, g := range golden {
		var studies []effect.Study
		sum := 0.0
		for i := range g.Y {
			studies = append(studies, effect.Study{Estimate: g.Y[i], Variance: g.V[i]})
			sum += 1 / (g.V[i] + g.Tau2)
		}
		p, err := effect.Pool(studies)
		require.NoError(t, err, name)
		near := func(want, got float64, what string) {
			t.Helper()
			require.InDelta(t, want, got, 1e-9*max(1, math.Abs(want)), "%s: %s", name, what)
		}
		near(g.Fixed, p.Fixed.Estimate, "fixed")
		near(g.FixedSE, p.Fixed.SE, "fixed se")
		near(g.FixedP, p.Fixed.P, "fixed p")
		near(g.FixedLow, p.Fixed.Low, "fixed low")
		near(g.FixedHigh, p.Fixed.High, "fixed high")
		near(g.Q, p.Q, "Q")
		near(g.QP, p.QP, "p of Q")
		near(g.Tau2, p.Tau2, "tau2")
		near(g.I2, p.I2, "I2")
		near(g.Random, p.Random.Estimate, "random")
		for i, w := range g.Weights {
			near(w, p.Weights[i], "weight")
		}
		if classic := 1 / math.Sqrt(sum); g.RandomSE < classic {
			raised++
			near(classic, p.Random.SE, "random se")
			q := distuv.StudentsT{Sigma: 1, Nu: float64(len(g.Y) - 1)}.Quantile(0.975)
			near(g.Random-q*classic, p.Random.Low, "random low")
			near(g.Random+q*math.Sqrt(classic*classic+g.Tau2), p.PredictHigh, "prediction")
			continue
		}
		near(g.RandomSE, p.Random.SE, "random se")
		near(g.RandomT, p.Random.T, "t")
		near(g.RandomP, p.Random.P, "random p")
		near(g.RandomLow, p.Random.Low, "random low")
		near(g.RandomHigh, p.Random.High, "random high")
		near(g.PredictLow, p.PredictLow, "predict low")
		near(g.PredictHigh, p.PredictHigh, "predict high")
	}
	require.Equal(t, 2, raised)
}

// Order and unit of the studies change nothing but the unit of the answer; the
// estimates lie among the studies'; EFF-001 warns below five.
func TestPoolLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(2, 9).Draw(rt, "k")
		studies := make([]effect.Study, k)
		low, high := math.Inf(1), math.Inf(-1)
		for i := range studies {
			studies[i] = effect.Study{Name: strconv.Itoa(i), Estimate: rapid.Float64Range(-50, 50).Draw(rt, "y"), Variance: rapid.Float64Range(0.01, 100).Draw(rt, "v")}
			low, high = min(low, studies[i].Estimate), max(high, studies[i].Estimate)
		}
		p, err := effect.Pool(studies)
		require.NoError(rt, err)
		require.Equal(rt, k < 5, len(p.Findings) == 1)
		for _, a := range []effect.Approximation{p.Fixed, p.Random} {
			require.GreaterOrEqual(rt, a.Estimate, low-1e-9)
			require.LessOrEqual(rt, a.Estimate, high+1e-9)
		}
		require.LessOrEqual(rt, p.PredictLow, p.Random.Low+1e-9)
		scale := rapid.SampledFrom([]float64{-1, 1e6, 1e-6}).Draw(rt, "scale")
		other := slices.Clone(studies)
		slices.Reverse(other)
		for i := range other {
			other[i].Estimate, other[i].Variance = scale*other[i].Estimate, scale*scale*other[i].Variance
		}
		q, err := effect.Pool(other)
		require.NoError(rt, err)
		near := func(want, got float64) { require.InDelta(rt, want, got, 1e-6*max(1e-3, math.Abs(want))) }
		near(p.Fixed.Estimate, q.Fixed.Estimate/scale)
		near(p.Tau2, q.Tau2/scale/scale)
		near(p.I2, q.I2)
		near(p.Random.Estimate, q.Random.Estimate/scale)
		near(p.Random.P, q.Random.P)
	})
}

func TestPoolRefuses(t *testing.T) {
	for want, studies := range map[string][]effect.Study{
		"1 studies to pool":        {{Estimate: 1, Variance: 1}},
		"study 1 has estimate NaN": {{Estimate: 1, Variance: 1}, {Estimate: math.NaN(), Variance: 1}},
		"study 0 has estimate +In": {{Estimate: math.Inf(1), Variance: 1}, {Estimate: 1, Variance: 1}},
		"variance 0,":              {{Estimate: 1, Variance: 0}, {Estimate: 1, Variance: 1}},
		"variance -1":              {{Estimate: 1, Variance: -1}, {Estimate: 1, Variance: 1}},
		"variance +Inf":            {{Estimate: 1, Variance: math.Inf(1)}, {Estimate: 1, Variance: 1}},
		"variance NaN":             {{Estimate: 1, Variance: math.NaN()}, {Estimate: 1, Variance: 1}},
		"told from 0":              {{Estimate: 1, Variance: 1e-200}, {Estimate: 1, Variance: 1}},
	} {
		_, err := effect.Pool(studies)
		require.ErrorContains(t, err, want)
	}
	p, err := effect.Pool([]effect.Study{{Estimate: 1e200, Variance: 1e300}, {Estimate: -1e200, Variance: 1e306}, {Estimate: 3, Variance: 1e300}})
	if err == nil {
		require.False(t, math.IsNaN(p.Random.P) || math.IsInf(p.Random.Low, 0))
	}
}
