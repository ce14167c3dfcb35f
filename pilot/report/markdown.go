package report

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/internal/markup"
)

// Markdown returns the same content as HTML in GitHub's dialect, with the
// numbers of the figures as tables. Texts are escaped: none can become markup.
func (d *Dashboard) Markdown() []byte {
	var m markdown
	m.heading(1, or(d.Title, "Pilot dashboard"))
	m.paragraph(joined(" · ", d.Programme, prefixed("as of ", d.AsOf.String()), d.Claim))

	m.heading(2, "Decision: "+or(d.Decision.Outcome, "no decision"))
	m.paragraph(d.Decision.Summary)
	for _, r := range d.Decision.Reasons {
		m.item(r)
	}
	m.blank()
	m.item("Did behaviour change? " + or(d.Decision.Behaviour, "not answered"))
	m.item("Did the KPI move measurably? " + or(d.Decision.Movement, "not answered"))
	m.item("Are the two linked? " + or(d.Decision.Link, "not answered"))
	m.blank()

	m.table("Figure", "Value", "Note")
	m.row(or(d.Delta.Label, "Change of the KPI"), or(d.Delta.Value, "not measured"), d.Delta.Note)
	for _, f := range d.Headlines {
		m.row(f.Label, f.Value, f.Note)
	}
	m.blank()

	m.heading(2, "Did the KPI move?")
	m.paragraph(d.KPI.Summary)
	head := []string{"Period"}
	for _, w := range d.KPI.Waves {
		head = append(head, w.Label)
	}
	m.table(head...)
	for _, r := range d.KPI.rows() {
		m.row(append([]string{r.Name}, r.Values...)...)
	}
	m.blank()

	m.heading(2, "What was it worth?")
	m.paragraph(d.Bridge.Summary)
	m.table("Step", "Amount")
	for _, s := range d.Bridge.Steps {
		m.row(s.Label, s.Text)
	}
	m.blank()

	m.heading(2, "What coaches saw")
	for i, n := range d.Notes {
		text := "Withheld: no consent is recorded."
		if n.Consented {
			text = joined(" ", suffixed(n.Speaker, ":"), n.Text, suffixed(prefixed("(", n.Trace), ")"))
		}
		m.body.WriteString(strconv.Itoa(i+1) + ". " + markup.Escape(text) + "\n")
	}
	if len(d.Notes) == 0 {
		m.paragraph("No note may be printed.")
	}
	m.blank()

	m.heading(2, "Were groups treated alike?")
	m.paragraph(d.Groups.Summary)
	for _, s := range d.Groups.Signals {
		m.heading(3, s.Signal)
		m.paragraph(s.Note)
		m.table("Group", "Count", "Ratio", "Verdict")
		for _, g := range s.Groups {
			m.row(g.Label, g.Counts, g.RatioText(), g.Verdict.String())
		}
		m.blank()
	}

	m.heading(2, "Which conditions were met?")
	m.table("Condition", "State", "Why")
	for _, g := range d.Gates {
		state := "not met"
		if g.Met {
			state = "met"
		}
		m.row(g.Name, state, g.Detail)
	}
	m.blank()

	m.heading(2, "Beside every percentage")
	m.item("Sample size: " + or(d.Method.Sample, "not stated"))
	m.item("Control logic: " + or(d.Method.Control, "not stated"))
	m.item("Confounder checks: " + or(d.Method.Confounders, "not stated"))
	if d.Method.Limits != "" {
		m.item("What this cannot show: " + d.Method.Limits)
	}
	m.blank()

	m.heading(2, "Missing before publication")
	for _, f := range d.missing() {
		m.item(f.Code + " " + f.Severity.String() + ": " + f.Message)
	}
	if len(d.Missing) == 0 {
		m.paragraph("Nothing was reported as missing.")
	}
	m.blank()

	m.heading(2, "Provenance")
	for _, e := range d.Provenance {
		m.item(e.Name + ": " + e.Value)
	}
	return append(bytes.TrimRight(m.body.Bytes(), "\n"), '\n')
}

// A markdown writes blocks; it escapes every text it is given.
type markdown struct{ body bytes.Buffer }

// blank ends a block, once.
func (m *markdown) blank() {
	if !bytes.HasSuffix(m.body.Bytes(), []byte("\n\n")) {
		m.body.WriteByte('\n')
	}
}

func (m *markdown) heading(level int, text string) {
	m.body.WriteString(strings.Repeat("#", level) + " " + markup.Escape(text) + "\n\n")
}

func (m *markdown) paragraph(text string) {
	if !blank(text) {
		m.body.WriteString(markup.Escape(text) + "\n\n")
	}
}

func (m *markdown) item(text string) { m.body.WriteString("- " + markup.Escape(text) + "\n") }

func (m *markdown) table(head ...string) {
	m.row(head...)
	m.body.WriteString("|" + strings.Repeat(" --- |", len(head)) + "\n")
}

func (m *markdown) row(cells ...string) {
	m.body.WriteByte('|')
	for _, c := range cells {
		m.body.WriteString(" " + markup.Escape(c) + " |")
	}
	m.body.WriteByte('\n')
}

func or(text, otherwise string) string {
	if blank(text) {
		return otherwise
	}
	return text
}

func prefixed(prefix, text string) string {
	if blank(text) {
		return ""
	}
	return prefix + text
}

func suffixed(text, suffix string) string {
	if blank(text) {
		return ""
	}
	return text + suffix
}

// joined joins the texts that are not blank.
func joined(sep string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if !blank(t) {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, sep)
}
