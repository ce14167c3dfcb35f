package roi

// interval carries the delta's interval to net and ROI.
func (c *Case) interval(t *trace) error {
	d := c.Delta
	if !d.Low.IsSet() {
		return nil
	}
	if err := t.input(2, "level", "Level of the interval", "share", d.Level, 2, d.Source); err != nil {
		return err
	}
	low, high := "delta_low", "delta_high"
	if c.Direction == Increase {
		if err := t.input(2, low, "Delta: lower bound", c.Baseline.Unit, d.Low, 0, d.Source); err != nil {
			return err
		}
		if err := t.input(2, high, "Delta: upper bound", c.Baseline.Unit, d.High, 0, d.Source); err != nil {
			return err
		}
	} else {
		if err := t.input(2, "change_low", "Estimated change: lower bound", c.Baseline.Unit, d.Low, 0, d.Source); err != nil {
			return err
		}
		if err := t.input(2, "change_high", "Estimated change: upper bound", c.Baseline.Unit, d.High, 0, d.Source); err != nil {
			return err
		}
		// The larger the fall, the larger the improvement.
		if err := t.derive(2, low, "Delta: lower bound", c.Baseline.Unit, loose, Negated, "change_high"); err != nil {
			return err
		}
		if err := t.derive(2, high, "Delta: upper bound", c.Baseline.Unit, loose, Negated, "change_low"); err != nil {
			return err
		}
	}
	if err := c.variant(t, "_low", "lower bound", low, "attribution"); err != nil {
		return err
	}
	return c.variant(t, "_high", "upper bound", high, "attribution")
}

// variant appends benefit, net and ROI for another delta or another share.
func (c *Case) variant(t *trace, suffix, words, delta, share string) error {
	code := string(c.Conversion.UnitValue.Currency)
	minor, err := c.Conversion.UnitValue.Currency.MinorUnits()
	if err != nil {
		return err
	}
	args := []string{delta, "unit_value", share}
	if c.Confidence.IsSet() {
		args = append(args, "confidence")
	}
	if err := t.derive(4, "benefit"+suffix, "Attributed benefit: "+words, code, minor, Product, args...); err != nil {
		return err
	}
	if err := t.derive(4, "net"+suffix, "Net benefit: "+words, code, minor, Minus, "benefit"+suffix, "cost"); err != nil {
		return err
	}
	return t.derive(4, "roi"+suffix, "ROI: "+words, "ratio", ratioPlaces, Over, "net"+suffix, "cost")
}

// atCap appends what the claim would be at the cap of its band, when the share
// is above it.
func (c *Case) atCap(t *trace, p Policy) error {
	band, ok := p.band(c)
	if !ok || c.Attribution.Factor.Cmp(band.High) <= 0 {
		return nil
	}
	if err := t.input(3, "cap", "Largest share of the band: "+band.Name, "share", band.High.known(), 2, p.Name); err != nil {
		return err
	}
	return c.variant(t, "_at_cap", "at the cap of the band", "delta", "cap")
}

// realised appends the benefit that was lived through, beside the annualised
// one: annualising multiplies chance as well.
func (c *Case) realised(t *trace) error {
	if c.Delta.Annualised == nil {
		return nil
	}
	code := string(c.Conversion.UnitValue.Currency)
	minor, err := c.Conversion.UnitValue.Currency.MinorUnits()
	if err != nil {
		return err
	}
	const label = "Delta within the window, not annualised"
	if c.Delta.ControlBefore.IsSet() { // what the control did comes off here too
		if err := t.derive(2, "realised_delta", label, c.Baseline.Unit, loose, Over, "delta", "annual_factor"); err != nil {
			return err
		}
	} else {
		if err := t.derive(2, "expected_events", "Events in the window at the baseline's rate", "events", loose, Over, "baseline", "annual_factor"); err != nil {
			return err
		}
		if err := c.improvement(t, "realised_delta", label, "expected_events", "events"); err != nil {
			return err
		}
	}
	args := []string{"realised_delta", "unit_value", "attribution"}
	if c.Confidence.IsSet() {
		args = append(args, "confidence")
	}
	return t.derive(4, "realised_benefit", "Attributed benefit within the window, not annualised", code, minor, Product, args...)
}
