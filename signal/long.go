package signal

import (
	"io"
	"strconv"
)

// ReadLong reads one figure per row: columns person, date, metric and value, and
// optionally period_days and attributes. It serves whatever has no format of its
// own here: review and document counts, and business figures such as committed
// and delivered points per leader and sprint (period_days 14, dated by the
// sprint's first day). Rows of metrics that spec does not ask for are skipped
// and counted; a metric that occurs in no row is an error. See [ReadViva] for
// the rest.
func ReadLong(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	file, err := openCSV(r, spec)
	if err != nil {
		return nil, ImportReport{}, err
	}
	in, err := newIntake(file, spec)
	if err != nil {
		return nil, ImportReport{}, err
	}
	in.long = true
	places := map[string]int{}
	for _, name := range []string{"person", "date", "metric", "value"} {
		wanted := name
		switch {
		case name == "person" && spec.PersonColumn != "":
			wanted = spec.PersonColumn
		case name == "date" && spec.DateColumn != "":
			wanted = spec.DateColumn
		}
		if places[name], err = file.column(wanted); err != nil {
			return nil, ImportReport{}, err
		}
	}
	periodDays := findColumn(file.header, "period_days")
	metricAt := map[string]int{}
	for i, m := range spec.Metrics {
		metricAt[m] = i
	}
	labels := make([]int, len(spec.Attributes))
	for i, a := range spec.Attributes {
		if labels[i], err = file.column(a); err != nil {
			return nil, ImportReport{}, err
		}
		in.report.Columns[len(spec.Metrics)+i].Found = file.header[labels[i]]
		if err = in.mayRead(a, labels[i], places["person"]); err != nil {
			return nil, ImportReport{}, err
		}
	}
	in.report.Unread = len(file.header) - len(places) - len(labels)
	if periodDays >= 0 {
		in.report.Unread--
	}

	for {
		more, err := file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			break
		}
		metric, wanted := metricAt[file.record[places["metric"]]]
		if !wanted {
			in.report.Skipped++
			continue
		}
		days := in.spec.PeriodDays
		if periodDays >= 0 && file.record[periodDays] != "" {
			if days, err = strconv.Atoi(file.record[periodDays]); err != nil || days < 1 || days > 366 {
				return nil, ImportReport{}, file.errorf(file.line, periodDays+1, "not a number of days from 1 to 366")
			}
		}
		row, err := in.row(file.record[places["person"]], file.record[places["date"]], places["date"], days)
		if err != nil {
			return nil, ImportReport{}, err
		}
		if row < 0 {
			continue
		}
		in.report.Columns[metric].Found = spec.Metrics[metric]
		in.figure(row, metric, file.record[places["value"]], places["value"])
		for i, place := range labels {
			if err := in.label(row, i, file.record[place], place); err != nil {
				return nil, ImportReport{}, err
			}
		}
	}
	for _, c := range in.report.Columns[:len(spec.Metrics)] {
		if c.Found == "" {
			return nil, ImportReport{}, file.errorf(1, 0, "no row has the metric %q; %d rows have others", clip(c.Name), in.report.Skipped)
		}
	}
	return in.finish()
}
