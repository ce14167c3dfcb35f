package fairness

import "math"

// OBrienFleming returns how much of the error alpha a series of looks may have
// spent when the share t of it is over: 2 - 2 Phi(z/sqrt t) at z the quantile of
// 1-alpha/2 (Lan and DeMets, Biometrika 1983;70:659). Early looks get almost
// nothing. It is 0 for t <= 0, alpha for t >= 1, NaN for alpha not between 0
// and 1.
func OBrienFleming(alpha, t float64) float64 {
	switch {
	case !(alpha > 0 && alpha < 1) || math.IsNaN(t):
		return math.NaN()
	case t <= 0:
		return 0
	case t >= 1:
		return alpha
	}
	return 2 * normalAbove(normalQuantile(1-alpha/2)/math.Sqrt(t))
}
