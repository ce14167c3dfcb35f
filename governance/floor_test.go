package governance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// permissive is a policy that permits everything to everybody it can name.
const permissive = `apiVersion: governance/v1
id: permissive
version: 1.0.0
owner: nobody
params: []
rules:
  - id: everything
    effect: permit
    code: NONE
    actions: [view, use, export, reidentify, recommend, apply, publish, validate, purge]
    roles: [participant, coach, program_admin, legal_privacy, privacy_officer, ld_sponsor, sponsor, coaching_lead, people_analytics, data_owner, steward, integration_owner, product_owner, attribution_reviewer, hr_reviewer, system]
    when: "true"
    message: go ahead
tests: []
`

func parse(t testing.TB, text string) *governance.Policy {
	t.Helper()
	p, _, err := governance.Parse("policy.yaml", []byte(text))
	require.NoError(t, err)
	return p
}

// person returns a pseudonym for a label.
func person(t testing.TB, label string) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "test"})
	require.NoError(t, err)
	id, err := p.Person(label)
	require.NoError(t, err)
	return id
}

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// packRequest is a request that everything permits.
func packRequest(t testing.TB) *governance.Request {
	leader := person(t, "leader")
	return &governance.Request{
		Action: governance.Use, Purpose: governance.ForCoaching, Now: noon,
		Subject: governance.Subject{ID: person(t, "coach"), Role: coaching.Coach, Trained: true, Programme: "product-org-12w"},
		Resource: governance.Resource{
			Type: governance.ResourcePack, ID: "pack-7", Programme: "product-org-12w", Signals: []string{"meeting_hygiene"},
			Class: signal.Pseudonymous, Owner: leader, AssignedCoach: person(t, "coach"), CreatedAt: noon.AddDate(0, 0, -3),
			Identifiable: governance.No, LegalHold: governance.No, Standing: signal.Cleared,
			Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		},
		Consents: signal.ConsentList{{Participant: leader, Signal: "meeting_hygiene", Purpose: "coaching", Granted: noon.AddDate(0, -1, 0)}},
	}
}

func optIn(r *governance.Request) {
	r.Consents = append(r.Consents, signal.Consent{Participant: r.Resource.Owner, Signal: "meeting_hygiene", Purpose: "reidentification", Granted: noon.AddDate(0, -1, 0)})
}

func approve(t testing.TB, r *governance.Request, label string, role coaching.Role) {
	r.Approvals = append(r.Approvals, governance.Approval{By: person(t, label), Role: role, At: noon.Add(-time.Hour), Expires: noon.Add(time.Hour), Request: r.Digest()})
}

func review(t testing.TB, r *governance.Request, label string, role coaching.Role, rationale string) {
	r.Review = governance.ReviewRecord{Reviewer: person(t, label), Role: role, Approved: true, Rationale: rationale, At: noon.Add(-time.Hour), Request: r.Digest()}
}

