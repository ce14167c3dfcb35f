package audit

import "github.com/coachgov/coaching/internal/enum"

// A Kind says what an event records, from a closed list. The zero Kind is none
// and is in no event.
type Kind uint8

const (
	NoKind               Kind = iota
	KindDecision              // [Decision]
	KindOutcome               // [Outcome]
	KindExport                // [Export]
	KindIdentityRequest       // [IdentityRequest]
	KindIdentityApproval      // [IdentityApproval]
	KindIdentityReveal        // [IdentityReveal]
	KindPackUse               // [PackUse]
	KindConsent               // [ConsentChange]
	KindRestriction           // [Restriction]
	KindStewardAssigned       // [StewardAssignment]
	KindStewardDecided        // [StewardDecision]
	KindSignal                // [SignalChange]
	KindPolicy                // [PolicySwap]
	KindPurge                 // [Purge]
	KindReview                // [Review]
	KindAppeal                // [Appeal]
	KindPolicyRefused         // [PolicyRefusal]
	KindClock                 // [ClockCorrection]
)

var kindNames = [...]string{
	"none", "decision", "outcome", "export", "identity_request", "identity_approval", "identity_reveal",
	"pack_use", "consent", "restriction", "steward_assigned", "steward_decided", "signal", "policy",
	"purge", "review", "appeal", "policy_refused", "clock",
}

// String returns the kind's name in records, such as "pack_use".
func (k Kind) String() string { return enum.Name(kindNames[:], k, "Kind") }

// A Phase says whether an event announces, ends or simply states something. The
// zero Phase is Fact.
type Phase uint8

const (
	Fact   Phase = iota // it has happened
	Intent              // it is about to happen; an outcome must follow
	Closed              // the outcome of an intent
)

var phaseNames = [...]string{"fact", "intent", "outcome"}

// String returns the phase's name in records: "fact", "intent" or "outcome".
func (p Phase) String() string { return enum.Name(phaseNames[:], p, "Phase") }

// An Answer is what was answered to a request. The zero Answer is Denied.
type Answer uint8

const (
	Denied    Answer = iota // refused
	Referred                // a human must review it first
	Permitted               // allowed
)

var answerNames = [...]string{"deny", "review", "permit"}

// String returns the answer's name in records: "deny", "review" or "permit".
func (a Answer) String() string { return enum.Name(answerNames[:], a, "Answer") }

// A Result is how an announced action ended. The zero Result is Failed.
type Result uint8

const (
	Failed    Result = iota // it was tried and did not succeed
	Abandoned               // it was not tried
	Completed               // it was done
)

var resultNames = [...]string{"failed", "abandoned", "completed"}

// String returns the result's name in records: "failed", "abandoned" or "completed".
func (r Result) String() string { return enum.Name(resultNames[:], r, "Result") }

// A Use is what a coach did with a signal in a session. The zero Use is Used,
// the one that a reviewer looks at.
type Use uint8

const (
	Used       Use = iota // the session worked with the signal
	Ignored               // the coach set it aside
	Reweighted            // the coach gave it more or less weight
)

var useNames = [...]string{"used", "ignored", "reweighted"}

// String returns the use's name in records: "used", "ignored" or "reweighted".
func (u Use) String() string { return enum.Name(useNames[:], u, "Use") }

// A Stage is how far an appeal has come. The zero Stage is Raised.
type Stage uint8

const (
	Raised    Stage = iota // somebody says that a signal misrepresents them
	Upheld                 // the reviewer agrees
	Dismissed              // the reviewer does not
)

var stageNames = [...]string{"raised", "upheld", "dismissed"}

// String returns the stage's name in records: "raised", "upheld" or "dismissed".
func (s Stage) String() string { return enum.Name(stageNames[:], s, "Stage") }

// A Scope is what a human review looked at. The zero Scope is OfLog.
type Scope uint8

const (
	OfLog        Scope = iota // this log, for unusual patterns
	OfCareer                  // a recommendation that may affect a career
	OfFairness                // a signal's fairness
	OfCheckpoint              // the programme, at its mid-point
)

var scopeNames = [...]string{"log", "career", "fairness", "checkpoint"}

// String returns the scope's name in records: "log", "career", "fairness" or
// "checkpoint".
func (s Scope) String() string { return enum.Name(scopeNames[:], s, "Scope") }
