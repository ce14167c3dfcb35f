package signal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// finish settles the dates and builds the panel.
func (in *intake) finish() (*Panel, ImportReport, error) {
	r := &in.report
	r.File, r.SHA256, r.Bytes, r.Rows = in.file.name, in.file.sha256(), in.file.meter.n, in.file.rows
	for i := range r.Columns {
		r.Columns[i].Distinct = len(in.distinct[i])
	}
	if len(in.rows) == 0 {
		return nil, in.report, in.file.errorf(1, 0, "no row to read among %d", r.Rows)
	}
	days, err := in.settleDates()
	if err != nil {
		return nil, in.report, err
	}
	periods, err := in.settlePeriods(days)
	if err != nil {
		return nil, in.report, err
	}
	if n := countDistinct(periods) * len(in.ids) * (len(in.spec.Metrics) + 1); n > maxPanelCells {
		return nil, in.report, in.file.errorf(1, 0, "%d people over %d periods would make %d cells; want at most %d", len(in.ids), countDistinct(periods), n, maxPanelCells)
	}

	rows := make(map[rowKey]bool, len(in.rows))
	keys := make([]rowKey, len(in.rows))
	for i, row := range in.rows {
		keys[i] = rowKey{in.ids[row.person], periods[i]}
		if rows[keys[i]] && !in.long {
			r.Duplicates++
		}
		rows[keys[i]] = true
	}
	cells := in.settleCells(periods)
	attributes := make([]attributeRows, len(in.spec.Attributes))
	for a, name := range in.spec.Attributes {
		attributes[a] = attributeRows{name: name, labels: make(map[rowKey]string, len(rows))}
		conflict := map[rowKey]bool{}
		for _, l := range in.labels[a] {
			known := attributes[a].labels[keys[l.row]]
			if known != "" && l.label != "" && known != l.label {
				conflict[keys[l.row]] = true
			}
			if known == "" {
				attributes[a].labels[keys[l.row]] = l.label
			}
		}
		// As for figures: nothing says which of two labels is right.
		for key := range conflict {
			attributes[a].labels[key] = ""
		}
		r.Conflicts += len(conflict)
	}
	in.addFindings()
	return newPanel(in.spec.Metrics, cells, rows, attributes), in.report, nil
}

// settleDates reads the distinct date texts under one layout.
func (in *intake) settleDates() ([]coaching.Date, error) {
	layout, err := in.spec.Dates.settle(in.texts)
	if err != nil {
		for i, text := range in.texts {
			if !anyLayout(text) {
				return nil, in.file.errorf(in.lines[i], 0, "a date of %d bytes is in none of the layouts %s", len(text), strings.Join(dateLayoutNames[1:], ", "))
			}
		}
		return nil, in.file.errorf(in.lines[0], 0, "%v", err)
	}
	in.report.Layout = layout
	dates := make([]coaching.Date, len(in.texts))
	for i, text := range in.texts {
		if dates[i], err = layout.parse(text); err != nil {
			return nil, in.file.errorf(in.lines[i], 0, "a date of %d bytes is no day in the layout %s", len(text), layout)
		}
	}
	return dates, nil
}

func anyLayout(text string) bool {
	for _, l := range []DateLayout{ISODates, MonthDayYear, DayMonthYear} {
		if _, err := l.parse(text); err == nil {
			return true
		}
	}
	return false
}

// settlePeriods turns each row's date into its period.
func (in *intake) settlePeriods(dates []coaching.Date) ([]Period, error) {
	r := &in.report
	periods := make([]Period, len(in.rows))
	starts := make([]coaching.Date, len(dates))
	for i, d := range dates {
		starts[i] = WeekOf(d, in.spec.WeekStart).First()
	}
	weekly := 0
	for i, row := range in.rows {
		d := dates[row.date]
		r.Weekdays[d.Weekday()]++
		periods[i] = Period{Start: d, Days: int(row.days)}
		if row.days == 7 {
			weekly++
			if periods[i].Start = starts[row.date]; periods[i].Start != d {
				r.Moved++
			}
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
		if n == len(in.rows) {
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

// settleCells keeps each cell once. Two different figures for one cell leave it
// missing: nothing says which is right.
func (in *intake) settleCells(periods []Period) []observation {
	slices.SortFunc(in.cells, func(a, b intakeCell) int {
		x, y := in.rows[a.row], in.rows[b.row]
		return cmp.Or(
			cmp.Compare(x.person, y.person),
			periods[a.row].Compare(periods[b.row]),
			cmp.Compare(a.metric, b.metric),
			cmp.Compare(a.value, b.value),
		)
	})
	var cells []observation
	for i := 0; i < len(in.cells); {
		first := in.cells[i]
		j, same := i+1, true
		for ; j < len(in.cells); j++ {
			next := in.cells[j]
			if in.rows[next.row].person != in.rows[first.row].person || periods[next.row] != periods[first.row] || next.metric != first.metric {
				break
			}
			same = same && next.value == first.value
		}
		if in.long {
			in.report.Duplicates += j - i - 1
		}
		if same {
			cells = append(cells, observation{in.ids[in.rows[first.row].person], periods[first.row], int(first.metric), first.value})
		} else {
			in.report.Conflicts++
		}
		i = j
	}
	return cells
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