// GOV-006: a policy that permits everything to everybody still permits nothing
// below a floor, and no flag turns one off.
func TestNoPolicyLowersAFloor(t *testing.T) {
	const why = "The delivery record supports it."
	aggregate := func(r *governance.Request) {
		r.Resource.Class, r.Resource.Type, r.Resource.GroupSize = signal.Aggregate, governance.ResourceTrend, 3
	}
	identity := func(r *governance.Request) {
		r.Action, r.Resource.Type, r.Subject.ID, r.Subject.Role = governance.Reidentify, governance.ResourceIdentity, person(t, "admin"), coaching.ProgramAdmin
	}
	career := func(r *governance.Request) {
		r.Action, r.Resource.Type, r.Resource.Automated = governance.Apply, governance.ResourceRecommendation, governance.Yes
		r.Resource.Affects = governance.EffectsOf(governance.Promotion)
	}
	tests := []struct {
		name    string
		change  func(r *governance.Request)
		outcome governance.Outcome
		rule    string // that decides
	}{
		{"nothing is wrong", func(*governance.Request) {}, governance.Permit, "everything"},
		{"GOV-015 no role", func(r *governance.Request) { r.Subject.Role = coaching.NoRole }, governance.Deny, "floor.role"},
		{"GOV-015 a role in another programme", func(r *governance.Request) { r.Subject.Programme = "product-org-13w" }, governance.Deny, "floor.programme"},
		{"GOV-015 a programme in another spelling", func(r *governance.Request) { r.Subject.Programme = "Product-Org-12w" }, governance.Deny, "floor.programme"},
		{"GOV-015 a role in nobody knows which programme", func(r *governance.Request) { r.Subject.Programme = "" }, governance.Deny, "floor.programme"},
		{"GOV-015 data of nobody knows which programme", func(r *governance.Request) { r.Resource.Programme = "" }, governance.Deny, "floor.programme"},
		{"GOV-015 neither programme is known", func(r *governance.Request) { r.Subject.Programme, r.Resource.Programme = "", "" }, governance.Deny, "floor.programme"},
		{"GOV-015 a purge in another programme", func(r *governance.Request) {
			r.Action, r.Subject.Role, r.Resource.Programme = governance.Purge, coaching.System, "another"
		}, governance.Deny, "floor.programme"},
		{"GOV-015 a model of another programme", func(r *governance.Request) {
			r.Resource.Type, r.Resource.Programme = governance.ResourceModel, "another"
		}, governance.Deny, "floor.programme"},
		{"C-15 three people", aggregate, governance.Permit, "everything"},
		{"C-15 two people", func(r *governance.Request) { aggregate(r); r.Resource.GroupSize = 2 }, governance.Deny, "floor.group"},
		{"C-15 an unknown number of people", func(r *governance.Request) { aggregate(r); r.Resource.GroupSize = 0 }, governance.Deny, "floor.group"},
		{"GOV-013 raw data to a coach", func(r *governance.Request) { r.Resource.Class = signal.Raw }, governance.Deny, "floor.raw"},
		{"GOV-013 a trace that is said to be aggregated", func(r *governance.Request) { aggregate(r); r.Resource.Type = governance.ResourceTrace }, governance.Deny, "floor.raw"},
		{"GOV-016 90 days", func(r *governance.Request) { r.Resource.CreatedAt = noon.AddDate(0, 0, -90) }, governance.Permit, "everything"},
		{"GOV-016 90 days and a nanosecond", func(r *governance.Request) { r.Resource.CreatedAt = noon.AddDate(0, 0, -90).Add(-1) }, governance.Deny, "floor.retention"},
		{"GOV-016 unknown age", func(r *governance.Request) { r.Resource.CreatedAt = time.Time{} }, governance.Deny, "floor.retention"},
		{"GOV-017 twelve months", func(r *governance.Request) { aggregate(r); r.Resource.CreatedAt = noon.AddDate(-1, 0, 0) }, governance.Permit, "everything"},
		{"GOV-017 twelve months and a nanosecond", func(r *governance.Request) { aggregate(r); r.Resource.CreatedAt = noon.AddDate(-1, 0, 0).Add(-1) }, governance.Deny, "floor.retention"},
		{"GOV-014 identifiable without opt-in", func(r *governance.Request) { r.Resource.Identifiable = governance.Yes }, governance.Deny, "floor.identity_consent"},
		{"GOV-014 an opt-in after another notice than the one in force", func(r *governance.Request) {
			r.Resource.Identifiable, r.Notice = governance.Yes, "n-3"
			optIn(r)
			r.Consents[len(r.Consents)-1].Notice = "n-2"
		}, governance.Deny, "floor.identity_consent"},
		{"GOV-014 an opt-in after no stated notice", func(r *governance.Request) {
			r.Resource.Identifiable, r.Notice = governance.Yes, "n-3"
			optIn(r)
		}, governance.Deny, "floor.identity_consent"},
		{"GOV-014 an opt-in after a notice, and nobody knows which is in force", func(r *governance.Request) {
			r.Resource.Identifiable = governance.Yes
			optIn(r)
			r.Consents[len(r.Consents)-1].Notice = "n-3"
		}, governance.Deny, "floor.identity_consent"},
		{"GOV-014 an opt-in after the notice in force", func(r *governance.Request) {
			r.Resource.Identifiable, r.Notice = governance.Yes, "n-3"
			optIn(r)
			r.Consents[len(r.Consents)-1].Notice = "n-3"
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Permit, "everything"},
		{"GOV-014 two opt-ins of which one is withdrawn", func(r *governance.Request) {
			r.Resource.Identifiable = governance.Yes
			optIn(r)
			first := r.Consents[len(r.Consents)-1]
			first.Granted, first.Withdrawn = first.Granted.AddDate(0, 0, -1), r.Now
			r.Consents = append(r.Consents, first)
		}, governance.Deny, "floor.identity_consent"},
		{"GOV-014 perhaps identifiable without opt-in", func(r *governance.Request) { r.Resource.Identifiable = governance.Unknown }, governance.Deny, "floor.identity_consent"},
		{"GOV-014 an identity without opt-in", func(r *governance.Request) {
			identity(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Deny, "floor.identity_consent"},
		{"GOV-015 an identity with both approvals", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Permit, "everything"},
		{"GOV-015 an identity with one approver in two roles", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lawyer", coaching.CoachingLead)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 an identity without legal", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "sponsor", coaching.Sponsor)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 an identity approved by the requester", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "admin", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 an identity approved by the person concerned", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "leader", coaching.Participant)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 an identity approved by software", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "robot", coaching.System)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 approvals of another request", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
			r.Resource.ID = "another-person"
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 an identity that a third person refused", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
			approve(t, r, "officer", coaching.PrivacyOfficer)
			r.Approvals[2].Refused = true
		}, governance.Review, "floor.identity_approval"},
		{"GOV-015 a refusal of another request", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
			r.Approvals = append(r.Approvals, governance.Approval{Refused: true, Request: packRequest(t).Digest()})
		}, governance.Permit, "everything"},
		{"GOV-016 an identity behind data of 91 days", func(r *governance.Request) {
			identity(r)
			r.Resource.CreatedAt = noon.AddDate(0, 0, -91)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Deny, "floor.retention"},
		{"GOV-016 an identity that is said to be aggregated", func(r *governance.Request) {
			identity(r)
			r.Resource.Class, r.Resource.CreatedAt = signal.Aggregate, noon.AddDate(0, 0, -91)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
		}, governance.Deny, "floor.retention"},
		{"GOV-015 approvals that have expired", func(r *governance.Request) {
			identity(r)
			optIn(r)
			approve(t, r, "lawyer", coaching.LegalPrivacy)
			approve(t, r, "lead", coaching.CoachingLead)
			r.Now = noon.Add(time.Hour)
		}, governance.Review, "floor.identity_approval"},
		{"GOV-022 a promotion without a review", career, governance.Review, "floor.career"},
		{"GOV-021 pay without a review", func(r *governance.Request) {
			career(r)
			r.Resource.Affects = governance.EffectsOf(governance.Compensation)
		}, governance.Review, "floor.career"},
		{"GOV-023 a role without a review", func(r *governance.Request) {
			career(r)
			r.Resource.Affects = governance.EffectsOf(governance.RoleAssignment)
		}, governance.Review, "floor.career"},
		{"C-19 a talent review by a person", func(r *governance.Request) {
			career(r)
			r.Resource.Automated, r.Resource.Affects = governance.No, governance.EffectsOf(governance.TalentReview)
		}, governance.Review, "floor.career"},
		{"GOV-024 unknown effects", func(r *governance.Request) { career(r); r.Resource.Affects = 0 }, governance.Review, "floor.career"},
		{"GOV-024 nobody knows whether a model made it", func(r *governance.Request) { career(r); r.Resource.Automated = governance.Unknown }, governance.Review, "floor.career"},
		{"GOV-022 a promotion with a review", func(r *governance.Request) { career(r); review(t, r, "hr", coaching.HRReviewer, why) }, governance.Permit, "everything"},
		{"GOV-021 a rationale of 19 characters", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, "  "+strings.Repeat("x", 19)+"  ")
		}, governance.Review, "floor.career"},
		{"GOV-021 a rationale that nobody can see", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, "fine"+strings.Repeat("\u200b", 20)+strings.Repeat(" \u00a0\n", 20)+strings.Repeat("\u3164", 20)+".")
		}, governance.Review, "floor.career"},
		{"GOV-021 a rationale of blank Braille", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, "fine"+strings.Repeat("\u2800", 20)+".")
		}, governance.Review, "floor.career"},
		{"GOV-021 a rationale of variation selectors and accents without a letter", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, "fine"+strings.Repeat("\ufe0f\U000e0100", 20)+strings.Repeat("\u0301\u20dd", 20)+".")
		}, governance.Review, "floor.career"},
		{"GOV-022 a review that said no", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, why)
			r.Review.Approved = false
		}, governance.Review, "floor.career"},
		{"GOV-022 a review by the subject", func(r *governance.Request) { career(r); review(t, r, "coach", coaching.HRReviewer, why) }, governance.Review, "floor.career"},
		{"GOV-022 a review by the person concerned", func(r *governance.Request) { career(r); review(t, r, "leader", coaching.HRReviewer, why) }, governance.Review, "floor.career"},
		{"GOV-022 a review by the assigned coach", func(r *governance.Request) {
			career(r)
			r.Subject.ID, r.Subject.Role = person(t, "admin"), coaching.ProgramAdmin
			review(t, r, "coach", coaching.HRReviewer, why)
		}, governance.Review, "floor.career"},
		{"GOV-022 a review where nobody knows who the coach is", func(r *governance.Request) {
			career(r)
			r.Resource.AssignedCoach = coaching.PersonID{}
			review(t, r, "hr", coaching.HRReviewer, why)
		}, governance.Review, "floor.career"},
		{"GOV-022 a review in a role that is not asked for", func(r *governance.Request) { career(r); review(t, r, "sponsor", coaching.Sponsor, why) }, governance.Review, "floor.career"},
		{"GOV-022 a review by legal", func(r *governance.Request) { career(r); review(t, r, "lawyer", coaching.LegalPrivacy, why) }, governance.Permit, "everything"},
		{"GOV-022 a review by software", func(r *governance.Request) { career(r); review(t, r, "robot", coaching.System, why) }, governance.Review, "floor.career"},
		{"GOV-022 a review of another recommendation", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, why)
			r.Resource.ID = "another"
		}, governance.Review, "floor.career"},
		{"GOV-022 a review from the future", func(r *governance.Request) {
			career(r)
			review(t, r, "hr", coaching.HRReviewer, why)
			r.Review.At = noon.Add(1)
		}, governance.Review, "floor.career"},
	}
	alone, stacked := parse(t, permissive), overlaid(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := packRequest(t)
			tt.change(r)
			for _, p := range []*governance.Policy{alone, stacked} {
				d := p.Decide(r)
				require.Equal(t, tt.outcome, d.Outcome, "%s", d.Codes())
				require.Equal(t, tt.rule, d.Reasons[0].Rule)
				require.Equal(t, tt.outcome == governance.Permit, d.Allowed())
			}
		})
	}
}

