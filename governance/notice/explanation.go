package notice

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// An Explanation is the note that goes with one automated recommendation: what it
// suggests and why, in words that its reader can question. Its parts are the
// "role of the AI system" and the "main elements" of article 86 of the EU
// Artificial Intelligence Act (Regulation 2024/1689).
type Explanation struct {
	Recommendation string             `json:"recommendation"` // its identifier
	Card           string             `json:"card"`           // the Digest of the model's card
	Suggests       string             `json:"suggests"`       // one sentence
	Because        []Cause            `json:"because"`        // the weightiest first
	Uncertainty    string             `json:"uncertainty"`    // how sure the model is, and how often it is wrong
	Unseen         string             `json:"unseen"`         // what the model did not see
	Affects        governance.Effects `json:"affects"`
}

// A Cause is one feature that moved a recommendation.
type Cause struct {
	Feature string `json:"feature"` // its name in the card
	Says    string `json:"says"`    // what was seen, and in which direction it moved the suggestion
}

// maxCauses is how many causes a reader weighs.
const maxCauses = 5

// Check returns what the note lacks beside the card of its model, all of it
// GOV-020. Errors: a part is missing; the note is of another card, or of one that
// Check refuses; a cause is no feature of the card; the note says that it touches
// what the card says that the model does not. More than five causes are a warning.
// The findings are sorted.
func (e Explanation) Check(card ModelCard) coaching.Findings {
	var fs coaching.Findings
	add := func(severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "GOV-020", Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	for _, part := range []struct{ path, text, what string }{
		{"recommendation", e.Recommendation, "the identifier of the recommendation"},
		{"suggests", e.Suggests, "what is suggested"},
		{"uncertainty", e.Uncertainty, "how sure the model is"},
		{"unseen", e.Unseen, "what the model did not see"},
	} {
		if blank(part.text) {
			add(coaching.Error, part.path, "the note does not say %s", part.what)
		}
	}
	if card.Check().Blocked() {
		add(coaching.Error, "card", "the model's card is incomplete")
	} else if e.Card != card.Digest() {
		add(coaching.Error, "card", "the note is of another card, or of an earlier one")
	}
	if len(e.Because) == 0 {
		add(coaching.Error, "because", "the note gives no cause")
	} else if len(e.Because) > maxCauses {
		add(coaching.Warning, "because", "%d causes, want at most %d", len(e.Because), maxCauses)
	}
	known := map[string]bool{}
	for _, f := range card.Features {
		known[f.Name] = true
	}
	for i, c := range e.Because {
		path := fmt.Sprintf("because[%d]", i)
		switch {
		case blank(c.Feature) || blank(c.Says):
			add(coaching.Error, path, "the cause needs a feature and what it says")
		case len(card.Features) > 0 && !known[c.Feature]:
			add(coaching.Error, path, "the cause is no feature of the card")
		}
	}
	if e.Affects == 0 {
		add(coaching.Warning, "affects", "the note does not say which decisions about a career the recommendation could touch")
	}
	for _, effect := range []governance.Effect{governance.Compensation, governance.Promotion, governance.RoleAssignment, governance.StretchAssignment, governance.TalentReview} {
		if e.Affects.Has(effect) && card.Affects != 0 && !card.Affects.Has(effect) {
			add(coaching.Error, "affects", "the recommendation could touch %s, which the card says that the model does not", effect)
		}
	}
	fs.Sort()
	return fs
}

// Explains reports whether the note explains the recommendation, that is, whether
// nothing blocks: what [governance.Resource.Explained] asks.
func (e Explanation) Explains(card ModelCard) bool { return !e.Check(card).Blocked() }

// Markdown returns the note in GitHub's dialect. The same note gives the same
// bytes.
func (e Explanation) Markdown() []byte { return e.page().markdown() }

// HTML returns the same as one self-contained, accessible page.
func (e Explanation) HTML() []byte { return e.page().html() }

func (e Explanation) page() *page {
	p := &page{title: "Why this suggestion: " + e.Recommendation}
	p.paragraph("A model made this suggestion. It is a question to think about, and not a verdict. You may set it aside.")
	p.heading("What it suggests")
	p.paragraph(or(e.Suggests, "Not stated."))
	p.heading("Why")
	var causes []string
	for _, c := range e.Because {
		causes = append(causes, joined(": ", c.Feature, c.Says))
	}
	if len(causes) == 0 {
		p.paragraph("Not stated.")
	}
	p.list(causes...)
	p.heading("How sure it is")
	p.paragraph(or(e.Uncertainty, "Not stated."))
	p.heading("What it did not see")
	p.paragraph(or(e.Unseen, "Not stated."))
	p.heading("What it could touch")
	switch {
	case e.Affects == 0:
		p.paragraph("Not stated, so a human reviews it as if it could touch a career.")
	case e.Affects == governance.EffectsOf(governance.NoEffect):
		p.paragraph("No decision about a career.")
	default:
		p.paragraph("Decisions about a career (" + e.Affects.String() + "): a human reviews it first and writes down why.")
	}
	p.foot = append(p.foot, "Card of the model: "+or(e.Card, "not stated")+".")
	return p
}
