package worksheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// An assumption is something that a reader has to believe before the figures of
// the lines.
type assumption struct {
	topic, text string
	lines       []string
}

// assumed returns the assumptions of a statement in the order of the four
// steps.
func assumed(s *roi.Statement) []assumption {
	f := s.Facts
	after := []string{"after", "events", "change", "delta", "change_low", "change_high", "delta_low", "delta_high"}
	compared := []string{"change", "control_before", "control_after", "control_delta", "delta"}
	var list []assumption
	add := func(topic, text string, lines ...string) { list = append(list, assumption{topic, text, lines}) }

	add("KPI", fmt.Sprintf("%s, in %s: %s, %s is good", f.KPI, f.Unit, f.Timing, f.Direction), "baseline")
	add("Baseline window", window(f.Baseline), "baseline")
	add("Validation window", window(f.Validation), after...)
	add("Sample", fmt.Sprintf("%d leaders, %d treated, %d control", f.Headcount, f.Treated, f.Control), after...)
	add("Control logic", strings.ReplaceAll(f.Design.String(), "_", " "), compared...)
	if f.Method != "" {
		add("Method", f.Method, compared...)
	}
	if f.PCount != "" {
		add("Exact p", f.PCount+" of "+f.PTotal, compared...)
	}
	if f.Projected {
		add("Projection", "the level after is a run rate that has not been lived through yet", "after", "delta")
	}
	if f.Annualised {
		add("Annualisation", "events in the window go on at the same rate; chance is multiplied with them", "events", "periods", "window", "annual_factor", "after")
	}
	if f.Level != "" {
		add("Interval", "level "+f.Level+"; share, unit value and cost are held fixed", "level", "net_low", "net_high", "roi_low", "roi_high")
	}
	if f.NetOfControl {
		add("Net of control", "the delta is net of a control; attribution discounts it once more, by rule", "delta", "attribution")
	}
	if f.Band != "" {
		add("Attribution band", fmt.Sprintf("%s, %s to %s", f.Band, f.BandLow, f.BandHigh), "attribution", "cap")
	}
	add("Rationale", stated(f.Rationale), "attribution")
	if f.Survey != "" {
		add("Survey", f.Survey, "attribution")
	}
	for _, x := range f.Intangibles {
		add("Not in money", x.String())
	}
	if o := f.Override; o != nil {
		add("Override", fmt.Sprintf("%s by %s (%s): %s", o.On, o.Approver, o.Role, o.Reason), "attribution")
	}
	add("Basis of the unit value", strings.ReplaceAll(f.Basis.String(), "_", " "), "unit_value")
	if slices.ContainsFunc(s.Lines, func(l roi.Line) bool { return l.ID == "confidence" }) {
		add("Confidence", "a further share for the error of the estimate", "confidence", "adjusted_gross", "benefit")
	}
	cash := "a cost avoided, not cash"
	if f.Cash {
		cash = "cash"
	}
	add("Benefit counts as", cash, "gross", "benefit")
	add("Period", fmt.Sprintf("the benefit covers %d months", f.Months), "months", "payback")
	add("Rounding", "once per figure, "+strings.ReplaceAll(f.Rounding.String(), "_", " ")+"; a line that feeds another passes on its exact value")
	add("Policy", f.Policy+", digest "+f.PolicyDigest, "attribution", "cap")
	return list
}

// rests returns the IDs of the assumptions that a line rests on.
func (b *book) rests(line string) string {
	var ids []string
	for i, a := range b.assumed {
		if slices.Contains(a.lines, line) {
			ids = append(ids, assumptionID(i))
		}
	}
	return strings.Join(ids, ", ")
}

func assumptionID(i int) string { return "A" + strconv.Itoa(i+1) }

// assumptions writes the sheet of assumptions and the statement's findings.
func (b *book) assumptions() {
	s := b.sheet(assumptions, "What a reader has to believe, and what the rules found.", 12, 26, 90, 44)
	s.head("ID", "Assumption", "As stated", "Lines")
	for i, a := range b.assumed {
		var lines []string
		for _, l := range b.statement.Lines {
			if slices.Contains(a.lines, l.ID) {
				lines = append(lines, l.ID)
			}
		}
		on := strings.Join(lines, ", ")
		if len(a.lines) == 0 {
			on = "every line"
		}
		s.texts(assumptionID(i), a.topic, a.text, on)
	}
	s.head("Rule", "Severity", "Finding", "Of")
	for _, f := range b.statement.Findings {
		s.texts(f.Code, f.Severity.String(), f.Message, f.Path)
	}
	if len(b.statement.Findings) == 0 {
		s.texts("", "", "no finding")
	}
}

func window(w coaching.Window) string {
	if w.Days() == 0 {
		return "not stated"
	}
	return fmt.Sprintf("%s to %s (%d days)", w.From, w.To, w.Days())
}

// stated returns the text, and says so when there is none.
func stated(text string) string {
	if text == "" {
		return "not stated"
	}
	return text
}
