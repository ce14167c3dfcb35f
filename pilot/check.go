package pilot

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// Check reports every rule that the plan breaks, under [DefaultPolicy]. A plan
// without errors may be locked; its warnings ride along. Findings are sorted,
// and carry file, line and column when [Decode] read the plan.
func (p *Plan) Check() coaching.Findings { return p.CheckUnder(DefaultPolicy()) }

// CheckUnder is Check under another policy, whose differences from
// [DefaultPolicy] are warnings.
func (p *Plan) CheckUnder(pol Policy) coaching.Findings {
	c := checker{Plan: p, pol: pol, fs: pol.Differences()}
	c.charter()
	c.people()
	c.roles()
	c.signals()
	c.playbook()
	c.cohort()
	c.time()
	c.design()
	if p.at != nil {
		p.at.Locate(c.fs)
	}
	c.fs.Sort()
	return c.fs
}

// A checker collects findings on one plan.
type checker struct {
	*Plan
	pol Policy
	fs  coaching.Findings
}

func (c *checker) err(code, path, format string, args ...any) {
	c.fs = append(c.fs, errorf(code, path, format, args...))
}

func (c *checker) warn(code, path, format string, args ...any) {
	c.fs = append(c.fs, warnf(code, path, format, args...))
}

func (c *checker) info(code, path, format string, args ...any) {
	c.fs = append(c.fs, infof(code, path, format, args...))
}

// oneOf reports a word that is none of the known ones. A document with such a
// word is refused when it is read; this is for plans that a program built.
func oneOf[T ~string](c *checker, code, path string, word T, known ...T) {
	if !slices.Contains(known, word) {
		names := make([]string, len(known))
		for i, k := range known {
			names[i] = string(k)
		}
		c.err(code, path, "want one of %s", strings.Join(names, ", "))
	}
}

// charter checks the hypothesis, the KPI and what the charter must state.
func (c *checker) charter() {
	h, k := c.Hypothesis, c.KPI
	if c.Schema != SchemaV1 {
		c.err("DOC-VALUE", "schema", "want %s", SchemaV1)
	}
	if h.Behaviour == "" {
		c.err("PIL-020", "hypothesis.behaviour", "a pilot tests one behaviour; none is stated")
	}
	if h.Text == "" {
		c.err("PIL-020", "hypothesis.text", "the hypothesis is not written down")
	}
	if k.ID == "" {
		c.err("PIL-023", "kpi.id", "no KPI; want exactly one, locked in week 0")
	} else if h.OutcomeKPI != k.ID {
		c.err("PIL-025", "hypothesis.outcome_kpi", "the hypothesis names another outcome than the plan's one KPI")
	}
	if h.OutcomeKPI == "" {
		c.err("PIL-020", "hypothesis.outcome_kpi", "a pilot tests one outcome; none is stated")
	}
	oneOf(c, "PIL-020", "hypothesis.direction", h.Direction, Increase, Decrease)
	if min, ok := new(big.Rat).SetString(k.MinEffect); !ok || min.Sign() <= 0 {
		c.err("PIL-023", "kpi.min_effect", "want a decimal above 0: the least change worth having, locked before the run")
	}
	for _, word := range []string{"dashboard", "page view", "login", "tool usage"} {
		for path, text := range map[string]string{"kpi.definition": k.Definition, "kpi.id": k.ID} {
			if strings.Contains(strings.ToLower(strings.ReplaceAll(text, "_", " ")), word) {
				c.err("PIL-034", path, "the KPI is about the use of a tool (%s); a pilot asks whether behaviour and business outcome changed", word)
			}
		}
	}
	if k.CadenceDays < 1 {
		c.err("DOC-VALUE", "kpi.cadence_days", "want the days between two readings, at least 1")
	} else if readings := c.Measurement().Days() / k.CadenceDays; readings < c.pol.KPIReadings {
		c.warn("M-2", "kpi.cadence_days", "%d readings in the measurement window, want at least %d", readings, c.pol.KPIReadings)
	}
	if k.Class.String() == "lagging" {
		c.warn("PIL-057", "kpi.class", "a lagging KPI is read 3 to 6 months after the change, %s and %s: no claim at the end of this pilot",
			c.Run().From.AddMonths(firstLaggingMonths), c.Run().From.AddMonths(secondLaggingMonths))
	}
	if n := len(c.SecondaryOutcomes); n > 0 {
		c.warn("C-4", "secondary_outcomes", "%d further outcomes: they are watched and never decide", n)
	}
	for i, o := range c.SecondaryOutcomes {
		if o.ID == k.ID {
			c.err("PIL-023", fmt.Sprintf("secondary_outcomes[%d].id", i), "the KPI is listed again as a secondary outcome")
		}
	}
	oneOf(c, "DOC-VALUE", "purpose", c.Purpose, BehaviourSignal, KPIAttribution)
	oneOf(c, "PIL-033", "primary_constraint", c.PrimaryConstraint, Measurement, CoachingCapacity, GovernanceConstraint)
	oneOf(c, "DOC-VALUE", "existing_data", c.ExistingData, NotCreated, NotObserved, NotAccessed, AccessedNotAnalysed, Analysed)
	if c.ExistingData == Analysed {
		c.warn("C-8", "existing_data", "the data were analysed before the plan: the result is exploratory")
	}
	profiles := map[Constraint]string{Measurement: "microsoft", CoachingCapacity: "accenture", GovernanceConstraint: "avva_thach"}
	if want := profiles[c.PrimaryConstraint]; want != "" && c.MiniProfile != want {
		c.info("C-12", "mini_profile", "the profile usually matched to this constraint is %s", want)
	}
	if !c.Charter.CoachMayOverridePlatform {
		c.err("PIL-088", "charter.coach_may_override_platform", "coaches must be free to ignore or reweight what a platform suggests, with a recorded reason")
	}
	if c.Acceptance != "default-v1" {
		c.err("PIL-160", "acceptance", "no criteria for the decision; want default-v1, fixed in week 0")
	}
}

