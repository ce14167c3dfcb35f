package fairness_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

// selectionGap is the largest selection rate less the smallest.
func selectionGap(groups []fairness.GroupCount) (float64, bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, g := range groups {
		v, ok := g.Selection().Value()
		if !ok {
			return 0, false
		}
		low, high = min(low, v), max(high, v)
	}
	return high - low, len(groups) > 0
}

// Intervals are those that fairlearn gets from resampled rows.
func TestBootstrapMatchesFairlearn(t *testing.T) {
	for _, name := range []string{"ibm_hr", "german"} {
		var golden struct {
			Bootstrap struct {
				Attr string
				Runs []struct {
					ByGroup    []map[string]float64 `json:"by_group"`
					Difference []float64
					Ratio      []float64
				}
			} `json:"bootstrap_1000"`
		}
		goldenJSON(t, "fairlearn_"+name+".json", &golden)
		table := dataTable(t, name)
		run := func(figure func([]fairness.GroupCount) (float64, bool)) fairness.Interval {
			r, err := fairness.Bootstrap(table, []string{golden.Bootstrap.Attr}, 4000, dice(7), figure)
			require.NoError(t, err)
			require.Zero(t, r.Undefined)
			return r.Interval(0.95)
		}
		near := func(low, high float64, got fairness.Interval) {
			require.InDelta(t, low, got.Low, 0.02)
			require.InDelta(t, high, got.High, 0.02)
		}
		require.NotEmpty(t, golden.Bootstrap.Runs)
		for _, want := range golden.Bootstrap.Runs {
			near(want.Difference[0], want.Difference[2], run(selectionGap))
			near(want.Ratio[0], want.Ratio[2], run(func(g []fairness.GroupCount) (float64, bool) {
				a, b := g[0].Selection(), g[1].Selection()
				x, y := float64(a.X)/float64(a.N), float64(b.X)/float64(b.N)
				return min(x/y, y/x), true
			}))
			groups, _, err := table.GroupBy(golden.Bootstrap.Attr)
			require.NoError(t, err)
			for i, g := range groups {
				near(want.ByGroup[0][g.Levels[0]], want.ByGroup[2][g.Levels[0]], run(func(g []fairness.GroupCount) (float64, bool) { return g[i].Selection().Value() }))
			}
		}
	}
}

// Each count has the mean, the variance and, with the next, the covariance of
// counted rows that were drawn with replacement; people of unknown level are drawn too.
func TestBootstrapIsMultinomial(t *testing.T) {
	people := func(team string, label fairness.Label, flagged, total int64) fairness.Count {
		return fairness.Count{Levels: []string{team}, Label: label, Flagged: flagged, Total: total}
	}
	table, err := fairness.FromCounts(fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "team"}}}, []fairness.Count{
		people("a", fairness.Positive, 3, 40), people("a", fairness.Negative, 900, 1000), people("b", fairness.Unlabelled, 0, 2), people("c", fairness.Positive, 30, 30), people("", fairness.Unlabelled, 10, 128)})
	require.NoError(t, err)
	const replicates, n = 20_000, 1200.0
	count := func(c fairness.Confusion) []float64 {
		return []float64{float64(c.TP), float64(c.FP), float64(c.FN), float64(c.TN), float64(c.FlaggedUnlabelled), float64(c.UnflaggedUnlabelled)}
	}
	groups, _, err := table.GroupBy("team")
	require.NoError(t, err)
	var p []float64
	for _, g := range groups {
		for _, x := range count(g.Confusion) {
			p = append(p, x/n)
		}
	}
	sum, squares, products := make([]float64, len(p)), make([]float64, len(p)), make([]float64, len(p))
	_, err = fairness.Bootstrap(table, []string{"team"}, replicates, dice(3), func(groups []fairness.GroupCount) (float64, bool) {
		var x []float64
		for _, g := range groups {
			x = append(x, count(g.Confusion)...)
		}
		for i := range x {
			d, e := x[i]-n*p[i], x[(i+1)%len(x)]-n*p[(i+1)%len(x)]
			sum[i], squares[i], products[i] = sum[i]+d, squares[i]+d*d, products[i]+d*e
		}
		return 0, true
	})
	require.NoError(t, err)
	for i := range p {
		next := p[(i+1)%len(p)]
		variance, after := n*p[i]*(1-p[i]), n*next*(1-next)
		require.InDelta(t, 0, sum[i]/replicates, 5*math.Sqrt(variance/replicates), i)
		require.InDelta(t, variance, squares[i]/replicates, 5*(variance*math.Sqrt(2.0/replicates)+math.Sqrt(variance/replicates)), i)
		require.InDelta(t, -n*p[i]*next, products[i]/replicates, 5*math.Sqrt((variance*after)/replicates)+1e-12, i)
	}
}

