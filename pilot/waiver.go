package pilot

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// A Waiver accepts a warning of the plan: a named role answers for it, with a
// reason. The warning then rides on as an info that says so. An error cannot be
// waived, nor can a number of the [Policy] that was changed.
type Waiver struct {
	Code   string        `json:"code" doc:"ident"`              // of the finding
	Path   string        `json:"path,omitempty" doc:"optional"` // of the finding; absent: wherever the code is found
	Role   coaching.Role `json:"role"`                          // one that the plan fills
	Reason string        `json:"reason"`
}

// Holder returns the label of whoever plays a role in the plan, and "" when
// nobody does.
func (r Roles) Holder(role coaching.Role) string {
	switch role {
	case coaching.Sponsor:
		return r.Sponsor
	case coaching.Steward:
		return r.Steward
	case coaching.DataOwner:
		return r.DataOwner
	case coaching.IntegrationOwner:
		return r.IntegrationOwner
	case coaching.ProductOwner:
		return r.ProductOwner
	case coaching.CoachingLead:
		return r.CoachingLead
	case coaching.PrivacyOfficer:
		return r.PrivacyOfficer
	case coaching.ProgramAdmin:
		return r.ProgramAdmin
	case coaching.AttributionReviewer:
		return r.AttributionReviewer
	}
	return ""
}

// waive turns the warnings that the plan waives into infos, and reports waivers
// that are not complete or waive nothing.
func (c *checker) waive() {
	found := c.fs
	for i, w := range c.Waivers {
		path := fmt.Sprintf("waivers[%d]", i)
		if c.Roles.Holder(w.Role) == "" {
			c.err("DOC-WAIVER", path+".role", "want a role that the plan fills")
			continue
		}
		if strings.TrimSpace(w.Reason) == "" {
			c.err("DOC-WAIVER", path+".reason", "want a reason")
			continue
		}
		waived, refused := false, false
		for j, f := range found {
			if f.Code != w.Code || w.Path != "" && f.Path != w.Path || strings.HasPrefix(f.Path, policyPath) {
				continue
			}
			switch f.Severity {
			case coaching.Error:
				refused = true
			case coaching.Warning:
				waived = true
				found[j].Severity = coaching.Info
				found[j].Message += fmt.Sprintf(" (waived by the %s)", strings.ReplaceAll(w.Role.String(), "_", " "))
			}
		}
		switch {
		case refused:
			c.warn("DOC-WAIVER", path, "an error cannot be waived; it stays")
		case !waived:
			c.warn("DOC-WAIVER", path, "there is no such warning; the waiver waives nothing")
		}
	}
}
