package pilot

import (
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// CoachingPurpose is the purpose for which consent must be held.
const CoachingPurpose = "coaching"

// A SessionRequest asks whether a coach may use a signal in a session.
type SessionRequest struct {
	Leader string            // the plan's label
	Person coaching.PersonID // the leader, as the store of consents knows them
	Coach  string            // the plan's label
	Signal string            // the plan's id
	At     time.Time

	Consents     signal.Consents // nil: nobody consented
	Standing     signal.Standing // as recorded by the steward
	Control      bool            // a Restricted signal's human control is in place
	FlagsDecided bool            // no spike of this leader and signal waits for the steward
	Delivered    coaching.Date   // day of the feed's latest delivery; zero: not known, so too old
}

// CanCoach answers a [SessionRequest] against the log and the plan: an empty
// list is yes; otherwise it holds every reason against, sorted. A week begins and
// ends with the leader's own days, whose zone the package does not know: a
// session counts for the day that it is anywhere on earth.
func (l *Log) CanCoach(r SessionRequest) coaching.Findings {
	g := &Gate{}
	if l == nil {
		g.need(false, "PIL-045", "there is no running programme")
		return g.Unmet
	}
	l = l.in(r.At)
	g.need(l.state.Coaches(), "PIL-045", "the programme is %s, not running", l.state)
	if then := l.stateAt(r.At); l.state.Coaches() && !then.Coaches() {
		g.need(false, "PIL-045", "the programme was %s then, not running", then)
	}
	g.need(!r.At.IsZero(), "PIL-045", "the time of the session is not given")

	var s Signal
	for _, known := range l.plan.Signals {
		if known.ID == r.Signal {
			s = known
		}
	}
	g.need(s.ID != "", "PIL-109", "the signal is not one of the plan")
	g.need(s.ID == "" || s.Use != ForOutcome, "PIL-074", "the signal is read as an outcome only")
	if r.Delivered.IsZero() {
		g.need(false, "PIL-072", "the day of the feed's latest delivery is not given")
	} else {
		first, last := days(r.At)
		age := r.Delivered.DaysUntil(last)
		g.need(age >= 0 && r.Delivered.DaysUntil(first) <= l.pol.CoachingRefresh, "PIL-072", "the feed is %d days old, want 0 to %d", age, l.pol.CoachingRefresh)
	}

	a, err := l.plan.Allocate()
	var u Unit
	known := false
	if err == nil {
		u, known = a.Unit(r.Leader)
	}
	first, last := days(r.At)
	ended, week := l.plan.WeekOf(first), l.plan.WeekOf(last)
	if day, gone := l.until(r.At).gone()[r.Leader]; gone {
		g.need(false, "PIL-112", "the leader is gone since %s", day)
	}
	if coach := l.until(r.At).coachOf(r.Leader); coach != "" {
		g.need(coach == r.Coach, "MEN-007", "another coach is assigned to the leader")
	}
	switch {
	case !known:
		g.need(false, "PIL-112", "the leader is not one of the plan")
	case u.Start == 0:
		g.need(false, "PIL-085", "the leader is a control and is not coached in the pilot")
	case ended > l.plan.lastRun():
		g.need(false, "PIL-045", "coaching ends in week %d and this is week %d", l.plan.lastRun(), ended)
	case week < u.Start:
		g.need(false, "PIL-085", "the leader's wave starts in week %d and this is week %d", u.Start, week)
	}
	minutes := 0
	for _, e := range l.events {
		if e.Kind == WorkshopAttended && e.Label == r.Coach && !e.At.After(r.At) {
			minutes += e.Count
		}
	}
	g.need(minutes >= l.pol.MinWorkshop, "PIL-105", "the coach attended %d minutes of workshop, want at least %d", minutes, l.pol.MinWorkshop)
	consent := r.Consents != nil && !r.Person.IsZero() && r.Consents.Holds(r.Person, r.Signal, CoachingPurpose, r.At)
	g.need(consent, "GOV-012", "no live consent to this signal for %s", CoachingPurpose)
	g.need(l.consents()[r.Leader] && l.consentsAt(r.At)[r.Leader], "GOV-012", "the log holds no live consent of the leader")
	switch r.Standing {
	case signal.Cleared:
	case signal.Restricted:
		g.need(r.Control, "FAI-005", "the signal is restricted and its human control is not in place")
	case signal.Candidate:
		g.need(false, "FAI-001", "the signal is a candidate: its fairness check is not complete")
	default:
		g.need(false, "FAI-005", "the signal is %s", r.Standing)
	}
	g.need(r.FlagsDecided, "PIL-110", "a flag waits for the steward's decision, or nobody says that none does")
	g.Unmet.Sort()
	return g.Unmet
}

// days returns the first and the last day that it is anywhere on earth at a time:
// zones go from twelve hours behind UTC to fourteen before it.
func days(at time.Time) (first, last coaching.Date) {
	return coaching.DateOf(at.UTC().Add(-12 * time.Hour)), coaching.DateOf(at.UTC().Add(14 * time.Hour))
}

// stateAt returns the state at a time.
func (l *Log) stateAt(at time.Time) State {
	var state, was State
	for _, e := range l.events {
		if e.At.After(at) {
			break
		}
		switch e.Kind {
		case Advanced:
			was, state = state, e.To
		case Resumed:
			was, state = state, was
		}
	}
	return state
}
