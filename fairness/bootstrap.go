package fairness

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// maxReplicates bounds a bootstrap.
const maxReplicates = 1_000_000

// Replicates are the values of a figure under resampling of people.
type Replicates struct {
	Values    []float64 // ascending
	Undefined int       // replicates in which the figure has no value
}

// Bootstrap draws as many people as the table holds, with replacement, as often
// as said, counts them by the named attributes and returns what the figure then
// is. To count resampled rows is to draw from a multinomial distribution over
// the cells (Efron and Tibshirani 1993, chapter 6), so the time does not depend
// on the number of people.
//
// It is for figures over all groups that have no interval of their own, such as
// the equalised odds difference or the largest gap. For rates, ratios and
// differences use [Wilson], [MNRatio] and [MNDiff]: percentiles of a bootstrap
// are much too narrow for small groups, and of no width at all where nobody or
// everybody is flagged.
//
// The figure is given the groups of [Table.GroupBy], a group of which nobody was
// drawn among them, and keeps nothing of the slice; it is false when it has no
// value. The same table, names and dice give the same replicates.
func Bootstrap(t *Table, names []string, replicates int, dice *rand.Rand, figure func([]GroupCount) (float64, bool)) (Replicates, error) {
	if replicates < 1 || replicates > maxReplicates {
		return Replicates{}, fmt.Errorf("fairness: %d replicates, want 1 to %d", replicates, maxReplicates)
	}
	if t == nil || t.cells == nil || dice == nil {
		return Replicates{}, errors.New("fairness: want a table from NewTable, and dice")
	}
	groups, _, err := t.GroupBy(names...)
	if err != nil {
		return Replicates{}, err
	}
	cells := make([]tally, len(groups))
	for i, g := range groups {
		cells[i] = g.tally()
	}
	drawn := make([]tally, len(cells))
	var out Replicates
	for range replicates {
		redraw(drawn, cells, t.total, dice)
		for i := range groups {
			groups[i].Confusion = drawn[i].confusion()
		}
		if v, ok := figure(groups); ok && !math.IsNaN(v) {
			out.Values = append(out.Values, v)
		} else {
			out.Undefined++
		}
	}
	slices.Sort(out.Values)
	return out, nil
}

// redraw draws n people from n, of whom those in the cells are counted: each cell
// takes a binomial share of those whom the cells before it left.
func redraw(drawn, cells []tally, n int64, dice *rand.Rand) {
	people, places := n, n // still to be drawn, and in the cells that are left
	for i := range cells {
		for j, count := range cells[i] {
			take := int64(0)
			switch {
			case count == places:
				take = people
			case count > 0 && people > 0:
				take = int64(distuv.Binomial{N: float64(people), P: float64(count) / float64(places), Src: dice}.Rand())
			}
			drawn[i][j] = take
			people, places = people-take, places-count
		}
	}
}

// Interval returns the range of the middle share conf of the replicates, by
// linear interpolation (type 7 of Hyndman and Fan, Am Stat 1996;50:361). An
// undefined replicate counts at both ends: where they are more than half of what
// is left out, the range has no bounds.
func (r Replicates) Interval(conf float64) Interval {
	if !(conf > 0 && conf < 1) || len(r.Values)+r.Undefined == 0 {
		return invalid()
	}
	// quantile takes as many -Inf as there are undefined replicates before values.
	quantile := func(p float64, values []float64) float64 {
		whole, part := math.Modf(p * float64(len(values)+r.Undefined-1))
		at := int(whole) - r.Undefined
		if at < 0 {
			return math.Inf(-1)
		}
		if part == 0 {
			return values[at]
		}
		return values[at] + part*(values[at+1]-values[at])
	}
	upsideDown := make([]float64, 0, len(r.Values))
	for _, v := range slices.Backward(r.Values) {
		upsideDown = append(upsideDown, -v)
	}
	tail := (1 - conf) / 2
	return Interval{quantile(tail, r.Values), -quantile(tail, upsideDown)}
}