// overlaid returns the permissive policy under overlays of a region and a tenant
// that say all that an overlay can: an obligation, a control, a parameter, and
// rules that wait for nobody in particular.
func overlaid(t *testing.T) *governance.Policy {
	t.Helper()
	base := strings.Replace(permissive, "params: []", "params:\n  - {id: people, unit: count, value: 9, min: 1, max: 9, code: X-1, stricter: lower}", 1)
	over := func(layer, id string) governance.File {
		return governance.File{Name: id + ".yaml", Data: []byte(`apiVersion: governance-overlay/v1
id: ` + id + `
layer: ` + layer + `
over: permissive
version: 1.0.0
owner: nobody
params:
  - {id: people, value: 1}
add:
  - rule: everything
    obligations: [{id: ` + id + `-note, text: Note it.}]
    controls: [` + id + `]
rules:
  - id: ` + id + `.nothing
    effect: review
    code: X-1
    actions: [any]
    roles: [any]
    when: resource.id == "nothing-of-the-kind" && !review.done
    message: nothing
    review: {as: review, by: [coach, participant, sponsor]}
tests: []
`)}
	}
	p, report, err := governance.Stack(governance.File{Name: "base.yaml", Data: []byte(base)}, over("region", "eu"), over("tenant", "acme"))
	require.NoError(t, err, report.Text())
	return p
}

