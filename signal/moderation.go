package signal

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A moderation is a prior for the variances of several leaders: each is drawn
// towards s0² with the weight of d0 degrees of freedom.
type moderation struct {
	d0     float64 // +Inf: all leaders share one variance
	s0     float64 // the prior variance
	pooled float64 // degrees of freedom over all leaders
	ok     bool
}

// moderate estimates the prior from the leaders' variances and degrees of
// freedom (Smyth 2004, as limma 3.54 computes it, including its lift of zero
// variances to 1e-5 of their median). It needs three leaders with a variance
// above zero, since two say nothing about how variances vary, and a median above
// zero, without which the lift has no scale.
func moderate(variances, df []float64) moderation {
	var m moderation
	var lifted []float64
	positive := 0
	for i, v := range variances {
		m.pooled += df[i]
		if v > 0 {
			positive++
		}
		lifted = append(lifted, v)
	}
	middle := median(variances)
	if positive < 3 || !(middle > 0) {
		return m
	}
	var mean, expected float64
	e := make([]float64, len(lifted))
	for i, v := range lifted {
		e[i] = math.Log(max(v, 1e-5*middle)) - mathext.Digamma(df[i]/2) + math.Log(df[i]/2)
		mean += e[i]
		expected += trigamma(df[i] / 2)
	}
	n := float64(len(lifted))
	mean /= n
	_, spread := meanVariance(e)
	spread -= expected / n
	m.ok = true
	if spread > 0 {
		m.d0 = 2 * inverseTrigamma(spread)
		m.s0 = math.Exp(mean + mathext.Digamma(m.d0/2) - math.Log(m.d0/2))
		return m
	}
	m.d0 = math.Inf(1)
	for _, v := range lifted {
		m.s0 += max(v, 1e-5*middle)
	}
	m.s0 /= n
	return m
}

// variance returns one leader's moderated variance and its degrees of freedom,
// which cannot exceed those of all leaders together.
func (m moderation) variance(own, df float64) (float64, float64) {
	switch {
	case !m.ok:
		return own, df
	case math.IsInf(m.d0, 1):
		return m.s0, m.pooled
	}
	return (m.d0*m.s0 + df*own) / (m.d0 + df), min(m.d0+df, m.pooled)
}
