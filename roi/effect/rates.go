package effect

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"gonum.org/v1/gonum/mathext"

	"github.com/coachgov/coaching"
)

const (
	maxEvents = 2000
	maxTime   = 1 << 20
)

// A Count is a number of events in a length of time, such as exits in weeks.
// Both counts of a comparison use the same unit of time.
type Count struct {
	Events int
	Time   int
}

// Rates estimates the ratio of the rate after to the rate before, for rare
// events that come independently of each other (Poisson). Given the total, the
// events after are binomial, so p is exact: the share of outcomes that are no
// more likely than the observed one. The interval is Clopper and Pearson's
// (1934), carried over to the ratio; Attained is not computed and repeats
// Level, which it is at least. Treated and Control are zero: no units are
// compared. It fails when a count is negative, a time is not positive, there
// are no events at all, or more than 2000.
func Rates(before, after Count) (Result, error) {
	n, x := before.Events+after.Events, after.Events
	switch {
	case before.Events < 0 || after.Events < 0 || before.Events > maxEvents || after.Events > maxEvents || n > maxEvents: // each alone, since a sum may overflow
		return Result{}, fmt.Errorf("effect: %d events before and %d after, want 0 to %d together", before.Events, after.Events, maxEvents)
	case before.Time <= 0 || after.Time <= 0 || before.Time > maxTime || after.Time > maxTime:
		return Result{}, fmt.Errorf("effect: times of %d and %d, want 1 to %d", before.Time, after.Time, maxTime)
	case n == 0:
		return Result{}, errors.New("effect: no events in either window, so their rates have no ratio")
	}
	r := Result{Method: "ratio of Poisson rates; exact conditional test", Level: Level, Attained: Level, Ratio: true,
		Low: 0, High: math.Inf(1), Estimate: math.Inf(1)}
	if before.Events > 0 {
		r.Exact = new(big.Rat).Mul(big.NewRat(int64(x), int64(before.Events)), big.NewRat(int64(before.Time), int64(after.Time)))
		r.Estimate, _ = r.Exact.Float64()
	}

	// Under equal rates an event falls after with probability
	// after.Time/(before.Time+after.Time): the probability of k events after is
	// C(n,k) after^k before^(n-k) over (before+after)^n.
	mass := make([]*big.Int, n+1)
	b, a := big.NewInt(int64(before.Time)), big.NewInt(int64(after.Time))
	for k := range mass {
		mass[k] = new(big.Int).Binomial(int64(n), int64(k))
		mass[k].Mul(mass[k], new(big.Int).Exp(a, big.NewInt(int64(k)), nil))
		mass[k].Mul(mass[k], new(big.Int).Exp(b, big.NewInt(int64(n-k)), nil))
	}
	r.PTotal = new(big.Int).Exp(new(big.Int).Add(a, b), big.NewInt(int64(n)), nil)
	r.PCount, r.GreaterCount, r.LessCount = new(big.Int), new(big.Int), new(big.Int)
	for k, m := range mass {
		if m.Cmp(mass[x]) <= 0 {
			r.PCount.Add(r.PCount, m)
		}
		if k >= x {
			r.GreaterCount.Add(r.GreaterCount, m)
		}
		if k <= x {
			r.LessCount.Add(r.LessCount, m)
		}
	}

	tail := (1 - Level) / 2
	odds := func(p float64) float64 { return p / (1 - p) * float64(before.Time) / float64(after.Time) }
	if x > 0 {
		r.Low = odds(mathext.InvRegIncBeta(float64(x), float64(n-x+1), tail))
	}
	if x < n {
		r.High = odds(mathext.InvRegIncBeta(float64(x+1), float64(n-x), 1-tail))
	}
	r.report("PIL-084", coaching.Warning, "there is no comparison: seasons and other changes may explain the ratio")
	return r, nil
}
