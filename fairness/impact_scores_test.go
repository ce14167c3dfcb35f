package fairness_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// Where hardly anybody of a group has a score, which side of the median they are
// on is not printed, and does not follow from the other groups.
func TestHideFewScores(t *testing.T) {
	for people, scored := range map[int]int{40: 1, 41: 4, 42: 5, 43: 0} {
		t.Run(fmt.Sprint(scored), func(t *testing.T) {
			table, err := fairness.NewTable(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Score: "x", Attributes: []fairness.Attribute{{Name: "g"}}})
			require.NoError(t, err)
			for level, n := range map[string]int{"a": 200, "b": 150, "c": people} {
				for i := range n {
					known := level != "c" || i < scored
					require.NoError(t, table.Add(fairness.Observation{Levels: []string{level}, Flagged: i%3 == 0, Score: float64(i % 50), HasScore: known}))
				}
			}
			window := coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")}
			r, err := fairness.Check(table, nil, window, adopted(t))
			require.NoError(t, err)
			rates, err := fairness.ScoringRates(table, fairness.ImpactRule{}, "g")
			require.NoError(t, err)
			for _, row := range r.Hide(rates)[0].Rows {
				require.Equal(t, scored > 0 && scored < adopted(t).MinShow, row.Hidden, row.Label())
			}
		})
	}
}
