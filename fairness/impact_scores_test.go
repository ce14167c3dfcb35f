package fairness_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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

// Where somebody of a hidden category has no score, the tables of scores say
// something else of it than those of people: none of them is printed.
func TestHideUnscoredOfHidden(t *testing.T) {
	for _, unscored := range []int{0, 1} {
		table, err := fairness.NewTable(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Score: "x", Attributes: []fairness.Attribute{{Name: "g"}}})
		require.NoError(t, err)
		for level, n := range map[string]int{"a": 200, "b": 150, "c": 4} {
			for i := range n {
				require.NoError(t, table.Add(fairness.Observation{Levels: []string{level}, Flagged: i%3 == 0, Score: float64(i % 50), HasScore: level != "c" || i >= unscored}))
			}
		}
		r, err := fairness.Check(table, nil, coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")}, adopted(t))
		require.NoError(t, err)
		rates, err := fairness.ScoringRates(table, fairness.ImpactRule{}, "g")
		require.NoError(t, err)
		selection, err := fairness.SelectionRates(table, fairness.ImpactRule{}, "g")
		require.NoError(t, err)
		got := r.Hide(rates, selection)
		require.True(t, got[0].Rows[2].Hidden)
		require.Equal(t, unscored > 0, got[0].Rows[0].Hidden)
		require.False(t, got[1].Rows[0].Hidden, "the flag's table is as it was")
	}
}

// A reader who tries all scores that agree with the scoring tables cannot tell
// how many people of a hidden category have one, nor that nobody or everybody of
// the hidden ones is above the median.
func TestHiddenScoresAgainstEveryTable(t *testing.T) {
	printed := 0
	rapid.Check(t, func(rt *rapid.T) {
		table, err := fairness.NewTable(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Score: "x",
			Attributes: []fairness.Attribute{{Name: "a", Levels: []string{"1", "2"}}, {Name: "b", Levels: []string{"1", "2", "3"}}},
			Families:   []fairness.Family{{By: []string{"a"}}, {By: []string{"b"}}, {By: []string{"a", "b"}}}})
		require.NoError(rt, err)
		without := rapid.SampledFrom([]int{0, 0, 0, 1, 3}).Draw(rt, "people without a score")
		var n, above [6]int64
		for i := range n {
			n[i] = rapid.SampledFrom([]int64{0, 2, 3, 5, 6, 8, 12, 20}).Draw(rt, "n")
			above[i] = rapid.Int64Range(0, n[i]).Draw(rt, "high")
			for j := range n[i] {
				o := fairness.Observation{Levels: []string{fmt.Sprint(i/3 + 1), fmt.Sprint(i%3 + 1)}, Flagged: j%2 == 0, Score: 1, HasScore: true}
				if j < above[i] {
					o.Score = 2
				}
				if without > 0 && rapid.IntRange(0, 9).Draw(rt, "unscored") == 0 {
					without, o.HasScore = without-1, false
				}
				require.NoError(rt, table.Add(o))
			}
		}
		if table.Total() == 0 {
			return
		}
		r, err := fairness.Check(table, nil, coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")}, adopted(rt))
		require.NoError(rt, err)
		var tables []fairness.ImpactTable
		for _, by := range [][]string{{"a"}, {"b"}, {"a", "b"}} {
			one, err := fairness.ScoringRates(table, fairness.ImpactRule{}, by...)
			if err != nil {
				return // nobody has a score
			}
			tables = append(tables, one)
		}
		hidden := r.Hide(tables...)
		shown := func(levels ...string) (fairness.Rate, bool) {
			for _, one := range hidden {
				for _, row := range one.Rows {
					if len(row.Levels) == len(levels) && slices.Equal(row.Levels, levels) && !(len(levels) == 1 && one.By[0] != "a") {
						return row.Rate, !row.Hidden
					}
				}
			}
			return fairness.Rate{}, len(levels) == 2 // a combination that nobody has is printed as none
		}
		byB := func(level string) (fairness.Rate, bool) {
			for _, row := range hidden[1].Rows {
				if row.Levels[0] == level {
					return row.Rate, !row.Hidden
				}
			}
			return fairness.Rate{}, false
		}
		any := func(one fairness.ImpactTable, hidden bool) bool {
			return slices.ContainsFunc(one.Rows, func(row fairness.ImpactRow) bool { return row.Hidden == hidden })
		}
		if !any(hidden[2], false) || !any(hidden[2], true) || table.Total() > 60 {
			return // nothing hidden or nothing printed, as suppression of people has it; or too many tables for a test
		}
		printed++
		// Every table of sizes that agrees with what is printed.
		seen := [6]map[int64]bool{}
		for i := range seen {
			seen[i] = map[int64]bool{}
		}
		total := tables[0].Split.N
		for _, row := range tables[0].Rows {
			total -= row.Rate.N
		}
		require.Zero(rt, total, "all levels are known")
		var try func(at int, m [6]int64, left int64)
		try = func(at int, m [6]int64, left int64) {
			if at < 6 {
				rate, known := shown(fmt.Sprint(at/3+1), fmt.Sprint(at%3+1))
				if known {
					m[at] = rate.N
					if rate.N <= left {
						try(at+1, m, left-rate.N)
					}
					return
				}
				for k := int64(1); k <= left; k++ {
					m[at] = k
					try(at+1, m, left-k)
				}
				return
			}
			if left != 0 {
				return
			}
			for i := range 2 {
				if rate, known := shown(fmt.Sprint(i + 1)); known && rate.N != m[3*i]+m[3*i+1]+m[3*i+2] {
					return
				}
			}
			for j := range 3 {
				if rate, known := byB(fmt.Sprint(j + 1)); known && rate.N != m[j]+m[3+j] {
					return
				}
			}
			for i := range seen {
				seen[i][m[i]] = true
			}
		}
		try(0, [6]int64{}, tables[0].Split.N)
		for i := range seen {
			if _, known := shown(fmt.Sprint(i/3+1), fmt.Sprint(i%3+1)); !known {
				require.Greater(rt, len(seen[i]), 1, "the scores of category %d follow", i)
			}
		}
		for k, one := range hidden {
			rest := fairness.Rate{X: one.Split.Above, N: one.Split.N}
			for _, row := range one.Rows {
				require.False(rt, !row.Hidden && row.Rate.N > 0 && row.Rate.N < int64(adopted(rt).MinShow))
				rest.X, rest.N = rest.X-row.Rate.X, rest.N-row.Rate.N
			}
			if !any(one, true) {
				continue
			}
			require.GreaterOrEqual(rt, rest.N, int64(adopted(rt).MinShow))
			if one.Split.Above > 0 && one.Split.Above < one.Split.N {
				require.True(rt, rest.X > 0 && rest.X < rest.N, "table %d: nobody or everybody hidden is above the median", k)
			}
		}
	})
	t.Log("tables with both hidden and printed rows:", printed)
}
