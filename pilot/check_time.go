package pilot

import (
	"fmt"
	"strings"
	"time"
)

// time checks the length, the first day and what the length can deliver.
func (c *checker) time() {
	n := c.TemplateWeeks
	switch {
	case n < c.pol.MinWeeks || n > c.pol.MaxWeeks:
		c.err("PIL-001", "template_weeks", "%d weeks, want %s", n, bounds(c.pol.MinWeeks, c.pol.MaxWeeks))
	case c.SlipWeeks < 0 || n+c.SlipWeeks > c.pol.MaxWeeks:
		c.err("PIL-001", "slip_weeks", "%d weeks with the slip, want %s", n+c.SlipWeeks, bounds(c.pol.MinWeeks, c.pol.MaxWeeks))
	case n > lastShortWeek && n < lastRunWeek:
		c.warn("PIL-002", "template_weeks", "%d weeks is the 8-week schedule with a longer run; want 8, or 12 to 16", n)
	}
	start := map[string]time.Weekday{"monday": time.Monday, "sunday": time.Sunday}
	if day, ok := start[c.WeekStart]; !ok {
		c.err("PIL-040", "week_start", "want monday or sunday")
	} else if c.Week0.IsZero() || c.Week0.Weekday() != day {
		c.err("PIL-040", "week0", "week 0 must start on a %s (week_start)", c.WeekStart)
	}
	if measured := c.Measurement().Days() / daysInWeek; n >= c.pol.MinWeeks && n < lastRunWeek {
		c.warn("C-5", "template_weeks", "weeks 5 to %d are %d weeks of coaching and measurement, below 8: behaviour only, no claim on the KPI", n, measured)
		if c.Purpose == KPIAttribution {
			c.warn("PIL-059", "purpose", "%s %d-week plan measures %d weeks: the claim is indicative only", article(n), n, measured)
		}
	}
	switch days := c.baselineWeeks() * daysInWeek; {
	case days < c.pol.MinHistory:
		c.err("PIL-042", "baseline_weeks", "%d days of history, want %s", days, bounds(c.pol.MinHistory, c.pol.MaxHistory))
	case days > c.pol.MaxHistory:
		c.warn("PIL-042", "baseline_weeks", "%d days of history, want %s", days, bounds(c.pol.MinHistory, c.pol.MaxHistory))
	}
	if c.SlipWeeks > 0 && c.SlipWeeks <= longestPlan && !c.Week0.IsZero() {
		base, run := c.Baseline().To, c.Run().From
		c.warn("PIL-041", "slip_weeks", "baseline ends %s, %d full days before the new run start %s; re-extract or extend", base, base.DaysUntil(run)-1, run)
	}
	if len(c.Calendars) > maxCalendars {
		c.err("DOC-LIMIT", "calendars", "%d calendars, want at most %d", len(c.Calendars), maxCalendars)
	}
	for name, cal := range c.Calendars {
		if !isZone(cal.Zone) {
			c.err("DOC-VALUE", "calendars."+name+".zone", "want the IANA name of a time zone, such as Europe/Berlin")
		}
		if len(cal.Holidays) > maxHolidays {
			c.err("DOC-LIMIT", "calendars."+name+".holidays", "%d holidays, want at most %d", len(cal.Holidays), maxHolidays)
		}
	}
	c.shortWeeks()
	if c.Session.PrepMinutes < 1 {
		c.warn("PIL-111", "session.prep_minutes", "no time to read and check signals before a session")
	}
	if c.Session.Minutes < 1 {
		c.err("DOC-VALUE", "session.minutes", "want the length of a session in minutes, at least 1")
	}
	mode, advised := c.Effective()
	for i, week := range c.PeerLearning {
		if week < firstRunWeek || week > c.lastRun() || i > 0 && week <= c.PeerLearning[i-1] {
			c.warn("PIL-117", fmt.Sprintf("peer_learning_weeks[%d]", i), "week %d, want weeks of the run, ascending: %d to %d", week, firstRunWeek, c.lastRun())
		}
	}
	if mode == LearningSprint && c.Mode != LearningSprint {
		c.err("PIL-071", "levers", "a lever is weak or unknown: declare mode learning_sprint and template_weeks %d", advised)
	} else if mode == LearningSprint && c.Levers.weak() {
		c.warn("PIL-071", "levers", "learning sprint: GO and claims in money are not available")
	}
}

// isZone reports whether text has the form of an IANA name. Whether there is such
// a zone is for whoever loads it: [Plan.Schedule] is handed a function that does.
func isZone(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789_+-/", r)) {
			return false
		}
	}
	return !strings.Contains(text, "//") && !strings.HasSuffix(text, "/")
}

// article returns the one that stands before a number from 7 to 17.
func article(n int) string {
	if n == 8 || n == 11 {
		return "an"
	}
	return "a"
}

// shortWeeks warns of weeks in which many leaders can hardly meet anybody.
func (c *checker) shortWeeks() {
	leaders := len(c.Cohort.Leaders)
	if leaders == 0 || c.Week0.IsZero() || c.TemplateWeeks < shortestPlan || c.TemplateWeeks > longestPlan {
		return
	}
	for week := firstRunWeek; week <= c.TemplateWeeks; week++ {
		short := 0
		for _, l := range c.Cohort.Leaders {
			working := 0
			for d := range daysInWeek {
				if c.Calendars[l.Calendar].works(c.Week(week).AddDays(d)) {
					working++
				}
			}
			if working < 4 {
				short++
			}
		}
		if 3*short > leaders {
			c.warn("PIL-048", "calendars", "in week %d (%s) %d of %d leaders have fewer than 4 working days", week, c.Week(week), short, leaders)
		}
	}
}

func (l Levers) weak() bool {
	return l.Data != Adequate || l.Coach != Adequate || l.Sponsor != Adequate
}

// Effective returns the mode that the levers allow and the length in weeks that
// goes with it: a plan with a lever that is not adequate is a learning sprint,
// one step shorter (16 to 12, 12 to 8, never below 8), unless it already says
// that it is one.
func (p *Plan) Effective() (Mode, int) {
	switch {
	case p.Mode == LearningSprint:
		return LearningSprint, p.TemplateWeeks
	case !p.Levers.weak():
		return PilotMode, p.TemplateWeeks
	case p.TemplateWeeks > lastRunWeek:
		return LearningSprint, lastRunWeek
	}
	return LearningSprint, shortestPlan
}
