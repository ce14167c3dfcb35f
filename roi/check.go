package roi

import (
	"fmt"

	"github.com/coachgov/coaching"
)

// Windows of ROI-008, in days and in calendar months.
const (
	leadingLeast = 8 * 7
	leadingMost  = 16 * 7
	laggingLeast = 3
	laggingMost  = 6
	baselineDays = 6 * 7 // least history that an average rests on
)

// check returns the findings on a case that can be computed, sorted.
func (c *Case) check(p Policy) coaching.Findings {
	var fs coaching.Findings
	report := func(code string, severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}

	if c.Baseline.Window.Days() == 0 {
		report("ROI-007", coaching.Error, "baseline.window", "the baseline %s", missing(c.Baseline.Window))
	} else if days := c.Baseline.Window.Days(); days < baselineDays {
		report("ROI-007", coaching.Warning, "baseline.window", "the baseline is an average of %d days, want at least %d", days, baselineDays)
	}
	if c.Baseline.Headcount == 0 {
		report("ROI-007", coaching.Error, "baseline.headcount", "the number of leaders is not stated")
	}
	if c.Baseline.Source == "" {
		report("ROI-007", coaching.Error, "baseline.source", "the source of the baseline is not stated")
	}

	c.checkWindow(report)
	if c.Delta.Design == NotStated {
		report("ROI-014", coaching.Error, "delta.design", "the control logic is not stated; say no_control when there was none")
	}
	if c.Delta.Treated == 0 {
		report("ROI-014", coaching.Error, "delta.treated", "the sample size is not stated")
	}
	switch n := c.Delta.Treated; {
	case n == 1:
		report("ROI-014", coaching.Warning, "delta.treated", "the delta is that of one leader; nobody can tell it from chance")
	case c.Baseline.Headcount > 0 && n > c.Baseline.Headcount:
		report("ROI-014", coaching.Error, "delta.treated", "the delta is that of %d leaders, of whom the programme has %d", n, c.Baseline.Headcount)
	}
	if d := c.Delta.Design; (d == ParallelControl || d == StaggeredCohort) && c.Delta.Control == 0 {
		report("ROI-014", coaching.Error, "delta.control", "a %s is claimed and no control leaders are counted", d)
	}
	net := c.Delta.NetOfControl || c.Delta.ControlBefore.IsSet()
	if d := c.Delta.Design; (d == ParallelControl || d == StaggeredCohort) && !net {
		report("ROI-014", coaching.Error, "delta.net_of_control", "a %s is claimed and the control is not taken out of the delta", d)
	}
	if c.Delta.Design == NoControl && (net || c.Delta.Control > 0) {
		report("ROI-014", coaching.Error, "delta.design", "the design says no_control and the delta has a control")
	}
	if !c.Delta.Low.IsSet() {
		report("ROI-004", coaching.Warning, "delta.low", "the delta has no interval, so the reader cannot see how sure it is")
	} else if c.Delta.Low.Sign() <= 0 && c.Delta.High.Sign() >= 0 {
		report("ROI-004", coaching.Warning, "delta.low", "the interval of the delta includes no change at all")
	}
	if c.projected() {
		report("C-10", coaching.Warning, "delta.projected", "the level after is a projected run rate, not one that was measured")
	}

	c.checkShare(p, report)
	if c.Conversion.Basis == NoBasis {
		report("ROI-012", coaching.Error, "conversion.basis", "what the unit value rests on is not stated")
	}
	if c.Conversion.Source == "" {
		report("ROI-012", coaching.Error, "conversion.source", "the source of the unit value is not stated")
	}
	if !c.Conversion.Cash {
		report("ROI-012", coaching.Info, "conversion.cash", "the benefit is a cost avoided; it does not show in the ledger")
	}
	c.checkCosts(report)

	fs.Sort()
	return fs
}

type reporter = func(code string, severity coaching.Severity, path, format string, args ...any)

