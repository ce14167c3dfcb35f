package fairness

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ReviewSize returns how many cases must be reviewed so that finding at most
// accept wrong ones shows, at a one-sided confidence, that no more than the
// share most is wrong. population is the number of cases to draw from, 0 for an
// endless one; the answer never exceeds it. It is false for a share or a
// confidence that is not strictly between 0 and 1, or a negative number.
//
// Zero wrong in n bounds the rate by about 3/n at 95 %.
func ReviewSize(population int64, conf, most float64, accept int64) (int64, bool) {
	if !(conf > 0 && conf < 1) || !(most > 0 && most < 1) || accept < 0 || population < 0 || population > maxCount {
		return 0, false
	}
	enough := func(n int64) bool {
		// Chance of at most accept wrong ones at the rate to rule out.
		return n > accept && mathext.RegIncBeta(float64(n-accept), float64(accept+1), 1-most) <= 1-conf
	}
	high := int64(1) << 40
	if population > 0 {
		high = population
		wrong := countAt(most, population) + 1 // the fewest wrong ones that break the promise
		enough = func(n int64) bool {
			return n >= population || hypergeometricBelow(accept, n, wrong, population-wrong) <= (1-conf)*(1+1e-12)
		}
	}
	low := int64(0)
	for low < high {
		mid := low + (high-low)/2
		if enough(mid) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low, true
}

// countAt is the largest whole number that is at most share of population, a
// share such as 0.07 meaning the decimal that it prints as.
func countAt(share float64, population int64) int64 {
	return min(population, int64(math.Floor(share*float64(population)*(1+1e-12))))
}

// MostWrong returns the exact one-sided upper bound on the number of wrong cases
// among population, after reviewing r.N of them and finding r.X wrong (inversion
// of the hypergeometric distribution). It is false when the review is larger
// than the population or conf not strictly between 0 and 1.
func MostWrong(r Rate, population int64, conf float64) (int64, bool) {
	if !r.valid() || r.N > population || population > maxCount || !(conf > 0 && conf < 1) {
		return 0, false
	}
	low, high := r.X, population-(r.N-r.X) // high is the most that the finding allows
	for low < high {
		mid := low + (high-low+1)/2
		if hypergeometricBelow(r.X, r.N, mid, population-mid) > (1-conf)*(1+1e-12) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low, true
}

// moreWrongP is the p-value of the claim that at most the share most of a
// population is wrong, after finding r.X wrong in r.N.
func moreWrongP(r Rate, population int64, most float64) float64 {
	if r.X == 0 {
		return 1
	}
	wrong := countAt(most, population)
	return 1 - hypergeometricBelow(r.X-1, r.N, wrong, population-wrong)
}

// A ReviewStratum is one part of a review: how many cases it has, and the
// reviewed ones among them of which X were wrong.
type ReviewStratum struct {
	Population int64
	Reviewed   Rate
}

// A WeightedRate is a rate over strata, each weighted by its population.
type WeightedRate struct {
	Rate      float64
	Variance  float64 // with finite population correction
	Effective float64 // sample size of a simple sample of the same precision, at most the one reviewed
}

// Weigh returns the rate over all strata. Strata without people are left out;
// it is false when a stratum with people has no review, a review is larger than
// its stratum, or no people are left.
func Weigh(strata []ReviewStratum) (WeightedRate, bool) {
	var population, reviewed float64
	for _, s := range strata {
		if !s.Reviewed.valid() || s.Reviewed.N > s.Population || s.Population > 0 && s.Reviewed.N == 0 {
			return WeightedRate{}, false
		}
		population += float64(s.Population)
		reviewed += float64(s.Reviewed.N)
	}
	if population == 0 {
		return WeightedRate{}, false
	}
	var w WeightedRate
	for _, s := range strata {
		if s.Population == 0 {
			continue
		}
		share, p := float64(s.Population)/population, s.Reviewed.p()
		w.Rate += share * p
		if n := float64(s.Reviewed.N); n > 1 {
			w.Variance += share * share * (1 - n/float64(s.Population)) * p * (1 - p) / (n - 1)
		}
	}
	w.Effective = reviewed
	if w.Variance > 0 {
		w.Effective = min(reviewed, w.Rate*(1-w.Rate)/w.Variance)
	}
	return w, true
}

// KornGraubard returns the two-sided interval of a weighted rate: the exact
// interval at the effective sample size (Korn and Graubard, Survey Methodology
// 1998;24:193).
func (w WeightedRate) KornGraubard(conf float64) Interval {
	if !(conf > 0 && conf < 1) || w.Effective <= 0 {
		return invalid()
	}
	return clopperPearson(w.Rate*w.Effective, w.Effective, (1-conf)/2)
}
