package fairness

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// A Shrinkage draws the rates of groups towards each other, the smaller the
// group the more, for showing and ranking them: in a list of raw rates the
// smallest groups come first and last by chance alone. No verdict uses it.
type Shrinkage struct {
	Mean float64 // of the distribution that the groups' true rates come from
	// Prior is the number of people that the mean counts for. It is +Inf when the
	// groups differ no more than chance makes them: then all estimates are the
	// overall rate, with no width of their own.
	Prior float64
	// Groups holds an estimate for each rate given, in the same order, with an
	// interval at the confidence; that of a group without people is the mean.
	Groups []Estimate
	// LR and P test whether the groups' true rates differ at all, by the
	// likelihood ratio, against half a chi-square (Self and Liang 1987).
	LR, P float64
}

// Shrink estimates the rates by empirical Bayes: a beta distribution is fitted
// to them by maximum likelihood, and each rate is its mean given the group's
// own people. conf is two-sided. It is false when a rate is not one of people,
// fewer than two groups hold somebody, nobody or everybody is flagged, or conf
// is not strictly between 0 and 1.
func Shrink(groups []Rate, conf float64) (Shrinkage, bool) {
	var all Rate
	held := 0
	for _, g := range groups {
		if !g.valid() {
			return Shrinkage{}, false
		}
		all = Rate{all.X + g.X, all.N + g.N}
		held += int(indicator(g.N > 0))
	}
	if !all.valid() || held < 2 || all.X == 0 || all.X == all.N || !(conf > 0 && conf < 1) {
		return Shrinkage{}, false
	}
	// Sums of floats must not depend on the order given.
	given := groups
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b Rate) int { return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.X, b.X)) })
	pooled := all.p()
	out := Shrinkage{Mean: pooled, Prior: math.Inf(1), P: 1}
	// The slope of the likelihood in 1/Prior where all rates are equal (Tarone,
	// Biometrika 1979;66:585).
	slope := 0.0
	for _, g := range groups {
		x, y, n := float64(g.X), float64(g.N-g.X), float64(g.N)
		slope += x*(x-1)/(2*pooled) + y*(y-1)/(2*(1-pooled)) - n*(n-1)/2
	}
	if slope > 0 {
		mean := pooled
		const least, most = -14, 20 // of log Prior
		at := fall(func(logPrior float64) float64 {
			prior := math.Exp(logPrior)
			mean = betaMean(groups, prior, mean)
			return priorSlope(groups, mean, prior)
		}, 0, least, most, math.Log(float64(all.N)/float64(held)), 1, 1e-8)
		if at < most-1e-6 {
			out.Prior = math.Exp(at)
			out.Mean = betaMean(groups, out.Prior, mean)
			out.LR = max(0, 2*likelihoodGain(groups, out.Mean, out.Prior, pooled))
			out.P = chiSquareAbove(out.LR, 1) / 2
		}
	}
	tail := (1 - conf) / 2
	for _, g := range given {
		if math.IsInf(out.Prior, 1) {
			out.Groups = append(out.Groups, Estimate{Value: pooled, Defined: true, Low: pooled, High: pooled})
			continue
		}
		a := float64(g.X) + out.Mean*out.Prior
		b := float64(g.N-g.X) + (1-out.Mean)*out.Prior
		out.Groups = append(out.Groups, Estimate{Value: a / (a + b), Defined: true, Low: betaQuantile(tail, a, b), High: 1 - betaQuantile(tail, b, a)})
	}
	return out, true
}

// rise is digamma(a+n) - digamma(a), without cancellation for a large a.
func rise(a, n float64) float64 {
	if n <= 32 {
		sum := 0.0
		for i := 0.0; i < n; i++ {
			sum += 1 / (a + i)
		}
		return sum
	}
	return mathext.Digamma(a+n) - mathext.Digamma(a)
}

// betaMean returns the mean that is most likely for a prior of that weight, by
// bisection of its slope, which falls.
func betaMean(groups []Rate, prior, guess float64) float64 {
	return fall(func(mean float64) float64 {
		sum := 0.0
		for _, g := range groups {
			sum += rise(mean*prior, float64(g.X)) - rise((1-mean)*prior, float64(g.N-g.X))
		}
		return sum
	}, 0, 0, 1, guess, 0.01, 1e-10)
}

// priorSlope is the slope of the log likelihood in the log of the prior's
// weight.
func priorSlope(groups []Rate, mean, prior float64) float64 {
	sum := 0.0
	for _, g := range groups {
		sum += mean*rise(mean*prior, float64(g.X)) + (1-mean)*rise((1-mean)*prior, float64(g.N-g.X)) - rise(prior, float64(g.N))
	}
	return sum * prior
}

// likelihoodGain is the log likelihood of a beta prior less that of one common
// rate.
func likelihoodGain(groups []Rate, mean, prior, pooled float64) float64 {
	sum := 0.0
	for _, g := range groups {
		x, y := float64(g.X), float64(g.N-g.X)
		sum += lbeta(x+mean*prior, y+(1-mean)*prior) - lbeta(mean*prior, (1-mean)*prior)
		sum -= x*math.Log(pooled) + y*math.Log1p(-pooled)
	}
	return sum
}
