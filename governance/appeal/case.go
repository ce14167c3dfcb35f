package appeal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/signal"
)

// A Claim says who is misrepresented by what.
type Claim struct {
	ID          string            `json:"id"`     // an identifier
	Signal      string            `json:"signal"` // the definition's ID
	Participant coaching.PersonID `json:"participant"`
	Coach       coaching.PersonID `json:"coach"`   // the participant's coach
	Steward     coaching.PersonID `json:"steward"` // the signal's steward
	Text        string            `json:"text"`    // SHA-256 of the claim as written, in hexadecimal
}

// Limits are the deadlines of a case, in whole days of 24 hours after the claim was received.
// Zero means 3 days until there is a reviewer and 10 until there is a verdict. No
// verdict may take longer than 30 days: article 12(3) of the GDPR gives a month.
type Limits struct {
	Assign int `json:"assign,omitzero"`
	Decide int `json:"decide,omitzero"`
}

const mostDays = 30

func (l Limits) orDefault() Limits {
	if l.Assign == 0 {
		l.Assign = 3
	}
	if l.Decide == 0 {
		l.Decide = 10
	}
	return l
}

// A Step is one move of a case, as it was accepted.
type Step struct {
	State    State             `json:"state"` // after it
	At       time.Time         `json:"at"`
	By       coaching.PersonID `json:"by"` // Received, Withdrawn: the participant; otherwise the reviewer
	Role     coaching.Role     `json:"role"`
	Evidence string            `json:"evidence,omitempty"` // the digest of claim or rationale; "" otherwise
}

// A Case is one appeal. It is a value: a move returns the case after it and
// leaves the one before. The zero Case is no appeal, and takes no move.
type Case struct {
	claim  Claim
	limits Limits
	steps  []Step
}

// Open makes a case of a claim received at a time, or answers the zero Case with
// what is wrong, all of it GOV-010: an identifier or a person is missing, the claim
// has no digest, two of its people are one, or the limits are beyond 1 to 30 days or out of
// order.
func Open(c Claim, at time.Time, l Limits) (Case, coaching.Findings) {
	var r refusal
	r.when(!document.IsIdent(c.ID), "id", "want an identifier")
	r.when(!document.IsIdent(c.Signal), "signal", "want the signal's ID")
	r.when(c.Participant.IsZero(), "participant", "want the participant")
	r.when(c.Coach.IsZero(), "coach", "want the participant's coach, who may not review it")
	r.when(c.Steward.IsZero(), "steward", "want the signal's steward, who may not review it")
	r.when(!c.Participant.IsZero() && (c.Participant == c.Coach || c.Participant == c.Steward), "participant", "the participant is the coach or the steward")
	r.when(!isDigest(c.Text), "text", "want the SHA-256 of the claim, 64 hexadecimal digits")
	r.when(at.IsZero(), "at", "want the time at which it was received")
	l = l.orDefault()
	r.when(l.Assign < 1 || l.Decide < l.Assign || l.Decide > mostDays, "limits", "want 1 to %d days, and the reviewer before the verdict", mostDays)
	if r.findings != nil {
		r.findings.Sort()
		return Case{}, r.findings
	}
	return Case{c, l, []Step{{Received, at.Round(0).UTC(), c.Participant, coaching.Participant, c.Text}}}, nil
}

// A refusal collects why a move must not be.
type refusal struct{ findings coaching.Findings }

