package roi

import (
	"cmp"
	"math/big"
	"math/bits"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/coachgov/coaching/internal/enum"
)

// A Mode says how a number between two neighbours is rounded. The zero Mode is
// HalfEven. The seven are those of the General Decimal Arithmetic
// specification.
type Mode uint8

const (
	HalfEven Mode = iota // to the nearest; a tie to the even digit
	HalfUp               // to the nearest; a tie away from zero
	HalfDown             // to the nearest; a tie towards zero
	Up                   // away from zero
	Down                 // towards zero
	Ceiling              // towards positive infinity
	Floor                // towards negative infinity
)

var modeNames = [...]string{"half_even", "half_up", "half_down", "up", "down", "ceiling", "floor"}

// String returns the name used in files, such as "half_even".
func (m Mode) String() string { return enum.Name(modeNames[:], m, "Mode") }

// MarshalText returns the name used in files.
func (m Mode) MarshalText() ([]byte, error) {
	return enum.Marshal(modeNames[:], m, "roi: rounding mode")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (m *Mode) UnmarshalText(text []byte) error {
	return enum.Unmarshal(modeNames[:], m, "roi: rounding mode", text)
}

// scaled returns e × 10^places rounded to a whole number; places may be
// negative. An undeclared mode rounds half-even.
func (e Exact) scaled(places int, mode Mode) *big.Int {
	num, den := e.rat().Num(), e.rat().Denom()
	negative := num.Sign() < 0
	if places >= 0 && places < len(powers) && den.IsUint64() && num.BitLen() <= 64 {
		if q, ok := quotient(new(big.Int).Abs(num).Uint64(), powers[places], den.Uint64(), mode, negative); ok {
			return signed(new(big.Int).SetUint64(q), negative)
		}
	}
	num = new(big.Int).Abs(num)
	if places >= 0 {
		num.Mul(num, pow10(places))
	} else {
		den = new(big.Int).Mul(den, pow10(-places))
	}
	quo, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	if rem.Sign() != 0 && mode.away(rem.Lsh(rem, 1).Cmp(den), quo.Bit(0) == 1, negative) {
		quo.Add(quo, big.NewInt(1))
	}
	return signed(quo, negative)
}

// quotient returns num × times / den rounded, and whether that fits 64 bits.
func quotient(num, times, den uint64, mode Mode, negative bool) (uint64, bool) {
	high, low := bits.Mul64(num, times)
	if high >= den {
		return 0, false
	}
	q, rem := bits.Div64(high, low, den)
	if rem != 0 && mode.away(cmp.Compare(rem, den-rem), q&1 == 1, negative) {
		q++
		return q, q != 0
	}
	return q, true
}

// away reports whether to round away from zero: half compares what is left over
// with a half, and odd is the digit before it.
func (m Mode) away(half int, odd, negative bool) bool {
	switch m {
	case HalfUp:
		return half >= 0
	case HalfDown:
		return half > 0
	case Up:
		return true
	case Down:
		return false
	case Ceiling:
		return !negative
	case Floor:
		return negative
	}
	return half > 0 || half == 0 && odd
}

func signed(magnitude *big.Int, negative bool) *big.Int {
	if negative {
		magnitude.Neg(magnitude)
	}
	return magnitude
}

// bound keeps a number of places within what an amount may have.
func bound(places int) int { return max(-maxPlaces, min(maxPlaces, places)) }

// Round returns e rounded half-even to the given number of decimal places,
// which may be negative and is kept within -30..30.
func (e Exact) Round(places int) Exact { return e.RoundMode(places, HalfEven) }

// RoundMode returns e rounded in the given mode; places as for [Exact.Round].
func (e Exact) RoundMode(places int, mode Mode) Exact {
	places = bound(places)
	scaled := e.scaled(places, mode)
	if places >= 0 {
		return Exact{new(big.Rat).SetFrac(scaled, pow10(places))}
	}
	return Exact{new(big.Rat).SetInt(scaled.Mul(scaled, pow10(-places)))}
}

// Text returns e rounded in the given mode with exactly that many places, such
// as "72000.00". Negative places count as none. A rounded zero has no sign.
func (e Exact) Text(places int, mode Mode) string {
	places = max(0, bound(places))
	return fixed(e.scaled(places, mode), places)
}

// Decimal returns e rounded in the given mode; places as for [Exact.Text].
func (e Exact) Decimal(places int, mode Mode) decimal.Decimal {
	places = max(0, bound(places))
	return decimal.NewFromBigInt(e.scaled(places, mode), int32(-places))
}

// fixed writes scaled × 10^-places. It exists because decimal's own String
// depends on variables that any package can change.
func fixed(scaled *big.Int, places int) string {
	digits := strings.TrimPrefix(scaled.Text(10), "-")
	if places > 0 {
		if short := places + 1 - len(digits); short > 0 {
			digits = strings.Repeat("0", short) + digits
		}
		digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	if scaled.Sign() < 0 {
		return "-" + digits
	}
	return digits
}
