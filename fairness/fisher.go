package fairness

import "math"

// A Tail says which alternative a test looks for. The zero Tail is TwoSided.
type Tail uint8

const (
	TwoSided Tail = iota
	Less          // the first rate is the lower one
	Greater       // the first rate is the higher one
)

// Fisher returns the p-value of Fisher's exact test of two rates. Two-sided, it
// adds the tables that are no more probable than the one observed, as R does.
// NaN for rates that are not ones of people; 1 when one is undefined.
//
// Regulators expect it; it is conservative, and MidP is the better test
// (Lydersen, Fagerland and Laake, Stat Med 2009;28:1159).
func Fisher(a, b Rate, tail Tail) float64 {
	p, _ := fisher(a, b, tail)
	return p
}

// MidP returns the mid-p version of Fisher's exact test: the p-value less half
// the probability of the table observed.
func MidP(a, b Rate, tail Tail) float64 {
	p, observed := fisher(a, b, tail)
	return p - observed/2
}

func fisher(a, b Rate, tail Tail) (p, observed float64) {
	if !a.valid() || !b.valid() || tail > Greater {
		return math.NaN(), math.NaN()
	}
	if a.N == 0 || b.N == 0 {
		return 1, 0
	}
	x := a.X + b.X
	lo, hi := max(0, x-b.N), min(x, a.N)
	observed = hypergeometricPMF(a.X, x, a.N, b.N)
	mode := max(lo, min(hi, int64(float64(x+1)*float64(a.N+1)/float64(a.N+b.N+2))))
	top := hypergeometricPMF(mode, x, a.N, b.N)
	cut := observed * (1 + 1e-7)
	take := func(t int64, q float64) bool {
		switch tail {
		case Less:
			return t <= a.X
		case Greater:
			return t >= a.X
		}
		return q <= cut
	}
	// From the mode outwards, by the ratio of neighbours.
	sum := 0.0
	q := top
	for t := mode; t <= hi; t++ {
		if take(t, q) {
			sum += q
		}
		if t > a.X && q < observed*1e-18 || q == 0 {
			break
		}
		q *= float64(a.N-t) / float64(t+1) * float64(x-t) / float64(b.N-x+t+1)
	}
	q = top
	for t := mode - 1; t >= lo; t-- {
		q *= float64(t+1) / float64(a.N-t) * float64(b.N-x+t+1) / float64(x-t)
		if take(t, q) {
			sum += q
		}
		if t < a.X && q < observed*1e-18 || q == 0 {
			break
		}
	}
	return min(1, sum), observed
}