func (r *refusal) when(wrong bool, path, format string, args ...any) {
	if wrong {
		r.findings = append(r.findings, coaching.Finding{Code: "GOV-010", Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func isDigest(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// Assign gives an open case to a reviewer, also in the place of another. The
// reviewer is none of the claim's people and has a role that neither coaches,
// stewards nor takes part.
func (c Case) Assign(reviewer coaching.PersonID, role coaching.Role, at time.Time) (Case, coaching.Findings) {
	var r refusal
	c.open(&r, at)
	r.when(reviewer.IsZero(), "by", "want a reviewer")
	r.when(!reviewer.IsZero() && reviewer == c.claim.Participant, "by", "the reviewer is the participant")
	r.when(!reviewer.IsZero() && reviewer == c.claim.Coach, "by", "the reviewer is the participant's coach")
	r.when(!reviewer.IsZero() && reviewer == c.claim.Steward, "by", "the reviewer is the signal's steward")
	r.when(!mayReview(role), "role", "this role does not review appeals; legal and privacy, the privacy officer and HR reviewers do")
	return c.step(r, Step{State: UnderReview, At: at, By: reviewer, Role: role})
}

func mayReview(r coaching.Role) bool {
	return r == coaching.LegalPrivacy || r == coaching.PrivacyOfficer || r == coaching.HRReviewer
}

// Decide ends a case under review with Upheld, Corrected or Rejected. Only its
// reviewer decides, with the SHA-256 of a written rationale. After the deadline
// the decision counts, with a warning.
func (c Case) Decide(by coaching.PersonID, verdict State, rationale string, at time.Time) (Case, coaching.Findings) {
	var r refusal
	c.open(&r, at)
	last := c.last()
	r.when(last.State == Received, "state", "the case has no reviewer yet")
	r.when(by.IsZero() || last.State == UnderReview && by != last.By, "by", "only the reviewer of the case decides")
	r.when(!verdict.verdict(), "verdict", "want upheld, corrected or rejected")
	r.when(!isDigest(rationale), "rationale", "want the SHA-256 of the rationale, 64 hexadecimal digits")
	after, fs := c.step(r, Step{State: verdict, At: at, By: by, Role: last.Role, Evidence: rationale})
	if !fs.Blocked() && at.After(c.DecideBy()) {
		fs = append(fs, coaching.Finding{Code: "GOV-010", Severity: coaching.Warning, Path: "at", Message: fmt.Sprintf("decided after the deadline of %d days", c.limits.Decide)})
	}
	return after, fs
}

// Withdraw takes an open claim back. Only the participant does.
func (c Case) Withdraw(by coaching.PersonID, at time.Time) (Case, coaching.Findings) {
	var r refusal
	c.open(&r, at)
	r.when(by.IsZero() || by != c.claim.Participant, "by", "only the participant takes the claim back")
	return c.step(r, Step{State: Withdrawn, At: at, By: by, Role: coaching.Participant})
}

// open refuses a move of a case that is closed, or from before the last move.
func (c Case) open(r *refusal, at time.Time) {
	switch state := c.State(); {
	case state == NoState:
		r.when(true, "state", "there is no case")
	case !state.IsOpen():
		r.when(true, "state", "the case is closed: %s", state)
	}
	r.when(at.IsZero() || at.Before(c.last().At), "at", "want a time, not before the last move")
}

func (c Case) step(r refusal, s Step) (Case, coaching.Findings) {
	if r.findings != nil {
		r.findings.Sort()
		return c, r.findings
	}
	s.At = s.At.Round(0).UTC()
	c.steps = append(slices.Clone(c.steps), s)
	return c, nil
}

func (c Case) last() Step {
	if len(c.steps) == 0 {
		return Step{}
	}
	return c.steps[len(c.steps)-1]
}

// State returns how far the case has come.
func (c Case) State() State { return c.last().State }

// Claim returns what the case is about.
func (c Case) Claim() Claim { return c.claim }

// Steps returns the moves of the case, in their order.
func (c Case) Steps() []Step { return slices.Clone(c.steps) }

// AssignBy returns the time by which the case needs a reviewer; zero for the zero
// Case.
func (c Case) AssignBy() time.Time { return c.deadline(c.limits.Assign) }

// DecideBy returns the time by which the case needs a verdict; zero for the zero
// Case.
func (c Case) DecideBy() time.Time { return c.deadline(c.limits.Decide) }

func (c Case) deadline(days int) time.Time {
	if len(c.steps) == 0 {
		return time.Time{}
	}
	return c.steps[0].At.Add(time.Duration(days) * 24 * time.Hour)
}

// Overdue returns which deadlines of an open case have passed at a time, both of
// GOV-010: a warning without a reviewer, an error without a verdict.
func (c Case) Overdue(at time.Time) coaching.Findings {
	var fs coaching.Findings
	if c.State().IsOpen() && at.After(c.DecideBy()) {
		fs = append(fs, coaching.Finding{Code: "GOV-010", Path: c.claim.ID, Message: fmt.Sprintf("no verdict after %d days", c.limits.Decide)})
	}
	if c.State() == Received && at.After(c.AssignBy()) {
		fs = append(fs, coaching.Finding{Code: "GOV-010", Severity: coaching.Warning, Path: c.claim.ID, Message: fmt.Sprintf("no reviewer after %d days", c.limits.Assign)})
	}
	fs.Sort()
	return fs
}

// Control is the named human control under which a signal is restricted while an
// appeal is open.
const Control = "nothing of this signal is shown or used about a participant whose appeal is open; the reviewer releases it"

// Standing recommends what may be done with a signal at a time, given its present
// standing and the cases; cases about other signals do not count. It never makes a
// standing looser. An open case makes a cleared signal restricted, under
// [Control]; a case that is open after its deadline, or was upheld, pauses it. Leave
// an upheld case out once the steward has cleared the signal anew. The order of the
// cases changes nothing.
func Standing(id string, present signal.Standing, at time.Time, cases ...Case) signal.Standing {
	for _, c := range cases {
		if c.claim.Signal != id || c.State() == NoState {
			continue
		}
		stop := c.State() == Upheld || c.State().IsOpen() && at.After(c.DecideBy())
		switch {
		case stop && (present == signal.Cleared || present == signal.Restricted):
			present = signal.Paused
		case c.State().IsOpen() && present == signal.Cleared:
			present = signal.Restricted
		}
	}
	return present
}
