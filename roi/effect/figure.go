package effect

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching/internal/chart"
)

// histogramBins is how many bars a distribution has at most.
const histogramBins = 24

// Figure draws the randomisation distribution with the observed estimate as an
// accessible SVG: the same result gives the same bytes. The title says what was
// estimated and the axis in what unit; a result without a distribution, such as
// that of [Rates], says that there is nothing to draw.
func (r Result) Figure(title, axis string) []byte {
	values, counts := make([]float64, len(r.Distribution)), make([]int, len(r.Distribution))
	for i, m := range r.Distribution {
		values[i], counts[i] = m.Value, m.Count
	}
	h := chart.Histogram{Title: title, Axis: axis, Bins: chart.WeightedBinsOf(values, counts, histogramBins), Observed: math.NaN()}
	if r.bins != nil {
		h.Bins = r.bins()
	}
	if len(h.Bins) > 0 {
		h.Observed = r.Estimate
		h.Label = fmt.Sprintf("observed, %v of %v as large", r.PCount, r.PTotal)
		h.Desc = fmt.Sprintf("Estimates that the %v possible allocations give without an effect, and the observed one, %.4g; %v are at least as large in absolute value.", r.PTotal, r.Estimate, r.PCount)
	}
	return h.SVG()
}

// Figure draws the series as an event study, an accessible SVG: each effect with
// its interval, and the band where [Series.Band] has set one. The title says what
// was measured and the axis in what unit. It is for series by distance from the
// start; the same series gives the same bytes.
func (s Series) Figure(title, axis string) []byte {
	e := chart.EventStudy{Title: title, Axis: axis + fmt.Sprintf("; thick: each by itself, %v %%", 100*Level)}
	if s.Critical > 0 {
		e.Axis += "; thin: all together"
	}
	shown := 0
	for _, p := range s.Points {
		point := chart.EventPoint{At: p.At, Value: p.Value, Low: p.Low, High: p.High, BandLow: p.BandLow, BandHigh: p.BandHigh, Reference: p.Reference}
		if s.Critical == 0 || p.Reference {
			point.BandLow, point.BandHigh = math.NaN(), math.NaN()
		}
		if p.Reference {
			point.Low, point.High = math.NaN(), math.NaN()
		}
		e.Points = append(e.Points, point)
		shown++
	}
	e.Desc = fmt.Sprintf("Effects at %d distances from the start; on average %.4g from the start on.", shown, s.Overall.Value)
	return e.SVG()
}

// BeforeAfter draws each unit before and after, in the order given, as an
// accessible SVG. It fails when the lists differ in length.
func BeforeAfter(title, axis string, labels []string, before, after Values) ([]byte, error) {
	if before.Len() != len(labels) || after.Len() != len(labels) {
		return nil, fmt.Errorf("effect: %d labels for %d values before and %d after", len(labels), before.Len(), after.Len())
	}
	d := chart.Dots{Title: title, Axis: axis, Desc: fmt.Sprintf("%d units before and after.", len(labels))}
	for i, label := range labels {
		d.Units = append(d.Units, chart.Unit{Label: label, Before: before.Float(i), After: after.Float(i)})
	}
	return d.SVG(), nil
}
