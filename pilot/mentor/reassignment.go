package mentor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// A Reassignment gives a leader another coach from a day on. It is an event of
// its own: the sessions before it keep the coach who held them, and no date of
// the leader's coaching changes. Why it happened is nobody's business.
type Reassignment struct {
	Leader coaching.PersonID `json:"leader"`
	From   coaching.PersonID `json:"from"` // the coach until the day before
	To     coaching.PersonID `json:"to"`
	Date   coaching.Date     `json:"date"` // the first day of the new coach
}

// checkReassignments asks that the events of one leader follow on each other,
// and that agreements, sessions and commitments follow them: the agreement with
// the former coach has ended, each session on record is of the coach of its day,
// and no open commitment is left with someone who has gone.
func (l Log) checkReassignments(f *finder, made map[string]promise, x index) {
	for i, r := range l.Reassignments {
		path := fmt.Sprintf("reassignments[%d].", i)
		if r.Leader.IsZero() || r.From.IsZero() || r.To.IsZero() || r.Date.IsZero() {
			f.err("MEN-016", path+"date", "a reassignment has a leader, the coach before, the coach after, and the first day of that one")
			continue
		}
		if r.From == r.To || r.To == r.Leader {
			f.err("MEN-016", path+"to", "want another coach, who is not the leader")
		}
		for _, a := range x.agreements[pair{r.Leader, r.From}] {
			if a.Holds(r.Date) {
				f.err("MEN-016", path+"from", "the agreement with the former coach still holds on %s; it ends the day before at the latest", r.Date)
				break
			}
		}
		before, after := around(x.moves[r.Leader], r.Date.AddDays(-1))
		if after >= 0 && after != i {
			f.err("MEN-016", path+"date", "reassignments[%d] is of the same leader and day", after)
		}
		if before >= 0 && l.Reassignments[before].To != r.From {
			f.err("MEN-016", path+"from", "reassignments[%d] gave this leader another coach before", before)
		}
	}
	for _, p := range made {
		_, after := around(x.moves[p.leader], p.made)
		if after >= 0 && !p.followed && l.Reassignments[after].From == p.owner && !p.due.Before(l.Reassignments[after].Date) {
			f.warn("MEN-016", p.path+".owner", "due %s from a coach who left on %s; drop it, or let someone else take it up", p.due, l.Reassignments[after].Date)
		}
	}
}

// checkCoach asks that the session is of the coach whom the leader had that day.
// last is the coach of the session before.
func (s Session) checkCoach(f *finder, path string, l Log, x index, last coaching.PersonID) {
	before, after := around(x.moves[s.Leader], s.Date)
	switch {
	case before >= 0 && l.Reassignments[before].To != s.Coach:
		f.err("MEN-016", path+"coach", "reassignments[%d] has given this leader another coach by %s", before, s.Date)
	case before < 0 && after >= 0 && l.Reassignments[after].From != s.Coach:
		f.err("MEN-016", path+"coach", "reassignments[%d] says that this leader had another coach on %s", after, s.Date)
	case before < 0 && after < 0 && !last.IsZero() && last != s.Coach:
		f.err("MEN-016", path+"coach", "another coach held the leader's session before this one, and no reassignment is on record")
	}
}

// A move is a reassignment of one leader, by its index in the log.
type move struct {
	date coaching.Date
	at   int
}

// movesByLeader returns the reassignments of each leader in the order of their
// days, then of their indexes.
func (l Log) movesByLeader() map[coaching.PersonID][]move {
	moves := map[coaching.PersonID][]move{}
	for i, r := range l.Reassignments {
		moves[r.Leader] = append(moves[r.Leader], move{r.Date, i})
	}
	for _, list := range moves {
		slices.SortFunc(list, func(a, b move) int { return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.at, b.at)) })
	}
	return moves
}

// around returns the index in the log of the last reassignment up to a day, and
// of the first after it; -1 for none.
func around(moves []move, day coaching.Date) (before, after int) {
	n, _ := slices.BinarySearchFunc(moves, day, func(m move, day coaching.Date) int {
		if m.date.After(day) {
			return 1
		}
		return -1
	})
	before, after = -1, -1
	if n > 0 {
		before = moves[n-1].at
	}
	if n < len(moves) {
		after = moves[n].at
	}
	return before, after
}
