package chart

import "math"

// A Format says how the numbers of an axis are written. The zero Format is
// Plain.
type Format uint8

const (
	Plain   Format = iota
	Percent        // 0.25 is written "25 %"
)

// write formats v, which is finite, with n decimals of what is shown.
func (f Format) write(v float64, n int) string {
	if f == Percent {
		return decimals(v*100, n) + "\u00a0%"
	}
	return decimals(v, n)
}

// tick formats tick i of an axis.
func (f Format) tick(a axis, i int) string {
	if f == Percent {
		return f.write(a.ticks[i], max(a.decimals-2, 0))
	}
	return f.write(a.ticks[i], a.decimals)
}

// value formats a value beside its mark, one digit finer than the ticks.
func (f Format) value(a axis, v float64) string {
	n := a.decimals + 1
	if f == Percent {
		n = max(a.decimals-2, 0)
	} else if math.Abs(a.hi()-a.lo()) >= 100 {
		n = 0
	}
	return f.write(v, n)
}
