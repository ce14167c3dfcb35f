package pilot

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"slices"
)

// A Space is every allocation that a design could have drawn, for exact
// randomisation tests. Walking it once, each allocation met counting one, is
// walking the design's own probabilities.
//
// Which stratum is dealt first is drawn too, so where a stratum does not divide
// evenly over the groups, the extra leaders move with that order. With two
// groups every allocation is equally likely and met once. With three or more
// groups and uneven strata some are likelier than others; these are met as many
// times as they are likelier.
//
// A [Balance] leaves out the allocations that it refuses.
type Space struct {
	units   int
	groups  int
	strata  [][]int // unit indexes of each stratum, in the order of its label
	offsets []offset
	balance *balancer // nil: every allocation counts
	size    *big.Int  // of a balanced space, which has to be counted one by one
	rarest  int       // times of the least likely allocation of a balanced space
}

// An offset says at which group the deal enters each stratum, and how often
// that happens among the orders of strata.
type offset struct {
	start []int
	times int
}

// errSpace is the only way in which a design's space cannot be listed.
var errSpace = errors.New("pilot: space: too many strata that do not divide evenly over the groups; merge strata, or use fewer groups")

// Bounds of findOffsets: the strata that do not divide evenly, and the steps of
// its count. Twelve strata over two groups, or ten over three, stay within.
const (
	maxUneven = 12
	maxSteps  = 1 << 20
)

// Space returns the allocations that [Plan.Allocate] could have drawn under
// every seed. It fails when Allocate does, or when so many strata do not divide
// evenly over the groups that the ways in which the deal can enter them cannot
// be counted quickly; twelve strata over two groups and ten over three can.
// A balanced space of up to 5 million allocations is walked once, to count it.
func (p *Plan) Space() (*Space, error) {
	if _, err := p.Allocate(); err != nil {
		return nil, err
	}
	s, err := p.space()
	if err != nil || p.Design.Balance == nil || s.groups < 2 {
		return s, err
	}
	if s.balance, err = p.balancer(); err != nil {
		return nil, err
	}
	s.size = new(big.Int)
	one := big.NewInt(1)
	for _, o := range s.offsets {
		accepted := 0
		s.walk(o, func([]int) bool { accepted++; return true })
		s.size.Add(s.size, one.SetInt64(int64(accepted*o.times)))
		if accepted > 0 && (s.rarest == 0 || o.times < s.rarest) {
			s.rarest = o.times
		}
	}
	return s, nil
}

// space lists the allocations without regard to balance.
func (p *Plan) space() (*Space, error) {
	s := &Space{units: len(p.Cohort.Leaders), groups: p.Design.Groups()}
	byStratum := map[string][]int{}
	for i, l := range p.Cohort.Leaders {
		stratum := p.stratum(l)
		byStratum[stratum] = append(byStratum[stratum], i)
	}
	for _, name := range slices.Sorted(maps.Keys(byStratum)) {
		s.strata = append(s.strata, byStratum[name])
	}
	if err := s.findOffsets(); err != nil {
		return nil, err
	}
	return s, nil
}

// enough fails when the balance leaves fewer allocations than an exact test
// needs. It stops at the first that suffices.
func (s *Space) enough() error {
	if all := s.Size(); all.Cmp(big.NewInt(maxSearched)) > 0 {
		return fmt.Errorf("pilot: allocate: %s allocations to balance, want at most %d: use strata, or fewer groups", all, maxSearched)
	}
	accepted := 0
	for _, o := range s.offsets {
		if !s.walk(o, func([]int) bool { accepted++; return accepted < minAccepted }) {
			return nil
		}
	}
	return fmt.Errorf("pilot: allocate: the balance accepts %d allocations, want at least %d: a two-sided exact test over fewer cannot reach 0.05", accepted, minAccepted)
}

