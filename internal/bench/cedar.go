package main

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/coachgov/coaching/governance"
)

// cedarSets is cedar-go with entities built beforehand. Cedar has two effects:
// reviews are a second set of policies, asked when the first allows. It names the
// policies that determine the answer, not all that apply. It has no text length
// and no distinct count, which it is given.
type cedarSets struct {
	main, review *cedar.PolicySet
	entities     []types.EntityMap
	requests     []cedar.Request
	set          uint32
}

func newCedar(requests []*governance.Request) (*cedarSets, error) {
	c := &cedarSets{main: cedar.NewPolicySet(), review: cedar.NewPolicySet()}
	for i := range rules {
		var p cedar.Policy
		if err := p.UnmarshalCedar([]byte(cedarText(&rules[i]))); err != nil {
			return nil, fmt.Errorf("bench: cedar %s: %w", rules[i].id, err)
		}
		to := c.main
		if rules[i].effect == governance.Review {
			to = c.review
		}
		to.Add(cedar.PolicyID(rules[i].id), &p)
	}
	for _, r := range requests {
		entities, request := cedarInput(factsOf(r))
		c.entities, c.requests = append(c.entities, entities), append(c.requests, request)
	}
	return c, nil
}

// cedarText writes a rule as a policy.
func cedarText(r *rule) string {
	effect := "permit"
	if r.effect == governance.Deny {
		effect = "forbid"
	}
	scope := "action"
	if r.actions != "" {
		scope = `action in [Action::` + strings.ReplaceAll(list(r.actions, `"`), `, `, `, Action::`) + `]`
	}
	when := r.cedar
	if r.roles != "" {
		when = "[" + list(r.roles, `"`) + "].contains(principal.role) && " + when
	}
	return fmt.Sprintf("%s (principal, %s, resource) when { %s };", effect, scope, when)
}

func cedarInput(f *Facts) (types.EntityMap, cedar.Request) {
	texts := func(of []string) types.Set {
		values := make([]types.Value, len(of))
		for i, s := range of {
			values[i] = types.String(s)
		}
		return types.NewSet(values...)
	}
	who, what := cedar.NewEntityUID("Person", types.String(f.SubjectID)), cedar.NewEntityUID("Resource", "resource-1")
	entities := types.EntityMap{
		who: {UID: who, Attributes: types.NewRecord(types.RecordMap{
			"id": types.String(f.SubjectID), "role": types.String(f.SubjectRole), "programme": types.String(f.SubjectProgramme),
		})},
		what: {UID: what, Attributes: types.NewRecord(types.RecordMap{
			"type": types.String(f.Type), "class": types.String(f.Class), "programme": types.String(f.Programme),
			"owner": types.String(f.Owner), "assigned_coach": types.String(f.AssignedCoach),
			"age": types.Long(f.Age), "group_size": types.Long(f.GroupSize), "identifiable": types.Boolean(f.Identifiable),
			"legal_hold": types.Boolean(f.LegalHold), "automated": types.Boolean(f.Automated), "model_card": types.Boolean(f.ModelCard),
			"affects": texts(f.Affects),
		})},
	}
	around := types.NewRecord(types.RecordMap{
		"purpose":  types.String(f.Purpose),
		"consent":  types.NewRecord(types.RecordMap{"purposes": texts(f.Purposes)}),
		"approval": types.NewRecord(types.RecordMap{"count": types.Long(f.ApprovalCount), "roles": texts(f.ApprovalRoles)}),
		"review": types.NewRecord(types.RecordMap{
			"done": types.Boolean(f.ReviewDone), "role": types.String(f.ReviewRole), "rationale_length": types.Long(f.RationaleLength),
		}),
	})
	return entities, cedar.Request{Principal: who, Action: cedar.NewEntityUID("Action", types.String(f.Action)), Resource: what, Context: around}
}

func (c *cedarSets) decide(i int) (governance.Outcome, error) {
	c.set = 0
	answer, why := cedar.Authorize(c.main, c.entities[i], c.requests[i])
	if err := c.note(why); err != nil || answer == cedar.Deny {
		return governance.Deny, err
	}
	answer, why = cedar.Authorize(c.review, c.entities[i], c.requests[i])
	if err := c.note(why); err != nil || answer == cedar.Allow {
		return governance.Review, err
	}
	return governance.Permit, nil
}

func (c *cedarSets) note(why cedar.Diagnostic) error {
	for _, r := range why.Reasons {
		c.set |= bit(string(r.PolicyID))
	}
	if len(why.Errors) > 0 {
		return fmt.Errorf("bench: cedar: %s", why.Errors[0].Message)
	}
	return nil
}

func (c *cedarSets) fired() (uint32, bool) { return c.set, false }
