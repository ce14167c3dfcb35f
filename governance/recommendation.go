package governance

import (
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A Recommendation is the record of one suggestion of a vendor's model about one
// leader, from its arrival to what the coach made of it. It goes through its
// steps in this order, each of which returns a new record and leaves the old one
// as it was: the vendor explains it ([Recommendation.Explain]), a steward has
// validated a sample of the model's output ([Recommendation.Validate]), a human
// reviews what could affect a career ([Recommendation.Decide]), the coach brings
// it into a session ([Recommendation.Bring]) and says what became of it
// ([Recommendation.Respond]).
//
// It is plain data, which the host stores as JSON. A step looks at the whole
// record first, so one in which a step was skipped goes no further. The zero
// Recommendation is nobody's and is refused everywhere.
type Recommendation struct {
	ID        string            `json:"id"` // an identifier, as are the next four
	Programme string            `json:"programme"`
	Vendor    string            `json:"vendor"`
	Model     string            `json:"model"`
	Version   string            `json:"version"` // another version needs another sample
	Leader    coaching.PersonID `json:"leader"`  // whom it is about
	Coach     coaching.PersonID `json:"coach"`   // the leader's coach
	Signals   []string          `json:"signals,omitempty"`
	// Affects says which decisions about a career it could touch. The zero Effects
	// is unknown, and needs the review as if it were all.
	Affects    Effects   `json:"affects,omitzero"`
	ProposedAt time.Time `json:"proposed_at"`

	// The steps, nil until they are taken.
	Basis    *ModelBasis    `json:"basis,omitempty"`
	Sample   *StewardSample `json:"sample,omitempty"`
	Review   *ReviewRecord  `json:"review,omitempty"`
	Session  *SessionUse    `json:"session,omitempty"`
	Response *CoachResponse `json:"response,omitempty"`
}

// A ModelBasis is what a vendor shows of a model and of one recommendation
// (PIL-143, GOV-020).
type ModelBasis struct {
	Inputs   []string  `json:"inputs"`             // what the model was given, identifiers; at least one, at most MaxSignals
	Card     string    `json:"card,omitempty"`     // the model card on file, an identifier; or
	Features []string  `json:"features,omitempty"` // the list of its features, identifiers
	Note     string    `json:"note"`               // why the model recommends this, for people; at most MaxRationale bytes
	At       time.Time `json:"at"`
}

// A StewardSample is what a steward made of a sample of a model's output. One
// sample serves every recommendation of that version of the model.
type StewardSample struct {
	Vendor    string            `json:"vendor"`
	Model     string            `json:"model"`
	Version   string            `json:"version"`
	Size      int               `json:"size"`      // recommendations that were looked at, at least one
	Validated bool              `json:"validated"` // false: they did not hold up, and none of the model's is used
	Steward   coaching.PersonID `json:"steward"`   // neither the coach nor the leader
	Reason    string            `json:"reason"`    // at most MaxRationale bytes
	At        time.Time         `json:"at"`
}

// A SessionUse records that the coach was permitted to bring a recommendation into
// a session.
type SessionUse struct {
	Session      string    `json:"session"` // an identifier
	At           time.Time `json:"at"`
	Request      string    `json:"request"`       // the Digest of the request that was permitted
	PolicyDigest string    `json:"policy_digest"` // of the policy that permitted it
}

// A CoachResponse says what became of a recommendation in its session. Setting it
// aside is the coach's right and no failure (PIL-088).
type CoachResponse struct {
	Response coaching.Response `json:"response"`
	Reason   string            `json:"reason,omitempty"` // required of [coaching.Ignored] and [coaching.Reweighted]; at most MaxRationale bytes
	At       time.Time         `json:"at"`
}

// Stage returns how far the recommendation has come: "proposed", "explained",
// "sampled", "reviewed", "in_session" or "answered"; "rejected" when the steward's
// sample did not hold up, "vetoed" when the reviewer said no, and "none" when
// Check finds the record to be at fault.
func (c Recommendation) Stage() string {
	switch {
	case c.Check().Blocked():
		return "none"
	case c.Response != nil:
		return "answered"
	case c.Session != nil:
		return "in_session"
	case c.Review != nil && !c.Review.Approved:
		return "vetoed"
	case c.Review != nil:
		return "reviewed"
	case c.Sample != nil && !c.Sample.Validated:
		return "rejected"
	case c.Sample != nil:
		return "sampled"
	case c.Basis != nil:
		return "explained"
	}
	return "proposed"
}

// NeedsReview reports whether a human has to review the recommendation before it
// is used (GOV-021 to GOV-024, C-19): whether it could affect a career, or nobody
// has said that it cannot.
func (c Recommendation) NeedsReview() bool { return c.Affects == 0 || c.Affects&careerEffects != 0 }

// Resource returns the recommendation as the resource of a [Request], with what
// the record says of it: that a model made it, whether a card is on file and it is
// explained, and what it affects. Standing is that of its signals and control
// that of a restricted one; until a steward has validated a sample, and once a
// reviewer has said no, the resource is a candidate whatever they are, which no
// policy lets anybody use. The host adds Residency, Identifiable and LegalHold.
func (c Recommendation) Resource(standing signal.Standing, control bool) Resource {
	if c.Sample == nil || !c.Sample.Validated || c.Review != nil && !c.Review.Approved || c.Check().Blocked() {
		standing = signal.Candidate
	}
	r := Resource{
		Type: ResourceRecommendation, ID: c.ID, Programme: c.Programme, Signals: slices.Clone(c.Signals),
		Class: signal.Pseudonymous, Owner: c.Leader, AssignedCoach: c.Coach, CreatedAt: c.ProposedAt,
		Standing: standing, Control: control, Automated: Yes, Affects: c.Affects,
	}
	if c.Basis != nil {
		r.ModelCard = c.Basis.documented()
		r.Explained = rationaleLength(c.Basis.Note) > 0
	}
	return r
}

// documented reports whether there is a card or a list of features.
func (b *ModelBasis) documented() bool { return b.Card != "" || len(b.Features) > 0 }

// Explain takes what the vendor shows.
func (c Recommendation) Explain(b ModelBasis) (Recommendation, coaching.Findings) {
	b.Inputs, b.Features = slices.Clone(b.Inputs), slices.Clone(b.Features)
	next := c
	next.Basis = &b
	return c.step(next, c.Basis != nil, "basis")
}

// Validate takes the steward's sample of the model's output.
func (c Recommendation) Validate(s StewardSample) (Recommendation, coaching.Findings) {
	next := c
	next.Sample = &s
	return c.step(next, c.Sample != nil, "sample")
}

// Decide takes the human review of the request with which the coach will bring the
// recommendation into a session: a yes, or a veto, after which it is never
// used. The review holds that request's Digest.
func (c Recommendation) Decide(r ReviewRecord) (Recommendation, coaching.Findings) {
	next := c
	next.Review = &r
	return c.step(next, c.Review != nil || c.Session != nil, "review")
}

// Bring takes the recommendation into the coach's session if the policy permits
// the request, which has the action Recommend, the record's coach as its subject,
// the record's [Recommendation.Resource] as its resource and the record's review
// as its Review. The findings hold every reason why not, the policy's as well.
func (c Recommendation) Bring(p *Policy, r *Request, session string) (Recommendation, coaching.Findings) {
	if r == nil {
		return c, coaching.Findings{{Code: "POL-REQUEST", Message: "there is no request"}}
	}
	d := p.Decide(r)
	next := c
	next.Session = &SessionUse{Session: session, At: r.Now, Request: r.Digest(), PolicyDigest: d.PolicyDigest}
	fs := c.differs(r)
	if !d.Allowed() {
		for _, reason := range d.Reasons {
			if reason.Effect != Permit {
				fs = append(fs, coaching.Finding{Code: reason.Code, Path: "session", Message: reason.Message.String()})
			}
		}
	}
	return c.step(next, c.Session != nil, "session", fs...)
}

// Respond takes what became of it in the session.
func (c Recommendation) Respond(a CoachResponse) (Recommendation, coaching.Findings) {
	next := c
	next.Response = &a
	return c.step(next, c.Response != nil, "response")
}

// step returns the next record if nothing stands in its way, and this one
// otherwise, with every reason.
func (c Recommendation) step(next Recommendation, again bool, path string, more ...coaching.Finding) (Recommendation, coaching.Findings) {
	next.apart()
	// A step that was skipped cannot be put in afterwards.
	fs := c.Check()
	if !fs.Blocked() {
		fs = next.Check()
	}
	fs = append(fs, more...)
	if again {
		fs = append(fs, coaching.Finding{Code: "POL-VALUE", Path: path, Message: "this step has been taken, or a later one; a record is not changed"})
	}
	if fs.Sort(); fs.Blocked() {
		return c, fs
	}
	return next, fs
}

// apart gives the record copies of what its predecessors point to.
func (c *Recommendation) apart() {
	c.Signals = slices.Clone(c.Signals)
	if c.Basis != nil {
		b := *c.Basis
		b.Inputs, b.Features = slices.Clone(b.Inputs), slices.Clone(b.Features)
		c.Basis = &b
	}
	c.Sample, c.Review, c.Session, c.Response = copied(c.Sample), copied(c.Review), copied(c.Session), copied(c.Response)
}

// copied returns a pointer to a copy; nil for nil.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// differs reports where a request is not about this record.
func (c Recommendation) differs(r *Request) (fs coaching.Findings) {
	want, got := c.Resource(r.Resource.Standing, r.Resource.Control), r.Resource
	same := func(ok bool, attribute string) {
		if !ok {
			fs = append(fs, coaching.Finding{Code: "POL-VALUE", Path: "session", Message: fmt.Sprintf("the request's %s is not that of the record", attribute)})
		}
	}
	same(r.Action == Recommend, "action")
	same(r.Subject.ID == c.Coach && r.Subject.Role == coaching.Coach, "subject")
	same(got.Type == want.Type && got.ID == want.ID && got.Programme == want.Programme && slices.Equal(got.Signals, want.Signals), "resource")
	same(got.Class == want.Class && got.CreatedAt.Equal(want.CreatedAt), "resource.class or created_at")
	same(got.Owner == want.Owner && got.AssignedCoach == want.AssignedCoach, "resource.owner or assigned_coach")
	same(got.Standing == want.Standing, "resource.standing")
	same(got.Automated == want.Automated && got.ModelCard == want.ModelCard && got.Explained == want.Explained, "resource.automated, model_card or explained")
	same(got.Affects == want.Affects, "resource.affects")
	var review ReviewRecord
	if c.Review != nil {
		review = *c.Review
	}
	at := r.Review.At.Equal(review.At)
	review.At = r.Review.At
	same(at && r.Review == review, "review")
	return fs
}
