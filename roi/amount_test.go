package roi_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/document/hostile"
	"github.com/coachgov/coaching/roi"
)

func TestParseAmount(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.0": "0", "1.10": "1.1", "72000.00": "72000", "-0.000000001": "-0.000000001",
		strings.Repeat("9", 38): strings.Repeat("9", 38), "0." + strings.Repeat("1", 30): "0." + strings.Repeat("1", 30),
	} {
		d, err := roi.ParseAmount(in)
		require.NoError(t, err, in)
		e, err := roi.ExactOf(d)
		require.NoError(t, err, in)
		require.Equal(t, want, e.String())
	}
	for _, in := range []string{
		"", " ", "-", "+", ".", "-.", "1.", ".5", "+1", "--1", "01", "-007", "1e5", "1E5", "1e1000000000", "NaN", "Infinity", "0x1F", "1/3",
		"1_000", "1,000", "1 000", " 1", "1 ", "1\n", "1\x00", "\u22121", "１２", "1.2.3", "1..2", strings.Repeat("9", 39),
		"0." + strings.Repeat("1", 31), strings.Repeat("0", 63) + "1", strings.Repeat("9", 1_000_000),
	} {
		_, err := roi.ParseAmount(in)
		require.Error(t, err, in)
		require.NotContains(t, err.Error(), "1e5", "an error never quotes the input")
	}
}

// decimal builds a number of any exponent in constant time and spends minutes
// on it later; the gate on values stops it as well.
func TestExactOfRefusesHugeExponents(t *testing.T) {
	for _, d := range []decimal.Decimal{
		decimal.New(1, 20_000_000), decimal.New(1, -20_000_000), decimal.New(1, 31), decimal.New(1, -31),
		decimal.RequireFromString(strings.Repeat("9", 39)),
	} {
		_, err := roi.ExactOf(d)
		require.Error(t, err)
		_, err = roi.Money{Amount: d, Currency: "USD"}.Exact()
		require.Error(t, err)
		if d.Exponent() != 0 { // digits alone are printed
			require.Equal(t, "USD (out of range)", roi.Money{Amount: d, Currency: "USD"}.String())
		}
	}
}

// The generated hostile decimals. Two of them name bounds that are narrower
// than ours: 18 digits before the point and 9 after.
func TestParseAmountAgainstHostileCorpus(t *testing.T) {
	dir := hostile.Generate(t, nil, "decimals", "-n", "800", "-seed", "1", "-out", "decimals.jsonl")
	file, err := os.Open(filepath.Join(dir, "decimals.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	wider := map[string]bool{"1" + strings.Repeat("0", 18): true, "0." + strings.Repeat("0", 9) + "1": true}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var c struct{ ID, Input, Expect, Want, Why string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		e, err := roi.ParseExact(c.Input)
		if c.Expect == "reject" && !wider[c.Input] {
			require.Error(t, err, "%s %s", c.ID, c.Why)
			continue
		}
		require.NoError(t, err, c.ID)
		if c.Want != "" {
			require.Equal(t, c.Want, e.String(), c.ID)
		}
	}
	require.Equal(t, 800, n)
}

// Parse, print, same text: for every text in the one canonical form, and no
// other text changes its value on the way.
func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"0", "-1.50", "72000.00", "1e9", "01", "−1", "9999999999999999999999999999999999999.9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := roi.ParseAmount(text)
		if err != nil {
			return
		}
		e, err := roi.ExactOf(d)
		require.NoError(t, err)
		again, err := roi.ParseExact(e.String())
		require.NoError(t, err)
		require.Zero(t, e.Cmp(again))
		_, fraction, _ := strings.Cut(text, ".")
		if e.Sign() != 0 {
			require.Equal(t, text, e.Text(len(fraction), roi.HalfEven))
		}
	})
}
