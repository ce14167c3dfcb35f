package fairness_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// publicTable reads one of the public data sets into a table with all families
// of up to three of its attributes.
func publicTable(t *testing.T, name string, attributes []string, families [][]string) *fairness.Table {
	t.Helper()
	f, err := os.Open(datadir.Find(t, "data/fairness/"+name+".csv"))
	require.NoError(t, err)
	defer f.Close()
	people, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	s := fairness.Spec{Signal: name, Polarity: fairness.Unfavourable}
	columns := map[string]int{}
	for i, column := range people[0] {
		columns[column] = i
	}
	for _, a := range attributes {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: a})
	}
	for _, by := range families {
		s.Families = append(s.Families, fairness.Family{By: by})
	}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for _, p := range people[1:] {
		o := fairness.Observation{Flagged: p[columns["flag"]] == "1", Label: fairness.Negative}
		if p[columns["label"]] == "1" {
			o.Label = fairness.Positive
		}
		for _, a := range attributes {
			o.Levels = append(o.Levels, p[columns[a]])
		}
		require.NoError(t, table.Add(o))
	}
	return table
}

type fairlearnFile struct {
	Groupings []struct {
		By      []string
		ByGroup []struct {
			Group   []string
			Cells   struct{ N, TP, FP, FN, TN int64 }
			Metrics map[string]float64
		} `json:"by_group"`
		ZeroDenominator []any                         `json:"zero_denominator"`
		Overall         map[string]float64            `json:"overall"`
		Aggregates      map[string]map[string]float64 `json:"aggregates"`
		Derived         map[string]float64
	}
	Aequitas []map[string]any
	AIF360   []struct {
		Attr, Privileged string
		Impact           float64 `json:"disparate_impact_ratio"`
		Parity           float64 `json:"statistical_parity_difference"`
		Opportunity      float64 `json:"equal_opportunity_difference"`
	} `json:"aif360"`
}

