package audit

import (
	"math"
	"math/bits"
)

// A spread is a count of events over some days, with what their days say about
// how much they come in bursts.
type spread struct {
	count   int64
	squares int64 // sum of the squares of the daily counts
	days    int64
}

// maxDaily is the most events of one day that are told apart; it keeps the
// arithmetic below inside 64 bits.
const maxDaily = 1_000_000

// burst returns the ratio of the variance to the mean of the daily counts as a
// fraction, at least 1. Fewer events than one is no evidence of bursts.
func (s spread) burst() (num, den int64) {
	den = s.count * s.days
	num = s.squares*s.days - s.count*s.count
	if den == 0 || num <= den {
		return 1, 1
	}
	return num, den
}

// scaled returns n*num/den without overflow, rounded down.
func scaled(n, num, den int64) int64 {
	hi, lo := bits.Mul64(uint64(n), uint64(num))
	if hi >= uint64(den) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	return int64(min(q, math.MaxInt64))
}

// chance returns the chance of at least count events in days days when known
// predicts them: by the conditional test of two Poisson rates, after division by
// the bursts of what is known. It is 1 where count is no more than what is
// expected on average.
func chance(count, days int64, known spread) float64 {
	num, den := known.burst()
	before := known.count
	if num > den {
		before = scaled(known.count, den, num) + 1 // rounded up: more was known, more is expected
		count = scaled(count, den, num)
	}
	return negativeBinomialTail(count, before+1, days, known.days)
}

// negativeBinomialTail returns the chance of y or more failures before the size-th
// success, the odds of failure to success being n to m. It is 1 up to the mean. It
// takes nothing but the four basic operations, each rounded by itself, so that
// every machine has the same bits: those of package math may differ in the last.
func negativeBinomialTail(y, size, n, m int64) float64 {
	mean := float64(size) * float64(n) / float64(m)
	if float64(y) <= mean {
		return 1
	}
	success, fail := float64(m)/float64(n+m), float64(n)/float64(n+m)
	// C(y+size-1, y) success^size fail^y, and then each next term from the one
	// before. Beyond the mean they fall.
	first := power(success, size).times(power(fail, y))
	for i, k := int64(1), min(y, size-1); i <= k; i++ {
		first = first.times(large(float64(y+size-1-k+i) / float64(i)))
	}
	term := math.Ldexp(first.fraction, first.exponent)
	sum := term
	for j := y; term > sum*1e-16; j++ {
		// The conversions keep a product from being fused with the sum.
		term = float64(float64(term*float64(j+size)) / float64(j+1))
		term = float64(term * fail)
		sum += term
	}
	return min(sum, 1)
}

// A wide is fraction * 2^exponent, which neither overflows nor underflows.
type wide struct {
	fraction float64
	exponent int
}

func large(x float64) wide {
	fraction, exponent := math.Frexp(x)
	return wide{fraction, exponent}
}

func (a wide) times(b wide) wide {
	c := large(a.fraction * b.fraction)
	c.exponent += a.exponent + b.exponent
	return c
}

// power returns x^n.
func power(x float64, n int64) wide {
	p, square := large(1), large(x)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p = p.times(square)
		}
		square = square.times(square)
	}
	return p
}

// most returns the largest count with a chance of more than alpha.
func most(days int64, known spread, alpha float64) int64 {
	low, high := int64(0), int64(1)
	for chance(high, days, known) > alpha {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; chance(mid, days, known) > alpha {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// oneIn returns 1/p with one digit and zeros, at most a thousand million.
func oneIn(p float64) int64 {
	if !(p > 1e-9) {
		return 1_000_000_000
	}
	n, unit := int64(1/p), int64(1)
	for n/unit >= 10 {
		unit *= 10
	}
	return n / unit * unit
}
