package fairness_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// FAI-010: the figures are what the dashboards and memos take from the check.
// Each is well-formed, has a title and a description, gives the same bytes, and
// holds no figure that must not be printed.
func TestFigures(t *testing.T) {
	p := adopted(t)
	table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "gender", Levels: []string{"diverse", "empty", "man", "woman"}}, {Name: "site", Role: fairness.Operational}},
		Features:   []fairness.Feature{{Name: "shift"}, {Name: "tenure", Numeric: true}}}, []fairness.Count{
		{Levels: []string{"diverse", "a"}, Factors: []string{"day"}, Flagged: 2, Total: 3},
		{Levels: []string{"woman", "a"}, Factors: []string{"day"}, Flagged: 11, Total: 37},
		{Levels: []string{"man", "b"}, Factors: []string{"night"}, Flagged: 213, Total: 341},
		{Levels: []string{"man", "a"}, Factors: []string{"day"}, Flagged: 3, Total: 200},
	})
	require.NoError(t, err)
	r, err := fairness.Check(table, nil, coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, p)
	require.NoError(t, err)
	for name, draw := range map[string]func() []byte{"forest": r.Forest, "funnel": r.Funnel, "paths": r.PathShares} {
		svg := string(draw())
		require.Equal(t, svg, string(draw()), name)
		seen := map[string]int{}
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err, name)
			if e, ok := token.(xml.StartElement); ok {
				seen[e.Name.Local]++
			}
		}
		require.Equal(t, []int{1, 1, 1}, []int{seen["svg"], seen["title"], seen["desc"]}, name)
		for _, secret := range []string{"2 of 3", "11 of 37", "diverse", "NaN", "Inf"} {
			require.NotContains(t, svg, secret, name)
		}
	}
	forest := string(r.Forest())
	require.Contains(t, forest, "figures of 2 groups are not printed")
	require.Contains(t, forest, "90 % interval")
	require.Contains(t, forest, ">pause<", "a verdict is in words, not in colour alone")
	require.Contains(t, forest, ">nobody<")
	require.Contains(t, string(r.Funnel()), "<polygon points=", "the band")

	p.RatioMin, p.DiffMax = 0, 0.2
	r, err = fairness.Check(table, nil, coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, p)
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(r.Forest()), "\n", ""), "limits: four")
	require.Contains(t, string((&fairness.Report{}).Forest()), "no data")
	require.Contains(t, string((&fairness.Report{}).Funnel()), "no data")
	require.Contains(t, string((&fairness.Report{}).PathShares()), "no data")
}
