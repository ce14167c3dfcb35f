package effect

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Comparison is one of two groups, before it begins: how many units on each
// side, and the variance of one unit's outcome, such as a change or a mean of
// weeks, in the square of the outcome's unit.
type Comparison struct {
	Treated, Control int
	Variance         float64
}

// mostQuantile bounds how far out a test may look: the series of the noncentral t
// takes as many terms as the distance, and a power there helps nobody.
const mostQuantile = 100

// check returns the standard error of the difference and its degrees of freedom.
func (p Comparison) check(alpha float64) (se, df float64, err error) {
	if p.Treated < 2 || p.Control < 2 || p.Treated > maxUnits || p.Control > maxUnits {
		return 0, 0, fmt.Errorf("effect: groups of %d and %d, want at least 2 each", p.Treated, p.Control)
	}
	if !(p.Variance > 0) || math.IsInf(p.Variance, 1) {
		return 0, 0, fmt.Errorf("effect: variance %v of a unit, want a finite one above 0", p.Variance)
	}
	if !(alpha > 0 && alpha < 1) {
		return 0, 0, fmt.Errorf("effect: level %v of the test, want more than 0 and less than 1", alpha)
	}
	se = math.Sqrt(p.Variance * (1/float64(p.Treated) + 1/float64(p.Control)))
	df = float64(p.Treated + p.Control - 2)
	if !(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(1-alpha/2) <= mostQuantile) {
		return 0, 0, fmt.Errorf("effect: level %v of a test of %d units, which asks for more than %d standard errors", alpha, p.Treated+p.Control, mostQuantile)
	}
	return se, df, nil
}

// Power returns the chance that a two-sided t-test at the level alpha finds an
// effect of this size, both tails counted, by the noncentral t distribution.
func (p Comparison) Power(effect, alpha float64) (float64, error) {
	se, df, err := p.check(alpha)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(effect) {
		return 0, errors.New("effect: an effect that is not a number has no power")
	}
	return powerT(math.Abs(effect)/se, df, alpha), nil
}

func powerT(shift, df, alpha float64) float64 {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(1 - alpha/2)
	if shift > 40+t { // the series would begin at exp(-800)
		return 1
	}
	return 1 - noncentralT(t, df, shift) + noncentralT(-t, df, shift)
}

// Detectable returns the minimum detectable effect: the least that a two-sided
// t-test at the level alpha finds with this power. The power is more than alpha
// and less than 1.
func (p Comparison) Detectable(power, alpha float64) (float64, error) {
	se, df, err := p.check(alpha)
	if err != nil {
		return 0, err
	}
	if !(power > alpha && power < 1) {
		return 0, fmt.Errorf("effect: power %v at the level %v, want more than the level and less than 1", power, alpha)
	}
	low, high := 0.0, 1.0
	for powerT(high, df, alpha) < power {
		high *= 2
	}
	for range 100 {
		if middle := (low + high) / 2; powerT(middle, df, alpha) < power {
			low = middle
		} else {
			high = middle
		}
	}
	return high * se, nil
}

