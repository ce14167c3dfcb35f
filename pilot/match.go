package pilot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// A Preference says how ill a leader and a coach fit: 0, which unlisted pairs
// have, is best, and 1000 is worst.
type Preference struct {
	Leader string
	Coach  string
	Cost   int
}

// Most that [Plan.Match] takes on.
const (
	maxMatched    = 100  // leaders, and coaches
	maxSeats      = 1000 // of all coaches, no more than there are leaders for each
	maxPreference = 1000 // cost of one pair
)

// Match gives each leader a coach. No leader gets a coach of the same reporting
// line or of a conflict, and no coach more leaders than fit. Of the matchings
// that leave the fewest leaders without a coach it takes the one whose loads are
// the most even (the least sum of their squares), of those the one of the least
// cost, and of those the first: leaders in the order of their labels, each with
// the first label of a coach. The order in which the plan and the preferences
// are written changes nothing.
//
// The pairs are in the order of the leaders' labels. A leader who withdrew needs
// no coach, and one for whom there is none is named in a PIL-081 error. Other
// findings are about loads. It is nil when a list is too long or a preference is
// none of the plan.
func (p *Plan) Match(preferences []Preference) ([]Pair, coaching.Findings) {
	leaders, coaches, fs := p.parties(preferences)
	if fs.Blocked() {
		fs.Sort()
		return nil, fs
	}
	forbidden, fit := p.forbidden(), map[Pair]int{}
	for _, x := range preferences {
		fit[Pair{x.Leader, x.Coach}] = x.Cost
	}
	// A coach has one slot for each leader who fits, the k-th of which costs
	// 2k-1, so that the sum over a load is its square. The unit of evenness is
	// more than all preferences together, and being left out more than any
	// evenness can be worth.
	n, seats := len(leaders), 0
	for _, coach := range coaches {
		seats += max(0, min(coach.Capacity, n))
	}
	if seats > maxSeats {
		return nil, coaching.Findings{errorf("DOC-LIMIT", "cohort.coaches", "coaches can take %d leaders, want at most %d", seats, maxSeats)}
	}
	even := int64(n)*maxPreference + 1
	alone := int64(2*n+1) * int64(n+1) * even
	var slots []slot
	for i, coach := range coaches {
		for k := range max(0, min(coach.Capacity, n)) {
			slots = append(slots, slot{i, int64(2*k+1) * even})
		}
	}
	for range n {
		slots = append(slots, slot{len(coaches), alone})
	}
	cost := make([][]int64, n)
	for i, leader := range leaders {
		cost[i] = make([]int64, len(slots))
		for j, s := range slots {
			switch {
			case s.coach == len(coaches):
				cost[i][j] = s.cost
			case forbidden[Pair{leader, coaches[s.coach].ID}]:
				cost[i][j] = 4 * alone // being left out is always cheaper
			default:
				cost[i][j] = s.cost + int64(fit[Pair{leader, coaches[s.coach].ID}])
			}
		}
	}
	var pairs []Pair
	loads := make([]int, len(coaches))
	for i, s := range assign(cost, slots) {
		if s == len(coaches) {
			fs = append(fs, errorf("PIL-081", p.leaderPath(leaders[i]), "%s has no coach: every coach is full, in a conflict or in the reporting line", leaders[i]))
			continue
		}
		pairs = append(pairs, Pair{leaders[i], coaches[s].ID})
		loads[s]++
	}
	pol := DefaultPolicy()
	for i, load := range loads {
		for _, say := range []func(CoachKind, int) (coaching.Finding, bool){pol.overload, pol.underload} {
			if f, ok := say(coaches[i].Kind, load); ok {
				f.Path = "cohort.coaches." + coaches[i].ID
				fs = append(fs, f)
			}
		}
	}
	fs.Sort()
	return pairs, fs
}

func (p *Plan) leaderPath(label string) string {
	i := slices.IndexFunc(p.Cohort.Leaders, func(l Leader) bool { return l.ID == label })
	return fmt.Sprintf("cohort.leaders[%d]", i)
}

