package governance

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
)

// Check returns everything that is wrong with the record, sorted as
// [coaching.Findings.Sort] does: what a step lacks (GOV-020, GOV-022, PIL-088,
// PIL-143), a step without the one before it, and times in the wrong order
// (POL-CLOCK). A step that has not been taken yet is no fault.
func (c Recommendation) Check() coaching.Findings {
	f := recommendationFaults{c: &c}
	f.proposal()
	f.basis()
	f.sample()
	f.review()
	f.session()
	f.response()
	f.fs.Sort()
	return f.fs
}

type recommendationFaults struct {
	c  *Recommendation
	fs coaching.Findings
}

// unless reports a fault where ok is false.
func (f *recommendationFaults) unless(ok bool, code, path, format string, args ...any) {
	if !ok {
		f.fs = append(f.fs, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// idents reports a list that holds something else than identifiers.
func (f *recommendationFaults) idents(path string, list ...string) {
	f.unless(len(list) <= MaxSignals, "POL-LIMIT", path, "%d names, at most %d are allowed", len(list), MaxSignals)
	for _, s := range list {
		if !isIdent(s) {
			f.unless(false, "POL-VALUE", path, "not an identifier, or not stated")
			return
		}
	}
}

// text reports a text that is too long, or is not there and should be.
func (f *recommendationFaults) text(text, code, path string, needed bool, what string) {
	f.unless(len(text) <= MaxRationale, "POL-LIMIT", path, "%d bytes, at most %d are allowed", len(text), MaxRationale)
	f.unless(!needed || rationaleLength(text) > 0, code, path, "%s", what)
}

// after reports a time that is not known or lies before another.
func (f *recommendationFaults) after(at, first time.Time, path string) {
	f.unless(inRange(at), "POL-CLOCK", path, "the time is not known, or outside the years %d to %d", firstYear, lastYear)
	f.unless(!inRange(at) || !at.Before(first), "POL-CLOCK", path, "the time lies before that of a step which it needs")
}

func (f *recommendationFaults) proposal() {
	c := f.c
	f.idents("id", c.ID)
	f.idents("programme", c.Programme)
	f.idents("vendor", c.Vendor, c.Model, c.Version)
	f.idents("signals", c.Signals...)
	f.unless(!c.Leader.IsZero() && !c.Coach.IsZero() && c.Leader != c.Coach, "POL-VALUE", "leader", "want a leader and the leader's coach, two people")
	f.unless(c.Affects.valid(), "POL-VALUE", "affects", "not declared, or none beside another")
	f.after(c.ProposedAt, time.Time{}, "proposed_at")
}

func (f *recommendationFaults) basis() {
	b := f.c.Basis
	if b == nil {
		return
	}
	f.unless(len(b.Inputs) > 0, "PIL-143", "basis.inputs", "the vendor shows no input of the model")
	f.idents("basis.inputs", b.Inputs...)
	f.unless(b.documented(), "GOV-020", "basis.card", "there is neither a model card nor a list of features")
	f.idents("basis.features", b.Features...)
	if b.Card != "" {
		f.idents("basis.card", b.Card)
	}
	f.text(b.Note, "GOV-020", "basis.note", true, "there is no explainability note")
	f.after(b.At, time.Time{}, "basis.at")
}

func (f *recommendationFaults) sample() {
	c, s := f.c, f.c.Sample
	if s == nil {
		return
	}
	f.unless(c.Basis != nil, "PIL-143", "sample", "a sample is validated once the vendor has shown the model's inputs")
	f.unless(s.Vendor == c.Vendor && s.Model == c.Model && s.Version == c.Version, "PIL-143", "sample", "the sample is of another model, or of another version")
	f.unless(s.Size > 0, "PIL-143", "sample.size", "a sample of %d, at least 1 is needed", s.Size)
	f.unless(!s.Steward.IsZero() && s.Steward != c.Coach && s.Steward != c.Leader, "PIL-143", "sample.steward", "want a steward who is neither the coach nor the leader")
	f.text(s.Reason, "PIL-143", "sample.reason", true, "the steward's reason is not recorded")
	f.after(s.At, time.Time{}, "sample.at")
}

func (f *recommendationFaults) review() {
	c, r := f.c, f.c.Review
	if r == nil {
		return
	}
	f.unless(c.validated(), "GOV-022", "review", "a recommendation is reviewed once a sample of its model is validated")
	f.unless(int(r.Role) < len(roleNames) && careerReviewers&(1<<r.Role) != 0, "GOV-022", "review.role", "want a reviewer from HR or legal")
	f.unless(!r.Reviewer.IsZero() && r.Reviewer != c.Coach && r.Reviewer != c.Leader, "GOV-022", "review.reviewer", "want a reviewer who is neither the coach nor the leader")
	f.text(r.Rationale, "", "review.rationale", false, "")
	n := rationaleLength(r.Rationale)
	f.unless(n >= minRationale, "GOV-021", "review.rationale", "a rationale of %d characters, at least %d are needed", n, minRationale)
	f.unless(r.Request != "", "GOV-022", "review.request", "the review does not say which request it is of")
	f.after(r.At, c.shown(), "review.at")
}

// shown returns when everything was there that a reviewer or a coach looks at.
func (c *Recommendation) shown() time.Time {
	at := c.ProposedAt
	if c.Basis != nil && c.Basis.At.After(at) {
		at = c.Basis.At
	}
	if c.Sample != nil && c.Sample.At.After(at) {
		at = c.Sample.At
	}
	return at
}

// validated reports whether a steward has validated a sample.
func (c *Recommendation) validated() bool { return c.Sample != nil && c.Sample.Validated }

func (f *recommendationFaults) session() {
	c, s := f.c, f.c.Session
	if s == nil {
		return
	}
	f.unless(c.Basis != nil, "GOV-020", "session", "nothing comes into a session that the vendor has not explained")
	f.unless(c.validated(), "PIL-143", "session", "nothing comes into a session before a steward has validated a sample")
	f.unless(c.Review != nil || !c.NeedsReview(), "GOV-022", "session", "it could affect a career, and no human has reviewed it")
	f.unless(c.Review == nil || c.Review.Approved, "GOV-023", "session", "the reviewer has said no")
	f.unless(c.Review == nil || c.Review.Request == s.Request, "GOV-022", "session.request", "the review is of another request")
	f.idents("session.session", s.Session)
	f.unless(s.Request != "" && s.PolicyDigest != "", "POL-POLICY", "session.policy_digest", "no policy has permitted it")
	first := c.shown()
	if c.Review != nil && c.Review.At.After(first) {
		first = c.Review.At
	}
	f.after(s.At, first, "session.at")
}

func (f *recommendationFaults) response() {
	c, a := f.c, f.c.Response
	if a == nil {
		return
	}
	f.unless(c.Session != nil, "PIL-088", "response", "it has not come into a session")
	f.unless(a.Response != coaching.NoResponse && a.Response <= coaching.Reweighted, "PIL-088", "response", "what became of it is not recorded; want shown, ignored or reweighted")
	f.text(a.Reason, "PIL-088", "response.reason", a.Response == coaching.Ignored || a.Response == coaching.Reweighted, "setting it aside is right; want the reason")
	if c.Session != nil {
		f.after(a.At, c.Session.At, "response.at")
	}
}
