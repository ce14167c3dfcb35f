package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/coachgov/coaching/governance"
)

// prepared is OPA with a prepared query. It has no durations: ages are whole
// nanoseconds.
type prepared struct {
	query  rego.PreparedEvalQuery
	inputs []rego.EvalOption
	set    uint32
}

// newOPA prepares the query over inputs as Go maps, as hosts pass them, or parsed
// into OPA's own values beforehand, which spares it the conversion.
func newOPA(parsed bool, requests []*governance.Request) (*prepared, error) {
	query, err := rego.New(rego.Query("data.contest.decision"), rego.Module("contest.rego", regoText())).PrepareForEval(context.Background())
	if err != nil {
		return nil, err
	}
	o := &prepared{query: query}
	for _, r := range requests {
		input := regoInput(factsOf(r))
		if !parsed {
			o.inputs = append(o.inputs, rego.EvalInput(input))
			continue
		}
		value, err := ast.InterfaceToValue(input)
		if err != nil {
			return nil, err
		}
		o.inputs = append(o.inputs, rego.EvalParsedInput(value))
	}
	return o, nil
}

// regoText writes the rules as a module.
func regoText() string {
	var b strings.Builder
	b.WriteString(`package contest

reveals if input.action == "reidentify"
reveals if input.resource.type == "identity"
reveals if input.resource.identifiable
own_view if { input.action == "view"; input.subject.id == input.resource.owner }
approved_by_legal if { some role in input.approval.roles; role in {"legal_privacy", "privacy_officer"} }
approved_by_two if { input.approval.count >= 2; approved_by_legal }
touches_career if { some effect in input.resource.affects; effect in {"stretch_assignment", "talent_review"} }
touches_career if { input.resource.automated; some effect in input.resource.affects; effect in {"compensation", "promotion", "role_assignment"} }
reviewed if { input.review.done; input.review.role in {"hr_reviewer", "legal_privacy"}; input.review.rationale_length >= 20 }

`)
	for i := range rules {
		r := &rules[i]
		body := r.rego
		if r.roles != "" {
			body = "input.subject.role in {" + list(r.roles, `"`) + "}; " + body
		}
		if r.actions != "" {
			body = "input.action in {" + list(r.actions, `"`) + "}; " + body
		}
		fmt.Fprintf(&b, "%s contains %q if { %s }\n", [...]string{"denials", "reviews", "permits"}[r.effect], r.id, body)
	}
	b.WriteString(`
default outcome := "deny"
outcome := "permit" if { count(denials) == 0; count(permits) > 0; count(reviews) == 0 }
outcome := "review" if { count(denials) == 0; count(permits) > 0; count(reviews) > 0 }
decision := {"outcome": outcome, "fired": (denials | reviews) | permits}
`)
	return b.String()
}

func regoInput(f *Facts) map[string]any {
	texts := func(of []string) []any {
		values := make([]any, len(of))
		for i, s := range of {
			values[i] = s
		}
		return values
	}
	return map[string]any{
		"action": f.Action, "purpose": f.Purpose,
		"subject": map[string]any{"id": f.SubjectID, "role": f.SubjectRole, "programme": f.SubjectProgramme},
		"resource": map[string]any{
			"type": f.Type, "class": f.Class, "programme": f.Programme, "owner": f.Owner, "assigned_coach": f.AssignedCoach,
			"age": f.Age, "group_size": f.GroupSize, "identifiable": f.Identifiable, "legal_hold": f.LegalHold,
			"automated": f.Automated, "model_card": f.ModelCard, "affects": texts(f.Affects),
		},
		"consent":  map[string]any{"purposes": texts(f.Purposes)},
		"approval": map[string]any{"count": f.ApprovalCount, "roles": texts(f.ApprovalRoles)},
		"review":   map[string]any{"done": f.ReviewDone, "role": f.ReviewRole, "rationale_length": f.RationaleLength},
	}
}

func (o *prepared) decide(i int) (out governance.Outcome, err error) {
	found, err := o.query.Eval(context.Background(), o.inputs[i])
	if err != nil {
		return governance.Deny, err
	}
	if len(found) != 1 {
		return governance.Deny, fmt.Errorf("bench: OPA gave %d answers", len(found))
	}
	answer := found[0].Expressions[0].Value.(map[string]any)
	o.set = 0
	for _, id := range answer["fired"].([]any) {
		o.set |= bit(id.(string))
	}
	switch answer["outcome"] {
	case "permit":
		out = governance.Permit
	case "review":
		out = governance.Review
	}
	return out, nil
}

func (o *prepared) fired() (uint32, bool) { return o.set, true }
