package signal

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/coachgov/coaching/internal/enum"
)

const (
	// madFactor makes the median absolute deviation estimate a normal's standard
	// deviation: 1/qnorm(3/4). R's mad() rounds it to 1.4826.
	madFactor = 1.482602218505602
	// aadFactor does the same for the mean absolute deviation from the median:
	// sqrt(pi/2) (Iglewicz and Hoaglin 1993).
	aadFactor = 1.253314137315500
)

// median returns the middle value, the mean of the two middle ones of an even
// number, and NaN of none. The values are not reordered.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// deviations returns how far each value is from m, in either direction.
func deviations(values []float64, m float64) []float64 {
	d := make([]float64, len(values))
	for i, v := range values {
		d[i] = math.Abs(v - m)
	}
	return d
}

// mad returns the raw median absolute deviation from the median.
func mad(values []float64) float64 { return median(deviations(values, median(values))) }

func madn(values []float64) float64 { return madFactor * mad(values) }

// meanOf returns the mean, NaN of none.
func meanOf(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// meanVariance returns the mean and the variance with divisor n-1, which is NaN
// below two values. Two passes keep the digits, and make the mean of equal values
// that value.
func meanVariance(values []float64) (mean, variance float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range values {
		mean += v
	}
	n := float64(len(values))
	mean /= n
	if len(values) < 2 {
		return mean, math.NaN()
	}
	var sum, rest float64
	for _, v := range values {
		sum += (v - mean) * (v - mean)
		rest += v - mean
	}
	return mean + rest/n, max(0, sum-rest*rest/n) / (n - 1)
}

// A Scale says which measure of spread a robust z divides by. The zero Scale is
// none: the baseline is constant and has no z.
type Scale uint8

const (
	NoScale Scale = iota
	MADN          // 1.4826 x median absolute deviation
	AAD           // 1.2533 x mean absolute deviation, where the median one is zero
)

var scaleNames = [...]string{"none", "madn", "aad"}

// String returns the name used in files, such as "madn".
func (s Scale) String() string { return enum.Name(scaleNames[:], s, "Scale") }

// robustScale returns MADN, or the scaled mean deviation when MADN is zero, or
// none when every value is the same.
func robustScale(values []float64) (float64, Scale) {
	away := deviations(values, median(values))
	return scaleOf(madFactor*median(away), aadFactor*meanOf(away))
}

// scaleOf chooses between the two.
func scaleOf(madn, aad float64) (float64, Scale) {
	switch {
	case madn > 0:
		return madn, MADN
	case aad > 0:
		return aad, AAD
	}
	return 0, NoScale
}

// tQuantile is the quantile of Student's t; infinite df is the normal.
func tQuantile(p, df float64) float64 {
	if math.IsInf(df, 1) {
		return distuv.UnitNormal.Quantile(p)
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(p)
}

// trigamma is the second derivative of log gamma: Hurwitz zeta(2, x).
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

// tetragamma is the derivative of trigamma: -2 zeta(3, x).
func tetragamma(x float64) float64 { return -2 * mathext.Zeta(3, x) }

// inverseTrigamma solves trigamma(y) = x for x > 0 by Newton's method on
// 1/trigamma, which is convex and nearly linear (Smyth 2004, appendix).
func inverseTrigamma(x float64) float64 {
	switch {
	case math.IsNaN(x) || x <= 0:
		return math.NaN()
	case x > 1e7:
		return 1 / math.Sqrt(x)
	case x < 1e-6:
		return 1 / x
	}
	y := 0.5 + 1/x
	for range 50 {
		tri := trigamma(y)
		step := tri * (1 - tri/x) / tetragamma(y)
		y += step
		if -step/y < 1e-14 {
			break
		}
	}
	return y
}
