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

	"github.com/coachgov/coaching"
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
	// index holds, for each action and role, the rules that could fire.
	index [len(actionNames)][len(roleNames)][]*rule
	pool  sync.Pool // of *facts, so that a decision need not allocate them
}

// A rule is one compiled rule. Exactly one of test and run is set.
type rule struct {
	id            string
	effect        Outcome
	code          string
	actions       uint32 // set of Action
	roles         uint32 // set of coaching.Role
	when          *expr
	source        string // when in its canonical form
	reads         uint64 // set of attr
	test          test
	run           program
	message       message
	messageSource string
	controls      []string
	obligations   []Obligation
	need          *reviewNeed
}

type reviewNeed struct {
	as           string // "approval" or "review"
	by           uint32 // set of coaching.Role
	minRationale int
	expires      time.Duration
}

// view returns the facts as the rule may see them. A review rule says who may
// give the approval or the review that it waits for, and what one needs; others
// are not there for its condition, which need not say all of that again.
func (r *rule) view(f *facts) *facts {
	if r.effect != Review || r.need == nil || r.need.met(f) {
		return f
	}
	g := *f
	if r.need.as == "approval" {
		g.num[attrApprovalCount], g.num[attrApprovalRoles] = 0, 0
		return &g
	}
	g.num[attrReviewDone], g.num[attrReviewRole], g.num[attrReviewRationale], g.num[attrReviewAge] = 0, 0, 0, 0
	g.present &^= 1 << attrReviewAge
	return &g
}

// met reports whether the approval or the review on record, if there is one, is
// of the kind that is needed.
func (n *reviewNeed) met(f *facts) bool {
	if n.as == "approval" {
		return f.num[attrApprovalCount] == 0 || f.num[attrApprovalRoles]&int64(n.by) != 0
	}
	return f.num[attrReviewDone] == 0 ||
		n.by&(1<<f.num[attrReviewRole]) != 0 && f.num[attrReviewRationale] >= int64(n.minRationale) &&
			(n.expires == 0 || f.has(attrReviewAge) && f.num[attrReviewAge] <= int64(n.expires))
}

// eval returns the value of the rule's condition over its view of the facts; with
// noValue goes what failed.
func (r *rule) eval(f *facts) (truth, string) {
	f = r.view(f)
	if r.test != nil {
		v := r.test(f)
		if v == noValue {
			return v, "an attribute that the condition reads is absent"
		}
		return v, ""
	}
	return r.run(f)
}

// finish sorts, indexes and digests a complete policy.
func (p *Policy) finish() {
	slices.SortFunc(p.rules, func(a, b *rule) int {
		return cmp.Or(cmp.Compare(a.effect, b.effect), cmp.Compare(a.id, b.id))
	})
	for a := range p.index {
		for role := range p.index[a] {
			for _, r := range p.rules {
				if r.actions&(1<<a) != 0 && r.roles&(1<<role) != 0 {
					p.index[a][role] = append(p.index[a][role], r)
				}
			}
		}
	}
	sum := sha256.Sum256([]byte(p.canonical()))
	p.digest = hex.EncodeToString(sum[:])
}

// ID returns the policy's id, as its file states it.
func (p *Policy) ID() string { return p.id }

// Version returns the policy's version, as its file states it.
func (p *Policy) Version() string { return p.version }

// Params returns the numbers of the policy, by id.
func (p *Policy) Params() []Param { return slices.Clone(p.params) }

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
			words(r.actions, actionNames[:]), words(r.roles, roleNames[:]), r.source, r.messageSource)
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
	p.DecideInto(r, &d)
	return d
}

// DecideInto is Decide into a Decision whose slices it uses again. A permit
// without obligations does not allocate.
func (p *Policy) DecideInto(r *Request, d *Decision) {
	*d = Decision{
		Reasons: d.Reasons[:0], Obligations: d.Obligations[:0], Missing: d.Missing[:0], Errors: d.Errors[:0],
		PolicyDigest: p.Digest(),
	}
	if p.Digest() == "" {
		d.refuse(r, problems(r))
		return
	}
	if ps := p.problems(r); len(ps) > 0 {
		d.refuse(r, ps)
		return
	}
	d.At = r.Now
	f := p.facts()
	p.read(f, r)
	p.decide(r, f, d)
	p.pool.Put(f)
}

func (p *Policy) facts() *facts {
	if f, ok := p.pool.Get().(*facts); ok {
		return f
	}
	return new(facts)
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
		d.Reasons = append(d.Reasons, Reason{Rule: "request", Effect: Deny, Code: p.code, Message: p.message})
		if p.absent && !slices.Contains(d.Missing, p.attr) {
			d.Missing = append(d.Missing, p.attr)
		}
	}
}

