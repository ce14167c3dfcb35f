package signal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// Check runs the quick quality check of a panel and of the report of its import,
// as of a day. It counts; it changes nothing. The codes are DQ01 to DQ21; see
// [Rules]. Where counts depend on what columns mean, the config says so. Check the
// panel of each file before [Merge]: in a merged one, who is in one file and not
// in the other counts as missing.
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
	k.groups()
	k.pending()
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
	if r.Layout == MonthDayYear || r.Layout == DayMonthYear {
		k.add("DQ02", coaching.Info, "", r.Rows, r.Rows, nil, "the dates were read as %s, which looks like its reverse in the first 12 days of a month", r.Layout)
	}
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
		if n == 0 { // a panel as of a day before its first period ended
			continue
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
