package effect

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

const (
	maxPlaces = 9
	maxUnits  = 1 << 24
)

// Values are numbers of one kind, one per unit, as integers over a common
// denominator. The zero Values hold nothing. Values do not change after they
// are made.
type Values struct {
	ints []int64
	den  int64
}

// Len returns the number of values.
func (v Values) Len() int { return len(v.ints) }

// Float returns value i as a float64.
func (v Values) Float(i int) float64 { return float64(v.ints[i]) / float64(v.den) }

// Floats rounds each value to a number of decimal places, 0 to 9, and keeps it
// as an integer of that scale: 0.8333 at two places is 83/100. Choose the places
// at which the outcome was recorded. A value that is not a number or not finite
// is refused, and the error says which one; missing readings are the caller's
// to settle. The slice is neither kept nor changed.
func Floats(values []float64, places int) (Values, error) {
	den, err := scale(len(values), places)
	if err != nil {
		return Values{}, err
	}
	ints := make([]int64, len(values))
	for i, x := range values {
		if ints[i], err = scaled(x, den); err != nil {
			return Values{}, fmt.Errorf("effect: value %d %w", i, err)
		}
	}
	return Values{ints, den}, nil
}

// Decimals reads numbers such as "-12.50" without loss: an optional minus,
// digits, and optionally a point with at most nine digits. The error says which
// value is not one.
func Decimals(texts []string) (Values, error) {
	places := 0
	for _, text := range texts {
		_, fraction, _ := strings.Cut(text, ".")
		places = max(places, len(fraction))
	}
	den, err := scale(len(texts), places)
	if err != nil {
		return Values{}, err
	}
	ints := make([]int64, len(texts))
	for i, text := range texts {
		whole, fraction, point := strings.Cut(text, ".")
		if !digits(strings.TrimPrefix(whole, "-")) || point && !digits(fraction) {
			return Values{}, fmt.Errorf("effect: value %d is not a number such as -12.50", i)
		}
		n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
		if err != nil {
			return Values{}, fmt.Errorf("effect: value %d is out of range", i)
		}
		ints[i] = n
	}
	return Values{ints, den}, nil
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// scale returns 10^places.
func scale(n, places int) (int64, error) {
	if n > maxUnits {
		return 0, fmt.Errorf("effect: %d values, want at most %d", n, maxUnits)
	}
	if places < 0 || places > maxPlaces {
		return 0, fmt.Errorf("effect: %d decimal places, want 0 to %d", places, maxPlaces)
	}
	den := int64(1)
	for range places {
		den *= 10
	}
	return den, nil
}

// scaled returns x × den rounded half-even. The product is computed exactly, so
// that the tie at 0.125 is a tie.
func scaled(x float64, den int64) (int64, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("is missing or not finite")
	}
	if math.Abs(x)*float64(den) >= 1<<52 {
		return 0, fmt.Errorf("is out of range at this number of places")
	}
	r := new(big.Rat).SetFloat64(x)
	num := new(big.Int).Mul(r.Num(), big.NewInt(den))
	quo, rem := new(big.Int).DivMod(num, r.Denom(), new(big.Int)) // rem is never negative
	if c := rem.Lsh(rem, 1).Cmp(r.Denom()); c > 0 || c == 0 && quo.Bit(0) == 1 {
		quo.Add(quo, big.NewInt(1))
	}
	return quo.Int64(), nil
}
