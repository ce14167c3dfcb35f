package pilot

import (
	"fmt"
	"math"
)

// Counts are two numbers of rare events that a comparison expects, such as the
// exits of a year before and of a year after, each Poisson. Times are the
// lengths of the two windows in one unit; 0 and 0 are equal lengths.
//
//	c := pilot.Counts{Before: 10, After: 8} // a year against a year
type Counts struct {
	Before, After         float64
	BeforeTime, AfterTime int
}

// maxExpected bounds the events of both windows together.
const maxExpected = 200

// Power returns the chance that the exact test of a ratio of rates at level
// alpha, given the total (effect.Rates), finds the difference. It fails when the
// expected events are negative or above 200 together, alpha is not between 0 and
// 1, or one window has no length.
func (c Counts) Power(alpha float64) (float64, error) {
	region, err := c.region(alpha)
	if err != nil {
		return 0, err
	}
	return c.power(region), nil
}

// Detectable returns the most events after, fewer than before at the same rate,
// that the test still finds with the given power at level alpha. It returns 0
// and false when even no event at all would not be found.
func (c Counts) Detectable(power, alpha float64) (events float64, found bool, err error) {
	region, err := c.region(alpha)
	if err != nil || !(power > alpha && power < 1) {
		if err == nil {
			err = fmt.Errorf("pilot: counts: power %g at level %g, want a power above the level and below 1", power, alpha)
		}
		return 0, false, err
	}
	low, high := c, c
	low.After, high.After = 0, c.Before*c.ratio()
	if low.power(region) < power {
		return 0, false, nil
	}
	for range 100 {
		mid := c
		if mid.After = (low.After + high.After) / 2; mid.power(region) >= power {
			low = mid
		} else {
			high = mid
		}
	}
	return low.After, true, nil
}

// ratio is the length after over the length before.
func (c Counts) ratio() float64 {
	if c.BeforeTime == 0 && c.AfterTime == 0 {
		return 1
	}
	return float64(c.AfterTime) / float64(c.BeforeTime)
}

// A rejection says, for a total of events, which numbers after the test calls
// different: up to low, and from high on.
type rejection struct{ low, high int }

// region returns the rejections of every total that can matter.
func (c Counts) region(alpha float64) ([]rejection, error) {
	before, after := c.BeforeTime, c.AfterTime
	if before == 0 && after == 0 {
		before, after = 1, 1
	}
	// The least number after, 0, and the same rate are looked at too.
	most := c.Before + max(c.After, c.Before*c.ratio())
	switch {
	case !(c.Before >= 0 && c.After >= 0 && most <= maxExpected):
		return nil, fmt.Errorf("pilot: counts: %g events before and %g after, want 0 to %d together, at equal rates too", c.Before, c.After, maxExpected)
	case !(alpha > 0 && alpha < 1):
		return nil, fmt.Errorf("pilot: counts: level %g, want one between 0 and 1", alpha)
	}
	if before < 1 || after < 1 {
		return nil, fmt.Errorf("pilot: counts: windows of %d and %d, want both above 0, or both 0 for equal lengths", before, after)
	}
	share := float64(after) / (float64(before) + float64(after))
	var region []rejection
	for n := range tail(most) {
		// The two tails are taken in from the ends, the less likely outcome first
		// and equally likely ones together, as long as p stays within alpha.
		r, p := rejection{-1, n + 1}, 0.0
		for n > 0 {
			low, high := binomial(r.low+1, n, share), binomial(r.high-1, n, share)
			least := min(low, high) * (1 + 1e-9) // ties are decided by rounding otherwise
			next := r
			if low <= least {
				p += low
				next.low++
			}
			if high <= least {
				p += high
				next.high--
			}
			if p > alpha*(1+1e-12) || next.low >= next.high {
				break
			}
			r = next
		}
		region = append(region, r)
	}
	return region, nil
}

// tail returns a count that a Poisson number of the given mean exceeds with a
// chance of less than 1e-12.
func tail(mean float64) int { return int(mean+8*math.Sqrt(mean)) + 15 }

// power sums the chances of what is rejected.
func (c Counts) power(region []rejection) float64 {
	total := c.Before + c.After
	if total == 0 {
		return 0
	}
	share, power := c.After/total, 0.0
	for n := range region {
		chance := poisson(n, total)
		for x := 0; x <= n; x++ {
			if x <= region[n].low || x >= region[n].high {
				power += chance * binomial(x, n, share)
			}
		}
	}
	return power
}

func poisson(n int, mean float64) float64 {
	g, _ := math.Lgamma(float64(n + 1))
	return math.Exp(float64(n)*math.Log(mean) - mean - g)
}

func binomial(x, n int, share float64) float64 {
	switch {
	case share == 0 && x > 0, share == 1 && x < n:
		return 0
	case share == 0, share == 1:
		return 1
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(x + 1))
	d, _ := math.Lgamma(float64(n - x + 1))
	return math.Exp(a - b - d + float64(x)*math.Log(share) + float64(n-x)*math.Log1p(-share))
}
