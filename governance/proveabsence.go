package governance

import (
	"fmt"
	"math/bits"

	"github.com/coachgov/coaching/signal"
)

// An omission leaves an attribute out of facts, or takes back what was stated.
type omission struct {
	dim   int
	attrs uint64
	name  string
	clear func(f *facts)
}

// omissions returns everything that a request can leave out.
func omissions() []omission {
	drop := func(d int, attrs ...attr) omission {
		o := omission{dim: d, name: attributes[attrs[0]].name}
		for _, a := range attrs {
			o.attrs |= 1 << a
		}
		set := o.attrs
		o.clear = func(f *facts) {
			for rest := set; rest != 0; rest &= rest - 1 {
				a := attr(bits.TrailingZeros64(rest))
				f.num[a] = 0
				if attributes[a].optional {
					f.present &^= 1 << a
				}
			}
		}
		return o
	}
	return []omission{
		drop(dimTrained, attrSubjectTrained),
		drop(dimProgramme, attrSubjectProgramme),
		drop(dimProgramme, attrProgramme),
		drop(dimResidency, attrResidency),
		drop(dimPeople, attrOwner),
		drop(dimPeople, attrAssignedCoach),
		drop(dimTime, attrCreatedAt, attrAge, attrPastRetention),
		drop(dimGroup, attrGroupSize),
		drop(dimIdentifiable, attrIdentifiable),
		drop(dimHold, attrLegalHold),
		drop(dimControl, attrControl),
		drop(dimAutomated, attrAutomated),
		drop(dimCard, attrModelCard),
		drop(dimExplained, attrExplained),
		drop(dimAffects, attrAffects),
		drop(dimConsents, attrConsentPurposes),
		drop(dimApprovals, attrApprovalCount, attrApprovalRoles),
		drop(dimReview, attrReviewDone, attrReviewRole, attrReviewRationale, attrReviewAge),
	}
}

// without makes g the facts without what the omission leaves out, and returns
// which of them are known. Nobody consents for an owner who is not known, and nobody is
// independent of one, except of an aggregate; nobody reviews where the assigned
// coach is not known, with the same exception.
func (o *omission) without(f *facts, known uint64, g *facts) uint64 {
	*g = *f
	o.clear(g)
	if o.attrs&(1<<attrCreatedAt) != 0 && known&(1<<attrType) == 0 {
		known |= 1 << attrPastRetention // whatever the class, it has no value
	}
	if o.attrs&(1<<attrOwner|1<<attrAssignedCoach) == 0 {
		return known
	}
	independent := dimAttrs[dimReview]
	if o.attrs&(1<<attrOwner) != 0 {
		g.num[attrConsentPurposes] = 0
		g.present |= 1 << attrConsentPurposes
		known |= dimAttrs[dimConsents]
		independent |= dimAttrs[dimApprovals]
	}
	switch {
	case known&(1<<attrClass) == 0:
		known &^= independent
	case g.num[attrClass] != int64(signal.Aggregate):
		none := facts{present: dimAttrs[dimApprovals] | dimAttrs[dimReview]&^(1<<attrReviewAge)}
		g.take(&none, independent)
		known |= independent
	}
	return known
}

// touched returns the attributes that an omission can change.
func (o *omission) touched() uint64 {
	if o.attrs&(1<<attrOwner) != 0 {
		return o.attrs | dimAttrs[dimConsents] | dimAttrs[dimApprovals] | dimAttrs[dimReview]
	}
	if o.attrs&(1<<attrAssignedCoach) != 0 {
		return o.attrs | dimAttrs[dimReview]
	}
	if o.attrs&(1<<attrCreatedAt) != 0 {
		return o.attrs | 1<<attrPastRetention
	}
	return o.attrs
}

// absence asks of every request and everything it states whether its answer
// would be better without.
func (q *prover) absence() (ProofResult, error) {
	out := ProofResult{Invariant: absent()}
	w := newSearch(q.space, q.budget)
	var clauses []*testedClause
	var o omission
	var failure error
	var g facts
	w.ask = func() (truth, attr, *expr) {
		known := o.without(&w.f, w.known, &g)
		answer, next, opaque := helps(clauses, o.touched(), &g, known, &w.f, w.known)
		if answer == undecided && opaque == nil && w.at[dimOf(next)] >= 0 {
			next = attrType // on which it depends whether approvals count
		}
		return answer, next, opaque
	}
	w.hit = func(sure bool) bool {
		f := w.whole()
		o.without(&f, ^uint64(0), &g)
		r, stated := g.request(), f.request()
		dec := q.policy.Decide(r)
		worse := q.policy.Decide(stated)
		if dec.Outcome > worse.Outcome {
			out.Verdict, out.Witness, out.Decision, out.Stated = Refuted, r, &dec, stated
			out.Why = fmt.Sprintf("%s without %s, %s with it: %s", dec.Outcome, o.name, worse.Outcome, describe(stated))
			return false
		}
		if sure {
			failure = fmt.Errorf("governance: proving %s: the class of %s is not decided as its request is", out.ID, describe(stated))
			return false
		}
		return true
	}
walk:
	for _, o = range omissions() {
		if q.harmless(&o, w) {
			continue
		}
		for _, s := range q.slices {
			clauses = s.during(q.clauses)
			if !q.stated(&o, s, w, w.run) {
				break walk
			}
		}
	}
	q.hosts(w)
	q.conclude(&out, w)
	return out, failure
}

