package roi_test

import (
	"bufio"
	"encoding/json"
	"math/big"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi"
)

// The seven modes on the values that tell them apart. The columns are the
// table of "Rounding" in the General Decimal Arithmetic specification.
func TestRoundingModes(t *testing.T) {
	modes := []roi.Mode{roi.HalfEven, roi.HalfUp, roi.HalfDown, roi.Up, roi.Down, roi.Ceiling, roi.Floor}
	tests := map[string][7]string{
		"2.5":  {"2", "3", "2", "3", "2", "3", "2"},
		"3.5":  {"4", "4", "3", "4", "3", "4", "3"},
		"2.51": {"3", "3", "3", "3", "2", "3", "2"},
		"2.1":  {"2", "2", "2", "3", "2", "3", "2"},
		"-2.5": {"-2", "-3", "-2", "-3", "-2", "-2", "-3"},
		"-2.1": {"-2", "-2", "-2", "-3", "-2", "-2", "-3"},
		"-0.1": {"0", "0", "0", "-1", "0", "0", "-1"},
		"2":    {"2", "2", "2", "2", "2", "2", "2"},
	}
	for in, want := range tests {
		for i, mode := range modes {
			require.Equal(t, want[i], roi.MustExact(in).Text(0, mode), "%s %s", in, mode)
			require.Equal(t, want[i], roi.MustExact(in).RoundMode(0, mode).String(), "%s %s", in, mode)
		}
	}
}

func TestExactText(t *testing.T) {
	third, err := roi.Int(1).Quo(roi.Int(3))
	require.NoError(t, err)
	require.Equal(t, "1/3", third.String())
	require.False(t, third.Terminates())
	require.Equal(t, "0.3333", third.Round(4).String())
	require.Equal(t, "not stated", roi.Exact{}.String())
	require.False(t, roi.Exact{}.IsSet())
	require.Equal(t, "0.05", roi.MustExact("0.050").String())
	require.Equal(t, "-0.05", roi.MustExact("-0.05").String())
	require.Equal(t, "1200", roi.MustExact("1234").Round(-2).String())
	require.Equal(t, "12.5 %", roi.MustExact("0.125").Percent())
	require.Equal(t, "30 %", roi.MustExact("0.30").Percent())
	_, err = roi.Int(1).Quo(roi.Exact{})
	require.ErrorIs(t, err, roi.ErrDivision)
}

// What a method hands out is a copy: changing it changes nothing.
func TestExactIsImmutable(t *testing.T) {
	e := roi.MustExact("1.5")
	e.Num().SetInt64(99)
	e.Den().SetInt64(99)
	num, den := big.NewInt(3), big.NewInt(4)
	r, err := roi.Ratio(num, den)
	require.NoError(t, err)
	num.SetInt64(99)
	den.SetInt64(99)
	require.Equal(t, "1.5 0.75", e.String()+" "+r.String())
}

// General Decimal Arithmetic test cases: operations, then one rounding to the
// significant digits that the case asks for.
func TestExactAgainstDecTest(t *testing.T) {
	file, err := os.Open(datadir.Find(t, "golden/roi/decimal/dectest_subset.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		var c struct {
			ID, Op, A, B, Rounding, Want string
			Digits, Places               int
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		var mode roi.Mode
		if c.Rounding != "" {
			require.NoError(t, mode.UnmarshalText([]byte(c.Rounding)))
		}
		a, b, want := scientific(t, c.A), scientific(t, c.B), scientific(t, c.Want)
		var got roi.Exact
		switch c.Op {
		case "add":
			got = significant(a.Add(b), c.Digits, mode)
		case "subtract":
			got = significant(a.Sub(b), c.Digits, mode)
		case "multiply":
			got = significant(a.Mul(b), c.Digits, mode)
		case "divide":
			q, err := a.Quo(b)
			require.NoError(t, err, c.ID)
			got = significant(q, c.Digits, mode)
		case "compare":
			got = roi.Int(int64(a.Cmp(b)))
		case "quantize":
			got = a.RoundMode(c.Places, mode)
		default:
			t.Fatalf("%s: unknown operation %s", c.ID, c.Op)
		}
		require.Zero(t, got.Cmp(want), "%s %s(%s, %s) %s: got %s want %s", c.ID, c.Op, c.A, c.B, mode, got, c.Want)
	}
	require.Equal(t, 1341, n)
}

// significant rounds e to a number of significant digits.
func significant(e roi.Exact, digits int, mode roi.Mode) roi.Exact {
	if e.Sign() == 0 {
		return e
	}
	abs := e
	if e.Sign() < 0 {
		abs = e.Neg()
	}
	adjusted := 0 // of the leading digit
	for tens := roi.Int(10); abs.Cmp(tens) >= 0; adjusted++ {
		tens = tens.Mul(roi.Int(10))
	}
	for one := roi.Int(1); abs.Cmp(one) < 0; adjusted-- {
		abs = abs.Mul(roi.Int(10))
	}
	return e.RoundMode(digits-1-adjusted, mode)
}

func scientific(t *testing.T, text string) roi.Exact {
	t.Helper()
	if text == "" { // quantize has no second operand
		return roi.Exact{}
	}
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	e, err := roi.Ratio(r.Num(), r.Denom())
	require.NoError(t, err)
	return e
}

// Rounding moves a number by less than one unit of the last place, and by at
// most half of one in the three modes to the nearest.
func TestRoundingIsClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := roi.Ratio(big.NewInt(rapid.Int64().Draw(t, "num")), big.NewInt(rapid.Int64Min(1).Draw(t, "den")))
		require.NoError(t, err)
		places := rapid.IntRange(0, 8).Draw(t, "places")
		mode := roi.Mode(rapid.IntRange(0, 6).Draw(t, "mode"))
		off := e.RoundMode(places, mode).Sub(e)
		if off.Sign() < 0 {
			off = off.Neg()
		}
		for range places {
			off = off.Mul(roi.Int(10))
		}
		require.Negative(t, off.Cmp(roi.Int(1)))
		if mode <= roi.HalfDown {
			require.LessOrEqual(t, off.Cmp(roi.MustExact("0.5")), 0)
		}
	})
}
