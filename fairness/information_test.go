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

// transposed returns the table with rows and columns exchanged.
func transposed(table [][]int64) [][]int64 {
	out := make([][]int64, len(table[0]))
	for j := range out {
		for i := range table {
			out[j] = append(out[j], table[i][j])
		}
	}
	return out
}

func TestMutualInformation(t *testing.T) {
	eachGolden(t, "association.json", func(t *testing.T, data []byte) {
		var cases []struct {
			Dataset, Feature, Protected, Kind string
			Table                             [][]int64
			MI                                float64  `json:"mi_nats"`
			MM                                float64  `json:"mi_miller_madow"`
			U                                 float64  `json:"theils_u_protected_given_feature"`
			G                                 float64  `json:"g_stat"`
			GP                                float64  `json:"g_p"`
			B                                 int      `json:"perm_B"`
			P                                 *float64 `json:"perm_p"`
			Mean                              float64  `json:"perm_mean_mi"`
			SE                                float64  `json:"perm_p_mcse"`
		}
		require.NoError(t, json.Unmarshal(data, &cases))
		permuted := 0
		for _, c := range cases {
			if c.Kind != "categorical" {
				continue
			}
			name := c.Dataset + " " + c.Feature + " " + c.Protected
			i, ok := fairness.MutualInformation(transposed(c.Table))
			require.True(t, ok, name)
			near(t, c.MI, i.Mutual, 1e-10, name)
			near(t, c.MM, i.MillerMadow, 1e-10, name)
			near(t, c.U, i.TheilU, 1e-10, name)
			near(t, c.G, i.G, 1e-10, name)
			relative(t, c.GP, i.P, 1e-8, name)
			if c.P == nil || testing.Short() && permuted > 2 {
				continue
			}
			permuted++
			p, ok := fairness.PermuteInformation(c.Table, 4000, dice(1))
			require.True(t, ok)
			require.InDelta(t, *c.P, p.P, 4*math.Hypot(p.SE, c.SE)+2e-4, name)
			require.InEpsilon(t, c.Mean, p.Mean, 0.06, name)
			again, _ := fairness.PermuteInformation(c.Table, 4000, dice(1))
			require.Equal(t, p, again, "the same dice")
		}
	})
}

// Where all tables of the same margins can be listed, the dice agree with the
// list: 2 x 2 tables are hypergeometric.
func TestPermuteInformationByEnumeration(t *testing.T) {
	table := [][]int64{{7, 3}, {2, 9}}
	observed, ok := fairness.MutualInformation(table)
	require.True(t, ok)
	p, mean := 0.0, 0.0
	for x := range 10 {
		chance := choose(10, x) * choose(11, 9-x) / choose(21, 9)
		at, ok := fairness.MutualInformation([][]int64{{int64(x), int64(10 - x)}, {int64(9 - x), int64(2 + x)}})
		require.True(t, ok)
		mean += chance * at.Mutual
		if at.Mutual >= observed.Mutual-1e-12 {
			p += chance
		}
	}
	got, ok := fairness.PermuteInformation(table, 40_000, dice(3))
	require.True(t, ok)
	require.InDelta(t, p, got.P, 4*got.SE+1e-4)
	require.InEpsilon(t, mean, got.Mean, 0.03)
	_, ok = fairness.PermuteInformation(table, 0, dice(3))
	require.False(t, ok)
	_, ok = fairness.PermuteInformation(table, 10, nil)
	require.False(t, ok)
	_, ok = fairness.PermuteInformation([][]int64{{1, 2}}, 10, dice(3))
	require.False(t, ok)
}

