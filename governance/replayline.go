package governance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/signal"
)

// A Recorded is one decision of the past: what was asked and what was answered.
// It holds no more about people than the request does.
type Recorded struct {
	Request Request
	Outcome Outcome
	Reasons []RecordedReason // in the order of Decision.Reasons
}

// A RecordedReason is a [Reason] without its message, which the policy and the
// request make again.
type RecordedReason struct {
	Rule   string  `json:"rule" doc:"ident"`
	Effect Outcome `json:"effect"`
	Code   string  `json:"code" doc:"ident"`
}

// Record returns the decision as it is kept for [Replay]. The request's
// slices are shared, not copied.
func (d Decision) Record(r *Request) Recorded {
	rec := Recorded{Request: *r, Outcome: d.Outcome}
	for _, reason := range d.Reasons {
		rec.Reasons = append(rec.Reasons, RecordedReason{reason.Rule, reason.Effect, reason.Code})
	}
	return rec
}

// maxLine is the most bytes of one line of JSON Lines.
const maxLine = 256 << 10

// A LineError reports a line of JSON Lines that holds no record or request. It
// quotes none of the line's texts.
type LineError struct {
	Line     int               // from 1
	Findings coaching.Findings // all that is wrong with it, sorted
}

// Error returns the first finding and the number of the others.
func (e *LineError) Error() string {
	text := fmt.Sprintf("governance: line %d", e.Line)
	if len(e.Findings) > 0 {
		text = "governance: " + e.Findings[0].String()
	}
	if n := len(e.Findings) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// WriteRecorded writes one record as one line of JSON, which [ReadRecorded] reads
// back as the same record. What it would not read, such as a value that is not
// declared or a text with invisible characters, is an error, and nothing is
// written.
func WriteRecorded(w io.Writer, rec Recorded) error {
	line, err := json.Marshal(recordLine{requestLineOf(&rec.Request), rec.Outcome, rec.Reasons})
	if err != nil {
		return fmt.Errorf("governance: writing a record: %w", err)
	}
	var again recordLine
	if fs := decodeLine(1, line, &again); len(fs) > 0 {
		return fmt.Errorf("governance: writing a record: it could not be read again: %s", fs[0].Message)
	}
	if same, err := json.Marshal(again); err != nil || !bytes.Equal(same, line) {
		return errors.New("governance: writing a record: it would be read as another one")
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ReadRecorded reads records in JSON Lines: one object on each line, with the
// request, the outcome and the reasons. Unknown, repeated and differently
// spelled keys, values that are not declared, a line over 256 KiB and whatever
// else the documents of this module may not hold are refused. A line that is
// refused comes as a [*LineError] and reading goes on; another error, of the
// reader or of a line that is too long, comes last. Empty lines are skipped.
func ReadRecorded(r io.Reader) iter.Seq2[Recorded, error] {
	return readLines(r, func(l *recordLine) Recorded {
		return Recorded{Request: l.Request.request(), Outcome: l.Outcome, Reasons: l.Reasons}
	})
}

// ReadRequests reads requests in JSON Lines, one on each line, as [ReadRecorded]
// reads records. What a line leaves out is absent.
func ReadRequests(r io.Reader) iter.Seq2[Request, error] {
	return readLines(r, func(l *requestLine) Request { return l.request() })
}

func readLines[L, T any](r io.Reader, made func(*L) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxLine)
		number := 0
		for s.Scan() {
			number++
			if len(bytes.TrimSpace(s.Bytes())) == 0 {
				continue
			}
			var line L
			var err error
			value := none
			if fs := decodeLine(number, s.Bytes(), &line); len(fs) > 0 {
				err = &LineError{number, fs}
			} else {
				value = made(&line)
			}
			if !yield(value, err) {
				return
			}
		}
		if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(none, fmt.Errorf("governance: line %d has %d bytes or more", number+1, maxLine))
		} else if err != nil {
			yield(none, fmt.Errorf("governance: after line %d: %w", number, err))
		}
	}
}

// decodeLine reads one line; findings have the line's number in the file.
func decodeLine(number int, data []byte, into any) coaching.Findings {
	node, fs := document.ParseJSON("", data)
	if len(fs) == 0 {
		_, fs = document.Decode("", node, into)
	}
	for i := range fs {
		fs[i].Line = number
	}
	return fs
}

// recordLine and the types below are the form of a record in JSON: the fields of
// the types that they stand for, all of which may be left out.
type recordLine struct {
	Request requestLine      `json:"request"`
	Outcome Outcome          `json:"outcome"`
	Reasons []RecordedReason `json:"reasons,omitempty"`
}

type requestLine struct {
	Action    Action         `json:"action,omitzero"`
	Purpose   Purpose        `json:"purpose,omitzero"`
	Subject   subjectLine    `json:"subject,omitzero"`
	Resource  resourceLine   `json:"resource,omitzero"`
	Consents  []consentLine  `json:"consents,omitempty"`
	Approvals []approvalLine `json:"approvals,omitempty"`
	Review    reviewLine     `json:"review,omitzero"`
	Now       time.Time      `json:"now,omitzero"`
	Notice    string         `json:"notice,omitzero" doc:"empty"`
	Ext       []extLine      `json:"ext,omitempty"`
}

