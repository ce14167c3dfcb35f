package roi

import (
	"math/big"
	"slices"
)

// facts returns what the statement says besides its figures.
func (c *Case) facts(p Policy) Facts {
	f := Facts{
		Case: c.ID, Title: c.Title, KPI: c.Baseline.KPI, Unit: c.Baseline.Unit,
		Timing: c.Timing, Direction: c.Direction,
		Baseline: c.Baseline.Window, Validation: c.Delta.Window,
		Headcount: c.Baseline.Headcount, Design: c.Delta.Design, Treated: c.Delta.Treated, Control: c.Delta.Control,
		Method: c.Delta.Method, PCount: text(c.Delta.PCount), PTotal: text(c.Delta.PTotal),
		NetOfControl: c.Delta.NetOfControl || c.Delta.ControlBefore.IsSet(),
		Projected:    c.projected(), Annualised: c.Delta.Annualised != nil,
		Rationale: c.Attribution.Rationale, Survey: c.Attribution.Survey.ID,
		Basis: c.Conversion.Basis, Cash: c.Conversion.Cash, Months: c.months(),
		Currency: c.Conversion.UnitValue.Currency, Rounding: c.Rounding,
		Policy: p.Name, PolicyDigest: p.Digest(),
		Intangibles: slices.Clone(c.Intangibles),
	}
	if b, ok := p.band(c); ok {
		f.Band, f.BandLow, f.BandHigh = b.Name, b.Low.String(), b.High.String()
	}
	if c.Delta.Level.IsSet() {
		f.Level = c.Delta.Level.String()
	}
	if o := c.Attribution.Override; o.Complete() {
		f.Override = &OverrideFacts{o.Approver, o.Role, o.Reason, o.On}
	}
	return f
}

func text(n *big.Int) string {
	if n == nil {
		return ""
	}
	return n.String()
}
