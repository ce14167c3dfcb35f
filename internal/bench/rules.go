package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// A rule is one of the sixteen rules of the contest, stated once for each
// contestant that reads text. Its actions and roles are put before the condition
// in the contestant's own way; empty means all of them.
//
// The rules cover the floors in the library's code, so that what it answers
// beyond its policy file is part of what the others are asked as well. They are
// the rules of the built-in policy in a smaller form, but for one: aggregates are
// kept 365 days, which at the time of the requests are the twelve calendar months
// that the library's floor allows.
type rule struct {
	id      string
	effect  governance.Outcome
	code    string
	actions string // separated by blanks
	roles   string // separated by blanks
	review  string // of a review: what it waits for, in the library's file
	ours    string
	cedar   string
	rego    string // statements that must all hold
	expr    string
	casbin  string
}

const (
	reading = "view use export recommend apply publish validate"
	using   = reading + " reidentify"
	acting  = "use export recommend apply publish"
)

// The places of the rules in the table and in a set of fired ones: denials, then
// reviews, then permits.
const (
	retentionOne = iota
	retentionFigures
	rawCoach
	groupSmall
	consentMissing
	identityConsent
	programmeOther
	modelCard
	purgeHold
	careerEffect
	exportApproval
	identityTwo
	coachAssigned
	participantOwn
	programmeRun
	oversight
)

