package governance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// An oracle decides by asking CEL every rule of a policy, one after the other.
type oracle struct {
	policy *Policy
	run    map[*rule]program
}

func newOracle(t testing.TB, p *Policy, c *celEnv) *oracle {
	o := &oracle{p, map[*rule]program{}}
	for _, r := range p.rules {
		o.run[r] = check(t, c, r.when.String()).run
	}
	return o
}

// decide returns the outcome, the rules that fired and those without a value.
func (o *oracle) decide(f *facts) (outcome Outcome, fired, failed []string) {
	var effects [len(outcomeNames)]bool
	for _, r := range o.policy.rules {
		if r.actions>>f.num[attrAction]&1 == 0 || r.roles>>f.num[attrSubjectRole]&1 == 0 {
			continue
		}
		v, _ := o.run[r](r.view(f))
		if v == noValue {
			failed = append(failed, r.id)
		}
		if v == isTrue || v == noValue && r.effect != Permit {
			fired = append(fired, r.id)
			effects[r.effect] = true
		}
	}
	for _, fl := range floors(f) {
		effects[fl.effect] = true
	}
	return combined(effects), fired, failed
}

// agrees requires that the policy answers a request as the oracle does.
func (o *oracle) agrees(t testing.TB, r *Request, d *Decision) Outcome {
	t.Helper()
	require.Empty(t, o.policy.problems(r))
	var f facts
	o.policy.read(&f, r)
	outcome, fired, failed := o.decide(&f)
	o.policy.DecideInto(r, d)
	got := slices.DeleteFunc(ruleNames(d), func(id string) bool { return id == "default" || strings.HasPrefix(id, "floor.") })
	var errs []string
	for _, e := range d.Errors {
		errs = append(errs, e.Rule)
	}
	if d.Outcome != outcome || !slices.Equal(got, fired) || !slices.Equal(errs, failed) {
		t.Fatalf("policy  %s %v errors %v\noracle %s %v errors %v\n%s", d.Outcome, got, errs, outcome, fired, failed, o.policy.Explain(r))
	}
	return outcome
}

// hosted adds what the host of the random policies knows: its own attributes,
// each of them two times in three, and where the resource is kept.
func (s sampler) hosted(r *Request) {
	r.Resource.ID = []string{"alpha", "beta", "gamma"}[s.IntN(3)]
	r.Resource.Residency = []string{"", "alpha", "eu"}[s.IntN(3)]
	if r.Resource.Programme != "" && s.IntN(3) == 0 {
		r.Subject.Programme, r.Resource.Programme = "alpha", "alpha"
	}
	r.Ext = nil
	for _, x := range []Extension{
		{Name: "tier", Type: ExtensionEnum, Enum: []string{"gold", "silver", "none"}[s.IntN(3)]},
		{Name: "heads", Type: ExtensionInt, Int: int64(s.IntN(7))},
		{Name: "council", Type: ExtensionBool, Bool: s.IntN(2) == 0},
		{Name: "agreed_on", Type: ExtensionTime, Time: r.Now.Add(time.Duration(s.IntN(3) - 1))},
	} {
		if s.often() {
			r.Ext = append(r.Ext, x)
		}
	}
	r.Approvals, r.Review = nil, ReviewRecord{}
	if s.often() {
		s.approve(r)
	}
}

