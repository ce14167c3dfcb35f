package effect

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/big"
	"math/bits"
	"slices"

	"github.com/coachgov/coaching"
)

// A linear statistic adds up one score per unit that depends on the unit's
// group: T(a) = sum of score[i][a[i]] over yden. shift is the same statistic of
// the indicator of observed treatment over kden; it says how T moves when the
// effect does, and is 1 for the observed allocation.
type linear struct {
	score, shift [][]int64 // unit by group
	yden, kden   int64
}

// An inversion holds what the interval needs: the effects at which one more
// allocation gives a statistic at least as large as the observed one, in
// ascending order.
type inversion struct {
	breaks []fraction
	always int // allocations that do so at every effect: the observed one and its copies
	total  int
	scale  int64 // a break is num/den/scale
}

// A fraction has a positive den.
type fraction struct{ num, den int64 }

// compare orders fractions exactly, by 128-bit cross products.
func compare(a, b fraction) int {
	if c := cmp.Compare(sign(a.num), sign(b.num)); c != 0 {
		return c
	}
	ah, al := bits.Mul64(magnitude(a.num), uint64(b.den))
	bh, bl := bits.Mul64(magnitude(b.num), uint64(a.den))
	c := cmp.Or(cmp.Compare(ah, bh), cmp.Compare(al, bl))
	if a.num < 0 {
		return -c
	}
	return c
}

func sign(a int64) int { return cmp.Compare(a, 0) }

// test runs the randomisation test of a linear statistic over a space.
func (l *linear) test(method string, observed, sizes []int, space iter.Seq[[]int]) (Result, error) {
	if err := l.fits(); err != nil {
		return Result{}, err
	}
	if space == nil {
		if n := completeSize(sizes); !n.IsInt64() || n.Int64() > MaxAllocations {
			return Result{}, fmt.Errorf("effect: %s possible allocations, want at most %d", n, MaxAllocations)
		}
		space = Complete(observed)
	}
	t0 := sum(l.score, observed)
	k0 := sum(l.shift, observed)
	var (
		values     []int64
		breaks     []fraction
		always     int
		seen       bool
		invertible = true
		extreme    = magnitude(t0)
		count      = make([]int, len(l.score[0]))
		fault      error
	)
	var two, greater, less int
	for a := range space {
		if len(values) == MaxAllocations {
			return Result{}, fmt.Errorf("effect: more than %d possible allocations", MaxAllocations)
		}
		if fault = l.same(a, sizes, count); fault != nil {
			break
		}
		t := sum(l.score, a)
		values = append(values, t)
		if magnitude(t) >= extreme {
			two++
		}
		if t >= t0 {
			greater++
		}
		if t <= t0 {
			less++
		}
		k := sum(l.shift, a)
		switch d := k0 - k; {
		case d > 0:
			breaks = append(breaks, fraction{t0 - t, d})
		case d == 0 && t == t0:
			always++
			seen = seen || slices.Equal(a, observed)
		default:
			invertible = false
		}
	}
	switch {
	case fault != nil:
		return Result{}, fault
	case !seen:
		return Result{}, errors.New("effect: the observed allocation is not among the possible ones")
	}
	r := Result{
		Method: method, Level: Level,
		PCount: big.NewInt(int64(two)), PTotal: big.NewInt(int64(len(values))),
		GreaterCount: big.NewInt(int64(greater)), LessCount: big.NewInt(int64(less)),
		Exact: big.NewRat(t0, l.yden),
		Low:   math.Inf(-1), High: math.Inf(1), Attained: 1,
	}
	r.Estimate, _ = r.Exact.Float64()
	slices.Sort(values)
	floor := 0 // allocations as extreme as any
	most := max(magnitude(values[0]), magnitude(values[len(values)-1]))
	for i := 0; i < len(values); {
		j := i
		for j < len(values) && values[j] == values[i] {
			j++
		}
		if magnitude(values[i]) == most {
			floor += j - i
		}
		r.Distribution = append(r.Distribution, Mass{float64(values[i]) / float64(l.yden), j - i})
		i = j
	}
	if invertible {
		slices.SortFunc(breaks, compare)
		// T is score/yden and 1-k is (k0-k)/kden, so b = (t0-t)/(k0-k) × kden/yden.
		r.inversion = &inversion{breaks, always, len(values), l.yden / l.kden}
		r.setInterval(Level)
	} else {
		r.report("PIL-083", coaching.Warning, "some possible allocations do not tell the effect from none, so there is no exact interval")
	}
	if share := float64(floor) / float64(len(values)); share > 1-Level {
		r.report("PIL-083", coaching.Warning, fmt.Sprintf("%d of %d possible allocations give the largest effect that these outcomes allow, so p cannot fall below %.2g and nothing can be shown at %.2g",
			floor, len(values), share, 1-Level))
	}
	return r, nil
}

