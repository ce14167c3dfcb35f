package governance

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// standIn returns the pseudonym of nobody real, one for each letter from a to z.
func standIn(letter byte) coaching.PersonID {
	text := append([]byte("p1_"), bytes.Repeat([]byte{letter}, 25)...)
	id, _ := coaching.ParsePersonID(string(append(text, 'a')))
	return id
}

// A testedClause is a rule or a floor made ready for a search.
type testedClause struct {
	*node
	id      string
	effect  Outcome
	actions uint32
	roles   uint32
	rule    *rule  // nil for a floor
	waits   uint64 // attributes of the approval or the review that the rule waits for
}

// view returns the facts as the rule may see them.
func (c *testedClause) view(f *facts, known uint64) *facts {
	if c.waits != 0 && c.waits&^known == 0 {
		return c.rule.view(f)
	}
	return f
}

// fires returns whether the clause fires: isTrue also for a denial or a review
// that cannot be evaluated.
func (c *testedClause) fires(f *facts, known uint64) truth {
	v := c.eval(c.view(f, known), known)
	if v != noValue {
		return v
	}
	if c.effect == Permit {
		return isFalse
	}
	return isTrue
}

// clauses returns the rules of a policy and the floors, by effect.
func (d *domain) clauses(p *Policy) []*testedClause {
	out := d.floorClauses()
	for _, r := range p.rules {
		out = append(out, d.ruleClause(r))
	}
	slices.SortStableFunc(out, func(a, b *testedClause) int { return int(a.effect) - int(b.effect) })
	return out
}

func (d *domain) ruleClause(r *rule) *testedClause {
	c := &testedClause{node: d.add(r.when), id: r.id, effect: r.effect, actions: r.actions, roles: r.roles, rule: r}
	if r.effect == Review && r.need != nil {
		d.needs = append(d.needs, r.need)
		at := dimReview
		if r.need.as == "approval" {
			at = dimApprovals
		}
		if c.reads&dimAttrs[at] != 0 {
			c.waits = dimAttrs[at]
		}
		d.ints[attrReviewRationale] = append(d.ints[attrReviewRationale], int64(r.need.minRationale))
		d.ints[attrReviewAge] = append(d.ints[attrReviewAge], int64(r.need.expires))
	}
	return c
}

