package governance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// A Verdict says what became of the proof of an invariant. The zero Verdict is
// Unproved.
type Verdict uint8

const (
	Unproved Verdict = iota // it depends on what cannot be analysed, or the search was too long
	Refuted                 // there is a request that breaks it
	Proved                  // no request breaks it
)

var verdictNames = [...]string{"unproved", "refuted", "proved"}

// String returns "unproved", "refuted" or "proved".
func (v Verdict) String() string { return enum.Name(verdictNames[:], v, "Verdict") }

// MarshalText returns the name.
func (v Verdict) MarshalText() ([]byte, error) {
	return enum.Marshal(verdictNames[:], v, "governance: verdict")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (v *Verdict) UnmarshalText(text []byte) error {
	return enum.Unmarshal(verdictNames[:], v, "governance: verdict", text)
}

// A Proof holds what is known of the invariants of a policy.
type Proof struct {
	PolicyDigest string        `json:"policy_digest"`
	Results      []ProofResult `json:"results"` // in the order asked for; absence last
	// Classes is the number of classes into which the requests fall: two
	// requests of one class are told apart by no condition of the policy, the
	// floors or the invariants. It is rounded when it is large.
	Classes float64 `json:"classes"`
	States  int     `json:"states"` // choices made to decide about all of them
}

// A ProofResult is what is known of one invariant.
type ProofResult struct {
	Invariant
	Verdict Verdict `json:"verdict"`
	States  int     `json:"states"` // choices made
	// Witness is a request that breaks the invariant, and Decision the policy's
	// answer to it; nil unless Verdict is Refuted. The people are nobody real.
	// Of absence, Stated is the same request with the attribute stated, to which
	// the answer is worse.
	Witness  *Request  `json:"witness,omitempty"`
	Decision *Decision `json:"decision,omitempty"`
	Stated   *Request  `json:"stated,omitempty"`
	Why      string    `json:"why,omitempty"` // why there is no verdict, or what the witness is; "" when proved
}

// Holds reports whether every invariant is proved.
func (p *Proof) Holds() bool {
	return p != nil && len(p.Results) > 0 && !slices.ContainsFunc(p.Results, func(r ProofResult) bool { return r.Verdict != Proved })
}

// Text returns the proof for people. The same proof gives the same bytes.
func (p *Proof) Text() string {
	var b strings.Builder
	if p.Classes > 0 {
		fmt.Fprintf(&b, "Requests fall into %.3g classes; %d choices decided about all of them.\n", p.Classes, p.States)
	}
	id, code := 0, 0
	for _, r := range p.Results {
		id, code = max(id, len(r.ID)), max(code, len(r.Code))
	}
	for _, r := range p.Results {
		fmt.Fprintf(&b, "  %-8s %-*s %-*s", r.Verdict, id, r.ID, code, r.Code)
		if r.Verdict == Proved {
			fmt.Fprintf(&b, " %d choices", r.States)
		}
		if r.Why != "" {
			b.WriteString(" " + r.Why)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// maxStates bounds the search for all invariants of a policy, or for all
// changes between two. What the bound cuts off is reported as not proved.
const maxStates = 20_000_000

var errNoPolicy = errors.New("governance: there is no policy")

// Prove decides for each invariant whether any request at all breaks it. Without
// arguments it takes the invariants of the policy's file and [Canaries]; in both
// cases it asks as well whether a missing attribute ever helps, that is,
// whether some request gets a better answer when an attribute is left out. The
// floors in the code count as part of the policy.
//
// It is no test: requests fall into classes that no condition tells apart, and
// the search leaves no class out. It ends after 20 million choices. An invariant
// that depends on a condition beyond comparisons with constants, membership,
// equality, presence and calendar months is not proved, and the result names the
// part; so is one that the bound cuts off. Each witness has been put to
// [Policy.Decide].
//
// Errors: there is no policy, or an invariant is not a condition.
func (p *Policy) Prove(invariants ...Invariant) (*Proof, error) {
	if p.Digest() == "" {
		return nil, errNoPolicy
	}
	if len(invariants) == 0 {
		invariants = append(p.Invariants(), Canaries()...)
	}
	ready, err := p.ready(invariants)
	if err != nil {
		return nil, err
	}
	return p.prove(ready, maxStates)
}

func (p *Policy) prove(invariants []invariant, budget int) (*Proof, error) {
	var d domain
	clauses := d.clauses(p)
	nevers := make([]*node, len(invariants))
	for i, v := range invariants {
		nevers[i] = d.add(v.never)
	}
	q := &prover{policy: p, clauses: clauses, space: d.space(), slices: d.slices(clauses), budget: budget}
	proof := &Proof{PolicyDigest: p.Digest()}
	w := newSearch(q.space, 0)
	for _, s := range q.slices {
		w.reset(s)
		proof.Classes += w.classes() * float64(len(s.roles))
	}
	for i, v := range invariants {
		r, err := q.never(v, nevers[i])
		if err != nil {
			return nil, err
		}
		proof.Results = append(proof.Results, r)
	}
	r, err := q.absence()
	if err != nil {
		return nil, err
	}
	proof.Results = append(proof.Results, r)
	proof.States = budget - q.budget
	return proof, nil
}

// A prover asks questions about one policy.
type prover struct {
	policy  *Policy
	clauses []*testedClause
	space   *space
	slices  []slice
	budget  int // choices that are left
}

// A wish collects, while a question looks at clauses, which attribute to choose
// next. The first wish counts.
type wish struct {
	ok     bool
	next   attr
	opaque *expr
}

// of wishes for what an undecided clause depends on.
func (v *wish) of(c *testedClause, f *facts, known uint64) {
	v.ofNode(c.node, c.view(f, known), known)
}

func (v *wish) ofNode(n *node, f *facts, known uint64) {
	if v.ok {
		return
	}
	a, ok, opaque := n.pick(f, known)
	if ok {
		v.ok, v.next = true, a
		return
	}
	if v.opaque == nil {
		v.opaque = opaque
	}
}

// answer is what a question without a verdict returns.
func (v *wish) answer() (truth, attr, *expr) {
	if v.ok {
		return undecided, v.next, nil
	}
	return undecided, 0, v.opaque
}

// permitted asks whether the clauses permit: isTrue and isFalse are certain.
func permitted(clauses []*testedClause, f *facts, known uint64, v *wish) truth {
	yes, maybe := false, false
	var open *testedClause
	for _, c := range clauses {
		t := c.fires(f, known)
		switch {
		case c.effect == Permit && t == isTrue:
			yes = true
		case c.effect == Permit && t == undecided:
			if !maybe {
				v.of(c, f, known)
			}
			maybe = true
		case c.effect == Permit:
		case t == isTrue:
			return isFalse
		case t == undecided && open == nil:
			open = c
		}
	}
	switch {
	case !yes && !maybe:
		return isFalse
	case yes && open == nil:
		return isTrue
	}
	if yes {
		*v = wish{}
	}
	if open != nil {
		for _, c := range clauses {
			if c.effect != Permit && c.fires(f, known) == undecided {
				v.of(c, f, known)
			}
		}
	}
	return undecided
}

// never decides about one invariant.
func (q *prover) never(v invariant, never *node) (ProofResult, error) {
	out := ProofResult{Invariant: v.Invariant}
	w := newSearch(q.space, q.budget)
	var clauses []*testedClause
	w.ask = func() (truth, attr, *expr) {
		var want wish
		holds := never.eval(&w.f, w.known)
		if holds == isFalse || holds == noValue {
			return isFalse, 0, nil
		}
		if holds == undecided {
			want.ofNode(never, &w.f, w.known)
			if want.ok {
				return want.answer()
			}
		}
		yes := permitted(clauses, &w.f, w.known, &want)
		if yes == isFalse || yes == isTrue && holds == isTrue {
			return yes, 0, nil
		}
		return want.answer()
	}
	var failure error
	w.hit = func(sure bool) bool {
		f := w.whole()
		r := f.request()
		dec := q.policy.Decide(r)
		if dec.Allowed() && v.holds(&f) == isTrue {
			out.Verdict, out.Witness, out.Decision = Refuted, r, &dec
			out.Why = "permitted: " + describe(r)
			return false
		}
		if sure {
			failure = fmt.Errorf("governance: proving %s: the class of %s is not decided as its request is", v.ID, describe(r))
			return false
		}
		return true
	}
	for _, s := range q.slices {
		w.reset(s)
		clauses = s.during(q.clauses)
		if !w.run() {
			break
		}
	}
	q.conclude(&out, w)
	return out, failure
}

// conclude takes over what a search without a witness says.
func (q *prover) conclude(out *ProofResult, w *search) {
	out.States = w.states
	q.budget = max(0, q.budget-w.states)
	switch {
	case out.Verdict == Refuted:
	case w.over:
		out.Why = fmt.Sprintf("not proved: more than %d choices", w.budget)
	case len(w.opaque) > 0:
		out.Why = "not analysable: " + opaqueText(w.opaque)
	default:
		out.Verdict = Proved
	}
}

func opaqueText(parts []*expr) string {
	texts := make([]string, len(parts))
	for i, e := range parts {
		texts[i] = e.String()
	}
	return firstFew(texts)
}
