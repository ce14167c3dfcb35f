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
	Schema        string         `json:"schema" doc:"enum=mentor/v1"`
	Programme     string         `json:"programme" doc:"ident"`
	Agreements    []Agreement    `json:"agreements"`
	Enablement    []Enablement   `json:"enablement"`
	Reassignments []Reassignment `json:"reassignments,omitempty"`
	Trials        []Trial        `json:"trials"`
	Sessions      []Session      `json:"sessions"`
	Narratives    []Narrative    `json:"narratives"`
}

// Check reports every rule that the records break, sorted; each finding's Path
// says in which record, such as "sessions[3].used[0]". Signals are checked
// against the gate: with the zero Gate none may be used. Narratives are checked
// for their words and the sessions and trials that they derive from; whether one
// may be printed is for [Anecdotes], which asks for consent too. The log is not
// changed, and the time taken is in proportion to its length.
func (l Log) Check(g Gate) coaching.Findings {
	var f finder
	for i, a := range l.Agreements {
		a.check(&f, fmt.Sprintf("agreements[%d].", i))
	}
	for i, e := range l.Enablement {
		e.check(&f, fmt.Sprintf("enablement[%d].", i))
	}
	x := l.index()
	checkTrials(&f, l.Trials, g)
	l.checkSessions(&f, g, x)
	l.checkOneCoach(&f)
	l.checkNarratives(&f, x)
	l.checkTexts(&f)
	return f.sorted()
}

func (l Log) checkSessions(f *finder, g Gate, x index) {
	made := map[string]promise{}
	seen := map[string]bool{}
	last := map[coaching.PersonID]coaching.PersonID{} // the coach of a leader's latest session
	for _, i := range l.byDate() {
		s, path := l.Sessions[i], fmt.Sprintf("sessions[%d].", i)
		if seen[s.ID] {
			f.err("MEN-006", path+"id", "session %s has a record already", s.ID)
		}
		seen[s.ID] = true
		s.check(f, path, g)
		if s.Attendance == Held {
			s.checkStart(f, path, x)
		}
		s.checkMove(f, path, x)
		s.checkCoach(f, path, l, x, last[s.Leader])
		last[s.Leader] = s.Coach
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
			made[c.ID] = promise{leader: s.Leader, owner: c.Owner, made: s.Date, due: c.Due, path: fmt.Sprintf("%scommitments[%d]", path, j)}
		}
	}
	checkFollowed(f, made, x)
	l.checkReassignments(f, made, x)
}

// A promise is a commitment as the sessions after it see it.
type promise struct {
	leader    coaching.PersonID
	owner     coaching.PersonID
	made, due coaching.Date
	path      string
	followed  bool
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
func (s Session) checkStart(f *finder, path string, x index) {
	if !slices.ContainsFunc(x.agreements[pair{s.Leader, s.Coach}], func(a Agreement) bool { return a.Holds(s.Date) }) {
		f.err("MEN-001", path+"date", "no agreement of this leader and this coach holds on %s; it comes before coaching begins", s.Date)
	}
	if from, ok := x.ready[s.Coach]; !ok || from.After(s.Date) {
		f.err("PIL-105", path+"coach", "the coach had not completed enablement by %s", s.Date)
	}
}

// checkMove asks for the record of the session that a rescheduled one became.
func (s Session) checkMove(f *finder, path string, x index) {
	if s.Attendance == Rescheduled && !s.MovedTo.IsZero() && !x.met[meeting{pair{s.Leader, s.Coach}, s.MovedTo}] {
		f.warn("PIL-048", path+"moved_to", "the session was moved to %s, where it has no record", s.MovedTo)
	}
}

// checkFollowed asks that a commitment is taken up in a held session after it
// fell due, when the leader had one.
func checkFollowed(f *finder, made map[string]promise, x index) {
	for _, p := range made {
		if !p.followed && !p.due.IsZero() && x.lastHeld[p.leader].After(p.due) {
			f.warn("MEN-010", p.path, "due %s, and no later session says what became of it", p.due)
		}
	}
}

// checkOneCoach asks that a leader has one coach at a time: agreements of one
// leader with two coaches do not overlap. The later of two is reported.
func (l Log) checkOneCoach(f *finder) {
	var order []int
	for i, a := range l.Agreements {
		if !a.Leader.IsZero() && !a.Signed.IsZero() {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(l.Agreements[i].Signed.Compare(l.Agreements[j].Signed), cmp.Compare(i, j))
	})
	// Of each leader's agreements so far, the one that holds longest. One with
	// another coach that overlaps any of them overlaps this one, or an overlap
	// was reported before.
	longest := map[coaching.PersonID]int{}
	for _, i := range order {
		a := l.Agreements[i]
		j, ok := longest[a.Leader]
		if !ok {
			longest[a.Leader] = i
			continue
		}
		b := l.Agreements[j]
		if b.Coach != a.Coach && b.lasts(a.Signed) {
			f.err("MEN-007", fmt.Sprintf("agreements[%d]", i), "agreements[%d] of the same leader with another coach holds at the same time; a leader has one coach at a time", j)
		}
		if a.outlasts(b.Ended) {
			longest[a.Leader] = i
		}
	}
}

// lasts reports whether the agreement has not ended before a day.
func (a Agreement) lasts(day coaching.Date) bool { return a.Ended.IsZero() || !a.Ended.Before(day) }

// outlasts reports whether the agreement ends after one that ended on a day; the
// zero day is no end.
func (a Agreement) outlasts(end coaching.Date) bool {
	return !end.IsZero() && (a.Ended.IsZero() || a.Ended.After(end))
}

// checkNarratives asks of each narrative what [Anecdotes] asks, apart from
// consent, and that its leader tried its experiment.
func (l Log) checkNarratives(f *finder, x index) {
	checkNarratives(f, l.Narratives, x.held)
	for i, n := range l.Narratives {
		if n.Experiment != "" && !x.tried[attempt{n.Leader, n.Experiment}] {
			f.warn("MEN-011", fmt.Sprintf("narratives[%d].experiment", i), "the leader has no trial of experiment %s on record", n.Experiment)
		}
	}
}
