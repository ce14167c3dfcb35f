package effect_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

// Counting in halves gives what listing every allocation gives.
func TestExactPIsTheListing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 11).Draw(rt, "n")
		y, z := make([]float64, n), make([]int, n)
		for i := range n {
			y[i] = float64(rapid.IntRange(-9, 9).Draw(rt, "y")) // small numbers, so that there are ties
			z[i] = rapid.IntRange(0, 1).Draw(rt, "z")
		}
		v, err := effect.Floats(y, 0)
		require.NoError(rt, err)
		want, err := effect.TwoGroup(v, 1, z, nil)
		got, fault := effect.ExactP(v, 1, z)
		require.Equal(rt, err == nil, fault == nil)
		if err != nil {
			return
		}
		require.Zero(rt, want.PTotal.Cmp(got.Total))
		require.Zero(rt, want.PCount.Cmp(got.Two), "%v and %v", want.PCount, got.Two)
		require.Zero(rt, want.GreaterCount.Cmp(got.Greater))
		require.Zero(rt, want.LessCount.Cmp(got.Less))
	})
}

// The counts of an independent program, by brute force.
func TestExactPGolden(t *testing.T) {
	var golden struct{ Cases []permutationCase }
	read(t, "permutation.json", &golden)
	seen := 0
	for _, c := range golden.Cases {
		if c.Kind != "two_group" {
			continue
		}
		var y []string
		require.NoError(t, json.Unmarshal(c.Y, &y))
		got, err := effect.ExactP(decimals(t, y), 1, c.Z)
		require.NoError(t, err, c.Name)
		for want, count := range map[int64]*big.Int{c.Total: got.Total, c.Two: got.Two} {
			require.EqualValues(t, want, count.Int64(), c.Name)
		}
		require.EqualValues(t, c.Greater, got.Greater.Int64(), c.Name)
		require.EqualValues(t, c.Less, got.Less.Int64(), c.Name)
		seen++
	}
	require.Positive(t, seen)
}

// All ties give 1; another unit of measurement, and a shift of all, change nothing;
// 40 units are counted.
func TestExactPLaws(t *testing.T) {
	ties, err := effect.Floats(make([]float64, 10), 0)
	require.NoError(t, err)
	half := func(n int) []int {
		z := make([]int, n)
		for i := range n / 2 {
			z[i] = 1
		}
		return z
	}
	p, err := effect.ExactP(ties, 1, half(10))
	require.NoError(t, err)
	require.EqualValues(t, 1, p.P())
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(4, 16).Draw(rt, "n")
		y, moved := make([]float64, n), make([]float64, n)
		for i := range n {
			y[i] = float64(rapid.IntRange(-99, 99).Draw(rt, "y"))
			moved[i] = -7*y[i] + 1000
		}
		a, err := effect.Floats(y, 0)
		require.NoError(rt, err)
		b, err := effect.Floats(moved, 0)
		require.NoError(rt, err)
		one, err := effect.ExactP(a, 1, half(n))
		require.NoError(rt, err)
		other, err := effect.ExactP(b, 1, half(n))
		require.NoError(rt, err)
		require.Zero(rt, one.Two.Cmp(other.Two))
		require.Zero(rt, one.Greater.Cmp(other.Less))
	})
	forty := make([]float64, 40)
	for i := range forty {
		forty[i] = float64(40 - i)
	}
	v, err := effect.Floats(forty, 0)
	require.NoError(t, err)
	p, err = effect.ExactP(v, 1, half(40))
	require.NoError(t, err)
	require.Equal(t, "137846528820", p.Total.String())
	require.EqualValues(t, 2, p.Two.Int64(), "the most extreme allocation and its mirror image")
}

func TestExactPRefuses(t *testing.T) {
	v, err := effect.Floats([]float64{1, 2, 3}, 0)
	require.NoError(t, err)
	_, err = effect.ExactP(v, 1, []int{0, 0, 0})
	require.ErrorContains(t, err, "at least one treated")
	_, err = effect.ExactP(v, 1, []int{1, 0})
	require.ErrorContains(t, err, "3 units in the outcome and 2")
	long, err := effect.Floats(make([]float64, 41), 0)
	require.NoError(t, err)
	_, err = effect.ExactP(long, 1, make([]int, 41))
	require.ErrorContains(t, err, "41 units, want at most 40")
}

func BenchmarkExactP(b *testing.B) {
	for _, n := range []int{12, 20, 24, 40} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			y, z := make([]float64, n), make([]int, n)
			for i := range y {
				y[i], z[i] = float64((i*37)%23)+float64(i%2)*3, i%2
			}
			v, err := effect.Floats(y, 0)
			require.NoError(b, err)
			for b.Loop() {
				if _, err := effect.ExactP(v, 1, z); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
