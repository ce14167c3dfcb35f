package audit

import (
	"time"

	"github.com/coachgov/coaching"
)

// A PolicySwap records that another policy answers from here on: To, unless a
// [PolicyRefusal] behind it says that From goes on.
type PolicySwap struct {
	From Digest // optional: none before the first
	To   Digest
}

// Kind returns KindPolicy.
func (PolicySwap) Kind() Kind { return KindPolicy }

func (b PolicySwap) fields(c *coder) Body {
	c.optDigest("from", &b.From)
	c.digest("to", &b.To)
	return b
}

// A PolicyRefusal records that the actor wanted another policy to answer, and did
// not get it. From goes on answering, whatever a [PolicySwap] in front of it says:
// its record may have become durable although the store said that it had not.
type PolicyRefusal struct {
	From  Digest // the policy in force; optional: none before the first
	To    Digest // the policy that was refused; optional: none when there was no sound one
	Cause string // a rule or finding, such as "POL-014"
}

// Kind returns KindPolicyRefused.
func (PolicyRefusal) Kind() Kind { return KindPolicyRefused }

func (b PolicyRefusal) fields(c *coder) Body {
	c.optDigest("from", &b.From)
	c.optDigest("to", &b.To)
	c.ident("cause", &b.Cause)
	return b
}

// A ClockCorrection records that the actor, a programme admin, a privacy officer
// or somebody of legal/privacy, has found the log's latest time to be wrong: some record is dated later than it was made, and everything
// after it would count as going back. From here on [Log.Latest] is the event's own
// time. It holds only where Latest is the latest time of the log, so that it
// corrects what its actor has looked at and nothing else. The dates on record
// stay as they are, and a review counts them (GOV-018).
type ClockCorrection struct {
	Latest time.Time // the time that is wrong, later than the event's own
}

// Kind returns KindClock.
func (ClockCorrection) Kind() Kind { return KindClock }

func (b ClockCorrection) fields(c *coder) Body {
	c.instant("latest", &b.Latest)
	return b
}

// A Purge records that data was deleted because its time was up. A purge that
// found nothing is recorded too, so that a missing one shows.
type Purge struct {
	Class   string        // such as "raw"
	Through coaching.Date // the last day whose data was deleted
	Items   int64
	Digest  Digest // of the purge plan; optional
}

// Kind returns KindPurge.
func (Purge) Kind() Kind { return KindPurge }

func (b Purge) fields(c *coder) Body {
	c.ident("class", &b.Class)
	c.day("through", &b.Through)
	c.count("items", &b.Items)
	c.optDigest("digest", &b.Digest)
	return b
}

// A Review records that the actor, a human, reviewed something.
type Review struct {
	Scope    Scope
	ID       string // what was reviewed, such as "2027-02" behind a letter, or a recommendation
	Findings int64
	Digest   Digest // of the review as written
}

// Kind returns KindReview.
func (Review) Kind() Kind { return KindReview }

func (b Review) fields(c *coder) Body {
	enumField(c, "scope", &b.Scope, scopeNames[:])
	c.ident("id", &b.ID)
	c.count("findings", &b.Findings)
	c.digest("digest", &b.Digest)
	return b
}
