package effect

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
	"gonum.org/v1/gonum/stat/distuv"
)

// Controls says which units a treated wave is compared with. Where every unit
// is treated in the end, the last wave is the comparison in both cases, as long
// as it is not treated.
type Controls uint8

const (
	NotYetTreated Controls = iota // all units that are not yet treated, or never
	NeverTreated                  // units that are never treated
)

// Base says which period the change before treatment is counted from. After
// treatment it is always the last period before the start, less the
// anticipation.
type Base uint8

const (
	VaryingBase   Base = iota // the period before, so that each is a placebo test of its own
	UniversalBase             // the same as after treatment, as an event-study plot expects
)

// A GroupTimeSpec says how groups are compared over time. Anticipation is the
// number of periods before the start in which units may already act on it.
type GroupTimeSpec struct {
	Controls     Controls
	Base         Base
	Anticipation int
}

// fewUnits is the number of units on a side below which a standard error is a
// warning: intervals from it left out the true effect of zero in 8 to 20 of 100
// simulated pilots of 8 to 12 units, where they promise 5.
const fewUnits = 50

// An Estimate is a mean effect with its standard error and the interval at
// [Level] from the normal distribution. SE is infinite, and so are the ends,
// where there is nothing to compute it from: a side has one unit, or nothing
// varies.
type Estimate struct {
	Value, SE, Low, High float64
}

// A Cell is the average effect on the treated of one wave in one period,
// ATT(g,t): the mean change of the wave since the base period, less that of the
// units it is compared with. A cell before Group is a placebo.
type Cell struct {
	Group, Period    int // the wave by its first treated period, and the period
	Base             int // the period that the change is counted from
	Treated, Control int // units
	Estimate
	// Reference says that the period is its own base: the effect is 0 by
	// definition, with no error.
	Reference bool
	// BandLow and BandHigh are infinite until [GroupTime.Band] sets them.
	BandLow, BandHigh float64
}

// A GroupTime holds the effects by wave and period; its methods average them.
// The zero GroupTime holds nothing.
type GroupTime struct {
	Cells    []Cell  // by Group, then by Period
	Critical float64 // how many standard errors the band is wide on each side; 0 before [GroupTime.Band]
	Treated  int     // units of the waves that are estimated
	Control  int     // the fewest units that a treated cell is compared with
	Findings coaching.Findings

	model *groupTime
}

// A Point is one average of a series.
type Point struct {
	At int // what the series says
	Estimate
	// Reference says that every cell in the average is one: the point is 0.
	Reference bool
	// BandLow and BandHigh are infinite until [Series.Band] sets them.
	BandLow, BandHigh float64
}

// A Series is a list of averages, ascending in At, and the average over them.
type Series struct {
	Points   []Point
	Overall  Estimate
	Critical float64 // how many standard errors the band is wide on each side; 0 before [Series.Band]

	model  *groupTime
	blends []blend
}

// groupTime holds what the averages and bands are computed from.
type groupTime struct {
	*waves
	cells []comparison
	att   []float64
	blind []bool // cells without a standard error
}

// CallawaySantAnna estimates the effect by wave and period for staggered
// adoption (Callaway and Sant'Anna 2021, without covariates): each wave's mean
// change is compared with that of units that are not treated, never with units
// that were treated before it. That last comparison is what biases a regression
// with two-way fixed effects when effects grow or differ between waves
// (Goodman-Bacon 2021), so this package offers none.
//
// Standard errors come from the influence functions and hold for many units.
// With fewer than 50 on a side there is a warning (PIL-083): [Staggered] tests
// the same average exactly. A wave or a comparison of one unit has no standard
// error at all. A wave without a period before its start is left out (PIL-084).
// It fails with a [coaching.FindingsError] when nothing can be compared, and for
// more waves and periods than memory holds, some 400 of both.
func CallawaySantAnna(a Adoption, s GroupTimeSpec) (GroupTime, error) {
	if s.Controls > NeverTreated || s.Base > UniversalBase {
		return GroupTime{}, fmt.Errorf("effect: controls %d with base %d, want 0 or 1 of both", s.Controls, s.Base)
	}
	w, found, err := layOut(a, s.Anticipation, 1)
	if err != nil {
		return GroupTime{}, err
	}
	m := &groupTime{waves: w, cells: w.comparisons(s)}
	if !slices.ContainsFunc(m.cells, w.post) {
		return GroupTime{}, noComparison(found)
	}
	r := GroupTime{model: m, Findings: found}
	m.att, m.blind = make([]float64, len(m.cells)), make([]bool, len(m.cells))
	squares, err := m.squares()
	if err != nil {
		return GroupTime{}, err
	}
	treated, blind := map[int]bool{}, 0
	for k, c := range m.cells {
		change, control := m.change(c.g, c), m.controlChange(c)
		m.att[k] = change - control
		g := m.of[c.g]
		n, rest := float64(len(g.rows)), float64(c.controls)
		// SE² = v_g/N_g + v_C/N_C with the variances of the changes, over N.
		v := squares[k][c.g] / n / n
		for h := c.from; h < len(m.of); h++ {
			if h != c.g {
				d := m.change(h, c) - control
				v += (squares[k][h] + float64(len(m.of[h].rows))*d*d) / rest / rest
			}
		}
		cell := Cell{Group: g.first, Period: m.periods[c.t], Base: m.periods[c.base], Treated: len(g.rows), Control: c.controls,
			Reference: c.t == c.base, BandLow: math.Inf(-1), BandHigh: math.Inf(1)}
		if !cell.Reference {
			m.blind[k] = len(g.rows) < 2 || c.controls < 2
			se := math.Sqrt(v)
			if m.blind[k] || se <= 1e-13*m.scale {
				m.blind[k] = true
				blind++
				se = math.Inf(1)
			}
			cell.Estimate = estimateOf(m.att[k], se)
		}
		r.Cells = append(r.Cells, cell)
		if w.post(c) {
			if !treated[c.g] {
				treated[c.g] = true
				r.Treated += len(g.rows)
			}
			if r.Control == 0 || c.controls < r.Control {
				r.Control = c.controls
			}
		}
	}
	if blind > 0 {
		r.Findings = append(r.Findings, coaching.Finding{Code: "PIL-083",
			Message: fmt.Sprintf("%d of %d cells have no standard error, for they compare a single unit or nothing varies, and no average over them has one", blind, len(m.cells))})
	}
	r.Findings = append(r.Findings, tooFew(r.Treated, r.Control)...)
	r.Findings.Sort()
	return r, nil
}

