package enforce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coachgov/coaching"
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
	case journal == nil:
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
// A decision that has begun ends with the policy that it began with.
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
// before the policy's own reasons, and the grant zero; a request dated before an
// earlier one is denied with POL-SEQUENCE. The request is copied, and neither
// kept nor changed.
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
		return refuse(d, codeRecord, "the decision cannot be put on record"), Grant{}
	}
	receipt, err := e.journal.Append(ctx, event)
	if err != nil || receipt.IsZero() {
		return refuse(d, codeRecord, "the decision could not be recorded"), Grant{}
	}
	if !d.Allowed() {
		return d, Grant{}
	}
	return d, Grant{state: &grant{
		engine:   e,
		receipt:  receipt,
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
	At     time.Time
}

// Complete records how it ended and closes the grant, which opens nothing from
// then on. A grant is completed once; when the record cannot be made the grant
// is closed all the same, and Complete may be called again.
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

// snapshot copies a request, so that what is granted is what was decided
// whatever the caller does meanwhile.
func snapshot(r *governance.Request) *governance.Request {
	if r == nil {
		return nil
	}
	c := *r
	c.Resource.Signals = slices.Clone(r.Resource.Signals)
	c.Consents = slices.Clone(r.Consents)
	c.Approvals = slices.Clone(r.Approvals)
	return &c
}

// refuse turns a decision into a denial, with one more reason in front.
func refuse(d governance.Decision, code, message string) governance.Decision {
	d.Outcome, d.Review, d.Obligations = governance.Deny, nil, nil
	d.Reasons = append([]governance.Reason{{Rule: "engine", Effect: governance.Deny, Code: code, Message: message}}, d.Reasons...)
	return d
}

// decided returns the event that records a decision at a time: an intent when
// data is about to be handed out.
func decided(r *governance.Request, d governance.Decision, at time.Time) (audit.Event, error) {
	body := audit.Decision{
		Action:       word(r.Action.MarshalText()),
		Purpose:      word(r.Purpose.MarshalText()),
		ResourceType: word(r.Resource.Type.MarshalText()),
		ResourceID:   r.Resource.ID,
		Person:       r.Resource.Owner,
		Answer:       answer(d.Outcome),
		Reasons:      codes(d),
	}
	var err error
	if body.Request, err = audit.ParseDigest(r.Digest()); err != nil {
		return audit.Event{}, err
	}
	if body.Policy, err = audit.ParseDigest(d.PolicyDigest); err != nil {
		return audit.Event{}, err
	}
	by := audit.Actor{ID: r.Subject.ID, Role: r.Subject.Role}
	if d.Allowed() {
		return audit.NewIntent(at, by, body)
	}
	event, err := audit.NewEvent(at, by, body)
	if err != nil && d.Outcome == governance.Deny {
		// A malformed request is denied, and its denial belongs on record without
		// what is malformed in it.
		body.ResourceID = ""
		if _, err := by.Role.MarshalText(); err != nil {
			by.Role = coaching.NoRole
		}
		event, err = audit.NewEvent(at, by, body)
	}
	return event, err
}

// word returns a name of the vocabulary, "undeclared" for a value without one.
func word(text []byte, err error) string {
	if err != nil {
		return "undeclared"
	}
	return string(text)
}

func answer(o governance.Outcome) audit.Answer {
	switch o {
	case governance.Permit:
		return audit.Permitted
	case governance.Review:
		return audit.Referred
	}
	return audit.Denied
}

// codes returns the different codes of a decision's reasons, in their order, as
// many as a record holds. The rest follows from the digests of request and policy.
func codes(d governance.Decision) []string {
	var all []string
	for _, r := range d.Reasons {
		if len(all) < audit.MaxReasons && !slices.Contains(all, r.Code) {
			all = append(all, r.Code)
		}
	}
	return all
}
