package enforce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// A Change puts a policy in force. The first four fields are required.
type Change struct {
	Policy *governance.Policy
	Report *governance.Report // the policy's own; nothing in it may block
	By     audit.Actor        // who put it in force
	At     time.Time
	// Proof is what [governance.Policy.Prove] has returned for this policy before, of
	// its own promises, those of [Engine.Promises] and [governance.Canaries], say. What
	// it proves is not proved again; optional.
	Proof *governance.Proof
	// Withdrawn holds the ids of promises in force, those of [Engine.Promises], that
	// need not hold any longer.
	Withdrawn []string
	// Replay tries the policy on decisions of the past first; optional.
	Replay Replay
}

// Swap puts another policy in force, once the change is on durable record. It
// refuses a policy
//
//   - that is nil, that is not the report's, or whose report has a finding that
//     blocks or a test that did not pass;
//   - that is not proved to keep its own promises, those in force, as
//     [Engine.Promises] lists them, and [governance.Canaries], and to give no better answer
//     to a request without an attribute: a *[PromiseError], with a witness of each
//     that is broken;
//   - that answers more of the recorded decisions otherwise than the change
//     acknowledges: a *[ReplayError], with the impact.
//
// On every error the policy of before stays in force, and the attempt is on record
// as an intent with the outcome failed; the error says when it could not be
// recorded. A decision that has begun ends with the policy that it began with;
// grants of another policy that are not used yet open nothing from then on.
func (e *Engine) Swap(ctx context.Context, next Change) error {
	if e == nil || e.journal == nil || ctx == nil {
		return errors.New("enforce: no engine or no context to swap a policy in")
	}
	e.changing.Lock()
	defer e.changing.Unlock()
	err := e.swap(ctx, next)
	if err == nil || e.PolicyDigest() == "" {
		return err
	}
	if missed := e.recordAttempt(ctx, next); missed != nil {
		return fmt.Errorf("%w; the attempt is not on record: %w", err, missed)
	}
	return err
}

// swap is Swap without a record of what failed.
func (e *Engine) swap(ctx context.Context, next Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	event, err := e.swapped(next, next.At, audit.NewEvent)
	if err != nil {
		return err
	}
	switch r := next.Report; {
	case r == nil || r.Digest != next.Policy.Digest():
		return errors.New("enforce: the report is not of this policy")
	case r.Findings.Blocked():
		return fmt.Errorf("enforce: the policy's report blocks: %w", r.Findings.Err())
	case r.Passed != r.Tests:
		return fmt.Errorf("enforce: %d of %d tests inside the policy passed", r.Passed, r.Tests)
	}
	promises, err := e.promised(next)
	if err != nil {
		return err
	}
	if err := next.Replay.check(ctx, next.Policy); err != nil {
		return err
	}
	if !datable(next.At) || !e.advance(next.At) {
		return fmt.Errorf("enforce: the change is dated %s, before what is on record or outside the years %d to %d",
			next.At.UTC().Format(time.RFC3339), firstYear, lastYear)
	}
	if _, err := e.journal.Append(ctx, event); err != nil {
		return fmt.Errorf("enforce: recording the change: %w", err)
	}
	e.replace(func(now *inForce) {
		now.policy, now.promises, now.shadow = next.Policy, promises, now.shadow.anew(next.Policy.Digest())
	})
	return nil
}

// recordAttempt records a change that was refused.
func (e *Engine) recordAttempt(ctx context.Context, next Change) error {
	at := next.At
	if !datable(at) || !e.advance(at) {
		at = e.now()
	}
	event, err := e.swapped(next, at, audit.NewIntent)
	if err != nil {
		return err
	}
	receipt, err := e.journal.Append(ctx, event)
	if err != nil {
		return err
	}
	if event, err = audit.NewEvent(at, next.By, audit.Outcome{Intent: receipt.Index(), Result: audit.Failed}); err != nil {
		return err
	}
	_, err = e.journal.Append(ctx, event)
	return err
}

// swapped returns the event of a change at a time, as a fact or an intent.
func (e *Engine) swapped(next Change, at time.Time, event func(time.Time, audit.Actor, audit.Body) (audit.Event, error)) (audit.Event, error) {
	if next.Policy.Digest() == "" {
		return audit.Event{}, errors.New("enforce: no policy to put in force")
	}
	from, err := audit.ParseDigest(e.PolicyDigest())
	if err != nil {
		return audit.Event{}, err
	}
	to, err := audit.ParseDigest(next.Policy.Digest())
	if err != nil {
		return audit.Event{}, err
	}
	return event(at, next.By, audit.PolicySwap{From: from, To: to})
}
