package governance

import (
	"flag"
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// All mutants take half a minute longer, so a plain run asks some of them.
var mutantsFlag = flag.Int("mutants", 7, "ask every n-th mutant of the built-in policy whether the reference notices it")

// A mutant is the built-in policy with one mistake in one rule.
type mutant struct {
	name   string
	rule   *rule   // as it is in the policy
	wrong  *rule   // nil: it is gone
	policy *Policy // made when it is needed
}

// whole returns the policy that holds the mistake.
func (m *mutant) whole(p *Policy) *Policy {
	if m.policy == nil {
		m.policy = &Policy{id: p.id, version: p.version, owner: p.owner, params: p.params}
		for _, r := range p.rules {
			if r != m.rule {
				own := *r // an index marks the rules that it holds
				m.policy.rules = append(m.policy.rules, &own)
			}
		}
		if m.wrong != nil {
			m.policy.rules = append(m.policy.rules, m.wrong)
		}
		m.policy.finish()
	}
	return m.policy
}

// differs reports whether the mistake shows in what the rule does with facts.
func (m *mutant) differs(f *facts) bool {
	if m.wrong == nil || m.wrong.effect != m.rule.effect {
		return fires(m.rule, f)
	}
	return fires(m.wrong, f) != fires(m.rule, f)
}

func fires(r *rule, f *facts) bool {
	if r.actions>>f.num[attrAction]&1 == 0 || r.roles>>f.num[attrSubjectRole]&1 == 0 {
		return false
	}
	v, _ := r.eval(f)
	return v == isTrue || v == noValue && r.effect != Permit
}

// mutants returns every mistake of these kinds: a rule dropped or of another
// effect; an action or a role dropped or added; a part of an and or an or
// dropped; a condition negated; a has() taken for true; an and for an or; a
// comparison for its neighbours; a number one more and one less; a name for each
// other one; a name of a list dropped; of a review, who may give it, the length
// and the age that it needs.
func mutants(t *testing.T, p *Policy) []*mutant {
	var out []*mutant
	for _, r := range p.rules {
		add := func(name string, change func(r *rule)) {
			m := &mutant{name: r.id + ": " + name, rule: r}
			wrong := *r
			change(&wrong)
			m.wrong = &wrong
			out = append(out, m)
		}
		out = append(out, &mutant{name: r.id + ": no such rule", rule: r})
		for o := Deny; o <= Permit; o++ {
			if o != r.effect {
				add("effect "+o.String(), func(r *rule) { r.effect, r.need = o, &reviewNeed{as: "review", by: careerReviewers} })
			}
		}
		for a := View; a <= Purge; a++ {
			add("other action "+a.String(), func(r *rule) { r.actions ^= 1 << a })
		}
		for role := range roleNames {
			add("other role "+roleNames[role], func(r *rule) { r.roles ^= 1 << role })
		}
		each := func(name string, e *expr) {
			add(name+" in "+r.when.String()+" -> "+e.String(), func(r *rule) {
				r.when, r.reads = e, e.reads()
				closure, ok := lower(e)
				require.True(t, ok, r.when.String())
				r.test = closure
			})
		}
		variants(r.when, each)
		if n := r.need; n != nil {
			needs := func(name string, change func(n *reviewNeed)) {
				add(name, func(r *rule) {
					need := *n
					change(&need)
					r.need = &need
				})
			}
			for role := range roleNames {
				if n.by>>role&1 != 0 && bits.OnesCount32(n.by) > 1 {
					needs("not by "+roleNames[role], func(n *reviewNeed) { n.by &^= 1 << role })
				}
			}
			if n.as == "review" {
				needs("longer rationale", func(n *reviewNeed) { n.minRationale++ })
				needs("shorter age", func(n *reviewNeed) { n.expires-- })
			}
		}
	}
	return out
}

// variants calls use with copies of e, each with one mistake.
func variants(e *expr, use func(name string, e *expr)) {
	with := func(change func(*expr)) *expr {
		c := *e
		c.args = slices.Clone(e.args)
		change(&c)
		return &c
	}
	if e.kind == kindBool && e.op != opConst {
		use("negated", &expr{op: opNot, kind: kindBool, args: []*expr{e}})
	}
	switch e.op {
	case opHas:
		use("has", &expr{op: opConst, kind: kindBool, num: 1})
	case opAnd, opOr:
		use("logic", with(func(c *expr) { c.op = opAnd + opOr - e.op }))
		for i := range e.args {
			use("part", with(func(c *expr) {
				if c.args = slices.Delete(c.args, i, i+1); len(c.args) == 1 {
					*c = *c.args[0]
				}
			}))
		}
	case opEqual, opNotEqual:
		use("equal", with(func(c *expr) { c.op = opEqual + opNotEqual - e.op }))
	case opLess, opLessEq, opMore, opMoreEq:
		for o := opLess; o <= opMoreEq; o++ {
			if o != e.op {
				use("comparison", with(func(c *expr) { c.op = o }))
			}
		}
	case opList:
		for i := range e.args {
			if len(e.args) > 1 {
				use("list", with(func(c *expr) { c.args = slices.Delete(c.args, i, i+1) }))
			}
		}
	case opConst:
		switch e.kind {
		case kindInt, kindDuration:
			for _, by := range []int64{-1, 1} {
				use("number", with(func(c *expr) { c.num, c.param = c.num+by, "" }))
			}
		case kindEnum:
			for i := range e.names {
				if int64(i) != e.num {
					use("name", with(func(c *expr) { c.num = int64(i) }))
				}
			}
		}
	}
	for i, a := range e.args {
		variants(a, func(name string, v *expr) { use(name, with(func(c *expr) { c.args[i] = v })) })
	}
}

// A hunt asks requests of mutants until each has given an answer that the
// reference does not.
type hunt struct {
	policy     *Policy
	alive      map[*rule][]*mutant
	asked, all int
	f          facts
	d          Decision
}

func newHunt(t *testing.T, p *Policy) *hunt {
	h := &hunt{policy: p, alive: map[*rule][]*mutant{}}
	for i, m := range mutants(t, p) {
		if h.all++; i%*mutantsFlag == 0 {
			h.alive[m.rule] = append(h.alive[m.rule], m)
			h.asked++
		}
	}
	return h
}

// ask puts a request of which the reference says this to the mutants in which
// something else fires.
func (h *hunt) ask(r *Request, outcome Outcome, rules []string) {
	h.f.read(r)
	for _, rule := range h.policy.rules {
		h.alive[rule] = slices.DeleteFunc(h.alive[rule], func(m *mutant) bool {
			if !m.differs(&h.f) {
				return false
			}
			m.whole(h.policy).DecideInto(r, &h.d)
			return h.d.Outcome != outcome || !sameSet(ruleNames(&h.d), rules)
		})
	}
}

// judge requires that of all mutants that answer any request otherwise, at least
// 98 in 100 were found. Of one that was not, Diff says whether it is the same
// policy in other words.
func (h *hunt) judge(t *testing.T) {
	same, open := 0, []string{}
	for _, rule := range h.policy.rules {
		for _, m := range h.alive[rule] {
			c, err := Diff(h.policy, m.whole(h.policy))
			require.NoError(t, err, m.name)
			if c.Exact() && len(c.Changes) == 0 {
				same++
				continue
			}
			open = append(open, fmt.Sprintf("%s: %d kinds of requests", m.name, len(c.Changes)))
		}
	}
	killed := h.asked - same - len(open)
	t.Logf("%d of %d mutants: %d killed, %d the same policy in other words, %d alive", h.asked, h.all, killed, same, len(open))
	for _, o := range open {
		t.Log(o)
	}
	require.GreaterOrEqual(t, float64(killed), 0.98*float64(killed+len(open)))
	require.Greater(t, killed, 10*same, "too few mistakes to say anything")
}

// ruleNames returns the rules of the reasons. The reference knows two floors:
// with the built-in policy a rule always reports the code of the others first.
func ruleNames(d *Decision) []string {
	ids := make([]string, len(d.Reasons))
	for i := range d.Reasons {
		ids[i] = d.Reasons[i].Rule
	}
	return ids
}
