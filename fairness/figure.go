package fairness

import (
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching/internal/chart"
)

// The figures of a report are SVG documents: one width, a title and a
// description for screen readers, the same bytes for the same report. A group
// whose figures must not be printed is not there.

// mark is the shape of a verdict.
func (v Verdict) mark() chart.Mark {
	return map[Verdict]chart.Mark{Pass: chart.Fine, Pause: chart.Breach}[v]
}

// Forest draws the ratio of each group to everyone else with its interval, a
// panel for each family.
func (r *Report) Forest() []byte {
	f := chart.Forest{Title: "Signal " + r.Signal + ": each group against everyone else", Axis: "ratio of flag rates; area of a mark: people"}
	if p := r.policy; p.Alpha > 0 {
		f.Axis = fmt.Sprintf("ratio of flag rates, %s %% interval; area of a mark: people", number(100*(1-2*p.Alpha)))
	}
	f.Lower, f.Upper, f.Harm = r.limits()
	if r.policy.RatioMin == 0 {
		f.Axis += "; limits: four fifths, while the policy has one on the difference"
	}
	counts := map[Verdict]int{}
	for _, family := range r.Families {
		panel := chart.Panel{Label: family.Name()}
		hidden := 0
		for _, g := range family.Groups {
			counts[g.Verdict]++
			if g.Suppressed {
				hidden++
				continue
			}
			row := chart.Row{Label: g.Label, Mark: g.Verdict.mark(), Verdict: g.Verdict.String(), Ratio: math.NaN(), Low: math.NaN(), High: math.NaN()}
			if row.Counts = "nobody"; g.Rate.N > 0 {
				row.Counts, row.Size = g.Rate.String(), float64(g.Rate.N)
			}
			if g.Ratio.Defined {
				row.Ratio, row.Low, row.High = g.Ratio.Value, g.Ratio.Low, g.Ratio.High
			}
			panel.Rows = append(panel.Rows, row)
		}
		var notes []string
		if family.Secondary {
			notes = append(notes, "secondary")
		}
		if hidden > 0 {
			notes = append(notes, fmt.Sprintf("figures of %d groups are not printed", hidden))
		}
		panel.Note = strings.Join(notes, "; ")
		f.Panels = append(f.Panels, panel)
	}
	f.Desc = fmt.Sprintf("Groups by verdict: pause %d, pass %d, insufficient %d.", counts[Pause], counts[Pass], counts[Insufficient])
	return f.SVG()
}

// limits returns the tolerated ratios and the side on which harm lies.
func (r *Report) limits() (low, high float64, harm chart.Side) {
	if p := r.policy; p.RatioMin > 0 {
		low, high = p.RatioMin, 1/p.RatioMin
	}
	return low, high, map[Polarity]chart.Side{Favourable: chart.Below, Unfavourable: chart.Above}[r.Polarity]
}

// Funnel draws the ratio of each group beside its size, and the band in which 95 %
// of ratios fall when everybody is flagged at the same rate (Katz's variance of
// the log ratio at the rate of all).
func (r *Report) Funnel() []byte {
	f := chart.Funnel{Title: "Signal " + r.Signal + ": small groups stray far by chance", Axis: "ratio of flag rates, each group against everyone else"}
	f.Lower, f.Upper, _ = r.limits()
	outside := 0
	for _, family := range r.Families {
		for _, g := range family.Groups {
			if g.Suppressed {
				continue
			}
			ratio := math.NaN()
			if g.Ratio.Defined {
				ratio = g.Ratio.Value
			}
			f.Points = append(f.Points, chart.Point{Label: family.Name() + ": " + g.Label, Counts: g.Rate.String(), Size: float64(g.Rate.N), Ratio: ratio, Mark: g.Verdict.mark(), Verdict: g.Verdict.String()})
			if low, high, ok := nullBand(r.Flagged, float64(g.Rate.N)); ok && g.Ratio.Defined && (ratio < low || ratio > high) {
				outside++
			}
		}
	}
	for i := range 81 {
		size := math.Pow(float64(r.Flagged.N), float64(i)/80)
		if low, high, ok := nullBand(r.Flagged, size); ok {
			f.Band = append(f.Band, chart.Reach{Size: size, Low: low, High: high})
		}
	}
	f.Desc = fmt.Sprintf("Groups by size: %d. Ratios outside what chance makes of equal rates: %d.", len(f.Points), outside)
	return f.SVG()
}

// nullBand is the range of 95 % of ratios of a group of a size to everyone else,
// when all are flagged at the rate of everybody.
func nullBand(all Rate, size float64) (low, high float64, ok bool) {
	rate, ok := all.Value()
	rest := float64(all.N) - size
	if !ok || rate == 0 || size < 1 || rest < 1 {
		return 0, 0, false
	}
	w := math.Exp(normalQuantile(0.975) * math.Sqrt((1-rate)/rate*(1/size+1/rest)))
	return 1 / w, w, true
}

// PathShares draws how much of a gap runs through each factor that was probed.
func (r *Report) PathShares() []byte {
	s := chart.Shares{Title: "Signal " + r.Signal + ": how much of a gap runs through a factor", Axis: "share of the gap in flag rates (Kitagawa)", Limit: r.policy.Proxy.MinPathShare}
	proxies := 0
	for _, f := range r.Proxies {
		b := chart.Bar{Label: f.Factor + " for " + f.Attribute, Share: math.NaN(), Verdict: strings.ReplaceAll(f.Verdict.String(), "_", " ")}
		switch f.Verdict {
		case Proxy:
			b.Mark = chart.Breach
			proxies++
		case NoProxy, Explained:
			b.Mark = chart.Fine
		}
		switch share, ok := f.Path.Share(); {
		case f.Numeric:
			b.Note = "a number: no path is worked out"
		case !ok || f.PathGroup == "":
			b.Note = "no group is worse off"
		case r.hides(f.Attribute, f.PathGroup):
			b.Note = "not printed"
		default:
			b.Note = fmt.Sprintf("gap of %s: %s points", f.PathGroup, number(100*f.Path.Gap))
			b.Share = share
		}
		s.Bars = append(s.Bars, b)
	}
	s.Desc = fmt.Sprintf("%d of %d pairs of a factor and an attribute count as a proxy.", proxies, len(s.Bars))
	return s.SVG()
}

// number writes a figure with one decimal, none when it is whole.
func number(v float64) string {
	return strings.TrimSuffix(fixed(v, 1), ".0")
}
