package signal

import "strings"

// Text returns the view as its leader reads it, in plain lines; "" for the zero
// view. The same view gives the same text.
func (v LeaderView) Text() string {
	if !v.ok {
		return ""
	}
	var b strings.Builder
	writef(&b, "What %s holds about you and your team, %s.\n", v.spec.Programme, v.on)
	b.WriteString("These are figures of groups and working hypotheses, not verdicts.\n")
	for n, s := range v.signals {
		s.SignalView.write(&b, n+1)
		for _, p := range s.Trend {
			text := p.Note
			if p.Shown {
				text = figure(p.Value)
			}
			writef(&b, "   %s: %s\n", p.Period.Start, text)
		}
		for _, note := range s.Notes {
			writef(&b, "   Note:       %s\n", note)
		}
		writef(&b, "   Read from:  %s; %s data; standing %s\n", s.Source, s.Class, s.Standing)
		if len(s.NotForCoach) == 0 {
			b.WriteString("   Your coach: may read the level and the change\n")
		} else {
			writef(&b, "   Your coach: does not read it now, because %s\n", strings.Join(s.NotForCoach, "; "))
		}
	}
	writeItems(&b, v.spec.Qualitative)
	if len(v.heldBack) > 0 {
		b.WriteString("\nNot shown\n")
		for _, o := range v.heldBack {
			writef(&b, "   - %s: %s\n", o.Signal, o.Reason)
		}
	}
	b.WriteString("\nWho else reads about you\n")
	for _, r := range v.spec.Readers {
		who := r.Role.String()
		if !r.Person.IsZero() {
			who += " " + r.Person.String()
		}
		writef(&b, "   - %s: %s\n", who, r.Reads)
	}
	if v.spec.DeleteBy.IsZero() {
		b.WriteString("\nThe day by which this is deleted is not stated here; ask for it.\n")
	} else {
		writef(&b, "\nDeleted by %s.\n", v.spec.DeleteBy)
	}
	writef(&b, "If this misrepresents you: %s. Who decides: %s.\n", strings.TrimSuffix(v.spec.Appeals.Text, "."), v.spec.Appeals.Role)
	return b.String()
}
