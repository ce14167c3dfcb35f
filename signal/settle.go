package signal

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
)

// finish settles the dates and builds the panel.
func (in *intake) finish() (*Panel, ImportReport, error) {
	r := &in.report
	r.File, r.SHA256, r.Bytes, r.Rows = in.file.name, in.file.sha256(), in.file.meter.n, in.file.rows
	for i := range r.Columns {
		r.Columns[i].Distinct = in.distinctIn(i)
	}
	if in.rows == 0 {
		return nil, in.report, in.file.errorf(1, 0, "no row to read among %d", r.Rows)
	}
	days, layout, failed, err := in.spec.Dates.read(in.dates.texts)
	if err != nil {
		return nil, in.report, in.file.errorf(in.lines[failed], in.dateAt+1, "%v", err)
	}
	r.Layout = layout
	written, err := in.settlePeriods(days)
	if err != nil {
		return nil, in.report, err
	}
	if n := countDistinct(written) * len(in.ids) * (len(in.spec.Metrics) + 1); n > maxPanelCells {
		return nil, in.report, in.file.errorf(1, 0, "%d people over %d periods would make %d cells; want at most %d", len(in.ids), countDistinct(written), n, maxPanelCells)
	}
	p := newGrid(in.ids, written, in.spec.Metrics)
	at := in.place(p, written)
	in.settleRows(p, at)
	in.settleFigures(p, at)
	for a, name := range in.spec.Attributes {
		p.attributes = append(p.attributes, in.settleLabels(p, at, name, in.labels[a]))
	}
	p.sortAttributes()
	in.addFindings()
	return p, in.report, nil
}

// distinctIn counts the different values of a column of the report.
func (in *intake) distinctIn(column int) int {
	if column < len(in.distinct) {
		return len(in.distinct[column])
	}
	texts := in.labels[column-len(in.distinct)].texts
	n := len(texts.texts)
	if _, blank := texts.numbers[""]; blank {
		n--
	}
	return min(n, mostDistinct)
}

// settlePeriods returns the period of each time, in the order of in.times.
func (in *intake) settlePeriods(dates []coaching.Date) ([]Period, error) {
	r := &in.report
	periods := make([]Period, len(in.times))
	weekly := 0
	for i, t := range in.times {
		d := dates[t.date]
		r.Weekdays[d.Weekday()] += t.rows
		periods[i] = Period{Start: d, Days: int(t.days)}
		if t.days == 7 {
			weekly += t.rows
			if periods[i].Start = WeekOf(d, in.spec.WeekStart).First(); periods[i].Start != d {
				r.Moved += t.rows
			}
		}
		if periods[i].Start.IsZero() || periods[i].Last().IsZero() {
			return nil, in.file.errorf(in.lines[t.date], in.dateAt+1, "the period of the date begins or ends beyond the calendar")
		}
		if s := periods[i].Start; r.First.IsZero() || s.Before(r.First) {
			r.First = s
		}
		if s := periods[i].Start; s.After(r.Last) {
			r.Last = s
		}
	}
	if in.answers || r.Moved == 0 || r.Moved < weekly {
		return periods, nil
	}
	for day, n := range r.Weekdays {
		if n == in.rows {
			return nil, in.file.errorf(2, 0, "every week in the file starts on %s, and ImportSpec.WeekStart says %s", time.Weekday(day), in.spec.WeekStart)
		}
	}
	return periods, nil
}

func countDistinct(periods []Period) int {
	seen := map[Period]bool{}
	for _, p := range periods {
		seen[p] = true
	}
	return len(seen)
}

// addFindings turns the counts into findings, sorted.
func (in *intake) addFindings() {
	r := &in.report
	add := func(code string, sev coaching.Severity, path, format string, args ...any) {
		r.Findings = append(r.Findings, coaching.Finding{Code: code, Severity: sev, File: r.File, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if r.NoPerson > 0 {
		add("DQ01", coaching.Warning, "", "%d of %d rows name no person and were not read", r.NoPerson, r.Rows)
	}
	if r.Moved > 0 && !in.answers {
		add("DQ03", coaching.Warning, "", "%d of %d rows are dated inside a week and were read as the week that starts on the %s before", r.Moved, r.Rows, in.spec.WeekStart)
	}
	switch {
	case r.Conflicts > 0:
		add("DQ04", coaching.Error, "", "%d cells are given more than once with different contents and are now missing", r.Conflicts)
	case r.Duplicates > 0:
		add("DQ04", coaching.Warning, "", "%d rows repeat an earlier one; each figure was kept once", r.Duplicates)
	}
	for _, c := range r.Columns {
		if c.Failed > 0 {
			r.Findings = append(r.Findings, coaching.Finding{
				Code: "DQ07", Severity: coaching.Warning, File: r.File, Path: c.Name, Line: c.FirstRow, Column: c.FirstColumn,
				Message: fmt.Sprintf("%d cells are no plain decimal number and are now missing; the first is in line %d, column %d", c.Failed, c.FirstRow, c.FirstColumn),
			})
		}
	}
	r.Findings.Sort()
}
