package fairness_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

type ll144Table struct {
	Total int64
	Rows  []struct {
		Group           string
		N, X            int64
		Rate            float64
		Impact          float64 `json:"impact_ratio"`
		Share           float64 `json:"share_of_data"`
		Below2Pct       bool    `json:"below_2pct"`
		BelowFourFifths bool    `json:"below_four_fifths"`
		PublishedRate   string  `json:"published_rate"`
		PublishedImpact string  `json:"published_ir"`
	}
}

// build returns a table that holds the counts of a published one.
func (g ll144Table) build(t *testing.T, names []string, scoring bool, unknown int64) *fairness.Table {
	spec := fairness.Spec{Signal: "aedt", Polarity: fairness.Favourable}
	if scoring {
		spec.Score = "fit"
	}
	for _, name := range names {
		spec.Attributes = append(spec.Attributes, fairness.Attribute{Name: name})
	}
	counts := []fairness.Count{{Levels: make([]string, len(names)), Total: unknown}}
	for _, r := range g.Rows {
		levels := strings.Split(r.Group, "|")
		if scoring { // half of the people are above the median, so two scores do
			counts = append(counts, fairness.Count{Levels: levels, Total: r.X, Score: 1, HasScore: true}, fairness.Count{Levels: levels, Total: r.N - r.X, HasScore: true})
		} else {
			counts = append(counts, fairness.Count{Levels: levels, Total: r.N, Flagged: r.X})
		}
	}
	table, err := fairness.FromCounts(spec, counts)
	require.NoError(t, err)
	return table
}

// FAI-003: the worked examples of New York City's rule, all six tables, to the
// digit they are printed with. One published cell, 64.2 % for 18 of 28, is cut
// and not rounded.
func TestImpactTablesAreTheRules(t *testing.T) {
	cells, cut, below := 0, 0, 0
	for _, kind := range []string{"selection", "scoring"} {
		for part, names := range map[string][]string{"sex": {"sex"}, "race": {"race"}, "intersectional": {"race", "sex"}} {
			g := ll144Part(t, kind, part)
			table := g.build(t, names, kind == "scoring", 250)
			rates := fairness.SelectionRates
			if kind == "scoring" {
				rates = fairness.ScoringRates
			}
			got, err := rates(table, fairness.ImpactRule{}, names...)
			require.NoError(t, err)
			require.Equal(t, int64(250), got.Unknown)
			require.Equal(t, g.Total, got.Total)
			require.Len(t, got.Rows, len(g.Rows))
			short, err := rates(table, fairness.ImpactRule{LeastShare: 0.02, Why: "fewer than 2 % of the data"}, names...)
			require.NoError(t, err)
			for _, want := range g.Rows {
				at := slices.IndexFunc(got.Rows, func(r fairness.ImpactRow) bool { return strings.Join(r.Levels, "|") == want.Group })
				require.GreaterOrEqual(t, at, 0, want.Group)
				r := got.Rows[at]
				v, ok := r.Rate.Value()
				require.True(t, ok && r.ImpactDefined)
				require.Equal(t, fairness.Rate{X: want.X, N: want.N}, r.Rate)
				require.InDelta(t, want.Rate, v, 1e-15)
				require.InDelta(t, want.Impact, r.Impact, 1e-15)
				require.InDelta(t, want.Share, r.Share, 1e-15)
				require.Equal(t, want.BelowFourFifths, r.BelowFourFifths)
				require.Equal(t, want.Below2Pct, short.Rows[at].Excluded)
				require.Equal(t, want.Below2Pct, !short.Rows[at].ImpactDefined)
				require.Equal(t, r.Rate, short.Rows[at].Rate, "its number and rate are shown all the same")
				cells += 2
				below += b2i(want.Below2Pct)
				if published(want.PublishedRate, 100*v) != want.PublishedRate {
					require.Equal(t, "64.2%", want.PublishedRate)
					cut++
				}
				require.Equal(t, want.PublishedImpact, published(want.PublishedImpact, r.Impact))
			}
		}
	}
	require.Equal(t, []int{92, 1}, []int{cells, cut})
	require.Positive(t, below)
}

