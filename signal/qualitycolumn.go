package signal

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// metric checks one column on its own: DQ06, DQ08 (negative), DQ10, DQ11, DQ12.
func (k *checker) metric(name string) {
	p := k.p
	n := len(p.periods)
	var zeros, values, nulls, negative int
	var nullAt, negativeAt []Period
	distinct := map[float64]bool{}
	var early, late []float64
	for i, v := range p.column(name) {
		t := i % n
		switch {
		case math.IsNaN(v):
			if p.present[i] {
				nulls++
				nullAt = append(nullAt, p.periods[t])
			}
			continue
		case v == 0:
			zeros++
		case v < 0:
			negative++
			negativeAt = append(negativeAt, p.periods[t])
		}
		values++
		if len(distinct) < 2 {
			distinct[v] = true
		}
		if t < n/2 {
			early = append(early, v)
		} else {
			late = append(late, v)
		}
	}
	rows := k.q.Rows
	if nulls > 0 && float64(nulls) > k.config.NullShare*float64(rows) {
		k.add("DQ06", coaching.Warning, name, nulls, rows, nullAt, "%d of %d cells are missing", nulls, rows)
	}
	if negative > 0 && !k.allowsNegative(name) {
		k.add("DQ08", coaching.Error, name, negative, values, negativeAt, "%d of %d values are below zero", negative, values)
	}
	if len(distinct) < 2 {
		k.add("DQ10", coaching.Warning, name, values, rows, nil, "the column never changes over %d values", values)
		return
	}
	if share := float64(zeros) / float64(values); share > k.config.ZeroShare {
		k.add("DQ11", coaching.Info, name, zeros, values, nil, "%.0f%% of the values are zero; a median and its deviation will be too", 100*share)
	}
	if r := ratio(median(early), median(late)); r >= k.config.UnitJump {
		k.add("DQ12", coaching.Error, name, len(p.subjects), len(p.subjects), nil, "the median changes by a factor of %.0f between the halves of the file: minutes and hours?", r)
		return
	}
	if jumps := k.jumps(p.column(name)); jumps > 0 {
		k.add("DQ12", coaching.Warning, name, jumps, len(p.subjects), nil, "for %d of %d people the median differs by a factor of %.0f or more between the halves of the file or from people's usual one: minutes and hours?", jumps, len(p.subjects), k.config.UnitJump)
	}
}

// jumps counts the people whose level jumps between the halves, or lies as far
// from the median level of at least four people.
func (k *checker) jumps(column []float64) int {
	n := len(k.p.periods)
	levels := make([]float64, len(k.p.subjects)) // NaN where too few figures say one
	for s := range levels {
		levels[s] = levelOf(column[s*n : (s+1)*n])
	}
	typical := math.NaN()
	if known := finite(levels); len(known) >= 4 {
		typical = median(known)
	}
	count := 0
	for s, level := range levels {
		own := column[s*n : (s+1)*n]
		if max(ratio(levelOf(own[:n/2]), levelOf(own[n/2:])), ratio(level, typical)) >= k.config.UnitJump {
			count++
		}
	}
	return count
}

// levelOf is the median of at least three figures, NaN of fewer.
func levelOf(values []float64) float64 {
	if seen := finite(values); len(seen) >= 3 {
		return median(seen)
	}
	return math.NaN()
}

// ratio is the larger of a/b and b/a, and 0 where a level is not above zero.
func ratio(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return 0
	}
	return max(a/b, b/a)
}

// allowsNegative reports whether a scale in the config goes below zero.
func (k *checker) allowsNegative(column string) bool {
	return slices.ContainsFunc(k.config.Scales, func(s ColumnBand) bool { return s.Column == column && s.Band.Low < 0 })
}

const (
	weekHours = 168 // hours in a week
	longHours = 100 // more of one activity in a week is hard to believe
)

// bands checks DQ08: impossible hours and values off their scale.
func (k *checker) bands() {
	count := func(column string, bad func(float64) bool) (int, int, []Period) {
		var hits, of int
		var where []Period
		for i, v := range k.p.column(column) {
			if math.IsNaN(v) {
				continue
			}
			of++
			if bad(v) {
				hits++
				where = append(where, k.p.periods[i%len(k.p.periods)])
			}
		}
		return hits, of, where
	}
	for _, column := range k.config.Hours {
		if hits, of, where := count(column, func(v float64) bool { return v >= weekHours }); hits > 0 {
			k.add("DQ08", coaching.Error, column, hits, of, where, "%d of %d values are %d hours or more in a week", hits, of, weekHours)
		}
		if hits, of, where := count(column, func(v float64) bool { return v > longHours }); hits > 0 {
			k.add("DQ08", coaching.Info, fmt.Sprintf("%s > %d", column, longHours), hits, of, where, "%d of %d values are more than %d hours in a week", hits, of, longHours)
		}
	}
	for _, s := range k.config.Scales {
		if hits, of, where := count(s.Column, func(v float64) bool { return !s.Band.Holds(v) }); hits > 0 {
			k.add("DQ08", coaching.Error, s.Column, hits, of, where, "%d of %d values lie outside %v to %v", hits, of, s.Band.Low, s.Band.High)
		}
	}
}

// parts checks DQ09. Sums of rounded parts may exceed the whole in the last
// digits, so a relative 1e-9 is forgiven.
func (k *checker) parts() {
	for _, pair := range k.config.Parts {
		part, whole := k.p.column(pair.Part), k.p.column(pair.Whole)
		if part == nil || whole == nil {
			continue
		}
		var hits, of int
		var where []Period
		for i := range part {
			if math.IsNaN(part[i]) || math.IsNaN(whole[i]) {
				continue
			}
			of++
			if part[i] > whole[i]+1e-9*math.Abs(whole[i]) {
				hits++
				where = append(where, k.p.periods[i%len(k.p.periods)])
			}
		}
		if hits > 0 {
			k.add("DQ09", coaching.Warning, pair.Part+" > "+pair.Whole, hits, of, where, "in %d of %d rows the part is larger than the whole: the two columns are not measured alike", hits, of)
		}
	}
}

// isHours reports whether a column counts hours per week by its name.
func isHours(column string) bool {
	return strings.HasSuffix(column, "_hours") || strings.Contains(column, "_hours_")
}
