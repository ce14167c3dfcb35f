package pilot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// signals checks how many there are and what each feed can carry.
func (c *checker) signals() {
	n := len(c.Signals)
	switch {
	case n < c.pol.MinSignals || n > c.pol.MaxSignals:
		c.err("SIG-004", "signals", "%d signals, want %s", n, bounds(c.pol.MinSignals, c.pol.MaxSignals))
	case n > c.pol.UsualSignals:
		c.warn("SIG-003", "signals", "%d signals, want %s for one pilot", n, bounds(c.pol.MinSignals, c.pol.UsualSignals))
	}
	quantitative, qualitative := false, len(c.QualitativeInputs) > 0
	for i, s := range c.Signals {
		path := fmt.Sprintf("signals[%d]", i)
		quantitative = quantitative || s.Class == signal.Quantitative
		qualitative = qualitative || s.Class == signal.Qualitative
		c.feed(path, s)
		if s.Behaviour == "" {
			c.err("SIG-005", path+".behaviour", "the signal traces no behaviour; want exactly one that the leader controls")
		}
		if steps := strings.Split(s.Path, "->"); len(steps) < 3 || slices.ContainsFunc(steps, func(t string) bool { return strings.TrimSpace(t) == "" }) {
			c.err("SIG-012", path+".path", "want one line of at least three steps: signal -> behaviour -> outcome")
		}
		if s.ID == c.KPI.ID && s.ID != "" && s.Use != ForOutcome {
			c.warn("SIG-031", path+".id", "the KPI is also a coaching signal: the pilot would be judged by what it steers")
		}
	}
	if c.KPI.Class == signal.Lagging && !slices.ContainsFunc(c.Signals, func(s Signal) bool { return s.Use != ForOutcome && s.Direction != "" }) {
		c.warn("PIL-062", "signals", "the KPI is lagging, and no signal that coaches see has a declared direction: nothing can be acted on while it is validated")
	}
	if !quantitative || !qualitative {
		c.warn("SIG-021", "qualitative_inputs", "want at least one quantitative trace and one qualitative input")
	}
}

// feed checks how fresh one signal is and whether it can be exported.
func (c *checker) feed(path string, s Signal) {
	switch coachingUse := s.Use != ForOutcome; {
	case s.RefreshDays < 1:
		c.err("PIL-072", path+".refresh_days", "want the days between two deliveries, at least 1")
	case coachingUse && s.RefreshDays >= c.pol.MonthlyRefresh:
		c.err("PIL-074", path+".refresh_days", "a feed every %d days cannot steer weekly sessions: use it for the outcome only (use: outcome)", s.RefreshDays)
	case coachingUse && s.RefreshDays > c.pol.CoachingRefresh:
		c.err("PIL-072", path+".refresh_days", "a coaching signal refreshes every %d days, want at most %d", s.RefreshDays, c.pol.CoachingRefresh)
	case coachingUse && s.RefreshDays*c.Snapshot.PerWeek > daysInWeek:
		if s.RefreshDays == daysInWeek && c.Snapshot.PerWeek == 2 {
			c.warn("C-13", path+".refresh_days", "weekly feed, two snapshots a week: every second one has no new data")
			break
		}
		c.warn("C-13", path+".refresh_days", "a feed every %d days and %d snapshots a week: some have no new data", s.RefreshDays, c.Snapshot.PerWeek)
	}
	if !s.CSVExport {
		c.err("PIL-073", path+".csv_export", "the feed must allow anonymised CSV exports for spot checks")
	}
}

// Readings returns how many deliveries of a feed fall into the measurement
// window, and 0 for a feed that never refreshes.
func (p *Plan) Readings(refreshDays int) int {
	if refreshDays < 1 {
		return 0
	}
	return p.Measurement().Days() / refreshDays
}

// playbook checks prompts, experiments and what may be concluded.
func (c *checker) playbook() {
	words := 0
	for i, e := range c.Playbook {
		path := fmt.Sprintf("playbook[%d]", i)
		if !slices.ContainsFunc(c.Signals, func(s Signal) bool { return s.ID == e.Signal }) {
			c.err("PIL-005", path+".signal", "the playbook names a signal that the plan does not have")
		}
		if slices.ContainsFunc(c.Playbook[:i], func(earlier mentor.Entry) bool { return earlier.Signal == e.Signal }) {
			c.err("PIL-100", path+".signal", "the signal has an entry already; want one, with one experiment")
		}
		if n := len(e.Prompts); n != c.pol.Prompts {
			c.err("PIL-100", path+".prompts", "%d prompts, want exactly %d", n, c.pol.Prompts)
		}
		for j, prompt := range e.Prompts {
			words += len(strings.Fields(prompt))
			if strings.TrimSpace(prompt) == "" {
				c.err("PIL-100", fmt.Sprintf("%s.prompts[%d]", path, j), "the prompt is empty")
			}
		}
		x := e.Experiment
		if x.Text == "" || x.Measure == "" {
			c.err("PIL-100", path+".experiment", "each signal has one measurable experiment: want its text and its measure")
		}
		if n := len(x.Supporting); n > 0 {
			c.info("C-20", path+".experiment.supporting", "one experiment on %d signals: %s is the primary one", n+1, e.Signal)
		}
		if e.InterpretiveRule == "" {
			c.err("PIL-106", path+".interpretive_rule", "each signal says how to read it; no rule is given")
		}
		if e.DoNotConclude == "" {
			c.err("PIL-106", path+".do_not_conclude", "each signal says what not to conclude; nothing is given")
		}
		words += len(strings.Fields(x.Text)) + len(strings.Fields(e.InterpretiveRule)) + len(strings.Fields(e.DoNotConclude))
		c.length(path+".experiment.days", x.Days)
		if !slices.ContainsFunc(c.Cohort.Leaders, func(l Leader) bool { return l.Experiment == x.ID }) {
			c.warn("PIL-005", path+".experiment.id", "no leader runs this experiment")
		}
	}
	if words > c.pol.PlaybookWords {
		c.warn("PIL-101", "playbook", "%d words, want at most %d: two pages", words, c.pol.PlaybookWords)
	}
	for i, s := range c.Signals {
		if !slices.ContainsFunc(c.Playbook, func(e mentor.Entry) bool { return e.Signal == s.ID }) && s.Use != ForOutcome {
			c.err("PIL-100", fmt.Sprintf("signals[%d].id", i), "the playbook has no entry for this signal")
		}
	}
}

// length checks that an experiment ends before the plan does.
func (c *checker) length(path string, days int) {
	room := c.Measurement().Days()
	if days < 1 {
		c.err("PIL-056", path, "an experiment of %d days, want at least 1", days)
		return
	}
	if days <= room || room == 0 {
		return
	}
	end := c.Run().From.AddDays(days - 1)
	if c.TemplateWeeks >= longestPlan {
		c.warn("PIL-056", path, "%d days end %s, %d days after the %d-week plan's end %s", days, end, c.End().DaysUntil(end), c.TemplateWeeks, c.End())
		return
	}
	c.err("PIL-056", path, "%d > %d days of run: it would end %s, %d days after the plan", days, room, end, c.End().DaysUntil(end))
}
