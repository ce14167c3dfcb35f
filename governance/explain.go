package governance

import (
	"fmt"
	"slices"
	"strings"
)

// Explain returns the answer to a request and how it came about, for people:
// every rule that could have fired for this action and role, in the order of
// Decision.Reasons, with the value of each condition inside its own and of what
// those compare, then the floors. "absent" is the value of what asks about an attribute that is not
// there. The same policy and request give the same bytes. No pseudonym is
// shown. It is meant for one question at a time, not for every request.
func (p *Policy) Explain(r *Request) string {
	var b strings.Builder
	d := p.Decide(r)
	fmt.Fprintf(&b, "%s\n", strings.ToUpper(d.Outcome.String()))
	for _, reason := range d.Reasons {
		fmt.Fprintf(&b, "  %s %s (%s): %s\n", reason.Effect, reason.Rule, reason.Code, reason.Message)
	}
	for _, n := range d.Reviews {
		fmt.Fprintf(&b, "  wanted for %s: %s by %v, never by %s", firstFew(n.Rules), n.As, n.By, strings.Join(n.Not, " or "))
		if n.MinRationale > 0 {
			fmt.Fprintf(&b, ", with a rationale of at least %d characters", n.MinRationale)
		}
		if n.Expires > 0 {
			fmt.Fprintf(&b, ", good for %s", n.Expires)
		}
		b.WriteByte('\n')
	}
	for _, o := range d.Obligations {
		fmt.Fprintf(&b, "  obliged: %s: %s\n", o.ID, o.Text)
	}
	if len(d.Missing) > 0 {
		fmt.Fprintf(&b, "  missing: %s\n", strings.Join(d.Missing, ", "))
	}
	if p.Digest() == "" || len(p.problems(r)) > 0 {
		b.WriteString("no rule was asked\n")
		return b.String()
	}
	fmt.Fprintf(&b, "policy %s %s, digest %s\n", p.id, p.version, p.digest)
	var f facts
	p.read(&f, r)
	for _, rule := range p.about(&f) {
		p.explainRule(&b, rule, &f)
	}
	for _, fl := range floors(&f) {
		says, _ := fl.message.about(&f, nil)
		fmt.Fprintf(&b, "%s %s is below a floor of the code: %s\n", fl.effect, fl.id, says)
	}
	return b.String()
}

func (p *Policy) explainRule(b *strings.Builder, r *rule, f *facts) {
	v, problem := r.eval(f)
	verb := "does not fire"
	if v == isTrue || v == noValue && r.effect != Permit {
		verb = "fires"
	}
	fmt.Fprintf(b, "%s %s %s", r.effect, r.id, verb)
	if v == noValue {
		fmt.Fprintf(b, ", not evaluated: %s", problem)
	}
	b.WriteByte('\n')
	if g := r.view(f); g != f {
		fmt.Fprintf(b, "  the %s on record is not of the kind that this rule waits for, and does not count\n", r.need.as)
		f = g
	}
	p.explainExpr(b, r.when, f, 1, v)
}

// explainExpr prints one line for a condition, with the values in it, and one for
// each condition inside it. The value of a whole rule is known.
func (p *Policy) explainExpr(b *strings.Builder, e *expr, f *facts, depth int, value truth) {
	if depth > 1 {
		value = p.truthOf(e, f)
	}
	fmt.Fprintf(b, "  %-7s%s%s", [...]string{"false", "true", "absent"}[value], strings.Repeat("  ", depth-1), e)
	switch e.op {
	case opNot, opAnd, opOr, opIf, opHas, opConst:
	default:
		if values := valuesIn(e, f); len(values) > 0 {
			b.WriteString("  # " + strings.Join(values, ", "))
		}
	}
	b.WriteByte('\n')
	for _, a := range e.args {
		if a.kind == kindBool && a.op != opConst && (e.op == opNot || e.op == opAnd || e.op == opOr || e.op == opIf || a.op != opAttr && a.op != opHas) {
			p.explainExpr(b, a, f, depth+1, noValue)
		}
	}
}

// truthOf returns the value of a condition by itself, also of one that the CEL
// engine evaluates.
func (p *Policy) truthOf(e *expr, f *facts) truth {
	if t, ok := lower(e); ok {
		return t(f)
	}
	env, err := p.env()
	if err != nil {
		return noValue
	}
	_, run, _ := env.read(e.String())
	if run == nil {
		return noValue
	}
	v, _ := run(f)
	return v
}

// valuesIn returns what the attributes, parameters, sizes and months of a
// condition are, from left to right, each once.
func valuesIn(e *expr, f *facts) []string {
	var out []string
	e.each(func(x *expr) {
		text := ""
		switch {
		case x.op == opAttr && x != e, x.op == opConst && x.param != "", x.op == opSize:
			text = x.String() + " is " + show(x, f)
		case x.op == opAddMonths:
			at := value{}
			if n, ok := lowerNumber(x); ok {
				at.num, at.ok = n(f)
			}
			text = x.String() + " is " + at.show(x)
		}
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	})
	return out
}
