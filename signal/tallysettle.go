package signal

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// finish settles dates, keeps once what is given twice, and makes the figures of
// each subject and period from its rows, which come in an order that does not
// depend on the file's.
func (t *tally) finish(periodOf func(coaching.Date) Period, figures []madeFigure) (*Panel, ImportReport, error) {
	r := &t.report
	r.File, r.SHA256, r.Bytes, r.Rows = t.file.name, t.file.sha256(), t.file.meter.n, t.file.rows
	r.Unread = len(t.file.header) - len(t.used)
	r.LeftOut = nil
	for _, reason := range slices.Sorted(maps.Keys(t.leftOut)) {
		r.LeftOut = append(r.LeftOut, *t.leftOut[reason])
	}
	if len(t.rows) == 0 {
		var why strings.Builder
		fmt.Fprintf(&why, "%d without a person", r.NoPerson)
		for _, left := range r.LeftOut {
			fmt.Fprintf(&why, ", %d %s", left.Rows, left.Reason)
		}
		return nil, t.report, t.file.errorf(1, 0, "no row to read among %d: %s", r.Rows, why.String())
	}
	dates, layout, err := t.dates.settle(t.file, t.spec.Dates)
	if err != nil {
		return nil, t.report, err
	}
	r.Layout = layout
	all := t.rows
	groups, err := t.group(dates, periodOf)
	if err != nil {
		return nil, t.report, err
	}
	wanted := t.wanted(figures)
	rows := make(map[rowKey]bool, len(groups))
	var cells []observation
	for key, group := range groups {
		rows[key] = true
		for m, f := range wanted {
			if v := f.from(group); !math.IsNaN(v) && !math.IsInf(v, 0) {
				cells = append(cells, observation{key.subject, key.period, m, v})
			}
		}
	}
	attributes := t.attributes(all, dates, periodOf)
	t.addFindings()
	return newPanel(t.spec.Metrics, cells, rows, attributes), t.report, nil
}

// attributes settles the labels of each subject and period, over all rows, also
// those that repeat another's figures. Where two labels differ nothing says which
// is right, and there is none.
func (t *tally) attributes(rows []tallyRow, dates []coaching.Date, periodOf func(coaching.Date) Period) []attributeRows {
	var attributes []attributeRows
	for i, l := range t.labels {
		a := attributeRows{name: l.name, labels: map[rowKey]string{}}
		disputed, distinct := map[rowKey]bool{}, map[string]bool{}
		for _, row := range rows {
			key, label := rowKey{t.ids[row.subject], periodOf(dates[row.date])}, row.labels[i]
			if label != "" && len(distinct) < mostDistinct {
				distinct[label] = true
			}
			known := a.labels[key]
			if known != "" && label != "" && known != label {
				disputed[key] = true
			}
			a.labels[key] = cmp.Or(known, label)
		}
		for key := range disputed {
			a.labels[key] = ""
		}
		t.report.Conflicts += len(disputed)
		attributes = append(attributes, a)
		t.report.Columns = append(t.report.Columns, ColumnReport{Name: l.name, Found: t.file.header[l.place], Attribute: true, Blank: l.blank, Distinct: len(distinct)})
	}
	return attributes
}

// wanted returns the figures that were asked for, in the order of the spec, and
// reports their columns.
func (t *tally) wanted(figures []madeFigure) []madeFigure {
	var wanted []madeFigure
	for _, name := range t.spec.Metrics {
		f := figures[slices.IndexFunc(figures, func(f madeFigure) bool { return f.name == name })]
		c := ColumnReport{}
		if f.input > 0 {
			c = t.inputs[f.input-1].column
			c.Distinct = len(t.inputs[f.input-1].distinct)
		}
		c.Name = name
		t.report.Columns = append(t.report.Columns, c)
		wanted = append(wanted, f)
	}
	return wanted
}

