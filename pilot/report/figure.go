package report

import "github.com/coachgov/coaching/internal/chart"

func (t Trend) chart() chart.Trend {
	c := chart.Trend{Title: t.Title, Desc: t.Summary, Axis: t.Unit, Periods: t.Periods}
	if t.Percent {
		c.Format = chart.Percent
	}
	for _, w := range t.Waves {
		c.Series = append(c.Series, chart.Series{Label: w.Label, Values: w.Values, Exposed: w.Exposed, Exposure: w.Exposure})
	}
	return c
}

func (g Groups) chart() chart.Forest {
	c := chart.Forest{Title: g.Title, Desc: g.Summary, Axis: g.Axis, Lower: g.Lower, Upper: g.Upper}
	switch g.Harm {
	case LowHarms:
		c.Harm = chart.Below
	case HighHarms:
		c.Harm = chart.Above
	}
	for _, s := range g.Signals {
		p := chart.Panel{Label: s.Signal, Note: s.Note}
		for _, r := range s.Groups {
			row := chart.Row{Label: r.Label, Counts: r.Counts, Ratio: r.Ratio, Low: r.Low, High: r.High, Verdict: r.Verdict.String()}
			switch r.Verdict {
			case Pass:
				row.Mark = chart.Fine
			case Pause:
				row.Mark = chart.Breach
			}
			p.Rows = append(p.Rows, row)
		}
		c.Panels = append(c.Panels, p)
	}
	return c
}

func (b Bridge) chart() chart.Bridge {
	c := chart.Bridge{Title: b.Title, Desc: b.Summary}
	for _, s := range b.Steps {
		kind := chart.Total
		switch s.Kind {
		case Add:
			kind = chart.Add
		case Subtract:
			kind = chart.Subtract
		}
		c.Steps = append(c.Steps, chart.Step{Label: s.Label, Text: s.Text, Value: s.Value, Kind: kind})
	}
	return c
}
