package pilot

import (
	"time"

	"github.com/coachgov/coaching"
)

// The weeks of the phases. Week 0 comes before week 1, so a pilot of n weeks
// spans 7(n+1) days; coaching starts in week 5.
const (
	firstRunWeek    = 5
	lastShortWeek   = 8  // a plan without the iterate phase runs to its end
	firstIterate    = 9  //
	lastRunWeek     = 12 // of a plan with a final validation phase
	shortestPlan    = 8
	longestPlan     = 16
	daysInWeek      = 7
	defaultBaseline = 8
)

// Week returns the first day of a pilot week: week 0 is the plan's week0, and
// negative weeks come before it. Weeks from 5 on come later by the plan's slip.
func (p *Plan) Week(week int) coaching.Date { return weekFrom(p.Week0, p.SlipWeeks, week) }

// WeekOf returns the pilot week that holds d, negative before week 0. The weeks
// of a slip belong to week 4.
func (p *Plan) WeekOf(d coaching.Date) int { return weekOf(p.Week0, p.SlipWeeks, d) }

func weekFrom(week0 coaching.Date, slip, week int) coaching.Date {
	if week >= firstRunWeek {
		week += slip
	}
	return week0.AddDays(daysInWeek * week)
}

func weekOf(week0 coaching.Date, slip int, d coaching.Date) int {
	days := week0.DaysUntil(d)
	if days < 0 {
		return (days - daysInWeek + 1) / daysInWeek
	}
	if week := days / daysInWeek; week >= firstRunWeek {
		return max(week-slip, firstRunWeek-1)
	}
	return days / daysInWeek
}

// End returns the last day of the plan.
func (p *Plan) End() coaching.Date { return p.Week(p.TemplateWeeks + 1).AddDays(-1) }

// Run returns the days on which leaders are coached: from week 5 to the last
// week, or to week 12 when the plan ends with a final validation phase.
func (p *Plan) Run() coaching.Window {
	return coaching.Window{From: p.Week(firstRunWeek), To: p.Week(p.lastRun() + 1).AddDays(-1)}
}

func (p *Plan) lastRun() int { return min(p.TemplateWeeks, lastRunWeek) }

// Measurement returns the days in which outcomes are read: from week 5 to the
// end of the plan.
func (p *Plan) Measurement() coaching.Window {
	return coaching.Window{From: p.Week(firstRunWeek), To: p.End()}
}

// Baseline returns the days of history that are extracted: the plan's number of
// baseline weeks, ending with the last day of week 0.
func (p *Plan) Baseline() coaching.Window {
	return coaching.Window{From: p.Week(1 - p.baselineWeeks()), To: p.Week(1).AddDays(-1)}
}

func (p *Plan) baselineWeeks() int {
	if p.BaselineWeeks == 0 {
		return defaultBaseline
	}
	return p.BaselineWeeks
}

// holiday reports whether nobody of a calendar works on d.
func (c Calendar) holiday(d coaching.Date) bool {
	for _, h := range c.Holidays {
		if h.Date == d {
			return true
		}
	}
	return false
}

// works reports whether d is a weekday and no holiday.
func (c Calendar) works(d coaching.Date) bool {
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !c.holiday(d)
}

// allWork reports whether d is a working day in every calendar of the plan.
func (p *Plan) allWork(d coaching.Date) bool {
	for _, c := range p.Calendars {
		if !c.works(d) {
			return false
		}
	}
	return Calendar{}.works(d)
}

// due returns the last day on or before d on which everybody works: what is due
// is never late. It looks back at most four weeks, after which d itself stands.
func (p *Plan) due(d coaching.Date) coaching.Date {
	for back := range 4 * daysInWeek {
		if day := d.AddDays(-back); p.allWork(day) {
			return day
		}
	}
	return d
}

// friday returns the Friday of a pilot week.
func (p *Plan) friday(week int) coaching.Date {
	first := p.Week(week)
	return first.AddDays((int(time.Friday) - int(first.Weekday()) + daysInWeek) % daysInWeek)
}

// dayNames is indexed by time.Weekday.
var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// maxHolidays bounds the holidays of one calendar, and maxCalendars the
// calendars of a plan.
const (
	maxHolidays  = 400
	maxCalendars = 64
)