// FAI-003: every figure of fairlearn on three public data sets, one by one and
// up to three attributes at once, where fairlearn defines it; where it writes 0
// for a rate of nobody, ours is undefined.
func TestMetricsAgainstFairlearn(t *testing.T) {
	undefined, compared := 0, 0
	for _, name := range []string{"compas", "german", "ibm_hr"} {
		data, err := os.ReadFile(datadir.Find(t, "golden/fairness/fairlearn_"+name+".json"))
		require.NoError(t, err)
		var g fairlearnFile
		require.NoError(t, json.Unmarshal(data, &g))
		var attributes []string
		var by [][]string
		for _, grouping := range g.Groupings {
			by = append(by, grouping.By)
			for _, a := range grouping.By {
				if !slices.Contains(attributes, a) {
					attributes = append(attributes, a)
				}
			}
		}
		table := publicTable(t, name, attributes, by)
		families, err := fairness.Groups(table, adopted(t))
		require.NoError(t, err)
		for f, grouping := range g.Groupings {
			what := name + " " + strings.Join(grouping.By, " x ")
			family := families[f]
			require.Equal(t, grouping.By, family.By)
			byMetric := map[fairness.Metric]fairness.MetricResult{}
			require.Len(t, family.Metrics, 5)
			for _, m := range family.Metrics {
				byMetric[m.Metric] = m
			}
			position := map[string]int{}
			for i, group := range family.Groups {
				position[group.Label] = i
			}
			groups := 0
			missing := map[fairness.Metric]int{}
			for _, want := range grouping.ByGroup {
				i, ok := position[strings.Join(want.Group, ", ")]
				if want.Cells.N == 0 { // a combination that nobody has
					require.False(t, ok, what)
					continue
				}
				require.True(t, ok, "%s %v", what, want.Group)
				groups++
				c := want.Cells
				require.Equal(t, fairness.Rate{X: c.TP + c.FP, N: c.N}, family.Groups[i].Rate, what)
				for _, m := range []struct {
					metric fairness.Metric
					rate   fairness.Rate
					name   string
				}{
					{fairness.TruePositiveRate, fairness.Rate{X: c.TP, N: c.TP + c.FN}, "tpr"},
					{fairness.FalsePositiveRate, fairness.Rate{X: c.FP, N: c.FP + c.TN}, "fpr"},
					{fairness.PositivePredictiveValue, fairness.Rate{X: c.TP, N: c.TP + c.FP}, "precision"},
				} {
					got := byMetric[m.metric].Groups[i]
					require.Equal(t, m.rate, got.Rate, what)
					v, ok := got.Rate.Value()
					require.Equal(t, ok, got.Undefined == "", "a reason where there is no value, and only there")
					if !ok {
						undefined++
						missing[m.metric]++
						require.Zero(t, want.Metrics[m.name], "fairlearn invents a zero")
						require.False(t, got.Diff.Defined)
						continue
					}
					compared++
					near(t, want.Metrics[m.name], v, 1e-12, what, m.name)
				}
				require.Equal(t, fairness.Rate{X: c.FP, N: c.TP + c.FP}, byMetric[fairness.FalseDiscoveryRate].Groups[i].Rate)
				require.Equal(t, fairness.Rate{X: c.FN, N: c.FN + c.TN}, byMetric[fairness.FalseOmissionRate].Groups[i].Rate)
			}
			require.Len(t, family.Groups, groups, what)
			near(t, grouping.Derived["demographic_parity_difference/between_groups"], family.Parity.Difference.Value, 1e-12, what)
			near(t, grouping.Derived["demographic_parity_ratio/between_groups"], family.Parity.Ratio.Value, 1e-12, what)
			for _, m := range []struct {
				gap  fairness.Gap
				name string
				lost int
			}{
				{byMetric[fairness.TruePositiveRate].Gap, "equal_opportunity", missing[fairness.TruePositiveRate]},
				{family.EqualisedOdds, "equalized_odds", missing[fairness.TruePositiveRate] + missing[fairness.FalsePositiveRate]},
			} {
				if m.lost > 0 { // the aggregate holds invented zeros
					require.Positive(t, m.gap.LeftOut)
					continue
				}
				require.Zero(t, m.gap.LeftOut)
				compared++
				near(t, grouping.Derived[m.name+"_difference/between_groups"], m.gap.Difference.Value, 1e-12, what, m.name)
				if m.gap.Ratio.Defined {
					near(t, grouping.Derived[m.name+"_ratio/between_groups"], m.gap.Ratio.Value, 1e-12, what, m.name)
				}
			}
			if missing[fairness.PositivePredictiveValue] == 0 {
				near(t, grouping.Aggregates["difference_between_groups"]["precision"], byMetric[fairness.PositivePredictiveValue].Gap.Difference.Value, 1e-12, what)
			}
		}
		// aequitas knows the false discovery and omission rates.
		for _, a := range g.Aequitas {
			for _, family := range families {
				if len(family.By) != 1 || family.By[0] != a["attribute_name"] {
					continue
				}
				for _, m := range family.Metrics {
					key := map[fairness.Metric]string{fairness.FalseDiscoveryRate: "fdr", fairness.FalseOmissionRate: "for", fairness.TruePositiveRate: "tpr", fairness.FalsePositiveRate: "fpr"}[m.Metric]
					for _, group := range m.Groups {
						v, ok := group.Rate.Value()
						if want, is := a[key].(float64); is && ok && group.Label == a["attribute_value"] {
							near(t, want, v, 1e-12, name, a["attribute_value"], key)
							compared++
						}
					}
				}
			}
		}
		// AIF360 compares one group with everyone else.
		for _, a := range g.AIF360 {
			for _, family := range families {
				if !slices.Equal(family.By, []string{a.Attr}) {
					continue
				}
				for i, group := range family.Groups {
					if group.Label != a.Privileged {
						continue
					}
					near(t, a.Parity, -group.Diff.Value, 1e-12, name, a.Attr)
					near(t, a.Impact, 1/group.Ratio.Value, 1e-12, name, a.Attr)
					near(t, a.Opportunity, -family.Metrics[0].Groups[i].Diff.Value, 1e-12, name, a.Attr)
					compared++
				}
			}
		}
	}
	require.Greater(t, undefined, 10)
	require.Greater(t, compared, 500)
}

