package roi

import (
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
)

const (
	maxCosts = 1000
	maxText  = 4096 // bytes of a text field
)

// Compute takes the case through its four steps. A claim that breaks a rule of
// the policy is computed too and carries findings. It fails, with every reason
// in a *[coaching.FindingsError], only when there is nothing to compute: a
// figure is missing or outside its range, currencies are mixed, or the cost is
// zero. Neither the case nor the policy is kept or changed.
func (c Case) Compute(p Policy) (*Statement, error) {
	problems := c.problems(p)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	t, err := c.lines(p)
	if err != nil {
		return nil, err
	}
	s := &Statement{Facts: c.facts(p), Lines: t.lines}
	if err := s.fill(); err != nil {
		return nil, err
	}
	s.Label = c.label()
	s.Findings = c.check(p)
	return s, nil
}

// lines builds the trace. The case has passed problems.
func (c *Case) lines(p Policy) (*trace, error) {
	t := newTrace(c.Rounding)
	for _, step := range []func(*trace) error{c.baseline, c.delta, c.attribution, c.conversion, c.realised, c.interval} {
		if err := step(t); err != nil {
			return nil, err
		}
	}
	return t, c.atCap(t, p)
}

func (c *Case) baseline(t *trace) error {
	b := c.Baseline
	return t.input(1, "baseline", "Baseline: "+b.KPI, b.Unit, b.Value, 0, b.Source)
}

// improvement appends the line id: how far the KPI moved the good way between
// before and after.
func (c *Case) improvement(t *trace, id, label, before, after string) error {
	if c.Direction == Decrease {
		return t.derive(2, id, label, c.Baseline.Unit, loose, Minus, before, after)
	}
	return t.derive(2, id, label, c.Baseline.Unit, loose, Minus, after, before)
}

// delta appends step 2. A delta is positive when the KPI moved the good way.
func (c *Case) delta(t *trace) error {
	d, unit := c.Delta, c.Baseline.Unit
	const label = "Delta: improvement"
	in := func(id, label string, v Exact) error { return t.input(2, id, label, unit, v, 0, d.Source) }
	if d.Change.IsSet() {
		if c.Direction == Increase {
			return in("delta", label, d.Change)
		}
		if err := in("change", "Estimated change", d.Change); err != nil {
			return err
		}
		return t.derive(2, "delta", label, unit, loose, Negated, "change")
	}
	if a := d.Annualised; a != nil {
		if err := in("events", "Events in the window", a.Events); err != nil {
			return err
		}
		if err := t.input(2, "periods", "Length of the baseline's period", "periods", a.Periods, 0, d.Source); err != nil {
			return err
		}
		if err := t.input(2, "window", "Length of the window", "periods", a.Window, 0, d.Source); err != nil {
			return err
		}
		if err := t.derive(2, "annual_factor", "Annualisation factor", "ratio", loose, Over, "periods", "window"); err != nil {
			return err
		}
		if err := t.derive(2, "after", "Level after, annualised", unit, loose, Product, "events", "annual_factor"); err != nil {
			return err
		}
	} else if err := in("after", "Level after", d.After); err != nil {
		return err
	}
	if !d.ControlBefore.IsSet() {
		return c.improvement(t, "delta", label, "baseline", "after")
	}
	if err := c.improvement(t, "raw_delta", "Improvement before the control is taken out", "baseline", "after"); err != nil {
		return err
	}
	if err := in("control_before", "Control: level before", d.ControlBefore); err != nil {
		return err
	}
	if err := in("control_after", "Control: level after", d.ControlAfter); err != nil {
		return err
	}
	if err := c.improvement(t, "control_delta", "Improvement of the control", "control_before", "control_after"); err != nil {
		return err
	}
	return t.derive(2, "delta", label+" net of control", unit, loose, Minus, "raw_delta", "control_delta")
}

func (c *Case) attribution(t *trace) error {
	if err := t.input(3, "attribution", "Attributed share", "share", c.Attribution.Factor, 2, c.Attribution.Rationale); err != nil {
		return err
	}
	return t.derive(3, "attributed_delta", "Attributed delta", c.Baseline.Unit, loose, Product, "delta", "attribution")
}

