package signal

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plainDecimal is decimalNumber without its short way.
func plainDecimal(text string) (float64, bool) {
	if strings.Trim(text, "0123456789.eE+-") != "" || strings.HasPrefix(text, "+") || !strings.ContainsAny(text, "0123456789") {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v + 0, err == nil && !math.IsInf(v, 0)
}

// DQ07: the same numbers, to the last bit, and the same refusals as ParseFloat
// restricted to plain decimals.
func requireSameNumber(t require.TestingT, text string) {
	want, ok := plainDecimal(text)
	got, okGot := decimalNumber(text)
	require.Equal(t, ok, okGot, "%q", text)
	if ok {
		require.Equal(t, math.Float64bits(want), math.Float64bits(got), "%q", text)
	}
}

func FuzzDecimalNumber(f *testing.F) {
	for _, text := range decimalSamples {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { requireSameNumber(t, text) })
}

var decimalSamples = []string{
	"0", "-0", "-0.0", "44.0844527777778", "0.83333333333333337", "9007199254740991", "9007199254740992", "9007199254740993",
	"-.5", "5.", ".", "-", "--1", "1-", "1.2.3", "+1", "1e5", "1E-7", "1e", "e1", "1e400", "1e-400", "0.1", "0.3", "1_0", "0x10", "NaN",
	"0.0000000000000000001", "0000000000000000000001", "12345678901234567890", "1234567890123456789", "99999999999999999999999", "184467440737095516160", "1 ", "١",
}

func TestDecimalNumberIsTheNearest(t *testing.T) {
	for _, text := range decimalSamples {
		requireSameNumber(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		for _, format := range []byte("feg") {
			requireSameNumber(t, strconv.FormatFloat(v, format, rapid.IntRange(-1, 19).Draw(t, "digits"), 64))
		}
		digits := rapid.StringMatching(`-?[0-9]{0,20}\.?[0-9]{0,20}`).Draw(t, "text")
		requireSameNumber(t, digits)
	})
}
