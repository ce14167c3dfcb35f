package enforce

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// MaxIdentityValid is the longest that a request to identify somebody may live.
const MaxIdentityValid = 14 * 24 * time.Hour

// An IdentityState says how far a request to identify somebody has come. The zero
// state is one in which nothing is revealed; every state but IdentityOpen is
// for good.
type IdentityState uint8

const (
	IdentityNone      IdentityState = iota // there is no such request
	IdentityOpen                           // it collects approvals, and may be carried out once
	IdentityRefused                        // somebody said no
	IdentityWithdrawn                      // the person concerned withdrew the opt-in
	IdentityExpired                        // its time is up
	IdentityRevealed                       // it has been carried out, or was announced and did not succeed
)

var identityStates = [...]string{"none", "open", "refused", "withdrawn", "expired", "revealed"}

// String returns the state's name, such as "open".
func (s IdentityState) String() string {
	if int(s) < len(identityStates) {
		return identityStates[s]
	}
	return fmt.Sprintf("IdentityState(%d)", uint8(s))
}

// An IdentityCase is what the audit log says of one request to identify somebody.
type IdentityCase struct {
	Request string            // the identifier under which it was made
	Person  coaching.PersonID // who would be identified
	By      audit.Actor       // who made the request
	Purpose string            // as in governance.Purpose
	Digest  audit.Digest      // of the governance.Request, which names who will learn the identity
	Asked   time.Time
	Expires time.Time // the last moment at which it may be carried out
	State   IdentityState
	// Approvals holds the yeses on record, in the order of the log. Which of them
	// count, and whether they are enough, is for the policy to say.
	Approvals []governance.Approval
}

// identityCase is a case with what the workflow needs besides.
type identityCase struct {
	IdentityCase
	asked    int64    // index of its record
	revealed int64    // index of the record of the reveal
	signals  []string // for which there was an opt-in when it was made
}

// identityPurpose is the purpose of the consent that is an opt-in.
func identityPurpose() string { return governance.ForReidentification.String() }

// An optIn is a participant's agreement, for one signal, to be identified.
type optIn struct {
	person coaching.PersonID
	signal string
}

type optedIn struct{ since, expires time.Time }

func (o optedIn) at(t time.Time) bool {
	return !o.since.IsZero() && !t.Before(o.since) && (o.expires.IsZero() || t.Before(o.expires))
}

// identityFold is the state of all requests as the events of a log leave it: each
// event is added once, in the order of the log, and one that may not be there
// changes nothing. The same log gives the same state, so a restart resumes.
type identityFold struct {
	latest time.Time // the latest time of any event
	optIns map[optIn]optedIn
	cases  map[string]*identityCase
	order  []*identityCase
}

func newIdentityFold() *identityFold {
	return &identityFold{optIns: map[optIn]optedIn{}, cases: map[string]*identityCase{}}
}

// now returns the later of a time and of those on record: a clock that is set back
// gives no request more time.
func (f *identityFold) now(at time.Time) time.Time {
	if f.latest.After(at) {
		return f.latest
	}
	return at
}

// state returns a case's state at a time.
func (f *identityFold) state(c *identityCase, at time.Time) IdentityState {
	switch {
	case c == nil:
		return IdentityNone
	case c.State == IdentityOpen && f.now(at).After(c.Expires):
		return IdentityExpired
	}
	return c.State
}

// open returns the case of an identifier if it is open, and nil otherwise.
func (f *identityFold) open(request string) *identityCase {
	if c := f.cases[request]; f.state(c, f.latest) == IdentityOpen {
		return c
	}
	return nil
}

// add takes one more event into the state.
func (f *identityFold) add(index int64, e audit.Event) {
	f.pass(e)
	switch body := e.Body().(type) {
	case audit.ConsentChange:
		if body.Purpose == identityPurpose() {
			f.consent(body, e)
		}
	case audit.IdentityRequest:
		f.request(index, body, e)
	case audit.IdentityApproval:
		c := f.open(body.Request)
		switch {
		case c == nil:
		case !body.Approved:
			c.State = IdentityRefused // by whomever, of whatever they saw
		case body.Digest == c.Digest:
			c.approve(e)
		}
	case audit.IdentityReveal:
		if c := f.open(body.Request); c != nil && c.Person == body.Person {
			c.State, c.revealed = IdentityRevealed, index
		}
	}
}

