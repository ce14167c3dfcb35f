package fairness

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Rate is X of N people. With N = 0 it is undefined, which is not zero.
type Rate struct {
	X int64 `json:"x"`
	N int64 `json:"n"`
}

// Value returns X/N, and false when nobody was counted.
func (r Rate) Value() (float64, bool) {
	if r.N <= 0 {
		return 0, false
	}
	return float64(r.X) / float64(r.N), true
}

// String returns "X of N".
func (r Rate) String() string { return fmt.Sprintf("%d of %d", r.X, r.N) }

// valid reports whether the rate is one of people: 0 <= X <= N, N exact in a float64.
func (r Rate) valid() bool { return r.X >= 0 && r.X <= r.N && r.N <= maxCount }

// p is X/N for a rate with N > 0.
func (r Rate) p() float64 { return float64(r.X) / float64(r.N) }

// An Interval is a range of values that the data do not exclude. Low may be
// -Inf and High +Inf; both are NaN when the question was not a valid one.
type Interval struct{ Low, High float64 }

// MarshalJSON returns [low,high], with null for a side without a bound.
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]*float64{finite(i.Low), finite(i.High)})
}

// UnmarshalJSON reads what MarshalJSON writes: a side without a bound is
// infinite.
func (i *Interval) UnmarshalJSON(data []byte) error {
	var ends []*float64
	if err := json.Unmarshal(data, &ends); err != nil || len(ends) != 2 {
		return errors.New("fairness: not an interval; want [low, high], with null for a side without a bound")
	}
	*i = Interval{bound(ends[0], -1), bound(ends[1], 1)}
	return nil
}

// bound returns the number, and infinity on its side for none.
func bound(v *float64, side int) float64 {
	if v == nil {
		return math.Inf(side)
	}
	return *v
}

// finite returns nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// invalid is the interval of a question without an answer.
func invalid() Interval { return Interval{math.NaN(), math.NaN()} }

// zTwoSided returns the standard normal quantile 1 - (1-conf)/2, NaN for a
// confidence that is not strictly between 0 and 1.
func zTwoSided(conf float64) float64 {
	if !(conf > 0 && conf < 1) {
		return math.NaN()
	}
	return normalQuantile(1 - (1-conf)/2)
}

