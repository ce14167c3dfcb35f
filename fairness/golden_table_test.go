package fairness_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// dataTable counts a data set by all its attributes, which are the columns
// before "flag".
func dataTable(t *testing.T, name string) *fairness.Table {
	t.Helper()
	data, err := os.ReadFile(datadir.Find(t, "data/fairness/"+name+".csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	header := rows[0]
	flag, score := slices.Index(header, "flag"), slices.Index(header, "score")
	s := fairness.Spec{Signal: name, Polarity: fairness.Unfavourable}
	for _, a := range header[:flag] {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: a})
	}
	if score >= 0 {
		s.Score = "score"
	}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for _, row := range rows[1:] {
		o := fairness.Observation{Levels: row[:flag], Flagged: row[flag] == "1", Label: fairness.Negative}
		if row[flag+1] == "1" {
			o.Label = fairness.Positive
		}
		if score >= 0 {
			o.HasScore = true
			o.Score, err = strconv.ParseFloat(row[score], 64)
			require.NoError(t, err)
		}
		require.NoError(t, table.Add(o))
	}
	return table
}

func goldenJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/"+name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// Counts and rates are those of fairlearn, by every grouping up to three
// attributes; where it makes up a zero for a rate of nobody, ours is undefined.
func TestGroupByMatchesFairlearn(t *testing.T) {
	for _, name := range []string{"compas", "ibm_hr", "german"} {
		t.Run(name, func(t *testing.T) {
			table := dataTable(t, name)
			var golden struct {
				Groupings []struct {
					By      []string
					Overall map[string]float64
					ByGroup []struct {
						Group   []string
						Cells   struct{ N, TP, FP, FN, TN int64 }
						Metrics map[string]float64
					} `json:"by_group"`
					ZeroDenominator [][2]any `json:"zero_denominator"`
				}
				Aequitas []struct {
					Attribute string  `json:"attribute_name"`
					Value     string  `json:"attribute_value"`
					FDR       float64 `json:"fdr"`
					FOR       float64 `json:"for"`
				}
			}
			goldenJSON(t, "fairlearn_"+name+".json", &golden)
			require.GreaterOrEqual(t, len(golden.Groupings), 7)
			invented := 0
			check := func(c fairness.Confusion, metrics map[string]float64, what ...any) {
				for metric, r := range map[string]fairness.Rate{
					"selection_rate": c.Selection(), "tpr": c.TPR(), "fpr": c.FPR(), "fnr": c.FNR(), "tnr": c.TNR(), "accuracy": c.Accuracy(), "precision": c.PPV(),
				} {
					want, listed := metrics[metric]
					require.True(t, listed)
					got, ok := r.Value()
					if !ok {
						require.Zero(t, want)
						invented++
						continue
					}
					near(t, want, got, 1e-12, append(what, metric)...)
				}
			}
			zeros := 0
			for _, g := range golden.Groupings {
				groups, unknown, err := table.GroupBy(g.By...)
				require.NoError(t, err)
				require.Zero(t, unknown)
				var all fairness.Confusion
				seen := 0
				for i, want := range g.ByGroup {
					if want.Cells.N == 0 {
						continue // fairlearn lists combinations that nobody has
					}
					seen++
					at := slices.IndexFunc(groups, func(c fairness.GroupCount) bool { return slices.Equal(c.Levels, want.Group) })
					require.GreaterOrEqual(t, at, 0, want.Group)
					c := groups[at].Confusion
					require.Equal(t, fairness.Confusion{TP: want.Cells.TP, FP: want.Cells.FP, FN: want.Cells.FN, TN: want.Cells.TN}, c)
					require.Equal(t, want.Cells.N, c.Total())
					check(c, want.Metrics, g.By, want.Group)
					all = all.Plus(c)
					if i > 0 && i < len(groups) {
						require.Negative(t, slices.Compare(groups[i-1].Levels, groups[i].Levels))
					}
				}
				require.Len(t, groups, seen)
				check(all, g.Overall, g.By, "overall")
				for _, z := range g.ZeroDenominator {
					levels := []string{}
					for _, level := range z[0].([]any) {
						levels = append(levels, level.(string))
					}
					if !slices.ContainsFunc(groups, func(c fairness.GroupCount) bool { return slices.Equal(c.Levels, levels) }) {
						continue
					}
					zeros++
					if pair := z[1].(string); pair == "tpr/fnr" || pair == "fpr/tnr" {
						zeros++
					}
				}
			}
			require.Equal(t, zeros, invented, "rates that are undefined where fairlearn has 0")
			for _, a := range golden.Aequitas {
				groups, _, err := table.GroupBy(a.Attribute)
				require.NoError(t, err)
				for _, g := range groups {
					if g.Levels[0] == a.Value {
						fdr, _ := g.FDR().Value()
						forate, _ := g.FOR().Value()
						near(t, a.FDR, fdr, 1e-12, "fdr", a.Value)
						near(t, a.FOR, forate, 1e-12, "for", a.Value)
					}
				}
			}
		})
	}
}

