package signal

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// nested returns a week of teams t0, t1 ... of the sizes, whose people are in the
// east up to the given team and in the west from it on, but for those named.
func nested(sizes []int, west int, moved ...int) []personWeek {
	var rows []personWeek
	for i, size := range sizes {
		for range size {
			r := personWeek{who: fmt.Sprintf("P%03d", len(rows)), org: fmt.Sprintf("t%d", i), level: "east", x: float64(len(rows))}
			if i >= west {
				r.level = "west"
			}
			for _, m := range moved {
				if m == len(rows) {
					r.level = map[string]string{"east": "west", "west": "east"}[r.level]
				}
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// DQ20: the east is two teams and one person of a third. No team differs from it
// by fewer than five, but the two together do.
func TestLedgerHidesUnions(t *testing.T) {
	for moved, hides := range map[int]bool{0: false, 1: true, 4: true, 5: false} {
		p := groupsPanel(t, nested([]int{5, 5, 5, 10}, 2, []int{15, 16, 17, 18, 19}[:moved]...))
		for _, order := range [][2]string{{"org", "level"}, {"level", "org"}} {
			ledger := new(Ledger)
			first := newRelease(t, p, ledger, order[0])
			for _, f := range first.Figures() {
				require.Equal(t, OK, f.Status)
			}
			require.NoError(t, ledger.Record(first))
			hidden := 0
			for _, f := range newRelease(t, p, ledger, order[1]).Figures() {
				if f.Status == Suppressed {
					hidden++
				}
			}
			require.Equal(t, hides, hidden > 0, "%d moved, %s", moved, order)
		}
	}
}

// DQ20: with an organisation of teams, two releases are together no way to fewer
// than five people: no sum of groups of the one differs from a sum of groups of
// the other by fewer.
func TestLedgerLinksUnions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(3, 9), 2, 6).Draw(rt, "sizes")
		people := 0
		for _, size := range sizes {
			people += size
		}
		moved := rapid.SliceOfN(rapid.IntRange(0, people-1), 0, 3).Draw(rt, "moved")
		p := groupsPanel(t, nested(sizes, rapid.IntRange(0, len(sizes)).Draw(rt, "west"), moved...))
		order := rapid.Permutation([]string{"org", "level"}).Draw(rt, "order")
		ledger := new(Ledger)
		var sums [2][]map[int]bool // of people, every sum of the groups that a release shows
		for i, by := range order {
			r, _ := NewRelease(p, teamHours(), ReleaseSpec{By: []string{by}, Window: allWeeks(p), PerPeriod: true, Ledger: ledger})
			if r == nil {
				return
			}
			require.NoError(rt, ledger.Record(r))
			g := p.group([]string{by})
			var groups [][]int
			rest := map[int]bool{}
			for cell, tally := range g.tallies(p, teamHours(), []int{0}, false, true, nil)[0] {
				switch shown := r.tables[0].cells[cell].Status == OK; {
				case g.total(cell) || cell == g.at(g.rows, g.columns):
					if !shown {
						rest = nil
					}
				case shown:
					groups = append(groups, tally.members)
				case rest != nil:
					for _, s := range tally.members {
						rest[s] = true
					}
				}
			}
			if len(rest) > 0 {
				var left []int
				for s := range rest {
					left = append(left, s)
				}
				groups = append(groups, left)
			}
			for mask := range 1 << len(groups) {
				sum := map[int]bool{}
				for j, members := range groups {
					if mask>>j&1 == 1 {
						for _, s := range members {
							sum[s] = true
						}
					}
				}
				sums[i] = append(sums[i], sum)
			}
		}
		for _, a := range sums[0] {
			for _, b := range sums[1] {
				differ := 0
				for s := range p.subjects {
					if a[s] != b[s] {
						differ++
					}
				}
				require.False(rt, differ > 0 && differ < 5, "a sum of groups differs from another by %d", differ)
			}
		}
	})
}
