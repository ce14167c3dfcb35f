package enforce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coachgov/coaching"
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
// On every error the policy of before stays in force, and an [audit.PolicyRefusal]
// says so, also where nobody knows whether the change itself was recorded. When
// that cannot be recorded either, the error says it, and the engine denies
// everything until it is: each request and each swap tries first. A decision that
// has begun ends with the policy that it began with; grants of another policy that
// are not used yet open nothing from then on.
func (e *Engine) Swap(ctx context.Context, next Change) error {
	if e == nil || e.journal == nil || ctx == nil {
		return errors.New("enforce: no engine or no context to swap a policy in")
	}
	if err := e.turn(ctx); err != nil {
		return err
	}
	defer e.pass()
	if err := e.settle(ctx); err != nil {
		return fmt.Errorf("enforce: the change before this one was refused, which is not on record: %w", err)
	}
	err := e.swap(ctx, next)
	if err == nil || e.PolicyDigest() == "" {
		return err
	}
	e.replace(func(now *inForce) { now.owed = &refusal{next.By, next.Policy.Digest(), causeOf(err)} })
	if missed := e.settle(ctx); missed != nil {
		return fmt.Errorf("%w; the attempt is not on record: %w", err, missed)
	}
	return err
}

// swap is Swap without a record of what failed.
func (e *Engine) swap(ctx context.Context, next Change) error {
	if err := ctx.Err(); err != nil {
		return because(codeRecord, err)
	}
	if next.Policy.Digest() == "" {
		return because(codePolicy, errors.New("enforce: no policy to put in force"))
	}
	switch r := next.Report; {
	case r == nil || r.Digest != next.Policy.Digest():
		return because(codePolicy, errors.New("enforce: the report is not of this policy"))
	case r.Findings.Blocked():
		return because(blocking(r.Findings), fmt.Errorf("enforce: the policy's report blocks: %w", r.Findings.Err()))
	case r.Passed != r.Tests:
		return because(codeTest, fmt.Errorf("enforce: %d of %d tests inside the policy passed", r.Passed, r.Tests))
	}
	promises, err := e.promised(next)
	if err != nil {
		return because(codeInvariant, err)
	}
	if err := next.Replay.check(ctx, next.Policy); err != nil {
		return because(codeReplay, err)
	}
	if !datable(next.At) || !e.advance(next.At) {
		return because(codeSequence, fmt.Errorf("enforce: the change is dated %s, want the years %d to %d and not before %s, the latest time on record; where that is wrong, record an audit.ClockCorrection first",
			next.At.UTC().Format(time.RFC3339), firstYear, lastYear, e.now().UTC().Format(time.RFC3339)))
	}
	event, err := e.event(next.At, next.By, next.Policy.Digest(), func(from, to audit.Digest) audit.Body {
		return audit.PolicySwap{From: from, To: to}
	})
	if err != nil {
		return because(codeRecord, err)
	}
	if _, err := e.journal.Append(ctx, event); err != nil {
		return because(codeRecord, fmt.Errorf("enforce: recording the change: %w", err))
	}
	e.replace(func(now *inForce) {
		now.policy, now.promises, now.shadow = next.Policy, promises, now.shadow.anew(next.Policy.Digest())
	})
	return nil
}

// A refusal is a change that was refused, until that is on record.
type refusal struct {
	by    audit.Actor
	to    string // digest of the policy that was refused; "" where there was none
	cause string
}

// settle records the refusal that is not on record yet, if there is one. The caller
// has the turn.
func (e *Engine) settle(ctx context.Context) error {
	owed := e.current().owed
	if owed == nil {
		return nil
	}
	var event audit.Event
	var err error
	// Nobody in a role, and a code that is none, cannot be on record.
	for _, r := range []refusal{*owed, {owed.by, owed.to, codePolicy}, {audit.Actor{Role: coaching.System}, owed.to, codePolicy}} {
		event, err = e.event(e.now(), r.by, r.to, func(from, to audit.Digest) audit.Body {
			return audit.PolicyRefusal{From: from, To: to, Cause: r.cause}
		})
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	if _, err := e.journal.Append(ctx, event); err != nil {
		return err
	}
	e.replace(func(now *inForce) { now.owed = nil })
	return nil
}

// event returns the event of a change from the policy in force to another.
func (e *Engine) event(at time.Time, by audit.Actor, policy string, body func(from, to audit.Digest) audit.Body) (audit.Event, error) {
	from, err := audit.ParseDigest(e.PolicyDigest())
	if err != nil {
		return audit.Event{}, err
	}
	to, err := audit.ParseDigest(policy)
	if err != nil {
		return audit.Event{}, err
	}
	return audit.NewEvent(at, by, body(from, to))
}

// turn waits for the right to change what is in force, and pass gives it back.
func (e *Engine) turn(ctx context.Context) error {
	select {
	case <-e.changing:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) pass() { e.changing <- struct{}{} }

// A caused error has the code of the rule behind it.
type caused struct {
	code string
	error
}

func (c caused) Unwrap() error { return c.error }

// because gives an error the code that its record names: that of the first promise
// that is not kept, and otherwise the one given.
func because(code string, err error) error {
	if broken := (*PromiseError)(nil); errors.As(err, &broken) && len(broken.Results) > 0 {
		code = broken.Results[0].Code
	}
	return caused{code, err}
}

func causeOf(err error) string {
	if c := (caused{}); errors.As(err, &c) {
		return c.code
	}
	return codeRecord
}

// blocking returns the code of the first finding that blocks.
func blocking(fs coaching.Findings) string {
	for f := range fs.Blocking() {
		return f.Code
	}
	return codePolicy
}
