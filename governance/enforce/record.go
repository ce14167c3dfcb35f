package enforce

import (
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

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
	c.Ext = slices.Clone(r.Ext)
	return &c
}

// refuse turns a decision into a denial, with one more reason in front.
func refuse(d governance.Decision, code, message string) governance.Decision {
	d.Outcome, d.Reviews, d.Obligations = governance.Deny, nil, nil
	d.Reasons = append([]governance.Reason{{Rule: engineRule, Effect: governance.Deny, Code: code, Message: governance.MessageOf(message)}}, d.Reasons...)
	return d
}

// failed adds what went wrong to a decision, for those who run the host.
func failed(d governance.Decision, err error) governance.Decision {
	d.Errors = append(slices.Clone(d.Errors), governance.RuleError{Rule: engineRule, Message: err.Error()})
	return d
}

// decided returns the event that records a decision at a time: an intent when
// data is about to be handed out here, and a fact when somebody else enforces it.
func decided(r *governance.Request, d governance.Decision, at time.Time, here bool) (audit.Event, error) {
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
	if here && d.Allowed() {
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