// DetectableBloom returns the minimum detectable effect by the formula of Bloom
// (Eval Rev 1995;19:547), the sum of two t quantiles times the standard error: a
// little less than [Comparison.Detectable], and what most sample size sheets print.
func (p Comparison) DetectableBloom(power, alpha float64) (float64, error) {
	se, df, err := p.check(alpha)
	if err != nil {
		return 0, err
	}
	if !(power > alpha && power < 1) {
		return 0, fmt.Errorf("effect: power %v at the level %v, want more than the level and less than 1", power, alpha)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
	return (t.Quantile(1-alpha/2) + t.Quantile(power)) * se, nil
}

// noncentralT returns the distribution function of the noncentral t at t, by the
// series of Lenth (Appl Stat 1989;38:185, AS 243), summed outward from its
// largest term so that no term underflows before the others count.
func noncentralT(t, df, delta float64) float64 {
	if t < 0 {
		return 1 - noncentralT(-t, df, -delta)
	}
	base := math.Erfc(delta/math.Sqrt2) / 2 // normal distribution function at -delta
	x := t * t / (df + t*t)
	if x == 0 {
		return base
	}
	half := delta * delta / 2
	// term returns the j-th: Poisson weights with incomplete beta functions.
	term := func(j float64) float64 {
		lg, _ := math.Lgamma(j + 1)
		p := 0.0
		if half > 0 || j == 0 {
			exponent := -half - lg
			if j > 0 {
				exponent += j * math.Log(half)
			}
			p = math.Exp(exponent)
		}
		lg, _ = math.Lgamma(j + 1.5)
		q := 0.0
		if half > 0 {
			q = delta / math.Sqrt2 * math.Exp(-half+j*math.Log(half)-lg)
		}
		return p*mathext.RegIncBeta(j+0.5, df/2, x) + q*mathext.RegIncBeta(j+1, df/2, x)
	}
	sum, middle := 0.0, math.Floor(half)
	for j := middle; j >= 0; j-- {
		add := term(j)
		sum += add
		if j < middle && math.Abs(add) < 1e-17 {
			break
		}
	}
	for j := middle + 1; j < middle+10_000; j++ {
		add := term(j)
		sum += add
		if math.Abs(add) < 1e-17 {
			break
		}
	}
	return min(1, max(0, base+sum/2))
}

// A Readings is how often each unit is read before and after the start, with a
// variance of 1 for one reading. Take the correlations from the history of the
// baseline: that of coaching figures falls with distance, and then the formulas
// for a constant one promise too much (Burlig, Preonas and Woerman 2020).
type Readings struct{ Before, After int }

func (r Readings) check(rho float64) error {
	if r.Before < 1 || r.After < 1 || r.Before > 10_000 || r.After > 10_000 {
		return fmt.Errorf("effect: %d readings before and %d after, want 1 to 10000 each", r.Before, r.After)
	}
	if !(rho >= 0 && rho < 1) {
		return fmt.Errorf("effect: correlation %v of two readings, want 0 up to 1", rho)
	}
	return nil
}

// Post returns the variance of the mean after the start, for a constant
// correlation rho of two readings of a unit (McKenzie, J Dev Econ 2012;99:210).
func (r Readings) Post(rho float64) (float64, error) {
	after := float64(r.After)
	return (1 + (after-1)*rho) / after, r.check(rho)
}

// Difference returns the variance of the mean after less the mean before.
func (r Readings) Difference(rho float64) (float64, error) {
	return (1 - rho) * (1/float64(r.Before) + 1/float64(r.After)), r.check(rho)
}

// Adjusted returns the variance of the mean after that a regression on the mean
// before leaves ([ANCOVA]).
func (r Readings) Adjusted(rho float64) (float64, error) {
	post, err := r.Post(rho)
	before := float64(r.Before)
	return post - before*rho*rho/(1+(before-1)*rho), err
}

// Serial returns the variance of the mean after less the mean before for any
// correlations: lag[k] is that of two readings k periods apart, and lag[0] is 1.
// The readings follow on each other without a gap. It fails when there are fewer
// lags than pairs of readings need, one is outside -1 to 1, or the variance would
// not be above zero, which no correlations of real readings give.
func (r Readings) Serial(lag []float64) (float64, error) {
	if err := r.check(0); err != nil {
		return 0, err
	}
	n := r.Before + r.After
	if len(lag) < n || lag[0] != 1 {
		return 0, fmt.Errorf("effect: %d lags, want %d, the first of them 1", len(lag), n)
	}
	weight := func(i int) float64 {
		if i < r.Before {
			return -1 / float64(r.Before)
		}
		return 1 / float64(r.After)
	}
	sum := 0.0
	for i := range n {
		for j := range n {
			k := max(i, j) - min(i, j)
			if !(lag[k] >= -1 && lag[k] <= 1) {
				return 0, fmt.Errorf("effect: correlation %v at lag %d, want -1 to 1", lag[k], k)
			}
			sum += weight(i) * weight(j) * lag[k]
		}
	}
	if !(sum > 0) {
		return 0, fmt.Errorf("effect: these correlations give a variance of %v", sum)
	}
	return sum, nil
}

// MinP returns the smallest one-sided and two-sided p-value that complete
// randomisation of two groups can give, exactly: look at it before a pilot
// starts. It fails for an empty group, and for more than 10,000 units.
func MinP(treated, control int) (one, two *big.Rat, err error) {
	if treated < 1 || control < 1 || treated+control > 10_000 {
		return nil, nil, fmt.Errorf("effect: groups of %d and %d, want at least 1 each and 10000 in all", treated, control)
	}
	all := new(big.Int).Binomial(int64(treated+control), int64(treated))
	one = new(big.Rat).SetFrac(big.NewInt(1), all)
	if treated != control {
		return one, one, nil
	}
	// With equal groups the mirror image of each allocation is as extreme.
	return one, new(big.Rat).SetFrac(big.NewInt(2), all), nil
}