type subjectLine struct {
	ID        coaching.PersonID `json:"id,omitzero" doc:"empty"`
	Role      coaching.Role     `json:"role,omitzero"`
	Trained   bool              `json:"trained,omitzero"`
	Programme string            `json:"programme,omitzero" doc:"empty"`
}

type resourceLine struct {
	Type          ResourceType      `json:"type,omitzero"`
	ID            string            `json:"id,omitzero" doc:"empty"`
	Programme     string            `json:"programme,omitzero" doc:"empty"`
	Residency     string            `json:"residency,omitzero" doc:"empty"`
	Signals       []string          `json:"signals,omitempty" doc:"empty"`
	Class         signal.DataClass  `json:"class,omitzero"`
	Owner         coaching.PersonID `json:"owner,omitzero" doc:"empty"`
	AssignedCoach coaching.PersonID `json:"assigned_coach,omitzero" doc:"empty"`
	CreatedAt     time.Time         `json:"created_at,omitzero"`
	GroupSize     int               `json:"group_size,omitzero"`
	Identifiable  Fact              `json:"identifiable,omitzero"`
	LegalHold     Fact              `json:"legal_hold,omitzero"`
	Standing      signal.Standing   `json:"standing,omitzero"`
	Control       bool              `json:"control,omitzero"`
	Automated     Fact              `json:"automated,omitzero"`
	ModelCard     bool              `json:"model_card,omitzero"`
	Explained     bool              `json:"explained,omitzero"`
	Affects       Effects           `json:"affects,omitzero" doc:"empty"`
}

type consentLine struct {
	Participant coaching.PersonID `json:"participant,omitzero" doc:"empty"`
	Signal      string            `json:"signal,omitzero" doc:"empty"`
	Purpose     string            `json:"purpose,omitzero" doc:"empty"`
	Notice      string            `json:"notice,omitzero" doc:"empty"`
	Granted     time.Time         `json:"granted,omitzero"`
	Expires     time.Time         `json:"expires,omitzero"`
	Withdrawn   time.Time         `json:"withdrawn,omitzero"`
}

type approvalLine struct {
	By      coaching.PersonID `json:"by,omitzero" doc:"empty"`
	Role    coaching.Role     `json:"role,omitzero"`
	At      time.Time         `json:"at,omitzero"`
	Expires time.Time         `json:"expires,omitzero"`
	Request string            `json:"request,omitzero" doc:"empty"`
	Refused bool              `json:"refused,omitzero"`
}

type reviewLine struct {
	Reviewer  coaching.PersonID `json:"reviewer,omitzero" doc:"empty"`
	Role      coaching.Role     `json:"role,omitzero"`
	Approved  bool              `json:"approved,omitzero"`
	Rationale string            `json:"rationale,omitzero" doc:"empty,lines"`
	At        time.Time         `json:"at,omitzero"`
	Request   string            `json:"request,omitzero" doc:"empty"`
}

// extLine has no bounds: a request that is denied for a value out of them is kept
// as well.
type extLine struct {
	Name string        `json:"name,omitzero" doc:"empty"`
	Type ExtensionType `json:"type,omitzero"`
	Enum string        `json:"enum,omitzero" doc:"empty"`
	Int  int64         `json:"int,omitzero" doc:"min=-9223372036854775808"`
	Bool bool          `json:"bool,omitzero"`
	Time time.Time     `json:"time,omitzero"`
}

func requestLineOf(r *Request) requestLine {
	l := requestLine{
		Action: r.Action, Purpose: r.Purpose, Subject: subjectLine(r.Subject), Resource: resourceLine(r.Resource),
		Review: reviewLine(r.Review), Now: r.Now, Notice: r.Notice,
	}
	for _, c := range r.Consents {
		l.Consents = append(l.Consents, consentLine(c))
	}
	for _, a := range r.Approvals {
		l.Approvals = append(l.Approvals, approvalLine(a))
	}
	for _, x := range r.Ext {
		l.Ext = append(l.Ext, extLine(x))
	}
	return l
}

func (l *requestLine) request() Request {
	r := Request{
		Action: l.Action, Purpose: l.Purpose, Subject: Subject(l.Subject), Resource: Resource(l.Resource),
		Review: ReviewRecord(l.Review), Now: l.Now, Notice: l.Notice,
	}
	for _, c := range l.Consents {
		r.Consents = append(r.Consents, signal.Consent(c))
	}
	for _, a := range l.Approvals {
		r.Approvals = append(r.Approvals, Approval(a))
	}
	for _, x := range l.Ext {
		r.Ext = append(r.Ext, Extension(x))
	}
	return r
}
