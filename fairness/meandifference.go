package fairness

import "math"

// A MeanDifference is the distance between the means of two groups in standard
// deviations, as pooled over both: positive when the first has the higher mean.
type MeanDifference struct {
	CohenD  float64 `json:"cohen_d"`
	HedgesG float64 `json:"hedges_g"` // CohenD times 1 - 3/(4 df - 1): less biased in small groups (Hedges 1981)
}

// StandardisedMeanDifference compares the numbers of two groups. It is false
// when a group is empty, when there are fewer than three people, or when
// nothing varies within the groups.
func StandardisedMeanDifference(first, second []ValueCount) (MeanDifference, bool) {
	n1, m1, s1 := spread(first)
	n2, m2, s2 := spread(second)
	df := n1 + n2 - 2
	if n1 < 1 || n2 < 1 || df < 1 || !(s1+s2 > 0) {
		return MeanDifference{}, false
	}
	d := (m1 - m2) / math.Sqrt((s1+s2)/df)
	return MeanDifference{CohenD: d, HedgesG: d * (1 - 3/(4*df-1))}, true
}

// spread returns the number of people, their mean, and the sum of squares
// around it.
func spread(values []ValueCount) (n, mean, squares float64) {
	for _, v := range values {
		n += float64(v.Count)
		mean += v.Value * float64(v.Count)
	}
	mean /= n // NaN without people, which no caller lets out
	for _, v := range values {
		squares += float64(v.Count) * (v.Value - mean) * (v.Value - mean)
	}
	return n, mean, squares
}
