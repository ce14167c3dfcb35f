package governance

import (
	"fmt"
	"strings"
)

// A Part is a part of a rule's condition: what stands between two && of it, or,
// where that is joined by ||, between two || of that. For each it counts the
// tests of the policy that show what difference it makes.
type Part struct {
	When string `json:"when"` // in canonical form
	// True counts the tests in which it was true and the rule would not have
	// fired had it been false, False those in which it was false and the rule
	// would have fired had it been true. This is the modified condition/decision
	// coverage of DO-178C in its masking form, over parts.
	True  int `json:"true"`
	False int `json:"false"`
}

// Decided reports whether a test shows what happens when the part is true, and
// one what happens when it is false.
func (p Part) Decided() bool { return p.True > 0 && p.False > 0 }

// untested says in words what no test shows; "" when all is shown.
func (p Part) untested() string {
	switch {
	case p.Decided():
		return ""
	case p.True > 0:
		return "no test hangs on its being false: " + p.When
	case p.False > 0:
		return "no test hangs on its being true: " + p.When
	}
	return "no test hangs on: " + p.When
}

// A coverage counts, over the tests of a stack, how often each rule fired and
// which parts of it decided whether it did.
type coverage struct {
	fired map[string]int
	parts map[string][]Part // by rule; those of a rule for the CEL engine are not there
}

func newCoverage() *coverage {
	return &coverage{fired: map[string]int{}, parts: map[string][]Part{}}
}

// A coveredRule is a rule with its parts made ready.
type coveredRule struct {
	*rule
	parts []*expr
	tests [][]test // of the parts between two &&, those between two ||
}

// split returns the rules of a policy with their parts, but for those that the
// CEL engine evaluates, whose parts cannot be told.
func split(p *Policy) []coveredRule {
	var out []coveredRule
	for _, r := range p.rules {
		if r.run != nil {
			continue
		}
		c := coveredRule{rule: r}
		for _, and := range operands(r.when, opAnd) {
			if and.op == opConst && and.num != 0 {
				continue // nothing hangs on it
			}
			var tests []test
			for _, or := range operands(and, opOr) {
				t, _ := lower(or)
				c.parts = append(c.parts, or)
				tests = append(tests, t)
			}
			c.tests = append(c.tests, tests)
		}
		out = append(out, c)
	}
	return out
}

// operands returns what stands between an operator, however it is nested, or e
// alone.
func operands(e *expr, o op) []*expr {
	if e.op != o {
		return []*expr{e}
	}
	var out []*expr
	for _, a := range e.args {
		out = append(out, operands(a, o)...)
	}
	return out
}

// test counts one test, whose facts are asked of the rules.
func (c *coverage) test(rules []coveredRule, f *facts) {
	for _, r := range rules {
		if r.actions&(1<<f.num[attrAction]) != 0 && r.roles&(1<<f.num[attrSubjectRole]) != 0 {
			c.count(r, r.view(f))
		}
	}
}

// begin takes in rules that are not there yet.
func (c *coverage) begin(rules []coveredRule) {
	for _, r := range rules {
		if c.parts[r.id] != nil {
			continue
		}
		for _, e := range r.parts {
			c.parts[r.id] = append(c.parts[r.id], Part{When: e.String()})
		}
	}
}

// count counts the parts of a rule on which it hangs whether the rule fires. A
// part without a value, since another asks whether there is one, decides nothing
// and stands in the way of nothing.
func (c *coverage) count(r coveredRule, f *facts) {
	parts := c.parts[r.id]
	values := make([][]truth, len(r.tests))
	wrong := 0 // of what stands between two &&, how many are false
	for i, tests := range r.tests {
		any, none := false, true
		for _, t := range tests {
			v := t(f)
			values[i] = append(values[i], v)
			any = any || v == isTrue
			none = none && v == noValue
		}
		if !any && !none {
			wrong++
		}
	}
	at := 0
	for _, group := range values {
		trues := 0
		for _, v := range group {
			if v == isTrue {
				trues++
			}
		}
		for _, v := range group {
			switch {
			case v == isTrue && trues == 1 && wrong == 0:
				parts[at].True++
			case v == isFalse && trues == 0 && wrong == 1:
				parts[at].False++
			}
			at++
		}
	}
}

// partText lists what no test of a rule shows.
func (x *RuleReport) partText(b *strings.Builder) {
	for _, p := range x.Parts {
		if text := p.untested(); text != "" {
			fmt.Fprintf(b, "         %s\n", text)
		}
	}
}