// people checks that labels are unique and refer to something.
func (c *checker) people() {
	seen := map[string]string{}
	unique := func(kind, path, id string) {
		if id == "" {
			c.err("DOC-ID", path, "no id")
			return
		}
		key := kind + "\x00" + id
		if first, ok := seen[key]; ok {
			c.err("DOC-ID", path, "the id is taken by %s", first)
			return
		}
		seen[key] = path
	}
	for i, s := range c.Signals {
		unique("signal", fmt.Sprintf("signals[%d].id", i), s.ID)
	}
	for i, in := range c.QualitativeInputs {
		unique("input", fmt.Sprintf("qualitative_inputs[%d].id", i), in.ID)
	}
	for i, l := range c.Cohort.Leaders {
		unique("leader", fmt.Sprintf("cohort.leaders[%d].id", i), l.ID)
		if _, ok := c.Calendars[l.Calendar]; !ok {
			c.err("DOC-REF", fmt.Sprintf("cohort.leaders[%d].calendar", i), "no such calendar in this plan")
		}
	}
	for i, coach := range c.Cohort.Coaches {
		unique("coach", fmt.Sprintf("cohort.coaches[%d].id", i), coach.ID)
	}
	for i, e := range c.Playbook {
		unique("experiment", fmt.Sprintf("playbook[%d].experiment.id", i), e.Experiment.ID)
	}
}

// roles checks that every part is played, and by enough different people.
func (c *checker) roles() {
	r := c.Roles
	for _, role := range []struct{ code, name, label, why string }{
		{"PIL-027", "sponsor", r.Sponsor, "who enforces the experiment"},
		{"PIL-028", "steward", r.Steward, "who validates signals before a coach acts"},
		{"C-16", "data_owner", r.DataOwner, "who owns the sources"},
		{"PIL-029", "integration_owner", r.IntegrationOwner, "who owns the data flows"},
		{"PIL-030", "product_owner", r.ProductOwner, "who keeps the log of confounding changes"},
		{"PIL-010", "coaching_lead", r.CoachingLead, "who owns the coaching pillar"},
		{"PIL-011", "privacy_officer", r.PrivacyOfficer, "who owns the governance pillar"},
		{"PIL-032", "program_admin", r.ProgramAdmin, "who runs the programme"},
		{"PIL-166", "attribution_reviewer", r.AttributionReviewer, "who rules out other explanations"},
	} {
		if role.label == "" {
			c.err(role.code, "roles."+role.name, "nobody is named %s: %s", role.name, role.why)
		}
	}
	same := func(a, b, what string) {
		if a != "" && a == b {
			c.warn("PIL-008", "roles", "%s are one person; each checks the other's work", what)
		}
	}
	same(r.Steward, r.CoachingLead, "steward and coaching lead")
	same(r.Steward, r.PrivacyOfficer, "steward and privacy officer")
	same(r.CoachingLead, r.PrivacyOfficer, "coaching lead and privacy officer")
	same(r.Sponsor, r.AttributionReviewer, "sponsor and attribution reviewer")
	for i, coach := range c.Cohort.Coaches {
		path := fmt.Sprintf("cohort.coaches[%d].analyst", i)
		switch coach.Analyst {
		case "":
			c.err("PIL-031", path, "no analyst validates signals before this coach's sessions")
		case coach.ID:
			c.err("PIL-031", path, "the analyst is the coach; want another person")
		}
		if coach.ID != "" && coach.ID == r.Steward {
			c.err("PIL-110", "roles.steward", "the steward is a coach of the plan; want another person")
		}
	}
}

// time checks the length, the first day and what the length can deliver.
func (c *checker) time() {
	n := c.TemplateWeeks
	switch {
	case n < c.pol.MinWeeks || n > c.pol.MaxWeeks:
		c.err("PIL-001", "template_weeks", "%d weeks, want %s", n, bounds(c.pol.MinWeeks, c.pol.MaxWeeks))
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
			c.warn("PIL-059", "purpose", "an %d-week plan measures %d weeks: the claim is indicative only", n, measured)
		}
	}
	switch days := c.baselineWeeks() * daysInWeek; {
	case days < c.pol.MinHistory:
		c.err("PIL-042", "baseline_weeks", "%d days of history, want %s", days, bounds(c.pol.MinHistory, c.pol.MaxHistory))
	case days > c.pol.MaxHistory:
		c.warn("PIL-042", "baseline_weeks", "%d days of history, want %s", days, bounds(c.pol.MinHistory, c.pol.MaxHistory))
	}
	if len(c.Calendars) > maxCalendars {
		c.err("DOC-LIMIT", "calendars", "%d calendars, want at most %d", len(c.Calendars), maxCalendars)
	}
	for name, cal := range c.Calendars {
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
	if mode == LearningSprint && c.Mode != LearningSprint {
		c.err("PIL-071", "levers", "a lever is weak or unknown: declare mode learning_sprint and template_weeks %d", advised)
	} else if mode == LearningSprint && c.Levers.weak() {
		c.warn("PIL-071", "levers", "learning sprint: GO and claims in money are not available")
	}
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