// decide asks the rules and the floors, and combines their answers.
func (p *Policy) decide(r *Request, f *facts, d *Decision) {
	var fired [len(outcomeNames)]int
	var absent uint64
	rules := p.index[f.num[attrAction]][f.num[attrSubjectRole]]
	for _, rule := range rules {
		v, problem := rule.eval(f)
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
		d.Reasons = append(d.Reasons, Reason{
			Rule: rule.id, Effect: rule.effect, Code: rule.code,
			Message: rule.message.render(f), Controls: rule.controls,
		})
	}
	low := floors(f)
	absent |= d.floors(f, low, &fired)
	if fired[Permit] == 0 && fired[Deny] == 0 {
		for _, rule := range rules {
			if rule.effect == Permit {
				absent |= rule.reads &^ f.present
			}
		}
		fired[Deny]++
		d.Reasons = append(d.Reasons, Reason{Rule: "default", Effect: Deny, Code: "POL-DEFAULT", Message: "no rule permits it"})
		d.sortReasons()
	}
	switch {
	case fired[Deny] > 0:
		d.Outcome = Deny
	case fired[Review] > 0:
		d.Outcome = Review
		d.Review = reviewNeeds(r, rules, low, d)
	default:
		d.Outcome = Permit
	}
	for absent != 0 {
		d.Missing = append(d.Missing, p.attrName(attr(bits.TrailingZeros64(absent))))
		absent &= absent - 1
	}
	at, ok := 0, false
	for _, rule := range rules {
		if rule.effect == d.Outcome && len(rule.obligations) > 0 {
			if at, ok = d.fired(rule, at); ok {
				d.Obligations = append(d.Obligations, rule.obligations...)
			}
		}
	}
}

// floors adds the floors that the request falls below, except those whose code
// a rule has already reported with the same effect; a role and a programme that
// are lacking are always reported. It returns the attributes
// that were absent.
func (d *Decision) floors(f *facts, low []floorRule, fired *[len(outcomeNames)]int) (absent uint64) {
	added := false
	for _, fl := range low {
		fired[fl.effect]++
		for _, a := range fl.needs {
			if !f.has(a) {
				absent |= 1 << a
			}
		}
		if fl.own || !slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == fl.code && r.Effect == fl.effect }) {
			d.Reasons = append(d.Reasons, Reason{Rule: fl.id, Effect: fl.effect, Code: fl.code, Message: fl.message})
			added = true
		}
	}
	if added {
		d.sortReasons()
	}
	return absent
}

func (d *Decision) sortReasons() {
	slices.SortFunc(d.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Rule, b.Rule))
	})
}

// fired reports whether a rule is among the reasons from index at on, and where
// to look for the next one: rules and reasons are in the same order.
func (d *Decision) fired(r *rule, at int) (int, bool) {
	for ; at < len(d.Reasons); at++ {
		reason := &d.Reasons[at]
		if order := cmp.Or(cmp.Compare(reason.Effect, r.effect), cmp.Compare(reason.Rule, r.id)); order >= 0 {
			return at, order == 0
		}
	}
	return at, false
}

// reviewNeeds joins what the fired reviews and floors ask for: the roles that all
// of them accept, the longest rationale, the shortest validity.
func reviewNeeds(r *Request, rules []*rule, low []floorRule, d *Decision) *ReviewNeed {
	need := &ReviewNeed{Not: []string{"owner", "subject"}, Request: r.Digest()}
	by := ^uint32(0)
	join := func(n *reviewNeed) {
		by &= n.by
		need.MinRationale = max(need.MinRationale, n.minRationale)
		if need.Expires == 0 || n.expires > 0 && n.expires < need.Expires {
			need.Expires = n.expires
		}
		if !slices.Contains(need.As, n.as) {
			need.As = append(need.As, n.as)
		}
	}
	at, ok := 0, false
	for _, rule := range rules {
		if rule.effect == Review {
			if at, ok = d.fired(rule, at); ok {
				join(rule.need)
			}
		}
	}
	for _, fl := range low { // also one whose code a rule has reported
		switch fl.id {
		case "floor.career":
			join(&reviewNeed{as: "review", by: careerReviewers, minRationale: minRationale})
		case "floor.identity_approval":
			join(&reviewNeed{as: "approval", by: 1<<coaching.LegalPrivacy | 1<<coaching.PrivacyOfficer})
		}
	}
	if slices.Contains(need.As, "review") {
		need.Not = []string{"assigned_coach", "owner", "subject"}
	}
	slices.Sort(need.As)
	for _, role := range coaching.Roles() {
		if by&(1<<role) != 0 {
			need.By = append(need.By, role)
		}
	}
	return need
}
