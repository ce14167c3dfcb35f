package fairness

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// cells makes a family from sizes and flags by level.
func cells(by string, levels []string, sizes, flagged []int64) FamilyResult {
	f := FamilyResult{By: strings.Split(by, " x ")}
	for i, level := range levels {
		f.Groups = append(f.Groups, GroupResult{Label: level, Group: strings.Split(level, "/"), Rate: Rate{flagged[i], sizes[i]}})
	}
	return f
}

func hiddenOf(f FamilyResult) []string {
	var out []string
	for _, g := range f.Groups {
		if g.Suppressed {
			out = append(out, g.Label)
		}
	}
	return out
}

// FAI-003: what a reader could work out, one way at a time.
func TestSuppressionLeavesNoWayBack(t *testing.T) {
	t.Run("two small groups are fewer than five together", func(t *testing.T) {
		f := []FamilyResult{cells("g", []string{"a", "b", "c", "d"}, []int64{1, 3, 9, 40}, []int64{0, 1, 3, 10})}
		suppress(f, 5)
		require.Equal(t, []string{"a", "b", "c"}, hiddenOf(f[0]))
	})
	t.Run("five groups of one person each are each of one person", func(t *testing.T) {
		f := []FamilyResult{cells("g", []string{"a", "b", "c", "d", "e", "z"}, []int64{1, 1, 1, 1, 1, 40}, []int64{0, 1, 0, 0, 0, 10})}
		suppress(f, 5)
		require.Contains(t, hiddenOf(f[0]), "z", "5 people in 5 groups")
	})
	t.Run("nobody of the hidden groups is flagged", func(t *testing.T) {
		f := []FamilyResult{cells("g", []string{"a", "b", "c", "d"}, []int64{3, 7, 9, 40}, []int64{0, 0, 3, 10})}
		suppress(f, 5)
		require.Equal(t, []string{"a", "b", "c"}, hiddenOf(f[0]))
	})
	t.Run("two families agree on an attribute that no family divides by alone", func(t *testing.T) {
		f := []FamilyResult{
			cells("g x a", []string{"f/1", "f/2", "m/1", "m/2"}, []int64{12, 12, 12, 18}, []int64{3, 3, 3, 3}),
			cells("g x s", []string{"f/x", "f/y", "m/x", "m/y"}, []int64{4, 20, 10, 20}, []int64{1, 5, 3, 3}),
		}
		suppress(f, 5)
		require.Equal(t, []string{"f/x", "f/y", "m/x"}, hiddenOf(f[1]), "24 women less those of site y")
		require.Equal(t, []string{"f/1", "f/2", "m/1"}, hiddenOf(f[0]), "nor 12 and 18 men less those of site y")
	})
	t.Run("the same family in another order", func(t *testing.T) {
		f := []FamilyResult{
			cells("g x a", []string{"f/1", "f/2", "m/1", "m/2"}, []int64{4, 9, 9, 20}, []int64{1, 3, 3, 3}),
			cells("a x g", []string{"1/f", "1/m", "2/f", "2/m"}, []int64{4, 9, 9, 20}, []int64{1, 3, 3, 3}),
		}
		suppress(f, 5)
		for i, j := range []int{0, 2, 1, 3} {
			require.Equal(t, f[0].Groups[i].Suppressed && f[1].Groups[j].Suppressed, f[0].Groups[i].Suppressed || f[1].Groups[j].Suppressed)
		}
	})
}

// A reader who tries every table cannot tell the size of a hidden group: for
// each, two tables agree with everything that is printed.
func TestSuppressionAgainstEveryTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var n [2][3]int64
		for i := range n {
			for j := range n[i] {
				n[i][j] = rapid.Int64Range(0, 9).Draw(t, "n")
			}
		}
		build := func(n [2][3]int64) []FamilyResult {
			rows, columns := cells("a", []string{"x", "y"}, make([]int64, 2), make([]int64, 2)), cells("b", []string{"1", "2", "3"}, make([]int64, 3), make([]int64, 3))
			both := FamilyResult{By: []string{"a", "b"}}
			for i := range n {
				for j, k := range n[i] {
					rows.Groups[i].Rate.N += k
					columns.Groups[j].Rate.N += k
					if k > 0 {
						both.Groups = append(both.Groups, GroupResult{Label: rows.Groups[i].Label + columns.Groups[j].Label, Group: []string{rows.Groups[i].Label, columns.Groups[j].Label}, Rate: Rate{0, k}})
					}
				}
			}
			return []FamilyResult{rows, columns, both}
		}
		truth := build(n)
		suppress(truth, 5)
		var total int64
		printed := true
		for _, g := range truth[0].Groups {
			total += g.Rate.N
		}
		for _, f := range truth {
			printed = printed && len(hiddenOf(f)) < len(f.Groups)
		}
		if !printed { // a family of which nothing is printed gives no more than its total
			return
		}
		seen := make([]map[int64]bool, 6)
		for i := range seen {
			seen[i] = map[int64]bool{}
		}
		var try func(at int, m [2][3]int64, left int64)
		try = func(at int, m [2][3]int64, left int64) {
			if at == 6 {
				if left != 0 {
					return
				}
				other := build(m)
				for f := range truth {
					for g, group := range truth[f].Groups {
						if !group.Suppressed && other[f].Groups[g].Rate.N != group.Rate.N || group.Suppressed && other[f].Groups[g].Rate.N == 0 {
							return
						}
					}
				}
				for i := range seen {
					seen[i][m[i/3][i%3]] = true
				}
				return
			}
			if n[at/3][at%3] == 0 {
				try(at+1, m, left)
				return
			}
			for k := int64(1); k <= min(left, 14); k++ {
				m[at/3][at%3] = k
				try(at+1, m, left-k)
			}
		}
		if total > 24 {
			return // too many tables for a test
		}
		try(0, [2][3]int64{}, total)
		for _, g := range truth[2].Groups {
			if g.Suppressed {
				i := strings.Index("xy", g.Group[0])*3 + strings.Index("123", g.Group[1])
				require.Greater(t, len(seen[i]), 1, "%v: the size of %s follows", n, g.Label)
			}
		}
	})
}

