package effect

import (
	"fmt"
	"iter"
)

// Staggered estimates the average effect on treated units of waves that start
// one after the other, and tests it against every allocation of the space.
//
// start gives, per wave, the column of the panel in which the wave is first
// treated: at least 1, since the column before is its own baseline, or [Never].
// allocation gives the wave of each unit; the space yields the possible
// allocations of units to waves, as for [TwoGroup], and nil is complete
// randomisation.
//
// The estimate is the "simple" average of Callaway and Sant'Anna (2021)
// without covariates: for each wave g and column t from its start on, the mean
// change of wave g since the column before its start, less the mean change of
// the units that are not yet treated at t; weighted by the size of the wave.
// Columns in which every unit is treated have no comparison and are left out.
// It is linear in the outcome, so the interval inverts the test in closed form.
//
// The arguments are neither kept nor changed.
func Staggered(panel Panel, start []int, allocation []int, space iter.Seq[[]int]) (Result, error) {
	if err := sameLength(panel.units, allocation); err != nil {
		return Result{}, err
	}
	if len(start) == 0 || len(start) > panel.units {
		return Result{}, fmt.Errorf("effect: %d waves for %d units", len(start), panel.units)
	}
	if err := tabled(panel.units, len(start)); err != nil {
		return Result{}, err
	}
	begin := make([]int, len(start))
	for w, s := range start {
		switch {
		case s == Never || s >= panel.periods:
			begin[w] = panel.periods
		case s < 1:
			return Result{}, fmt.Errorf("effect: wave %d starts in column %d, want 1 or later, or Never", w, s)
		default:
			begin[w] = s
		}
	}
	counts, err := sizes(allocation, len(start))
	if err != nil {
		return Result{}, err
	}
	c, ok := weights(begin, counts, panel.periods)
	if !ok {
		return Result{}, errRange
	}
	if c.den == 0 {
		return Result{}, fmt.Errorf("effect: no wave is treated while another unit is not, so there is nothing to compare")
	}

	l := linear{score: make([][]int64, panel.units), shift: make([][]int64, panel.units), kden: c.den}
	if l.yden, ok = times(panel.values.den, c.den); !ok {
		return Result{}, errRange
	}
	for i := range panel.units {
		l.score[i], l.shift[i] = make([]int64, len(start)), make([]int64, len(start))
		for w := range start {
			for t, y := range panel.row(i) {
				product, ok1 := times(c.of[w][t], y)
				next, ok2 := plus(l.score[i][w], product)
				if !ok1 || !ok2 {
					return Result{}, errRange
				}
				l.score[i][w] = next
				if t >= begin[allocation[i]] {
					l.shift[i][w] += c.of[w][t]
				}
			}
		}
	}
	r, err := l.test("staggered adoption, simple average with not-yet-treated controls (Callaway and Sant'Anna); exact randomisation test",
		allocation, counts, space)
	if err != nil {
		return Result{}, err
	}
	for w, n := range counts {
		if c.treated[w] {
			r.Treated += n
		}
		if c.control[w] {
			r.Control += n
		}
	}
	return r, nil
}

// coefficients of the statistic: of[w][t] × Y, over den, is what a unit of wave
// w adds in column t.
type coefficients struct {
	of               [][]int64
	den              int64
	treated, control []bool // waves that are estimated, and that serve as comparison
}

// weights returns the coefficients for waves that begin in the columns given,
// and whether they fit into 64 bits. A den of 0 means that there is no cell.
func weights(begin, counts []int, periods int) (coefficients, bool) {
	waves := len(begin)
	c := coefficients{of: make([][]int64, waves), treated: make([]bool, waves), control: make([]bool, waves)}
	for w := range c.of {
		c.of[w] = make([]int64, periods)
	}
	// controls[t]: units that are not yet treated in column t.
	controls := make([]int64, periods)
	common := int64(1) // the least common multiple of their numbers
	for t := range controls {
		for w, b := range begin {
			if b > t {
				controls[t] += int64(counts[w])
			}
		}
		if n := controls[t]; n > 0 {
			var ok bool
			if common, ok = times(common/gcd(common, n), n); !ok {
				return c, false
			}
		}
	}
	var total int64 // sum of wave sizes over cells
	for g, b := range begin {
		size := int64(counts[g])
		for t := b; t < periods && size > 0; t++ {
			if controls[t] == 0 {
				continue
			}
			total += size
			c.treated[g] = true
			c.of[g][t] += common
			c.of[g][b-1] -= common
			share, ok := times(size, common/controls[t])
			if !ok {
				return c, false
			}
			for w, other := range begin {
				if other > t && counts[w] > 0 {
					c.control[w] = true
					c.of[w][t] -= share
					c.of[w][b-1] += share
				}
			}
		}
	}
	den, ok := times(total, common)
	c.den = den
	// Sums of coefficients over columns stay below 2×den.
	return c, ok && den <= 1<<60
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
