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

// An Engine answers requests with the policy in force, and records every answer
// before it counts. The zero Engine denies everything. It is safe for
// concurrent use.
type Engine struct {
	journal  *audit.Journal
	settings Settings
	state    atomic.Pointer[inForce]
	changing chan struct{} // holds one token, which is the right to change the state

	clock  sync.Mutex
	latest time.Time
}

// An inForce is what answers requests at one time. It is replaced, never changed, so
// whoever has loaded one goes by one policy to the end.
type inForce struct {
	policy   *governance.Policy
	promises []governance.Invariant
	shadow   *shadow  // nil when there is none
	owed     *refusal // of a change, not on record yet; nil when there is none
}

// current returns what is in force; for the zero Engine the zero value, whose
// policy denies everything.
func (e *Engine) current() inForce {
	if e != nil {
		if s := e.state.Load(); s != nil {
			return *s
		}
	}
	return inForce{}
}

// replace puts what edit makes of what is in force into its place. Edit may be
// called several times.
func (e *Engine) replace(edit func(*inForce)) {
	for {
		before := e.state.Load()
		after := *before
		edit(&after)
		if e.state.CompareAndSwap(before, &after) {
			return
		}
	}
}

// New returns an engine that answers by the first policy and records in the
// journal, which it keeps; it records the change to that policy first. The first
// policy passes the gate of [Engine.Swap]; when it does not, there is no engine
// and no record. Nor is there when the change is dated before the latest time on
// record: the clock was set back, or some record is dated too late, which an
// [audit.ClockCorrection] by a human sets right.
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
	e := &Engine{journal: journal, settings: settings, latest: journal.Latest(), changing: make(chan struct{}, 1)}
	e.changing <- struct{}{}
	e.state.Store(new(inForce))
	if err := e.Swap(ctx, first); err != nil {
		return nil, err
	}
	return e, nil
}

// PolicyDigest returns the digest of the policy in force, "" for the zero Engine.
func (e *Engine) PolicyDigest() string {
	return e.current().policy.Digest()
}

// Authorize answers a request and records the answer. When the decision is
// Permit, and only then, the grant is for what was asked. Whatever stands in
// the way of the record makes the decision Deny, with the code POL-RECORD
// before the policy's own reasons and the store's error among Errors, and the
// grant zero; a request dated before an earlier one is denied with POL-SEQUENCE.
// The request is copied, and neither kept nor changed.
func (e *Engine) Authorize(ctx context.Context, request *governance.Request) (governance.Decision, Grant) {
	return e.authorize(ctx, e.current(), request, true)
}

// AuthorizeBatch is Authorize of requests in their order, as far as the semantics
// goes, by one policy; each request that is answered has its own record and, when
// it is permitted, its own grant. It returns one decision and one grant for
// each request. One behind the answer that settles the batch is denied with
// POL-BATCH, is not looked at and leaves no record. Only a permit on record counts
// as one: what stands in the way of its record makes it a denial, which settles
// what denials settle. When a denial ends the batch, the grants before it are good
// all the same; complete those that are not used as [audit.Abandoned].
func (e *Engine) AuthorizeBatch(ctx context.Context, requests []governance.Request, s governance.Semantics) ([]governance.Decision, []Grant) {
	return e.batch(ctx, requests, s, true)
}

// DecideBatch is AuthorizeBatch for somebody else who enforces the answers, such
// as the caller of a decision point: each answer is on record as a fact, not as
// the intent to hand out data here, and there are no grants. What goes wrong with
// a record makes the answer a denial all the same.
func (e *Engine) DecideBatch(ctx context.Context, requests []governance.Request, s governance.Semantics) []governance.Decision {
	decisions, _ := e.batch(ctx, requests, s, false)
	return decisions
}

// batch answers requests as far as the semantics goes, with grants when they are
// enforced here.
func (e *Engine) batch(ctx context.Context, requests []governance.Request, s governance.Semantics, here bool) ([]governance.Decision, []Grant) {
	now := e.current()
	decisions, grants := make([]governance.Decision, len(requests)), make([]Grant, len(requests))
	_, err := s.MarshalText()
	settled := err != nil
	for i := range requests {
		if settled {
			d := governance.Decision{PolicyDigest: now.policy.Digest(), At: requests[i].Now}
			decisions[i] = refuse(d, codeBatch, "the batch was settled without this request")
			continue
		}
		decisions[i], grants[i] = e.authorize(ctx, now, &requests[i], here)
		settled = s.Settles(decisions[i].Outcome)
	}
	return decisions, grants
}

// authorize answers a request by the policy that was in force when it came. The
// grant is for an answer that is enforced here.
func (e *Engine) authorize(ctx context.Context, now inForce, request *governance.Request, here bool) (governance.Decision, Grant) {
	asked := snapshot(request)
	answer := now.policy.Decide(asked)
	if e == nil || e.journal == nil || ctx == nil || asked == nil {
		return refuse(answer, codeRecord, "there is nothing to record the decision with"), Grant{}
	}
	if err := e.settled(ctx); err != nil {
		return refuse(failed(answer, err), codeRecord, "the record does not say which policy is in force"), Grant{}
	}
	d, g := e.record(ctx, asked, answer, here)
	now.shadow.compare(asked, answer)
	return d, g
}

// settled makes sure that the record agrees with what is in force.
func (e *Engine) settled(ctx context.Context) error {
	if e.current().owed == nil {
		return nil
	}
	if err := e.turn(ctx); err != nil {
		return err
	}
	defer e.pass()
	return e.settle(ctx)
}

// record puts the answer to a request on record, and grants what it permits
// here.
func (e *Engine) record(ctx context.Context, asked *governance.Request, d governance.Decision, here bool) (governance.Decision, Grant) {
	at := asked.Now
	if !datable(at) {
		// The policy has denied it; the denial is recorded at the latest time known.
		at = e.now()
	} else if !e.advance(at) {
		d = refuse(d, codeSequence, "the request is dated before an earlier one")
	}
	event, err := decided(asked, d, at, here)
	if err != nil {
		return refuse(failed(d, err), codeRecord, "the decision cannot be put on record"), Grant{}
	}
	receipt, err := e.journal.Append(ctx, event)
	if err != nil {
		return refuse(failed(d, err), codeRecord, "the decision could not be recorded"), Grant{}
	}
	if !here || !d.Allowed() {
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
