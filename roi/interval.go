package roi

// interval carries the delta's interval to net and ROI.
func (c *Case) interval(t *trace) error {
	d := c.Delta
	if !d.Low.IsSet() {
		return nil
	}
	code := string(c.Conversion.UnitValue.Currency)
	minor, err := c.Conversion.UnitValue.Currency.MinorUnits()
	if err != nil {
		return err
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
	for _, end := range []struct{ suffix, words, delta string }{{"_low", "lower bound", low}, {"_high", "upper bound", high}} {
		args := []string{end.delta, "unit_value", "attribution"}
		if c.Confidence.IsSet() {
			args = append(args, "confidence")
		}
		if err := t.derive(4, "benefit"+end.suffix, "Attributed benefit: "+end.words, code, minor, Product, args...); err != nil {
			return err
		}
		if err := t.derive(4, "net"+end.suffix, "Net benefit: "+end.words, code, minor, Minus, "benefit"+end.suffix, "cost"); err != nil {
			return err
		}
		if err := t.derive(4, "roi"+end.suffix, "ROI: "+end.words, "ratio", ratioPlaces, Over, "net"+end.suffix, "cost"); err != nil {
			return err
		}
	}
	return nil
}
