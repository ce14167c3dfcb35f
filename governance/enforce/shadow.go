package enforce

import (
	"sync/atomic"

	"github.com/coachgov/coaching/governance"
)

// A shadow is a policy that is asked and never obeyed.
type shadow struct {
	policy                 *governance.Policy
	same, stricter, looser atomic.Int64
}

// A Comparison counts how a shadow policy would have answered.
type Comparison struct {
	Same     int64 // with the same outcome
	Stricter int64 // where the policy in force was more permissive
	Looser   int64 // where the policy in force was less permissive
}

// Shadow asks a candidate policy beside the one in force from now on, and counts
// how its outcomes differ: what a swap would change, before it is made. The
// candidate never decides anything. A nil policy ends it; the count starts
// anew with each call.
func (e *Engine) Shadow(candidate *governance.Policy) {
	if e == nil {
		return
	}
	if candidate.Digest() == "" {
		e.shadow.Store(nil)
		return
	}
	e.shadow.Store(&shadow{policy: candidate})
}

// Comparison returns what the shadow policy has been counted to answer since it
// was set; zero without one.
func (e *Engine) Comparison() Comparison {
	if e == nil {
		return Comparison{}
	}
	s := e.shadow.Load()
	if s == nil {
		return Comparison{}
	}
	return Comparison{Same: s.same.Load(), Stricter: s.stricter.Load(), Looser: s.looser.Load()}
}

// compare counts the shadow's answer to a request against the policy's own.
func (s *shadow) compare(r *governance.Request, d governance.Decision) {
	if s == nil {
		return
	}
	switch other := s.policy.Decide(r).Outcome; {
	case other == d.Outcome:
		s.same.Add(1)
	case other < d.Outcome: // Deny, Review, Permit
		s.stricter.Add(1)
	default:
		s.looser.Add(1)
	}
}