func (c *Case) checkWindow(report reporter) {
	w := c.Delta.Window
	switch days := w.Days(); {
	case days == 0:
		report("ROI-008", coaching.Error, "delta.window", "the validation window %s", missing(w))
	case c.Timing == Leading && days < leadingLeast:
		report("ROI-008", coaching.Error, "delta.window", "leading KPI read after %d days; needs 8 to 16 weeks", days)
	case c.Timing == Leading && days > leadingMost:
		report("ROI-008", coaching.Warning, "delta.window", "leading KPI read after %d days; beyond 16 weeks other causes come in", days)
	case c.Timing == Lagging && short(w):
		report("ROI-008", coaching.Error, "delta.window", "lagging KPI read after %d days; needs 3 to 6 months", days)
	case c.Timing == Lagging && w.To.After(w.From.AddMonths(laggingMost)):
		report("ROI-008", coaching.Warning, "delta.window", "lagging KPI read after %d days; beyond 6 months other causes come in", days)
	}
	switch b := c.Baseline.Window; {
	case b.Overlaps(w):
		report("ROI-008", coaching.Error, "delta.window", "the validation window overlaps the baseline")
	case b.Days() > 0 && w.Days() > 0 && w.From.Before(b.From):
		report("ROI-008", coaching.Error, "delta.window", "the validation window lies before the baseline")
	}
}

// early reports whether the survey was asked before there was a change to
// corroborate.
func (c *Case) early() bool { return c.Attribution.Survey.On.Before(c.Delta.Window.From) }

// missing says why a window has no days.
func missing(w coaching.Window) string {
	if !w.From.IsZero() && !w.To.IsZero() {
		return "ends before it begins"
	}
	return "is not stated, or lacks an end"
}

func (c *Case) checkShare(p Policy, report reporter) {
	a := c.Attribution
	if a.Rationale == "" {
		report("ROI-009", coaching.Error, "attribution.rationale", "the reason for the share is not stated")
	}
	if a.Override != nil && !a.Override.Complete() {
		report("C-9", coaching.Error, "attribution.override", "the override lacks an approver, a role, a reason or a date, and does not count")
	}
	if a.Survey.Corroborates && !a.Survey.Complete() {
		report("ROI-010", coaching.Error, "attribution.survey", "the survey lacks an ID, a date or who ran it, and does not count")
	} else if a.Survey.Corroborates && c.early() {
		report("ROI-010", coaching.Error, "attribution.survey.on", "the survey was asked before the validation window began, and does not count")
	}
	band, ok := p.band(c)
	if band.Code == "" {
		band.Code = "C-9"
	}
	above := ok && a.Factor.Cmp(band.High) > 0
	switch {
	case !ok:
		report("C-9", coaching.Error, "attribution.factor", "the evidence supports no band of the policy")
	case a.Factor.Cmp(p.Most) > 0:
		report("C-9", coaching.Error, "attribution.factor", "%s is above %s, which no override allows", a.Factor.share(), p.Most.share())
	case above && a.Override.Complete():
		report(band.Code, coaching.Warning, "attribution.factor", "%s is above the cap of %s and rests on the override of %s by the %s",
			a.Factor.share(), band.High.share(), a.Override.On, a.Override.Role)
	case a.Factor.Cmp(band.Low) < 0:
		report("C-9", coaching.Info, "attribution.factor", "%s is below the band of %s to %s: the claim is more careful than it need be",
			a.Factor.share(), band.Low.share(), band.High.share())
	}
	if above && !a.Override.Complete() {
		if len(band.Requires) == 0 && p.wanted() != "" {
			report(band.Code, coaching.Error, "attribution.factor", "%s without %s; the cap is %s", a.Factor.share(), p.wanted(), band.High.share())
		} else {
			report(band.Code, coaching.Error, "attribution.factor", "%s is above the cap of %s", a.Factor.share(), band.High.share())
		}
	}
	if ok && len(band.Requires) > 0 && c.Delta.Design == ParallelControl {
		report("C-9", coaching.Info, "delta.design", "a parallel control with a survey is counted as a staggered cohort; that the two are equal is inferred")
	}
}

// checkCosts reports every category that is neither covered nor declared zero
// with a reason.
func (c *Case) checkCosts(report reporter) {
	for k := Coaching; k <= Integration; k++ {
		stated := false
		for _, line := range c.Costs {
			for _, covered := range line.Covers {
				stated = stated || covered == k
			}
		}
		if !stated {
			report("C-18", coaching.Warning, "costs", "%s not stated; give its cost, or zero with a reason", k)
		}
	}
	for i, line := range c.Costs {
		if line.Amount.Amount.Sign() == 0 && line.Reason == "" {
			report("C-18", coaching.Warning, fmt.Sprintf("costs[%d].reason", i), "%s is zero without a reason", line.covers())
		}
	}
}