// group sorts rows into subjects and periods, and counts what it meets.
func (t *tally) group(dates []coaching.Date, periodOf func(coaching.Date) Period) (map[rowKey][]tallyRow, error) {
	r := &t.report
	periods := make([]Period, len(dates))
	for i, d := range dates {
		if periods[i] = periodOf(d); periods[i].Start.IsZero() || periods[i].Last().IsZero() || periods[i].Days < 1 {
			return nil, t.file.errorf(t.dates.cells[i][0], t.dates.cells[i][1], "the period of the date begins or ends beyond the calendar")
		}
	}
	first := map[Period]coaching.Date{}
	for _, row := range t.rows {
		d, p := dates[row.date], periods[row.date]
		r.Weekdays[d.Weekday()]++
		if r.First.IsZero() || p.Start.Before(r.First) {
			r.First = p.Start
		}
		if p.Start.After(r.Last) {
			r.Last = p.Start
		}
		if t.events {
			continue
		}
		if p.Start != d {
			r.Moved++
		}
		if other, ok := first[p]; ok && other != d {
			return nil, t.file.errorf(1, 0, "%s and %s lie in one period of %d days; want one date for each, or say the distance in PeriodDays", min(other.String(), d.String()), max(other.String(), d.String()), p.Days)
		}
		first[p] = d
	}
	if r.Moved > 0 && r.Moved == len(t.rows) {
		for day, n := range r.Weekdays {
			if n == len(t.rows) {
				return nil, t.file.errorf(2, 0, "every week in the file starts on %s, and ImportSpec.WeekStart says %s", time.Weekday(day), t.spec.WeekStart)
			}
		}
	}
	t.keepOnce(dates, periods)
	slices.SortStableFunc(t.rows, func(a, b tallyRow) int {
		return cmp.Or(dates[a.date].Compare(dates[b.date]), strings.Compare(a.key, b.key), slices.Compare(a.values, b.values))
	})
	groups := map[rowKey][]tallyRow{}
	for _, row := range t.rows {
		key := rowKey{t.ids[row.subject], periods[row.date]}
		groups[key] = append(groups[key], row)
	}
	if n := countDistinct(periods) * len(t.ids) * (len(t.spec.Metrics) + 1); n > maxPanelCells {
		return nil, t.file.errorf(1, 0, "%d people over %d periods would make %d cells; want at most %d", len(t.ids), countDistinct(periods), n, maxPanelCells)
	}
	return groups, nil
}

// keepOnce keeps one row of each key in its scope. Rows that agree are repeats.
// Where they differ nothing says which is right, so what differs is missing; of
// rows that differ in subject or day, everything is.
func (t *tally) keepOnce(dates []coaching.Date, periods []Period) {
	if t.once == onceNever {
		t.rows = slices.Clone(t.rows)
		return
	}
	type scoped struct {
		subject int32
		day     coaching.Date
		period  Period
		key     string
	}
	found := map[scoped]int{}     // place in kept
	disputed := map[scoped]bool{} // given twice, with differences
	repeats := map[scoped]int{}   // given twice, without
	var kept []tallyRow
	for _, row := range t.rows {
		s := scoped{key: row.key}
		switch t.once {
		case oncePerDay:
			s.subject, s.day = row.subject, dates[row.date]
		case oncePerPeriod:
			s.subject, s.period = row.subject, periods[row.date]
		}
		at, ok := found[s]
		if !ok {
			found[s] = len(kept)
			kept = append(kept, row)
			continue
		}
		other := kept[at]
		same := true
		if t.once == oncePerFile && (other.subject != row.subject || dates[other.date] != dates[row.date]) {
			same = false
			void(other.values)
			void(row.values)
			kept = append(kept, row) // both periods have a row whose figures are unknown
		} else {
			for i, v := range row.values {
				if v != other.values[i] && !(math.IsNaN(v) && math.IsNaN(other.values[i])) {
					same, other.values[i] = false, math.NaN()
				}
			}
		}
		switch {
		case disputed[s]:
		case same:
			repeats[s]++
		default:
			disputed[s] = true
			delete(repeats, s)
		}
	}
	t.report.Conflicts += len(disputed)
	for _, n := range repeats {
		t.report.Duplicates += n
	}
	t.rows = kept
}

func void(values []float64) {
	for i := range values {
		values[i] = math.NaN()
	}
}
