package pilot

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// A Schedule is every date of a pilot, computed from its plan: nothing in it
// reads a clock.
type Schedule struct {
	Plan       string          `json:"plan"`  // the plan's id
	Title      string          `json:"title"` // the plan's title
	Weeks      int             `json:"template_weeks"`
	Week0      coaching.Date   `json:"week0"`
	End        coaching.Date   `json:"end"`
	Validation coaching.Window `json:"signal_validation"` // 30 days before week 0
	Baseline   coaching.Window `json:"baseline"`
	Run        coaching.Window `json:"run"`
	Measure    coaching.Window `json:"measurement"`
	Phases     []Phase         `json:"phases"`               // in order of time
	Milestones []Milestone     `json:"milestones"`           // in the order in which a programme meets them; the lasting ones last
	Snapshots  []coaching.Date `json:"snapshots"`            // by date
	LogReviews []coaching.Date `json:"log_reviews"`          // by date
	Sessions   []Session       `json:"sessions"`             // by leader in the plan's order, then week
	Missed     []MissedSession `json:"missed,omitempty"`     // in the same order
	Minutes    int             `json:"session_minutes"`      // length of a session
	Slip       int             `json:"slip_weeks,omitempty"` // weeks by which the run starts late
}

// A Phase is a run of weeks with one purpose.
type Phase struct {
	ID    string          `json:"id"`
	First int             `json:"first"` // pilot week
	Last  int             `json:"last"`
	Days  coaching.Window `json:"days"`
}

// Weeks returns the phase's weeks, "5-8", or "0" for a single one.
func (p Phase) Weeks() string {
	if p.First == p.Last {
		return fmt.Sprint(p.First)
	}
	return fmt.Sprintf("%d-%d", p.First, p.Last)
}

// A Milestone is a day on which something is due or begins.
type Milestone struct {
	ID   string        `json:"id"`
	Date coaching.Date `json:"date"`
	Week int           `json:"week"` // pilot week, negative before week 0
	Rule string        `json:"rule"` // the code of the rule that asks for it
}

// A Session is one coaching session.
type Session struct {
	Leader    string        `json:"leader"`
	Week      int           `json:"week"`
	Date      coaching.Date `json:"date"`
	Local     string        `json:"local"` // wall clock, "09:00"
	Zone      string        `json:"zone"`
	Start     time.Time     `json:"start"`               // UTC
	MovedFrom coaching.Date `json:"moved_from,omitzero"` // the holiday that it was moved from
}

// A MissedSession is a week in which a leader's calendar has no working day.
type MissedSession struct {
	Leader string `json:"leader"`
	Week   int    `json:"week"`
}

// A Slot is the weekly time of a leader's session on the leader's own wall
// clock. The zero Slot is Monday at 09:00.
type Slot struct {
	Weekday time.Weekday // Saturday and Sunday are read as Monday
	Hour    int          // 0 and Minute 0: 09:00
	Minute  int
}

func (s Slot) normal() (Slot, error) {
	if s.Weekday == time.Sunday || s.Weekday == time.Saturday {
		s.Weekday = time.Monday
	}
	if s.Hour == 0 && s.Minute == 0 {
		s.Hour = 9
	}
	if s.Hour < 0 || s.Hour > 23 || s.Minute < 0 || s.Minute > 59 || s.Weekday < 0 || s.Weekday > time.Saturday {
		return s, fmt.Errorf("pilot: schedule: slot on weekday %d at %d:%d, want a time between 00:01 and 23:59", s.Weekday, s.Hour, s.Minute)
	}
	return s, nil
}

// A Zones loads a time zone by its IANA name. time.LoadLocation is one; it
// reads the machine's zone files, which is why it is an argument.
type Zones func(name string) (*time.Location, error)