func (c *Case) conversion(t *trace) error {
	code := string(c.Conversion.UnitValue.Currency)
	minor, err := c.Conversion.UnitValue.Currency.MinorUnits()
	if err != nil {
		return err
	}
	value, err := c.Conversion.UnitValue.Exact()
	if err != nil {
		return err
	}
	if err := t.input(4, "unit_value", "Value of one unit", code, value, minor, c.Conversion.Source); err != nil {
		return err
	}
	if err := t.derive(4, "gross", "Isolated benefit, before attribution", code, minor, Product, "delta", "unit_value"); err != nil {
		return err
	}
	full := "gross" // the benefit if the whole delta were attributed
	if !c.Confidence.IsSet() {
		err = t.derive(4, "benefit", "Attributed benefit", code, minor, Product, "attributed_delta", "unit_value")
	} else {
		if err := t.input(4, "confidence", "Confidence in the estimate", "share", c.Confidence, 2, ""); err != nil {
			return err
		}
		full = "adjusted_gross"
		if err := t.derive(4, full, "Isolated benefit × confidence", code, minor, Product, "gross", "confidence"); err != nil {
			return err
		}
		err = t.derive(4, "benefit", "Attributed benefit × confidence", code, minor, Product, "attributed_delta", "unit_value", "confidence")
	}
	if err != nil {
		return err
	}
	costs := make([]string, len(c.Costs))
	for i, line := range c.Costs {
		amount, err := line.Amount.Exact()
		if err != nil {
			return err
		}
		costs[i] = "cost_" + strconv.Itoa(i+1)
		if err := t.input(4, costs[i], "Cost: "+line.covers(), code, amount, minor, line.note()); err != nil {
			return err
		}
	}
	if err := t.derive(4, "cost", "Programme cost", code, minor, Sum, costs...); err != nil {
		return err
	}
	if err := t.derive(4, "net", "Net benefit", code, minor, Minus, "benefit", "cost"); err != nil {
		return err
	}
	if err := t.derive(4, "roi", "ROI: net benefit / cost", "ratio", ratioPlaces, Over, "net", "cost"); err != nil {
		return err
	}
	if err := t.derive(4, "bcr", "BCR: benefit / cost", "ratio", ratioPlaces, Over, "benefit", "cost"); err != nil {
		return err
	}
	if t.value("benefit").Sign() > 0 {
		if err := t.input(4, "months", "Months that the benefit covers", "months", Int(int64(c.months())), 0, ""); err != nil {
			return err
		}
		if err := t.derive(4, "monthly_benefit", "Attributed benefit per month", code, minor, Over, "benefit", "months"); err != nil {
			return err
		}
		if err := t.derive(4, "payback", "Payback", "months", 1, Over, "cost", "monthly_benefit"); err != nil {
			return err
		}
	}
	if t.value(full).Sign() > 0 {
		return t.derive(4, "break_even_attribution", "Attributed share at which net is zero", "share", ratioPlaces, Over, "cost", full)
	}
	return nil
}

// months returns the months that the benefit covers.
func (c *Case) months() int {
	if c.Conversion.Months == 0 {
		return 12
	}
	return c.Conversion.Months
}

// covers returns the categories of a cost line in words.
func (l CostLine) covers() string {
	var text strings.Builder
	for i, k := range l.Covers {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(k.String())
	}
	return text.String()
}

// note returns where the amount comes from, or why it is zero.
func (l CostLine) note() string {
	if l.Reason != "" && (l.Source == "" || l.Amount.Amount.Sign() == 0) {
		return l.Reason
	}
	return l.Source
}

func (c *Case) projected() bool { return c.Delta.Projected || c.Delta.Annualised != nil }

// label says how the statement may be read.
func (c *Case) label() Label {
	switch w := c.Delta.Window; {
	case c.Timing == Leading && !c.projected() && w.Days() >= leadingLeast:
		return Indicative
	case c.Timing == Lagging && !c.projected() && w.Days() > 0 && !short(w):
		return Measured
	}
	return Provisional
}

// short reports whether a lagging KPI is read before three calendar months
// have passed (ROI-008).
func short(w coaching.Window) bool {
	return w.To.AddDays(1).Before(w.From.AddMonths(laggingLeast))
}