// published writes v with as many decimals as a published figure has.
func published(like string, v float64) string {
	_, decimals, _ := strings.Cut(strings.TrimSuffix(like, "%"), ".")
	text := fmt.Sprintf("%.*f", len(decimals), v)
	if strings.HasSuffix(like, "%") {
		text += "%"
	}
	return text
}

func ll144Part(t *testing.T, kind, part string) ll144Table {
	var golden struct {
		Selection, Scoring struct{ Sex, Race, Intersectional ll144Table }
	}
	goldenJSON(t, "ll144.json", &golden)
	g := golden.Selection
	if kind == "scoring" {
		g = golden.Scoring
	}
	return map[string]ll144Table{"sex": g.Sex, "race": g.Race, "intersectional": g.Intersectional}[part]
}

// The scoring rates of real data, with ties at the median and halves between two
// scores.
func TestScoringRatesGolden(t *testing.T) {
	var golden []struct {
		Dataset   string
		By        []string
		N         int64
		Median    float64
		NAtMedian int64 `json:"n_at_median"`
		Groups    []struct {
			Group  []string
			N      int64
			Above  int64
			Rate   float64 `json:"scoring_rate"`
			Impact float64 `json:"impact_ratio"`
			Share  float64
		}
	}
	goldenJSON(t, "scoring_rate.json", &golden)
	for _, g := range golden {
		table := dataTable(t, map[string]string{"ibm": "ibm_hr", "german": "german"}[g.Dataset])
		got, err := fairness.ScoringRates(table, fairness.ImpactRule{}, g.By...)
		require.NoError(t, err)
		require.Equal(t, g.NAtMedian, got.Split.At)
		require.Equal(t, g.Median, got.Split.Median)
		for _, want := range g.Groups {
			at := slices.IndexFunc(got.Rows, func(r fairness.ImpactRow) bool { return slices.Equal(r.Levels, want.Group) })
			require.GreaterOrEqual(t, at, 0)
			require.Equal(t, fairness.Rate{X: want.Above, N: want.N}, got.Rows[at].Rate)
			require.InDelta(t, want.Impact, got.Rows[at].Impact, 1e-15)
			require.InDelta(t, want.Share, got.Rows[at].Share, 1e-15)
		}
		require.Contains(t, string(fairness.ImpactMarkdown(got)), fmt.Sprintf("%d at it", g.NAtMedian))
	}
}

// A ratio of exactly four fifths is not below, where floating point says so.
func TestImpactFourFifthsIsExact(t *testing.T) {
	var golden struct{ Cases [][5]any }
	goldenJSON(t, "four_fifths_exact.json", &golden)
	require.NotEmpty(t, golden.Cases)
	for _, c := range golden.Cases {
		n := func(i int) int64 { return int64(c[i].(float64)) }
		for _, less := range []int64{0, 1} {
			table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "g"}}},
				[]fairness.Count{{Levels: []string{"a"}, Flagged: n(0) - less, Total: n(1)}, {Levels: []string{"b"}, Flagged: n(2), Total: n(3)}})
			require.NoError(t, err)
			got, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "g")
			require.NoError(t, err)
			require.Equal(t, less == 1, got.Rows[0].BelowFourFifths, "%v", c)
		}
	}
}

