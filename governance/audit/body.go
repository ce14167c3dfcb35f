package audit

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Body is what an event says. Its types are those of this file and no other;
// they are used as values. Every string is an identifier (a letter, then up to
// 63 letters, digits, '_', '.' and '-'), and required where nothing else is
// said.
type Body interface {
	// Kind returns the kind of event that the body makes.
	Kind() Kind
	// fields walks the body's fields in their fixed order and returns the
	// body as the coder left it.
	fields(c *coder) Body
}

// A Decision records the answer to a request. As an intent it announces that
// data is about to be handed out; Answer is then Permitted.
type Decision struct {
	Action       string
	Purpose      string
	ResourceType string
	ResourceID   string            // optional
	Person       coaching.PersonID // whose data it is; optional
	Request      Digest            // of the whole request; optional
	Answer       Answer
	Reasons      []string // codes of the reasons, in the decision's order; at most MaxReasons
	Policy       Digest   // of the policy that answered; optional
}

// Kind returns KindDecision.
func (Decision) Kind() Kind { return KindDecision }

func (b Decision) fields(c *coder) Body {
	c.ident("action", &b.Action)
	c.ident("purpose", &b.Purpose)
	c.ident("resource_type", &b.ResourceType)
	c.optIdent("resource", &b.ResourceID)
	c.optPerson("person", &b.Person)
	c.optDigest("request", &b.Request)
	enum(c, "answer", &b.Answer, answerNames[:])
	c.idents("reasons", &b.Reasons)
	c.optDigest("policy", &b.Policy)
	return b
}

// An Outcome ends an intent.
type Outcome struct {
	Intent int64 // index of the intent's record
	Result Result
	Items  int64  // rows, records or messages that were handed out or removed
	Digest Digest // of what was handed out; optional
}

// Kind returns KindOutcome.
func (Outcome) Kind() Kind { return KindOutcome }

func (b Outcome) fields(c *coder) Body {
	c.count("intent", &b.Intent)
	enum(c, "result", &b.Result, resultNames[:])
	c.count("items", &b.Items)
	c.optDigest("digest", &b.Digest)
	return b
}

// An Export records that a dataset left the programme's store.
type Export struct {
	Dataset string
	Class   string // such as "aggregate"
	Format  string // such as "csv"
	Rows    int64
	Digest  Digest // of the exported bytes or their manifest
}

// Kind returns KindExport.
func (Export) Kind() Kind { return KindExport }

func (b Export) fields(c *coder) Body {
	c.ident("dataset", &b.Dataset)
	c.ident("class", &b.Class)
	c.ident("format", &b.Format)
	c.count("rows", &b.Rows)
	c.digest("digest", &b.Digest)
	return b
}

// An IdentityRequest records that somebody asks who a pseudonym stands for.
type IdentityRequest struct {
	Request string
	Person  coaching.PersonID
	Purpose string
	Digest  Digest    // of the request, which the approvals repeat
	Expires time.Time // the last moment at which it may be carried out
}

// Kind returns KindIdentityRequest.
func (IdentityRequest) Kind() Kind { return KindIdentityRequest }

func (b IdentityRequest) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.person("person", &b.Person)
	c.ident("purpose", &b.Purpose)
	c.digest("digest", &b.Digest)
	c.instant("expires", &b.Expires)
	return b
}

// An IdentityApproval records that the event's actor approved or refused an
// identity request.
type IdentityApproval struct {
	Request  string
	Digest   Digest // of the request as the approver saw it
	Approved bool
}

// Kind returns KindIdentityApproval.
func (IdentityApproval) Kind() Kind { return KindIdentityApproval }

func (b IdentityApproval) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.digest("digest", &b.Digest)
	c.flag("approved", &b.Approved)
	return b
}

// An IdentityReveal records that the actor learns who a pseudonym stands for.
type IdentityReveal struct {
	Request string
	Person  coaching.PersonID
}

// Kind returns KindIdentityReveal.
func (IdentityReveal) Kind() Kind { return KindIdentityReveal }

func (b IdentityReveal) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.person("person", &b.Person)
	return b
}

// A PackUse records what the actor, a coach, did with one signal of a pack in
// one session.
type PackUse struct {
	Pack    string
	Signal  string
	Session string
	Leader  coaching.PersonID
	Use     Use
	Reason  Digest // of the reason as written; optional when the signal was used
}

// Kind returns KindPackUse.
func (PackUse) Kind() Kind { return KindPackUse }

func (b PackUse) fields(c *coder) Body {
	c.ident("pack", &b.Pack)
	c.ident("signal", &b.Signal)
	c.ident("session", &b.Session)
	c.person("leader", &b.Leader)
	enum(c, "use", &b.Use, useNames[:])
	if c.optDigest("reason", &b.Reason); b.Use != Used && b.Reason.IsZero() {
		c.fail("reason", "the digest of a reason, as the signal was ignored or reweighted")
	}
	return b
}

