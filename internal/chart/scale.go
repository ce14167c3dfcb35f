package chart

import (
	"math"
	"strconv"
	"time"
)

func monthOf(index int) time.Month { return time.Month(index % 12) }

// linear maps lo..hi onto from..to. The conversions to float64 forbid fused
// multiply-add, whose last bit differs between processors.
func linear(lo, hi, from, to float64) func(float64) float64 {
	span := hi - lo
	if span == 0 {
		span = 1
	}
	return func(v float64) float64 { return from + float64((v-lo)/span*(to-from)) }
}

// An axis is a range with round ticks.
type axis struct {
	ticks    []float64 // rising, at least two; the first and the last are the ends of the range
	decimals int       // that tell the ticks apart
}

func (a axis) lo() float64 { return a.ticks[0] }
func (a axis) hi() float64 { return a.ticks[len(a.ticks)-1] }

// axisOf returns the axis for values from lo to hi, both finite, with at most
// most+1 ticks at multiples of 1, 2 or 5 times a power of ten (Heckbert,
// "Nice numbers for graph labels", Graphics Gems, 1990). The range covers lo
// and hi; where they are the same or nearly so it is widened.
func axisOf(lo, hi float64, most int) axis {
	if lo > hi {
		lo, hi = hi, lo
	}
	size := max(math.Abs(lo), math.Abs(hi))
	if hi-lo <= size*1e-9 || hi-lo < 1e-9 {
		pad := size * 0.1
		if pad < 1e-6 {
			pad = 1
		}
		lo, hi = lo-pad, hi+pad
	}
	exp := int(math.Floor(math.Log10((hi - lo) / float64(most))))
	for {
		for _, m := range [...]float64{1, 2, 5} {
			// The first multiple at or below lo, the last at or above hi,
			// forgiving what is lost in the division.
			first, last := math.Floor(over(lo, m, exp)+1e-9), math.Ceil(over(hi, m, exp)-1e-9)
			if last-first > float64(most) {
				continue
			}
			a := axis{decimals: max(-exp, 0)}
			for i := first; i <= last; i++ {
				a.ticks = append(a.ticks, times(i*m, exp))
			}
			if len(a.ticks) == 1 {
				a.ticks = append(a.ticks, times((first+1)*m, exp))
			}
			return a
		}
		exp++
	}
}

// times returns v * 10^exp by one rounding where exp is negative, so that
// 3 * 10^-1 is 0.3 and not its neighbour.
func times(v float64, exp int) float64 {
	if exp < 0 {
		return v / math.Pow10(-exp)
	}
	return v * math.Pow10(exp)
}

// over returns v / (m * 10^exp).
func over(v, m float64, exp int) float64 { return times(v, -exp) / m }

// fixed formats v with n decimals and no negative zero.
func fixed(v float64, n int) string {
	s := strconv.FormatFloat(v, 'f', n, 64)
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == 0 {
		return strconv.FormatFloat(0, 'f', n, 64)
	}
	return s
}
