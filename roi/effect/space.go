package effect

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"slices"
)

// MaxAllocations is the largest space that is enumerated.
const MaxAllocations = 5_000_000

// Never is the start of a wave that is not treated within the panel.
const Never = -1

// errRange reports values too large for exact arithmetic in 64 bits.
var errRange = errors.New("effect: the values are too large for exact arithmetic; record them with fewer places or in a larger unit")

// Complete yields every way to hand out the groups of an allocation to the
// units, each once, in lexicographic order: complete randomisation with the
// group sizes given. The slice that is yielded is used again; copy it to keep
// it. The allocation is neither kept nor changed.
func Complete(allocation []int) iter.Seq[[]int] {
	first := slices.Sorted(slices.Values(allocation))
	return func(yield func([]int) bool) {
		a := slices.Clone(first)
		for {
			if !yield(a) {
				return
			}
			// The next permutation of a multiset (Knuth, TAOCP 7.2.1.2, algorithm L).
			i := len(a) - 2
			for i >= 0 && a[i] >= a[i+1] {
				i--
			}
			if i < 0 {
				return
			}
			j := len(a) - 1
			for a[j] <= a[i] {
				j--
			}
			a[i], a[j] = a[j], a[i]
			slices.Reverse(a[i+1:])
		}
	}
}

// completeSize returns how many allocations Complete yields, the multinomial
// coefficient, and whether there are fewer than 2^62.
func completeSize(sizes []int) (int64, bool) {
	total, units := uint64(1), 0
	for _, s := range sizes {
		// total × C(units+s, s), a factor at a time: each product divides evenly.
		for i := 1; i <= min(s, units); i++ {
			hi, lo := bits.Mul64(total, uint64(max(s, units)+i))
			if hi >= uint64(i) {
				return 0, false
			}
			if total, _ = bits.Div64(hi, lo, uint64(i)); total > 1<<62 {
				return 0, false
			}
		}
		units += s
	}
	return int64(total), true
}

// sizes returns how many units each group has. It fails when a group index is
// negative or not below groups.
func sizes(allocation []int, groups int) ([]int, error) {
	out := make([]int, groups)
	for i, g := range allocation {
		if g < 0 || g >= groups {
			return nil, fmt.Errorf("effect: unit %d is in group %d, want 0 to %d", i, g, groups-1)
		}
		out[g]++
	}
	return out, nil
}

// times returns a × b and whether it fits.
func times(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > 1<<62 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// plus returns a + b and whether it fits.
func plus(a, b int64) (int64, bool) {
	c := a + b
	return c, (c > a) == (b > 0)
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}