// findOffsets counts, for each way in which the deal can enter the uneven
// strata, the orders of strata that lead to it. A set of strata already dealt
// fixes where the next one starts, so it walks over sets, not over orders.
func (s *Space) findOffsets() error {
	var uneven []int
	for i, units := range s.strata {
		if len(units)%s.groups != 0 {
			uneven = append(uneven, i)
		}
	}
	if len(uneven) > maxUneven {
		return errSpace
	}
	type ways map[string]int // entry groups of the dealt strata, one byte each, 0xff for not dealt
	blank := string(slices.Repeat([]byte{0xff}, len(uneven)))
	bySet := make([]ways, 1<<len(uneven))
	bySet[0] = ways{blank: 1}
	steps := 0
	for set := range bySet {
		dealt := 0
		for k, i := range uneven {
			if set&(1<<k) != 0 {
				dealt += len(s.strata[i])
			}
		}
		for k := range uneven {
			if set&(1<<k) != 0 {
				continue
			}
			if steps += len(bySet[set]); steps > maxSteps {
				return errSpace
			}
			next := set | 1<<k
			if bySet[next] == nil {
				bySet[next] = ways{}
			}
			for starts, n := range bySet[set] {
				b := []byte(starts)
				b[k] = byte(dealt % s.groups)
				bySet[next][string(b)] += n
			}
		}
		if set != len(bySet)-1 {
			bySet[set] = nil
		}
	}
	final := bySet[len(bySet)-1]
	common := 0
	for _, n := range final {
		common = gcd(common, n)
	}
	for _, starts := range slices.Sorted(maps.Keys(final)) {
		o := offset{start: make([]int, len(s.strata)), times: final[starts] / common}
		for k, i := range uneven {
			o.start[i] = int(starts[k])
		}
		s.offsets = append(s.offsets, o)
	}
	return nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Size returns the number of allocations that All yields.
func (s *Space) Size() *big.Int {
	if s.size != nil {
		return new(big.Int).Set(s.size)
	}
	total := new(big.Int)
	for _, o := range s.offsets {
		ways := big.NewInt(int64(o.times))
		for i, units := range s.strata {
			left := int64(len(units))
			for _, n := range s.counts(i, o.start[i]) {
				ways.Mul(ways, new(big.Int).Binomial(left, int64(n)))
				left -= int64(n)
			}
		}
		total.Add(total, ways)
	}
	return total
}

// counts returns how many leaders of a stratum go to each group when the deal
// enters it at group start.
func (s *Space) counts(stratum, start int) []int {
	counts := make([]int, s.groups)
	for k := range s.strata[stratum] {
		counts[(start+k)%s.groups]++
	}
	return counts
}

// All yields the group of each unit, counted from 0, in the plan's order of
// leaders. The slice is reused: copy it to keep it. The order is fixed: by the
// entry of the deal into the strata, then lexicographic within each stratum.
func (s *Space) All() iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for _, o := range s.offsets {
			for range o.times {
				if !s.walk(o, yield) {
					return
				}
			}
		}
	}
}

// walk yields the allocations of one entry of the deal, each once, that the
// balance accepts, and reports whether the reader wants more.
func (s *Space) walk(o offset, yield func([]int) bool) bool {
	left := make([][]int, len(s.strata))
	for i := range s.strata {
		left[i] = s.counts(i, o.start[i])
	}
	if b := s.balance; b != nil {
		all := yield
		yield = func(groups []int) bool { return !b.accepts(groups) || all(groups) }
	}
	return s.fill(make([]int, s.units), left, 0, 0, yield)
}

// fill assigns unit number at of a stratum and everything after it, and reports
// whether the reader wants more.
func (s *Space) fill(groups []int, left [][]int, stratum, at int, yield func([]int) bool) bool {
	if stratum == len(s.strata) {
		return yield(groups)
	}
	if at == len(s.strata[stratum]) {
		return s.fill(groups, left, stratum+1, 0, yield)
	}
	for g := range s.groups {
		if left[stratum][g] == 0 {
			continue
		}
		left[stratum][g]--
		groups[s.strata[stratum][at]] = g
		more := s.fill(groups, left, stratum, at+1, yield)
		left[stratum][g]++
		if !more {
			return false
		}
	}
	return true
}

// MinP returns the smallest two-sided p that an exact test over the space can
// reach: the chance of the least likely allocation, which is 1/Size where all
// are alike; twice that where the mirror of an allocation is in the space too,
// so that the opposite effect is as extreme; and 1 when nothing is compared.
func (s *Space) MinP() *big.Rat {
	size := s.Size()
	if s.groups < 2 {
		return big.NewRat(1, 1)
	}
	rarest := s.rarest
	if s.balance == nil {
		rarest = slices.MinFunc(s.offsets, func(a, b offset) int { return cmp.Compare(a.times, b.times) }).times
	}
	extreme := int64(rarest)
	if s.groups == 2 && s.mirrored() {
		extreme *= 2
	}
	return new(big.Rat).SetFrac(big.NewInt(extreme), size)
}

// mirrored reports whether swapping the two groups of the first allocation
// gives another of the space.
func (s *Space) mirrored() bool {
	for _, o := range s.offsets {
		same := true
		for i := range s.strata {
			first := s.counts(i, s.offsets[0].start[i])
			slices.Reverse(first)
			same = same && slices.Equal(first, s.counts(i, o.start[i]))
		}
		if same {
			return true
		}
	}
	return false
}

// String describes the space, such as "120 allocations of 10 units to 2 groups".
func (s *Space) String() string {
	return fmt.Sprintf("%s allocations of %d units to %d groups", s.Size(), s.units, cmp.Or(s.groups, 1))
}
