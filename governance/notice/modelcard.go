package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/internal/document"
)

// A ModelCard is what a vendor says about a model that recommends. Either a card
// or a feature list suffices; the sections are those of Mitchell and others,
// Model Cards for Model Reporting (FAT* 2019), in their order.
type ModelCard struct {
	Model   string        `json:"model"`   // an identifier
	Version string        `json:"version"` // of the model
	Vendor  string        `json:"vendor"`
	Date    coaching.Date `json:"date"` // of the card

	Details     string             `json:"details,omitempty"`      // who made it, when, what kind of model
	IntendedUse string             `json:"intended_use,omitempty"` // what for, and what not for
	Factors     string             `json:"factors,omitempty"`      // groups and conditions under which it may behave otherwise
	Metrics     string             `json:"metrics,omitempty"`      // how its quality is measured, with thresholds
	Evaluation  string             `json:"evaluation,omitempty"`   // the data that it was evaluated on
	Training    string             `json:"training,omitempty"`     // the data that it was trained on
	Analyses    string             `json:"analyses,omitempty"`     // results by group, and by groups crossed
	Ethics      string             `json:"ethics,omitempty"`       // sensitive data, risks and harms
	Caveats     string             `json:"caveats,omitempty"`      // what it cannot do, and advice
	Features    []Feature          `json:"features,omitempty"`     // the inputs of the model, all of them
	Affects     governance.Effects `json:"affects"`                // which decisions about a career its output could touch; zero says nothing
}

// A Feature is one input of a model.
type Feature struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`           // in plain words
	Proxies string `json:"proxies,omitempty"` // attributes that it may stand in for; "none known" is an answer
}

// Check returns what the card lacks, all of it GOV-020. Errors: it does not say
// which model it is of, in which version, by whom and from when; or it is neither a
// card with all nine sections nor a feature list in which every input has a meaning and says
// what it may stand in for. A section that is missing beside a complete feature list, and a
// card without a feature list, are information; that the card does not say which careers the output
// could touch is a warning, since every policy then treats it as if it could touch all.
// The findings are sorted.
func (c ModelCard) Check() coaching.Findings {
	var fs coaching.Findings
	add := func(severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "GOV-020", Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !document.IsIdent(c.Model) || blank(c.Version) || blank(c.Vendor) || c.Date.IsZero() {
		add(coaching.Error, "", "the card needs the model as an identifier, its version, the vendor and a date")
	}
	var lacking []string
	for _, s := range c.sections() {
		if blank(s.text) {
			lacking = append(lacking, s.name)
		}
	}
	incomplete := 0
	for i, f := range c.Features {
		if blank(f.Name) || blank(f.Meaning) || blank(f.Proxies) {
			incomplete++
			add(coaching.Error, fmt.Sprintf("features[%d]", i), "the feature needs a name, a meaning and what it may stand in for")
		}
	}
	list := len(c.Features) > 0 && incomplete == 0
	for _, name := range lacking {
		severity := coaching.Error
		if list {
			severity = coaching.Info
		}
		add(severity, name, "the card has no section %s", name)
	}
	if len(c.Features) == 0 {
		add(coaching.Info, "features", "the card has no list of features; explanations cannot be checked against it")
	}
	if c.Affects == 0 {
		add(coaching.Warning, "affects", "the card does not say which decisions about a career the output could touch")
	} else if _, err := c.Affects.MarshalText(); err != nil {
		add(coaching.Error, "affects", "want declared effects")
	}
	fs.Sort()
	return fs
}

type section struct{ name, title, text string }

func (c ModelCard) sections() []section {
	return []section{
		{"details", "Model details", c.Details}, {"intended_use", "Intended use", c.IntendedUse}, {"factors", "Factors", c.Factors},
		{"metrics", "Metrics", c.Metrics}, {"evaluation", "Evaluation data", c.Evaluation}, {"training", "Training data", c.Training},
		{"analyses", "Quantitative analyses", c.Analyses}, {"ethics", "Ethical considerations", c.Ethics}, {"caveats", "Caveats and recommendations", c.Caveats},
	}
}

// Digest returns the SHA-256, in hexadecimal, of the card as JSON with its keys
// in the order of the fields. An explanation holds it. "" when a value is not
// declared.
func (c ModelCard) Digest() string {
	data, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Markdown returns the card in GitHub's dialect, HTML as a self-contained page.
// What is missing is said. The same card gives the same bytes.
func (c ModelCard) Markdown() []byte { return c.page().markdown() }

// HTML returns what Markdown returns as one self-contained, accessible page.
func (c ModelCard) HTML() []byte { return c.page().html() }

func (c ModelCard) page() *page {
	p := &page{title: joined(" ", "Model card:", c.Model, c.Version)}
	p.paragraph(fmt.Sprintf("By %s, %s. Its output could touch: %s.", or(c.Vendor, "an unknown vendor"), or(c.Date.String(), "on an unknown day"), or(c.Affects.String(), "not stated, so anything")))
	for _, s := range c.sections() {
		p.heading(s.title)
		p.paragraph(or(s.text, "Not stated."))
	}
	p.heading("Features")
	if len(c.Features) == 0 {
		p.paragraph("Not stated.")
		return p
	}
	var rows [][]string
	for _, f := range c.Features {
		rows = append(rows, []string{f.Name, or(f.Meaning, "not stated"), or(f.Proxies, "not stated")})
	}
	p.table("", []string{"Feature", "Meaning", "May stand in for"}, rows)
	return p
}

func or(text, otherwise string) string {
	if blank(text) {
		return otherwise
	}
	return text
}
