package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	casbinmodel "github.com/casbin/casbin/v2/model"

	"github.com/coachgov/coaching/governance"
)

// enforcers is casbin, as far as it goes. Its matcher is parsed again for each
// rule and request. It has two effects, so reviews are a second enforcer; it names
// one rule at most; it has neither time nor lists in a request, for which the host
// gives it numbers and a function; and it knows no type of a field before it reads
// it.
type enforcers struct {
	main, review *casbin.Enforcer
	facts        []*Facts
}

const casbinModel = `
[request_definition]
r = q
[policy_definition]
p = id, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.rule)
`

func newCasbin(requests []*governance.Request) (*enforcers, error) {
	c := &enforcers{}
	for _, into := range []**casbin.Enforcer{&c.main, &c.review} {
		m, err := casbinmodel.NewModelFromString(casbinModel)
		if err != nil {
			return nil, err
		}
		if *into, err = casbin.NewEnforcer(m); err != nil {
			return nil, err
		}
		(*into).AddFunction("has", casbinHas)
	}
	for i := range rules {
		r := &rules[i]
		text := r.casbin
		for _, part := range [...][2]string{{"r.q.SubjectRole", r.roles}, {"r.q.Action", r.actions}} {
			switch words := list(part[1], "'"); {
			case words == "":
			case !strings.Contains(words, ","): // a list of one is no list
				text = part[0] + " == " + words + " && " + text
			default:
				text = part[0] + " in (" + words + ") && " + text
			}
		}
		to, effect := c.main, "allow"
		switch r.effect {
		case governance.Deny:
			effect = "deny"
		case governance.Review:
			to = c.review
		}
		if _, err := to.AddPolicy(r.id, text, effect); err != nil {
			return nil, fmt.Errorf("bench: casbin %s: %w", r.id, err)
		}
	}
	for _, r := range requests {
		c.facts = append(c.facts, factsOf(r))
	}
	return c, nil
}

// casbinHas reports whether a list holds one of the words behind it.
func casbinHas(args ...any) (any, error) {
	have, ok := args[0].([]string)
	if !ok {
		return nil, fmt.Errorf("bench: has of a %T", args[0])
	}
	return slices.ContainsFunc(args[1:], func(w any) bool { return slices.Contains(have, w.(string)) }), nil
}

func (c *enforcers) decide(i int) (governance.Outcome, error) {
	ok, err := c.main.Enforce(c.facts[i])
	if err != nil || !ok {
		return governance.Deny, err
	}
	if ok, err = c.review.Enforce(c.facts[i]); err != nil || ok {
		return governance.Review, err
	}
	return governance.Permit, nil
}

func (c *enforcers) fired() (uint32, bool) { return 0, false }
