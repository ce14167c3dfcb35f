package governance

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Policy is a compiled set of rules. It is immutable and safe for concurrent
// use; the zero Policy and a nil one deny everything. Make one with [Parse],
// [Load] or [BuiltIn].
type Policy struct {
	id, version, owner string
	params             []Param
	exts               []extension
	layers             []Layer     // over the base, in their order
	rules              []*rule     // by effect, then id
	invariants         []invariant // in the order of the base
	digest             string
	index              index
	pool               sync.Pool // of *scratch, so that Decide need not allocate one
}

// A rule is one compiled rule. Exactly one of test and run is set.
type rule struct {
	id          string
	order       int // index into the policy's rules
	effect      Outcome
	code        string
	actions     uint32 // set of Action
	roles       uint32 // set of coaching.Role
	when        *expr
	reads       uint64 // set of attr
	test        test
	rest        test // what of test the index leaves open; nil for nothing
	run         program
	message     *message
	controls    []string
	obligations []Obligation
	need        *reviewNeed
}

// A scratch is what one decision works in.
type scratch struct {
	facts facts
	other facts   // as a rule may see them
	rules []*rule // those that could fire
	fired []*rule

	// What the fired reviews wait for.
	waiters   []waiter
	needs     []*reviewNeed // none of which implies another
	oneReview reviewNeed    // of all that wait for a review
}

// view returns the facts as the rule may see them.
func (r *rule) view(f *facts) *facts {
	if r.seesAll(f) {
		return f
	}
	return r.hide(f, new(facts))
}

// seesAll reports whether the rule may see the facts as they are. A review rule
// says who may give the approval or the review that it waits for, and what one
// needs; others are not there for its condition, which need not say all of that
// again.
func (r *rule) seesAll(f *facts) bool {
	return r.effect != Review || r.need == nil || r.need.met(f)
}

// hide copies the facts without the approvals or the review.
func (r *rule) hide(f, into *facts) *facts {
	*into = *f
	if r.need.as == "approval" {
		into.num[attrApprovalCount], into.num[attrApprovalRoles] = 0, 0
		return into
	}
	into.num[attrReviewDone], into.num[attrReviewRole], into.num[attrReviewRationale], into.num[attrReviewAge] = 0, 0, 0, 0
	into.present &^= 1 << attrReviewAge
	return into
}

// eval returns the value of the rule's condition over its view of the facts; with
// noValue goes what failed.
func (r *rule) eval(f *facts) (truth, string) { return r.ask(r.view(f), r.test) }

// left is eval for a rule that the index has found.
func (r *rule) left(s *scratch) (truth, string) {
	f := &s.facts
	if r.run == nil && r.rest == nil {
		return isTrue, ""
	}
	if r.effect == Review && !r.seesAll(f) {
		f = r.hide(f, &s.other)
	}
	return r.ask(f, r.rest)
}

func (r *rule) ask(f *facts, t test) (truth, string) {
	if r.run != nil {
		return r.run(f)
	}
	v := t(f)
	if v == noValue {
		return v, "an attribute that the condition reads is absent"
	}
	return v, ""
}

// finish sorts, indexes and digests a complete policy.
func (p *Policy) finish() {
	slices.SortFunc(p.rules, func(a, b *rule) int {
		return cmp.Or(cmp.Compare(a.effect, b.effect), cmp.Compare(a.id, b.id))
	})
	p.index = newIndex(p.rules, attributesOf(p.exts))
	sum := sha256.Sum256([]byte(p.canonical()))
	p.digest = hex.EncodeToString(sum[:])
}

// ID returns the policy's id, as its file states it; "" for no policy.
func (p *Policy) ID() string {
	if p == nil {
		return ""
	}
	return p.id
}

// Version returns the policy's version, as its file states it; "" for no policy.
func (p *Policy) Version() string {
	if p == nil {
		return ""
	}
	return p.version
}

// Params returns the numbers of the policy, by id; none for no policy.
func (p *Policy) Params() []Param {
	if p == nil {
		return nil
	}
	return slices.Clone(p.params)
}