// floorClauses returns the floors of the code in the terms of a search. A test
// holds them against the floors themselves.
func (d *domain) floorClauses() []*testedClause {
	leaf := func(test func(*facts) bool, attrs ...attr) *node {
		n := &node{test: func(f *facts) truth { return truthOf(test(f)) }}
		for _, a := range attrs {
			n.reads |= 1 << a
		}
		d.leaf(n)
		return n
	}
	join := func(o op, kids ...*node) *node {
		n := &node{op: o, kids: kids}
		for _, k := range kids {
			n.reads |= k.reads
		}
		return n
	}
	and := func(kids ...*node) *node { return join(opAnd, kids...) }
	or := func(kids ...*node) *node { return join(opOr, kids...) }
	not := func(k *node) *node { return join(opNot, k) }
	is := func(a attr, v int64) *node { return leaf(func(f *facts) bool { return f.num[a] == v }, a) }
	unless := func(a attr) *node { return leaf(func(f *facts) bool { return !f.has(a) || f.num[a] != 0 }, a) }

	aggregate := is(attrClass, int64(signal.Aggregate))
	figures := leaf(func(f *facts) bool {
		return f.num[attrType] != int64(ResourceModel) && f.num[attrType] != int64(ResourceIdentity)
	}, attrType)
	using := not(is(attrAction, int64(Purge)))
	own := leaf(func(f *facts) bool {
		return f.has(attrOwner) && f.personOf(attrOwner) == f.personOf(attrSubjectID)
	}, attrOwner, attrSubjectID)
	reveals := and(
		or(is(attrAction, int64(Reidentify)), is(attrType, int64(ResourceIdentity)), unless(attrIdentifiable)),
		using, not(and(is(attrAction, int64(View)), own)))
	career := leaf(func(f *facts) bool { return !f.has(attrAffects) || f.num[attrAffects]&careerEffects != 0 }, attrAffects)
	signals := leaf(func(f *facts) bool { return !f.has(attrAffects) || f.num[attrAffects]&signalEffects != 0 }, attrAffects)
	legal := int64(1<<coaching.LegalPrivacy | 1<<coaching.PrivacyOfficer)
	d.masks = append(d.masks, legal)
	d.ints[attrApprovalCount] = append(d.ints[attrApprovalCount], minApprovers)
	d.ints[attrReviewRationale] = append(d.ints[attrReviewRationale], minRationale)
	d.ints[attrGroupSize] = append(d.ints[attrGroupSize], minGroup)

	floor := func(id string, effect Outcome, n *node) *testedClause {
		return &testedClause{node: n, id: id, effect: effect, actions: math.MaxUint32, roles: math.MaxUint32}
	}
	return []*testedClause{
		floor("floor.group", Deny, and(aggregate, figures, using,
			leaf(func(f *facts) bool { return !f.has(attrGroupSize) || f.num[attrGroupSize] < minGroup }, attrGroupSize))),
		floor("floor.identity_consent", Deny, and(reveals,
			leaf(func(f *facts) bool { return f.num[attrConsentPurposes]&(1<<ForReidentification) == 0 }, attrConsentPurposes))),
		floor("floor.raw", Deny, and(is(attrClass, int64(signal.Raw)), figures, is(attrSubjectRole, int64(coaching.Coach)), using)),
		floor("floor.retention", Deny, and(not(is(attrType, int64(ResourceModel))), using,
			leaf(func(f *facts) bool { return !f.has(attrPastRetention) || f.num[attrPastRetention] != 0 }, attrPastRetention))),
		floor("floor.programme", Deny, leaf(func(f *facts) bool {
			return !f.has(attrSubjectProgramme) || !f.has(attrProgramme) || f.member != f.prog
		}, attrSubjectProgramme, attrProgramme)),
		floor("floor.role", Deny, is(attrSubjectRole, int64(coaching.NoRole))),
		floor("floor.career", Review, and(
			leaf(func(f *facts) bool { return acts(Action(f.num[attrAction])) }, attrAction),
			or(and(career, unless(attrAutomated)), signals),
			leaf(func(f *facts) bool {
				return f.num[attrReviewDone] == 0 || f.num[attrReviewRationale] < minRationale || careerReviewers>>f.num[attrReviewRole]&1 == 0
			}, attrReviewDone, attrReviewRole, attrReviewRationale))),
		floor("floor.identity_approval", Review, and(reveals,
			leaf(func(f *facts) bool {
				return f.num[attrApprovalCount] < minApprovers || f.num[attrApprovalRoles]&legal == 0
			}, attrApprovalCount, attrApprovalRoles))),
	}
}

// A slice is an action and the roles that no clause of a search tells apart.
type slice struct {
	action Action
	roles  []coaching.Role // the first stands for all
}

// slices returns every action and role, roles that are treated alike together,
// in their order.
func (d *domain) slices(clauses ...[]*testedClause) []slice {
	var out []slice
	var key []byte
	for a := View; int(a) < len(actionNames); a++ {
		index := map[string]int{}
		for role := range roleNames {
			var f facts
			f.set(attrAction, int64(a))
			f.set(attrSubjectRole, int64(role))
			key = key[:0]
			for _, list := range clauses {
				for _, c := range list {
					key = append(key, byte(c.actions>>a&1&(c.roles>>role)))
				}
			}
			for _, l := range d.leaves {
				switch {
				case l.reads&(1<<attrSubjectRole) == 0:
				case l.reads&^given == 0:
					key = append(key, byte(l.test(&f)))
				default:
					key = append(key, byte(role))
				}
			}
			i, ok := index[string(key)]
			if !ok {
				i = len(out)
				index[string(key)] = i
				out = append(out, slice{action: a})
			}
			out[i].roles = append(out[i].roles, coaching.Role(role))
		}
	}
	return out
}

