package signal

import (
	"math"
	"slices"

	"github.com/coachgov/coaching/internal/enum"
)

// An Op says how an [Expr] combines the figures of several people. The zero Op
// is none, which no definition may keep.
type Op uint8

const (
	NoOp         Op = iota
	Mean            // mean over people of the person's sum of Num
	Median          // median over people of the person's sum of Num
	Count           // sum over people of Num
	RatioOfSums     // sum over people of Num divided by the sum of Den; never a mean of ratios
	ShareAtLeast    // share of people whose sum of Num is at least Threshold
)

var opNames = [...]string{"none", "mean", "median", "count", "ratio_of_sums", "share_at_least"}

// String returns the name used in files, such as "ratio_of_sums".
func (o Op) String() string { return enum.Name(opNames[:], o, "Op") }

// MarshalText returns the name used in files.
func (o Op) MarshalText() ([]byte, error) { return enum.Marshal(opNames[:], o, "signal: operation") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (o *Op) UnmarshalText(text []byte) error {
	return enum.Unmarshal(opNames[:], o, "signal: operation", text)
}

// An Expr is a typed expression over the columns of a [Panel]. It is not a
// language: an operation, columns that are added, and for a share a threshold.
type Expr struct {
	Op        Op       `json:"op"`
	Num       []string `json:"num"`                // columns, added per person
	Den       []string `json:"den,omitempty"`      // columns, added per person; RatioOfSums only
	Threshold float64  `json:"threshold,omitzero"` // ShareAtLeast only
}

// Columns returns the panel columns that the expression reads, sorted, each
// once.
func (e Expr) Columns() []string {
	columns := slices.Concat(e.Num, e.Den)
	slices.Sort(columns)
	return slices.Compact(columns)
}

// operand is one person's contribution: the sum of Num, and of Den for ratios.
type operand struct{ num, den float64 }

// combine applies the operation. It answers false when nothing contributes or a
// ratio's denominator is zero: undefined is not zero. It reorders the operands.
func (e Expr) combine(ops []operand) (float64, bool) {
	if len(ops) == 0 {
		return 0, false
	}
	// Sums are taken in a fixed order, so that the order of people, who are
	// sorted by pseudonym, does not depend on the file.
	var num, den float64
	for _, o := range ops {
		num += o.num
		den += o.den
	}
	var value float64
	switch e.Op {
	case Mean:
		value = num / float64(len(ops))
	case Median:
		values := make([]float64, len(ops))
		for i, o := range ops {
			values[i] = o.num
		}
		value = median(values)
	case Count:
		value = num
	case RatioOfSums:
		if den == 0 {
			return 0, false
		}
		value = num / den
	case ShareAtLeast:
		hits := 0
		for _, o := range ops {
			if o.num >= e.Threshold {
				hits++
			}
		}
		value = float64(hits) / float64(len(ops))
	default:
		return 0, false
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, false
	}
	return value, true
}
