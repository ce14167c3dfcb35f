package effect

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching"
)

// A BetaEstimate is the effect for one weight on how the waves differed before
// treatment. Its error is Neyman's: it adds the variances of the waves and is
// never too small on average, whatever the effects are.
type BetaEstimate struct {
	Beta float64
	Estimate

	model *randomTiming
	score []float64 // wave by period
}

// An Efficient is one average effect under random timing, three times: with the
// weight that makes its variance smallest, which is estimated; with weight 1,
// the difference in differences of [CallawaySantAnna]; and with weight 0, the
// difference in means.
type Efficient struct {
	At                            int // in a series, what the series says
	Efficient, Differences, Means BetaEstimate
}

// A RandomTiming holds what [RothSantAnna] computed; its methods average it. The
// zero RandomTiming holds nothing.
type RandomTiming struct {
	Treated  int // units of the waves that are estimated
	Control  int // the fewest units that a treated cell is compared with
	Findings coaching.Findings

	model *randomTiming
}

type randomTiming struct {
	*waves
	cells []comparison // treated ones only
	none  []float64    // a zero for each
}

// RothSantAnna estimates the effect of staggered adoption whose timing was drawn
// by lot (Roth and Sant'Anna 2023). Under random timing the waves are alike
// before treatment but for chance, and how much of that chance to take out is a
// choice: the efficient weight leaves the smallest variance, where differences
// in differences always take out all. It needs no parallel trends, and is wrong
// where the timing was chosen.
//
// A wave of one unit is left out (PIL-083), and with fewer than 50 units on a
// side there is a warning: [Staggered] tests exactly. It fails with a
// [coaching.FindingsError] when nothing can be compared.
func RothSantAnna(a Adoption, controls Controls) (RandomTiming, error) {
	if controls > NeverTreated {
		return RandomTiming{}, fmt.Errorf("effect: controls %d, want 0 or 1", controls)
	}
	w, found, err := layOut(a, 0, 2)
	if err != nil {
		return RandomTiming{}, err
	}
	m := &randomTiming{waves: w}
	r := RandomTiming{model: m, Findings: found}
	last := -1
	for _, c := range w.comparisons(GroupTimeSpec{Controls: controls, Base: UniversalBase}) {
		if !w.post(c) {
			continue
		}
		m.cells = append(m.cells, c)
		if c.g != last {
			last = c.g
			r.Treated += len(w.of[c.g].rows)
		}
		if r.Control == 0 || c.controls < r.Control {
			r.Control = c.controls
		}
	}
	if len(m.cells) == 0 {
		return RandomTiming{}, noComparison(found)
	}
	m.none = make([]float64, len(m.cells))
	r.Findings = append(r.Findings, tooFew(r.Treated, r.Control)...)
	r.Findings.Sort()
	return r, nil
}

// Simple averages all treated cells, weighted by the size of their wave.
func (r RandomTiming) Simple() Efficient {
	if r.model == nil {
		return noEfficient()
	}
	return r.model.efficient(0, r.model.simple(r.model.cells, r.model.none))
}

// Groups averages the treated cells of each wave, and then the waves by size.
func (r RandomTiming) Groups() Efficient {
	if r.model == nil {
		return noEfficient()
	}
	return r.model.efficient(0, r.model.groups(r.model.cells, r.model.none).overall)
}

// Calendar averages the treated cells of each period by size, and then the
// periods evenly.
func (r RandomTiming) Calendar() Efficient {
	if r.model == nil {
		return noEfficient()
	}
	return r.model.efficient(0, r.model.calendar(r.model.cells, r.model.none).overall)
}

// noEfficient is an average of nothing.
func noEfficient() Efficient {
	nothing := BetaEstimate{Estimate: estimateOf(0, math.Inf(1))}
	return Efficient{Efficient: nothing, Differences: nothing, Means: nothing}
}

// EventStudy averages the cells at each distance from the start, from first to
// last and from 0 on, by size. At is the distance, ascending.
func (r RandomTiming) EventStudy(first, last int) []Efficient {
	if r.model == nil {
		return nil
	}
	b := r.model.events(r.model.cells, r.model.none, first, last, math.MinInt)
	var out []Efficient
	for i, at := range b.at {
		out = append(out, r.model.efficient(at, b.points[i]))
	}
	return out
}

// scores returns what a unit of each wave adds to the estimate per period, of
// the outcome under treatment and of that before it.
func (m *randomTiming) scores(b blend) (after, before []float64) {
	periods := len(m.periods)
	after, before = make([]float64, len(m.of)*periods), make([]float64, len(m.of)*periods)
	for i, k := range b.cells {
		c, weight := m.cells[k], b.weights[i]
		after[c.g*periods+c.t] += weight
		before[c.g*periods+c.base] += weight
		for h := c.from; h < len(m.of); h++ {
			if h != c.g {
				share := weight * float64(len(m.of[h].rows)) / float64(c.controls)
				after[h*periods+c.t] -= share
				before[h*periods+c.base] -= share
			}
		}
	}
	return after, before
}

// efficient estimates one average. With the scores a and x of a unit, the
// estimate is the sum of their means over the waves, a less beta times x; its
// variance is smallest where beta is their covariance over the variance of x.
func (m *randomTiming) efficient(at int, b blend) Efficient {
	after, before := m.scores(b)
	a, x := make([]float64, m.units), make([]float64, m.units)
	periods := len(m.periods)
	var meanA, meanX, varX, cov float64
	unit := 0
	for h, v := range m.of {
		onA, onX := after[h*periods:(h+1)*periods], before[h*periods:(h+1)*periods]
		n := float64(len(v.rows))
		var vx, c float64
		for _, row := range v.rows {
			var sa, sx float64
			for t, y := range row {
				d := y - v.mean[t]
				sa += onA[t] * d
				sx += onX[t] * d
			}
			a[unit], x[unit] = sa, sx
			unit++
			vx += sx * sx
			c += sa * sx
		}
		varX += vx / (n - 1) / n
		cov += c / (n - 1) / n
		for t, y := range v.mean {
			meanA += onA[t] * y
			meanX += onX[t] * y
		}
	}
	estimate := func(beta float64) BetaEstimate {
		variance, unit := 0.0, 0
		for _, v := range m.of {
			n, sum := float64(len(v.rows)), 0.0
			for range v.rows {
				d := a[unit] - beta*x[unit]
				sum += d * d
				unit++
			}
			variance += sum / (n - 1) / n
		}
		se := math.Sqrt(variance)
		if se <= 1e-13*m.scale {
			se = math.Inf(1)
		}
		return BetaEstimate{beta, estimateOf(meanA-beta*meanX, se), m, after}
	}
	beta := 0.0 // where nothing varies before treatment
	if varX > 0 {
		beta = cov / varX
	}
	return Efficient{at, estimate(beta), estimate(1), estimate(0)}
}
