package effect

import (
	"math"
	"math/big"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/chart"
)

// Level is the level of intervals unless another is asked for with
// [Result.At].
const Level = 0.95

// A Result is an estimated effect with what is known about its uncertainty.
type Result struct {
	Method   string  // the estimator and the test, in words a reader can look up
	Estimate float64 // in the unit of the outcome, or a ratio
	// Ratio says that Estimate, Low and High are ratios, which are 1 without an
	// effect; otherwise they are differences, which are 0.
	Ratio bool
	// Low and High bound the effect at the Attained level, ends included; they
	// are infinite where the design has too few allocations to bound it.
	Low, High float64
	Level     float64 // the level asked for, such as 0.95
	Attained  float64 // the level reached, at least Level
	// PCount of PTotal possible allocations give an effect at least as large in
	// absolute value; the observed one is counted.
	PCount, PTotal *big.Int
	Treated        int // units that are ever treated
	Control        int // units that serve as their comparison
	Findings       coaching.Findings

	// Exact, ExactLow and ExactHigh are Estimate, Low and High as fractions;
	// nil where there is none, such as an end that is infinite.
	Exact, ExactLow, ExactHigh *big.Rat
	// GreaterCount and LessCount of PTotal allocations give an effect at least,
	// and at most, as large as the observed one: the one-sided tests.
	GreaterCount, LessCount *big.Int
	// Beside is the usual approximation, for comparison; nil where there is
	// none that holds at this size.
	Beside *Approximation
	// Distribution holds the estimates that the possible allocations give under
	// no effect, in ascending order, for drawing; nil for counts of events, and
	// where more than 200,000 allocations were counted and not listed.
	Distribution []Mass

	inversion *inversion
	bins      func() []chart.Bin // of a distribution that was counted and not listed
}

// A Mass is one value of a randomisation distribution and how many allocations
// give it.
type Mass struct {
	Value float64
	Count int
}

// P returns the two-sided exact p-value PCount/PTotal, and 1 when it is unknown.
func (r Result) P() float64 {
	if r.PCount == nil || r.PTotal == nil || r.PTotal.Sign() == 0 {
		return 1
	}
	p, _ := new(big.Rat).SetFrac(r.PCount, r.PTotal).Float64()
	return p
}

// Bounded reports whether both ends of the interval are finite.
func (r Result) Bounded() bool { return !math.IsInf(r.Low, 0) && !math.IsInf(r.High, 0) }

// At returns the result with the interval at another level, above 0 and below
// 1. A result that cannot be inverted, or a level outside, is returned as it is.
func (r Result) At(level float64) Result {
	if r.inversion == nil || !(level > 0 && level < 1) {
		return r
	}
	r.setInterval(level)
	return r
}
