package effect

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
)

// maxHalves is the most units that [ExactP] counts over: each half of them has at
// most a million subsets.
const maxHalves = 40

// A Tail is how many of all allocations are as extreme as the observed one, which
// is counted.
type Tail struct {
	Two, Greater, Less *big.Int // in absolute value, at least as large, at most as large
	Total              *big.Int
}

// P returns the two-sided exact p-value.
func (t Tail) P() float64 {
	p, _ := new(big.Rat).SetFrac(t.Two, t.Total).Float64()
	return p
}

// ExactP returns the p-values of [TwoGroup] under complete randomisation, without
// listing the allocations: the units are split in halves, and pairs of their
// subsets are counted by sorted sums (Horowitz and Sahni, J ACM 1974;21:277). So
// it goes to 40 units, where there are 10^11 allocations. TwoGroup counts the same
// way and gives the interval too; this is for many p-values. The
// arguments are neither kept nor changed. It fails as TwoGroup does, and for more
// than 40 units.
func ExactP(y Values, treated int, allocation []int) (Tail, error) {
	n := y.Len()
	if err := sameLength(n, allocation); err != nil {
		return Tail{}, err
	}
	if n > maxHalves {
		return Tail{}, fmt.Errorf("effect: %d units, want at most %d to count in halves", n, maxHalves)
	}
	m, sum, all, largest := 0, int64(0), int64(0), uint64(0)
	for i, v := range y.ints {
		largest = max(largest, magnitude(v))
		all += v
		if allocation[i] == treated {
			m++
			sum += v
		}
	}
	if largest > 1<<48 { // then no sum below overflows: 40 units, times 40
		return Tail{}, errRange
	}
	if m == 0 || m == n {
		return Tail{}, errors.New("effect: a comparison needs at least one treated unit and one other")
	}
	first, second := bySize(y.ints[:n/2]), bySize(y.ints[n/2:])
	// The statistic is n×sum - m×all over m(n-m), so it rises with the sum.
	middle, units := int64(m)*all, int64(n)
	distance := int64(magnitude(units*sum - middle))
	total := new(big.Int).Binomial(int64(n), int64(m))
	t := Tail{Total: total, Greater: count(first, second, m, sum), Less: new(big.Int)}
	t.Less.Sub(total, count(first, second, m, sum+1))
	if distance == 0 {
		t.Two = new(big.Int).Set(total)
		return t, nil
	}
	above := ceiling(middle+distance, units)
	below := -ceiling(-(middle - distance), units) // the floor
	t.Two = count(first, second, m, above)
	t.Two.Add(t.Two, new(big.Int).Sub(total, count(first, second, m, below+1)))
	return t, nil
}

// ceiling returns the least integer that is at least a/b, for b above 0.
func ceiling(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

// bySize returns the sums of the subsets of the values by their size, ascending.
func bySize(values []int64) [][]int64 {
	out := make([][]int64, len(values)+1)
	sums := make([]int64, 1<<len(values))
	for mask := range sums {
		if mask > 0 {
			low := bits.TrailingZeros(uint(mask))
			sums[mask] = sums[mask&(mask-1)] + values[low]
		}
		k := bits.OnesCount(uint(mask))
		out[k] = append(out[k], sums[mask])
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// count returns how many pairs of subsets, m units together, have a sum of at
// least the given one.
func count(first, second [][]int64, m int, least int64) *big.Int {
	var pairs int64 // below 2^40
	for k, a := range first {
		if m-k < 0 || m-k >= len(second) {
			continue
		}
		b := second[m-k]
		j := len(b) // b[j:] are large enough for the value of a
		for _, v := range a {
			for j > 0 && v+b[j-1] >= least {
				j--
			}
			pairs += int64(len(b) - j)
		}
	}
	return big.NewInt(pairs)
}
