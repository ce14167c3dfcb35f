package audit

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// Text returns the review as a page for people, in lines that end in a line
// feed. People are pseudonyms.
func (r *MonthlyReview) Text() string {
	if r == nil {
		return "no review\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Review of the log, %s to %s (GOV-019)\n", r.Window.From, r.Window.To)
	fmt.Fprintf(&b, "%d records, compared with %s to %s\n", r.Records, r.Before.From, r.Before.To)
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s: %s\n", f.Code, f.Severity, f.Message)
	}
	fmt.Fprintf(&b, "\nUnusual: %d of %d comparisons, each by chance in at most 1 of %d\n", len(r.Unusual), r.Comparisons, r.OneIn)
	for i, p := range r.Unusual {
		fmt.Fprintf(&b, "%3d. %s; ", i+1, p.who())
		if p.OneIn == 0 {
			b.WriteString("none is expected")
		} else {
			fmt.Fprintf(&b, "expected 0 to %d (%s: %d in %d days), by chance 1 in %d", p.ExpectedMost, p.ComparedWith, p.Compared, p.Days, p.OneIn)
		}
		fmt.Fprintf(&b, "; first is record %d\n", p.First)
	}
	if len(r.TooLittle) > 0 {
		fmt.Fprintf(&b, "\nToo little to say: %d\n", len(r.TooLittle))
		for _, p := range r.TooLittle {
			fmt.Fprintf(&b, "  -  %s; first is record %d\n", p.who(), p.First)
		}
	}
	b.WriteString("\nRecords by kind, and in the days before\n")
	for _, t := range r.Totals {
		fmt.Fprintf(&b, "  %-18s %7d %7d\n", t.Kind, t.Records, t.Before)
	}
	return b.String()
}

// who returns the pattern's name, count and person.
func (p Pattern) who() string {
	text := fmt.Sprintf("%s: %d", strings.ReplaceAll(p.Pattern, "_", " "), p.Count)
	if p.Role != coaching.NoRole {
		text += fmt.Sprintf(" by %s", p.Role)
	}
	if !p.Person.IsZero() {
		text += " " + p.Person.String()
	}
	if p.Signal != "" {
		text += ", signal " + p.Signal
	}
	return text
}
