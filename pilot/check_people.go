package pilot

import (
	"fmt"

	"github.com/coachgov/coaching/internal/document"
)

// people checks that labels are unique and refer to something.
func (c *checker) people() {
	seen := map[string]string{}
	unique := func(kind, path, id string) {
		if id == "" {
			c.err("DOC-ID", path, "no id")
			return
		}
		if !document.IsIdent(id) {
			c.err("DOC-ID", path, "id of %d bytes is not a letter and at most 63 letters, digits, _, . or -", len(id))
		}
		key := kind + "\x00" + id
		if first, ok := seen[key]; ok {
			c.err("DOC-ID", path, "the id is taken by %s", first)
			return
		}
		seen[key] = path
	}
	unique("plan", "id", c.ID)
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