// during returns the clauses that could fire in a slice.
func (s slice) during(clauses []*testedClause) []*testedClause {
	var out []*testedClause
	for _, c := range clauses {
		if c.actions&(1<<s.action) != 0 && c.roles&(1<<s.roles[0]) != 0 {
			out = append(out, c)
		}
	}
	return out
}

// A search walks over the classes of a space, choosing one dim after the other
// and leaving out what can no longer matter. It visits every class that its
// question does not rule out: there is no sampling.
type search struct {
	space  *space
	f      facts
	known  uint64
	at     [dimCount]int // the candidate chosen, -1 for none
	states int           // choices made
	budget int           // of states, for all of the search
	over   bool          // the budget did not suffice
	opaque []*expr       // parts outside the fragment on which the answer depends
	// ask answers the question for what is chosen: no (this cannot lead to a
	// find), yes (everything from here on is one), or an attribute to choose
	// next. With neither, what cannot be analysed decides.
	ask func() (answer truth, next attr, opaque *expr)
	// hit is called with each find; it returns true to go on. Where the answer
	// depends on an opaque part, sure is false.
	hit func(sure bool) bool
}

func newSearch(s *space, budget int) *search {
	w := &search{space: s, budget: budget}
	w.reset(slice{action: View, roles: []coaching.Role{coaching.NoRole}})
	return w
}

// reset begins a slice.
func (w *search) reset(s slice) {
	w.f = facts{}
	w.f.set(attrAction, int64(s.action))
	w.f.set(attrSubjectRole, int64(s.roles[0]))
	w.known = given
	for i := range w.at {
		w.at[i] = -1
	}
}

// choose takes a candidate of a dim; it returns false where nothing can be like
// that together with what has been chosen.
func (w *search) choose(d, i int) bool {
	w.states++
	w.at[d] = i
	w.f.take(&w.space.dims[d].cands[i].facts, dimAttrs[d])
	w.known |= dimAttrs[d]
	w.retention()
	return w.possible()
}

func (w *search) forget(d int) {
	w.at[d] = -1
	w.known &^= dimAttrs[d]
	w.retention()
}

// retention sets the attribute that follows from class and time.
func (w *search) retention() {
	w.known &^= 1 << attrPastRetention
	if t := w.at[dimTime]; t >= 0 && w.at[dimType] >= 0 {
		w.known |= 1 << attrPastRetention
		w.f.present &^= 1 << attrPastRetention
		if c := &w.space.dims[dimTime].cands[t]; c.has(attrCreatedAt) {
			past := c.past[0]
			if w.f.num[attrClass] == int64(signal.Aggregate) {
				past = c.past[1]
			}
			w.f.setBool(attrPastRetention, past)
		}
	}
}

// take copies attributes from other facts.
func (f *facts) take(g *facts, attrs uint64) {
	f.present = f.present&^attrs | g.present&attrs
	for a := range attr(attrCount) {
		if attrs&(1<<a) != 0 {
			f.num[a] = g.num[a]
		}
	}
	if attrs&dimAttrs[dimPeople] != 0 {
		f.person = g.person
	}
	if attrs&(1<<attrID) != 0 {
		f.id = g.id
	}
	if attrs&(1<<attrProgramme) != 0 {
		f.prog, f.member = g.prog, g.member
	}
	if attrs&(1<<attrResidency) != 0 {
		f.place = g.place
	}
}

// possible reports whether the choices go together: nobody consents for a person
// who is not known, and nobody is independent of one, except of an aggregate;
// nor does anybody review where it is not known who the coach is.
func (w *search) possible() bool {
	if w.at[dimPeople] < 0 {
		return true
	}
	if !w.f.has(attrOwner) && w.at[dimConsents] >= 0 && w.f.num[attrConsentPurposes] != 0 {
		return false
	}
	approved := w.at[dimApprovals] >= 0 && w.f.num[attrApprovalCount] != 0
	reviewed := w.at[dimReview] >= 0 && w.f.num[attrReviewDone] != 0
	independent := (!approved || w.f.has(attrOwner)) && (!reviewed || w.f.has(attrOwner) && w.f.has(attrAssignedCoach))
	return independent || w.at[dimType] < 0 || w.f.num[attrClass] == int64(signal.Aggregate)
}

