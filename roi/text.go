package roi

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// stepNames are the four steps as headings.
var stepNames = [...]string{1: "Baseline", 2: "Delta", 3: "Attribution", 4: "Money"}

// figure returns the value as it is shown, with an approximation marked: "≈"
// says that the exact value has more places than are printed.
func (l Line) figure() string {
	if l.Value.Cmp(l.Value.RoundMode(l.Places, l.Mode)) != 0 {
		return "≈ " + l.Display
	}
	return l.Display
}

// basis returns the formula of a derived line and the source of an input.
func (l Line) basis() string {
	switch {
	case l.Op != Input:
		return l.Formula()
	case l.Source != "":
		return "input: " + l.Source
	}
	return "input"
}

// rows returns what a statement says besides its lines, as name and value.
func (s *Statement) rows() [][2]string {
	f := s.Facts
	rows := [][2]string{
		{"KPI", fmt.Sprintf("%s (%s, %s is good)", f.KPI, f.Timing, f.Direction)},
		{"Baseline window", window(f.Baseline.String(), f.Baseline.Days())},
		{"Validation window", window(f.Validation.String(), f.Validation.Days())},
		{"Sample", fmt.Sprintf("%d leaders, %d treated, %d control", f.Headcount, f.Treated, f.Control)},
		{"Control logic", strings.ReplaceAll(f.Design.String(), "_", " ")},
	}
	if f.Method != "" {
		rows = append(rows, [2]string{"Method", f.Method})
	}
	if f.PCount != "" {
		rows = append(rows, [2]string{"Exact p", f.PCount + "/" + f.PTotal})
	}
	if f.Band != "" {
		rows = append(rows, [2]string{"Attribution band", fmt.Sprintf("%s, %s to %s", f.Band, f.BandLow, f.BandHigh)})
	}
	if f.Survey != "" {
		rows = append(rows, [2]string{"Survey", f.Survey})
	}
	if o := f.Override; o != nil {
		rows = append(rows, [2]string{"Override", fmt.Sprintf("%s by %s (%s): %s", o.On, o.Approver, o.Role, o.Reason)})
	}
	cash := "cost avoided, not cash"
	if f.Cash {
		cash = "cash"
	}
	rows = append(rows, [2]string{"Benefit counts as", cash})
	if f.NetOfControl {
		rows = append(rows, [2]string{"Note", "the delta is net of a control; attribution discounts it once more, by rule"})
	}
	for _, x := range f.Intangibles {
		rows = append(rows, [2]string{"Not in money", x.String()})
	}
	rows = append(rows,
		[2]string{"Rounding", "once per figure, " + f.Rounding.String()},
		[2]string{"Policy", f.Policy + " " + short12(f.PolicyDigest)},
	)
	return rows
}

func window(text string, days int) string {
	if days == 0 {
		return "not stated"
	}
	return fmt.Sprintf("%s (%d days)", text, days)
}

func short12(digest string) string { return digest[:min(12, len(digest))] }

// Text returns the statement as plain text for a terminal or an e-mail.
func (s *Statement) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ROI statement: %s (%s)\n", s.Facts.Title, s.Label)
	fmt.Fprintf(&b, "%s\n\n", s)
	for _, row := range s.rows() {
		fmt.Fprintf(&b, "%s %s\n", pad(row[0]+":", 19), row[1])
	}
	step := 0
	width := 0
	for _, l := range s.Lines {
		width = max(width, utf8.RuneCountInString(l.ID))
	}
	for _, l := range s.ordered() {
		if l.Step != step {
			step = l.Step
			fmt.Fprintf(&b, "\nStep %d: %s\n", step, stepName(step))
		}
		fmt.Fprintf(&b, "  %s %s %s  [%s]  %s\n", pad(l.ID, width), l.figure(), l.Unit, l.basis(), l.Label)
	}
	if len(s.Findings) > 0 {
		b.WriteString("\nFindings\n")
		for _, f := range s.Findings {
			fmt.Fprintf(&b, "  %s\n", f)
		}
	}
	return b.String()
}

// ordered returns the lines by step, and in the order of computation within
// one.
func (s *Statement) ordered() []Line {
	out := make([]Line, 0, len(s.Lines))
	for step := range stepNames {
		for _, l := range s.Lines {
			if l.Step == step {
				out = append(out, l)
			}
		}
	}
	return out
}

func stepName(step int) string {
	if step > 0 && step < len(stepNames) {
		return stepNames[step]
	}
	return strconv.Itoa(step)
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// Markdown returns the statement as a Markdown document with tables. Text of
// the case is escaped.
func (s *Statement) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# ROI statement: %s (%s)\n\n**%s**\n\n| | |\n|---|---|\n", escape(s.Facts.Title), s.Label, s)
	for _, row := range s.rows() {
		fmt.Fprintf(&b, "| %s | %s |\n", escape(row[0]), escape(row[1]))
	}
	step := 0
	for _, l := range s.ordered() {
		if l.Step != step {
			step = l.Step
			fmt.Fprintf(&b, "\n## Step %d: %s\n\n| line | value | unit | from | what it is |\n|---|---:|---|---|---|\n", step, stepName(step))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", escape(l.ID), escape(l.figure()), escape(l.Unit), escape(l.basis()), escape(l.Label))
	}
	if len(s.Findings) > 0 {
		b.WriteString("\n## Findings\n\n")
		for _, f := range s.Findings {
			fmt.Fprintf(&b, "- **%s** %s: %s\n", f.Code, f.Severity, escape(f.Message))
		}
	}
	return b.String()
}

// escape keeps text from being read as Markdown or HTML.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '<', '>', '|', '#', '!', '~', '&':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
