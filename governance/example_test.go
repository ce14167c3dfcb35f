package governance_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// people returns pseudonyms for labels; a host takes them from its directory.
func people(label string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer([]byte(strings.Repeat("example key, 32 ", 2)), coaching.Domain{Programme: "product-org-12w", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(label)
	if err != nil {
		panic(err)
	}
	return id
}

// A model recommends a promotion. It waits for a human, who reviews this very
// recommendation and writes down why.
func ExamplePolicy_Decide() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	leader := people("leader")
	r := &governance.Request{
		Action: governance.Publish, Purpose: governance.ForCoaching, Now: now,
		Subject: governance.Subject{ID: people("admin"), Role: coaching.ProgramAdmin, Programme: "pilot-1"},
		Resource: governance.Resource{
			Type: governance.ResourceRecommendation, ID: "rec-17", Programme: "pilot-1", Signals: []string{"review_turnaround"},
			Class: signal.Pseudonymous, Owner: leader, AssignedCoach: people("coach"), CreatedAt: now.AddDate(0, 0, -2), Identifiable: governance.No,
			Standing: signal.Cleared, Automated: governance.Yes, ModelCard: true, Explained: true,
			Affects: governance.EffectsOf(governance.Promotion),
		},
		Consents: signal.ConsentList{{Participant: leader, Signal: "review_turnaround", Purpose: "coaching", Granted: now.AddDate(0, -2, 0)}},
	}
	d := policy.Decide(r)
	fmt.Println(d.Outcome, d.Allowed(), d.Reasons[0].Code)
	need := d.Reviews[0]
	fmt.Println(need.As, "by", need.By, "not", need.Not)

	r.Review = governance.ReviewRecord{
		Reviewer: people("hr"), Role: coaching.HRReviewer, Approved: true, At: now.Add(-time.Hour),
		Rationale: "The delivery record and two references support it.", Request: need.Request.String(),
	}
	d = policy.Decide(r)
	fmt.Println(d.Outcome, d.Allowed(), d.Obligations[0].ID)
	// Output:
	// review false GOV-022
	// review by [legal_privacy hr_reviewer] not [assigned_coach owner subject]
	// permit true log-recommendation
}

// A trace is 91 days old.
func ExamplePolicy_Explain() {
	policy, _, err := governance.Parse("retention.yaml", []byte(retention))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	fmt.Print(policy.Explain(&governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: now,
		Subject: governance.Subject{ID: people("steward"), Role: coaching.Steward, Programme: "pilot-1"},
		Resource: governance.Resource{
			Type: governance.ResourceTrace, ID: "trace-1", Programme: "pilot-1", CreatedAt: now.AddDate(0, 0, -61), Identifiable: governance.No,
		},
	}))
	// Output:
	// DENY
	//   deny old (GOV-016): the data is 61 days old, the limit is 60 days
	//   permit stewards (SIG-015): stewards validate signals
	// policy strict-retention 1.0.0, digest dcbea729aa35ba3940abef96e5bfbe69b237279f54ce3a491c842307bc549190
	// deny old fires
	//   true   !has(resource.age) || resource.age > param.raw_retention
	//   false    !has(resource.age)
	//   true       has(resource.age)
	//   true     resource.age > param.raw_retention  # resource.age is 61 days, param.raw_retention is 60 days
	// permit stewards fires
	//   true   resource.type == "trace"  # resource.type is trace
}

// retention is a policy of two rules with a test.
const retention = `apiVersion: governance/v1
id: strict-retention
version: 1.0.0
owner: privacy_officer
params:
  - {id: raw_retention, unit: days, value: 60, min: 1, max: 90, code: GOV-016}
rules:
  - id: old
    effect: deny
    code: GOV-016
    actions: [view, export]
    roles: [any]
    when: (!has(resource.age) || resource.age > param.raw_retention)
    message: the data is {resource.age} old, the limit is {param.raw_retention}
  - id: stewards
    effect: permit
    code: SIG-015
    actions: [view]
    roles: [steward]
    when: resource.type == "trace"
    message: stewards validate signals
tests:
  - {name: sixty days, role: steward, action: view, purpose: evaluation, type: trace, class: raw, age_hours: 1440, identifiable: "no", expect: permit, fires: [stewards]}
  - {name: an hour more, role: steward, action: view, purpose: evaluation, type: trace, class: raw, age_hours: 1441, identifiable: "no", expect: deny, fires: [old]}
`