// Each metric is the share that its name says, in people who are all of one kind.
func TestMetricOf(t *testing.T) {
	c := fairness.Confusion{TP: 2, FP: 3, FN: 5, TN: 7, FlaggedUnlabelled: 11, UnflaggedUnlabelled: 13}
	for m, want := range map[fairness.Metric]fairness.Rate{
		fairness.SelectionRate: {X: 16, N: 41}, fairness.TruePositiveRate: {X: 2, N: 7}, fairness.FalsePositiveRate: {X: 3, N: 10},
		fairness.PositivePredictiveValue: {X: 2, N: 5}, fairness.FalseDiscoveryRate: {X: 3, N: 5}, fairness.FalseOmissionRate: {X: 5, N: 12},
		fairness.Metric(99): {},
	} {
		require.Equal(t, want, m.Of(c), "%v", m)
	}
	text, err := fairness.FalseOmissionRate.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "false_omission_rate", string(text))
	var back fairness.Metric
	require.NoError(t, back.UnmarshalText(text))
	require.Equal(t, fairness.FalseOmissionRate, back)
	require.Error(t, back.UnmarshalText([]byte("fdr")))
}

// A gap does not depend on the order of the groups or on groups of nobody, and
// with fewer than two rates there is none.
func TestGapOf(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []fairness.Rate
		for range rapid.IntRange(0, 6).Draw(rt, "groups") {
			n := rapid.Int64Range(0, 9).Draw(rt, "n")
			list = append(list, fairness.Rate{X: rapid.Int64Range(0, n).Draw(rt, "x"), N: n})
		}
		got := fairness.GapOf(list...)
		dice(3).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		require.Equal(rt, jsonOf(rt, got), jsonOf(rt, fairness.GapOf(list...)))
		more := fairness.GapOf(append(list, fairness.Rate{})...)
		require.Equal(rt, got.LeftOut+1, more.LeftOut)
		more.LeftOut--
		require.Equal(rt, jsonOf(rt, got), jsonOf(rt, more), "a group of nobody changes nothing")
		require.Equal(rt, len(list)-got.LeftOut >= 2, got.Difference.Defined)
		if !got.Difference.Defined {
			require.Zero(rt, got.Difference.Value)
			require.False(rt, got.Ratio.Defined)
		}
	})
	nobody := fairness.GapOf(fairness.Rate{N: 5}, fairness.Rate{N: 7})
	require.True(t, nobody.Difference.Defined)
	require.False(t, nobody.Ratio.Defined, "0/0 is no ratio")
	require.False(t, fairness.EqualisedOdds(nobody, fairness.GapOf()).Difference.Defined)
}

// labelled is a table of two groups with labels.
func labelled(t require.TestingT, groups map[string]fairness.Confusion) *fairness.Table {
	var counts []fairness.Count
	for name, c := range groups {
		for _, part := range []fairness.Count{
			{Label: fairness.Positive, Flagged: c.TP, Total: c.TP + c.FN}, {Label: fairness.Negative, Flagged: c.FP, Total: c.FP + c.TN},
			{Flagged: c.FlaggedUnlabelled, Total: c.FlaggedUnlabelled + c.UnflaggedUnlabelled},
		} {
			part.Levels = []string{name}
			counts = append(counts, part)
		}
	}
	table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "group"}}}, counts)
	require.NoError(t, err)
	return table
}

