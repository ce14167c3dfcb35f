package fairness

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A MaxGapResult says how much of the distance between the highest and the
// lowest rate is chance: it grows with the number of groups and shrinks with
// their size, also when all people are treated alike.
type MaxGapResult struct {
	Gap float64 `json:"gap"` // highest rate less the lowest
	// Excess is Gap less its mean when flags are dealt at random, cut off at 0.
	Excess float64     `json:"excess"`
	Null   Permutation `json:"null"` // of Gap
	// Deviate is the largest distance of a group's rate from the overall one, in
	// standard deviations of a random deal, and ByDeviate the permutation test of
	// it. Decide on this one: a gap of 1 between two groups of one person is no
	// news.
	Deviate   float64     `json:"deviate"`
	ByDeviate Permutation `json:"by_deviate"`
	// BelowFourFifths is the share of random deals in which the lowest rate is
	// less than four fifths of the highest.
	BelowFourFifths float64 `json:"below_four_fifths"`
}

// MaxGap deals the flags of all groups at random, keeping the sizes of the
// groups and the number of flags, and says how unusual the observed gap is.
// Groups without people are left out. The dice decide the draws: the same dice,
// the same answer. It is false when a rate is not one of people, fewer than two
// groups hold somebody, nobody or everybody is flagged, or there are no dice or
// draws.
func MaxGap(groups []Rate, draws int, dice *rand.Rand) (MaxGapResult, bool) {
	var all Rate
	var sizes, flagged []int64
	for _, g := range groups {
		if !g.valid() {
			return MaxGapResult{}, false
		}
		if g.N > 0 {
			sizes, flagged = append(sizes, g.N), append(flagged, g.X)
			all = Rate{all.X + g.X, all.N + g.N}
		}
	}
	if !all.valid() || len(sizes) < 2 || all.X == 0 || all.X == all.N || draws < 1 || dice == nil {
		return MaxGapResult{}, false
	}
	p, n := all.p(), float64(all.N)
	sd := make([]float64, len(sizes))
	for i, size := range sizes {
		sd[i] = math.Sqrt(p * (1 - p) / float64(size) * (n - float64(size)) / (n - 1))
	}
	measure := func(x []int64) (gap, deviate float64, below bool) {
		low, high := math.Inf(1), math.Inf(-1)
		for i, size := range sizes {
			r := float64(x[i]) / float64(size)
			low, high = min(low, r), max(high, r)
			deviate = max(deviate, math.Abs(r-p)/sd[i])
		}
		return high - low, deviate, low < 0.8*high*(1-1e-12)
	}
	var out MaxGapResult
	out.Gap, out.Deviate, _ = measure(flagged)
	left, dealt := slices.Clone(sizes), slices.Clone(flagged)
	var gaps, deviates int
	var sumGap, sumDeviate, below float64
	for range draws {
		copy(left, sizes)
		deal(left, all.X, dice, func(i int, x int64) { dealt[i] = x })
		gap, deviate, low := measure(dealt)
		gaps += int(indicator(gap >= out.Gap-1e-12))
		deviates += int(indicator(deviate >= out.Deviate-1e-12))
		sumGap, sumDeviate, below = sumGap+gap, sumDeviate+deviate, below+indicator(low)
	}
	out.Null, out.ByDeviate = newPermutation(draws, gaps, sumGap), newPermutation(draws, deviates, sumDeviate)
	out.Excess = max(0, out.Gap-out.Null.Mean)
	out.BelowFourFifths = below / float64(draws)
	return out, true
}