// An overlay that tries to move a number below a floor is refused: the base that
// would let it is.
func TestOverlayKeepsTheFloors(t *testing.T) {
	tests := []struct {
		name, param string
		value       string // of the overlay
		code        string
	}{
		{"C-15 two people", "{id: group_size, unit: count, value: 5, min: 3, max: 9, code: X, stricter: higher}", "2", "POL-OVERLAY"},
		{"C-15 two people are called stricter", "{id: group_size, unit: count, value: 5, min: 3, max: 9, code: X, stricter: lower}", "2", "POL-"},
		{"C-15 two people inside the bounds", "{id: group_size, unit: count, value: 5, min: 2, max: 9, code: X, stricter: lower}", "2", "POL-FLOOR"},
		{"GOV-015 one approver", "{id: approvers, unit: count, value: 2, min: 2, max: 9, code: X, stricter: higher}", "1", "POL-OVERLAY"},
		{"GOV-015 one approver inside the bounds", "{id: approvers, unit: count, value: 2, min: 1, max: 9, code: X, stricter: lower}", "1", "POL-FLOOR"},
		{"GOV-016 91 days", "{id: raw_retention, unit: days, value: 90, min: 1, max: 90, code: X, stricter: lower}", "91", "POL-OVERLAY"},
		{"GOV-016 91 days inside the bounds", "{id: raw_retention, unit: days, value: 90, min: 1, max: 91, code: X, stricter: higher}", "91", "POL-FLOOR"},
		{"GOV-017 13 months", "{id: aggregate_retention, unit: months, value: 12, min: 1, max: 12, code: X, stricter: lower}", "13", "POL-OVERLAY"},
		{"GOV-017 13 months inside the bounds", "{id: aggregate_retention, unit: months, value: 12, min: 1, max: 13, code: X, stricter: higher}", "13", "POL-FLOOR"},
		{"GOV-021 a rationale of 19", "{id: rationale, unit: count, value: 20, min: 20, max: 90, code: X, stricter: higher}", "19", "POL-OVERLAY"},
		{"GOV-021 a rationale of 19 inside the bounds", "{id: rationale, unit: count, value: 20, min: 19, max: 90, code: X, stricter: lower}", "19", "POL-FLOOR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id, _, _ := strings.Cut(strings.TrimPrefix(tt.param, "{id: "), ",")
			base := strings.Replace(permissive, "params: []", "params:\n  - "+tt.param, 1)
			p, _, err := governance.Stack(governance.File{Name: "base.yaml", Data: []byte(base)}, governance.File{Name: "eu.yaml", Data: []byte(`apiVersion: governance-overlay/v1
id: eu
layer: region
over: permissive
version: 1.0.0
owner: nobody
params:
  - {id: ` + id + `, value: ` + tt.value + `}
tests: []
`)})
			require.ErrorContains(t, err, tt.code)
			require.Nil(t, p)
		})
	}
}