// Digest returns the SHA-256, in hexadecimal, of everything that can change a
// decision: the parameters and the rules of the whole stack, with their messages,
// review needs and obligations, in canonical form. Neither the order of rules in the file nor
// the spacing of conditions nor the tests change it; YAML and JSON of one policy
// have the same.
func (p *Policy) Digest() string {
	if p == nil {
		return ""
	}
	return p.digest
}

// canonical writes the policy one fact to a line, every text quoted, rules by
// effect and id.
func (p *Policy) canonical() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nid %q\nversion %q\nowner %q\n", apiVersion, p.id, p.version, p.owner)
	for _, q := range p.params {
		fmt.Fprintf(&b, "param %q %s %d %d %d %q\n", q.ID, q.Unit, q.Value, q.Min, q.Max, q.Code)
	}
	for _, e := range p.exts {
		fmt.Fprintf(&b, "extension %q %s %d %d %s\n", e.name, e.typ, e.min, e.max, strings.Join(e.names, " "))
	}
	for _, l := range p.layers {
		fmt.Fprintf(&b, "layer %s %q %q %q\n", l.Layer, l.ID, l.Version, l.Owner)
	}
	for _, r := range p.rules {
		fmt.Fprintf(&b, "rule %q %s %q\nactions %s\nroles %s\nwhen %q\nmessage %q\n", r.id, r.effect, r.code,
			words(r.actions, actionNames[:]), words(r.roles, roleNames[:]), r.when, r.message.text)
		for _, c := range r.controls {
			fmt.Fprintf(&b, "control %q\n", c)
		}
		for _, o := range r.obligations {
			fmt.Fprintf(&b, "obligation %q %q\n", o.ID, o.Text)
		}
		if n := r.need; n != nil {
			fmt.Fprintf(&b, "review %s %s %d %d\n", n.as, words(n.by, roleNames[:]), n.minRationale, n.expires)
		}
	}
	return b.String()
}

// words returns the names in a set, in the order of their declaration, or
// "any" when it holds all of them.
func words(set uint32, names []string) string {
	if bits.OnesCount32(set) == 32 {
		return "any"
	}
	return strings.Join(namesIn(int64(set), names), " ")
}

// Decide answers a request. It never fails: whatever is wrong makes the answer
// Deny, with a reason that says so. The request is neither kept nor changed.
//
// Any denial that fires, or cannot be evaluated, denies. Without a permit that
// fires the answer is Deny as well. Any review that fires, or cannot be
// evaluated, makes the answer Review; otherwise it is Permit. Below the floors
// in the code no policy permits anything.
func (p *Policy) Decide(r *Request) Decision {
	var d Decision
	if p != nil {
		d.room, _ = p.pool.Get().(*scratch)
	}
	p.DecideInto(r, &d)
	if d.room != nil {
		p.pool.Put(d.room)
	}
	d.values, d.room = nil, nil
	return d
}

// DecideInto is Decide into a Decision that is used again. Once d has room, an
// answer to a request that can be decided allocates nothing.
//
// The next DecideInto into d overwrites everything that d holds: the elements of
// Reasons, Obligations, Reviews, Missing and Errors, and the values that messages
// show. What is to outlive it is copied with [Decision.Clone]: an assignment
// shares these. A Message that was taken out of d speaks of no other request: a
// value that is gone is unknown to it. Its text, once read, is a string like any
// other. Nothing in d changes when the request does.
func (p *Policy) DecideInto(r *Request, d *Decision) {
	// One by one: the whole at once is made elsewhere first, and copied.
	d.Outcome, d.PolicyDigest, d.At = Deny, p.Digest(), time.Time{}
	d.Reasons, d.Obligations, d.Missing, d.Errors = d.Reasons[:0], d.Obligations[:0], d.Missing[:0], d.Errors[:0]
	d.Reviews, d.values = d.Reviews[:0], again(d.values)
	if d.PolicyDigest == "" {
		d.refuse(r, problems(r))
		return
	}
	if ps := p.problems(r); len(ps) > 0 {
		d.refuse(r, ps)
		return
	}
	d.At = r.Now
	if d.room == nil {
		d.room = new(scratch)
	}
	p.decide(r, d.room, d)
}