// tooFew warns of standard errors from few units.
func tooFew(treated, control int) coaching.Findings {
	if min(treated, control) >= fewUnits {
		return nil
	}
	return coaching.Findings{{Code: "PIL-083", Severity: coaching.Warning,
		Message: fmt.Sprintf("%d treated units against %d, want %d on each side: at 8 to 12 units such standard errors find an effect that is not there in 8 to 20 of 100 pilots, not in 5; use the exact test", treated, control, fewUnits)}}
}

func estimateOf(value, se float64) Estimate {
	if math.IsInf(se, 1) {
		return Estimate{value, se, math.Inf(-1), se}
	}
	z := distuv.UnitNormal.Quantile((1 + Level) / 2)
	return Estimate{value, se, value - z*se, value + z*se}
}

// change returns the mean change of wave h between the columns of a cell.
func (m *groupTime) change(h int, c comparison) float64 {
	return m.of[h].mean[c.t] - m.of[h].mean[c.base]
}

// controlChange returns the mean change of the units a cell is compared with.
func (m *groupTime) controlChange(c comparison) float64 {
	sum := 0.0
	for h := c.from; h < len(m.of); h++ {
		if h != c.g {
			sum += float64(len(m.of[h].rows)) * m.change(h, c)
		}
	}
	return sum / float64(c.controls)
}

// squares returns, per cell and wave, the sum of squared changes about their
// mean. Cells that count the same change share one list.
func (m *groupTime) squares() ([][]float64, error) {
	type pair struct{ t, base int }
	index := map[pair]int{}
	var pairs []pair
	of := make([]int, len(m.cells))
	for k, c := range m.cells {
		p := pair{c.t, c.base}
		i, ok := index[p]
		if !ok {
			i = len(pairs)
			index[p] = i
			pairs = append(pairs, p)
		}
		of[k] = i
	}
	if len(pairs) > maxUnits/len(m.of) {
		return nil, fmt.Errorf("effect: %d waves with %d changes to compare, want at most %d of their products; join periods", len(m.of), len(pairs), maxUnits)
	}
	flat := make([]float64, len(pairs)*len(m.of))
	mean, sum := make([]float64, len(pairs)), make([]float64, len(pairs))
	for h, v := range m.of {
		for i, p := range pairs {
			mean[i], sum[i] = v.mean[p.t]-v.mean[p.base], 0
		}
		for _, row := range v.rows {
			for i, p := range pairs {
				d := row[p.t] - row[p.base] - mean[i]
				sum[i] += d * d
			}
		}
		for i := range pairs {
			flat[i*len(m.of)+h] = sum[i]
		}
	}
	out := make([][]float64, len(m.cells))
	for k, i := range of {
		out[k] = flat[i*len(m.of) : (i+1)*len(m.of)]
	}
	return out, nil
}

// estimate returns a blend's value and its standard error, the root of the sum
// of squared influences over the units.
func (m *groupTime) estimate(b blend) (Estimate, bool) {
	if len(b.cells) == 0 {
		return estimateOf(0, math.Inf(1)), false
	}
	periods := len(m.periods)
	onOutcome := make([]float64, len(m.of)*periods) // wave by period
	constant := make([]float64, len(m.of))
	copy(constant, b.tilt)
	value, reference, blind := 0.0, true, false
	for i, k := range b.cells {
		c, weight := m.cells[k], b.weights[i]
		value += weight * m.att[k]
		reference = reference && c.t == c.base
		blind = blind || m.blind[k]
		own, other := weight/float64(len(m.of[c.g].rows)), weight/float64(c.controls)
		onOutcome[c.g*periods+c.t] += own
		onOutcome[c.g*periods+c.base] -= own
		mean := m.controlChange(c)
		for h := c.from; h < len(m.of); h++ {
			if h != c.g {
				onOutcome[h*periods+c.t] -= other
				onOutcome[h*periods+c.base] += other
				constant[h] -= other * (m.change(h, c) - mean)
			}
		}
	}
	if reference {
		return Estimate{}, true
	}
	if blind {
		return estimateOf(value, math.Inf(1)), false
	}
	sum := 0.0
	for h, v := range m.of {
		on := onOutcome[h*periods : (h+1)*periods]
		for _, row := range v.rows {
			influence := constant[h]
			for t, y := range row {
				influence += on[t] * (y - v.mean[t])
			}
			sum += influence * influence
		}
	}
	return estimateOf(value, math.Sqrt(sum)), false
}