// Schedule computes every date of the plan under an allocation. Slots gives the
// weekly time of leaders by label; a leader without one meets on Monday at
// 09:00. It fails when the plan's length or first day is not one of a pilot's,
// when a leader has no calendar, or when a zone cannot be loaded.
//
// Milestones that are due roll back to a day on which every calendar works;
// retention dates do not move. A session on a holiday of the leader's calendar
// moves to the next working day of the same week, else to the one before; a week
// without one is a missed session. Snapshots are made by a machine and do not
// move.
func (p *Plan) Schedule(a *Allocation, slots map[string]Slot, zones Zones) (*Schedule, error) {
	switch {
	case a == nil:
		return nil, errors.New("pilot: schedule: no allocation")
	case zones == nil:
		return nil, errors.New("pilot: schedule: no zones; time.LoadLocation is one")
	}
	if err := p.undatable(); err != nil {
		return nil, err
	}
	s := &Schedule{
		Plan: p.ID, Title: p.Title, Weeks: p.TemplateWeeks, Week0: p.Week0, End: p.End(),
		Validation: coaching.Window{From: p.Week0.AddDays(-validationDays), To: p.Week0.AddDays(-1)},
		Baseline:   p.Baseline(), Run: p.Run(), Measure: p.Measurement(),
		Phases: p.phases(), Milestones: p.milestones(), Snapshots: p.snapshots(), LogReviews: p.logReviews(),
		Minutes: p.Session.Minutes, Slip: p.SlipWeeks,
	}
	return s, p.sessions(s, a, slots, zones)
}

// undatable returns why no dates can be computed.
func (p *Plan) undatable() error {
	switch {
	case p.TemplateWeeks < shortestPlan || p.TemplateWeeks > longestPlan:
		return fmt.Errorf("pilot: schedule: %d weeks, want %d to %d", p.TemplateWeeks, shortestPlan, longestPlan)
	case p.SlipWeeks < 0 || p.TemplateWeeks+p.SlipWeeks > longestPlan:
		return fmt.Errorf("pilot: schedule: a slip of %d weeks, want at most %d weeks in all", p.SlipWeeks, longestPlan)
	case p.Week0.Year() < 2 || p.Week0.Year() > 9990:
		return errors.New("pilot: schedule: week 0 has no first day between the years 2 and 9990")
	case p.baselineWeeks() < 0 || p.baselineWeeks() > 52:
		return fmt.Errorf("pilot: schedule: baseline of %d weeks, want at most 52", p.BaselineWeeks)
	}
	return nil
}

func (p *Plan) phases() []Phase {
	n := p.TemplateWeeks
	weeks := []Phase{
		{ID: "contracting", First: 0, Last: 0},
		{ID: "baseline_consent", First: 1, Last: 2},
		{ID: "enablement_playbook", First: 3, Last: 4},
	}
	if n < lastRunWeek {
		// Nine to eleven weeks are the eight-week plan with a longer run.
		weeks = append(weeks, Phase{ID: "run", First: firstRunWeek, Last: n})
	} else {
		weeks = append(weeks,
			Phase{ID: "run", First: firstRunWeek, Last: lastShortWeek},
			Phase{ID: "iterate_expand", First: firstIterate, Last: lastRunWeek})
	}
	if n > lastRunWeek {
		weeks = append(weeks, Phase{ID: "final_validation_decision", First: lastRunWeek + 1, Last: n})
	}
	for i := range weeks {
		weeks[i].Days = coaching.Window{From: p.Week(weeks[i].First), To: p.Week(weeks[i].Last + 1).AddDays(-1)}
	}
	return weeks
}

// Retention and waiting times that milestones follow from, in days and months.
const (
	validationDays      = 30
	rawDays             = 90
	aggregateMonths     = 12
	firstLaggingMonths  = 3
	secondLaggingMonths = 6
	longExperimentDays  = 90
)

// Milestones returns the dates that follow from the plan alone, in the order of a
// [Schedule]: those of the programme, and then those on which data are deleted
// and late outcomes are read. Nil for a plan whose length or first day is none of
// a pilot's, for which there is no schedule either.
func (p *Plan) Milestones() []Milestone {
	if p.undatable() != nil {
		return nil
	}
	return p.milestones()
}

