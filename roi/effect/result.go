// Package effect asks whether something moved.
package effect

import (
	"math/big"

	"github.com/coachgov/coaching"
)

// A Result is an estimated effect with what is known about its uncertainty.
type Result struct {
	Method   string  // the estimator and the test, in words a reader can look up
	Estimate float64 // in the unit of the outcome
	// Low and High bound the effect at the Attained level; they are infinite
	// where the design has too few allocations to bound it.
	Low, High float64
	Level     float64 // the level asked for, such as 0.95
	Attained  float64 // the level reached, at least Level when bounded
	// PCount of PTotal possible allocations give an effect at least as large in
	// absolute value; the observed one is counted.
	PCount, PTotal *big.Int
	Treated        int // units that are ever treated
	Control        int // units that serve as their comparison
	Findings       coaching.Findings
}

// P returns the two-sided exact p-value PCount/PTotal, and 1 when it is unknown.
func (r Result) P() float64 {
	if r.PCount == nil || r.PTotal == nil || r.PTotal.Sign() == 0 {
		return 1
	}
	p, _ := new(big.Rat).SetFrac(r.PCount, r.PTotal).Float64()
	return p
}
