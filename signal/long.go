package signal

import (
	"cmp"
	"io"
	"slices"
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
	if err := file.eachOnce(); err != nil {
		return nil, ImportReport{}, err
	}
	in, err := newIntake(file, spec)
	if err != nil {
		return nil, ImportReport{}, err
	}
	in.long = true
	var places [4]int
	for i, name := range []string{cmp.Or(spec.PersonColumn, "person"), cmp.Or(spec.DateColumn, "date"), "metric", "value"} {
		if places[i], err = file.column(name); err != nil {
			return nil, ImportReport{}, err
		}
	}
	in.personAt, in.dateAt = places[0], places[1]
	metricName, value := places[2], places[3]
	periodDays := findColumn(file.header, "period_days")
	if periodDays == -2 {
		_, err = file.column("period_days")
		return nil, ImportReport{}, err
	}
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
		if err = in.mayRead(a, labels[i]); err != nil {
			return nil, ImportReport{}, err
		}
	}
	read := append(slices.Clone(labels), metricName, value)
	if periodDays >= 0 {
		read = append(read, periodDays)
	}
	in.countUnread(read...)

	for {
		more, err := file.scanNext()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			break
		}
		metric, wanted := metricAt[string(file.scan.cell(metricName))]
		if !wanted {
			in.report.Skipped++
			continue
		}
		days := in.spec.PeriodDays
		if periodDays >= 0 && len(file.scan.cell(periodDays)) > 0 {
			if days, err = strconv.Atoi(string(file.scan.cell(periodDays))); err != nil || days < 1 || days > 366 {
				return nil, ImportReport{}, file.errorf(file.line, periodDays+1, "not a number of days from 1 to 366")
			}
		}
		known, err := in.row(days)
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !known {
			continue
		}
		in.report.Columns[metric].Found = spec.Metrics[metric]
		in.figure(metric, file.scan.cell(value), value)
		for i, place := range labels {
			if err := in.label(i, file.scan.cell(place), place); err != nil {
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
