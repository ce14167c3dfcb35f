package pilot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/vendor"
)

// Check reports every rule that the plan breaks, under [DefaultPolicy]. A plan
// without errors may be locked; its warnings ride along. Findings are sorted,
// and carry file, line and column when [Decode] read the plan.
func (p *Plan) Check() coaching.Findings { return p.CheckUnder(DefaultPolicy()) }

// CheckUnder is Check under another policy, whose differences from
// [DefaultPolicy] are warnings.
func (p *Plan) CheckUnder(pol Policy) coaching.Findings {
	c := checker{Plan: p, pol: pol, fs: pol.Differences()}
	if !c.bounded() {
		c.fs.Sort()
		return c.fs
	}
	c.charter()
	c.people()
	c.roles()
	c.signals()
	c.playbook()
	c.cohort()
	c.time()
	c.design()
	c.reporting()
	c.bought()
	c.budget()
	c.waive()
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
			if names[i] = string(k); k == "" {
				names[i] = "none"
			}
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
	if min, ok := decimal(k.MinEffect); !ok || min.Sign() <= 0 {
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
	oneOf(c, "DOC-VALUE", "mode", c.Mode, "", PilotMode, LearningSprint)
	for name, rating := range map[string]Lever{"data": c.Levers.Data, "coach": c.Levers.Coach, "sponsor": c.Levers.Sponsor} {
		oneOf(c, "DOC-VALUE", "levers."+name, rating, "", Adequate, Weak, Unknown)
	}
	for i, s := range c.Signals {
		oneOf(c, "DOC-VALUE", fmt.Sprintf("signals[%d].use", i), s.Use, "", ForCoaching, ForOutcome)
		oneOf(c, "DOC-VALUE", fmt.Sprintf("signals[%d].direction", i), s.Direction, "", Increase, Decrease)
	}
	oneOf(c, "DOC-VALUE", "design.strata", c.Design.Strata, "", "stratum", "none")
	oneOf(c, "DOC-VALUE", "snapshot.unit", c.Snapshot.Unit, "cohort", "wave", "coach")
	for i, day := range c.Snapshot.Weekdays {
		oneOf(c, "DOC-VALUE", fmt.Sprintf("snapshot.weekdays[%d]", i), day, dayNames[:]...)
	}
	oneOf(c, "PIL-033", "primary_constraint", c.PrimaryConstraint, Measurement, CoachingCapacity, GovernanceConstraint)
	oneOf(c, "DOC-VALUE", "existing_data", c.ExistingData, NotCreated, NotObserved, NotAccessed, AccessedNotAnalysed, Analysed)
	if c.ExistingData == Analysed {
		c.warn("C-8", "existing_data", "the data were analysed before the plan: the result is exploratory")
	}
	if usual, ok := vendor.ProfileFor(string(c.PrimaryConstraint)); ok && c.MiniProfile != usual.ID {
		c.info("C-12", "mini_profile", "the profile usually matched to this constraint is %s", usual.ID)
	}
	if !c.Charter.CoachMayOverridePlatform {
		c.err("PIL-088", "charter.coach_may_override_platform", "coaches must be free to ignore or reweight what a platform suggests, with a recorded reason")
	}
	c.scope()
	if c.Acceptance != "default-v1" {
		c.err("PIL-160", "acceptance", "no criteria for the decision; want default-v1, fixed in week 0")
	}
}
