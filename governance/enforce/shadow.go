package enforce

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/coachgov/coaching/governance"
)

// MaxDifferences bounds the differences of one kind, such as from Deny to Permit,
// in a [Comparison].
const MaxDifferences = 3

const outcomes = int(governance.Permit) + 1

// A Comparison says how a candidate policy would have answered the requests that
// the policy in force has answered. It names rules and digests, and nobody.
type Comparison struct {
	Policy    string `json:"policy"`    // digest of the policy in force
	Candidate string `json:"candidate"` // digest of the candidate; "" without one
	Compared  int    `json:"compared"`  // requests that both have answered
	Failed    int    `json:"failed"`    // requests over which the candidate panicked; not in Compared
	// Outcomes counts the compared requests by the outcome of the policy in force
	// and of the candidate, those that stay included; by From, then To, and only
	// where there are any.
	Outcomes []governance.OutcomeCount `json:"outcomes"`
	// Differences holds the first requests of each change, at most
	// [MaxDifferences], by From, To and Request.
	Differences []Difference `json:"differences"`
}

// A Difference is one request that a candidate would have answered otherwise.
type Difference struct {
	Request string             `json:"request"` // its digest, by which the audit log knows it
	From    governance.Outcome `json:"from"`    // of the policy in force
	To      governance.Outcome `json:"to"`      // of the candidate
	Decided []string           `json:"decided"` // the rules that decided, in the order of Decision.Reasons
	Instead []string           `json:"instead"` // those by which the candidate decides
}

// Loosened returns the number of requests that the candidate answers more freely.
func (c Comparison) Loosened() int {
	return c.moved(func(from, to governance.Outcome) bool { return to > from }) // Deny, Review, Permit
}

// Tightened returns the number of requests that it answers more strictly.
func (c Comparison) Tightened() int {
	return c.moved(func(from, to governance.Outcome) bool { return to < from })
}

func (c Comparison) moved(want func(from, to governance.Outcome) bool) int {
	n := 0
	for _, o := range c.Outcomes {
		if want(o.From, o.To) {
			n += o.Count
		}
	}
	return n
}

// Shadow asks a candidate policy beside the one in force from now on, and counts
// how its outcomes differ: what a swap would change, before it is made. The
// candidate never decides anything. It is asked once the answer is on record, in
// memory and without waiting for anybody, and what goes wrong in it is counted and
// goes no further. The count starts anew with each call, and with each swap,
// since a comparison is with one policy only. A nil policy ends it.
func (e *Engine) Shadow(candidate *governance.Policy) {
	if e == nil || e.journal == nil {
		return
	}
	e.replace(func(now *inForce) {
		now.shadow = nil
		if candidate.Digest() != "" {
			now.shadow = &shadow{policy: now.policy.Digest(), candidate: candidate.Digest(), decide: candidate.Decide}
		}
	})
}

// Comparison returns what the candidate has been counted to answer since it was
// set or the policy in force was; zero without one.
func (e *Engine) Comparison() Comparison { return e.current().shadow.comparison() }

// A shadow is a policy that is asked beside one policy in force, and never obeyed.
type shadow struct {
	policy, candidate string // digests
	decide            func(*governance.Request) governance.Decision

	counts [outcomes][outcomes]atomic.Int64 // by outcome in force, then the candidate's
	failed atomic.Int64

	mu          sync.Mutex // only for what follows
	differences []Difference
}

// anew returns the shadow with nothing counted, beside another policy.
func (s *shadow) anew(policy string) *shadow {
	if s == nil {
		return nil
	}
	return &shadow{policy: policy, candidate: s.candidate, decide: s.decide}
}

// compare counts the candidate's answer to a request against the policy's own.
func (s *shadow) compare(r *governance.Request, d governance.Decision) {
	if s == nil {
		return
	}
	defer func() {
		if recover() != nil {
			s.failed.Add(1)
		}
	}()
	other := s.decide(r)
	n := s.counts[d.Outcome][other.Outcome].Add(1)
	if d.Outcome == other.Outcome || n > MaxDifferences {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.differences = append(s.differences, Difference{
		Request: r.Digest(), From: d.Outcome, To: other.Outcome, Decided: deciding(d), Instead: deciding(other),
	})
}

// deciding returns the rules of a decision that ask for its outcome.
func deciding(d governance.Decision) []string {
	var rules []string
	for _, r := range d.Reasons {
		if r.Effect == d.Outcome {
			rules = append(rules, r.Rule)
		}
	}
	return rules
}

func (s *shadow) comparison() Comparison {
	if s == nil {
		return Comparison{}
	}
	c := Comparison{Policy: s.policy, Candidate: s.candidate, Failed: int(s.failed.Load())}
	for from := range s.counts {
		for to := range s.counts[from] {
			if n := int(s.counts[from][to].Load()); n > 0 {
				c.Outcomes = append(c.Outcomes, governance.OutcomeCount{From: governance.Outcome(from), To: governance.Outcome(to), Count: n})
				c.Compared += n
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Differences = slices.Clone(s.differences)
	slices.SortFunc(c.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Request, b.Request))
	})
	return c
}
