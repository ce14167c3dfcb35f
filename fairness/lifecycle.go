package fairness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/signal"
)

// A Phase is where a signal is in its life. The zero Phase is Proposed.
type Phase uint8

const (
	Proposed     Phase = iota // nothing was checked
	Validating                // policy, window and seed are frozen; data are collected
	Active                    // passed; usable
	UnderControl              // usable while the recorded human control holds
	OnHold                    // paused
	Remediating               // paused, and somebody mends it
	Revalidating              // paused, and data from after the remedy are collected
	Withdrawn                 // retired for good
)

var phaseNames = [...]string{"proposed", "validating", "active", "under_control", "on_hold", "remediating", "revalidating", "withdrawn"}

// String returns the phase's name in files, such as "on_hold".
func (p Phase) String() string { return enum.Name(phaseNames[:], p, "Phase") }

// MarshalText returns the same word as String.
func (p Phase) MarshalText() ([]byte, error) {
	return enum.Marshal(phaseNames[:], p, "fairness: phase")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (p *Phase) UnmarshalText(text []byte) error {
	return enum.Unmarshal(phaseNames[:], p, "fairness: phase", text)
}

// A Move is a step in the life of a signal. The zero Move is none and refused.
type Move uint8

const (
	NoMove      Move = iota
	Open             // start the first validation: policy, window and seed are frozen
	Conclude         // end a validation with its report
	Hold             // pause, at any time
	Restrict         // let a paused signal be used under a human control, or renew one
	Remediate        // start to mend a paused signal
	Revalidate       // start a new validation after the remedy
	Retire           // withdraw for good
	controlGone      // the control ran out; recorded by the lifecycle itself
)

var moveNames = [...]string{"none", "open", "conclude", "hold", "restrict", "remediate", "revalidate", "retire", "control_expired"}

// String returns the move's name in files, such as "conclude".
func (m Move) String() string { return enum.Name(moveNames[:], m, "Move") }

// MarshalText returns the same word as String.
func (m Move) MarshalText() ([]byte, error) { return enum.Marshal(moveNames[:], m, "fairness: move") }

// UnmarshalText accepts exactly the words that MarshalText writes.
func (m *Move) UnmarshalText(text []byte) error {
	return enum.Unmarshal(moveNames[:], m, "fairness: move", text)
}

// An Event asks for a move.
type Event struct {
	Move   Move
	On     coaching.Date
	Actor  coaching.PersonID
	Second coaching.PersonID // a second person, where a paused signal becomes usable again
	Reason string            // for every move

	Policy Policy          // Open and Revalidate: the thresholds from now on
	Window coaching.Window // Open and Revalidate: the days whose data will count
	Seed   string          // Open and Revalidate: of the review sample, before data are seen
	// Plan may come with Open and Revalidate. Then only a report that it made
	// concludes the validation, and an early pause is one of its looks.
	Plan    *Validation
	Report  *Report  // Conclude
	Control *Control // Restrict, and Conclude with insufficient evidence
}

// A Record is one move as it happened. Records are chained: each holds the
// digest of the one before.
type Record struct {
	Signal      string            `json:"signal"`
	Move        Move              `json:"move"`
	From        Phase             `json:"from"`
	To          Phase             `json:"to"`
	On          coaching.Date     `json:"on"`
	Actor       coaching.PersonID `json:"actor"`
	Second      coaching.PersonID `json:"second"`
	Reason      string            `json:"reason"`
	Window      coaching.Window   `json:"window"`
	Seed        Digest            `json:"seed"`          // SHA-256 of the seed: a commitment
	Plan        Digest            `json:"plan,omitzero"` // the hash of the Validation, where there is one
	PolicyHash  Digest            `json:"policy_hash"`
	Fingerprint Digest            `json:"fingerprint"` // of the table that was judged
	Verdict     Verdict           `json:"verdict"`     // of a Conclude
	Control     *Control          `json:"control,omitempty"`
	Previous    Digest            `json:"previous"`
}

// Digest returns the SHA-256 of the record's JSON, the link of the chain.
func (r Record) Digest() Digest {
	b, err := json.Marshal(r)
	if err != nil {
		return Digest{}
	}
	return sha(b)
}

// A Lifecycle is the life of one signal, as the list of its moves. It is a
// value: Next returns a new one and leaves the old as it was. The zero Lifecycle
// accepts nothing; make one with NewLifecycle.
type Lifecycle struct {
	signal   string
	phase    Phase
	base     Phase // what a validation of a signal in use opened from
	policy   Policy
	window   coaching.Window
	plan     Digest        // of the validation that is open, zero for none
	remedied coaching.Date // the day on which mending began, zero when it did not
	failed   []coaching.Window
	control  *Control
	records  []Record
}

// NewLifecycle returns the life of a signal that was just proposed.
func NewLifecycle(signalID string) (Lifecycle, error) {
	if !isIdent(signalID) {
		return Lifecycle{}, fmt.Errorf("fairness: signal of %d bytes, want an identifier of at most 64 bytes", len(signalID))
	}
	return Lifecycle{signal: signalID}, nil
}

// Signal returns the signal's ID.
func (l Lifecycle) Signal() string { return l.signal }

// Phase returns where the signal is, as of the last move.
func (l Lifecycle) Phase() Phase { return l.phase }

// Records returns the moves so far, oldest first, in a slice of its own.
func (l Lifecycle) Records() []Record { return slices.Clone(l.records) }

// Control returns the human control in place, and false when there is none.
func (l Lifecycle) Control() (Control, bool) {
	if l.control == nil {
		return Control{}, false
	}
	return *l.control, true
}

// Standing returns what may be done with the signal on a day, for a steward to
// record. A control that ran out pauses the signal on its own.
func (l Lifecycle) Standing(on coaching.Date) signal.Standing {
	phase := l.phase
	if phase == Validating {
		phase = l.base // a signal in use stays so while it is validated again
	}
	switch phase {
	case Active:
		return signal.Cleared
	case UnderControl:
		if l.control != nil && l.control.HoldsOn(on) {
			return signal.Restricted
		}
		return signal.Paused
	case OnHold, Remediating, Revalidating:
		return signal.Paused
	case Withdrawn:
		return signal.Retired
	}
	return signal.Candidate
}

// A MoveError reports a move that is not allowed, with every reason.
type MoveError struct {
	Signal  string
	Phase   Phase
	Move    Move
	Reasons []string
}

// Error returns the reasons on one line.
func (e *MoveError) Error() string {
	return fmt.Sprintf("fairness: signal %s is %v and cannot %v: %s", e.Signal, e.Phase, e.Move, strings.Join(e.Reasons, "; "))
}

// Next returns the life after the event, or a *[MoveError] with every reason why
// not.
//
//	proposed      open -> validating
//	validating    conclude -> active, under control, on hold
//	active        hold -> on hold; open -> validating, in use meanwhile
//	under control hold -> on hold; open -> validating, in use meanwhile; restrict renews
//	on hold       remediate -> remediating; restrict -> under control
//	remediating   remediate again; revalidate -> revalidating; restrict -> under control
//	revalidating  conclude -> active, under control, on hold; hold -> on hold
//
// Any phase but withdrawn may retire, and nothing follows. A paused signal is
// never active again without data from after a remedy, judged by a policy that is
// no looser; it becomes usable only with two people's names. One that came under
// a control after a pause is not validated from there: it is paused and mended. A
// control that has run out by the day of the event is recorded as a pause first.
// Policy, window and seed are fixed before the first day of the window, which is
// at least 30 days long for a candidate.
func (l Lifecycle) Next(e Event) (Lifecycle, error) {
	next := l
	next.records = slices.Clone(l.records)
	if next.phase != Withdrawn && next.control != nil && !e.On.IsZero() && e.On.After(next.control.Expires) {
		r := Record{Move: controlGone, To: OnHold, On: e.On, Reason: "the control expired on " + next.control.Expires.String(), Control: next.control}
		next.fail()
		next.push(r)
	}
	var reasons []string
	no := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	if l.signal == "" {
		no("the zero Lifecycle accepts nothing; want one from NewLifecycle")
	}
	if e.On.IsZero() || e.Actor.IsZero() || strings.TrimSpace(e.Reason) == "" || len(e.Reason) > 4096 {
		no("want a day, a person and a reason of at most 4096 bytes")
	}
	if n := len(next.records); n > 0 && e.On.Before(next.records[n-1].On) {
		no("the day %v is before that of the last move, %v", e.On, next.records[n-1].On)
	}
	r := Record{Move: e.Move, On: e.On, Actor: e.Actor, Second: e.Second, Reason: e.Reason}
	var problem error
	switch e.Move {
	case Open:
		r.To, problem = Validating, next.open(e, &r)
	case Conclude:
		r.To, problem = next.conclude(e, &r)
	case Hold:
		r.To = OnHold
		if !slices.Contains([]Phase{Validating, Active, UnderControl, Revalidating}, next.phase) {
			no("there is nothing to pause")
		}
		next.fail()
	case Restrict:
		r.To, problem = UnderControl, next.restrict(e, &r)
	case Remediate:
		r.To = Remediating
		if next.phase != OnHold && next.phase != Remediating {
			no("only a paused signal is mended")
		}
		next.remedied = e.On
	case Revalidate:
		r.To, problem = Revalidating, next.revalidate(e, &r)
	case Retire:
		r.To = Withdrawn
		if next.phase == Withdrawn {
			no("it is withdrawn already")
		}
		next.control = nil
	default:
		no("the move is not declared")
	}
	if problem != nil {
		no("%s", strings.ReplaceAll(problem.Error(), "\n", "; "))
	}
	if len(reasons) > 0 {
		return l, &MoveError{Signal: l.signal, Phase: l.phase, Move: e.Move, Reasons: reasons}
	}
	next.push(r)
	return next, nil
}

// push completes a record and takes its step.
func (l *Lifecycle) push(r Record) {
	r.Signal, r.From, r.PolicyHash = l.signal, l.phase, l.hash()
	if n := len(l.records); n > 0 {
		r.Previous = l.records[n-1].Digest()
	}
	l.records = append(l.records, r)
	l.phase = r.To
}

// unmended reports whether the signal was paused and no validation has been
// concluded since: a control lets it be used, and makes it no better.
func (l *Lifecycle) unmended() bool {
	paused := false
	for _, r := range l.records {
		if r.To == OnHold {
			paused = true
		} else if r.Move == Conclude {
			paused = false
		}
	}
	return paused
}

// fail remembers the window that a paused signal was judged on.
func (l *Lifecycle) fail() {
	l.failed = append(slices.Clone(l.failed), l.window)
	l.control, l.remedied = nil, coaching.Date{}
}

func (l *Lifecycle) open(e Event, r *Record) error {
	if !slices.Contains([]Phase{Proposed, Active, UnderControl}, l.phase) {
		return errors.New("a validation opens on a signal that is proposed or in use; a paused one is mended first")
	}
	l.base = l.phase
	if l.unmended() {
		return errors.New("it was paused and is under a control since, not mended; pause it and mend it first")
	}
	if l.phase != Proposed {
		if !l.remedied.IsZero() && !e.Window.From.After(l.remedied) {
			return fmt.Errorf("the window begins on %v, want only data from after the remedy of %v", e.Window.From, l.remedied)
		}
		if slices.ContainsFunc(l.failed, e.Window.Overlaps) {
			return errors.New("the window overlaps one that failed")
		}
		if loose := l.policy.Loosens(e.Policy); len(loose) > 0 {
			return fmt.Errorf("the policy loosens %s while the signal is in use", strings.Join(loose, ", "))
		}
	}
	return l.freeze(e, r)
}

// freeze fixes policy, window and seed of a validation.
func (l *Lifecycle) freeze(e Event, r *Record) error {
	var problems []error
	if err := e.Policy.Validate(); err != nil {
		problems = append(problems, err)
	}
	if e.Window.Days() == 0 {
		problems = append(problems, errors.New("the window holds no day"))
	} else if !e.Window.From.After(e.On) {
		problems = append(problems, fmt.Errorf("the window begins on %v, want a day after %v: policy and seed are fixed before data are seen", e.Window.From, e.On))
	}
	if l.phase == Proposed && e.Window.Days() < MinValidationDays {
		problems = append(problems, fmt.Errorf("SIG-029: a window of %d days, want at least %d to validate a candidate", e.Window.Days(), MinValidationDays))
	}
	l.plan = Digest{}
	if e.Plan != nil {
		problems = append(problems, e.Plan.fits(e.Policy))
		if e.Plan.Window != e.Window {
			problems = append(problems, fmt.Errorf("the plan is of %v, the event of %v", e.Plan.Window, e.Window))
		}
		l.plan = e.Plan.Hash()
	}
	if e.Seed == "" {
		problems = append(problems, errors.New("no seed for the review sample"))
	}
	l.policy, l.window = e.Policy, e.Window
	r.Window, r.Seed, r.Plan = e.Window, sha([]byte(e.Seed)), l.plan
	return errors.Join(problems...)
}

func (l *Lifecycle) conclude(e Event, r *Record) (Phase, error) {
	if l.phase != Validating && l.phase != Revalidating {
		return l.phase, errors.New("no validation is open")
	}
	var problems []error
	no := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	report := e.Report
	switch {
	case !report.sealed():
		return l.phase, errors.New("want the report as Check or Assess made it")
	case report.Signal != l.signal:
		no("the report is of another signal")
	case report.PolicyHash != l.policy.Hash():
		no("the report used another policy than the one frozen")
	}
	var plan Digest
	if report.Validation != nil {
		plan = report.Validation.Plan
	}
	if plan != l.plan {
		no("want a report of the validation that was planned, and of none other")
	}
	if early := report.Verdict == Pause && l.window.Contains(report.Window.From) && l.window.Contains(report.Window.To); report.Window != l.window && !early {
		no("the report covers %v, and %v was frozen", report.Window, l.window)
	}
	if report.Window.To.After(e.On) {
		no("the report covers days up to %v, which %v has not seen", report.Window.To, e.On)
	}
	r.Window, r.Fingerprint, r.Verdict = report.Window, report.Fingerprint, report.Verdict
	if report.Verdict == Pause { // at any time, by anybody
		l.fail()
		return OnHold, errors.Join(problems...)
	}
	if !e.On.After(l.window.To) {
		no("only a pause may come before the window ends on %v", l.window.To)
	}
	if l.phase == Revalidating {
		problems = append(problems, twoPeople(e))
	}
	switch report.Standing {
	case signal.Cleared:
		l.control = nil
		return Active, errors.Join(problems...)
	case signal.Restricted:
		problems = append(problems, l.take(e, r))
		return UnderControl, errors.Join(problems...)
	case signal.Paused: // insufficient, and the policy wants a pause
		l.fail()
		return OnHold, errors.Join(problems...)
	}
	no("not all three steps were carried out, or the validation has not ended")
	return l.phase, errors.Join(problems...)
}

func (l *Lifecycle) restrict(e Event, r *Record) error {
	if !slices.Contains([]Phase{OnHold, Remediating, UnderControl}, l.phase) {
		return errors.New("a control is for a paused signal, or renews one in place")
	}
	return errors.Join(twoPeople(e), l.take(e, r))
}

// take puts the event's control in place.
func (l *Lifecycle) take(e Event, r *Record) error {
	if e.Control == nil && r.Move == Conclude && l.control != nil && l.control.HoldsOn(e.On) {
		r.Control = l.control // the one in place stays
		return nil
	}
	if e.Control == nil {
		return errors.New("insufficient evidence or a pause: want a human control with owner, approver, evidence and expiry")
	}
	c := *e.Control
	if err := c.Validate(); err != nil {
		return err
	}
	if !c.HoldsOn(e.On) {
		return fmt.Errorf("the control holds from %v to %v, not on %v", c.From, c.Expires, e.On)
	}
	l.control, r.Control = &c, &c
	return nil
}

func twoPeople(e Event) error {
	if e.Second.IsZero() || e.Second == e.Actor {
		return errors.New("a paused signal becomes usable again only with two people's names")
	}
	return nil
}

func (l *Lifecycle) revalidate(e Event, r *Record) error {
	if l.phase != Remediating {
		return errors.New("a signal is validated again only after a remedy")
	}
	var problems []error
	if loose := l.policy.Loosens(e.Policy); len(loose) > 0 {
		problems = append(problems, fmt.Errorf("the policy loosens %s while the signal is paused", strings.Join(loose, ", ")))
	}
	if !e.Window.From.After(l.remedied) {
		problems = append(problems, fmt.Errorf("the window begins on %v, want only data from after the remedy of %v", e.Window.From, l.remedied))
	}
	if slices.ContainsFunc(l.failed, e.Window.Overlaps) {
		problems = append(problems, errors.New("the window overlaps one that failed"))
	}
	return errors.Join(append(problems, l.freeze(e, r))...)
}

// lifecycleVersion opens the stored form of a lifecycle.
const lifecycleVersion = "coaching.fairness.lifecycle/1"

// MaxLifecycleBytes is the longest stored lifecycle that UnmarshalJSON reads.
const MaxLifecycleBytes = 16 << 20

// ErrLifecycle reports bytes that are not a stored lifecycle, or one whose
// records do not form an unbroken chain.
var ErrLifecycle = errors.New("fairness: not a stored lifecycle, or its records are not one unbroken chain")

type storedLifecycle struct {
	Version  string            `json:"version"`
	Signal   string            `json:"signal"`
	Phase    Phase             `json:"phase"`
	Base     Phase             `json:"base"`
	Policy   *Policy           `json:"policy,omitempty"`
	Window   coaching.Window   `json:"window"`
	Remedied coaching.Date     `json:"remedied"`
	Failed   []coaching.Window `json:"failed,omitempty"`
	Control  *Control          `json:"control,omitempty"`
	Records  []Record          `json:"records"`
}

// MarshalJSON returns the stored form, with a version and every record.
func (l Lifecycle) MarshalJSON() ([]byte, error) {
	s := storedLifecycle{lifecycleVersion, l.signal, l.phase, l.base, nil, l.window, l.remedied, l.failed, l.control, l.records}
	if l.policy != (Policy{}) {
		s.Policy = &l.policy
	}
	return json.Marshal(s)
}

// UnmarshalJSON replaces l with the lifecycle that MarshalJSON wrote, after
// checking the chain of its records; anything else is [ErrLifecycle].
func (l *Lifecycle) UnmarshalJSON(data []byte) error {
	if len(data) > MaxLifecycleBytes {
		return fmt.Errorf("%w: %d bytes, want at most %d", ErrLifecycle, len(data), MaxLifecycleBytes)
	}
	var s storedLifecycle
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil || decoder.More() || s.Version != lifecycleVersion || !isIdent(s.Signal) {
		return fmt.Errorf("%w: want version %s", ErrLifecycle, lifecycleVersion)
	}
	read := Lifecycle{s.Signal, s.Phase, s.Base, Policy{}, s.Window, Digest{}, s.Remedied, s.Failed, s.Control, s.Records}
	if s.Policy != nil {
		read.policy = *s.Policy
	}
	var last Record
	if n := len(s.Records); n > 0 {
		last = s.Records[n-1]
	}
	if VerifyRecords(s.Records) >= 0 || last.To != s.Phase ||
		len(s.Records) > 0 && (last.Signal != s.Signal || last.PolicyHash != read.hash()) {
		return ErrLifecycle
	}
	// Only the records are chained, so everything else must follow from them.
	told, ok := replay(s.Signal, s.Records)
	told.policy, read.plan = read.policy, told.plan // the plan is in the records alone
	if !ok {
		return ErrLifecycle
	}
	want, err := json.Marshal(told)
	if err != nil {
		return ErrLifecycle
	}
	if got, err := json.Marshal(read); err != nil || !bytes.Equal(got, want) {
		return ErrLifecycle
	}
	*l = read
	return nil
}

// replay returns the life that the records tell, all but its policy, of which
// they hold the hash; false when a record is no step of the table of [Lifecycle.Next].
func replay(signalID string, records []Record) (Lifecycle, bool) {
	l := Lifecycle{signal: signalID, records: records}
	for _, r := range records {
		if !steps(r.Move, r.From, r.To) {
			return Lifecycle{}, false
		}
		switch r.Move {
		case Open:
			l.base, l.window, l.plan = r.From, r.Window, r.Plan
		case Revalidate:
			l.window, l.plan = r.Window, r.Plan
		case Remediate:
			l.remedied = r.On
		case Retire:
			l.control = nil
		case Restrict, Conclude:
			l.control = r.Control
		}
		if r.To == OnHold {
			l.fail()
		}
		l.phase = r.To
	}
	return l, true
}

// steps reports whether a move may lead from one phase to the other.
func steps(m Move, from, to Phase) bool {
	in := func(phases ...Phase) bool { return slices.Contains(phases, from) }
	switch m {
	case Open:
		return to == Validating && in(Proposed, Active, UnderControl)
	case Conclude:
		return (to == Active || to == UnderControl || to == OnHold) && in(Validating, Revalidating)
	case Hold:
		return to == OnHold && in(Validating, Active, UnderControl, Revalidating)
	case Restrict:
		return to == UnderControl && in(OnHold, Remediating, UnderControl)
	case Remediate:
		return to == Remediating && in(OnHold, Remediating)
	case Revalidate:
		return to == Revalidating && in(Remediating)
	case Retire:
		return to == Withdrawn && from != Withdrawn
	case controlGone:
		return to == OnHold && in(UnderControl, Validating)
	}
	return false
}

// hash is the hash of the policy in force, zero when there is none.
func (l Lifecycle) hash() Digest {
	if l.policy == (Policy{}) {
		return Digest{}
	}
	return l.policy.Hash()
}

// VerifyRecords reports whether the records are one unbroken chain, oldest
// first: each holds the digest of the one before and starts where it ended. It
// returns the index of the first that does not fit, -1 when all do. The chain
// shows tampering only to somebody who kept the last digest.
func VerifyRecords(records []Record) int {
	var previous Digest
	phase := Proposed
	for i, r := range records {
		if r.Previous != previous || r.From != phase || i > 0 && r.Signal != records[0].Signal {
			return i
		}
		previous, phase = r.Digest(), r.To
	}
	return -1
}
