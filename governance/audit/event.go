package audit

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// An Actor is who did something, and in what role. Software acting on its own
// has the role System and may be nobody.
type Actor struct {
	ID   coaching.PersonID
	Role coaching.Role
}

// An Event is one thing to be recorded. It is immutable; the zero Event records
// nothing and cannot be prepared.
type Event struct {
	at    time.Time
	by    Actor
	phase Phase
	body  Body
}

// NewEvent returns the event that by did at the time what body says, or an error
// that names the first field that does not fit. Body is copied. Only a
// denied [Decision] may come from nobody in no role: whoever asked could not be
// identified, which is why it was denied.
func NewEvent(at time.Time, by Actor, body Body) (Event, error) {
	phase := Fact
	if _, ok := body.(Outcome); ok {
		phase = Closed
	}
	return newEvent(at, by, phase, body)
}

// NewIntent returns the event that by is about to do what body says: a permitted
// [Decision], an [Export], an [IdentityReveal] or a [Purge]. An event with an
// [Outcome] must follow.
func NewIntent(at time.Time, by Actor, body Body) (Event, error) {
	return newEvent(at, by, Intent, body)
}

func newEvent(at time.Time, by Actor, phase Phase, body Body) (Event, error) {
	if !declared(body) {
		return Event{}, errors.New("audit: an event needs a body of this package, as a value")
	}
	e := Event{at: at.Round(0).UTC(), by: by, phase: phase, body: body}
	if d, ok := body.(Decision); ok {
		d.Reasons = slices.Clone(d.Reasons)
		e.body = d
	}
	var c coder
	if e.fields(&c); c.err != nil {
		return Event{}, c.err
	}
	return e, nil
}

// fields walks the event's fields in their fixed order.
func (e *Event) fields(c *coder) {
	var kind Kind
	if e.body != nil {
		kind = e.body.Kind()
	}
	enumField(c, "kind", &kind, kindNames[:])
	enumField(c, "phase", &e.phase, phaseNames[:])
	c.instant("at", &e.at)
	c.optPerson("by", &e.by.ID)
	c.role("role", &e.by.Role)
	if e.body = blankUnless(e.body, kind); e.body == nil {
		c.fail("kind", "a declared kind")
		return
	}
	c.open("body")
	e.body = e.body.fields(c)
	c.close("body")
	e.check(c)
}

func blankUnless(b Body, k Kind) Body {
	if b != nil {
		return b
	}
	return blank(k)
}

// check holds what the fields must be to one another.
func (e *Event) check(c *coder) {
	d, decision := e.body.(Decision)
	anonymous := decision && d.Answer == Denied
	if !anonymous && (e.by.Role == coaching.NoRole || e.by.ID.IsZero() && e.by.Role != coaching.System) {
		c.fail("by", "a person in a role, or the role system")
	}
	_, outcome := e.body.(Outcome)
	clock, corrected := e.body.(ClockCorrection)
	switch {
	case corrected && !correctsClock(e.by.Role):
		c.fail("by", "a programme admin, a privacy officer or somebody of legal/privacy, who correct the clock")
	case corrected && !clock.Latest.After(e.at):
		c.fail("latest", "a time after that of the correction")
	case outcome != (e.phase == Closed):
		c.fail("phase", "the phase outcome for an outcome and for nothing else")
	case e.phase == Intent && !announceable(e.body):
		c.fail("phase", "an intent to permit, export, reveal or purge")
	}
}

// correctsClock reports whether people of the role answer for the log: what they
// set back is time for everybody, and data that was past its retention is young
// again for an engine that starts from there.
func correctsClock(role coaching.Role) bool {
	return role == coaching.ProgramAdmin || role == coaching.PrivacyOfficer || role == coaching.LegalPrivacy
}

// announceable reports whether a body can be an intent.
func announceable(b Body) bool {
	switch b := b.(type) {
	case Decision:
		return b.Answer == Permitted
	case Export, IdentityReveal, Purge:
		return true
	}
	return false
}

// role is the name of a role, or "none".
func (c *coder) role(key string, value *coaching.Role) {
	c.key(key)
	name := value.String()
	if c.reading {
		name = c.take(key)
	}
	role, err := coaching.ParseRole(name)
	if name == coaching.NoRole.String() {
		role, err = coaching.NoRole, nil
	}
	switch {
	case c.err != nil:
	case err != nil || role.String() != name: // an alias is not one
		c.fail(key, "a declared role")
	case c.reading:
		*value = role
	default:
		c.put(name)
	}
}

// Kind returns what the event records; NoKind for the zero Event.
func (e Event) Kind() Kind {
	if e.body == nil {
		return NoKind
	}
	return e.body.Kind()
}

// Phase returns whether the event announces, ends or states something.
func (e Event) Phase() Phase { return e.phase }

// At returns the time that the caller gave, in UTC.
func (e Event) At() time.Time { return e.at }

// By returns who did it.
func (e Event) By() Actor { return e.by }

// Body returns what the event says, as one of this package's body types; nil for
// the zero Event. Changing what it returns does not change the event.
func (e Event) Body() Body {
	if d, ok := e.body.(Decision); ok {
		d.Reasons = slices.Clone(d.Reasons)
		return d
	}
	return e.body
}

// Latest returns the latest time of a log after the event, given that of the records
// before it: the later of the two, or the event's own where it corrects the clock.
func (e Event) Latest(before time.Time) time.Time {
	if c, ok := e.body.(ClockCorrection); (ok && c.Latest.Equal(before)) || e.at.After(before) {
		return e.at
	}
	return before
}

// String returns the event's kind and phase.
func (e Event) String() string { return fmt.Sprintf("%s %s", e.Kind(), e.phase) }