// The memo and the findings print nothing of a hidden group: not its rate behind
// the ratio to the highest, nor its part of a gap, nor its reviewed cases, nor a
// digest that hidden figures could be tried against.
func TestReportTextHidesSmallGroups(t *testing.T) {
	p := ProposedPolicy()
	p.AdoptedBy, p.AdoptedOn = anyone(t), coaching.MustDate("2026-12-01")
	p.Review.StratifyBy = "gender"
	table, err := FromCounts(Spec{Signal: "s", Polarity: Unfavourable,
		Attributes: []Attribute{{Name: "gender"}}, Features: []Feature{{Name: "shift"}}}, []Count{
		{Levels: []string{"diverse"}, Factors: []string{"night"}, Flagged: 4, Total: 4},
		{Levels: []string{"woman"}, Factors: []string{"day"}, Flagged: 12, Total: 40},
		{Levels: []string{"man"}, Factors: []string{"night"}, Flagged: 50, Total: 62},
		{Levels: []string{"undisclosed"}, Factors: []string{"day"}, Flagged: 18, Total: 60},
	})
	require.NoError(t, err)
	var results []ReviewResult
	for i, group := range slices.Concat(slices.Repeat([]string{"diverse"}, 4), slices.Repeat([]string{"man"}, 10)) {
		results = append(results, ReviewResult{Flagged: true, Group: group, Wrong: i != 0})
	}
	r, err := Check(table, results, coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-10")}, p)
	require.NoError(t, err)
	require.Equal(t, []string{"diverse", "woman"}, hiddenOf(r.Families[0]))
	require.Equal(t, Pause, r.Review.Verdict)
	m, err := NewMemo(MemoInput{Report: r, Purpose: "p", FlagMeaning: "f", WhoIsHarmed: "w", Residual: "r", BlindSpots: []string{"b"},
		Prepared: coaching.MustDate("2027-01-11"), NextReview: coaching.MustDate("2027-02-11"), PreparedBy: anyone(t)})
	require.NoError(t, err)
	for where, text := range map[string]string{"findings": r.Findings.Err().Error(), "memo": string(m.Markdown())} {
		for _, figure := range []string{"10 of 10", "3 of 4", "4 of 4", "of the gap of", r.Fingerprint.String(), "| 0.81 |"} {
			require.NotContains(t, text, figure, where)
		}
	}
	require.Contains(t, string(m.Markdown()), "| man | 50 of 62 |")
	require.Regexp(t, `\| man \| .* \| 1.00 \| `, string(m.Markdown()), "the highest that is printed")
	require.Equal(t, "diverse", r.Proxies[0].PathGroup)
	require.True(t, r.Proxies[0].Carries)
	for _, f := range r.Findings {
		require.NotContains(t, f.Message, "0 of 4")
		require.NotContains(t, f.Message, "%!")
	}
}

// FAI-003: the number that would decide follows from a group's size, so that of
// a hidden group is not in the findings.
func TestNeededOfHiddenGroupsIsNotPrinted(t *testing.T) {
	for _, suppressed := range []bool{true, false} {
		r := &Report{Flagged: Rate{3, 10}, Families: []FamilyResult{{By: []string{"gender"}, Groups: []GroupResult{
			{Label: "diverse", Rate: Rate{1, 4}, Rest: Rate{2, 6}, Needed: 118, Suppressed: suppressed},
		}}}}
		missing := 0
		r.explainFamilies(&missing)
		require.True(t, r.Findings.Has("FAI-003"))
		require.Equal(t, !suppressed, strings.Contains(r.Findings[0].Message, "would decide"), r.Findings[0].Message)
	}
}

func anyone(t *testing.T) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(slices.Repeat([]byte{7}, 32), coaching.Domain{Programme: "test", Purpose: "test"})
	require.NoError(t, err)
	id, err := p.Person("anyone")
	require.NoError(t, err)
	return id
}
