package enforce

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// MaxValid is the longest that a grant may live.
const MaxValid = 24 * time.Hour

// MaxSlack is the most by which the times of requests may go back.
const MaxSlack = time.Minute

// Settings are the choices that a host makes for an engine.
type Settings struct {
	// Valid is how long a grant opens its resource, counted from the request's
	// Now; more than 0 and at most MaxValid.
	Valid time.Duration
	// Slack is how far a request's Now may lie before the latest one seen, for
	// requests that overtake one another; 0 to MaxSlack.
	Slack time.Duration
}

// A Change puts a policy in force.
type Change struct {
	Policy *governance.Policy
	Report *governance.Report // the policy's own; nothing in it may block
	By     audit.Actor        // who put it in force
	At     time.Time
}

// An Engine answers requests with the policy in force, and records every answer
// before it counts. The zero Engine denies everything. It is safe for
// concurrent use.
type Engine struct {
	journal  *audit.Journal
	settings Settings
	policy   atomic.Pointer[governance.Policy]
	shadow   atomic.Pointer[shadow]
	changing sync.Mutex

	clock  sync.Mutex
	latest time.Time
}

// New returns an engine that answers by the first policy and records in the
// journal, which it keeps; it records the change to that policy first.
func New(ctx context.Context, journal *audit.Journal, settings Settings, first Change) (*Engine, error) {
	switch {
	case journal.Origin() == "":
		return nil, errors.New("enforce: an engine needs a journal")
	case settings.Valid <= 0 || settings.Valid > MaxValid:
		return nil, fmt.Errorf("enforce: grants valid for %s, want more than 0 and at most %s", settings.Valid, MaxValid)
	case settings.Slack < 0 || settings.Slack > MaxSlack:
		return nil, fmt.Errorf("enforce: slack of %s, want 0 to %s", settings.Slack, MaxSlack)
	}
	// A clock that was set back while nothing ran is a clock that went back.
	e := &Engine{journal: journal, settings: settings, latest: journal.Latest()}
	if err := e.Swap(ctx, first); err != nil {
		return nil, err
	}
	return e, nil
}

// Swap puts another policy in force, once the change is on durable record. A
// policy that is nil, that is not the report's or whose report has a finding
// that blocks is refused; on every error the policy of before stays in force.
// A decision that has begun ends with the policy that it began with; grants of
// another policy that are not used yet open nothing from then on.
func (e *Engine) Swap(ctx context.Context, next Change) error {
	if e == nil || e.journal == nil || ctx == nil {
		return errors.New("enforce: no engine or no context to swap a policy in")
	}
	switch {
	case next.Policy.Digest() == "":
		return errors.New("enforce: no policy to put in force")
	case next.Report == nil || next.Report.Digest != next.Policy.Digest():
		return errors.New("enforce: the report is not of this policy")
	case next.Report.Findings.Blocked():
		return fmt.Errorf("enforce: the policy's report blocks: %w", next.Report.Findings.Err())
	}
	to, err := audit.ParseDigest(next.Policy.Digest())
	if err != nil {
		return err
	}
	e.changing.Lock()
	defer e.changing.Unlock()
	from, err := audit.ParseDigest(e.policy.Load().Digest())
	if err != nil {
		return err
	}
	event, err := audit.NewEvent(next.At, next.By, audit.PolicySwap{From: from, To: to})
	if err != nil {
		return err
	}
	if !datable(next.At) || !e.advance(next.At) {
		return fmt.Errorf("enforce: the change is dated %s, before what is on record or outside the years %d to %d",
			next.At.UTC().Format(time.RFC3339), firstYear, lastYear)
	}
	if _, err := e.journal.Append(ctx, event); err != nil {
		return fmt.Errorf("enforce: recording the change: %w", err)
	}
	e.policy.Store(next.Policy)
	return nil
}

// PolicyDigest returns the digest of the policy in force, "" for the zero Engine.
func (e *Engine) PolicyDigest() string {
	if e == nil {
		return ""
	}
	return e.policy.Load().Digest()
}

