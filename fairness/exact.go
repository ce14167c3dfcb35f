package fairness

import (
	"math"
	"slices"
)

// ExactRatio returns the exact unconditional one-sided p-value of a/b against
// theta: Less asks whether the true ratio is below theta, Greater whether it is
// above. Tables are ordered by ScoreRatio, and the probability of one as extreme
// is maximised over the unknown rate (Chan and Zhang, Biometrics 1999;55:1202),
// on a grid that is refined around its peak. The score test is a little liberal
// in tiny tables; this is not. Work grows with a.N times b.N: above 10,000 or so
// the score test is as good. TwoSided is NaN; a rate without people gives 1.
func ExactRatio(a, b Rate, theta float64, tail Tail) float64 {
	if !(theta > 0) || math.IsInf(theta, 1) {
		return math.NaN()
	}
	return exactUnconditional(a, b, tail,
		func(a, b Rate) float64 { return ScoreRatio(a, b, theta) },
		func(p2 float64) float64 { return min(1, theta*p2) }, 0, min(1, 1/theta))
}

// ExactDiff is ExactRatio for the difference a - b against delta between -1
// and 1, ordered by ScoreDiff.
func ExactDiff(a, b Rate, delta float64, tail Tail) float64 {
	if !(delta > -1 && delta < 1) {
		return math.NaN()
	}
	return exactUnconditional(a, b, tail,
		func(a, b Rate) float64 { return ScoreDiff(a, b, delta) },
		func(p2 float64) float64 { return max(0, min(1, p2+delta)) }, max(0, -delta), min(1, 1-delta))
}

// exactUnconditional maximises the chance of a table as extreme as (a, b) over
// p2 in [lo, hi], where p1 = null(p2).
func exactUnconditional(a, b Rate, tail Tail, score func(a, b Rate) float64, null func(float64) float64, lo, hi float64) float64 {
	if !a.valid() || !b.valid() || tail != Less && tail != Greater {
		return math.NaN()
	}
	if a.N == 0 || b.N == 0 {
		return 1
	}
	sign := 1.0
	if tail == Greater {
		sign = -1
	}
	seen := sign*score(a, b) + 1e-9 // ties are as extreme
	// For each x2, the extreme x1 form a run that starts at the extreme end: the
	// score moves one way in x1.
	cuts := make([]int64, b.N+1) // number of extreme x1
	for x2 := range b.N + 1 {
		low, high := int64(0), a.N+1
		for low < high {
			mid := (low + high) / 2
			x1 := mid
			if tail == Greater {
				x1 = a.N - mid
			}
			if sign*score(Rate{x1, a.N}, Rate{x2, b.N}) <= seen {
				low = mid + 1
			} else {
				high = mid
			}
		}
		cuts[x2] = low
	}
	first := make([]float64, a.N+2) // first[k]: probability of the k most extreme x1
	chance := func(p2 float64) float64 {
		p1 := null(p2)
		if tail == Greater {
			p1 = 1 - p1
		}
		fill(first[1:], p1)
		first[0] = 0
		for i := 1; i < len(first); i++ {
			first[i] += first[i-1]
		}
		sum := 0.0
		eachBinomial(b.N, p2, func(x2 int64, p float64) { sum += p * first[cuts[x2]] })
		return sum
	}
	const steps = 400
	at := make([]float64, steps+1)
	for i := range at {
		at[i] = chance(lo + (hi-lo)*float64(i)/steps)
	}
	best := slices.Max(at)
	if best > 0.999 {
		return min(1, best) // no verdict hangs on the last digits of such a p-value
	}
	// The curve is smooth but has several peaks; look closer at each that could win.
	for i, v := range at {
		if i > 0 && at[i-1] >= v || i < steps && at[i+1] > v || v < best-0.02 {
			continue
		}
		left := lo + (hi-lo)*float64(max(0, i-1))/steps
		right := lo + (hi-lo)*float64(min(steps, i+1))/steps
		const golden = 0.6180339887498949
		for range 30 {
			m1, m2 := right-golden*(right-left), left+golden*(right-left)
			f1, f2 := chance(m1), chance(m2)
			best = max(best, f1, f2)
			if f1 < f2 {
				left = m1
			} else {
				right = m2
			}
		}
	}
	return min(1, best)
}

// fill sets probs[x] to the binomial probability of x among len(probs)-1.
func fill(probs []float64, p float64) {
	clear(probs)
	eachBinomial(int64(len(probs)-1), p, func(x int64, q float64) { probs[x] = q })
}

// eachBinomial calls f with the probability of each x of n, leaving out those
// that vanish. It walks from the mode by the ratio of neighbours.
func eachBinomial(n int64, p float64, f func(x int64, prob float64)) {
	if p <= 0 {
		f(0, 1)
		return
	}
	if p >= 1 {
		f(n, 1)
		return
	}
	mode := min(n, int64(float64(n+1)*p))
	top := binomialPMF(float64(mode), float64(n), p, 1-p)
	odds := p / (1 - p)
	q := top
	for x := mode; x <= n && q > 1e-18; x++ {
		f(x, q)
		q *= float64(n-x) / float64(x+1) * odds
	}
	q = top
	for x := mode - 1; x >= 0; x-- {
		q *= float64(x+1) / float64(n-x) / odds
		if q <= 1e-18 {
			break
		}
		f(x, q)
	}
}
