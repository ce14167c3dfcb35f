package effect

import (
	"math/bits"
	"slices"

	"github.com/coachgov/coaching/internal/chart"
)

const (
	// maxListed is the largest complete randomisation that is listed. A larger one
	// is counted, and has no [Result.Distribution].
	maxListed = 200_000
	// maxHalf is the most assignments of one half of the units.
	maxHalf = 1 << 20
	// maxCounted is the most groups with units in them.
	maxCounted = 4
)

// A halved is every allocation of complete randomisation, as pairs of what the
// two halves of the units may be (Horowitz and Sahni, J ACM 1974;21:277). Each
// pair is of lists of partial sums: any sum of the one and any of the other make
// the statistic of one allocation, and all of these move alike with the effect.
type halved struct {
	pairs    []pair
	t0       int64 // the observed statistic
	min, max int64 // of the statistic
	unit     int64 // the greatest common divisor of all d
	lattice  uint  // every two breaks are more than 2^-lattice apart
	reach    int64 // no break is beyond
	none     int64 // allocations without a break: the observed one and its copies
	total    int64
}

// A pair holds two ascending lists, and by how much the statistic of their
// allocations falls behind the observed one for each unit of effect.
type pair struct {
	a, b []int64
	d    int64 // in units of halved.unit
}

// class says what the partial sums of a list have in common.
type class struct {
	sizes [maxCounted]uint8 // units in each group
	shift int64
}

// halve lays out complete randomisation, and returns nil where it is too large
// or its numbers do not fit: then only a list of all allocations can tell.
func (l *linear) halve(observed, sizes []int) *halved {
	var groups []int // those with units
	for g, n := range sizes {
		if n > 0 {
			groups = append(groups, g)
		}
	}
	units := make([]int, len(observed))
	for i := range units {
		units[i] = i
	}
	// Units of one group beside each other keep the classes few.
	slices.SortStableFunc(units, func(i, j int) int { return observed[i] - observed[j] })
	h := (len(units) + 1) / 2
	if len(groups) > maxCounted || len(units) > 64 || power(len(groups), h) > maxHalf {
		return nil
	}
	first, second := l.sums(units[:h], groups, sizes), l.sums(units[h:], groups, sizes)
	bySize := map[[maxCounted]uint8][]class{}
	for c := range second {
		bySize[c.sizes] = append(bySize[c.sizes], c)
	}
	out := &halved{t0: sum(l.score, observed)}
	k0 := sum(l.shift, observed)
	for c, a := range first {
		var rest [maxCounted]uint8
		for i, g := range groups {
			rest[i] = uint8(sizes[g]) - c.sizes[i]
		}
		for _, other := range bySize[rest] {
			p := pair{a, second[other], k0 - c.shift - other.shift}
			low, high := p.a[0]+p.b[0], p.a[len(p.a)-1]+p.b[len(p.b)-1]
			if out.total == 0 {
				out.min, out.max = low, high
			}
			out.min, out.max = min(out.min, low), max(out.max, high)
			out.total += int64(len(p.a)) * int64(len(p.b))
			out.unit = gcd(out.unit, int64(magnitude(p.d)))
			out.pairs = append(out.pairs, p)
		}
	}
	return out.measured()
}

// measured fills in what the search for a break needs.
func (h *halved) measured() *halved {
	h.unit = max(h.unit, 1)
	var most int64
	for i := range h.pairs {
		p := &h.pairs[i]
		p.d /= h.unit
		most = max(most, p.d)
		if p.d == 0 {
			h.none += int64(len(p.a)) * int64(len(p.b))
		}
	}
	h.reach = max(h.t0-h.min, h.max-h.t0, 1)
	h.lattice = uint(2*bits.Len64(uint64(most)) + 1)
	if bits.Len64(uint64(h.reach))+int(h.lattice) > 61 {
		return nil
	}
	return h
}

// invertible reports whether every allocation but the observed one and its copies
// falls behind it as the effect grows.
func (h *halved) invertible() bool {
	return !slices.ContainsFunc(h.pairs, func(p pair) bool {
		return p.d < 0 || p.d == 0 && (p.a[0]+p.b[0] != h.t0 || p.a[len(p.a)-1]+p.b[len(p.b)-1] != h.t0)
	})
}

// sums returns the partial sums of the units over all groups that they may be
// in, ascending, by class. Adding a unit merges lists that are sorted already.
func (l *linear) sums(units, groups, sizes []int) map[class][]int64 {
	now := map[class][]int64{{}: {0}}
	for _, u := range units {
		next := map[class][]int64{}
		for c, list := range now {
			for i, g := range groups {
				if int(c.sizes[i]) == sizes[g] {
					continue
				}
				to := c
				to.sizes[i]++
				to.shift += l.shift[u][g]
				next[to] = merged(next[to], list, l.score[u][g])
			}
		}
		now = next
	}
	return now
}

