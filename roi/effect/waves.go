package effect

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// waves is a panel laid out for comparing waves of units over periods.
type waves struct {
	periods []int
	of      []wave // by first treated period; the last is the comparison, never treated
	units   int
	scale   float64 // the largest outcome in absolute value
}

type wave struct {
	first int // the first treated period
	rows  [][]float64
	mean  []float64 // by period
}

// A comparison is one cell of the design: wave g in column t, less its change
// since column base, against the waves from index from on, g itself not.
type comparison struct {
	g, t, base, from int
	controls         int // units
}

// noComparison reports a panel that compares nothing, with what was left out of
// it.
func noComparison(found coaching.Findings) error {
	found = append(found, coaching.Finding{Code: "PIL-084", Message: "no wave is treated while another unit is not, so there is nothing to compare"})
	found.Sort()
	return found.Err()
}

// layOut groups the units of a panel by wave. It leaves out waves of fewer than
// least units, and waves that have no period before they start, less the
// periods of anticipation. Where every unit is treated in the end, the last
// wave is the comparison and its periods are left out (Callaway and Sant'Anna
// 2021, section 2). Each of these is a finding.
func layOut(a Adoption, anticipation, least int) (*waves, coaching.Findings, error) {
	if len(a.ids) == 0 {
		return nil, nil, errEmptyAdoption
	}
	if anticipation < 0 || anticipation >= len(a.periods) {
		return nil, nil, fmt.Errorf("effect: %d periods of anticipation, want 0 to %d", anticipation, len(a.periods)-1)
	}
	var found coaching.Findings
	note := func(code string, severity coaching.Severity, format string, args ...any) {
		found = append(found, coaching.Finding{Code: code, Severity: severity, Message: fmt.Sprintf(format, args...)})
	}
	starts := a.waves()
	all := make([]wave, len(starts))
	size, of := make([]int, len(starts)), make([]int, len(a.first))
	for i, f := range a.first {
		of[i], _ = slices.BinarySearch(starts, f)
		size[of[i]]++
	}
	for k, f := range starts {
		all[k] = wave{first: f, rows: make([][]float64, 0, size[k])}
	}
	for i, k := range of {
		all[k].rows = append(all[k].rows, a.y[i])
	}
	w := &waves{periods: a.periods}
	for _, v := range all {
		switch {
		case v.first != unset && v.first-anticipation <= a.periods[0]:
			note("PIL-084", coaching.Warning, "the wave of period %d (%d units) is left out: it has no period before it starts", v.first, len(v.rows))
		case len(v.rows) < least:
			note("PIL-083", coaching.Error, "the wave of period %s has %d unit and is left out: its variance is unknown", v.name(), len(v.rows))
		default:
			w.of = append(w.of, v)
			w.units += len(v.rows)
		}
	}
	if len(w.of) < 2 {
		return nil, nil, noComparison(found)
	}
	if last := &w.of[len(w.of)-1]; last.first != unset {
		end, _ := slices.BinarySearch(a.periods, last.first-anticipation)
		note("PIL-084", coaching.Info, "no unit stays untreated: the wave of period %d (%d units) is the comparison, and %d of %d periods are left out",
			last.first, len(last.rows), len(a.periods)-end, len(a.periods))
		w.periods = a.periods[:end]
		last.first = unset
	}
	for k := range w.of {
		v := &w.of[k]
		v.mean = make([]float64, len(w.periods))
		for r, row := range v.rows {
			v.rows[r] = row[:len(w.periods)]
			for t, y := range v.rows[r] {
				v.mean[t] += y
				if y > w.scale || -y > w.scale {
					w.scale = math.Abs(y)
				}
			}
		}
		for t := range v.mean {
			v.mean[t] /= float64(len(v.rows))
		}
	}
	return w, found, nil
}

func (v wave) name() string {
	if v.first == unset {
		return "never"
	}
	return fmt.Sprint(v.first)
}

// post reports whether wave g is treated in column t.
func (w *waves) post(c comparison) bool { return w.periods[c.t] >= w.of[c.g].first }

// event returns how many periods after the wave's start the cell lies.
func (w *waves) event(c comparison) int { return w.periods[c.t] - w.of[c.g].first }

// share returns the share of all units that a wave has.
func (w *waves) share(g int) float64 { return float64(len(w.of[g].rows)) / float64(w.units) }