func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// normalBelow and normalAbove are the tails of the standard normal, accurate
// far out.
func normalBelow(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
func normalAbove(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// Wilson returns the score interval of one rate (Wilson 1927) at a two-sided
// confidence such as 0.95. Without people it is [0, 1].
func Wilson(r Rate, conf float64) Interval {
	z := zTwoSided(conf)
	if !r.valid() || math.IsNaN(z) {
		return invalid()
	}
	if r.N == 0 {
		return Interval{0, 1}
	}
	n, p := float64(r.N), r.p()
	// Written with x and n-x so that neither end loses digits near 0 and 1.
	x, y := float64(r.X), float64(r.N-r.X)
	half := z * math.Sqrt(p*y+z*z/4)
	low := (x + z*z/2 - half) / (n + z*z)
	high := (x + z*z/2 + half) / (n + z*z)
	if r.X == 0 {
		low = 0
	}
	if r.X == r.N {
		high = 1
	}
	return Interval{max(low, 0), min(high, 1)}
}

// ClopperPearson returns the exact interval of one rate (Clopper and Pearson
// 1934) at a two-sided confidence. Without people it is [0, 1].
func ClopperPearson(r Rate, conf float64) Interval {
	if !r.valid() || !(conf > 0 && conf < 1) {
		return invalid()
	}
	if r.N == 0 {
		return Interval{0, 1}
	}
	return clopperPearson(float64(r.X), float64(r.N), (1-conf)/2)
}

// clopperPearson returns the one-sided exact limits at tail on each side. x and
// n need not be whole: Korn and Graubard use effective sizes.
func clopperPearson(x, n, tail float64) Interval {
	i := Interval{0, 1}
	if x > 0 {
		i.Low = betaQuantile(tail, x, n-x+1)
	}
	if x < n {
		i.High = 1 - betaQuantile(tail, n-x, x+1) // the mirror image keeps the digits near 1
	}
	return i
}

// betaQuantile inverts the regularised incomplete beta function. The normal
// approximation or gonum's inverse is the start; Newton's method, with bisection
// where it leaves the bracket, takes the last digits.
func betaQuantile(p, a, b float64) float64 {
	if b == 1 {
		return math.Pow(p, 1/a)
	}
	if a == 1 {
		return -math.Expm1(math.Log1p(-p) / b)
	}
	lo, hi, lg := 0.0, 1.0, lbeta(a, b)
	mean := a / (a + b)
	x := mean + normalQuantile(p)*math.Sqrt(mean*(1-mean)/(a+b+1))
	if min(a, b) < 5 || !(x > 0 && x < 1) { // far from normal
		x = mathext.InvRegIncBeta(a, b, p)
	}
	for range 60 {
		if !(x > lo && x < hi) {
			x = lo + (hi-lo)/2
		}
		f := mathext.RegIncBeta(a, b, x) - p
		if f == 0 {
			return x
		}
		if f < 0 {
			lo = x
		} else {
			hi = x
		}
		step := f / math.Exp((a-1)*math.Log(x)+(b-1)*math.Log1p(-x)-lg)
		x -= step
		if math.Abs(step) <= 1e-10*x { // the next one would be its square
			return x
		}
	}
	return x
}

func lbeta(a, b float64) float64 { return mathext.Lbeta(a, b) }

// Newcombe returns the interval of the difference between two rates, a - b, by
// method 10 of Newcombe (Stat Med 1998;17:873), at a two-sided confidence. When
// one of them is undefined it is [-1, 1].
func Newcombe(a, b Rate, conf float64) Interval {
	if !a.valid() || !b.valid() || math.IsNaN(zTwoSided(conf)) {
		return invalid()
	}
	if a.N == 0 || b.N == 0 {
		return Interval{-1, 1}
	}
	p1, p2 := a.p(), b.p()
	i1, i2 := Wilson(a, conf), Wilson(b, conf)
	d := p1 - p2
	return Interval{
		d - math.Hypot(p1-i1.Low, i2.High-p2),
		d + math.Hypot(i1.High-p1, p2-i2.Low),
	}
}

// CohenH returns the effect size of two rates, 2 asin sqrt(a) - 2 asin sqrt(b),
// and false when one is undefined (Cohen 1988).
func CohenH(a, b Rate) (float64, bool) {
	if !a.valid() || !b.valid() || a.N == 0 || b.N == 0 {
		return 0, false
	}
	return 2*math.Asin(math.Sqrt(a.p())) - 2*math.Asin(math.Sqrt(b.p())), true
}

// An Estimate is a figure with the range that the data do not exclude. Where it
// is not Defined, Value means nothing.
type Estimate struct {
	Value     float64
	Defined   bool
	Low, High float64
}

// String returns "value [low, high]" with two decimals, or "undefined".
func (e Estimate) String() string {
	if !e.Defined {
		return "undefined"
	}
	return fmt.Sprintf("%s [%s, %s]", decimals(e.Value), decimals(e.Low), decimals(e.High))
}

func decimals(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "no limit"
	case math.IsNaN(v):
		return "undefined"
	}
	return fixed(v, 2)
}

// fixed writes a figure with a number of decimals. What rounds to nothing has no
// sign.
func fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

// MarshalJSON returns value, low and high, with null for what is undefined or
// without a bound.
func (e Estimate) MarshalJSON() ([]byte, error) {
	s := struct {
		Value *float64 `json:"value"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}{nil, finite(e.Low), finite(e.High)}
	if e.Defined {
		s.Value = finite(e.Value)
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON writes: a value that is null is undefined,
// and a side without a bound is infinite.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var s map[string]*float64
	if err := json.Unmarshal(data, &s); err != nil || len(s) != 3 {
		return errors.New("fairness: not an estimate; want value, low and high, each a number or null")
	}
	for _, name := range []string{"value", "low", "high"} {
		if _, ok := s[name]; !ok {
			return errors.New("fairness: not an estimate; want value, low and high, each a number or null")
		}
	}
	*e = Estimate{Low: bound(s["low"], -1), High: bound(s["high"], 1)}
	if v := s["value"]; v != nil {
		e.Value, e.Defined = *v, true
	}
	return nil
}