// parties returns the leaders who need a coach and the coaches, both by label.
func (p *Plan) parties(preferences []Preference) ([]string, []Coach, coaching.Findings) {
	var fs coaching.Findings
	if len(p.Cohort.Leaders) > maxMatched || len(p.Cohort.Coaches) > maxMatched || len(preferences) > maxMatched*maxMatched || len(p.Cohort.Conflicts) > maxListed {
		return nil, nil, coaching.Findings{errorf("DOC-LIMIT", "cohort", "%d leaders and %d coaches, want at most %d of each", len(p.Cohort.Leaders), len(p.Cohort.Coaches), maxMatched)}
	}
	known := map[string]bool{}
	var leaders []string
	for i, l := range p.Cohort.Leaders {
		if known["leader "+l.ID] {
			fs = append(fs, errorf("DOC-ID", fmt.Sprintf("cohort.leaders[%d].id", i), "the id is taken by an earlier leader"))
		}
		known["leader "+l.ID] = true
		if l.Withdrawn.IsZero() {
			leaders = append(leaders, l.ID)
		}
	}
	for i, coach := range p.Cohort.Coaches {
		if known["coach "+coach.ID] {
			fs = append(fs, errorf("DOC-ID", fmt.Sprintf("cohort.coaches[%d].id", i), "the id is taken by an earlier coach"))
		}
		known["coach "+coach.ID] = true
	}
	stated := map[Pair]bool{}
	for i, x := range preferences {
		path := fmt.Sprintf("preferences[%d]", i)
		switch pair := (Pair{x.Leader, x.Coach}); {
		case !known["leader "+x.Leader] || !known["coach "+x.Coach]:
			fs = append(fs, errorf("DOC-REF", path, "want a leader and a coach of the plan"))
		case x.Cost < 0 || x.Cost > maxPreference:
			fs = append(fs, errorf("DOC-VALUE", path, "a cost of %d, want 0 to %d", x.Cost, maxPreference))
		case stated[pair]:
			fs = append(fs, errorf("DOC-ID", path, "the pair is listed already"))
		default:
			stated[pair] = true
		}
	}
	slices.Sort(leaders)
	coaches := slices.SortedFunc(slices.Values(p.Cohort.Coaches), func(a, b Coach) int { return strings.Compare(a.ID, b.ID) })
	return leaders, coaches, fs
}

// A slot is one place with a coach, by index; the index after the last coach is
// being left out.
type slot struct {
	coach int
	cost  int64
}

// assign returns the coach of each row in the first optimal matching. Cost has a
// row for each leader and a column for each slot, and at least as many columns
// as rows.
//
// The Hungarian method (Kuhn 1955, in the form of shortest augmenting paths with
// potentials, Jonker and Volgenant 1987) gives an optimal matching and
// potentials. By complementary slackness a matching is optimal if and only if it
// uses edges without reduced cost and leaves no column of a negative potential
// empty; among those the rows are then fixed to their first coach, one by one.
func assign(cost [][]int64, slots []slot) []int {
	n, m := len(cost), len(slots)
	u, v := make([]int64, n+1), make([]int64, m+1)
	row, way := make([]int, m+1), make([]int, m+1) // row[j] is the row of column j, counted from 1; 0: none
	for i := 1; i <= n; i++ {
		row[0] = i
		least := make([]int64, m+1)
		for j := range least {
			least[j] = math.MaxInt64
		}
		used := make([]bool, m+1)
		at := 0
		for row[at] != 0 {
			used[at] = true
			delta, next := int64(math.MaxInt64), 0
			for j := 1; j <= m; j++ {
				if used[j] {
					continue
				}
				if reduced := cost[row[at]-1][j-1] - u[row[at]] - v[j]; reduced < least[j] {
					least[j], way[j] = reduced, at
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := range m + 1 {
				if used[j] {
					u[row[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			row[at] = row[way[at]]
			at = way[at]
		}
	}
	t := tight{cost: cost, slots: slots, u: u[1:], v: v[1:], row: make([]int, m), column: make([]int, m), coach: make([]int, m)}
	idle := n
	for j := range m {
		t.coach[j] = -1
		if t.row[j] = row[j+1] - 1; t.row[j] < 0 {
			t.row[j] = idle
			idle++
		}
		t.column[t.row[j]] = j
	}
	for i := range n {
		last := -1
		for j, s := range slots {
			if s.coach == last {
				continue // one slot of a coach is as good as another
			}
			last = s.coach
			if slots[t.column[i]].coach == s.coach || t.move(i, j) {
				break
			}
		}
		t.coach[i] = slots[t.column[i]].coach
	}
	return t.coach[:n]
}

// tight is an optimal matching and the edges that every optimal one is made of.
// Rows after those of the cost are idle: they fill the columns that may stay
// empty, so that each matching differs from each other in circles.
type tight struct {
	cost   [][]int64
	slots  []slot
	u, v   []int64
	row    []int // of each column
	column []int // of each row
	coach  []int // that a row is fixed to; -1: none
}

// edge reports whether a row may take a column.
func (t *tight) edge(i, j int) bool {
	if i >= len(t.cost) {
		return t.v[j] == 0
	}
	return t.cost[i][j] == t.u[i]+t.v[j] && (t.coach[i] < 0 || t.coach[i] == t.slots[j].coach)
}

// move gives row i the column j when the other rows can be moved around a circle
// so that the matching stays optimal and each fixed row keeps its coach.
func (t *tight) move(i, j int) bool {
	if !t.edge(i, j) {
		return false
	}
	seen := make([]bool, len(t.row))
	seen[j] = true
	if !t.rehouse(t.row[j], t.column[i], seen) {
		return false
	}
	t.row[j], t.column[i] = i, j
	return true
}

// rehouse finds another column for row r: the one that was left, or one whose
// row can be rehoused in turn.
func (t *tight) rehouse(r, left int, seen []bool) bool {
	for j := range t.row {
		if seen[j] || !t.edge(r, j) {
			continue
		}
		seen[j] = true
		if j != left && !t.rehouse(t.row[j], left, seen) {
			continue
		}
		t.row[j], t.column[r] = r, j
		return true
	}
	return false
}
