package enforce

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// Promises returns what the next policy has to keep besides its own promises and
// [governance.Canaries]: the invariants of the policy in force and of those
// before it since [New], except those withdrawn since; each condition once, in
// the order in which they were made.
//
// A policy that no longer states a promise has to keep it all the same, or the
// policy after it could break it unnoticed. A condition that names a parameter is
// about the value that the next policy gives it: write the number itself where it
// must not change.
func (e *Engine) Promises() []governance.Invariant { return slices.Clone(e.current().promises) }

// A PromiseError reports a policy that was not put in force since a promise is
// not proved of it.
type PromiseError struct {
	PolicyDigest string
	// Results holds the promises that are refuted, each with its witness, or
	// unproved, in the order asked for: the policy's own, those in force,
	// canaries, absence. The people of a witness are nobody real.
	Results []governance.ProofResult
}

// Error returns each promise that is not proved, with its witness or the reason
// why there is no proof.
func (e *PromiseError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "enforce: policy %.12s does not keep its promises", e.PolicyDigest)
	for i, r := range e.Results {
		b.WriteString([...]string{": ", "; "}[min(i, 1)])
		fmt.Fprintf(&b, "%s (%s) is %s, %s", r.ID, r.Code, r.Verdict, r.Why)
	}
	return b.String()
}

// promised proves that the policy of a change keeps what it must, and returns the
// promises that are in force once it is.
func (e *Engine) promised(next Change) ([]governance.Invariant, error) {
	kept := e.Promises()
	for i, id := range next.Withdrawn {
		before := len(kept)
		kept = slices.DeleteFunc(kept, func(v governance.Invariant) bool { return v.ID == id })
		if len(kept) == before {
			return nil, fmt.Errorf("enforce: withdrawn promise %d is not in force", i)
		}
	}
	open, err := next.unproved(kept)
	if err != nil {
		return nil, err
	}
	if len(open) > 0 {
		proof, err := next.Policy.Prove(open...)
		if err != nil {
			return nil, fmt.Errorf("enforce: proving the promises: %w", err)
		}
		if broken := slices.DeleteFunc(proof.Results, func(r governance.ProofResult) bool { return r.Verdict == governance.Proved }); len(broken) > 0 {
			return nil, &PromiseError{PolicyDigest: proof.PolicyDigest, Results: broken}
		}
	}
	return distinct(slices.Concat(kept, next.Policy.Invariants())), nil
}

// unproved returns the promises that the policy has to be proved to keep, and of
// which no proof at hand says so: its own, those in force, canaries. It returns all
// of them when none says that absence never helps, which each proof ends with.
func (c Change) unproved(kept []governance.Invariant) ([]governance.Invariant, error) {
	all := distinct(slices.Concat(c.Policy.Invariants(), kept, governance.Canaries()))
	open, absence := slices.Clone(all), false
	for _, proof := range []*governance.Proof{c.Report.Proof, c.Proof} {
		if proof == nil {
			continue
		}
		if proof.PolicyDigest != c.Policy.Digest() {
			return nil, errors.New("enforce: the proof is of another policy")
		}
		for i, r := range proof.Results {
			if r.Verdict == governance.Proved {
				absence = absence || i == len(proof.Results)-1
				open = slices.DeleteFunc(open, func(v governance.Invariant) bool { return v.Never == r.Never })
			}
		}
	}
	if !absence {
		return all, nil
	}
	return open, nil
}

// distinct returns the invariants without those whose condition another before
// them has.
func distinct(all []governance.Invariant) []governance.Invariant {
	var out []governance.Invariant
	for _, v := range all {
		if !slices.ContainsFunc(out, func(w governance.Invariant) bool { return w.Never == v.Never }) {
			out = append(out, v)
		}
	}
	return out
}
