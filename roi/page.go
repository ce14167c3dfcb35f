package roi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/chart"
	"github.com/coachgov/coaching/internal/markup"
)

// A Page is the statement on one page for finance: the result and how it may be
// read, the way from the whole delta to the net benefit, the four steps with their
// sources and the values at which nothing is gained, and what publication still lacks. Every
// figure of the statement is in [Statement.Text], [Statement.JSON] and the
// spreadsheet of package worksheet.
type Page struct{ page markup.Page }

// Markdown returns the page in GitHub's dialect, without the figure; the same page
// gives the same bytes.
func (p Page) Markdown() []byte { return p.page.Markdown() }

// HTML returns the page as one self-contained file that prints on one sheet: no
// script, no request. The same page gives the same bytes.
func (p Page) HTML() []byte { return p.page.HTML() }

// Page lays the statement out with the dossier beside it. Nothing is kept or
// changed.
func (s *Statement) Page(d Dossier) Page {
	p := markup.Page{Title: "ROI statement: " + s.Facts.Title}
	mode := s.Facts.Rounding
	p.Lead(fmt.Sprintf("Net benefit %s on a cost of %s: ROI %s, benefit-cost ratio %s. %s", s.Net, s.Cost,
		s.ROI.percent(1, mode), s.BCR.RoundMode(2, mode), readings[s.Label]))
	publication := CanPublish(s, d)
	if publication.Allowed() {
		p.Paragraph("It may be published: every check has passed.")
	} else {
		p.Paragraph("It may not be published yet; the last section says why.")
	}
	p.Figure(s.Bridge())

	p.Heading("Four steps")
	be := s.BreakEven()
	zero := map[string]Exact{TheDelta.String(): be.Delta, AttributedShare.String(): be.Attribution, UnitValue.String(): be.UnitValue, TheCost.String(): be.Cost}
	var rows [][]string
	row := func(step, id string) {
		l, ok := s.line(id)
		if !ok {
			return
		}
		at := ""
		if v, ok := zero[id]; ok {
			if at = "never"; v.IsSet() && v.Sign() >= 0 {
				at = v.RoundMode(4, mode).String()
			}
		}
		rows = append(rows, []string{step, l.Label, l.figure() + " " + l.Unit, at, l.basis()})
	}
	row("1", "baseline")
	row("2", "after")
	row("2", "change")
	row("2", "delta")
	row("3", "attribution")
	row("4", "unit_value")
	row("4", "gross")
	row("4", "confidence")
	row("4", "benefit")
	row("4", "realised_benefit")
	row("4", "cost")
	row("4", "payback")
	p.Table("", "llrrl", []string{"step", "what", "figure", "net is zero at", "from"}, rows)
	if i := s.Interval; i != nil {
		p.Paragraph(fmt.Sprintf("At %s, with share, unit value and cost as stated, the net benefit lies between %s and %s, the ROI between %s and %s.",
			i.Level.share(), i.Low, i.High, i.ROILow.percent(1, mode), i.ROIHigh.percent(1, mode)))
	} else {
		p.Paragraph("The delta came without an interval, so nobody can say from this page how sure it is.")
	}

	p.Heading("How it was measured")
	rows = nil
	facts := s.rows()
	if digest, err := s.Digest(); err == nil {
		facts = append(facts, [2]string{"Statement", short12(digest)})
	}
	for i := 0; i < len(facts); i += 2 { // two to a row
		cells := append(facts[i][:], "", "")
		if i+1 < len(facts) {
			cells = append(facts[i][:], facts[i+1][:]...)
		}
		rows = append(rows, cells)
	}
	p.Table("", "llll", []string{"fact", "", "fact", ""}, rows)

	var missed [][]string
	for _, finding := range publication.Findings() {
		if finding.Severity != coaching.Error {
			continue
		}
		if i := slices.IndexFunc(missed, func(row []string) bool { return row[0] == finding.Code }); i >= 0 {
			missed[i][1] += "; " + finding.Message
		} else {
			missed = append(missed, []string{finding.Code, finding.Message})
		}
	}
	slices.SortFunc(missed, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	if len(missed) > 0 {
		p.Heading("What publication lacks")
		var items []string
		for _, row := range missed {
			items = append(items, row[0]+": "+row[1])
		}
		p.List(items...)
	}
	return Page{p}
}

// readings say in a sentence how a label is to be read.
var readings = [...]string{
	Provisional: "Provisional: the KPI is read before its window has passed, or is projected.",
	Indicative:  "Indicative: a leading KPI, a sign that the lagging one may follow.",
	Measured:    "Measured: a lagging KPI read after 3 to 6 months.",
}

// Bridge draws the way from the isolated benefit to the net one, as an accessible
// SVG: the same statement gives the same bytes.
func (s *Statement) Bridge() []byte {
	value := func(id string) float64 {
		l, _ := s.line(id)
		v, _ := l.Value.rat().Float64()
		return v
	}
	minor, _ := s.Facts.Currency.MinorUnits()
	text := func(v Exact) string {
		return string(s.Facts.Currency) + " " + v.Text(minor, s.Facts.Rounding)
	}
	gross, benefit := value("gross"), value("benefit")
	cut, _ := s.line("gross")
	kept, _ := s.line("benefit")
	b := chart.Bridge{
		Title: "From the whole delta to the net benefit",
		Desc: fmt.Sprintf("Isolated benefit %s, of which %s is attributed; cost %s; net benefit %s.",
			s.Gross, s.Benefit, s.Cost, s.Net),
		Steps: []chart.Step{
			{Label: "Isolated benefit, before attribution", Text: s.Gross.String(), Value: gross},
			{Label: "Not attributed to the programme", Text: minus(text(cut.Value.Sub(kept.Value))), Value: gross - benefit, Kind: chart.Subtract},
			{Label: "Attributed benefit", Text: s.Benefit.String(), Value: benefit},
			{Label: "Programme cost", Text: minus(s.Cost.String()), Value: value("cost"), Kind: chart.Subtract},
			{Label: "Net benefit", Text: s.Net.String(), Value: value("net")},
		},
	}
	return b.SVG()
}

// minus puts a sign before an amount, or takes one away.
func minus(amount string) string {
	code, number, _ := strings.Cut(amount, " ")
	if strings.HasPrefix(number, "-") {
		return code + " " + number[1:]
	}
	return code + " -" + number
}
