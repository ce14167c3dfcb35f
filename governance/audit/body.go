package audit

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Body is what an event says. Its types are those of this package and no other;
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
	enumField(c, "answer", &b.Answer, answerNames[:])
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
	enumField(c, "result", &b.Result, resultNames[:])
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
	enumField(c, "use", &b.Use, useNames[:])
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
	enumField(c, "stage", &b.Stage, stageNames[:])
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
	case KindPolicyRefused:
		return PolicyRefusal{}
	case KindClock:
		return ClockCorrection{}
	}
	return nil
}

// declared reports whether b is one of this package's types, as a value. Another
// type can borrow their methods by embedding one.
func declared(b Body) bool {
	switch b.(type) {
	case Decision, Outcome, Export, IdentityRequest, IdentityApproval, IdentityReveal, PackUse, ConsentChange,
		Restriction, StewardAssignment, StewardDecision, SignalChange, PolicySwap, Purge, Review, Appeal,
		PolicyRefusal, ClockCorrection:
		return true
	}
	return false
}
