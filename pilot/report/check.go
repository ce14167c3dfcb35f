package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// pageWords is how many words fill a page.
const pageWords = 500

// Check returns what keeps the dashboard from being one honest page: the change
// of the KPI and exactly three consented notes that can be traced (PIL-163),
// within the words of a page; sample, control and confounder checks (PIL-167);
// the three answers of a decision (PIL-165); and nothing that points at one
// person (PIL-169). The findings are sorted; none means that the page may go
// out, not that its figures may be published: Missing says that.
func (d *Dashboard) Check() coaching.Findings {
	var fs coaching.Findings
	add := func(code string, severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if blank(d.Delta.Value) || blank(d.Delta.Label) {
		add("PIL-163", coaching.Error, "delta", "the page has no change of the KPI")
	}
	if !d.KPI.any() {
		add("PIL-163", coaching.Error, "kpi", "the page has no values of the KPI over time")
	}
	if n := len(d.Notes); n != mentor.MinAnecdotes {
		add("PIL-163", coaching.Error, "notes", "%d notes of coaches, want exactly %d", n, mentor.MinAnecdotes)
	}
	for i, n := range d.Notes {
		path := fmt.Sprintf("notes[%d]", i)
		switch {
		case !n.Consented:
			add("PIL-163", coaching.Error, path, "no consent to print the note; it is withheld")
		case blank(n.Text):
			add("PIL-163", coaching.Error, path, "the note is empty")
		case blank(n.Trace):
			add("PIL-163", coaching.Error, path, "the note cannot be traced to sessions")
		}
	}
	if words, most := d.Words(), d.maxWords(); words > most {
		add("PIL-163", coaching.Warning, "", "%d words, want at most %d to stay on one page", words, most)
	}
	for _, need := range []struct{ code, path, text, what string }{
		{"PIL-165", "decision.outcome", d.Decision.Outcome, "the outcome of the decision"},
		{"PIL-165", "decision.behaviour", d.Decision.Behaviour, "the answer to whether behaviour changed"},
		{"PIL-165", "decision.movement", d.Decision.Movement, "the answer to whether the KPI moved measurably"},
		{"PIL-165", "decision.link", d.Decision.Link, "the answer to whether the two are linked"},
		{"PIL-167", "method.sample", d.Method.Sample, "the sample size"},
		{"PIL-167", "method.control", d.Method.Control, "the control logic"},
		{"PIL-167", "method.confounders", d.Method.Confounders, "the confounder checks"},
	} {
		if blank(need.text) {
			add(need.code, coaching.Error, need.path, "the page lacks %s", need.what)
		}
	}
	d.texts(func(path, text string, _ bool) {
		if holdsPseudonym(text) {
			add("PIL-169", coaching.Error, path, "the text holds a person's pseudonym; the page is for aggregates only")
		}
	})
	fs.Sort()
	return fs
}

// Words returns the number of words that a reader of the page meets: everything
// but the figures, their tables and the provenance. What Markdown and HTML add
// of their own (headings, labels) is left out.
func (d *Dashboard) Words() int {
	n := 0
	d.texts(func(_, text string, counts bool) {
		if counts {
			n += len(strings.Fields(text))
		}
	})
	return n
}

func (d *Dashboard) maxWords() int {
	if d.MaxWords > 0 {
		return d.MaxWords
	}
	return pageWords
}

// texts passes every text of the page to visit, in the order of the fields, with
// its path and whether its words count.
func (d *Dashboard) texts(visit func(path, text string, counts bool)) {
	list := func(counts bool, path string, texts ...string) {
		for _, t := range texts {
			visit(path, t, counts)
		}
	}
	list(true, "title", d.Title)
	list(true, "programme", d.Programme)
	list(true, "claim", d.Claim)
	list(true, "decision", d.Decision.Outcome, d.Decision.Summary, d.Decision.Behaviour, d.Decision.Movement, d.Decision.Link)
	for i, r := range d.Decision.Reasons {
		list(true, fmt.Sprintf("decision.reasons[%d]", i), r)
	}
	list(true, "delta", d.Delta.Label, d.Delta.Value, d.Delta.Note)
	for i, f := range d.Headlines {
		list(true, fmt.Sprintf("headlines[%d]", i), f.Label, f.Value, f.Note)
	}
	list(false, "kpi", d.KPI.Title, d.KPI.Unit, d.KPI.Summary)
	list(false, "kpi.periods", d.KPI.Periods...)
	for i, w := range d.KPI.Waves {
		list(false, fmt.Sprintf("kpi.waves[%d]", i), w.Label, w.Exposure)
	}
	list(false, "groups", d.Groups.Title, d.Groups.Axis, d.Groups.Summary)
	for i, s := range d.Groups.Signals {
		path := fmt.Sprintf("groups.signals[%d]", i)
		list(false, path, s.Signal, s.Note)
		for _, g := range s.Groups {
			list(false, path, g.Label, g.Counts)
		}
	}
	list(false, "bridge", d.Bridge.Title, d.Bridge.Summary)
	for i, s := range d.Bridge.Steps {
		list(false, fmt.Sprintf("bridge.steps[%d]", i), s.Label, s.Text)
	}
	for i, n := range d.Notes {
		if n.Consented {
			list(true, fmt.Sprintf("notes[%d]", i), n.Speaker, n.Text)
			list(false, fmt.Sprintf("notes[%d]", i), n.Trace)
		}
	}
	for i, g := range d.Gates {
		list(true, fmt.Sprintf("gates[%d]", i), g.Name, g.Detail)
	}
	list(true, "method", d.Method.Sample, d.Method.Control, d.Method.Confounders, d.Method.Limits)
	for i, f := range d.Missing {
		list(true, fmt.Sprintf("missing[%d]", i), f.Message)
	}
	for i, e := range d.Provenance {
		list(false, fmt.Sprintf("provenance[%d]", i), e.Name, e.Value)
	}
}

func (t Trend) any() bool {
	for _, w := range t.Waves {
		for _, v := range w.Values[:min(len(w.Values), len(t.Periods))] {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				return true
			}
		}
	}
	return false
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// holdsPseudonym reports whether any part of the text is the text form of a
// PersonID.
func holdsPseudonym(text string) bool {
	const length = len("p1_") + 26
	for {
		i := strings.Index(text, "p1_")
		if i < 0 || len(text) < i+length {
			return false
		}
		if _, err := coaching.ParsePersonID(text[i : i+length]); err == nil {
			return true
		}
		text = text[i+1:]
	}
}
