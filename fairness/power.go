package fairness

import "math"

// Power returns the chance that a two-sided test of size alpha finds two rates
// different in n people a group, when the true ones are first and second: by the
// normal approximation that R's power.prop.test uses. It is false for rates that
// are not strictly between 0 and 1, fewer than one person, or alpha out of
// range.
func Power(first, second float64, n int64, alpha float64) (float64, bool) {
	if !(first > 0 && first < 1 && second > 0 && second < 1 && alpha > 0 && alpha < 1) || n < 1 {
		return 0, false
	}
	mean := (first + second) / 2
	gap := math.Sqrt(float64(n)) * math.Abs(first-second)
	z := zTwoSided(1 - alpha)
	return normalAbove((z*math.Sqrt(2*mean*(1-mean)) - gap) / math.Sqrt(first*(1-first)+second*(1-second))), true
}
