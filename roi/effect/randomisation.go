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
	"github.com/coachgov/coaching/internal/chart"
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
// allocation gives a statistic at least as large as the observed one.
type inversion struct {
	breaks
	scale int64 // a break is num/den/scale
}

// The breaks of a test, in ascending order of the effects.
type breaks interface {
	breaks() int64
	always() int64           // allocations that are as large at every effect
	rank(k int64) fraction   // the break of a rank, counted from 1
	below(f fraction) int64  // breaks before one that rank returned
	atMost(f fraction) int64 // and up to it
}

// A listing is breaks that were listed.
type listing struct {
	list []fraction
	none int64
}

func (l *listing) breaks() int64 { return int64(len(l.list)) }

func (l *listing) always() int64 { return l.none }

func (l *listing) rank(k int64) fraction { return l.list[k-1] }

func (l *listing) below(f fraction) int64 {
	n, _ := slices.BinarySearchFunc(l.list, f, compare)
	return int64(n)
}

func (l *listing) atMost(f fraction) int64 {
	n, _ := slices.BinarySearchFunc(l.list, f, func(b, target fraction) int {
		if compare(b, target) <= 0 {
			return -1
		}
		return 1
	})
	return int64(n)
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

// A tally is what the possible allocations give.
type tally struct {
	two, greater, less, total int64
	floor                     int64  // allocations as extreme as any
	breaks                    breaks // nil: no interval
	distribution              []Mass
	halved                    *halved
}

// test runs the randomisation test of a linear statistic over a space. Complete
// randomisation is counted in halves where it is large.
func (l *linear) test(method string, observed, sizes []int, space iter.Seq[[]int]) (Result, error) {
	if err := l.fits(); err != nil {
		return Result{}, err
	}
	t, err := l.tally(observed, sizes, space)
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Method: method, Level: Level,
		PCount: big.NewInt(t.two), PTotal: big.NewInt(t.total),
		GreaterCount: big.NewInt(t.greater), LessCount: big.NewInt(t.less),
		Exact: big.NewRat(sum(l.score, observed), l.yden),
		Low:   math.Inf(-1), High: math.Inf(1), Attained: 1,
		Distribution: t.distribution,
	}
	r.Estimate, _ = r.Exact.Float64()
	if t.halved != nil {
		r.bins = func() []chart.Bin { return t.halved.bins(histogramBins, l.yden) }
	}
	if t.breaks != nil {
		// T is score/yden and 1-k is (k0-k)/kden, so b = (t0-t)/(k0-k) × kden/yden.
		r.inversion = &inversion{t.breaks, l.yden / l.kden}
		r.setInterval(Level)
	} else {
		r.report("PIL-083", coaching.Warning, "some possible allocations do not tell the effect from none, so there is no exact interval")
	}
	if share := float64(t.floor) / float64(t.total); share > 1-Level {
		r.report("PIL-083", coaching.Warning, fmt.Sprintf("%d of %d possible allocations give the largest effect that these outcomes allow, so p cannot fall below %.2g and nothing can be shown at %.2g",
			t.floor, t.total, share, 1-Level))
	}
	return r, nil
}

func (l *linear) tally(observed, sizes []int, space iter.Seq[[]int]) (tally, error) {
	if space != nil {
		return l.listed(observed, sizes, space)
	}
	n, few := completeSize(sizes)
	if !few || n > maxListed {
		if h := l.halve(observed, sizes); h != nil {
			return h.tally(), nil
		}
	}
	if !few || n > MaxAllocations {
		return tally{}, fmt.Errorf("effect: more than %d possible allocations of %d units, too many to list, and to count in halves", MaxAllocations, len(observed))
	}
	return l.listed(observed, sizes, Complete(observed))
}

// listed looks at each allocation of a space.
func (l *linear) listed(observed, sizes []int, space iter.Seq[[]int]) (tally, error) {
	t0 := sum(l.score, observed)
	k0 := sum(l.shift, observed)
	var (
		out        tally
		values     []int64
		order      listing
		seen       bool
		invertible = true
		extreme    = magnitude(t0)
		count      = make([]int, len(l.score[0]))
	)
	for a := range space {
		if len(values) == MaxAllocations {
			return out, fmt.Errorf("effect: more than %d possible allocations", MaxAllocations)
		}
		if err := l.same(a, sizes, count); err != nil {
			return out, err
		}
		t := sum(l.score, a)
		values = append(values, t)
		if magnitude(t) >= extreme {
			out.two++
		}
		if t >= t0 {
			out.greater++
		}
		if t <= t0 {
			out.less++
		}
		k := sum(l.shift, a)
		switch d := k0 - k; {
		case d > 0:
			order.list = append(order.list, fraction{t0 - t, d})
		case d == 0 && t == t0:
			order.none++
			seen = seen || slices.Equal(a, observed)
		default:
			invertible = false
		}
	}
	if !seen {
		return out, errors.New("effect: the observed allocation is not among the possible ones")
	}
	if invertible {
		slices.SortFunc(order.list, compare)
		out.breaks = &order
	}
	slices.Sort(values)
	out.total = int64(len(values))
	most := max(magnitude(values[0]), magnitude(values[len(values)-1]))
	for i := 0; i < len(values); {
		j := i
		for j < len(values) && values[j] == values[i] {
			j++
		}
		if magnitude(values[i]) == most {
			out.floor += int64(j - i)
		}
		out.distribution = append(out.distribution, Mass{float64(values[i]) / float64(l.yden), j - i})
		i = j
	}
	return out, nil
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
	total := v.breaks.breaks() + v.always()
	reach := int64(math.Floor((1-level)*float64(total)/2 + 1e-9))
	var outside int64
	if rank, n := reach-v.always()+1, v.breaks.breaks(); rank >= 1 && rank <= n {
		low, high := v.rank(rank), v.rank(n-rank+1)
		r.ExactLow, r.ExactHigh = v.rat(low), v.rat(high)
		r.Low, _ = r.ExactLow.Float64()
		r.High, _ = r.ExactHigh.Float64()
		outside = 2*v.always() + v.below(low) + n - v.atMost(high)
	}
	r.Attained = 1 - float64(outside)/float64(total)
	r.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f coaching.Finding) bool { return f.Path == "interval" })
	if !r.Bounded() {
		r.Findings = append(r.Findings, coaching.Finding{Code: "PIL-083", Severity: coaching.Warning, Path: "interval",
			Message: fmt.Sprintf("%d possible allocations are too few for an interval at %.4g", total, level)})
		r.Findings.Sort()
	}
}

func (v *inversion) rat(f fraction) *big.Rat {
	out := new(big.Rat).SetFrac64(f.num, f.den)
	return out.Quo(out, new(big.Rat).SetInt64(v.scale))
}
