package enforce

import "github.com/coachgov/coaching/governance"

// ShadowFunc is Shadow with a function in the place of a policy, since no policy
// panics.
func (e *Engine) ShadowFunc(decide func(*governance.Request) governance.Decision) {
	e.replace(func(now *inForce) {
		now.shadow = &shadow{policy: now.policy.Digest(), candidate: "a function", decide: decide}
	})
}

// Unproved returns what a change leaves to prove.
func (c Change) Unproved(kept ...governance.Invariant) ([]governance.Invariant, error) {
	return c.unproved(kept)
}