// What nobody can divide is undefined; a burden is turned round; texts that a
// spreadsheet would run are not run.
func TestImpactTableEdges(t *testing.T) {
	spec := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "g", Levels: []string{"=cmd|' /C calc'!A0", "b", "empty"}}}}
	table, err := fairness.FromCounts(spec, []fairness.Count{{Levels: []string{"=cmd|' /C calc'!A0"}, Flagged: 30, Total: 40}, {Levels: []string{"b"}, Flagged: 20, Total: 40}, {Levels: []string{""}, Total: 7}})
	require.NoError(t, err)
	got, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "g")
	require.NoError(t, err)
	require.Equal(t, "not flagged", got.SelectedMeans)
	require.Equal(t, fairness.Rate{X: 10, N: 40}, got.Rows[0].Rate)
	require.Equal(t, 0.5, got.Rows[0].Impact)
	require.True(t, got.Rows[0].BelowFourFifths)
	require.False(t, got.Rows[2].ImpactDefined, "nobody is in it")
	require.Equal(t, int64(7), got.Unknown)
	rows, err := csv.NewReader(strings.NewReader(string(fairness.ImpactCSV(got)))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"s", "g", "'=cmd|' /C calc'!A0", "selection", "40", "10", "0.250000", "0.500000", "false", "0.500000", "true"}, rows[1])
	require.Equal(t, []string{"s", "g", "empty", "selection", "0", "0", "", "0.000000", "false", "", "false"}, rows[3])
	require.Equal(t, "(unknown)", rows[4][2])
	require.Contains(t, string(fairness.ImpactMarkdown(got)), "| empty | 0 | 0 | undefined | 0.0 % | undefined |")
	require.Contains(t, string(fairness.ImpactHTML(got)), "=cmd|&#39; /C calc&#39;!A0")

	nobody, err := fairness.FromCounts(spec, []fairness.Count{{Levels: []string{"b"}, Flagged: 40, Total: 40}, {Levels: []string{"empty"}, Flagged: 4, Total: 4}})
	require.NoError(t, err)
	got, err = fairness.SelectionRates(nobody, fairness.ImpactRule{}, "g")
	require.NoError(t, err)
	for _, r := range got.Rows {
		require.False(t, r.ImpactDefined, "the highest rate is zero")
	}
	for want, f := range map[string]func() error{
		"zero Table":         func() error { _, err := fairness.SelectionRates(nil, fairness.ImpactRule{}, "g"); return err },
		"no attribute":       func() error { _, err := fairness.SelectionRates(table, fairness.ImpactRule{}); return err },
		"name 0 is repeated": func() error { _, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "h"); return err },
		"want 0 to 0.02": func() error {
			_, err := fairness.SelectionRates(table, fairness.ImpactRule{LeastShare: 0.05, Why: "x"}, "g")
			return err
		},
		"a justification": func() error {
			_, err := fairness.SelectionRates(table, fairness.ImpactRule{LeastShare: 0.02}, "g")
			return err
		},
		"declares no score": func() error { _, err := fairness.ScoringRates(table, fairness.ImpactRule{}, "g"); return err },
	} {
		require.ErrorContains(t, f(), want)
	}
}

// What the report does not print is in no table either, and a ratio is to the
// highest category that is.
func TestHide(t *testing.T) {
	spec := fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "g"}, {Name: "h"}}, Families: []fairness.Family{{By: []string{"g"}}}}
	table, err := fairness.FromCounts(spec, []fairness.Count{{Levels: []string{"a", "x"}, Flagged: 10, Total: 40}, {Levels: []string{"b", "x"}, Flagged: 20, Total: 50},
		{Levels: []string{"c", "x"}, Flagged: 3, Total: 3}, {Levels: []string{"d", "x"}, Flagged: 30, Total: 60}})
	require.NoError(t, err)
	r, err := fairness.Check(table, nil, coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, adopted(t))
	require.NoError(t, err)
	full, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "g")
	require.NoError(t, err)
	other, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "h")
	require.NoError(t, err)
	require.Equal(t, 0.25, full.Rows[0].Impact)
	hidden := r.Hide(full, other)
	require.Equal(t, 0.25, full.Rows[0].Impact, "the tables given are not changed")
	require.Equal(t, fairness.ImpactRow{Levels: []string{"c"}, Hidden: true}, hidden[0].Rows[2])
	require.Equal(t, fairness.ImpactRow{Levels: []string{"a"}, Hidden: true}, hidden[0].Rows[0], "the smallest of the others covers it")
	require.Equal(t, 1.0, hidden[0].Rows[3].Impact)
	require.InDelta(t, 0.8, hidden[0].Rows[1].Impact, 1e-15)
	require.True(t, hidden[1].Rows[0].Hidden, "not compared")
	require.Contains(t, string(fairness.ImpactMarkdown(hidden...)), "| c | not printed |")
	require.NotContains(t, string(fairness.ImpactCSV(hidden...)), ",3,")
}