// Authorize answers a request and records the answer. When the decision is
// Permit, and only then, the grant is for what was asked. Whatever stands in
// the way of the record makes the decision Deny, with the code POL-RECORD
// before the policy's own reasons and the store's error among Errors, and the
// grant zero; a request dated before an earlier one is denied with POL-SEQUENCE.
// The request is copied, and neither kept nor changed.
func (e *Engine) Authorize(ctx context.Context, request *governance.Request) (governance.Decision, Grant) {
	var policy *governance.Policy
	if e != nil {
		policy = e.policy.Load()
	}
	asked := snapshot(request)
	d := policy.Decide(asked)
	if e == nil || e.journal == nil || ctx == nil || asked == nil {
		return refuse(d, codeRecord, "there is nothing to record the decision with"), Grant{}
	}
	e.shadow.Load().compare(asked, d)
	at := asked.Now
	if !datable(at) {
		// The policy has denied it; the denial is recorded at the latest time known.
		at = e.now()
	} else if !e.advance(at) {
		d = refuse(d, codeSequence, "the request is dated before an earlier one")
	}
	event, err := decided(asked, d, at)
	if err != nil {
		return refuse(failed(d, err), codeRecord, "the decision cannot be put on record"), Grant{}
	}
	receipt, err := e.journal.Append(ctx, event)
	if err != nil {
		return refuse(failed(d, err), codeRecord, "the decision could not be recorded"), Grant{}
	}
	if !d.Allowed() {
		return d, Grant{}
	}
	return d, Grant{state: &grant{
		engine:   e,
		receipt:  receipt,
		policy:   d.PolicyDigest,
		actor:    audit.Actor{ID: asked.Subject.ID, Role: asked.Subject.Role},
		action:   asked.Action,
		resource: seal(asked.Resource),
		from:     asked.Now,
		until:    asked.Now.Add(e.settings.Valid),
	}}
}

// Completion says how what a grant was for ended.
type Completion struct {
	Result audit.Result
	Items  int64        // rows, records or messages that were handed out
	Digest audit.Digest // of what was handed out; optional
	At     time.Time    // not before the request's Now
}

// Complete records how it ended and closes the grant, which opens nothing from
// then on. A grant is completed once; when the record cannot be made, or its time
// is before the request or outside the years 1970 to 2199, the grant is closed
// all the same, and Complete may be called again.
func (e *Engine) Complete(ctx context.Context, g Grant, c Completion) error {
	s := g.state
	if e == nil || ctx == nil || s == nil || s.engine != e {
		return fmt.Errorf("%w: it is not of this engine", ErrGrant)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.completed {
		return fmt.Errorf("%w: it has been completed", ErrGrant)
	}
	// A far date in the log would make every request after the next start late.
	if !datable(c.At) || c.At.Before(s.from) {
		return fmt.Errorf("enforce: the outcome is dated %s, want the years %d to %d and not before the request", c.At.UTC().Format(time.RFC3339), firstYear, lastYear)
	}
	event, err := audit.NewEvent(c.At, s.actor, audit.Outcome{
		Intent: s.receipt.Index(), Result: c.Result, Items: c.Items, Digest: c.Digest,
	})
	if err != nil {
		return err
	}
	if _, err := e.journal.Append(ctx, event); err != nil {
		return fmt.Errorf("enforce: recording the outcome: %w", err)
	}
	s.completed = true
	return nil
}

// The years of the times that an engine goes by. One request from the far future
// would otherwise make every later one go back in time.
const (
	firstYear = 1970
	lastYear  = 2199
)

func datable(t time.Time) bool {
	y := t.UTC().Year()
	return y >= firstYear && y <= lastYear
}

// now returns the latest time that the engine has seen.
func (e *Engine) now() time.Time {
	e.clock.Lock()
	defer e.clock.Unlock()
	return e.latest
}

// advance moves the engine's time on to t, and reports whether t is late enough.
func (e *Engine) advance(t time.Time) bool {
	e.clock.Lock()
	defer e.clock.Unlock()
	if t.Before(e.latest.Add(-e.settings.Slack)) {
		return false
	}
	if t.After(e.latest) {
		e.latest = t
	}
	return true
}
