package roi

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strings"

	"github.com/shopspring/decimal"
)

// An Exact is a rational number. It is immutable: every method returns a new
// one, and no method hands out what it holds.
//
// The zero Exact stands for a figure that nobody gave. It counts as 0 in
// arithmetic, and a [Case] that holds one where a figure is wanted is refused,
// so that a forgotten field is never taken for a measured zero.
type Exact struct {
	r *big.Rat
}

// ErrDivision reports a division by zero.
var ErrDivision = errors.New("roi: division by zero")

// maxBits bounds numerators and denominators that come from outside, so that
// no input makes arithmetic slow.
const maxBits = 4096

// Int returns the whole number n.
func Int(n int64) Exact { return Exact{new(big.Rat).SetInt64(n)} }

// Ratio returns num/den. It copies both. It fails when either is nil, den is
// zero, or either is longer than 4096 bits.
func Ratio(num, den *big.Int) (Exact, error) {
	switch {
	case num == nil || den == nil:
		return Exact{}, errors.New("roi: a ratio needs a numerator and a denominator")
	case den.Sign() == 0:
		return Exact{}, ErrDivision
	case num.BitLen() > maxBits || den.BitLen() > maxBits:
		return Exact{}, fmt.Errorf("roi: ratio of %d over %d bits, want at most %d each", num.BitLen(), den.BitLen(), maxBits)
	}
	return Exact{new(big.Rat).SetFrac(num, den)}, nil
}

// ParseExact reads a decimal number such as "0.30" under the same bounds as
// [ParseAmount].
func ParseExact(text string) (Exact, error) {
	coefficient, places, err := parseDecimal(text)
	if err != nil {
		return Exact{}, err
	}
	return Exact{new(big.Rat).SetFrac(coefficient, pow10(places))}, nil
}

// MustExact is ParseExact for constants in code. It panics on any other text,
// so it must never see input.
func MustExact(text string) Exact {
	e, err := ParseExact(text)
	if err != nil {
		panic(err)
	}
	return e
}

// ExactOf returns the value of d. It fails when d has more than 38 digits or
// an exponent outside -30..30, which no amount that passed [ParseAmount] has.
func ExactOf(d decimal.Decimal) (Exact, error) {
	exponent := d.Exponent()
	if exponent < -maxPlaces || exponent > maxPlaces {
		return Exact{}, fmt.Errorf("roi: decimal with exponent %d, want -%d to %d", exponent, maxPlaces, maxPlaces)
	}
	coefficient := d.Coefficient()
	if coefficient.BitLen() > maxDigitBits || len(coefficient.Text(10)) > maxDigits+1 {
		return Exact{}, fmt.Errorf("roi: decimal of more than %d digits", maxDigits)
	}
	return shifted(coefficient, int(exponent)), nil
}

// shifted returns coefficient × 10^exponent.
func shifted(coefficient *big.Int, exponent int) Exact {
	if exponent >= 0 {
		return Exact{new(big.Rat).SetInt(new(big.Int).Mul(coefficient, pow10(exponent)))}
	}
	return Exact{new(big.Rat).SetFrac(coefficient, pow10(-exponent))}
}

// rat returns what e holds, or zero. Callers only read it.
func (e Exact) rat() *big.Rat {
	if e.r == nil {
		return new(big.Rat)
	}
	return e.r
}

// IsSet reports whether e was given, as opposed to the zero Exact.
func (e Exact) IsSet() bool { return e.r != nil }

// Sign returns -1, 0 or +1.
func (e Exact) Sign() int { return e.rat().Sign() }

// Cmp compares by value: -1 when e is less than other, 0 when equal, +1 when
// greater.
func (e Exact) Cmp(other Exact) int { return e.rat().Cmp(other.rat()) }

// Num returns a copy of the numerator of the reduced fraction.
func (e Exact) Num() *big.Int { return new(big.Int).Set(e.rat().Num()) }

// Den returns a copy of the denominator of the reduced fraction, at least 1.
func (e Exact) Den() *big.Int { return new(big.Int).Set(e.rat().Denom()) }

// Add returns e + other.
func (e Exact) Add(other Exact) Exact { return Exact{new(big.Rat).Add(e.rat(), other.rat())} }

// Sub returns e - other.
func (e Exact) Sub(other Exact) Exact { return Exact{new(big.Rat).Sub(e.rat(), other.rat())} }

// Mul returns e × other.
func (e Exact) Mul(other Exact) Exact { return Exact{new(big.Rat).Mul(e.rat(), other.rat())} }

// Neg returns -e.
func (e Exact) Neg() Exact { return Exact{new(big.Rat).Neg(e.rat())} }

// Quo returns e / other, or [ErrDivision] when other is zero.
func (e Exact) Quo(other Exact) (Exact, error) {
	if other.Sign() == 0 {
		return Exact{}, ErrDivision
	}
	return Exact{new(big.Rat).Quo(e.rat(), other.rat())}, nil
}

// Terminates reports whether e can be written as a decimal with finitely many
// digits: its denominator has no prime factor but 2 and 5.
func (e Exact) Terminates() bool {
	_, ok := e.places()
	return ok
}

// places returns the number of decimal places that write e exactly.
func (e Exact) places() (int, bool) {
	if d := e.rat().Denom(); d.IsUint64() {
		rest := d.Uint64()
		twos, fives := bits.TrailingZeros64(rest), 0
		for rest >>= twos; rest%5 == 0; rest /= 5 {
			fives++
		}
		return max(twos, fives), rest == 1
	}
	den := new(big.Int).Set(e.rat().Denom())
	rem := new(big.Int)
	counts := [2]int{}
	for i, prime := range [2]int64{2, 5} {
		p, q := big.NewInt(prime), new(big.Int)
		for q.QuoRem(den, p, rem); rem.Sign() == 0; q.QuoRem(den, p, rem) {
			den.Set(q)
			counts[i]++
		}
	}
	return max(counts[0], counts[1]), den.IsInt64() && den.Int64() == 1
}

// String returns the decimal number when e has at most 30 places, and
// otherwise the reduced fraction "num/den". The zero Exact is "not stated".
func (e Exact) String() string {
	if e.r == nil {
		return "not stated"
	}
	if n, ok := e.places(); ok && n <= maxPlaces {
		return e.Text(n, HalfEven)
	}
	return e.r.String()
}

// Percent returns e as a percentage, such as "30 %", rounded half-even to at
// most one place.
func (e Exact) Percent() string { return e.percent(1, HalfEven) }

func (e Exact) percent(places int, mode Mode) string {
	text := e.Mul(Int(100)).Text(places, mode)
	if places > 0 {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text + " %"
}

// share returns e as a percentage with the places it needs, up to six, for
// figures that are compared with a bound: 25.04 % is not within 25 %.
func (e Exact) share() string { return e.percent(6, HalfEven) }

// powers are the powers of ten that 64 bits hold.
var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

func pow10(n int) *big.Int {
	if n < len(powers) {
		return new(big.Int).SetUint64(powers[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
