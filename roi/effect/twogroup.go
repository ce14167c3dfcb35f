package effect

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/coachgov/coaching"
)

// TwoGroup estimates the mean of y in group treated less its mean in all other
// units, and tests it against every allocation of the space (Fisher 1935).
// y holds one number per unit, usually a change from [Panel.Changes]. The
// allocation is the observed group of each unit; the space yields the possible
// ones, all with the same group sizes and the observed one among them, and may
// yield one slice again and again. A nil space is complete randomisation, which is
// counted in halves where it is large, up to 40 units in two groups.
//
// The interval is for an effect that adds the same amount to every treated
// unit. [Result.Beside] holds Welch's. The exact test asks whether anything
// differs: where a small side also spreads more, it claims a difference in means
// too often (3 against 9 units, the 3 with 2.5 times the spread: 21 of 100 where 5
// are promised, and Welch's 7). EFF-003 warns of it. The arguments are neither kept nor
// changed. It fails when sizes do not fit, a side is empty, the observed
// allocation is not in the space, or a
// space that has to be listed exceeds [MaxAllocations].
func TwoGroup(y Values, treated int, allocation []int, space iter.Seq[[]int]) (Result, error) {
	if err := sameLength(y.Len(), allocation); err != nil {
		return Result{}, err
	}
	last := max(treated, slices.Max(allocation))
	if last > y.Len() {
		return Result{}, fmt.Errorf("effect: group %d of %d units", last, y.Len())
	}
	groups := 1 + max(last, 0)
	if err := tabled(y.Len(), groups); err != nil {
		return Result{}, err
	}
	counts, err := sizes(allocation, groups)
	if err != nil {
		return Result{}, err
	}
	if treated < 0 || counts[treated] == 0 || counts[treated] == y.Len() {
		return Result{}, errors.New("effect: a comparison needs at least one treated unit and one other")
	}
	m, rest := int64(counts[treated]), int64(y.Len()-counts[treated])
	l := linear{score: make([][]int64, y.Len()), shift: make([][]int64, y.Len()), kden: m * rest}
	var ok bool
	if l.yden, ok = times(y.den, l.kden); !ok {
		return Result{}, errRange
	}
	// T = sum(treated)/m - sum(rest)/(n-m), over the common denominator m(n-m).
	for i, v := range y.ints {
		in, ok1 := times(v, rest)
		out, ok2 := times(v, -m)
		if !ok1 || !ok2 {
			return Result{}, errRange
		}
		l.score[i], l.shift[i] = filled(groups, out), make([]int64, groups)
		l.score[i][treated] = in
		if allocation[i] == treated {
			l.shift[i] = filled(groups, -m)
			l.shift[i][treated] = rest
		}
	}
	r, err := l.test("difference in means; exact randomisation test", allocation, counts, space)
	if err != nil {
		return Result{}, err
	}
	r.Treated, r.Control = int(m), int(rest)
	var a, b []float64
	for i := range y.Len() {
		if allocation[i] == treated {
			a = append(a, y.Float(i))
		} else {
			b = append(b, y.Float(i))
		}
	}
	r.Beside = welch(a, b)
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < len(b) && len(a) > 1 {
		if _, small := moments(a); small > 0 {
			if _, large := moments(b); small > uneven*uneven*large {
				spreads := "spreads, and the other does not"
				if large > 0 {
					spreads = fmt.Sprintf("spreads %.1f times as much as the other", math.Sqrt(small/large))
				}
				r.report("EFF-003", coaching.Warning, fmt.Sprintf("the smaller side, %d of %d units, %s: the exact test then finds differences in means too often, so read Welch's beside it",
					len(a), y.Len(), spreads))
			}
		}
	}
	return r, nil
}

// tabled fails when a table of units by groups is larger than what is kept.
func tabled(units, groups int) error {
	if units > maxUnits/groups {
		return fmt.Errorf("effect: %d units in %d groups, want at most %d of their products", units, groups, maxUnits)
	}
	return nil
}

// uneven is how many times as much as the larger side the smaller one may spread
// before EFF-003 warns.
const uneven = 2

func filled(n int, v int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func sameLength(units int, allocation []int) error {
	if units == 0 || len(allocation) != units {
		return fmt.Errorf("effect: %d units in the outcome and %d in the allocation", units, len(allocation))
	}
	return nil
}

// An Approximation is a result that rests on a normal distribution of the
// outcome, at [Level].
type Approximation struct {
	Name     string // "Welch" or "paired t"
	Estimate float64
	SE       float64
	T, DF    float64
	P        float64 // two-sided
	Low      float64
	High     float64
}

// welch returns Welch's test of two means, and nil when a side has fewer than
// two units or nothing varies.
func welch(a, b []float64) *Approximation {
	if len(a) < 2 || len(b) < 2 {
		return nil
	}
	ma, va := moments(a)
	mb, vb := moments(b)
	va, vb = va/float64(len(a)), vb/float64(len(b))
	// Welch (1947), with Satterthwaite's degrees of freedom.
	df := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	return studentised("Welch", ma-mb, math.Sqrt(va+vb), df)
}

func studentised(name string, estimate, se, df float64) *Approximation {
	if se == 0 || math.IsNaN(df) {
		return nil
	}
	t := estimate / se
	// P(|T| >= |t|) is the regularised incomplete beta function at df/(df+t²).
	p := mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
	q := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile((1 + Level) / 2)
	return &Approximation{name, estimate, se, t, df, p, estimate - q*se, estimate + q*se}
}

// moments returns the mean and the variance with n-1. Equal numbers have a
// variance of 0, which their rounded mean would hide: 0.1 three times over gave
// 1e-34, and a p-value of 1e-32 with it.
func moments(x []float64) (mean, variance float64) {
	if !slices.ContainsFunc(x, func(v float64) bool { return v != x[0] }) {
		return x[0], 0
	}
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(x)-1)
}
