package mentor

import "github.com/coachgov/coaching"

// An index finds the records of a log that bear on one session, so that checking
// a log takes time in proportion to its length.
type index struct {
	agreements map[pair][]Agreement
	ready      map[coaching.PersonID]coaching.Date // the first day on which a coach may start
	met        map[meeting]bool                    // sessions on record, held or not
	lastHeld   map[coaching.PersonID]coaching.Date // of each leader
	held       map[string][]*Session               // held sessions by id
	tried      map[attempt]bool
	moves      map[coaching.PersonID][]move // of each leader, by date
}

type pair struct{ leader, coach coaching.PersonID }

type meeting struct {
	pair
	date coaching.Date
}

type attempt struct {
	leader     coaching.PersonID
	experiment string
}

func (l Log) index() index {
	x := index{
		agreements: map[pair][]Agreement{}, ready: map[coaching.PersonID]coaching.Date{}, met: map[meeting]bool{},
		lastHeld: map[coaching.PersonID]coaching.Date{}, held: heldByID(l.Sessions), tried: map[attempt]bool{}, moves: l.movesByLeader(),
	}
	for _, a := range l.Agreements {
		p := pair{a.Leader, a.Coach}
		x.agreements[p] = append(x.agreements[p], a)
	}
	for _, e := range l.Enablement {
		if first, ok := x.ready[e.Coach]; !e.Check().Blocked() && (!ok || e.Workshop.Before(first)) {
			x.ready[e.Coach] = e.Workshop
		}
	}
	for _, s := range l.Sessions {
		x.met[meeting{pair{s.Leader, s.Coach}, s.Date}] = true
		if s.Attendance == Held && s.Date.After(x.lastHeld[s.Leader]) {
			x.lastHeld[s.Leader] = s.Date
		}
	}
	for _, t := range l.Trials {
		x.tried[attempt{t.Leader, t.Experiment}] = true
	}
	return x
}

// heldByID returns the sessions that were held, by their ids.
func heldByID(sessions []Session) map[string][]*Session {
	held := map[string][]*Session{}
	for i := range sessions {
		if s := &sessions[i]; s.Attendance == Held {
			held[s.ID] = append(held[s.ID], s)
		}
	}
	return held
}
