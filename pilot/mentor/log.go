package mentor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// LogV1 is the version of the form that [Log] is stored in.
const LogV1 = "mentor/v1"

// A Log holds the records of a programme's coaching. It can be read from a YAML
// or JSON document; the order of its lists means nothing.
type Log struct {
	Schema     string       `json:"schema" doc:"enum=mentor/v1"`
	Programme  string       `json:"programme" doc:"ident"`
	Agreements []Agreement  `json:"agreements"`
	Enablement []Enablement `json:"enablement"`
	Trials     []Trial      `json:"trials"`
	Sessions   []Session    `json:"sessions"`
	Narratives []Narrative  `json:"narratives"`
}

// Check reports every rule that the records break, sorted; each finding's Path
// says in which record, such as "sessions[3].used[0]". Signals are checked
// against the gate: with the zero Gate none may be used. Whether a narrative may
// be printed is for [Anecdotes].
func (l Log) Check(g Gate) coaching.Findings {
	var f finder
	for i, a := range l.Agreements {
		a.check(&f, fmt.Sprintf("agreements[%d].", i))
	}
	for i, e := range l.Enablement {
		e.check(&f, fmt.Sprintf("enablement[%d].", i))
	}
	checkTrials(&f, l.Trials, g)
	l.checkSessions(&f, g)
	return f.sorted()
}

func (l Log) checkSessions(f *finder, g Gate) {
	made := map[string]promise{}
	seen := map[string]bool{}
	for _, i := range l.byDate() {
		s, path := l.Sessions[i], fmt.Sprintf("sessions[%d].", i)
		if seen[s.ID] {
			f.err("MEN-006", path+"id", "session %s has a record already", s.ID)
		}
		seen[s.ID] = true
		s.check(f, path, g)
		if s.Attendance == Held {
			l.checkStart(f, path, s)
		}
		l.checkMove(f, path, s)
		for j, done := range s.Followed {
			p, known := made[done.Commitment]
			if !known || p.leader != s.Leader || done.Outcome == UnknownOutcome || done.Outcome > Dropped {
				f.err("MEN-010", fmt.Sprintf("%sfollowed[%d]", path, j), "want a commitment of an earlier session of this leader, and what became of it")
			}
			p.followed = p.followed || s.Attendance == Held
			made[done.Commitment] = p
		}
		for j, c := range s.Commitments {
			if _, twice := made[c.ID]; twice {
				f.err("MEN-008", fmt.Sprintf("%scommitments[%d].id", path, j), "commitment %s was made already", c.ID)
				continue
			}
			made[c.ID] = promise{leader: s.Leader, due: c.Due, path: fmt.Sprintf("%scommitments[%d]", path, j)}
		}
	}
	l.checkFollowed(f, made)
	l.checkOneCoach(f)
}

// A promise is a commitment as the sessions after it see it.
type promise struct {
	leader   coaching.PersonID
	due      coaching.Date
	path     string
	followed bool
}

// byDate returns the indexes of the sessions in the order of their dates, then
// of their ids.
func (l Log) byDate() []int {
	order := make([]int, len(l.Sessions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(l.Sessions[a].Date.Compare(l.Sessions[b].Date), cmp.Compare(l.Sessions[a].ID, l.Sessions[b].ID))
	})
	return order
}

// checkStart asks for an agreement and an enabled coach on the session's day.
func (l Log) checkStart(f *finder, path string, s Session) {
	if !slices.ContainsFunc(l.Agreements, func(a Agreement) bool {
		return a.Leader == s.Leader && a.Coach == s.Coach && a.Holds(s.Date)
	}) {
		f.err("MEN-001", path+"date", "no agreement of this leader and this coach holds on %s; it comes before coaching begins", s.Date)
	}
	if !slices.ContainsFunc(l.Enablement, func(e Enablement) bool { return e.Coach == s.Coach && e.ready(s.Date) }) {
		f.err("PIL-105", path+"coach", "the coach had not completed enablement by %s", s.Date)
	}
}

// checkMove asks for the record of the session that a rescheduled one became.
func (l Log) checkMove(f *finder, path string, s Session) {
	if s.Attendance != Rescheduled || s.MovedTo.IsZero() {
		return
	}
	if !slices.ContainsFunc(l.Sessions, func(to Session) bool {
		return to.Leader == s.Leader && to.Coach == s.Coach && to.Date == s.MovedTo
	}) {
		f.warn("PIL-048", path+"moved_to", "the session was moved to %s, where it has no record", s.MovedTo)
	}
}

// checkFollowed asks that a commitment is taken up in a held session after it
// fell due, when the leader had one.
func (l Log) checkFollowed(f *finder, made map[string]promise) {
	for _, p := range made {
		if p.followed || p.due.IsZero() {
			continue
		}
		for _, s := range l.Sessions {
			if s.Attendance == Held && s.Leader == p.leader && s.Date.After(p.due) {
				f.warn("MEN-010", p.path, "due %s, and no later session says what became of it", p.due)
				break
			}
		}
	}
}

// checkOneCoach asks that a leader has one coach at a time: agreements of one
// leader with two coaches do not overlap.
func (l Log) checkOneCoach(f *finder) {
	for i, a := range l.Agreements {
		for j, b := range l.Agreements[:i] {
			if a.Leader != b.Leader || a.Coach == b.Coach || a.Leader.IsZero() || a.Signed.IsZero() || b.Signed.IsZero() {
				continue
			}
			if (a.Ended.IsZero() || !a.Ended.Before(b.Signed)) && (b.Ended.IsZero() || !b.Ended.Before(a.Signed)) {
				f.err("MEN-007", fmt.Sprintf("agreements[%d]", i), "agreements[%d] of the same leader with another coach holds at the same time; a leader has one coach at a time", j)
			}
		}
	}
}