// A policy of one's own, with the report of what was checked.
func ExampleParse() {
	policy, report, err := governance.Parse("retention.yaml", []byte(retention))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.ID(), policy.Version(), report.Passed, "of", report.Tests, "tests passed")
	for _, r := range report.Rules {
		fmt.Println(r.Effect, r.ID, "fired in", r.Tests, "tests:", r.When)
	}
	// Output:
	// strict-retention 1.0.0 2 of 2 tests passed
	// deny old fired in 1 tests: !has(resource.age) || resource.age > param.raw_retention
	// permit stewards fired in 2 tests: resource.type == "trace"
}

// Everything wrong with a policy comes at once, with the place and the nearest
// right word.
func ExampleParse_errors() {
	_, _, err := governance.Parse("broken.yaml", []byte(`apiVersion: governance/v1
id: broken
version: 1.0.0
owner: privacy_officer
params:
  - {id: group_size, unit: count, value: 2, min: 2, max: 100, code: C-15}
rules:
  - id: small
    effect: deny
    code: C-15
    actions: [view]
    roles: [any]
    when: resource.group_size < param.group_size
    message: the group is small
  - id: coach
    effect: permit
    code: GOV-015
    actions: [veiw]
    roles: [coach]
    when: resource.tpye == "pack" && subject.role == "coahc"
    message: a coach reads a pack
tests: []
`))
	fmt.Println(err)
	// Output:
	// broken.yaml:6:35: POL-FLOOR error params[0].value: group_size of 2 with a least of 2; no policy may go below 3
	// broken.yaml:13:11: POL-GUARD error rules[0].when: resource.group_size may be absent; ask has(resource.group_size) before it, as in has(x) && x, or !has(x) || x
	// broken.yaml:18:15: DOC-VALUE error rules[1].actions[0]: text of 4 bytes is not allowed here: want any, or one of view, use, export, reidentify, recommend, apply, publish, validate, purge, did you mean view?
	// broken.yaml:20:11: POL-ATTRIBUTE error rules[1].when: unknown attribute, did you mean resource.type?
	// broken.yaml:20:54: POL-CONSTANT error rules[1].when: subject.role is never this text of 5 characters, did you mean coach?
}

// acme is the overlay of a tenant: stricter than the built-in policy, and
// nothing else.
const acme = `apiVersion: governance-overlay/v1
id: acme
layer: tenant
over: coaching-core
version: 1.0.0
owner: privacy_officer
params:
  - {id: raw_retention, value: 30}
  - {id: group_size, value: 4}
tests: []
`

// eu is the overlay of a region, which keeps its data.
const eu = `apiVersion: governance-overlay/v1
id: eu
layer: region
over: coaching-core
version: 1.0.0
owner: legal_privacy
residency: eu
params:
  - {id: raw_retention, value: 60}
tests:
  - {name: a trace kept elsewhere, role: steward, action: view, purpose: evaluation, type: trace, class: raw, residency: us, age_hours: 24, identifiable: "no", consents: [evaluation], expect: deny, fires: [residency]}
`