// run visits what is left to choose. It returns false to end the search.
func (w *search) run() bool {
	if w.states > w.budget {
		w.over = true
		return false
	}
	answer, next, opaque := w.ask()
	switch {
	case answer == isFalse:
		return true
	case answer == isTrue:
		return w.hit(true)
	case opaque != nil:
		w.noteOpaque(opaque)
		return w.hit(false)
	}
	d := dimOf(next)
	if d == dimConsents && w.space.consents[1] != nil {
		if w.at[dimPurpose] < 0 {
			d = dimPurpose
		} else {
			return w.each(d, w.space.consents[w.f.num[attrPurpose]])
		}
	}
	for i := range w.space.dims[d].cands {
		if w.choose(d, i) && !w.run() {
			return false
		}
	}
	w.forget(d)
	return true
}

// each visits some of the candidates of a dim.
func (w *search) each(d int, cands []int) bool {
	for _, i := range cands {
		if w.choose(d, i) && !w.run() {
			return false
		}
	}
	w.forget(d)
	return true
}

func (w *search) noteOpaque(e *expr) {
	if !slices.ContainsFunc(w.opaque, func(o *expr) bool { return o.String() == e.String() }) {
		w.opaque = append(w.opaque, e)
		slices.SortFunc(w.opaque, func(a, b *expr) int { return strings.Compare(a.String(), b.String()) })
	}
}

// whole returns the chosen facts with everything that is left open filled in,
// consistently: nothing stated, where that is possible.
func (w *search) whole() facts {
	at := w.at
	defer func() {
		w.at = at
	}()
	f, known := w.f, w.known
	defer func() { w.f, w.known = f, known }()
	for _, d := range []int{dimConsents, dimApprovals, dimReview, dimPeople, dimType} {
		for i := 0; w.at[d] < 0; i++ {
			if !w.choose(d, i) {
				w.forget(d)
			}
			w.states--
		}
	}
	for d := range w.at {
		if w.at[d] < 0 {
			plain := 0
			switch d {
			case dimTrained, dimControl, dimCard, dimExplained:
				plain = len(w.space.dims[d].cands) - 1 // stated
			}
			w.choose(d, plain)
			w.states--
		}
	}
	return w.f
}

// classes returns the number of classes that the choices leave open, and the
// same of the whole space when nothing is chosen; beyond the range of a float64's
// whole numbers it is rounded.
func (w *search) classes() float64 {
	options := func(d int) []int {
		if w.at[d] >= 0 {
			return []int{w.at[d]}
		}
		out := make([]int, len(w.space.dims[d].cands))
		for i := range out {
			out[i] = i
		}
		return out
	}
	free := func(d int, bare bool) float64 {
		n := 0.0
		for _, i := range options(d) {
			if !bare || w.space.dims[d].cands[i].bare {
				n++
			}
		}
		return n
	}
	total := 0.0
	for _, p := range options(dimPeople) {
		for _, t := range options(dimType) {
			owned := w.space.dims[dimPeople].cands[p].has(attrOwner)
			coached := w.space.dims[dimPeople].cands[p].has(attrAssignedCoach)
			aggregate := w.space.dims[dimType].cands[t].num[attrClass] == int64(signal.Aggregate)
			total += free(dimConsents, !owned) * free(dimApprovals, !owned && !aggregate) * free(dimReview, !(owned && coached) && !aggregate)
		}
	}
	for d := range w.at {
		switch d {
		case dimPeople, dimType, dimConsents, dimApprovals, dimReview:
		default:
			total *= free(d, false)
		}
	}
	return total
}