// policy returns a policy of random rules. Many of them begin as those of people
// do: with what an index can use.
func (g gen) policy(t testing.TB, c *celEnv, rules int) *Policy {
	p := &Policy{id: "random", exts: []extension{
		{attribute: testExts()[0], typ: ExtensionEnum}, {attribute: testExts()[1], typ: ExtensionInt, max: 100},
		{attribute: testExts()[2], typ: ExtensionBool}, {attribute: testExts()[3], typ: ExtensionTime},
	}}
	set := func(n int) uint32 {
		if g.IntN(3) == 0 {
			return ^uint32(0)
		}
		return (g.Uint32() | g.Uint32()) & (1<<n - 1) &^ 1
	}
	for i := range rules {
		effect := Outcome(g.IntN(3))
		source := g.condition(g.IntN(3))
		if g.IntN(3) > 0 {
			source = g.pick(`resource.type == "pack"`, `resource.type in ["pack", "recommendation", "trend"]`, `resource.class != "raw"`, `!subject.trained`,
				`resource.model_card`, `has(resource.programme) && resource.programme == "alpha"`, `has(resource.automated) && resource.automated`,
				`purpose == "coaching"`, `has(ext.tier) && ext.tier == "gold"`, `resource.id.startsWith("al")`) + " && " + source
		}
		e, run, problems := c.read(source)
		require.Empty(t, problems, source)
		r := &rule{id: fmt.Sprintf("rule-%d", i), effect: effect, actions: set(len(actionNames)), roles: set(len(roleNames)), when: e, reads: e.reads(), run: run, message: &message{}}
		if run == nil {
			r.test, _ = lower(e)
		}
		if effect == Review {
			r.need = &reviewNeed{as: g.pick("review", "approval"), by: g.Uint32() & (1<<len(roleNames) - 1) &^ 1, minRationale: 20, expires: 72 * time.Hour}
			if r.need.as == "approval" {
				r.need.minRationale, r.need.expires = 0, 0
			}
		}
		p.rules = append(p.rules, r)
	}
	p.finish()
	return p
}

// A policy answers as CEL does when it is asked rule by rule: nothing that an
// index leaves out would have fired. Random policies, of few rules and of many,
// over random requests with attributes of the host's own.
func TestIndexLeavesOutNothing(t *testing.T) {
	t.Parallel()
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(21, 4))}
	s := newSampler(t, 23)
	policies, requests := 60, 400
	if testing.Short() {
		policies = 12
	}
	var outcomes [len(outcomeNames)]int
	var d Decision
	failed := 0
	for i := range policies {
		o := newOracle(t, g.policy(t, c, []int{1, 4, 12, 40}[i%4]), c)
		for range requests {
			r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(s.IntN(len(roleNames))), ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
			r.Resource.CreatedAt, r.Resource.GroupSize = r.Now.Add(-time.Hour), 50
			s.hosted(r)
			outcomes[o.agrees(t, r, &d)]++
			failed += len(d.Errors)
		}
	}
	for o, n := range outcomes {
		require.Greater(t, n, 2*policies, Outcome(o))
	}
	require.Greater(t, failed, policies)
}

// The same of a stack over the built-in policy.
func TestStackedIndexLeavesOutNothing(t *testing.T) {
	t.Parallel()
	p, _, err := stackOf(tenant, region)
	require.NoError(t, err)
	var params []*expr
	for _, q := range p.params {
		params = append(params, paramExpr(q))
	}
	c, err := newCELEnv(params)
	require.NoError(t, err)
	o := newOracle(t, p, c)
	s := newSampler(t, 29)
	draws := 20_000
	if testing.Short() {
		draws = 3_000
	}
	var d Decision
	for range draws {
		r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(s.IntN(len(roleNames))), ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
		s.hosted(r)
		r.Ext = nil
		o.agrees(t, r, &d)
	}
}

// FuzzIndexLeavesOutNothing draws policy and requests from a seed.
func FuzzIndexLeavesOutNothing(f *testing.F) {
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(f, err)
	for i := range uint64(4) {
		f.Add(i, uint8(3*i))
	}
	f.Fuzz(func(t *testing.T, seed uint64, rules uint8) {
		g := gen{rand.New(rand.NewPCG(seed, 5))}
		o := newOracle(t, g.policy(t, c, 1+int(rules%24)), c)
		s := newSampler(t, seed)
		var d Decision
		for range 20 {
			r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(s.IntN(len(roleNames))), ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
			s.hosted(r)
			o.agrees(t, r, &d)
		}
	})
}
