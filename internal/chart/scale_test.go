package chart

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAxisOf(t *testing.T) {
	tests := []struct {
		lo, hi   float64
		want     []float64
		decimals int
	}{
		{0, 10, []float64{0, 2, 4, 6, 8, 10}, 0},
		{0.66, 0.82, []float64{0.65, 0.7, 0.75, 0.8, 0.85}, 2},
		{-3, 17, []float64{-5, 0, 5, 10, 15, 20}, 0},
		{0, 1, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, 1},
		{72000, 240000, []float64{50000, 100000, 150000, 200000, 250000}, 0},
	}
	for _, tt := range tests {
		a := axisOf(tt.lo, tt.hi, 5)
		require.Equal(t, tt.want, a.ticks)
		require.Equal(t, tt.decimals, a.decimals)
	}
}

// The ticks are few, rise, cover the values, and are told apart by their labels.
func TestAxisOfLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo, hi := rapid.Float64Range(-1e15, 1e15).Draw(t, "lo"), rapid.Float64Range(-1e15, 1e15).Draw(t, "hi")
		if rapid.Bool().Draw(t, "near") {
			hi = lo + rapid.Float64Range(0, 1).Draw(t, "span")
		}
		most := rapid.IntRange(2, 8).Draw(t, "most")
		a := axisOf(lo, hi, most)
		require.GreaterOrEqual(t, len(a.ticks), 2)
		require.LessOrEqual(t, len(a.ticks), most+1)
		slack := (a.hi() - a.lo()) * 1e-6
		require.LessOrEqual(t, a.lo(), min(lo, hi)+slack)
		require.GreaterOrEqual(t, a.hi(), max(lo, hi)-slack)
		for i := 1; i < len(a.ticks); i++ {
			require.Less(t, a.ticks[i-1], a.ticks[i])
			require.NotEqual(t, Plain.tick(a, i-1), Plain.tick(a, i))
		}
	})
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		most  int
		want  []string
	}{
		{"", 100, 2, nil},
		{"one two three", 500, 2, []string{"one two three"}},
		{"one two three", 60, 3, []string{"one two", "three"}},
		{"a\tb\n\nc", 500, 1, []string{"a b c"}},
		{"Donaudampfschifffahrt", 60, 2, []string{"Donauda", "mpfschi…"}},
		{"\u202eabc\x00", 500, 1, []string{"abc"}},
	} {
		require.Equal(t, tt.want, wrap(tt.text, tt.width, 12, tt.most), tt.text)
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, line := range wrap(rapid.String().Draw(t, "text"), 80, 12, 3) {
			require.LessOrEqual(t, measure(line, 12), 80.0)
		}
	})
}

func TestNumNeverLeavesTheNumbers(t *testing.T) {
	require.Equal(t, "0", num(math.NaN()))
	require.Equal(t, "0", num(math.Inf(-1)))
	require.Equal(t, "0", num(-0.04))
	require.Equal(t, "1.3", num(1.26))
}