// pass lets time go by. Where somebody corrects the clock, what was over stays over:
// every open request ends, and so do the opt-ins that had expired.
func (f *identityFold) pass(e audit.Event) {
	before := f.latest
	if f.latest = e.Latest(before); !f.latest.Before(before) {
		return
	}
	for _, c := range f.order {
		if c.State == IdentityOpen {
			c.State = IdentityExpired
		}
	}
	maps.DeleteFunc(f.optIns, func(_ optIn, o optedIn) bool { return !o.at(before) })
}

// consent notes an opt-in, which is by the person concerned or by the software that
// asked them, or ends one and every open request that rests on it, by whomever.
func (f *identityFold) consent(body audit.ConsentChange, e audit.Event) {
	key := optIn{body.Participant, body.Signal}
	if body.Given {
		if by := e.By(); by.ID == body.Participant || by.Role == coaching.System {
			f.optIns[key] = optedIn{e.At(), body.Expires}
		}
		return
	}
	delete(f.optIns, key)
	for _, c := range f.order {
		if c.Person == body.Participant && f.state(c, f.latest) == IdentityOpen {
			c.State = IdentityWithdrawn
		}
	}
}

// request begins a case, when a person asks, the opt-in is on record before, and
// the identifier is new.
func (f *identityFold) request(index int64, body audit.IdentityRequest, e audit.Event) {
	signals := f.signals(body.Person, e.At())
	if f.cases[body.Request] != nil || len(signals) == 0 || !human(e.By()) || !inWindow(e.At(), body.Expires) {
		return
	}
	c := &identityCase{
		IdentityCase: IdentityCase{
			Request: body.Request, Person: body.Person, By: e.By(), Purpose: body.Purpose, Digest: body.Digest,
			Asked: e.At(), Expires: body.Expires, State: IdentityOpen,
		},
		asked: index, signals: signals,
	}
	f.cases[body.Request] = c
	f.order = append(f.order, c)
}

// signals returns those for which a person has opted in at a time, sorted.
func (f *identityFold) signals(person coaching.PersonID, at time.Time) []string {
	var signals []string
	for key, o := range f.optIns {
		if key.person == person && o.at(f.now(at)) && o.at(at) {
			signals = append(signals, key.signal)
		}
	}
	slices.Sort(signals)
	return signals
}

// approve adds a yes, unless it is that of the requester, of the person concerned,
// of no human, or one that is there already.
func (c *identityCase) approve(e audit.Event) {
	by := e.By()
	if !human(by) || by.ID == c.By.ID || by.ID == c.Person || len(c.Approvals) == governance.MaxApprovals ||
		slices.ContainsFunc(c.Approvals, func(a governance.Approval) bool { return a.By == by.ID && a.Role == by.Role }) {
		return
	}
	c.Approvals = append(c.Approvals, governance.Approval{
		By: by.ID, Role: by.Role, At: e.At(),
		// An approval ends before its Expires, a request after.
		Expires: c.Expires.Add(1),
		Request: c.Digest.String(),
	})
}

// facts returns the request with what the log says: its approvals, and only such
// opt-ins as are on record, were so when the case was made, and still are. A nil
// case has no approvals yet.
func (f *identityFold) facts(asked *governance.Request, c *identityCase) *governance.Request {
	r := snapshot(asked)
	r.Approvals = nil
	if c != nil {
		r.Approvals = slices.Clone(c.Approvals)
	}
	kept := r.Consents[:0]
	for _, g := range r.Consents {
		// A withdrawal can only take away, so it needs no record.
		withdrawn := !g.Withdrawn.IsZero() && !g.Withdrawn.After(r.Now)
		o := f.optIns[optIn{g.Participant, g.Signal}]
		recorded := o.at(r.Now) && o.at(f.now(r.Now)) &&
			(c == nil || !g.Granted.After(c.Asked) && slices.Contains(c.signals, g.Signal))
		if g.Purpose != identityPurpose() || withdrawn || recorded {
			kept = append(kept, g)
		}
	}
	r.Consents = kept
	return r
}

// human reports whether somebody can be held to account.
func human(by audit.Actor) bool {
	return !by.ID.IsZero() && by.Role != coaching.NoRole && by.Role != coaching.System
}

// inWindow reports whether a request made at a time may live until another.
func inWindow(at, expires time.Time) bool {
	return expires.After(at) && !expires.After(at.Add(MaxIdentityValid))
}