// The scoring rate is the share strictly above the median of everybody; with
// many ties it is far from a half.
func TestScoringRateMatchesNumpy(t *testing.T) {
	var golden []struct {
		Dataset   string
		By        []string
		N         int64
		Median    float64
		NAbove    int64 `json:"n_above"`
		NAtMedian int64 `json:"n_at_median"`
		Groups    []struct {
			Group    []string
			N, Above int64
		}
	}
	goldenJSON(t, "scoring_rate.json", &golden)
	require.NotEmpty(t, golden)
	for _, g := range golden {
		table := dataTable(t, map[string]string{"ibm": "ibm_hr", "german": "german"}[g.Dataset])
		split, ok := table.Median()
		require.True(t, ok)
		require.Equal(t, fairness.MedianSplit{Median: g.Median, Above: g.NAbove, At: g.NAtMedian, N: g.N}, split)
		groups, err := table.Scores(g.By...)
		require.NoError(t, err)
		require.Len(t, groups, len(g.Groups))
		for _, want := range g.Groups {
			at := slices.IndexFunc(groups, func(s fairness.GroupScores) bool { return slices.Equal(s.Levels, want.Group) })
			require.GreaterOrEqual(t, at, 0, want.Group)
			require.Equal(t, fairness.Rate{X: want.Above, N: want.N}, groups[at].ScoringRate(split))
		}
	}
}

// Mean and variance of each group, and the standardised difference to everyone
// else, are those of numpy and scipy, with the scores kept or only their moments.
func TestMomentsMatchScipy(t *testing.T) {
	var golden []struct {
		Dataset, Feature, Protected, Kind string
		Levels                            []string
		N                                 []int64
		Mean, Var                         []float64
		SMD                               map[string]struct {
			CohenD float64 `json:"cohen_d"`
		} `json:"smd_vs_rest"`
	}
	goldenJSON(t, "association.json", &golden)
	checked := 0
	for _, g := range golden {
		if g.Kind != "numeric" {
			continue
		}
		checked++
		data, err := os.ReadFile(datadir.Find(t, "data/fairness/"+g.Dataset+".csv"))
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		require.NoError(t, err)
		group, value := slices.Index(rows[0], g.Protected), slices.Index(rows[0], g.Feature)
		s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "group"}}, Score: "score"}
		kept := tableUnder(t, s, nil)
		s.MaxCells = len(g.Levels)
		folded := tableUnder(t, s, nil)
		for _, row := range rows[1:] {
			o := fairness.Observation{Levels: []string{row[group]}, HasScore: true}
			o.Score, err = strconv.ParseFloat(row[value], 64)
			require.NoError(t, err)
			require.NoError(t, kept.Add(o))
			require.NoError(t, folded.Add(o))
		}
		require.True(t, kept.ScoresKept())
		require.False(t, folded.ScoresKept())
		_, ok := folded.Median()
		require.False(t, ok)
		groups, err := kept.Scores("group")
		require.NoError(t, err)
		moments, err := folded.Scores("group")
		require.NoError(t, err)
		require.Len(t, groups, len(g.Levels))
		for i, got := range groups {
			require.Equal(t, got.Group, moments[i].Group, "exact either way")
			require.Equal(t, got.Rest, moments[i].Rest)
			require.Nil(t, moments[i].Values)
			require.Equal(t, g.Levels[i], got.Levels[0])
			require.Equal(t, g.N[i], got.Group.N)
			near(t, g.Mean[i], got.Group.Mean, 1e-12, g.Feature, got.Levels, "mean")
			near(t, g.Var[i], got.Group.Variance, 1e-12, g.Feature, got.Levels, "variance")
			n1, n2 := float64(got.Group.N), float64(got.Rest.N)
			pooled := math.Sqrt(((n1-1)*got.Group.Variance + (n2-1)*got.Rest.Variance) / (n1 + n2 - 2))
			near(t, g.SMD[got.Levels[0]].CohenD, (got.Group.Mean-got.Rest.Mean)/pooled, 1e-10, g.Feature, got.Levels, "Cohen d")
		}
	}
	require.Positive(t, checked)
}

// Sums in float64 would lose the small scores beside the large.
func TestMomentsAreExact(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Score: "score"}
	for _, limit := range []int{0, 1} {
		s.MaxCells = limit
		table := tableUnder(t, s, nil)
		for _, score := range []float64{1e300, 1, 5e-324, -1e300, 2, math.Copysign(0, -1)} {
			require.NoError(t, table.AddCount(fairness.Count{Total: 3, Score: score, HasScore: true}))
		}
		groups, err := table.Scores()
		require.NoError(t, err)
		require.Equal(t, 0.5, groups[0].Group.Mean)
		require.True(t, math.IsNaN(groups[0].Group.Variance), "beyond the float64 numbers")
		require.Zero(t, groups[0].Rest.N)
	}
}
