package pilot

import (
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi/effect"
)

// An Exposure is how long one leader has been coached, which is what an analysis
// needs of those who left early.
type Exposure struct {
	Leader string
	Wave   int // counted from 1; nobody changes waves
	Start  int // pilot week; 0: a control
	Weeks  int // whole weeks of the run since then
	// Ended is the day on which the leader left, was transferred or withdrew
	// consent, and Why the event; a zero day and "" when nothing did. The leader
	// stays in the wave of the draw.
	Ended coaching.Date
	Why   EventKind
	// Coach is who coaches the leader now, and Coaches how many have. A new coach
	// leaves Start and Weeks as they are.
	Coach   string
	Coaches int
}

// Exposures returns the exposure of every leader up to a time, in the plan's
// order.
func (l *Log) Exposures(at time.Time) []Exposure {
	l = l.in(at).until(at)
	a, err := l.plan.Allocate()
	if err != nil {
		return nil // a plan that cannot be allocated is not locked
	}
	ends := l.ends()
	last := min(l.plan.WeekOf(coaching.DateOf(at.UTC()))-1, l.plan.lastRun())
	var list []Exposure
	for i, u := range a.Units {
		x := Exposure{Leader: u.ID, Wave: u.Wave, Start: u.Start, Coach: l.coachOf(u.ID)}
		end, ended := ends[u.ID]
		to := last
		if ended {
			x.Ended, x.Why = coaching.DateOf(end.At), end.Kind
			to = min(to, l.plan.WeekOf(x.Ended)-1)
		}
		if u.Start > 0 {
			x.Weeks = max(0, to-u.Start+1)
		}
		known := map[string]bool{"": true, l.plan.Cohort.Leaders[i].Coach: true}
		for _, e := range l.events {
			if e.Kind == CoachAssigned && e.Label == u.ID {
				known[e.Coach] = true
			}
		}
		x.Coaches = len(known) - 1
		list = append(list, x)
	}
	return list
}

// until returns the log without the events after a time.
func (l *Log) until(at time.Time) *Log {
	own := *l
	for i, e := range l.events {
		if e.At.After(at) {
			own.events = l.events[:i:i]
			break
		}
	}
	return &own
}

// ends returns, for each leader whose coaching has ended, the event that ended
// it: the leader left, was transferred, or withdrew a consent that was not given
// again.
func (l *Log) ends() map[string]Event {
	ends := map[string]Event{}
	for _, e := range l.events {
		_, ended := ends[e.Label]
		switch e.Kind {
		case LeaderLeft, LeaderTransferred, ConsentWithdrawn:
			if !ended {
				ends[e.Label] = e
			}
		case ConsentGranted:
			if ends[e.Label].Kind == ConsentWithdrawn {
				delete(ends, e.Label)
			}
		}
	}
	return ends
}

// gone returns the day on which each leader left or was transferred.
func (l *Log) gone() map[string]coaching.Date {
	days := map[string]coaching.Date{}
	for _, e := range l.events {
		if e.Kind == LeaderLeft || e.Kind == LeaderTransferred {
			days[e.Label] = coaching.DateOf(e.At)
		}
	}
	return days
}

// Conduct says of every leader, in the plan's order, whether the leader did what
// was drawn, for [effect.ByProtocol]: who left, was transferred or withdrew
// before the run was over strayed, and so did who had a session before the
// start of the wave, or in the control group. Whether an outcome is known only
// the host can tell: it sets [effect.Lost] where none is.
func (l *Log) Conduct(at time.Time) []effect.Conduct {
	l = l.in(at).until(at)
	early := map[string]bool{}
	exposures := l.Exposures(at)
	for _, x := range exposures {
		for _, e := range l.events {
			if e.Kind == SessionHeld && e.Label == x.Leader && (x.Start == 0 || e.Count < x.Start) {
				early[x.Leader] = true
			}
		}
	}
	list := make([]effect.Conduct, len(exposures))
	for i, x := range exposures {
		if !x.Ended.IsZero() && !x.Ended.After(l.plan.Run().To) || early[x.Leader] {
			list[i] = effect.Strayed
		}
	}
	return list
}
