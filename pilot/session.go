package pilot

import (
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// sessions fills in one session a week for each leader who is coached, from the
// start of the leader's wave to the end of the run.
func (p *Plan) sessions(s *Schedule, a *Allocation, slots map[string]Slot, zones Zones) error {
	loaded := map[string]*time.Location{}
	units := make(map[string]Unit, len(a.Units))
	for _, u := range slices.Backward(a.Units) {
		units[u.ID] = u // the first of two counts, as in Allocation.Unit
	}
	for i, l := range p.Cohort.Leaders {
		unit, ok := units[l.ID]
		if !ok {
			return fmt.Errorf("pilot: schedule: leader %d is not in the allocation", i)
		}
		cal, ok := p.Calendars[l.Calendar]
		if !ok {
			return fmt.Errorf("pilot: schedule: leader %d has no calendar of the plan", i)
		}
		loc := loaded[cal.Zone]
		if loc == nil {
			var err error
			if loc, err = zones(cal.Zone); err != nil {
				return fmt.Errorf("pilot: schedule: the zone of leader %d cannot be loaded: %w", i, err)
			} else if loc == nil {
				return fmt.Errorf("pilot: schedule: there is no zone of leader %d", i)
			}
			loaded[cal.Zone] = loc
		}
		slot, err := slots[l.ID].normal()
		if err != nil {
			return err
		}
		if unit.Start == 0 {
			continue // a control is not coached in the pilot
		}
		if unit.Start < firstRunWeek {
			return fmt.Errorf("pilot: schedule: leader %d starts in week %d, want %d or later, or 0 for a control", i, unit.Start, firstRunWeek)
		}
		for week := unit.Start; week <= p.lastRun(); week++ {
			s.book(l.ID, cal, loc, slot, week, p.Week(week))
		}
	}
	return nil
}

// book adds the session of one week, or the note that it cannot be held.
func (s *Schedule) book(leader string, cal Calendar, loc *time.Location, slot Slot, week int, first coaching.Date) {
	want := first.AddDays((int(slot.Weekday) - int(first.Weekday()) + daysInWeek) % daysInWeek)
	date, ok := cal.workday(first, want)
	if !ok {
		s.Missed = append(s.Missed, MissedSession{Leader: leader, Week: week})
		return
	}
	session := Session{
		Leader: leader, Week: week, Date: date,
		Local: fmt.Sprintf("%02d:%02d", slot.Hour, slot.Minute), Zone: cal.Zone,
		Start: date.At(slot.Hour, slot.Minute, loc).UTC(),
	}
	if date != want {
		session.MovedFrom = want
	}
	s.Sessions = append(s.Sessions, session)
}

// workday returns the working day of a week that is nearest to the wanted one:
// that day, else the next, else the one before. There is none in a week of
// holidays.
func (c Calendar) workday(first, want coaching.Date) (coaching.Date, bool) {
	for date := want; date.Before(first.AddDays(daysInWeek)); date = date.AddDays(1) {
		if c.works(date) {
			return date, true
		}
	}
	for date := want; !date.Before(first); date = date.AddDays(-1) {
		if c.works(date) {
			return date, true
		}
	}
	return coaching.Date{}, false
}

// Of yields the sessions of one leader by week.
func (s *Schedule) Of(leader string) []Session {
	var own []Session
	for _, session := range s.Sessions {
		if session.Leader == leader {
			own = append(own, session)
		}
	}
	return own
}
