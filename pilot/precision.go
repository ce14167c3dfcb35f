package pilot

import (
	"fmt"
	"math"
)

// A Precision says how small an effect a staggered or parallel design can see,
// by the closed form of Hussey and Hughes (Contemporary Clinical Trials 28,
// 2007, 182-191): clusters in periods, a treatment effect common to all, a
// random effect of the cluster and fixed effects of the periods. A leader with a
// team is a cluster.
type Precision struct {
	Exposed [][]bool // per cluster and period: whether coaching has begun
	Within  float64  // variance of one cluster mean in one period, given the cluster
	Between float64  // variance between clusters
}

// Precision describes the plan's design with periods of the length of its first
// wave's head start: one before coaching, then one from each wave start to the
// next and to the end of the run. ICC is the share of variance between leaders,
// from 0 up to 1, and readings the number of readings of the KPI in each period,
// so that effects are in standard deviations of one reading. It fails without a
// design that compares groups.
func (p *Plan) Precision(icc float64, readings int) (*Precision, error) {
	if math.IsNaN(icc) || icc < 0 || icc >= 1 || readings < 1 {
		return nil, fmt.Errorf("pilot: precision: ICC %g and %d readings, want 0 <= ICC < 1 and at least one reading", icc, readings)
	}
	if p.Design.Groups() < 2 {
		return nil, fmt.Errorf("pilot: precision: the design compares no groups")
	}
	a, err := p.Allocate()
	if err != nil {
		return nil, err
	}
	x := &Precision{Within: (1 - icc) / float64(readings), Between: icc}
	for _, u := range a.Units {
		row := make([]bool, len(p.Design.WaveStarts)+1)
		for j, start := range p.Design.WaveStarts {
			row[j+1] = u.Start > 0 && u.Start <= start
		}
		x.Exposed = append(x.Exposed, row)
	}
	return x, nil
}

// StandardError returns the standard error of the estimated effect, and
// infinity when the design cannot estimate it.
func (x *Precision) StandardError() float64 {
	clusters := float64(len(x.Exposed))
	if clusters == 0 {
		return math.Inf(1)
	}
	periods := float64(len(x.Exposed[0]))
	byPeriod := make([]float64, len(x.Exposed[0]))
	var u, v, w float64 // as in the paper: U, V and W
	for _, row := range x.Exposed {
		own := 0.0
		for j, exposed := range row {
			if exposed {
				own++
				byPeriod[j]++
			}
		}
		u += own
		v += own * own
	}
	for _, n := range byPeriod {
		w += n * n
	}
	s, t := x.Within, x.Between
	information := (clusters*u-w)*s + (u*u+clusters*periods*u-periods*w-clusters*v)*t
	if information <= 0 {
		return math.Inf(1)
	}
	return math.Sqrt(clusters * s * (s + periods*t) / information)
}

// Power returns the chance that a two-sided test at level alpha finds an effect
// of the given size, counting both tails.
func (x *Precision) Power(effect, alpha float64) float64 {
	z := quantile(1 - alpha/2)
	shift := math.Abs(effect) / x.StandardError()
	return normal(shift-z) + normal(-shift-z)
}

// Detectable returns the least effect that the design finds with the given
// power at level alpha, and infinity when no effect is found.
func (x *Precision) Detectable(power, alpha float64) float64 {
	se := x.StandardError()
	if math.IsInf(se, 1) || !(power > alpha && power < 1) || !(alpha > 0 && alpha < 1) {
		return math.Inf(1)
	}
	low, high := 0.0, se
	for x.Power(high, alpha) < power {
		high *= 2
	}
	for range 200 {
		mid := low + (high-low)/2
		if x.Power(mid, alpha) < power {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// normal is the distribution function of the standard normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// quantile is its inverse.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
