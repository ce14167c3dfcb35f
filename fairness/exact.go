package fairness

import (
	"math"
	"slices"
	"sort"
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
	// For each x2, the extreme x1 form a run from the extreme end, since the score
	// moves one way in x1; and it moves one way in x2, so that the runs only grow
	// from one end of x2 to the other. Counted from the ends where both are least
	// extreme: how far along x2 does the k-th x1 become extreme?
	at := func(k, m int64) bool { // the k-th most extreme x1, the m-th least extreme x2
		x1, x2 := k, m
		if tail == Greater {
			x1, x2 = a.N-k, b.N-m
		}
		return sign*score(Rate{x1, a.N}, Rate{x2, b.N}) <= seen
	}
	cuts := make([]int64, b.N+1) // number of extreme x1
	for k, low := int64(0), int64(0); k <= a.N && low <= b.N; k++ {
		low += int64(sort.Search(int(b.N+1-low), func(m int) bool { return at(k, low+int64(m)) }))
		for m := low; m <= b.N; m++ { // at most as much work again as one evaluation of chance
			cuts[m] = k + 1
		}
	}
	if tail == Greater {
		slices.Reverse(cuts)
	}
	group, rest := newBinomial(a.N), newBinomial(b.N)
	chance := func(p2 float64) float64 {
		p1 := null(p2)
		if tail == Greater {
			p1 = 1 - p1
		}
		// Of the group, the probability of the k most extreme x1, for each k.
		first, last := group.fill(p1)
		for x := first + 1; x <= last; x++ {
			group.probs[x] += group.probs[x-1]
		}
		from, to := rest.fill(p2)
		sum := 0.0
		for x2 := from; x2 <= to; x2++ {
			if k := cuts[x2] - 1; k >= first {
				sum += rest.probs[x2] * group.probs[min(k, last)]
			}
		}
		return sum
	}
	// The more people, the narrower the peaks of the curve.
	steps := int(max(64, min(400, 4*(a.N+b.N))))
	curve := make([]float64, steps+1)
	for i := range curve {
		curve[i] = chance(lo + (hi-lo)*float64(i)/float64(steps))
		if curve[i] > 0.9999999 {
			return 1 // no verdict hangs on the last digits of such a p-value
		}
	}
	best := slices.Max(curve)
	// The curve is smooth but has several peaks; look closer at each that could win.
	for i, v := range curve {
		if i > 0 && curve[i-1] >= v || i < steps && curve[i+1] > v || v < best-0.02 {
			continue
		}
		const golden = 0.6180339887498949
		left := lo + (hi-lo)*float64(max(0, i-1))/float64(steps)
		right := lo + (hi-lo)*float64(min(steps, i+1))/float64(steps)
		m1, m2 := right-golden*(right-left), left+golden*(right-left)
		f1, f2 := chance(m1), chance(m2)
		for range 20 {
			best = max(best, f1, f2)
			if f1 < f2 {
				left, m1, f1 = m1, m2, f2
				m2 = left + golden*(right-left)
				f2 = chance(m2)
			} else {
				right, m2, f2 = m2, m1, f1
				m1 = right - golden*(right-left)
				f1 = chance(m1)
			}
		}
		best = max(best, f1, f2)
	}
	return min(1, best)
}

// A binomial computes the probabilities of x of n for many chances.
type binomial struct {
	n      int64
	choose []float64 // log of n over x
	up     []float64 // (n-x)/(x+1): what the odds multiply from x to x+1
	down   []float64 // x/(n-x+1)
	probs  []float64 // what fill filled
}

func newBinomial(n int64) *binomial {
	b := &binomial{n: n, choose: make([]float64, n+1), up: make([]float64, n+1), down: make([]float64, n+1), probs: make([]float64, n+1)}
	all, _ := math.Lgamma(float64(n) + 1)
	for x := int64(0); 2*x <= n; x++ {
		here, _ := math.Lgamma(float64(x) + 1)
		left, _ := math.Lgamma(float64(n-x) + 1)
		b.choose[x], b.choose[n-x] = all-here-left, all-here-left
	}
	for x := range n + 1 {
		b.up[x], b.down[x] = float64(n-x)/float64(x+1), float64(x)/float64(n-x+1)
	}
	return b
}

// fill puts the probability of each x of n into probs, between the first and
// the last that do not vanish, walking from the mode by the ratio of neighbours.
func (b *binomial) fill(p float64) (first, last int64) {
	switch {
	case p <= 0:
		b.probs[0] = 1
		return 0, 0
	case p >= 1:
		b.probs[b.n] = 1
		return b.n, b.n
	}
	mode := min(b.n, int64(float64(b.n+1)*p))
	top := math.Exp(b.choose[mode] + float64(mode)*math.Log(p) + float64(b.n-mode)*math.Log1p(-p))
	odds := p / (1 - p)
	b.probs[mode] = top
	first, last = mode, mode
	for q := top; last < b.n; last++ {
		q *= b.up[last] * odds
		if q < 1e-18 {
			break
		}
		b.probs[last+1] = q
	}
	odds = 1 / odds
	for q := top; first > 0; first-- {
		q *= b.down[first] * odds
		if q < 1e-18 {
			break
		}
		b.probs[first-1] = q
	}
	return first, last
}