var rules = [...]rule{
	retentionOne: {
		id: "retention.one", effect: governance.Deny, code: "GOV-016", actions: using,
		ours:   `resource.class != "aggregate" && resource.type != "model" && (!has(resource.age) || resource.age > param.raw_retention)`,
		cedar:  `resource.class != "aggregate" && resource.type != "model" && resource.age > 7776000000000000`,
		rego:   `input.resource.class != "aggregate"; input.resource.type != "model"; input.resource.age > 7776000000000000`,
		expr:   `Class != "aggregate" && Type != "model" && Age > 7776000000000000`,
		casbin: `r.q.Class != 'aggregate' && r.q.Type != 'model' && r.q.AgeSeconds > 7776000`,
	},
	retentionFigures: {
		id: "retention.figures", effect: governance.Deny, code: "GOV-017", actions: using,
		ours:   `resource.class == "aggregate" && resource.type != "model" && (!has(resource.age) || resource.age > param.aggregate_days)`,
		cedar:  `resource.class == "aggregate" && resource.type != "model" && resource.age > 31536000000000000`,
		rego:   `input.resource.class == "aggregate"; input.resource.type != "model"; input.resource.age > 31536000000000000`,
		expr:   `Class == "aggregate" && Type != "model" && Age > 31536000000000000`,
		casbin: `r.q.Class == 'aggregate' && r.q.Type != 'model' && r.q.AgeSeconds > 31536000`,
	},
	rawCoach: {
		id: "raw.coach", effect: governance.Deny, code: "GOV-013", actions: using, roles: "coach",
		ours:   `resource.class == "raw" && resource.type != "model"`,
		cedar:  `resource.class == "raw" && resource.type != "model"`,
		rego:   `input.resource.class == "raw"; input.resource.type != "model"`,
		expr:   `Class == "raw" && Type != "model"`,
		casbin: `r.q.Class == 'raw' && r.q.Type != 'model'`,
	},
	groupSmall: {
		id: "group.small", effect: governance.Deny, code: "C-15", actions: using,
		ours:   `resource.class == "aggregate" && resource.type != "model" && (!has(resource.group_size) || resource.group_size < param.group_size)`,
		cedar:  `resource.class == "aggregate" && resource.type != "model" && resource.group_size < 5`,
		rego:   `input.resource.class == "aggregate"; input.resource.type != "model"; input.resource.group_size < 5`,
		expr:   `Class == "aggregate" && Type != "model" && GroupSize < 5`,
		casbin: `r.q.Class == 'aggregate' && r.q.Type != 'model' && r.q.GroupSize < 5`,
	},
	consentMissing: {
		id: "consent.missing", effect: governance.Deny, code: "GOV-012", actions: reading,
		ours:   `resource.class != "aggregate" && !(resource.type in ["model", "identity"]) && !(purpose in consent.purposes) && !(has(resource.owner) && subject.id == resource.owner)`,
		cedar:  `resource.class != "aggregate" && !(["model", "identity"].contains(resource.type)) && !(context.consent.purposes.contains(context.purpose)) && principal.id != resource.owner`,
		rego:   `input.resource.class != "aggregate"; not input.resource.type in {"model", "identity"}; not input.purpose in input.consent.purposes; input.subject.id != input.resource.owner`,
		expr:   `Class != "aggregate" && !(Type in ["model", "identity"]) && !(Purpose in Purposes) && SubjectID != Owner`,
		casbin: `r.q.Class != 'aggregate' && !(r.q.Type in ('model', 'identity')) && !has(r.q.Purposes, r.q.Purpose) && r.q.SubjectID != r.q.Owner`,
	},
	identityConsent: {
		id: "identity.consent", effect: governance.Deny, code: "GOV-014", actions: using,
		ours:   `(action == "reidentify" || resource.type == "identity" || !has(resource.identifiable) || resource.identifiable) && !("reidentification" in consent.purposes) && !(action == "view" && has(resource.owner) && subject.id == resource.owner)`,
		cedar:  `(action == Action::"reidentify" || resource.type == "identity" || resource.identifiable) && !(context.consent.purposes.contains("reidentification")) && !(action == Action::"view" && principal.id == resource.owner)`,
		rego:   `reveals; not "reidentification" in input.consent.purposes; not own_view`,
		expr:   `(Action == "reidentify" || Type == "identity" || Identifiable) && !("reidentification" in Purposes) && !(Action == "view" && SubjectID == Owner)`,
		casbin: `(r.q.Action == 'reidentify' || r.q.Type == 'identity' || r.q.Identifiable) && !has(r.q.Purposes, 'reidentification') && !(r.q.Action == 'view' && r.q.SubjectID == r.q.Owner)`,
	},
	programmeOther: {
		id: "programme", effect: governance.Deny, code: "GOV-015",
		ours:   `!(has(resource.programme) && has(subject.programme) && resource.programme == subject.programme)`,
		cedar:  `resource.programme != principal.programme`,
		rego:   `input.resource.programme != input.subject.programme`,
		expr:   `Programme != SubjectProgramme`,
		casbin: `r.q.Programme != r.q.SubjectProgramme`,
	},
	modelCard: {
		id: "model.card", effect: governance.Deny, code: "GOV-020", actions: acting,
		ours:   `resource.type in ["recommendation", "model"] && (!has(resource.automated) || resource.automated) && !resource.model_card`,
		cedar:  `["recommendation", "model"].contains(resource.type) && resource.automated && !resource.model_card`,
		rego:   `input.resource.type in {"recommendation", "model"}; input.resource.automated; not input.resource.model_card`,
		expr:   `Type in ["recommendation", "model"] && Automated && !ModelCard`,
		casbin: `r.q.Type in ('recommendation', 'model') && r.q.Automated && !r.q.ModelCard`,
	},
	purgeHold: {
		id: "purge.hold", effect: governance.Deny, code: "GOV-004", actions: "purge",
		ours:   `!has(resource.legal_hold) || resource.legal_hold`,
		cedar:  `resource.legal_hold`,
		rego:   `input.resource.legal_hold`,
		expr:   `LegalHold`,
		casbin: `r.q.LegalHold`,
	},
	careerEffect: {
		id: "career.effect", effect: governance.Review, code: "GOV-022", actions: acting,
		review: `{as: review, by: [hr_reviewer, legal_privacy], min_rationale: rationale}`,
		ours: `!review.done && (!has(resource.affects) || resource.affects.hasAny(["stretch_assignment", "talent_review"])` +
			` || (!has(resource.automated) || resource.automated) && resource.affects.hasAny(["compensation", "promotion", "role_assignment"]))`,
		cedar: `(resource.automated && resource.affects.containsAny(["compensation", "promotion", "role_assignment"]) || resource.affects.containsAny(["stretch_assignment", "talent_review"]))` +
			` && !(context.review.done && ["hr_reviewer", "legal_privacy"].contains(context.review.role) && context.review.rationale_length >= 20)`,
		rego: `touches_career; not reviewed`,
		expr: `(Automated && any(Affects, # in ["compensation", "promotion", "role_assignment"]) || any(Affects, # in ["stretch_assignment", "talent_review"]))` +
			` && !(ReviewDone && ReviewRole in ["hr_reviewer", "legal_privacy"] && RationaleLength >= 20)`,
		casbin: `(r.q.Automated && has(r.q.Affects, 'compensation', 'promotion', 'role_assignment') || has(r.q.Affects, 'stretch_assignment', 'talent_review'))` +
			` && !(r.q.ReviewDone && r.q.ReviewRole in ('hr_reviewer', 'legal_privacy') && r.q.RationaleLength >= 20)`,
	},
	exportApproval: {
		id: "export.approval", effect: governance.Review, code: "GOV-018", actions: "export",
		review: `{as: approval, by: [legal_privacy, privacy_officer]}`,
		ours:   `resource.type != "model" && approval.count < 1`,
		cedar:  `resource.type != "model" && !(context.approval.roles.containsAny(["legal_privacy", "privacy_officer"]))`,
		rego:   `input.resource.type != "model"; not approved_by_legal`,
		expr:   `Type != "model" && !any(ApprovalRoles, # in ["legal_privacy", "privacy_officer"])`,
		casbin: `r.q.Type != 'model' && !has(r.q.ApprovalRoles, 'legal_privacy', 'privacy_officer')`,
	},
	identityTwo: {
		id: "identity.two", effect: governance.Review, code: "GOV-015", actions: using,
		review: `{as: approval, by: [legal_privacy, privacy_officer]}`,
		ours:   `approval.count < param.approvers && (action == "reidentify" || resource.type == "identity" || !has(resource.identifiable) || resource.identifiable) && !(action == "view" && has(resource.owner) && subject.id == resource.owner)`,
		cedar: `(action == Action::"reidentify" || resource.type == "identity" || resource.identifiable) && !(action == Action::"view" && principal.id == resource.owner)` +
			` && !(context.approval.count >= 2 && context.approval.roles.containsAny(["legal_privacy", "privacy_officer"]))`,
		rego: `reveals; not own_view; not approved_by_two`,
		expr: `(Action == "reidentify" || Type == "identity" || Identifiable) && !(Action == "view" && SubjectID == Owner)` +
			` && !(ApprovalCount >= 2 && any(ApprovalRoles, # in ["legal_privacy", "privacy_officer"]))`,
		casbin: `(r.q.Action == 'reidentify' || r.q.Type == 'identity' || r.q.Identifiable) && !(r.q.Action == 'view' && r.q.SubjectID == r.q.Owner)` +
			` && !(r.q.ApprovalCount >= 2 && has(r.q.ApprovalRoles, 'legal_privacy', 'privacy_officer'))`,
	},
	coachAssigned: {
		id: "coach", effect: governance.Permit, code: "GOV-015", actions: "view use recommend apply", roles: "coach",
		ours:   `resource.type in ["pack", "session", "recommendation"] && purpose == "coaching" && has(resource.assigned_coach) && subject.id == resource.assigned_coach`,
		cedar:  `["pack", "session", "recommendation"].contains(resource.type) && context.purpose == "coaching" && principal.id == resource.assigned_coach`,
		rego:   `input.resource.type in {"pack", "session", "recommendation"}; input.purpose == "coaching"; input.subject.id == input.resource.assigned_coach`,
		expr:   `Type in ["pack", "session", "recommendation"] && Purpose == "coaching" && SubjectID == AssignedCoach`,
		casbin: `r.q.Type in ('pack', 'session', 'recommendation') && r.q.Purpose == 'coaching' && r.q.SubjectID == r.q.AssignedCoach`,
	},
	participantOwn: {
		id: "own", effect: governance.Permit, code: "GOV-009", actions: "view", roles: "participant",
		ours:   `has(resource.owner) && subject.id == resource.owner`,
		cedar:  `principal.id == resource.owner`,
		rego:   `input.subject.id == input.resource.owner`,
		expr:   `SubjectID == Owner`,
		casbin: `r.q.SubjectID == r.q.Owner`,
	},
	programmeRun: {
		id: "programme.run", effect: governance.Permit, code: "GOV-026", actions: "view export publish", roles: "program_admin people_analytics",
		ours:   `resource.class != "raw"`,
		cedar:  `resource.class != "raw"`,
		rego:   `input.resource.class != "raw"`,
		expr:   `Class != "raw"`,
		casbin: `r.q.Class != 'raw'`,
	},
	oversight: {
		id: "oversight", effect: governance.Permit, code: "GOV-001", actions: "view export reidentify validate purge", roles: "legal_privacy privacy_officer",
		ours:   `purpose in ["oversight", "export", "reidentification"]`,
		cedar:  `["oversight", "export", "reidentification"].contains(context.purpose)`,
		rego:   `input.purpose in {"oversight", "export", "reidentification"}`,
		expr:   `Purpose in ["oversight", "export", "reidentification"]`,
		casbin: `r.q.Purpose in ('oversight', 'export', 'reidentification')`,
	},
}

