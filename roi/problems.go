package roi

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// A problemList collects what keeps a case from being computed.
type problemList struct{ findings coaching.Findings }

// add appends a blocking finding unless ok.
func (l *problemList) need(ok bool, code, path, format string, args ...any) {
	if !ok {
		l.findings = append(l.findings, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// problems returns what keeps the case from being computed, sorted.
func (c *Case) problems(p Policy) coaching.Findings {
	var l problemList
	c.textProblems(&l)

	l.need(c.Direction == Increase || c.Direction == Decrease, "ROI-007", "direction", "direction of the KPI is not stated; want increase or decrease")
	l.need(c.Timing <= Leading, "ROI-007", "timing", "timing %d is not declared", c.Timing)
	l.need(c.Rounding <= Floor, "ROI-006", "rounding", "rounding mode %d is not declared", c.Rounding)
	l.need(c.Baseline.Value.IsSet(), "ROI-007", "baseline.value", "the baseline is not stated")
	l.need(c.Baseline.KPI != "" && c.Baseline.Unit != "", "ROI-007", "baseline.kpi", "the KPI and its unit need a name")
	l.need(c.Baseline.Headcount >= 0, "ROI-007", "baseline.headcount", "headcount %d is negative", c.Baseline.Headcount)
	c.deltaProblems(&l)

	share := func(e Exact) bool { return e.Sign() >= 0 && e.Cmp(Int(1)) <= 0 }
	a := c.Attribution
	l.need(a.Factor.IsSet(), "ROI-009", "attribution.factor", "the attributed share is not stated")
	l.need(share(a.Factor), "ROI-009", "attribution.factor", "attributed share %s is outside 0 to 1", a.Factor.Round(4))
	l.need(share(c.Confidence), "ROI-009", "confidence", "confidence %s is outside 0 to 1", c.Confidence.Round(4))
	l.need(p.Most.IsSet() && share(p.Most), "ROI-009", "policy", "the policy's largest share is not stated, or outside 0 to 1")
	l.need(len(p.Bands) > 0, "ROI-009", "policy", "the policy has no bands")
	names := []string{p.Name}
	for _, b := range p.Bands {
		names = append(names, b.Name, b.Code)
	}
	for _, name := range names {
		l.need(len(name) <= maxText && plain(name), "ROI-006", "policy", "a name or code of the policy is longer than %d bytes, or not one plain line", maxText)
	}
	for _, b := range p.Bands {
		l.need(b.Low.Cmp(b.High) <= 0 && share(b.Low) && share(b.High), "ROI-009", "policy", "a band of the policy is not a range within 0 to 1")
	}

	v := c.Conversion.UnitValue
	_, err := v.Currency.MinorUnits()
	l.need(err == nil, "ROI-012", "conversion.unit_value", "the currency is not a current ISO 4217 code")
	value, err := v.Exact()
	l.need(err == nil, "ROI-012", "conversion.unit_value", "the unit value is out of range")
	l.need(value.Sign() >= 0, "ROI-012", "conversion.unit_value", "the unit value is negative; the direction of the KPI says which way is good")
	// An amount cannot say whether it was forgotten, and a KPI without a value
	// has no return to compute.
	l.need(err != nil || value.Sign() != 0, "ROI-012", "conversion.unit_value", "the unit value is not stated, or zero")
	l.need(c.Conversion.Months >= 0 && c.Conversion.Months <= 120, "ROI-012", "conversion.months", "%d months, want 1 to 120", c.Conversion.Months)
	c.costProblems(&l, v)
	c.intangibleProblems(&l)

	l.findings.Sort()
	return l.findings
}

func (c *Case) deltaProblems(l *problemList) {
	d := c.Delta
	given := 0
	for _, ok := range []bool{d.After.IsSet(), d.Annualised != nil, d.Change.IsSet()} {
		if ok {
			given++
		}
	}
	l.need(given == 1, "ROI-008", "delta", "%d of after, annualised and change are given; want exactly one", given)
	if a := d.Annualised; a != nil {
		l.need(a.Events.IsSet() && a.Events.Sign() >= 0, "ROI-008", "delta.annualised.events", "events are not stated or negative")
		l.need(a.Window.Sign() > 0 && a.Periods.Sign() > 0, "ROI-008", "delta.annualised", "the window and the baseline's period need positive lengths")
	}
	l.need(d.ControlBefore.IsSet() == d.ControlAfter.IsSet(), "ROI-008", "delta.control_before", "the control needs its level before and after")
	l.need(!d.ControlBefore.IsSet() || !d.Change.IsSet(), "ROI-008", "delta.control_before", "an estimated change has its control inside; want no second one")
	bounds := d.Low.IsSet() && d.High.IsSet() && d.Level.IsSet()
	l.need(bounds || !d.Low.IsSet() && !d.High.IsSet() && !d.Level.IsSet(), "ROI-008", "delta.low", "an interval needs both ends and its level")
	if bounds {
		l.need(d.Change.IsSet(), "ROI-008", "delta.low", "an interval goes with an estimated change")
		l.need(d.Low.Cmp(d.High) <= 0, "ROI-008", "delta.low", "the interval ends before it begins")
		l.need(!d.Change.IsSet() || d.Low.Cmp(d.High) > 0 || d.Low.Cmp(d.Change) <= 0 && d.Change.Cmp(d.High) <= 0, "ROI-008", "delta.change", "the change lies outside its own interval")
		l.need(d.Level.Sign() > 0 && d.Level.Cmp(Int(1)) < 0, "ROI-008", "delta.level", "level %s is outside 0 to 1", d.Level.Round(4))
	}
	l.need(d.Design <= StaggeredCohort, "ROI-014", "delta.design", "design %d is not declared", d.Design)
	l.need(d.Treated >= 0 && d.Control >= 0, "ROI-014", "delta.treated", "%d treated and %d control; want none negative", d.Treated, d.Control)
	l.need((d.PCount == nil) == (d.PTotal == nil), "ROI-008", "delta.p_count", "a p-value needs a count and a total")
	if d.PCount != nil && d.PTotal != nil {
		l.need(d.PCount.Sign() > 0 && d.PTotal.Cmp(d.PCount) >= 0, "ROI-008", "delta.p_count", "a p-value's count lies between 1 and its total")
		l.need(d.PTotal.BitLen() <= maxBits, "ROI-008", "delta.p_total", "a total of %d bits, want at most %d: reduce the fraction", d.PTotal.BitLen(), maxBits)
	}
}

func (c *Case) costProblems(l *problemList, v Money) {
	l.need(len(c.Costs) > 0 && len(c.Costs) <= maxCosts, "ROI-012", "costs", "%d cost lines, want 1 to %d", len(c.Costs), maxCosts)
	if len(c.Costs) > maxCosts {
		return
	}
	total := Int(0)
	for i, line := range c.Costs {
		path := fmt.Sprintf("costs[%d]", i)
		amount, err := line.Amount.Exact()
		l.need(err == nil, "ROI-012", path+".amount", "the amount is out of range")
		l.need(line.Amount.Currency == v.Currency, "ROI-012", path+".amount", "the amount is in another currency than the unit value")
		l.need(amount.Sign() >= 0, "ROI-012", path+".amount", "the amount is negative")
		l.need(len(line.Covers) > 0, "ROI-012", path+".covers", "the line names no category")
		for _, k := range line.Covers {
			l.need(k > NoCategory && k <= Integration, "ROI-012", path+".covers", "category %d is not declared", k)
		}
		total = total.Add(amount)
	}
	l.need(total.Sign() > 0, "ROI-012", "costs", "the programme cost is zero, so the ROI has no value")
}

// textProblems bounds the texts and keeps characters out of them that would
// break a line or hide something.
func (c *Case) textProblems(l *problemList) {
	texts := []struct{ path, value string }{
		{"id", c.ID}, {"title", c.Title},
		{"baseline.kpi", c.Baseline.KPI}, {"baseline.unit", c.Baseline.Unit}, {"baseline.source", c.Baseline.Source},
		{"delta.method", c.Delta.Method}, {"delta.source", c.Delta.Source},
		{"attribution.rationale", c.Attribution.Rationale}, {"attribution.survey.id", c.Attribution.Survey.ID},
		{"conversion.source", c.Conversion.Source},
	}
	if o := c.Attribution.Override; o != nil {
		texts = append(texts, struct{ path, value string }{"attribution.override.reason", o.Reason})
	}
	for i, line := range c.Costs[:min(len(c.Costs), maxCosts)] {
		texts = append(texts,
			struct{ path, value string }{fmt.Sprintf("costs[%d].source", i), line.Source},
			struct{ path, value string }{fmt.Sprintf("costs[%d].reason", i), line.Reason})
	}
	for _, t := range texts {
		l.need(len(t.value) <= maxText, "ROI-006", t.path, "text of %d bytes, want at most %d", len(t.value), maxText)
		if len(t.value) <= maxText {
			l.need(plain(t.value), "ROI-006", t.path, "the text has a line break, a control or an invisible character, or is not UTF-8")
		}
	}
}

// plain reports whether text is one line of visible UTF-8.
func plain(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
