package signal

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// activity checks DQ15 to DQ18 on the activity column.
func (k *checker) activity() {
	p := k.p
	column := p.column(k.config.Activity)
	if column == nil {
		return
	}
	n := len(p.periods)
	means := make([]float64, n)
	for t := range p.periods {
		means[t] = meanAt(p, column, t)
	}
	if level, scale := median(finite(means)), madn(finite(means)); scale > 0 {
		for t, period := range p.periods {
			k.q.ActivityZ = append(k.q.ActivityZ, PeriodScore{period, (means[t] - level) / scale})
		}
	}
	var holidays, inactive []Period
	for _, x := range FindExclusions(p, k.config.Activity, k.config.Calendar) {
		if x.Subject.IsZero() {
			holidays = append(holidays, x.Period)
		} else {
			inactive = append(inactive, x.Period)
		}
	}
	if len(holidays) > 0 {
		k.add("DQ15", coaching.Info, k.config.Activity, len(holidays), n, holidays, "%d of %d periods hold a holiday or dip like one", len(holidays), n)
	}
	if count := len(inactive); count > 0 {
		k.add("DQ16", coaching.Info, k.config.Activity, count, k.q.Rows, inactive, "in %d of %d person-periods the person was hardly active", count, k.q.Rows)
	}
	idle := 0
	for s := range p.subjects {
		if mean, _ := meanVariance(finite(column[s*n : (s+1)*n])); mean < k.config.IdleHours {
			idle++
		}
	}
	if idle > 0 {
		k.add("DQ17", coaching.Info, k.config.Activity, idle, len(p.subjects), nil, "%d of %d people average below %v: their work may leave no such traces", idle, len(p.subjects), k.config.IdleHours)
	}
	k.drift(means)
}

// drift checks DQ18: the halves differ, or a trend that is more than chance adds
// up to as much from the first period to the last.
func (k *checker) drift(means []float64) {
	before, _ := meanVariance(finite(means[:len(means)/2]))
	after, _ := meanVariance(finite(means[len(means)/2:]))
	seen := finite(means)
	level, trend := median(seen), trendOf(seen)
	total := trend.Slope * float64(len(seen)-1)
	switch {
	case before > 0 && math.Abs(after-before) > k.config.DriftLimit*before:
		k.add("DQ18", coaching.Warning, k.config.Activity, 1, 1, nil, "the mean over people changes by %+.0f%% between the halves", 100*(after-before)/before)
	case level > 0 && trend.P < driftP && math.Abs(total) > k.config.DriftLimit*level:
		k.add("DQ18", coaching.Warning, k.config.Activity, 1, 1, nil, "the mean over people drifts by %+.0f%% of its level from the first period to the last (Mann-Kendall P %.3f)", 100*total/level, trend.P)
	}
}

// driftP is the level below which a trend counts as more than chance.
const driftP = 0.05

// freshness checks DQ19.
func (k *checker) freshness(asOf coaching.Date) {
	column := k.config.Activity
	if k.p.column(column) == nil && len(k.p.metrics) > 0 {
		column = k.p.metrics[0]
	}
	days := map[int]int{}
	for _, t := range k.p.periods {
		days[t.Days]++
	}
	most := 0
	d := Definition{ID: column, Expr: Expr{Num: []string{column}}}
	for _, length := range slices.Sorted(maps.Keys(days)) {
		if days[length] > most {
			most = days[length]
			for c := Daily; c <= Quarterly; c++ {
				if c.Holds(length) {
					d.Cadence = c
				}
			}
		}
	}
	f := Gate(k.p, d, asOf, k.config.Loads)
	k.q.Freshness = f
	switch f.Status {
	case Fresh:
	case Late, OutcomeOnly:
		k.add("DQ19", coaching.Warning, column, 1, 1, nil, "the feed is %s: %s", f.Status, strings.Join(f.Reasons, "; "))
	default:
		k.add("DQ19", coaching.Error, column, 1, 1, nil, "the feed is %s: %s", f.Status, strings.Join(f.Reasons, "; "))
	}
}
