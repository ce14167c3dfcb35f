package governance

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Limits of what a request may hold. A request over a limit is denied.
const (
	MaxApprovals = 16   // approvals of one request
	MaxConsents  = 256  // consents of one request
	MaxSignals   = 64   // signals behind one resource
	MaxRationale = 4096 // bytes of a review's rationale
)

// A Request asks whether a subject may do an action to a resource, for a
// purpose, at a time. The words are those of AuthZEN. Every field is a plain
// value that the host fills; what it leaves out is unknown, and what is unknown
// never helps the subject.
type Request struct {
	Action   Action   `json:"action"`
	Purpose  Purpose  `json:"purpose"`
	Subject  Subject  `json:"subject"`
	Resource Resource `json:"resource"`
	// Notice is the version of the participant notice that is in force, an
	// identifier; "" where the programme does not number its notices.
	Notice string `json:"notice,omitempty"`
	// Consents holds what the participants have agreed to. Those count whose
	// participant is the resource's owner, whose purpose is one of [Purpose],
	// whose notice is the one in force, and which hold at Now: one for each of
	// the resource's signals, or, where it has none, one that names no signal.
	Consents signal.ConsentList `json:"consents,omitempty"`
	// Approvals holds the approvals given to this very request.
	Approvals []Approval `json:"approvals,omitempty"`
	// Review holds the human review of this very request, if there was one.
	Review ReviewRecord `json:"review,omitzero"`
	// Ext holds the host's own attributes that the policy declares, in any order.
	Ext []Extension `json:"ext,omitempty"`
	// Now is the time of the decision. The library never reads a clock.
	Now time.Time `json:"now"`
}

// A Subject is who asks.
type Subject struct {
	ID      coaching.PersonID `json:"id"`
	Role    coaching.Role     `json:"role"`
	Trained bool              `json:"trained"` // has shown what the role needs, by teach-back
	// Programme is the one in which the subject holds the role, an identifier.
	// Nobody touches what belongs to another programme: who holds roles in two
	// asks in one of them at a time. "" is unknown, and denied.
	Programme string `json:"programme,omitempty"`
}

// A Resource is what the subject wants to act on.
type Resource struct {
	Type      ResourceType `json:"type"`
	ID        string       `json:"id"`                  // an identifier, never a name
	Programme string       `json:"programme,omitempty"` // the one it belongs to, an identifier; "" is unknown, and denied
	// Residency is where the resource is kept, an identifier such as "eu"; "" is
	// unknown. A policy whose region states a residency denies what is kept
	// elsewhere or nobody knows where.
	Residency string   `json:"residency,omitempty"`
	Signals   []string `json:"signals,omitempty"` // the signals behind it, by the definition's ID

	Class         signal.DataClass  `json:"class"`
	Owner         coaching.PersonID `json:"owner,omitzero"`          // the participant whose data it is
	AssignedCoach coaching.PersonID `json:"assigned_coach,omitzero"` // that participant's coach
	// CreatedAt is when the data was recorded: the oldest trace of raw data, the
	// day on which a pack or report was made; of an identity, the data whose
	// pseudonym is asked about. Retention counts from here.
	CreatedAt time.Time `json:"created_at,omitzero"`
	// GroupSize is the number of people behind the smallest figure; 0 is unknown.
	GroupSize int `json:"group_size,omitzero"`

	Identifiable Fact `json:"identifiable,omitzero"` // a person can be named from it
	LegalHold    Fact `json:"legal_hold,omitzero"`   // it must be kept for a legal reason

	Standing signal.Standing `json:"standing"` // the worst standing of its signals
	Control  bool            `json:"control"`  // the named human control of a Restricted signal is in place

	Automated Fact    `json:"automated,omitzero"` // a model made it
	ModelCard bool    `json:"model_card"`         // the model's card or feature list is on file
	Explained bool    `json:"explained"`          // it carries an explainability note
	Affects   Effects `json:"affects,omitzero"`   // which decisions about a career it could touch
}

// An Approval is one person's answer to one request. A yes counts while it is
// valid: given at or before Now, not expired, of a declared role, for the request
// whose [Request.Digest] it holds, by somebody who is neither the subject nor
// the owner of the resource. Two approvals by one person count once. Any no to
// the request, by whomever and whenever, takes every yes away: keep it among the
// approvals.
type Approval struct {
	By      coaching.PersonID `json:"by"`
	Role    coaching.Role     `json:"role"`
	At      time.Time         `json:"at"`
	Expires time.Time         `json:"expires"`          // required: an approval is time-boxed
	Request string            `json:"request"`          // the Digest of the request that was approved
	Refused bool              `json:"refused,omitzero"` // it is a no
}

// A ReviewRecord documents a human review of one request. It counts when the
// reviewer said yes with a rationale, at or before Now, in a declared role, for
// the request whose [Request.Digest] it holds, and is neither the subject, the
// owner of the resource nor the owner's assigned coach, all of whom must be known
// unless the resource is an aggregate.
type ReviewRecord struct {
	Reviewer  coaching.PersonID `json:"reviewer"`
	Role      coaching.Role     `json:"role"`
	Approved  bool              `json:"approved"`
	Rationale string            `json:"rationale"`
	At        time.Time         `json:"at"`
	Request   string            `json:"request"` // the Digest of the request that was reviewed
}

// Digest returns the SHA-256, in hexadecimal digits in lower case, of what is asked: action,
// purpose, subject, resource and extensions, but not consents, approvals, review and time.
// An approval and a review hold it in this very form, so nothing that was asked
// can change after the yes; a request with one that holds no digest is denied. Instants are the same whatever their location. The order of Signals
// counts.
func (r *Request) Digest() string {
	return r.digest().String()
}

func (r *Request) digest() RequestDigest {
	var room [448]byte // on the stack; most requests fit
	b := room[:0]
	text := func(s string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	flag := func(v bool) { b = append(b, byte(number01(v))) }
	person := func(id coaching.PersonID) {
		at := len(b)
		b, _ = id.AppendText(append(b, 0, 0, 0, 0))
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	res := &r.Resource
	text("governance.Request/v1")
	b = append(b, byte(r.Action), byte(r.Purpose), byte(r.Subject.Role))
	person(r.Subject.ID)
	flag(r.Subject.Trained)
	text(r.Subject.Programme)
	b = append(b, byte(res.Type), byte(res.Class), byte(res.Identifiable), byte(res.LegalHold), byte(res.Standing), byte(res.Automated))
	text(res.ID)
	text(res.Programme)
	text(res.Residency)
	b = binary.BigEndian.AppendUint32(b, uint32(len(res.Signals)))
	for _, s := range res.Signals {
		text(s)
	}
	person(res.Owner)
	person(res.AssignedCoach)
	b = binary.BigEndian.AppendUint64(b, uint64(res.CreatedAt.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(res.CreatedAt.Nanosecond()))
	b = binary.BigEndian.AppendUint64(b, uint64(res.GroupSize))
	flag(res.Control)
	flag(res.ModelCard)
	flag(res.Explained)
	b = binary.BigEndian.AppendUint16(b, uint16(res.Affects))
	for _, x := range byName(r.Ext) {
		text(x.Name)
		b = append(b, byte(x.Type))
		text(x.Enum)
		b = binary.BigEndian.AppendUint64(b, uint64(x.Int))
		flag(x.Bool)
		b = binary.BigEndian.AppendUint64(b, uint64(x.Time.Unix()))
		b = binary.BigEndian.AppendUint32(b, uint32(x.Time.Nanosecond()))
	}
	return sha256.Sum256(b)
}