func TestAssociateWithin(t *testing.T) {
	key := func(m map[string]any) string {
		return m["dataset"].(string) + m["feature"].(string) + m["protected"].(string) + m["given"].(string)
	}
	read := func(file string, into any) {
		data, err := os.ReadFile(datadir.Find(t, "golden/fairness/"+file))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, into))
	}
	var tests []map[string]any
	read("conditional_cmh_R.json", &tests)
	cmh := map[string]map[string]any{}
	for _, c := range tests {
		cmh[key(c)] = c
	}
	var cases []map[string]any
	read("conditional_association.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		var names []string
		var strata [][][]int64
		for name, table := range c["tables"].(map[string]any) {
			names = append(names, name)
			var rows [][]int64
			for _, row := range table.([]any) {
				var out []int64
				for _, n := range row.([]any) {
					out = append(out, int64(n.(float64)))
				}
				rows = append(rows, out)
			}
			strata = append(strata, rows)
		}
		got, ok := fairness.AssociateWithin(strata)
		require.True(t, ok)
		near(t, c["cond_mi_nats"].(float64), got.Mutual, 1e-10, key(c))
		for i, name := range names {
			near(t, c["v_bc_by_stratum"].(map[string]any)[name].(float64), got.V[i].Value, 1e-10, key(c), name)
		}
		want := cmh[key(c)]
		require.NotNil(t, want, key(c))
		near(t, want["M2"].(float64), got.ChiSquare, 1e-10, key(c))
		require.Equal(t, int(want["df"].(float64)), got.DF)
		relative(t, want["p"].(float64), got.P, 1e-9, key(c))

		turned := make([][][]int64, len(strata))
		for i := range strata {
			turned[i] = transposed(strata[i])
		}
		other, ok := fairness.AssociateWithin(turned)
		require.True(t, ok)
		near(t, got.ChiSquare, other.ChiSquare, 1e-8, "rows and columns may change places")
	}
}

// With two groups and two levels the generalised test is that of Mantel and
// Haenszel, and one stratum is Pearson's with n-1 for n.
func TestAssociateWithinTwoByTwo(t *testing.T) {
	strata := [][][]int64{{{12, 5}, {7, 9}}, {{3, 8}, {6, 2}}, {{0, 1}, {0, 0}}}
	got, ok := fairness.AssociateWithin(strata)
	require.True(t, ok)
	var pairs []fairness.Stratum
	for _, s := range strata {
		pairs = append(pairs, fairness.Stratum{First: fairness.Rate{X: s[0][0], N: s[0][0] + s[0][1]}, Second: fairness.Rate{X: s[1][0], N: s[1][0] + s[1][1]}})
	}
	mh, ok := fairness.MantelHaenszel(pairs, 0.95)
	require.True(t, ok)
	require.InDelta(t, mh.ChiSquare, got.ChiSquare, 1e-12)
	require.Equal(t, 1, got.DF)
	require.False(t, got.V[2].Defined, "undefined is not zero")
	one, ok := fairness.AssociateWithin(strata[:1])
	require.True(t, ok)
	plain, ok := fairness.Associate(strata[0])
	require.True(t, ok)
	require.InDelta(t, plain.ChiSquare*32/33, one.ChiSquare, 1e-12)

	for _, bad := range [][][][]int64{nil, {{}}, {{{1, 2}}}, {{{1, 0}, {2, 0}}}, {{{1, 2}, {3}}}, {{{1, 2}, {3, 4}}, {{1, 2}}}, {{{-1, 2}, {3, 4}}}, {{{1, 0}, {0, 0}}, {{0, 1}, {0, 0}}, {{0, 0}, {1, 0}}}} {
		_, ok := fairness.AssociateWithin(bad)
		require.False(t, ok, "%v", bad)
	}
}

