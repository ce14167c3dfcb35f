package effect

import (
	"fmt"
	"iter"
	"math"
	"math/bits"

	"github.com/coachgov/coaching"
)

// PrePost estimates the mean of one change per unit, with nobody to compare
// with, and tests it by flipping the signs of the changes (Fisher 1935 on
// Darwin's maize). The test assumes that without an effect a change would have
// been as likely up as down; seasons and regression to the mean are not ruled
// out, and a finding says so. [Result.Beside] holds the paired t-test. It fails
// for no units or more than 22.
func PrePost(changes Values) (Result, error) {
	n := changes.Len()
	if n == 0 || 1<<min(n, 30) > MaxAllocations {
		return Result{}, fmt.Errorf("effect: %d units, want 1 to %d to flip all signs", n, bits.Len(MaxAllocations)-1)
	}
	// T = sum of ±d / n. Group 0 keeps the sign, group 1 flips it.
	l := linear{score: make([][]int64, n), shift: make([][]int64, n), kden: int64(n)}
	var ok bool
	if l.yden, ok = times(changes.den, int64(n)); !ok {
		return Result{}, errRange
	}
	for i, d := range changes.ints {
		l.score[i], l.shift[i] = []int64{d, -d}, []int64{1, -1}
	}
	r, err := l.test("mean change; exact sign-flip test", make([]int, n), nil, signs(n))
	if err != nil {
		return Result{}, err
	}
	r.Treated = n
	r.report("PIL-084", coaching.Warning, "there is no comparison: seasons, other changes and regression to the mean may explain the change")
	if n > 1 {
		x := make([]float64, n)
		for i := range x {
			x[i] = changes.Float(i)
		}
		mean, variance := moments(x)
		r.Beside = studentised("paired t", mean, math.Sqrt(variance/float64(n)), float64(n-1))
	}
	return r, nil
}

// signs yields the 2^n ways to keep (0) or flip (1) n signs.
func signs(n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		a := make([]int, n)
		for mask := range 1 << n {
			for i := range a {
				a[i] = mask >> i & 1
			}
			if !yield(a) {
				return
			}
		}
	}
}
