package roi

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	maxBytes     = 64  // of a number's text
	maxDigits    = 38  // as in SQL's widest portable DECIMAL
	maxPlaces    = 30  // after the point
	maxDigitBits = 127 // 10^38 needs 127 bits
)

// ParseAmount reads a decimal number: an optional minus, digits without leading
// zeros, and optionally a point with digits after it. There is no exponent
// form, no plus sign, no separator and no space. The text has at most 64
// bytes, 38 digits and 30 places.
//
// The bounds are checked before any arithmetic: the decimal packages take from
// seconds to minutes on a long number or a large exponent. The error says how
// long the text was and never quotes it.
func ParseAmount(text string) (decimal.Decimal, error) {
	coefficient, places, err := parseDecimal(text)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return decimal.NewFromBigInt(coefficient, int32(-places)), nil
}

// parseDecimal returns the number as coefficient × 10^-places.
func parseDecimal(text string) (coefficient *big.Int, places int, err error) {
	if len(text) > maxBytes {
		return nil, 0, fmt.Errorf("roi: number of %d bytes, want at most %d", len(text), maxBytes)
	}
	body, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(body, ".")
	if !digits(whole) || point && !digits(fraction) || len(whole) > 1 && whole[0] == '0' {
		return nil, 0, fmt.Errorf("roi: text of %d bytes is not a number such as -12.50", len(text))
	}
	if len(whole)+len(fraction) > maxDigits || len(fraction) > maxPlaces {
		return nil, 0, fmt.Errorf("roi: number of %d digits, %d of them after the point; want at most %d and %d",
			len(whole)+len(fraction), len(fraction), maxDigits, maxPlaces)
	}
	coefficient, _ = new(big.Int).SetString(whole+fraction, 10)
	if negative {
		coefficient.Neg(coefficient)
	}
	return coefficient, len(fraction), nil
}

// digits reports whether text is one or more ASCII digits.
func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