func (p *Plan) milestones() []Milestone {
	run, base := p.Run(), p.Baseline()
	var ms []Milestone
	add := func(id string, date coaching.Date, rule string) {
		ms = append(ms, Milestone{ID: id, Date: date, Week: p.WeekOf(date), Rule: rule})
	}
	add("signal_validation_start", p.Week0.AddDays(-validationDays), "PIL-053")
	// Four days before week 0 leave the sponsor a working day to read it.
	add("risk_memo_due", p.due(p.Week0.AddDays(-4)), "PIL-054")
	add("compact_signed_by", p.due(p.friday(0)), "GOV-003")
	add("plan_lock_by", p.due(p.friday(0)), "PIL-023")
	add("allocation_by", p.due(p.friday(0)), "C-6")
	add("consent_complete_by", p.due(p.friday(2)), "GOV-012")
	add("baseline_aggregated_by", p.due(p.friday(2)), "C-14")
	add("quality_check_by", p.due(p.friday(2)), "PIL-041")
	add("interpretability_workshop_by", p.due(p.friday(4)), "PIL-105")
	add("playbook_delivered_by", p.due(p.friday(4)), "PIL-044")
	add("raw_purge_oldest_baseline_trace", base.From.AddDays(rawDays), "GOV-016")
	add("raw_purge_last_baseline_trace", base.To.AddDays(rawDays), "GOV-016")
	add("mid_pilot_governance_checkpoint", p.due(p.friday(p.TemplateWeeks/2)), "PIL-051")
	if p.TemplateWeeks >= lastRunWeek {
		add("executive_summary_draft_start", p.Week(firstIterate), "PIL-162")
	}
	if p.Design.Kind == Staggered || p.Design.Kind == MultipleBaseline {
		for i, start := range p.Design.WaveStarts {
			if i > 0 && start <= p.TemplateWeeks {
				add(waveMilestone(i+1), p.Week(start), "PIL-046")
			}
		}
	}
	for _, week := range p.PeerLearning {
		if week >= firstRunWeek && week <= p.lastRun() {
			add(fmt.Sprintf("peer_learning_week_%d", week), p.due(p.friday(week)), "PIL-117")
		}
	}
	add("decision", p.due(p.friday(p.TemplateWeeks)), "PIL-160")
	add("run_plus_90_days", run.From.AddDays(longExperimentDays-1), "C-11")
	add("lagging_kpi_3_months", run.From.AddMonths(firstLaggingMonths), "PIL-056")
	add("lagging_kpi_6_months", run.From.AddMonths(secondLaggingMonths), "PIL-056")
	add("aggregate_retention_limit", base.From.AddMonths(aggregateMonths), "GOV-017")
	return ms
}

// Without returns the schedule without the sessions of leaders whose coaching has
// ended, from the day after the end on: exposures are those of [Log.Exposures].
// Sessions are all that changes, and s itself stays as it is. With s as the
// Earlier of [ICSOptions], calendars take the sessions away.
func (s *Schedule) Without(exposures []Exposure) *Schedule {
	out := *s
	ended := map[string]Exposure{}
	for _, e := range exposures {
		if !e.Ended.IsZero() {
			ended[e.Leader] = e
		}
	}
	out.Sessions = slices.DeleteFunc(slices.Clone(s.Sessions), func(x Session) bool {
		e, gone := ended[x.Leader]
		return gone && x.Date.After(e.Ended)
	})
	out.Missed = slices.DeleteFunc(slices.Clone(s.Missed), func(x MissedSession) bool {
		e, gone := ended[x.Leader]
		// A missed session has no day; it falls away with its week.
		return gone && weekFrom(s.Week0, s.Slip, x.Week).After(e.Ended)
	})
	return &out
}

func waveMilestone(wave int) string {
	if wave == 2 {
		return "second_wave_start"
	}
	return fmt.Sprintf("wave_%d_start", wave)
}

// snapshots returns the days of the run on which the steward delivers.
func (p *Plan) snapshots() []coaching.Date {
	var days []coaching.Date
	run := p.Run()
	for d := run.From; !d.After(run.To); d = d.AddDays(1) {
		if slices.Contains(p.Snapshot.Weekdays, dayNames[d.Weekday()]) {
			days = append(days, d)
		}
	}
	return days
}

// logReviews returns a day each month, counted from week 0.
func (p *Plan) logReviews() []coaching.Date {
	var days []coaching.Date
	for month := 1; ; month++ {
		d := p.Week0.AddMonths(month)
		if d.After(p.End()) {
			return days
		}
		days = append(days, p.due(d))
	}
}
