package fairness_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// That the only person of a group, or a few, stand out says that they are flagged.
// No finding does.
func TestFindingsPassOverFewPeople(t *testing.T) {
	var counts []fairness.Count
	add := func(group string, label fairness.Label, flagged, total int64) {
		counts = append(counts, fairness.Count{Levels: []string{group}, Label: label, Flagged: flagged, Total: total})
	}
	add("a", fairness.Positive, 200, 400)
	add("a", fairness.Negative, 0, 800)
	add("b", fairness.Positive, 60, 200)
	add("b", fairness.Negative, 1, 800)
	add("c", fairness.Negative, 1, 1)
	add("d", fairness.Negative, 4, 4)
	add("d", fairness.Positive, 100, 200)
	table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "g"}}}, counts)
	require.NoError(t, err)
	r, err := fairness.Check(table, nil, coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")}, adopted(t))
	require.NoError(t, err)
	require.LessOrEqual(t, r.Families[0].Metrics[1].Groups[2].BH, adopted(t).Alpha, "c stands out")
	require.LessOrEqual(t, r.Families[0].Metrics[1].Groups[3].BH, adopted(t).Alpha, "d stands out")
	said := false
	for _, f := range r.Findings {
		switch f.Path {
		case "groups.g.false_positive_rate":
			require.NotRegexp(t, `(for|;) [cd];`, f.Message)
		case "groups.g.true_positive_rate":
			said = true
			require.Contains(t, f.Message, "b")
		}
	}
	require.True(t, said, "of many people it is said")
}

// FAI-003: how many people are left out for an unknown level, and whether that
// stands in the way of a pass.
func TestUnknownLevelsAreCounted(t *testing.T) {
	for unknown, want := range map[int64]string{15: "15 of 915", 90: "90 of 990, more than the 5 % with which a pass is possible"} {
		table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "g"}}}, []fairness.Count{
			{Levels: []string{"a"}, Flagged: 60, Total: 450}, {Levels: []string{"b"}, Flagged: 55, Total: 450}, {Levels: []string{""}, Flagged: 2, Total: unknown}})
		require.NoError(t, err)
		r, err := fairness.Check(table, nil, coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, adopted(t))
		require.NoError(t, err)
		require.Contains(t, jsonOf(t, r.Findings), "people of unknown level are left out: "+want+`"`)
	}
}
