package signal

import (
	"io"
	"slices"
)

// ReadViva reads a Viva Insights person query: one row per person and week, one
// column per metric. It knows PersonId and MetricDate, and Date and the metric
// names of the former Workplace Analytics; headers are matched after the
// cleaning that Microsoft's own packages do. The reader turns PersonId into
// PersonIDs before anything else and keeps no text of it.
//
// The panel's weeks start on spec.WeekStart. Numbers that do not parse are
// missing and counted under DQ07; the report counts every other defect too. A
// file that cannot be read without guessing is an error: missing or repeated
// columns, rows of another width, dates that fit two layouts.
func ReadViva(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	return readWide(r, spec, false, []string{"PersonId"}, []string{"MetricDate"})
}

// ReadSurvey reads survey answers: one row per person and survey, with a column
// "person" (or PersonId), a column "date" and one column per item, such as a 1
// to 5 answer. An answer counts for the week of its date. See [ReadViva] for the
// rest.
func ReadSurvey(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	return readWide(r, spec, true, []string{"person", "PersonId"}, []string{"date", "MetricDate"})
}

func readWide(r io.Reader, spec ImportSpec, answers bool, personNames, dateNames []string) (*Panel, ImportReport, error) {
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
	in.answers = answers
	if spec.PersonColumn != "" {
		personNames = []string{spec.PersonColumn}
	}
	if spec.DateColumn != "" {
		dateNames = []string{spec.DateColumn}
	}
	if in.personAt, err = file.column(personNames...); err != nil {
		return nil, ImportReport{}, err
	}
	if in.dateAt, err = file.column(dateNames...); err != nil {
		return nil, ImportReport{}, err
	}
	places := make([]int, len(in.report.Columns))
	for i := range in.report.Columns {
		c := &in.report.Columns[i]
		if places[i], err = file.column(c.Name); err != nil {
			return nil, ImportReport{}, err
		}
		c.Found = file.header[places[i]]
		if err = in.mayRead(c.Name, places[i]); err != nil {
			return nil, ImportReport{}, err
		}
	}
	in.countUnread(slices.Clone(places)...)
	for {
		more, err := file.scanNext()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return in.finish()
		}
		known, err := in.row(in.spec.PeriodDays)
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !known {
			continue
		}
		for i, place := range places {
			if i < len(in.spec.Metrics) {
				in.figure(i, file.scan.cell(place), place)
			} else if err := in.label(i-len(in.spec.Metrics), file.scan.cell(place), place); err != nil {
				return nil, ImportReport{}, err
			}
		}
	}
}
