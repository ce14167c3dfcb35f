package worksheet

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// confounders writes the log of what else happened.
func (b *book) confounders() {
	d := b.dossier
	s := b.sheet(confounders, "Everything else that happened, dismissed or not.", 24, 22, 14, 14, 16, 34, 26)
	s.head("ID", "Kind", "From", "To", "Disposition", "Decided by", "Overlaps")
	for _, c := range d.Confounders {
		s.texts(c.ID, spaced(c.Kind.String()), day(c.Window.From), day(c.Window.To), spaced(c.Disposition.String()), person(c.By), b.overlaps(c.Window))
	}
	if len(d.Confounders) == 0 {
		s.texts("no entry")
	}
	s.head("Log", "", "On", "", "", "By")
	s.texts("closed", "", day(d.LogClosed), "", "", person(d.LogClosedBy))
}

// overlaps names the windows of the statement that a change falls into. One
// without dates may fall into both.
func (b *book) overlaps(w coaching.Window) string {
	if w.Days() == 0 {
		return "not known"
	}
	var list []string
	if w.Overlaps(b.statement.Facts.Baseline) {
		list = append(list, "baseline")
	}
	if w.Overlaps(b.statement.Facts.Validation) {
		list = append(list, "validation")
	}
	f := b.statement.Facts
	switch between := (coaching.Window{From: f.Baseline.To, To: f.Validation.From}); {
	case len(list) == 0 && w.Overlaps(between):
		return "between the windows"
	case len(list) == 0:
		return "neither window"
	}
	return strings.Join(list, ", ")
}

// signOff writes the signature, the streams and the checks of publication.
func (b *book) signOff() {
	d := b.dossier
	s := b.sheet(signOff, "Who stands behind the figures, and whether they may be published.", 20, 66, 60, 12, 14)
	s.head("Signature", "")
	of := s.texts("Statement digest", b.digest)
	signed := s.texts("Signed digest", stated(d.SignOff.Digest))
	s.add(cell{look: body, text: "They are the same"}, cell{look: truth, kind: aTruth,
		formula: fmt.Sprintf("EXACT(B%d,B%d)", of, signed), truth: b.digest == stated(d.SignOff.Digest)})
	s.texts("Signed by", person(d.SignOff.By))
	s.texts("In the role of", d.SignOff.Role.String())
	s.texts("Signed on", day(d.SignOff.On))
	s.texts("KPI locked on", day(d.KPILocked))
	s.texts("Programme start", day(d.Start))

	s.head("Stream", "ID", "By", "On", "Saw the KPI")
	stream := func(name string, v roi.Stream) {
		s.texts(name, stated(v.ID), person(v.By), day(v.On), spaced(v.Movement.String()))
	}
	stream("Behaviour", d.Behaviour)
	stream("Data", d.Data)
	for _, n := range d.Narratives {
		stream("Narrative", n)
	}
	if len(d.Narratives) == 0 {
		stream("Narrative", roi.Stream{})
	}
	stream("Sponsor", d.Sponsor)

	s.head("Rule", "Check", "Findings", "Passed")
	first := s.rows + 1
	for _, c := range b.publication.Checks {
		var why []string
		for _, f := range c.Findings {
			why = append(why, f.Severity.String()+": "+f.Message)
		}
		s.add(cell{look: body, text: c.Code}, cell{look: body, text: c.Title}, cell{look: body, text: strings.Join(why, "; ")},
			cell{look: truth, kind: aTruth, truth: c.Passed()})
	}
	s.condition = fmt.Sprintf("B%d D%d:D%d", signed+1, first, s.rows)
}

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

func day(d coaching.Date) string {
	if d.IsZero() {
		return "not stated"
	}
	return d.String()
}

func person(p coaching.PersonID) string {
	if p.IsZero() {
		return "nobody"
	}
	return p.String()
}