func TestMaxGap(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/max_gap_null.json"))
	require.NoError(t, err)
	type figure struct{ P, MCSE float64 }
	var g struct {
		Cases []struct {
			Name    string
			X, N    []int64
			Gap     float64 `json:"observed_gap"`
			Mean    float64 `json:"null_mean_gap"`
			MeanSE  float64 `json:"null_mean_gap_mcse"`
			PGap    figure  `json:"p_gap"`
			Deviate float64 `json:"observed_max_z"`
			PMax    figure  `json:"p_max_z"`
			Excess  float64 `json:"debiased_gap"`
			Below   float64 `json:"share_null_failing_four_fifths"`
		}
	}
	require.NoError(t, json.Unmarshal(data, &g))
	require.NotEmpty(t, g.Cases)
	draws := 20_000
	if testing.Short() {
		draws = 3000
	}
	for _, c := range g.Cases {
		var groups []fairness.Rate
		for i := range c.X {
			groups = append(groups, fairness.Rate{X: c.X[i], N: c.N[i]})
		}
		got, ok := fairness.MaxGap(groups, draws, dice(20))
		require.True(t, ok, c.Name)
		near(t, c.Gap, got.Gap, 1e-12, c.Name)
		near(t, c.Deviate, got.Deviate, 1e-10, c.Name)
		// The file's standard error is that of 200,000 draws.
		se := c.MeanSE * math.Sqrt(200_000/float64(draws))
		require.InDelta(t, c.Mean, got.Null.Mean, 4*math.Hypot(se, c.MeanSE), c.Name)
		require.InDelta(t, c.Excess, got.Excess, 4*math.Hypot(se, c.MeanSE), c.Name)
		require.InDelta(t, c.PGap.P, got.Null.P, 4*math.Hypot(got.Null.SE, c.PGap.MCSE)+1/float64(draws), c.Name)
		require.InDelta(t, c.PMax.P, got.ByDeviate.P, 4*math.Hypot(got.ByDeviate.SE, c.PMax.MCSE)+1/float64(draws), c.Name)
		require.InDelta(t, c.Below, got.BelowFourFifths, 4*math.Sqrt(c.Below*(1-c.Below)/float64(draws))+1e-3, c.Name)
		again, _ := fairness.MaxGap(append(groups, fairness.Rate{}), draws, dice(20))
		require.Equal(t, got, again, "the same dice; an empty group is no group")
	}
	for _, bad := range [][]fairness.Rate{nil, {{X: 1, N: 2}}, {{N: 4}, {N: 5}}, {{X: 4, N: 4}, {X: 5, N: 5}}, {{X: 3, N: 2}, {X: 1, N: 2}}} {
		_, ok := fairness.MaxGap(bad, 10, dice(1))
		require.False(t, ok, "%v", bad)
	}
}

// The numbers of the IBM HR sample by gender and age band.
func TestStandardisedMeanDifference(t *testing.T) {
	momentsOf := func(groups ...[]fairness.ValueCount) fairness.Moments {
		var m fairness.Moments
		for _, values := range groups {
			for _, v := range values { // Welford, Technometrics 1962;4:419
				m.N++
				d := v.Value - m.Mean
				m.Mean += d / float64(m.N)
				m.Variance += d * (v.Value - m.Mean)
			}
		}
		m.Variance /= float64(m.N - 1)
		return m
	}
	for _, c := range numericCases(t) {
		for i, level := range c.Levels {
			var rest [][]fairness.ValueCount
			for j := range c.groups {
				if j != i {
					rest = append(rest, c.groups[j])
				}
			}
			d, ok := fairness.StandardisedMeanDifference(momentsOf(c.groups[i]), momentsOf(rest...))
			require.True(t, ok)
			near(t, c.SMD[level].CohenD, d.CohenD, 1e-10, c.Feature, level)
			near(t, c.SMD[level].HedgesG, d.HedgesG, 1e-10, c.Feature, level)
		}
	}
	one := fairness.Moments{N: 1, Mean: 1, Variance: math.NaN()}
	many := fairness.Moments{N: 5, Mean: 2, Variance: 4}
	d, ok := fairness.StandardisedMeanDifference(one, many)
	require.True(t, ok, "one person has a mean, and the others a spread")
	require.InDelta(t, -0.5, d.CohenD, 1e-15)
	for _, bad := range [][2]fairness.Moments{{}, {one, one}, {many, {}}, {{N: 5, Mean: 1}, {N: 5, Mean: 2}}, {{N: 5, Mean: 1, Variance: math.NaN()}, many}} {
		_, ok := fairness.StandardisedMeanDifference(bad[0], bad[1])
		require.False(t, ok, "%v", bad)
	}
}

func TestPower(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/power_prop.json"))
	require.NoError(t, err)
	var cases []struct {
		PRef  float64 `json:"p_ref"`
		Ratio float64
		N     int64   `json:"n_per_group"`
		Power float64 `json:"power_two_sided_05"`
	}
	require.NoError(t, json.Unmarshal(data, &cases))
	require.NotEmpty(t, cases)
	for _, c := range cases {
		got, ok := fairness.Power(c.PRef, c.PRef*c.Ratio, c.N, 0.05)
		require.True(t, ok)
		near(t, c.Power, got, 1e-6, c)
	}
	_, ok := fairness.Power(0, 0.5, 10, 0.05)
	require.False(t, ok)
}
