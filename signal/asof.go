package signal

import "github.com/coachgov/coaching"

// AsOf returns the panel as it stood in the morning of a day: the periods that
// had ended before it. A pack made for that day must not know what came later.
// Attributes are those of the whole panel. The receiver is not changed.
func (p *Panel) AsOf(day coaching.Date) *Panel {
	p = p.orEmpty()
	var kept []int
	known := &Panel{subjects: p.subjects, metrics: p.metrics, attributes: p.attributes}
	for t, period := range p.periods {
		if period.Last().Before(day) {
			kept = append(kept, t)
			known.periods = append(known.periods, period)
		}
	}
	known.present = make([]bool, 0, len(p.subjects)*len(kept))
	for s := range p.subjects {
		for _, t := range kept {
			known.present = append(known.present, p.present[s*len(p.periods)+t])
		}
	}
	for m := range p.metrics {
		values := make([]float64, 0, len(p.subjects)*len(kept))
		for s := range p.subjects {
			for _, t := range kept {
				values = append(values, p.values[m][s*len(p.periods)+t])
			}
		}
		known.values = append(known.values, values)
	}
	return known
}