// A replicate without a value is not a zero: it counts at both ends.
func TestReplicatesInterval(t *testing.T) {
	values := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	require.InDelta(t, 0.9, fairness.Replicates{Values: values}.Interval(0.8).Low, 1e-12) // numpy.quantile(range(10), .1)
	require.InDelta(t, 8.1, fairness.Replicates{Values: values}.Interval(0.8).High, 1e-12)
	i := fairness.Replicates{Values: values, Undefined: 1}.Interval(0.75)
	require.Equal(t, fairness.Interval{Low: 0.25, High: 8.75}, i)
	i = fairness.Replicates{Values: values, Undefined: 2}.Interval(0.75)
	require.True(t, math.IsInf(i.Low, -1) && math.IsInf(i.High, 1))
	i = fairness.Replicates{Undefined: 2}.Interval(0.75)
	require.True(t, math.IsInf(i.Low, -1) && math.IsInf(i.High, 1))
	for _, r := range []fairness.Interval{fairness.Replicates{}.Interval(0.9), fairness.Replicates{Values: values}.Interval(1), fairness.Replicates{Values: values}.Interval(math.NaN())} {
		require.True(t, math.IsNaN(r.Low) && math.IsNaN(r.High))
	}

	table := tableOf(t, nil)
	r, err := fairness.Bootstrap(table, []string{"gender"}, 10, dice(1), selectionGap)
	require.NoError(t, err)
	require.Equal(t, fairness.Replicates{Undefined: 10}, r, "nobody can be drawn from nobody")
	_, err = fairness.Bootstrap(table, []string{"gender"}, 0, dice(1), selectionGap)
	require.ErrorContains(t, err, "0 replicates, want 1")
	_, err = fairness.Bootstrap(table, []string{"nowhere"}, 1, dice(1), selectionGap)
	require.Error(t, err)
}

// The order in which people were counted does not move the dice.
func TestBootstrapIgnoresOrder(t *testing.T) {
	a := fairness.Observation{Levels: []string{"woman", "sales"}, Flagged: true}
	b := fairness.Observation{Levels: []string{"man", "clinic"}}
	c := fairness.Observation{Levels: []string{"man", "sales"}, Flagged: true, Label: fairness.Positive}
	run := func(people ...fairness.Observation) fairness.Replicates {
		r, err := fairness.Bootstrap(tableOf(t, people), []string{"gender", "function"}, 50, dice(5), func(g []fairness.GroupCount) (float64, bool) {
			return float64(g[0].TP + 10*g[0].UnflaggedUnlabelled + 100*g[len(g)-1].FlaggedUnlabelled), true
		})
		require.NoError(t, err)
		return r
	}
	require.Equal(t, run(a, b, c, c), run(c, b, c, a))
}

// The time does not depend on the number of people.
func BenchmarkBootstrap(b *testing.B) {
	dice := dice(1)
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	table := tableUnder(b, s, nil)
	for i := range 36 {
		levels := []string{string(rune('a' + i%6)), string(rune('a' + i/6%2)), string(rune('a' + i/12))}
		for _, label := range []fairness.Label{fairness.Negative, fairness.Positive} {
			require.NoError(b, table.AddCount(fairness.Count{Levels: levels, Label: label, Flagged: 20_000 + dice.Int64N(1000), Total: 70_000}))
		}
	}
	for b.Loop() {
		_, err := fairness.Bootstrap(table, []string{"a", "b", "c"}, 100, dice, selectionGap)
		require.NoError(b, err)
	}
}

func TestBootstrapRefusesWhatItCannotDraw(t *testing.T) {
	figure := func([]fairness.GroupCount) (float64, bool) { return 0, true }
	_, err := fairness.Bootstrap(nil, nil, 1, dice(1), figure)
	require.ErrorContains(t, err, "want a table from NewTable")
	_, err = fairness.Bootstrap(large(t, [2][2]int64{{8, 8}, {8, 8}}, 0, fairness.Protected), nil, 1, nil, figure)
	require.ErrorContains(t, err, "and dice")
}
