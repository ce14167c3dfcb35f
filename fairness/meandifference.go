package fairness

import "math"

// A MeanDifference is the distance between the means of two groups in standard
// deviations, as pooled over both: positive when the first has the higher mean.
type MeanDifference struct {
	CohenD  float64
	HedgesG float64 // CohenD times 1 - 3/(4 df - 1): less biased in small groups (Hedges 1981)
	SE      float64 // of HedgesG, for large groups (Hedges and Olkin 1985)
}

// StandardisedMeanDifference compares the numbers of two groups. It is false
// when a group is empty, when there are fewer than three people, or when
// nothing varies within the groups.
func StandardisedMeanDifference(first, second Moments) (MeanDifference, bool) {
	squares := func(m Moments) float64 {
		if m.N < 2 {
			return 0
		}
		return float64(m.N-1) * m.Variance
	}
	n1, n2 := float64(first.N), float64(second.N)
	df, sum := n1+n2-2, squares(first)+squares(second)
	if first.N < 1 || second.N < 1 || df < 1 || !(sum > 0) || math.IsInf(sum, 1) {
		return MeanDifference{}, false
	}
	d := (first.Mean - second.Mean) / math.Sqrt(sum/df)
	g := d * (1 - 3/(4*df-1))
	if math.IsNaN(g) || math.IsInf(g, 0) {
		return MeanDifference{}, false
	}
	return MeanDifference{CohenD: d, HedgesG: g, SE: math.Sqrt((n1+n2)/(n1*n2) + g*g/(2*(n1+n2)))}, true
}
