package roi

import (
	"math/big"
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
	num, den := new(big.Int).Set(e.rat().Num()), e.rat().Denom()
	if places >= 0 {
		num.Mul(num, pow10(places))
	} else {
		den = new(big.Int).Mul(den, pow10(-places))
	}
	negative := num.Sign() < 0
	quo, rem := new(big.Int).QuoRem(num.Abs(num), den, new(big.Int))
	if rem.Sign() != 0 {
		half := rem.Lsh(rem, 1).Cmp(den)
		var away bool
		switch mode {
		case HalfUp:
			away = half >= 0
		case HalfDown:
			away = half > 0
		case Up:
			away = true
		case Down:
		case Ceiling:
			away = !negative
		case Floor:
			away = negative
		default:
			away = half > 0 || half == 0 && quo.Bit(0) == 1
		}
		if away {
			quo.Add(quo, big.NewInt(1))
		}
	}
	if negative {
		quo.Neg(quo)
	}
	return quo
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
	digits := new(big.Int).Abs(scaled).Text(10)
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
