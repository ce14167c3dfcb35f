package fairness_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// The cases of the Uniform Guidelines' questions and answers (44 FR 11996), by
// rational arithmetic.
func TestUniformGuidelines(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/ugesp.json"))
	require.NoError(t, err)
	type pair = [2]int64
	var g struct {
		Cases []struct {
			Name       string
			Group      pair
			Reference  pair
			Ratio      float64    `json:"impact_ratio"`
			Below      bool       `json:"below_four_fifths"`
			Flip       bool       `json:"one_person_flip"`
			Flipped    [2]float64 `json:"flipped_rates"`
			PooledZ    float64    `json:"pooled_z"`
			SD         float64    `json:"hypergeom_sd_units"`
			Shortfall  float64
			Fisher     float64    `json:"fisher_two"`
			MidP       float64    `json:"fisher_midp_two"`
			FisherLess float64    `json:"fisher_less"`
			MidPMore   float64    `json:"fisher_midp_greater"`
			Newcombe   [2]float64 `json:"newcombe95"`
			MN95       [2]float64 `json:"mn_ratio95"`
			MN90       [2]float64 `json:"mn_ratio90"`
			Z80        float64    `json:"z_ratio_0_8"`
			Z125       float64    `json:"z_ratio_1_25"`
		}
		Rates struct {
			Rates   map[string]float64
			Ratio   map[string]float64 `json:"impact_ratio"`
			Adverse map[string]bool
		} `json:"rates_only"`
	}
	require.NoError(t, json.Unmarshal(data, &g))
	require.NotEmpty(t, g.Cases)
	p := adopted(t)
	for _, c := range g.Cases {
		a, b := fairness.Rate{X: c.Group[0], N: c.Group[1]}, fairness.Rate{X: c.Reference[0], N: c.Reference[1]}
		f := family(t, rates(t, fairness.Favourable, map[string]fairness.Rate{"group": a, "reference": b}), p)
		r := f.Groups[0]
		newcombe, mn95, mn90 := fairness.Newcombe(a, b, 0.95), fairness.MNRatio(a, b, 0.95), fairness.MNRatio(a, b, 0.90)
		for _, x := range []struct {
			what      string
			want, got float64
		}{
			{"ratio", c.Ratio, r.Ratio.Value}, {"shortfall", c.Shortfall, r.Shortfall},
			{"deviation", c.SD, fairness.ScoreDiff(a, b, 0)}, {"pooled", c.PooledZ, fairness.ScoreDiff(a, b, 0) * math.Sqrt(float64(a.N+b.N)/float64(a.N+b.N-1))},
			{"fisher", c.Fisher, fairness.Fisher(a, b, fairness.TwoSided)}, {"mid-p", c.MidP, r.MidP},
			{"fisher less", c.FisherLess, fairness.Fisher(a, b, fairness.Less)}, {"mid-p greater", c.MidPMore, fairness.MidP(a, b, fairness.Greater)},
			{"newcombe low", c.Newcombe[0], newcombe.Low}, {"newcombe high", c.Newcombe[1], newcombe.High},
			{"z at 0.8", c.Z80, fairness.ScoreRatio(a, b, 0.8)}, {"z at 1.25", c.Z125, fairness.ScoreRatio(a, b, 1.25)},
		} {
			near(t, x.want, x.got, 1e-12, c.Name, " ", x.what)
		}
		for _, x := range [][2]float64{{c.MN95[0], mn95.Low}, {c.MN95[1], mn95.High}, {c.MN90[0], mn90.Low}, {c.MN90[1], mn90.High}, {c.MN90[0], r.Ratio.Low}} {
			near(t, x[0], x[1], 1e-9, c.Name)
		}
		require.Equal(t, c.Below, fairness.Below(a, b, 0.8), c.Name)
		require.Equal(t, c.Below, r.PointBreach, c.Name)
		// The guidelines ask whether one hire more, and one fewer among the others,
		// would turn the order round.
		near(t, c.Flipped[0], float64(a.X+1)/float64(a.N), 1e-12, c.Name)
		near(t, c.Flipped[1], float64(b.X-1)/float64(b.N), 1e-12, c.Name)
		if c.Below {
			require.Equal(t, c.Flip, r.OnePersonFlips, c.Name)
		}
	}
	// Rates that are published in percent: 48 of 60 is four fifths, and not below.
	white := fairness.Rate{X: int64(math.Round(100 * g.Rates.Rates["White"])), N: 100}
	for name, adverse := range g.Rates.Adverse {
		r := fairness.Rate{X: int64(math.Round(100 * g.Rates.Rates[name])), N: 100}
		require.Equal(t, adverse, fairness.Below(r, white, 0.8), name)
		near(t, g.Rates.Ratio[name], float64(r.X)/float64(white.X), 1e-12, name)
	}
}

// Q20: a large sample shows harm on the side of those who are turned down, though
// those who are taken look alike; Q21: small numbers show nothing.
func TestQ20AndQ21(t *testing.T) {
	p := adopted(t)
	p.RatioMin = 0.8
	turnedDown := family(t, rates(t, fairness.Unfavourable, map[string]fairness.Rate{"group": {X: 1000, N: 10000}, "rest": {X: 400, N: 10000}}), p)
	require.Equal(t, fairness.Pause, turnedDown.Groups[0].Verdict)
	taken := family(t, rates(t, fairness.Favourable, map[string]fairness.Rate{"group": {X: 9000, N: 10000}, "rest": {X: 9600, N: 10000}}), p)
	require.Equal(t, fairness.Pass, taken.Groups[0].Verdict, "0.94 is within four fifths")
	small := family(t, rates(t, fairness.Favourable, map[string]fairness.Rate{"group": {X: 3, N: 20}, "rest": {X: 16, N: 80}}), p)
	require.Equal(t, fairness.Insufficient, small.Groups[0].Verdict)
	require.Positive(t, small.Groups[0].Needed)
}
