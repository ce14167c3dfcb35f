package fairness

import (
	"math"

	"github.com/coachgov/coaching/internal/enum"
)

// A Metric is a rate by which groups are compared. The zero Metric is
// SelectionRate.
type Metric uint8

const (
	SelectionRate           Metric = iota // flagged people of all
	TruePositiveRate                      // flagged people of positive ones
	FalsePositiveRate                     // flagged people of negative ones
	PositivePredictiveValue               // positive people of flagged ones
	FalseDiscoveryRate                    // negative people of flagged ones
	FalseOmissionRate                     // positive people of those not flagged
)

var metricNames = [...]string{"selection_rate", "true_positive_rate", "false_positive_rate", "positive_predictive_value", "false_discovery_rate", "false_omission_rate"}

// String returns the metric's name, such as "selection_rate".
func (m Metric) String() string { return enum.Name(metricNames[:], m, "Metric") }

// MarshalText returns the same word as String.
func (m Metric) MarshalText() ([]byte, error) {
	return enum.Marshal(metricNames[:], m, "fairness: metric")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (m *Metric) UnmarshalText(text []byte) error {
	return enum.Unmarshal(metricNames[:], m, "fairness: metric", text)
}

// Of returns the rate of the people, of nobody for an undeclared metric.
func (m Metric) Of(c Confusion) Rate {
	switch m {
	case SelectionRate:
		return c.Selection()
	case TruePositiveRate:
		return c.TPR()
	case FalsePositiveRate:
		return c.FPR()
	case PositivePredictiveValue:
		return c.PPV()
	case FalseDiscoveryRate:
		return c.FDR()
	case FalseOmissionRate:
		return c.FOR()
	}
	return Rate{}
}

// undefined says why the rate of a group has no value.
func (m Metric) undefined() string {
	switch m {
	case TruePositiveRate:
		return "nobody in this group is labelled positive"
	case FalsePositiveRate:
		return "nobody in this group is labelled negative"
	case PositivePredictiveValue, FalseDiscoveryRate:
		return "nobody in this group is both flagged and labelled"
	case FalseOmissionRate:
		return "nobody in this group is labelled and not flagged"
	}
	return "nobody is in this group"
}

// A Gap is how far apart the groups of a family are by one metric, as other
// tools print it. It grows by chance with the number of groups and as they
// shrink (see MaxGap), it has no interval, and it decides nothing.
type Gap struct {
	Difference Estimate `json:"difference"` // highest rate less the lowest
	Ratio      Estimate `json:"ratio"`      // lowest rate over the highest
	// LeftOut counts the groups whose rate is undefined. The gap is that of the
	// others, and undefined when fewer than two are left.
	LeftOut int `json:"left_out,omitempty"`
}

// GapOf returns the gap between rates: by selection rates the demographic parity
// difference and ratio, by true positive rates those of equal opportunity.
// The order of the rates does not matter.
func GapOf(rates ...Rate) Gap {
	g := Gap{Difference: bare(0, false), Ratio: bare(0, false)}
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, r := range rates {
		v, ok := r.Value()
		if !ok || !r.valid() {
			g.LeftOut++
			continue
		}
		n++
		low, high = min(low, v), max(high, v)
	}
	if n >= 2 {
		g.Difference = bare(high-low, true)
		if high > 0 {
			g.Ratio = bare(low/high, true)
		}
	}
	return g
}

// EqualisedOdds returns the larger difference and the smaller ratio of the gaps
// in the true and in the false positive rate (Hardt, Price and Srebro 2016).
// A figure is undefined when one of the two is.
func EqualisedOdds(tpr, fpr Gap) Gap {
	return Gap{
		Difference: bare(max(tpr.Difference.Value, fpr.Difference.Value), tpr.Difference.Defined && fpr.Difference.Defined),
		Ratio:      bare(min(tpr.Ratio.Value, fpr.Ratio.Value), tpr.Ratio.Defined && fpr.Ratio.Defined),
		LeftOut:    max(tpr.LeftOut, fpr.LeftOut),
	}
}

// bare is a figure without an interval.
func bare(v float64, defined bool) Estimate {
	if !defined {
		v = 0
	}
	return Estimate{Value: v, Defined: defined, Low: math.NaN(), High: math.NaN()}
}

// A MetricGroup compares one group with everyone else by one metric.
type MetricGroup struct {
	Label string   `json:"label"` // as in GroupResult
	Rate  Rate     `json:"rate"`
	Rest  Rate     `json:"rest"`
	Diff  Estimate `json:"diff"`  // with the Miettinen-Nurminen interval at confidence 1-2*Alpha
	MidP  float64  `json:"mid_p"` // of equal rates, two-sided
	// BH is MidP adjusted over all comparisons of labelled people in the report,
	// by Benjamini and Hochberg: for a list to explore.
	BH        float64 `json:"bh"`
	Undefined string  `json:"undefined,omitempty"` // why the rate has no value
}

// A MetricResult compares the groups of a family by one metric that needs
// labels.
type MetricResult struct {
	Metric Metric        `json:"metric"`
	Gap    Gap           `json:"gap"`
	Groups []MetricGroup `json:"groups"` // in the order of the family's groups
	// Suppressed says that the counts must not be printed: a group is suppressed in
	// the family, or has fewer than MinShow people of the kind that the rate is a
	// share of, who would follow from the others.
	Suppressed bool `json:"suppressed"`
}

// labelMetrics are those of a MetricResult, in order.
var labelMetrics = [...]Metric{TruePositiveRate, FalsePositiveRate, PositivePredictiveValue, FalseDiscoveryRate, FalseOmissionRate}

// compareMetrics compares the groups by each metric that needs labels; nil when
// nobody is labelled.
func compareMetrics(groups []GroupCount, labels []string, p Policy) []MetricResult {
	var all Confusion
	for _, g := range groups {
		all = all.Plus(g.Confusion)
	}
	if all.Labelled() == 0 {
		return nil
	}
	results := make([]MetricResult, 0, len(labelMetrics))
	for _, m := range labelMetrics {
		r := MetricResult{Metric: m, Groups: make([]MetricGroup, len(groups))}
		rates := make([]Rate, len(groups))
		for i, g := range groups {
			rate, rest := m.Of(g.Confusion), m.Of(all.Minus(g.Confusion))
			rates[i] = rate
			out := MetricGroup{Label: labels[i], Rate: rate, Rest: rest, MidP: 1, BH: 1}
			if m == FalseDiscoveryRate { // the mirror image of the one before
				mirror := results[len(results)-1].Groups[i]
				out.MidP, out.Diff = mirror.MidP, mirror.Diff
				out.Diff.Value, out.Diff.Low, out.Diff.High = 0-out.Diff.Value, -mirror.Diff.High, -mirror.Diff.Low
			} else {
				diff := MNDiff(rate, rest, 1-2*p.Alpha)
				out.Diff = Estimate{Low: diff.Low, High: diff.High}
				v1, ok1 := rate.Value()
				v2, ok2 := rest.Value()
				if ok1 && ok2 {
					out.Diff.Value, out.Diff.Defined, out.MidP = v1-v2, true, MidP(rate, rest, TwoSided)
				}
			}
			if rate.N == 0 {
				out.Undefined = m.undefined()
			}
			r.Groups[i] = out
		}
		r.Gap = GapOf(rates...)
		results = append(results, r)
	}
	return results
}

// finishMetrics adjusts the list of comparisons, and marks what must not be
// printed once the groups have been.
func finishMetrics(families []FamilyResult, minShow int) {
	var ps []float64
	var put []*float64
	for f := range families {
		hidden := false
		for _, g := range families[f].Groups {
			hidden = hidden || g.Suppressed
		}
		for m := range families[f].Metrics {
			r := &families[f].Metrics[m]
			r.Suppressed = hidden
			for i := range r.Groups {
				g := &r.Groups[i]
				small := func(n int64) bool { return n > 0 && n < int64(minShow) }
				r.Suppressed = r.Suppressed || small(g.Rate.N) || small(g.Rest.N)
				if g.Diff.Defined && r.Metric != FalseDiscoveryRate { // which is the same test as PositivePredictiveValue
					ps, put = append(ps, g.MidP), append(put, &g.BH)
				}
			}
		}
	}
	for i, adjusted := range BH(ps) {
		*put[i] = adjusted
	}
	for f := range families {
		for m, r := range families[f].Metrics {
			if r.Metric == FalseDiscoveryRate {
				for i := range r.Groups {
					r.Groups[i].BH = families[f].Metrics[m-1].Groups[i].BH
				}
			}
		}
	}
}
