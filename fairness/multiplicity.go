package fairness

import (
	"cmp"
	"math"
	"slices"
)

// Holm returns the p-values adjusted by the step-down method of Holm (1979),
// which controls the chance of any false alarm, in the order given. It keeps and
// changes nothing; NaN stays NaN and is not counted.
func Holm(p []float64) []float64 {
	return adjust(p, func(sorted []float64) {
		m, worst := len(sorted), 0.0
		for i := range sorted {
			worst = max(worst, sorted[i]*float64(m-i))
			sorted[i] = min(1, worst)
		}
	})
}

// BH returns the p-values adjusted by the step-up method of Benjamini and
// Hochberg (1995), which controls the expected share of false alarms: for lists
// to explore, not to decide on. Order and NaN as in Holm.
func BH(p []float64) []float64 {
	return adjust(p, func(sorted []float64) {
		m, best := len(sorted), 1.0
		for i := m - 1; i >= 0; i-- {
			best = min(best, sorted[i]*float64(m)/float64(i+1))
			sorted[i] = best
		}
	})
}

func adjust(p []float64, step func(sorted []float64)) []float64 {
	order := make([]int, 0, len(p))
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	sorted := make([]float64, len(order))
	for i, j := range order {
		sorted[i] = p[j]
	}
	step(sorted)
	out := slices.Clone(p)
	for i, j := range order {
		out[j] = sorted[i]
	}
	return out
}
