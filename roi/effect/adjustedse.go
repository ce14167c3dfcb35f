package effect

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// AdjustedSE returns the smaller standard error of Roth and Sant'Anna (2023,
// section 3.3), the default of R's staggered: Neyman's variance less a lower
// bound on how much the effects differ between units, from a regression on the
// periods before the first wave. It is 0 when the bound exceeds the variance.
//
// It is for comparison with that package and for hundreds of units: on pilots
// of twelve leaders without an effect, it was 0 in 45 to 70 of 100 and found an
// effect in 62 to 80 of 100, where the interval of the estimate, from Neyman's
// error, did so in 6 to 14.
func (e BetaEstimate) AdjustedSE() float64 {
	m := e.model
	if m == nil || math.IsInf(e.SE, 1) {
		return math.Inf(1)
	}
	before := 0
	for before < len(m.periods) && m.periods[before] < m.of[0].first {
		before++
	}
	periods := len(m.periods)
	mean := mat.NewSymDense(before, nil) // of the waves' covariances
	coefficients := mat.NewVecDense(before, nil)
	for h, v := range m.of {
		score := e.score[h*periods : (h+1)*periods]
		s, with := mat.NewSymDense(before, nil), mat.NewVecDense(before, nil)
		d := make([]float64, before)
		for _, row := range v.rows {
			sum := 0.0
			for t, y := range row {
				sum += score[t] * (y - v.mean[t])
			}
			for t := range d {
				d[t] = row[t] - v.mean[t]
			}
			for t, y := range d {
				with.SetVec(t, with.AtVec(t)+y*sum)
				for u := t; u < before; u++ {
					s.SetSym(t, u, s.At(t, u)+y*d[u])
				}
			}
		}
		over := 1 / float64(len(v.rows)-1)
		s.ScaleSym(over, s)
		with.ScaleVec(over, with)
		mean.AddSym(mean, s)
		if !addSolution(coefficients, s, with) {
			return math.Inf(1)
		}
	}
	bound := mat.Inner(coefficients, mean, coefficients) / float64(len(m.of)) / float64(m.units)
	return math.Sqrt(max(0, e.SE*e.SE-bound))
}

// addSolution adds the least-norm solution of s x = b to x. Directions in which
// s is below the root of the machine's precision count as nothing, as in R's
// ginv.
func addSolution(x *mat.VecDense, s *mat.SymDense, b *mat.VecDense) bool {
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		return false
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	largest := values[len(values)-1]
	for k, value := range values {
		if value <= largest*math.Sqrt(0x1p-52) || value <= 0 {
			continue
		}
		v := vectors.ColView(k)
		x.AddScaledVec(x, mat.Dot(v, b)/value, v)
	}
	return true
}