// refuse denies a request that cannot be decided.
func (d *Decision) refuse(r *Request, ps []problem) {
	if r != nil {
		d.At = r.Now
	}
	if len(ps) == 0 {
		ps = []problem{{code: "POL-POLICY", message: "there is no policy"}}
	}
	for _, p := range ps {
		d.Reasons = append(d.Reasons, Reason{Rule: "request", Effect: Deny, Code: p.code, Message: MessageOf(p.message)})
		if p.absent && !slices.Contains(d.Missing, p.attr) {
			d.Missing = append(d.Missing, p.attr)
		}
	}
}

// noPermit is the message of a denial because nothing permits.
var noPermit = &message{text: "no rule permits it"}

// decide asks the rules and the floors, and combines their answers.
func (p *Policy) decide(r *Request, s *scratch, d *Decision) {
	f := &s.facts
	digest, known := p.read(f, r)
	var fired [len(outcomeNames)]int
	var absent uint64
	s.rules, s.fired = p.index.find(f, s.rules[:0]), s.fired[:0]
	for _, rule := range s.rules {
		v, problem := rule.left(s)
		if v == noValue {
			d.Errors = append(d.Errors, RuleError{Rule: rule.id, Message: problem})
		}
		if v == isFalse || v == noValue && rule.effect == Permit {
			continue
		}
		fired[rule.effect]++
		if rule.effect != Permit {
			absent |= rule.reads &^ f.present
		}
		s.fired = append(s.fired, rule)
		d.reason(rule.id, rule.effect, rule.code, rule.message, f, rule.controls)
	}
	low := belowFloors(f)
	absent |= d.floors(f, low, s.fired, &fired)
	if fired[Permit] == 0 && fired[Deny] == 0 {
		absent |= p.index.permits[f.num[attrAction]][f.num[attrSubjectRole]] &^ f.present
		fired[Deny]++
		d.reason("default", Deny, "POL-DEFAULT", noPermit, f, nil)
		d.place()
	}
	switch {
	case fired[Deny] > 0:
		d.Outcome = Deny
	case fired[Review] > 0:
		d.Outcome = Review
		if !known {
			digest = r.digest()
		}
		d.review(s, low, digest)
	default:
		d.Outcome = Permit
	}
	for ; absent != 0; absent &= absent - 1 {
		d.Missing = append(d.Missing, p.attrName(attr(bits.TrailingZeros64(absent))))
	}
	for _, rule := range s.fired {
		if len(rule.obligations) > 0 && rule.effect == d.Outcome {
			d.Obligations = append(d.Obligations, rule.obligations...)
		}
	}
}

// reason adds a reason, whose message is about the facts.
func (d *Decision) reason(rule string, effect Outcome, code string, says *message, f *facts, controls []string) {
	n := len(d.Reasons)
	if n == cap(d.Reasons) {
		d.Reasons = append(d.Reasons, Reason{})
	}
	d.Reasons = d.Reasons[:n+1]
	to := &d.Reasons[n]
	to.Rule, to.Effect, to.Code, to.Controls = rule, effect, code, Controls{controls}
	to.Message.of, to.Message.values, to.Message.when = says, nil, 0
	if len(says.parts) > 0 {
		to.Message, d.values = says.about(f, d.values)
	}
}

// floors adds the floors that the request falls below, except those whose code
// a rule has already reported with the same effect; a role and a programme that
// are lacking are always reported. It returns the attributes
// that were absent.
func (d *Decision) floors(f *facts, low floorSet, rules []*rule, fired *[len(outcomeNames)]int) (absent uint64) {
	for ; low != 0; low &= low - 1 {
		i := bits.TrailingZeros16(uint16(low))
		effect, code := floorRules[i].effect, floorRules[i].code
		fired[effect]++
		absent |= floorRules[i].needs &^ f.present
		if floorRules[i].own || !slices.ContainsFunc(rules, func(r *rule) bool { return r.code == code && r.effect == effect }) {
			d.reason(floorRules[i].id, effect, code, floorRules[i].message, f, nil)
			d.place()
		}
	}
	return absent
}

// place moves the last reason to its place among the others.
func (d *Decision) place() {
	for i := len(d.Reasons) - 1; i > 0; i-- {
		a, b := &d.Reasons[i-1], &d.Reasons[i]
		if cmp.Or(cmp.Compare(a.Effect, b.Effect), strings.Compare(a.Rule, b.Rule)) <= 0 {
			return
		}
		*a, *b = *b, *a
	}
}
