package signal

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// Check runs the quick quality check of a panel and of the report of its import,
// as of a day. It counts; it changes nothing. The codes are DQ01 to DQ19; see
// [Rules]. Where counts depend on what columns mean, the config says so.
func Check(p *Panel, report ImportReport, config QualityConfig, asOf coaching.Date) Quality {
	p = p.orEmpty()
	k := &checker{p: p, report: report, config: config.orDefault()}
	k.q = Quality{Subjects: len(p.subjects), Periods: len(p.periods), AsOf: asOf, Duplicates: report.Duplicates}
	k.imported()
	k.shape()
	for _, m := range p.metrics {
		k.metric(m)
	}
	k.bands()
	k.parts()
	k.attributes()
	k.activity()
	k.freshness(asOf)
	slices.SortFunc(k.q.Checks, func(a, b QualityCheck) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Column, b.Column))
	})
	return k.q
}

// A checker carries a check from step to step.
type checker struct {
	p      *Panel
	report ImportReport
	config QualityConfig
	q      Quality
}

func (k *checker) add(code string, sev coaching.Severity, column string, count, of int, where []Period, format string, args ...any) {
	slices.SortFunc(where, Period.Compare)
	where = slices.Compact(where)
	c := QualityCheck{Code: code, Severity: sev, Column: column, Count: count, Of: of, Examples: where[:min(len(where), 5)], Message: fmt.Sprintf(format, args...)}
	if of > 0 {
		c.Share = float64(count) / float64(of)
	}
	k.q.Checks = append(k.q.Checks, c)
}

// imported carries over what only the reader could see: DQ01 to DQ04 and DQ07.
func (k *checker) imported() {
	r := k.report
	for _, f := range r.Findings {
		count := 1
		switch f.Code {
		case "DQ01":
			count = r.NoPerson
		case "DQ03":
			count = r.Moved
		case "DQ04":
			count = max(r.Conflicts, r.Duplicates)
		case "DQ07":
			for _, c := range r.Columns {
				if c.Name == f.Path {
					count = c.Failed
				}
			}
		}
		k.add(f.Code, f.Severity, f.Path, count, r.Rows, nil, "%s", f.Message)
	}
}

// shape counts rows and gaps: DQ03 and DQ05.
func (k *checker) shape() {
	p, q := k.p, &k.q
	n := len(p.periods)
	q.Expected = len(p.subjects) * n
	perPeriod := make([]int, n)
	joined, left := 0, 0
	for s := range p.subjects {
		own := p.present[s*n : (s+1)*n]
		rows := 0
		for t, here := range own {
			if here {
				rows++
				perPeriod[t]++
			}
		}
		q.Rows += rows
		if rows < n {
			q.Incomplete++
		}
		if !own[0] {
			joined++
		}
		if !own[n-1] {
			left++
		}
	}
	q.MissingRows = q.Expected - q.Rows
	gaps := map[int]int{}
	for t, period := range p.periods {
		q.PerPeriod = append(q.PerPeriod, PeriodCount{period, perPeriod[t]})
		if t > 0 {
			gaps[p.periods[t-1].Start.DaysUntil(period.Start)]++
		}
	}
	if n > 0 {
		q.First, q.Last = p.periods[0].Start, p.periods[n-1].Start
	}
	most := 0
	for _, days := range slices.Sorted(maps.Keys(gaps)) {
		q.Gaps = append(q.Gaps, GapCount{days, gaps[days]})
		most = max(most, gaps[days])
	}
	if n > 1 && float64(most) < 0.8*float64(n-1) {
		k.add("DQ03", coaching.Warning, "gaps", n-1-most, n-1, nil, "%d of %d gaps between periods differ from the usual one", n-1-most, n-1)
	}
	if q.MissingRows > 0 {
		var where []Period
		for _, c := range q.PerPeriod {
			if c.Subjects < len(p.subjects) {
				where = append(where, c.Period)
			}
		}
		k.add("DQ05", coaching.Warning, "", q.MissingRows, q.Expected, where, "%d of %d person-periods have no row; %d of %d people are incomplete", q.MissingRows, q.Expected, q.Incomplete, len(p.subjects))
	}
	if joined+left > 0 {
		k.add("DQ14", coaching.Info, "", joined+left, len(p.subjects), nil, "%d people have no row in the first period and %d none in the last: joiners and leavers", joined, left)
	}
}

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
	jumps := 0
	for s := range p.subjects {
		if k.jumps(p.column(name)[s*n:(s+1)*n], n/2) {
			jumps++
		}
	}
	if jumps > 0 {
		k.add("DQ12", coaching.Warning, name, jumps, len(p.subjects), nil, "for %d of %d people the median changes by a factor of %.0f or more between the halves of the file: minutes and hours?", jumps, len(p.subjects), k.config.UnitJump)
	}
}

// jumps reports whether one person's level jumps between the halves. Fewer than
// three figures in a half say nothing.
func (k *checker) jumps(own []float64, half int) bool {
	early, late := finite(own[:half]), finite(own[half:])
	return len(early) >= 3 && len(late) >= 3 && ratio(median(early), median(late)) >= k.config.UnitJump
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

// weekHours is the number of hours in a week.
const weekHours = 168

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

// attributes checks DQ06, DQ10 and DQ13 on labels.
func (k *checker) attributes() {
	for _, a := range k.p.attributes {
		moved, changes := 0, 0
		for _, f := range a.flips {
			if f > 0 {
				moved++
			}
			changes += f
		}
		if moved > 0 {
			k.add("DQ13", coaching.Warning, a.name, moved, len(k.p.subjects), nil, "%d of %d people change it or lose it, %d times in all; each counts where the latest label puts them", moved, len(k.p.subjects), changes)
		}
		if a.blank > 0 {
			k.add("DQ06", coaching.Warning, a.name, a.blank, k.q.Rows, nil, "%d of %d rows have none", a.blank, k.q.Rows)
		}
	}
	for _, c := range k.report.Columns {
		if c.Attribute && c.Distinct < 2 {
			k.add("DQ10", coaching.Info, c.Name, c.Distinct, 1, nil, "the attribute has %d values; it separates nobody", c.Distinct)
		}
	}
}

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
	before, _ := meanVariance(finite(means[:n/2]))
	after, _ := meanVariance(finite(means[n/2:]))
	if before > 0 && math.Abs(after-before) > k.config.DriftLimit*before {
		k.add("DQ18", coaching.Warning, k.config.Activity, 1, 1, nil, "the mean over people changes by %+.0f%% between the halves", 100*(after-before)/before)
	}
}

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

// isHours reports whether a column counts hours per week by its name.
func isHours(column string) bool {
	return strings.HasSuffix(column, "_hours") || strings.Contains(column, "_hours_")
}