// hosts asks of the attributes of the host's own, which are no choice of a
// space, whether leaving one out could help in some rule, whatever else the
// request holds. Where it could, the conditions that read it are noted.
func (q *prover) hosts(w *search) {
	for i := range q.policy.exts {
		a := attrCount + attr(i)
		for _, c := range q.clauses {
			if !c.helpedWithout(a) {
				continue
			}
			c.leaves(func(n *node) {
				if n.reads&(1<<a) != 0 {
					w.noteOpaque(n.opaque)
				}
			})
		}
	}
}

// helpedWithout reports whether leaving out an attribute of the host's own could
// make a denial or a review stop firing, or a permit begin to.
func (c *testedClause) helpedWithout(a attr) bool {
	for p := range c.without(a) {
		switch {
		case c.effect == Permit && p.left == isTrue && p.with != isTrue:
			return true
		case c.effect != Permit && p.left == isFalse && p.with != isFalse:
			return true
		}
	}
	return false
}

// A change is what a condition says with an attribute, and what without it.
type change struct{ with, left truth }

// without returns every change that leaving out an attribute of the host's own
// can make to a condition, and perhaps more, since the parts of a condition are
// taken to have nothing to do with one another.
func (n *node) without(a attr) map[change]bool {
	values := [...]truth{isFalse, isTrue, noValue}
	out := map[change]bool{}
	switch {
	case n.test != nil && n.reads == 0:
		v := n.test(&facts{})
		out[change{v, v}] = true
	case n.reads&(1<<a) == 0:
		for _, v := range values {
			out[change{v, v}] = true
		}
	case len(n.kids) > 0:
		f := facts{}
		joined := func(parts ...truth) truth {
			x := node{op: n.op}
			for _, v := range parts {
				x.kids = append(x.kids, &node{test: func(*facts) truth { return v }})
			}
			return x.eval(&f, 0)
		}
		kids := make([]map[change]bool, len(n.kids))
		for i, k := range n.kids {
			kids[i] = k.without(a)
		}
		switch n.op {
		case opNot:
			for v := range kids[0] {
				out[change{joined(v.with), joined(v.left)}] = true
			}
		case opIf:
			for v := range kids[0] {
				for x := range kids[1] {
					for y := range kids[2] {
						out[change{joined(v.with, x.with, y.with), joined(v.left, x.left, y.left)}] = true
					}
				}
			}
		default:
			out = kids[0]
			for _, k := range kids[1:] {
				next := map[change]bool{}
				for v := range out {
					for x := range k {
						next[change{joined(v.with, x.with), joined(v.left, x.left)}] = true
					}
				}
				out = next
			}
		}
	case n.opaque != nil && n.opaque.op == opHas:
		out[change{isTrue, isFalse}] = true
	case n.opaque != nil && n.opaque.strict():
		for _, v := range values {
			out[change{v, noValue}] = true
		}
	default:
		for _, v := range values {
			for _, w := range values {
				out[change{v, w}] = true
			}
		}
	}
	return out
}

// strict reports whether a condition has no value where one of the attributes
// in it has none.
func (e *expr) strict() bool {
	strict := true
	e.each(func(x *expr) {
		switch x.op {
		case opHas, opAnd, opOr, opIf, opForeign:
			strict = false
		}
	})
	return strict
}

// stated runs a search once for each class of what an omission can leave out.
func (q *prover) stated(o *omission, s slice, w *search, run func() bool) bool {
	for i := range q.space.dims[o.dim].cands {
		f := q.space.dims[o.dim].cands[i].facts
		g := f
		if o.clear(&g); f.present == g.present && f.num == g.num {
			continue // there is nothing to leave out
		}
		w.reset(s)
		if w.choose(o.dim, i) && !run() {
			return false
		}
	}
	return true
}