// comparisons returns the cells of a design, by wave and then by period. A cell
// whose column is its own base is the reference: it is 0 by definition.
func (w *waves) comparisons(s GroupTimeSpec) []comparison {
	var out []comparison
	never := len(w.of) - 1
	for g, v := range w.of[:never] {
		base := 0 // the last column before the wave starts
		for base+1 < len(w.periods) && w.periods[base+1] < v.first-s.Anticipation {
			base++
		}
		for t := range w.periods {
			c := comparison{g: g, t: t, base: base, from: never}
			if s.Base == VaryingBase {
				if t == 0 {
					continue
				}
				if !w.post(c) {
					c.base = t - 1
				}
			}
			if s.Controls == NotYetTreated {
				for c.from > 0 && w.of[c.from-1].first > w.periods[max(t, c.base)]+s.Anticipation {
					c.from--
				}
			}
			for h := c.from; h < len(w.of); h++ {
				if h != g {
					c.controls += len(w.of[h].rows)
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// A blend is a weighted sum of cells. tilt is what a unit of each wave adds to
// its influence because the weights are estimated too; nil is nothing.
type blend struct {
	cells   []int
	weights []float64
	tilt    []float64
}

// single is the blend of one cell.
func single(k int) blend { return blend{cells: []int{k}, weights: []float64{1}} }

// A series of blends, and one over all of them.
type blends struct {
	at      []int
	points  []blend
	overall blend
}

// bySize averages blends, each of one wave, weighted by the size of the wave.
// value is the estimate of each. The influence of the estimated weights is that
// of Callaway and Sant'Anna (2021), section 4.2.
func (w *waves) bySize(of []int, parts []blend, value []float64) blend {
	var total, mean float64
	for i, g := range of {
		total += w.share(g)
		mean += w.share(g) * value[i]
	}
	mean /= total
	tilt := make([]float64, len(w.of))
	weight := make([]float64, len(parts))
	for i, g := range of {
		weight[i] = w.share(g) / total
		tilt[g] += (value[i] - mean) / (total * float64(w.units))
	}
	out := sumOf(parts, weight)
	for g := range tilt {
		if out.tilt != nil {
			tilt[g] += out.tilt[g]
		}
	}
	out.tilt = tilt
	return out
}

// evenly averages blends with equal weights.
func evenly(parts []blend) blend {
	weight := make([]float64, len(parts))
	for i := range weight {
		weight[i] = 1 / float64(len(parts))
	}
	return sumOf(parts, weight)
}

func sumOf(parts []blend, weight []float64) blend {
	var out blend
	for i, p := range parts {
		out.cells = append(out.cells, p.cells...)
		for _, v := range p.weights {
			out.weights = append(out.weights, weight[i]*v)
		}
		for g, v := range p.tilt {
			if out.tilt == nil {
				out.tilt = make([]float64, len(p.tilt))
			}
			out.tilt[g] += weight[i] * v
		}
	}
	return out
}

// over averages the cells for which keep is true, by size of wave.
func (w *waves) over(cells []comparison, att []float64, keep func(comparison) bool) blend {
	var of []int
	var parts []blend
	var value []float64
	for k, c := range cells {
		if keep(c) {
			of, parts, value = append(of, c.g), append(parts, single(k)), append(value, att[k])
		}
	}
	if len(of) == 0 {
		return blend{}
	}
	return w.bySize(of, parts, value)
}

// simple averages all treated cells.
func (w *waves) simple(cells []comparison, att []float64) blend {
	return w.over(cells, att, w.post)
}

// groups averages the treated cells of each wave, and then the waves by size.
func (w *waves) groups(cells []comparison, att []float64) blends {
	var out blends
	var of []int
	var value []float64
	for g, v := range w.of[:len(w.of)-1] {
		var parts []blend
		mean := 0.0
		for k, c := range cells {
			if c.g == g && w.post(c) {
				parts = append(parts, single(k))
				mean += att[k]
			}
		}
		if len(parts) > 0 {
			out.at, out.points = append(out.at, v.first), append(out.points, evenly(parts))
			of, value = append(of, g), append(value, mean/float64(len(parts)))
		}
	}
	out.overall = w.bySize(of, out.points, value)
	return out
}

// calendar averages the treated cells of each period by size, and then the
// periods evenly.
func (w *waves) calendar(cells []comparison, att []float64) blends {
	var out blends
	for t, p := range w.periods {
		b := w.over(cells, att, func(c comparison) bool { return c.t == t && w.post(c) })
		if len(b.cells) > 0 {
			out.at, out.points = append(out.at, p), append(out.points, b)
		}
	}
	out.overall = evenly(out.points)
	return out
}

// events averages the cells at each distance from the start, from first to last,
// by size; and then those from 0 on evenly. Waves with fewer than follow
// periods after their first are passed over.
func (w *waves) events(cells []comparison, att []float64, first, last, follow int) blends {
	end := w.periods[len(w.periods)-1]
	at := map[int]bool{}
	kept := func(c comparison) bool {
		return end-w.of[c.g].first >= follow && w.event(c) >= first && w.event(c) <= last
	}
	var out blends
	for _, c := range cells {
		if e := w.event(c); kept(c) && !at[e] {
			at[e] = true
			out.at = append(out.at, e)
		}
	}
	slices.Sort(out.at)
	var after []blend
	for _, e := range out.at {
		b := w.over(cells, att, func(c comparison) bool { return kept(c) && w.event(c) == e })
		out.points = append(out.points, b)
		if e >= 0 {
			after = append(after, b)
		}
	}
	out.overall = evenly(after)
	return out
}
