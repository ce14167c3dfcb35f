package signal

import (
	"math"
	"strconv"
)

// decimalNumber reads digits with a point, an optional minus and exponent, and
// nothing else: no NaN, infinity, hexadecimal, thousands or decimal comma. The
// answer is the nearest float64, as strconv.ParseFloat gives it.
func decimalNumber(text string) (float64, bool) {
	if v, ok := shortDecimal(text); ok {
		return v, true
	}
	digits := false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E':
		default:
			return 0, false
		}
	}
	if !digits || text[0] == '+' {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, false
	}
	return v + 0, true // no negative zero: it would print otherwise than zero
}

// tens are the powers of ten that a float64 holds exactly.
var tens = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// shortDecimal reads a number of at most 19 digits and without exponent whose
// digits, taken as a whole number, lie below 2^53. That number and the power of
// ten are exact as float64, so their quotient is rounded once and is the nearest
// (Clinger 1990, How to read floating point numbers accurately). It answers
// false for all else.
func shortDecimal(text string) (float64, bool) {
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		text = text[1:]
	}
	var whole uint64
	digits, decimals, point := 0, 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			whole = whole*10 + uint64(c-'0')
			digits++
			if point {
				decimals++
			}
		case c == '.' && !point:
			point = true
		default:
			return 0, false
		}
	}
	// 19 digits do not overflow 64 bits.
	if digits == 0 || digits > 19 || whole >= 1<<53 {
		return 0, false
	}
	v := float64(whole) / tens[decimals]
	if negative {
		v = 0 - v
	}
	return v, true
}