// A ConsentChange records that a participant gave or withdrew consent.
type ConsentChange struct {
	Participant coaching.PersonID
	Signal      string
	Purpose     string
	Given       bool      // false: withdrawn
	Expires     time.Time // optional; zero when withdrawn
}

// Kind returns KindConsent.
func (ConsentChange) Kind() Kind { return KindConsent }

func (b ConsentChange) fields(c *coder) Body {
	c.person("participant", &b.Participant)
	c.ident("signal", &b.Signal)
	c.ident("purpose", &b.Purpose)
	c.flag("given", &b.Given)
	if c.optInstant("expires", &b.Expires); !b.Given && !b.Expires.IsZero() {
		c.fail("expires", "no expiry of a consent that is withdrawn")
	}
	return b
}

// A Restriction records what a source or signal may be used for.
type Restriction struct {
	Signal string
	Use    string // the only use that is allowed, such as "coaching_only"
	Digest Digest // of the restriction as written; optional
}

// Kind returns KindRestriction.
func (Restriction) Kind() Kind { return KindRestriction }

func (b Restriction) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.ident("use", &b.Use)
	c.optDigest("digest", &b.Digest)
	return b
}

// A StewardAssignment records who looks after a signal.
type StewardAssignment struct {
	Signal  string
	Steward coaching.PersonID
}

// Kind returns KindStewardAssigned.
func (StewardAssignment) Kind() Kind { return KindStewardAssigned }

func (b StewardAssignment) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.person("steward", &b.Steward)
	return b
}

// A StewardDecision records what the actor, a steward, made of a flagged value.
type StewardDecision struct {
	Signal    string
	Leader    coaching.PersonID
	Day       coaching.Date // the first day of the flagged period
	Confirmed bool          // false: the value is rejected
	Reason    Digest        // of the reason as written
}

// Kind returns KindStewardDecided.
func (StewardDecision) Kind() Kind { return KindStewardDecided }

func (b StewardDecision) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.person("leader", &b.Leader)
	c.day("day", &b.Day)
	c.flag("confirmed", &b.Confirmed)
	c.digest("reason", &b.Reason)
	return b
}

// A SignalChange records that a signal was paused, or is in use again.
type SignalChange struct {
	Signal  string
	Resumed bool   // false: paused
	Cause   string // a rule or review, such as "FAIR-012"
	Digest  Digest // of the memo; optional
}

// Kind returns KindSignal.
func (SignalChange) Kind() Kind { return KindSignal }

func (b SignalChange) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.flag("resumed", &b.Resumed)
	c.ident("cause", &b.Cause)
	c.optDigest("digest", &b.Digest)
	return b
}

// A PolicySwap records that another policy answers from here on.
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
	enum(c, "scope", &b.Scope, scopeNames[:])
	c.ident("id", &b.ID)
	c.count("findings", &b.Findings)
	c.digest("digest", &b.Digest)
	return b
}

// An Appeal records a step of a participant's appeal against a signal.
type Appeal struct {
	Appeal      string
	Signal      string
	Participant coaching.PersonID
	Stage       Stage
}

// Kind returns KindAppeal.
func (Appeal) Kind() Kind { return KindAppeal }

func (b Appeal) fields(c *coder) Body {
	c.ident("appeal", &b.Appeal)
	c.ident("signal", &b.Signal)
	c.person("participant", &b.Participant)
	enum(c, "stage", &b.Stage, stageNames[:])
	return b
}

// blank returns the empty body of a kind, nil when there is no such kind.
func blank(k Kind) Body {
	switch k {
	case KindDecision:
		return Decision{}
	case KindOutcome:
		return Outcome{}
	case KindExport:
		return Export{}
	case KindIdentityRequest:
		return IdentityRequest{}
	case KindIdentityApproval:
		return IdentityApproval{}
	case KindIdentityReveal:
		return IdentityReveal{}
	case KindPackUse:
		return PackUse{}
	case KindConsent:
		return ConsentChange{}
	case KindRestriction:
		return Restriction{}
	case KindStewardAssigned:
		return StewardAssignment{}
	case KindStewardDecided:
		return StewardDecision{}
	case KindSignal:
		return SignalChange{}
	case KindPolicy:
		return PolicySwap{}
	case KindPurge:
		return Purge{}
	case KindReview:
		return Review{}
	case KindAppeal:
		return Appeal{}
	}
	return nil
}

// declared reports whether b is one of this file's types, as a value. Another
// type can borrow their methods by embedding one.
func declared(b Body) bool {
	switch b.(type) {
	case Decision, Outcome, Export, IdentityRequest, IdentityApproval, IdentityReveal, PackUse, ConsentChange,
		Restriction, StewardAssignment, StewardDecision, SignalChange, PolicySwap, Purge, Review, Appeal:
		return true
	}
	return false
}
