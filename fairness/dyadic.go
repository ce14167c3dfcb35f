package fairness

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A dyadic is the exact sum of float64 numbers, or of their squares: an integer
// times a power of two. Every finite float64 is one and so are their sums and
// products, so a sum depends on neither the order nor the grouping of its terms.
type dyadic struct {
	m   big.Int
	exp int
}

// exactly returns x, which must be finite, as a dyadic.
func exactly(x float64) (d dyadic) {
	fraction, exp := math.Frexp(x)
	d.m.SetInt64(int64(fraction * (1 << 53)))
	d.exp = exp - 53
	return d.reduced()
}

// reduced returns d in its one form: an odd integer, or 0 times 1.
func (d dyadic) reduced() dyadic {
	if d.m.Sign() == 0 {
		return dyadic{}
	}
	zeros := d.m.TrailingZeroBits()
	var out dyadic
	out.m.Rsh(&d.m, zeros)
	out.exp = d.exp + int(zeros)
	return out
}

// plus returns d + e.
func (d dyadic) plus(e dyadic) dyadic {
	if d.m.Sign() == 0 {
		return e
	}
	if e.m.Sign() == 0 {
		return d
	}
	if d.exp > e.exp {
		d, e = e, d
	}
	var out dyadic
	out.m.Lsh(&e.m, uint(e.exp-d.exp))
	out.m.Add(&out.m, &d.m)
	out.exp = d.exp
	return out.reduced()
}

// times returns d * e.
func (d dyadic) times(e dyadic) dyadic {
	var out dyadic
	out.m.Mul(&d.m, &e.m)
	out.exp = d.exp + e.exp
	return out.reduced()
}

// rat returns d as a fraction.
func (d dyadic) rat() *big.Rat {
	power := new(big.Int).Lsh(big.NewInt(1), uint(max(d.exp, -d.exp)))
	r := new(big.Rat)
	if d.exp < 0 {
		return r.SetFrac(&d.m, power)
	}
	return r.SetInt(power.Mul(power, &d.m))
}

// String returns the integer in hexadecimal, "p", and the power of two.
func (d dyadic) String() string { return d.m.Text(16) + "p" + strconv.Itoa(d.exp) }

// Limits of a stored dyadic: squares of float64 numbers have exponents from
// -2148 to 2048, and at most 2^53 of them are added.
const (
	maxDyadicText = 1200
	maxDyadicExp  = 4300
)

// parseDyadic reads what String writes for a dyadic in its one form.
func parseDyadic(text string) (dyadic, bool) {
	integer, exp, ok := strings.Cut(text, "p")
	if !ok || len(text) > maxDyadicText {
		return dyadic{}, false
	}
	var d dyadic
	if _, ok := d.m.SetString(integer, 16); !ok {
		return dyadic{}, false
	}
	e, err := strconv.Atoi(exp)
	if err != nil || e < -maxDyadicExp || e > maxDyadicExp {
		return dyadic{}, false
	}
	d.exp = e
	return d, d.reduced().String() == text
}