// Parameters below a floor are refused when the policy is loaded.
func TestParametersKeepTheFloors(t *testing.T) {
	tests := []struct{ line, code string }{
		{"{id: group_size, unit: count, value: 5, min: 3, max: 9, code: C-15}", ""},
		{"{id: group_size, unit: count, value: 2, min: 2, max: 9, code: C-15}", "POL-FLOOR"},
		{"{id: group_size, unit: count, value: 5, min: 2, max: 9, code: C-15}", "POL-FLOOR"},
		{"{id: approvers, unit: count, value: 1, min: 1, max: 9, code: X}", "POL-FLOOR"},
		{"{id: rationale, unit: count, value: 10, min: 10, max: 90, code: X}", "POL-FLOOR"},
		{"{id: raw_retention, unit: days, value: 91, min: 1, max: 91, code: X}", "POL-FLOOR"},
		{"{id: raw_retention, unit: days, value: 90, min: 1, max: 91, code: X}", "POL-FLOOR"},
		{"{id: raw_retention, unit: months, value: 3, min: 1, max: 3, code: X}", "POL-FLOOR"},
		{"{id: aggregate_retention, unit: months, value: 13, min: 1, max: 13, code: X}", "POL-FLOOR"},
		{"{id: group_size, unit: count, value: 12, min: 3, max: 9, code: C-15}", "POL-PARAM"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			text := strings.Replace(permissive, "params: []", "params:\n  - "+tt.line, 1)
			_, report, err := governance.Parse("policy.yaml", []byte(text))
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.True(t, report.Findings.Has(tt.code), err)
			require.Empty(t, report.Digest)
		})
	}
}