// harmless reports whether an omission can be seen to help nowhere, clause by
// clause: no denial or review stops firing, and no permit begins to. That is
// enough, and quicker to see than of all clauses together; where it is not so,
// the other clauses decide.
func (q *prover) harmless(o *omission, w *search) bool {
	ok := true
	one := &search{space: q.space, budget: w.budget, states: w.states}
	var c *testedClause
	var g facts
	one.ask = func() (truth, attr, *expr) {
		known := o.without(&one.f, one.known, &g)
		tg, tf := c.fires(&g, known), c.fires(&one.f, one.known)
		if c.effect == Permit {
			tg, tf = tf, tg
		}
		switch { // does f fire and g not?
		case tf == isFalse || tg == isTrue:
			return isFalse, 0, nil
		case tf == isTrue && tg == isFalse:
			return isTrue, 0, nil
		}
		var want wish
		if c.same(o.touched(), &g, known, &one.f, one.known, &want) {
			return isFalse, 0, nil
		}
		want.of(c, &one.f, one.known)
		want.of(c, &g, known)
		if want.ok && one.at[dimOf(want.next)] >= 0 {
			want.next = attrType
		}
		return want.answer()
	}
	one.hit = func(bool) bool {
		ok = false
		return false
	}
	for _, c = range q.clauses {
		if (c.reads|c.waits)&o.touched() == 0 {
			continue
		}
		for _, s := range c.distinct(q.slices) {
			if !q.stated(o, s, one, one.run) || !ok {
				w.states = one.states
				return false
			}
		}
	}
	w.states = one.states
	return ok
}

// same reports whether the parts of a clause that an omission can change have
// the same values with and without it; if that is open, it wishes for what they
// depend on.
func (c *testedClause) same(touched uint64, g *facts, gKnown uint64, f *facts, fKnown uint64, want *wish) bool {
	if open := c.waits &^ (gKnown & fKnown); open != 0 {
		if !want.ok {
			want.ok, want.next = true, attr(bits.TrailingZeros64(open))
		}
		return false
	}
	g, f = c.view(g, gKnown), c.view(f, fKnown)
	same := true
	c.leaves(func(n *node) {
		if n.reads&(touched|c.waits) == 0 {
			return
		}
		tg, tf := n.eval(g, gKnown), n.eval(f, fKnown)
		if tg == undecided || tf == undecided || tg != tf {
			same = false
		}
		want.ofNode(n, f, fKnown)
		want.ofNode(n, g, gKnown)
	})
	return same
}

// distinct returns slices enough to see all that action and role can change for
// the clause.
func (c *testedClause) distinct(all []slice) []slice {
	seen := map[string]bool{}
	var out []slice
	for _, s := range all {
		if len(s.during([]*testedClause{c})) == 0 {
			continue
		}
		var f facts
		f.set(attrAction, int64(s.action))
		f.set(attrSubjectRole, int64(s.roles[0]))
		var key []byte
		c.leaves(func(n *node) {
			switch {
			case n.reads&given == 0:
			case n.reads&^given == 0 && n.test != nil:
				key = append(key, byte(n.test(&f)))
			default:
				key = append(key, byte(s.action), byte(s.roles[0]))
			}
		})
		if !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, s)
		}
	}
	return out
}

// helps asks whether the facts g, which are f without something, get a better
// outcome than f.
func helps(clauses []*testedClause, touched uint64, g *facts, gKnown uint64, f *facts, fKnown uint64) (truth, attr, *expr) {
	var want wish
	var gb, fb bounds
	possible := false
	for _, c := range clauses {
		tg, tf := c.fires(g, gKnown), c.fires(f, fKnown)
		gb.add(c.effect, tg)
		fb.add(c.effect, tf)
		if (c.reads|c.waits)&touched == 0 {
			continue
		}
		if c.effect == Permit && tg != isFalse && tf != isTrue || c.effect != Permit && tf != isFalse && tg != isTrue {
			possible = true
			if tg == undecided {
				want.of(c, g, gKnown)
			}
			if tf == undecided {
				want.of(c, f, fKnown)
			}
		}
	}
	switch {
	case !possible || gb.best() <= fb.worst():
		return isFalse, 0, nil
	case gb.worst() > fb.best():
		return isTrue, 0, nil
	}
	for _, c := range clauses {
		if c.fires(g, gKnown) == undecided {
			want.of(c, g, gKnown)
		}
		if c.fires(f, fKnown) == undecided {
			want.of(c, f, fKnown)
		}
	}
	return want.answer()
}

// bounds gathers what clauses say, to tell between which outcomes the answer
// lies.
type bounds struct {
	fired, open [len(outcomeNames)]bool
}

func (b *bounds) add(effect Outcome, v truth) {
	b.fired[effect] = b.fired[effect] || v == isTrue
	b.open[effect] = b.open[effect] || v == undecided
}

// best returns the best outcome that is possible.
func (b *bounds) best() Outcome {
	switch {
	case b.fired[Deny] || !b.fired[Permit] && !b.open[Permit]:
		return Deny
	case b.fired[Review]:
		return Review
	}
	return Permit
}

// worst returns the worst outcome that is possible.
func (b *bounds) worst() Outcome {
	switch {
	case b.fired[Deny] || b.open[Deny] || !b.fired[Permit]:
		return Deny
	case b.fired[Review] || b.open[Review]:
		return Review
	}
	return Permit
}