// merged returns the sorted union of a list, and of another with a number added
// to each of its own.
func merged(a, b []int64, add int64) []int64 {
	out := make([]int64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if v := b[0] + add; v < a[0] {
			out, b = append(out, v), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	out = append(out, a...)
	for _, v := range b {
		out = append(out, v+add)
	}
	return out
}

// atLeast returns how many sums of the pair are at least as large.
func (p pair) atLeast(least int64) int64 {
	var n int64
	j := len(p.b) // b[j:] are large enough for the value of a
	for _, v := range p.a {
		for j > 0 && v+p.b[j-1] >= least {
			j--
		}
		n += int64(len(p.b) - j)
	}
	return n
}

// largestBelow returns the largest sum of the pair that is below a bound, and
// whether there is one.
func (p pair) largestBelow(bound int64) (int64, bool) {
	best, found := int64(0), false
	j := len(p.b)
	for _, v := range p.a {
		for j > 0 && v+p.b[j-1] >= bound {
			j--
		}
		if j == 0 {
			break
		}
		if s := v + p.b[j-1]; !found || s > best {
			best, found = s, true
		}
	}
	return best, found
}

// tail returns how many allocations have a statistic of at least the given one.
func (h *halved) tail(least int64) int64 {
	var n int64
	for _, p := range h.pairs {
		n += p.atLeast(least)
	}
	return n
}

func (h *halved) breaks() int64 { return h.total - h.none }

func (h *halved) always() int64 { return h.none }

// atMost and below count the breaks (t0-t)/d that are at most, and below, a
// fraction that rank returned.
func (h *halved) atMost(f fraction) int64 {
	return h.count(func(d int64) int64 { return h.t0 - floored(f.num, d*h.unit, f.den) })
}

func (h *halved) below(f fraction) int64 {
	return h.count(func(d int64) int64 { return h.t0 + floored(-f.num, d*h.unit, f.den) + 1 })
}

// count returns how many allocations that have a break reach what is asked of
// their d.
func (h *halved) count(least func(d int64) int64) int64 {
	var n int64
	for _, p := range h.pairs {
		if p.d > 0 {
			n += p.atLeast(least(p.d))
		}
	}
	return n
}

// rank returns the break of a rank, counted from 1. It halves a lattice in which
// each cell holds one value at most, and then takes the value of its cell.
func (h *halved) rank(k int64) fraction {
	at := func(x int64) func(d int64) int64 {
		return func(d int64) int64 { return h.t0 - floored(x, d, 1<<h.lattice) }
	}
	low, high := -h.reach<<h.lattice-1, h.reach<<h.lattice
	for high-low > 1 {
		middle := low + (high-low)/2
		if h.count(at(middle)) >= k {
			high = middle
		} else {
			low = middle
		}
	}
	var best fraction
	for _, p := range h.pairs {
		if p.d <= 0 {
			continue
		}
		if t, ok := p.largestBelow(at(low)(p.d)); ok {
			if f := (fraction{h.t0 - t, p.d * h.unit}); best.den == 0 || compare(f, best) < 0 {
				best = f
			}
		}
	}
	return best
}

// floored returns a×b/c rounded down, for b and c above 0. The result must fit.
func floored(a, b, c int64) int64 {
	hi, lo := bits.Mul64(magnitude(a), uint64(b))
	q, r := bits.Div64(hi, lo, uint64(c))
	switch {
	case a >= 0:
		return int64(q)
	case r > 0:
		return -int64(q) - 1
	}
	return -int64(q)
}

// power returns a^n, at most maxHalf+1.
func power(a, n int) int {
	p := 1
	for range n {
		if p *= a; p > maxHalf {
			return maxHalf + 1
		}
	}
	return p
}

// bins counts the statistic in bars of equal width.
func (h *halved) bins(n int, scale int64) []chart.Bin {
	if h.min == h.max {
		return chart.WeightedBinsOf([]float64{float64(h.min) / float64(scale)}, []int{int(h.total)}, n)
	}
	out := make([]chart.Bin, n)
	span := uint64(h.max - h.min)
	edge := func(i int) int64 { return h.min + floored(int64(span), int64(i), int64(n)) }
	for i := range out {
		from, to := edge(i), edge(i+1)
		out[i] = chart.Bin{From: float64(from) / float64(scale), To: float64(to) / float64(scale)}
		count := h.tail(from)
		if i < n-1 {
			count -= h.tail(to)
		}
		out[i].Count = int(count)
	}
	return out
}

func (h *halved) tally() tally {
	extreme := int64(magnitude(h.t0))
	t := tally{greater: h.tail(h.t0), less: h.total - h.tail(h.t0+1), total: h.total, two: h.total, floor: h.total, halved: h}
	if extreme > 0 {
		t.two = h.tail(extreme) + h.total - h.tail(1-extreme)
	}
	if most := max(h.max, -h.min); most > 0 {
		t.floor = h.tail(most) + h.total - h.tail(1-most)
	}
	if h.invertible() {
		t.breaks = h
	}
	return t
}