// FAI-003: equal flag rates hide that the flags of one group are wrong more
// often; the list of metrics shows it, adjusted for its length, and what would
// give a few people away is not for printing.
func TestMetricsFindUnequalErrors(t *testing.T) {
	f := family(t, labelled(t, map[string]fairness.Confusion{
		"a": {TP: 10, FP: 190, FN: 100, TN: 300}, "b": {TP: 150, FP: 50, FN: 20, TN: 380},
	}), adopted(t))
	require.Equal(t, f.Groups[0].Rate.X, f.Groups[1].Rate.X)
	for _, m := range f.Metrics {
		for i, g := range m.Groups {
			require.Less(t, g.BH, 0.05, "%v", m.Metric)
			require.GreaterOrEqual(t, g.BH, g.MidP)
			require.InDelta(t, -m.Groups[1-i].Diff.Value, g.Diff.Value, 1e-15)
			require.InDelta(t, -m.Groups[1-i].Diff.High, g.Diff.Low, 1e-9)
			require.InDelta(t, fairness.MNDiff(g.Rate, g.Rest, 0.90).Low, g.Diff.Low, 1e-9, "the mirror image too")
		}
		require.False(t, m.Suppressed)
	}
	r, err := fairness.Check(labelled(t, map[string]fairness.Confusion{"a": {TP: 10, FP: 190, FN: 100, TN: 300}, "b": {TP: 150, FP: 50, FN: 20, TN: 380}}),
		nil, coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, adopted(t))
	require.NoError(t, err)
	said := 0
	for _, f := range r.Findings {
		said += strings.Count(f.Path, "groups.group.")
	}
	require.Equal(t, 4, said, "%v", r.Findings)
	few := family(t, labelled(t, map[string]fairness.Confusion{
		"a": {TP: 1, FP: 190, FN: 2, TN: 300}, "b": {TP: 150, FP: 50, FN: 20, TN: 380},
	}), adopted(t))
	require.True(t, few.Metrics[0].Suppressed, "three positive people")
	require.False(t, few.Metrics[1].Suppressed)
	// The list is adjusted as a whole; the mirror image is no second test.
	mixed := family(t, labelled(t, map[string]fairness.Confusion{
		"a": {TP: 60, FP: 30, FN: 40, TN: 70}, "b": {TP: 45, FP: 40, FN: 55, TN: 60}, "c": {TP: 50, FP: 38, FN: 52, TN: 61},
	}), adopted(t))
	var ps, adjusted []float64
	for _, m := range mixed.Metrics {
		for i, g := range m.Groups {
			if m.Metric == fairness.FalseDiscoveryRate {
				require.Equal(t, mixed.Metrics[2].Groups[i].BH, g.BH)
				continue
			}
			ps, adjusted = append(ps, g.MidP), append(adjusted, g.BH)
		}
	}
	require.Len(t, ps, 12)
	require.Equal(t, fairness.BH(ps), adjusted)
	require.NotEqual(t, ps, adjusted)
	// Three groups: those of everyone else are many, and still the three people
	// follow from the others' figures.
	few = family(t, labelled(t, map[string]fairness.Confusion{
		"a": {TP: 1, FP: 190, FN: 2, TN: 300}, "b": {TP: 150, FP: 50, FN: 20, TN: 380}, "c": {TP: 15, FP: 50, FN: 20, TN: 380},
	}), adopted(t))
	require.True(t, few.Metrics[0].Suppressed)
	require.False(t, few.Metrics[1].Suppressed)
	// A small group of which nobody is labelled hides the figures of all.
	few = family(t, labelled(t, map[string]fairness.Confusion{
		"a": {FlaggedUnlabelled: 1, UnflaggedUnlabelled: 2}, "b": {TP: 150, FP: 50, FN: 20, TN: 380}, "c": {TP: 150, FP: 50, FN: 20, TN: 380},
	}), adopted(t))
	require.True(t, few.Groups[0].Suppressed)
	require.True(t, few.Metrics[0].Suppressed)
	none := family(t, labelled(t, map[string]fairness.Confusion{"a": {FlaggedUnlabelled: 10, UnflaggedUnlabelled: 20}, "b": {UnflaggedUnlabelled: 9}}), adopted(t))
	require.Empty(t, none.Metrics)
	require.False(t, none.EqualisedOdds.Difference.Defined, "undefined is not zero")
}

// The score gap is the standardised mean difference, and undefined without one.
func TestScoreGap(t *testing.T) {
	s := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "group"}}, Score: "score"}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for i, v := range []float64{1, 2, 3, 4, 5, 6, 9} {
		level := "a"
		if i%2 == 1 {
			level = "b"
		}
		require.NoError(t, table.Add(fairness.Observation{Levels: []string{level}, Score: v, HasScore: true, Flagged: i > 3}))
	}
	f := family(t, table, adopted(t))
	// a: 1 3 5 9, mean 4.5, squares 35; b: 2 4 6, mean 4, squares 8.
	d := 0.5 / math.Sqrt(43.0/5)
	require.InDelta(t, d*(1-3.0/19), f.Groups[0].ScoreGap.Value, 1e-12)
	require.InDelta(t, -f.Groups[0].ScoreGap.Value, f.Groups[1].ScoreGap.Value, 1e-12)
	require.Less(t, f.Groups[0].ScoreGap.Low, 0.0)
	without := family(t, rates(t, fairness.Favourable, map[string]fairness.Rate{"a": {X: 3, N: 9}, "b": {X: 4, N: 9}}), adopted(t))
	require.False(t, without.Groups[0].ScoreGap.Defined)
}