// bit returns the place of a rule in a set of fired rules.
func bit(id string) uint32 {
	return 1 << slices.IndexFunc(rules[:], func(r rule) bool { return r.id == id })
}

// combine gives the outcome of a set of fired rules: a denial wins, nothing is
// allowed without a permit, a review holds a permit back.
func combine(fired uint32) governance.Outcome {
	var by [3]uint32
	for i := range rules {
		by[rules[i].effect] |= 1 << i
	}
	switch {
	case fired&by[governance.Deny] != 0, fired&by[governance.Permit] == 0:
		return governance.Deny
	case fired&by[governance.Review] != 0:
		return governance.Review
	}
	return governance.Permit
}

// list writes words with a mark around each and commas between.
func list(words, mark string) string {
	all := strings.Fields(words)
	for i, w := range all {
		all[i] = mark + w + mark
	}
	return strings.Join(all, ", ")
}

// A programmes says for how many programmes the sixteen rules are repeated, each
// time for the resources of that programme alone; 0 states them once for all.
type programmes int

// programme returns the name of a programme.
func programme(i int) string { return fmt.Sprintf("p%d", i) }

// policyFiles returns the rules as the library's policy: one base and, where a
// file of 1 MiB does not hold all of them, overlays with the rest. At most n
// rules are written.
func policyFiles(of programmes, n int) []governance.File {
	const most = 1<<20 - 64
	head := [...]string{
		"apiVersion: governance/v1\nid: contest\nversion: 1.0.0\nowner: privacy_officer\nparams:\n" +
			"  - {id: raw_retention, unit: days, value: 90, min: 1, max: 90, code: GOV-016, stricter: lower}\n" +
			"  - {id: aggregate_days, unit: days, value: 365, min: 1, max: 365, code: GOV-017, stricter: lower}\n" +
			"  - {id: group_size, unit: count, value: 5, min: 3, max: 1000, code: C-15, stricter: higher}\n" +
			"  - {id: approvers, unit: count, value: 2, min: 2, max: 5, code: GOV-015, stricter: higher}\n" +
			"  - {id: rationale, unit: count, value: 20, min: 20, max: 2000, code: GOV-021, stricter: higher}\n",
		"apiVersion: governance-overlay/v1\nlayer: region\nid: contest-region\nover: contest\nversion: 1.0.0\nowner: privacy_officer\n",
		"apiVersion: governance-overlay/v1\nlayer: tenant\nid: contest-tenant\nover: contest\nversion: 1.0.0\nowner: privacy_officer\n",
	}
	// Three files of 1 MiB hold 10,000 rules only without the blanks.
	short := strings.NewReplacer(", ", ",", " && ", "&&", " || ", "||", " == ", "==", " != ", "!=", " < ", "<", " > ", ">", " in [", " in[")
	var permits, others []string // an overlay permits nothing
	for k := range max(1, int(of)) {
		for i := range rules {
			if len(permits)+len(others) == n {
				break
			}
			r, id, when := &rules[i], rules[i].id, rules[i].ours
			if of > 0 {
				id = programme(k) + "." + id
				if r.effect == governance.Permit {
					when = fmt.Sprintf(`has(resource.programme) && resource.programme == %q && %s`, programme(k), when)
				} else {
					when = fmt.Sprintf(`(!has(resource.programme) || resource.programme == %q) && (%s)`, programme(k), when)
				}
			}
			text := fmt.Sprintf("- {id: %s, effect: %s, code: %s, actions: [%s], roles: [%s], when: '%s', message: no", id, r.effect, r.code, orAny(r.actions), orAny(r.roles), when)
			if r.review != "" {
				text += ", review: " + r.review
			}
			text = short.Replace(text) + "}\n"
			if r.effect == governance.Permit {
				permits = append(permits, text)
			} else {
				others = append(others, text)
			}
		}
	}
	var files []governance.File
	rest := append(permits, others...)
	for i, name := range [...]string{"base.yaml", "region.yaml", "tenant.yaml"} {
		var b strings.Builder
		b.WriteString(head[i] + "rules:\n")
		for len(rest) > 0 && b.Len()+len(rest[0]) < most {
			b.WriteString(rest[0])
			rest = rest[1:]
		}
		b.WriteString("tests: []\n")
		files = append(files, governance.File{Name: name, Data: []byte(b.String())})
		if len(rest) == 0 {
			break
		}
	}
	return files
}

func orAny(words string) string {
	if words == "" {
		return "any"
	}
	return list(words, "")
}