// same refuses an allocation of another length or with other group sizes: the
// weights of the statistic are those of the observed sizes. Flipped signs have
// no sizes.
func (l *linear) same(a, sizes, count []int) error {
	if len(a) != len(l.score) {
		return fmt.Errorf("effect: a possible allocation has %d units, the outcome has %d", len(a), len(l.score))
	}
	clear(count)
	for i, g := range a {
		if g < 0 || g >= len(count) {
			return fmt.Errorf("effect: a possible allocation puts unit %d in group %d, want 0 to %d", i, g, len(count)-1)
		}
		count[g]++
	}
	if sizes != nil && !slices.Equal(count, sizes) {
		return fmt.Errorf("effect: a possible allocation has groups of %v, the observed one of %v", slices.Clone(count), sizes)
	}
	return nil
}

// fits reports whether no sum over units can overflow.
func (l *linear) fits() error {
	for _, table := range [2][][]int64{l.score, l.shift} {
		var most uint64
		for _, row := range table {
			var largest uint64
			for _, s := range row {
				largest = max(largest, magnitude(s))
			}
			most += largest
			if most > 1<<60 {
				return errRange
			}
		}
	}
	return nil
}

func sum(table [][]int64, a []int) int64 {
	var t int64
	for i, g := range a {
		t += table[i][g]
	}
	return t
}

func (r *Result) report(code string, severity coaching.Severity, message string) {
	r.Findings = append(r.Findings, coaching.Finding{Code: code, Severity: severity, Message: message})
	r.Findings.Sort()
}

// setInterval inverts the test at a level. At an effect tau the one-sided test
// counts the allocations that are always as large and those whose break is at
// most tau; tau is refused while that count is at most alpha/2 of all.
func (r *Result) setInterval(level float64) {
	v := r.inversion
	r.Level, r.Low, r.High, r.ExactLow, r.ExactHigh = level, math.Inf(-1), math.Inf(1), nil, nil
	// alpha/2 of the allocations, safe against 1-0.9 being 0.09999999999999998.
	reach := int(math.Floor((1-level)*float64(v.total)/2 + 1e-9))
	outside := 0
	if rank := reach - v.always + 1; rank >= 1 && rank <= len(v.breaks) {
		low, high := v.breaks[rank-1], v.breaks[len(v.breaks)-rank]
		r.ExactLow, r.ExactHigh = v.rat(low), v.rat(high)
		r.Low, _ = r.ExactLow.Float64()
		r.High, _ = r.ExactHigh.Float64()
		below, _ := slices.BinarySearchFunc(v.breaks, low, compare)
		notAbove, _ := slices.BinarySearchFunc(v.breaks, high, func(b, target fraction) int {
			if compare(b, target) <= 0 {
				return -1
			}
			return 1
		})
		outside = 2*v.always + below + len(v.breaks) - notAbove
	}
	r.Attained = 1 - float64(outside)/float64(v.total)
	r.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f coaching.Finding) bool { return f.Path == "interval" })
	if !r.Bounded() {
		r.Findings = append(r.Findings, coaching.Finding{Code: "PIL-083", Severity: coaching.Warning, Path: "interval",
			Message: fmt.Sprintf("%d possible allocations are too few for an interval at %.4g", v.total, level)})
		r.Findings.Sort()
	}
}

func (v *inversion) rat(f fraction) *big.Rat {
	out := new(big.Rat).SetFrac64(f.num, f.den)
	return out.Quo(out, new(big.Rat).SetInt64(v.scale))
}