// A tenant wants groups smaller than the built-in policy's, and is told where
// that one stands. Without the wish the stack holds.
func ExampleStack() {
	files := []governance.File{
		{Name: "builtin.yaml", Data: []byte(governance.BuiltInSource())},
		{Name: "eu.yaml", Data: []byte(eu)},
		{Name: "acme.yaml", Data: []byte(acme)},
	}
	_, _, err := governance.Stack(files...)
	fmt.Println(err)

	files[2].Data = []byte(strings.Replace(acme, "  - {id: group_size, value: 4}\n", "", 1))
	policy, report, err := governance.Stack(files...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range report.Layers {
		fmt.Printf("%s %s %s, data kept in %q\n", l.Layer, l.ID, l.Version, l.Residency)
	}
	for _, p := range policy.Params() {
		if p.ID == "raw_retention" {
			fmt.Println(p.Value, p.Unit)
		}
	}
	// Output:
	// acme.yaml:9:22: POL-OVERLAY error params[1].value: group_size of 4 is looser than 5 at builtin.yaml:16:35; higher is stricter
	// base coaching-core 1.0.0, data kept in ""
	// region eu 1.0.0, data kept in "eu"
	// tenant acme 1.0.0, data kept in ""
	// 30 days
}

// A host's own attribute, declared by the policy, is read like any other.
func ExampleExtension() {
	policy, _, err := governance.Parse("council.yaml", []byte(`apiVersion: governance/v1
id: council
version: 1.0.0
owner: privacy_officer
params: []
extensions:
  - {name: seats, type: int, min: 0, max: 500}
rules:
  - id: models
    effect: permit
    code: HOST-1
    actions: [view]
    roles: [steward]
    when: resource.type == "model" && has(ext.seats) && ext.seats >= 3
    message: the works council has {ext.seats} seats
tests: []
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := &governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC),
		Subject:  governance.Subject{ID: people("steward"), Role: coaching.Steward, Programme: "pilot-1"},
		Resource: governance.Resource{Type: governance.ResourceModel, ID: "model-1", Programme: "pilot-1", Identifiable: governance.No},
		Ext:      []governance.Extension{{Name: "seats", Type: governance.ExtensionInt, Int: 3}},
	}
	d := policy.Decide(r)
	fmt.Println(d.Outcome, d.Reasons[0].Message)
	r.Ext[0].Int = 501
	d = policy.Decide(r)
	fmt.Println(d.Outcome, d.Reasons[0].Message)
	r.Ext = nil
	d = policy.Decide(r)
	fmt.Println(d.Outcome, d.Reasons[0].Message, d.Missing)
	// Output:
	// permit the works council has 3 seats
	// deny ext[0] is outside its bounds
	// deny no rule permits it [ext.seats]
}

// A host names its roles in its own words; what it has not mapped may do nothing.
func ExampleParseRoles() {
	roles, err := governance.ParseRoles("roles.yaml", []byte(`apiVersion: governance-roles/v1
roles:
  - {host: HR Business Partner, role: hr_reviewer}
  - {host: external coach, role: coach}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(roles.Of("external coach"), roles.Of("HR Business Partner"), roles.Of("Head of Sales"))
	// Output: coach hr_reviewer none
}

// The reasons of a decision in a host's own words.
func ExamplePolicy_Catalogue() {
	policy, _, err := governance.Parse("retention.yaml", []byte(retention))
	if err != nil {
		fmt.Println(err)
		return
	}
	german, err := policy.Catalogue("de.yaml", []byte(`apiVersion: governance-messages/v1
language: de
messages:
  - {code: GOV-016, text: "aufbewahrt werden die Daten {param.raw_retention}, gefragt wurde am {now}"}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	r := &governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: now,
		Subject: governance.Subject{ID: people("steward"), Role: coaching.Steward, Programme: "pilot-1"},
		Resource: governance.Resource{
			Type: governance.ResourceTrace, ID: "trace-1", Programme: "pilot-1", CreatedAt: now.AddDate(0, 0, -61), Identifiable: governance.No,
		},
	}
	for _, reason := range german.Translate(r, policy.Decide(r)).Reasons {
		fmt.Println(reason.Code, reason.Message)
	}
	// Output:
	// GOV-016 aufbewahrt werden die Daten 60 days, gefragt wurde am 2027-03-01T09:00:00Z
	// SIG-015 stewards validate signals
}
