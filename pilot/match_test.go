package pilot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// brute tries every way to give leaders coaches and returns the first of the
// best, by the words of Match.
func brute(p *pilot.Plan, preferences []pilot.Preference) string {
	leaders := slices.SortedFunc(slices.Values(p.Cohort.Leaders), func(a, b pilot.Leader) int { return strings.Compare(a.ID, b.ID) })
	coaches := slices.SortedFunc(slices.Values(p.Cohort.Coaches), func(a, b pilot.Coach) int { return strings.Compare(a.ID, b.ID) })
	up := map[string]string{}
	for _, l := range leaders {
		up[l.ID] = l.ReportsTo
	}
	for _, c := range coaches {
		up[c.ID] = c.ReportsTo
	}
	over := func(a, b string) bool {
		for range 20 {
			if b = up[b]; b == a {
				return true
			}
		}
		return false
	}
	best, found := [3]int{1 << 30}, ""
	loads := make([]int, len(coaches)+1)
	var try func(i, cost int, names []string)
	try = func(i, cost int, names []string) {
		if i == len(leaders) {
			squares := 0
			for _, load := range loads[:len(coaches)] {
				squares += load * load
			}
			if score := [3]int{loads[len(coaches)], squares, cost}; slices.Compare(score[:], best[:]) < 0 {
				best, found = score, strings.Join(names, " ")
			}
			return
		}
		for c := range len(coaches) + 1 {
			name, more := "-", 0
			if c < len(coaches) {
				l, coach := leaders[i].ID, coaches[c].ID
				if loads[c] == coaches[c].Capacity || slices.Contains(p.Cohort.Conflicts, pilot.Pair{Leader: l, Coach: coach}) || over(l, coach) || over(coach, l) {
					continue
				}
				name = coach
				for _, x := range preferences {
					if x.Leader == l && x.Coach == coach {
						more = x.Cost
					}
				}
			}
			loads[c]++
			try(i+1, cost+more, append(names[:len(names):len(names)], leaders[i].ID+":"+name))
			loads[c]--
		}
	}
	try(0, 0, nil)
	return found
}

// written writes a matching as brute does.
func written(p *pilot.Plan, pairs []pilot.Pair) string {
	coach := map[string]string{}
	for _, x := range pairs {
		coach[x.Leader] = x.Coach
	}
	var parts []string
	for _, l := range p.Cohort.Leaders {
		if coach[l.ID] == "" {
			coach[l.ID] = "-"
		}
		parts = append(parts, l.ID+":"+coach[l.ID])
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// Match is the best of all matchings, the first of the best, and does not depend
// on the order in which anything is written (PIL-081, MEN-004).
func TestMatchIsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &pilot.Plan{}
		n, m := rapid.IntRange(1, 6).Draw(t, "leaders"), rapid.IntRange(1, 4).Draw(t, "coaches")
		boss := rapid.SampledFrom([]string{"", "", "", "L1", "C1", "C2", "X"})
		for i := range n {
			p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: fmt.Sprintf("L%d", i+1), ReportsTo: boss.Draw(t, "boss")})
		}
		for i := range m {
			p.Cohort.Coaches = append(p.Cohort.Coaches, pilot.Coach{ID: fmt.Sprintf("C%d", i+1), Kind: pilot.InternalCoach, Capacity: rapid.IntRange(0, 4).Draw(t, "capacity"), ReportsTo: boss.Draw(t, "boss")})
		}
		var preferences []pilot.Preference
		for _, l := range p.Cohort.Leaders {
			for _, c := range p.Cohort.Coaches {
				if rapid.IntRange(0, 5).Draw(t, "conflict") == 0 {
					p.Cohort.Conflicts = append(p.Cohort.Conflicts, pilot.Pair{Leader: l.ID, Coach: c.ID})
				}
				preferences = append(preferences, pilot.Preference{Leader: l.ID, Coach: c.ID, Cost: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "cost")})
			}
		}
		pairs, fs := p.Match(preferences)
		want := brute(p, preferences)
		require.Equal(t, want, written(p, pairs))
		alone := 0
		for _, f := range fs {
			if f.Code == "PIL-081" && f.Severity == coaching.Error {
				alone++
				require.Contains(t, want, f.Message[:2]+":-")
			}
		}
		require.Equal(t, strings.Count(want, ":-"), alone, "each leader without a coach is named")

		q := p.Clone()
		slices.Reverse(q.Cohort.Leaders)
		slices.Reverse(q.Cohort.Coaches)
		slices.Reverse(preferences)
		again, _ := q.Match(preferences)
		require.Equal(t, pairs, again)
	})
}

// The corner cases of the ratio: loads are even whatever the number of leaders.
func TestMatchBalances(t *testing.T) {
	for leaders, want := range map[int][]int{7: {4, 3}, 8: {4, 4}, 9: {5, 4}, 10: {5, 5}, 11: {6, 5}, 12: {6, 6}, 13: {5, 4, 4}} {
		p := &pilot.Plan{}
		for i := range leaders {
			p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: fmt.Sprintf("L%02d", i+1)})
		}
		for i := range want {
			p.Cohort.Coaches = append(p.Cohort.Coaches, pilot.Coach{ID: fmt.Sprintf("C%d", i+1), Kind: pilot.InternalCoach, Capacity: 6})
		}
		pairs, fs := p.Match(nil)
		loads := make([]int, len(want))
		for _, x := range pairs {
			loads[x.Coach[1]-'1']++
		}
		require.Equal(t, want, loads)
		require.False(t, fs.Blocked())
		require.Equal(t, leaders == 7, fs.Has("PIL-081"), "a load of three is noted")
		for i := range p.Cohort.Coaches {
			p.Cohort.Coaches[i].Capacity = 2
		}
		pairs, fs = p.Match(nil)
		require.Len(t, pairs, 2*len(want))
		require.True(t, fs.Blocked())
	}
}

// A leader who withdrew needs no coach; what is not of the plan, or too much, is
// refused (DOC-REF, DOC-VALUE, DOC-ID, DOC-LIMIT).
func TestMatchRefuses(t *testing.T) {
	p := plan(t)
	p.Cohort.Leaders[0].Withdrawn = coaching.MustDate("2027-02-01")
	pairs, fs := p.Match(nil)
	require.Len(t, pairs, 9)
	require.Equal(t, pilot.Pair{Leader: "L02", Coach: "C1"}, pairs[0])
	require.False(t, fs.Blocked())
	for code, bad := range map[string][]pilot.Preference{
		"DOC-REF":   {{Leader: "L01", Coach: "C9"}},
		"DOC-VALUE": {{Leader: "L01", Coach: "C1", Cost: -1}},
		"DOC-ID":    {{Leader: "L01", Coach: "C1"}, {Leader: "L01", Coach: "C1"}},
	} {
		pairs, fs := p.Match(bad)
		require.Nil(t, pairs)
		require.True(t, fs.Has(code))
	}
	p.Cohort.Leaders = make([]pilot.Leader, 100_000)
	pairs, fs = p.Match(nil)
	require.Nil(t, pairs)
	require.True(t, fs.Has("DOC-LIMIT"))
}

func BenchmarkMatch(b *testing.B) {
	p := &pilot.Plan{}
	for i := range 100 {
		p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: fmt.Sprintf("L%03d", i)})
	}
	for i := range 20 {
		p.Cohort.Coaches = append(p.Cohort.Coaches, pilot.Coach{ID: fmt.Sprintf("C%02d", i), Capacity: 6})
	}
	for b.Loop() {
		p.Match(nil)
	}
}
