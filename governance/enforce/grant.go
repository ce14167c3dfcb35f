package enforce

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// ErrGrant reports a grant that does not open what it was held against: it is
// zero, used, completed, not valid at the time, for something or somebody else,
// or given under a policy that is no longer in force.
var ErrGrant = errors.New("enforce: the grant does not open it")

// A Grant is a recorded yes to one person doing one action to one resource, once,
// for a short time and under the policy that gave it. Only [Engine.Authorize] makes one; the zero Grant opens
// nothing. Copies of a grant are the same grant.
type Grant struct {
	state *grant
}

type grant struct {
	engine   *Engine
	receipt  audit.Receipt
	policy   string // digest of the policy that said yes
	actor    audit.Actor
	action   governance.Action
	resource resourceDigest
	from     time.Time
	until    time.Time

	mu        sync.Mutex
	closed    bool // it opens nothing more
	completed bool // its outcome is on record
}

// IsZero reports whether the grant opens nothing, ever.
func (g Grant) IsZero() bool { return g.state == nil }

// Receipt returns the receipt of the record that announced the access; zero for
// the zero Grant.
func (g Grant) Receipt() audit.Receipt {
	if g.state == nil {
		return audit.Receipt{}
	}
	return g.state.receipt
}

// Expires returns the last moment at which the grant opens anything; zero for
// the zero Grant.
func (g Grant) Expires() time.Time {
	if g.state == nil {
		return time.Time{}
	}
	return g.state.until
}

// String returns the grant's place in the log, or "no grant".
func (g Grant) String() string {
	if g.state == nil {
		return "no grant"
	}
	return "grant " + g.state.receipt.String()
}

// Format prints what String returns, whatever the verb.
func (g Grant) Format(f fmt.State, _ rune) { io.WriteString(f, g.String()) }

// LogValue returns what String returns.
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }

// open uses the grant up for the one opening that it is for.
func (s *grant) open(resource resourceDigest, by coaching.PersonID, action governance.Action, at time.Time) error {
	if s == nil || s.receipt.IsZero() {
		return fmt.Errorf("%w: it is no grant", ErrGrant)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return fmt.Errorf("%w: it has been used", ErrGrant)
	case at.Before(s.from) || at.After(s.until):
		return fmt.Errorf("%w: it is not valid at that time", ErrGrant)
	case s.engine.PolicyDigest() != s.policy:
		return fmt.Errorf("%w: another policy is in force since", ErrGrant)
	case by != s.actor.ID || by.IsZero():
		return fmt.Errorf("%w: it is somebody else's", ErrGrant)
	case action != s.action:
		return fmt.Errorf("%w: it is for another action", ErrGrant)
	case resource != s.resource:
		return fmt.Errorf("%w: it is for another resource, or for one of another description", ErrGrant)
	}
	s.closed = true
	return nil
}
