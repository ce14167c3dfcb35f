package signal

import (
	"errors"
	"io"
	"math"
	"slices"
)

// ReadJira reads an export of Jira issues: one row per issue, with its project,
// the day on which it was finished and its cycle time in days. It makes figures
// per project and week of finishing, on the row of the leader who owns the
// project, by spec.Owners; who worked on an issue is not read.
//
// The metrics are issues, and over those whose cycle time is known
// cycle_time_days_median, cycle_time_days_mean and cycle_time_days_p85, the 85th
// percentile with linear interpolation (type 7 of Hyndman and Fan 1996). A column
// cycle_time_days is taken as it is; where there is none, the cycle time is the
// number of days from the day of creation to that of finishing, and DQ01 says so.
//
// An issue that ends before it begins, or has a cycle time below zero, is no
// issue with a short cycle time: it is counted under DQ08 and enters no figure. A
// cycle time that is longer than the time from creation to end by a day or more
// is counted under DQ09 and kept. Unfinished issues are counted in LeftOut. An
// issue given twice is one. Jira writes one column for each value of a field, all
// under one name, such as Sprint: columns that are not read may repeat. See
// [ReadViva] for the rest; the spec's PeriodDays are 7, and WeekStart has to be
// set where weeks do not start on Sunday.
func ReadJira(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	if err := needOwners(spec); err != nil {
		return nil, ImportReport{}, err
	}
	if len(spec.Attributes) > 0 {
		return nil, ImportReport{}, errors.New("signal: an export of issues has no attributes of persons")
	}
	t, err := newTallyOfRepeats(r, spec, []string{"issues", "cycle_time_days_median", "cycle_time_days_mean", "cycle_time_days_p85"})
	if err != nil {
		return nil, ImportReport{}, err
	}
	if err := t.weekly(); err != nil {
		return nil, ImportReport{}, err
	}
	t.once = oncePerFile
	j := jiraReader{tally: t}
	if err := j.columns(); err != nil {
		return nil, ImportReport{}, err
	}
	for {
		more, err := t.file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return j.finish()
		}
		if err := j.row(); err != nil {
			return nil, ImportReport{}, err
		}
	}
}

// A jiraReader is a tally that also knows when issues were created.
type jiraReader struct {
	*tally
	id, project, created, finished int
	cycle                          int     // input; 0: there is no such column
	begun                          []int32 // per row: the number of the day of creation, -1 when unknown
	lines                          []int
}

func (j *jiraReader) columns() (err error) {
	if j.id, err = j.column("Issue key", "Issue id", "Key", "id"); err != nil {
		return err
	}
	if j.project, err = j.column("Project key", "Project", "Project name"); err != nil {
		return err
	}
	if j.finished, err = j.column(j.dateOr("finished_date", "Resolved", "Resolution date")...); err != nil {
		return err
	}
	if findColumn(j.file.header, "cycle_time_days") != -1 {
		if j.cycle, err = j.input("cycle_time_days"); err != nil {
			return err
		}
		j.inputs[j.cycle-1].signed = true
		if j.created, err = j.optional("created_date", "Created"); err == nil && j.created < 0 {
			j.note("there is no column created_date, so no cycle time was checked against the dates")
		}
		return err
	}
	j.note("there is no column cycle_time_days, so cycle times are the days from creation to end")
	j.created, err = j.column("created_date", "Created")
	return err
}

func (j *jiraReader) row() error {
	leader, owned := j.owner(j.file.record[j.project])
	if !owned {
		return nil
	}
	key, err := j.key(j.id, "the issue's key")
	if err != nil {
		return err
	}
	if j.file.record[j.finished] == "" {
		j.leave(leftOpen)
		return nil
	}
	end, err := j.dates.add(j.file, j.finished)
	if err != nil {
		return err
	}
	begin := int32(-1)
	if j.created >= 0 && j.file.record[j.created] != "" {
		if begin, err = j.dates.add(j.file, j.created); err != nil {
			return err
		}
	}
	if err := j.add(leader, end, key); err != nil {
		return err
	}
	j.begun = append(j.begun, begin)
	j.lines = append(j.lines, j.file.line)
	return nil
}

// finish gives every row its cycle time, then makes the figures.
func (j *jiraReader) finish() (*Panel, ImportReport, error) {
	dates, _, err := j.dates.settle(j.file, j.spec.Dates)
	if err != nil {
		return nil, ImportReport{}, err
	}
	days := j.cycle
	if days == 0 {
		days = 1
		j.inputs = append(j.inputs, tallyInput{place: j.created, column: ColumnReport{Found: j.file.header[j.created]}})
	}
	var kept []tallyRow
	for i, row := range j.rows {
		lead := math.NaN()
		if j.begun[i] >= 0 {
			lead = float64(dates[j.begun[i]].DaysUntil(dates[row.date]))
		}
		if j.cycle == 0 {
			row.values = append(row.values, lead)
			if math.IsNaN(lead) {
				j.inputs[0].column.Blank++
			}
		}
		if row.values[days] < 0 || lead < 0 {
			j.leaveAt(leftBackwards, j.lines[i])
			continue
		}
		if row.values[days] >= lead+1 {
			j.longer++
		}
		kept = append(kept, row)
	}
	j.rows = kept
	known := func(statistic func([]float64) float64) func([]tallyRow) float64 {
		return func(rows []tallyRow) float64 {
			values := knownOf(rows, days)
			if len(values) == 0 {
				return math.NaN()
			}
			return statistic(values)
		}
	}
	mean := func(values []float64) float64 { m, _ := meanVariance(values); return m }
	return j.tally.finish(j.weeks, []madeFigure{
		{"issues", 0, sumOf(0)},
		{"cycle_time_days_median", days, known(median)},
		{"cycle_time_days_mean", days, known(mean)},
		{"cycle_time_days_p85", days, known(func(values []float64) float64 { return quantile7(values, 0.85) })},
	})
}

// quantile7 interpolates linearly between order statistics (Hyndman and Fan 1996,
// definition 7). It reorders the values, of which there is at least one.
func quantile7(values []float64, p float64) float64 {
	slices.Sort(values)
	// A product is rounded before it is added to: some processors would round once,
	// others twice.
	at := float64(p * float64(len(values)-1))
	below := int(at)
	above := min(below+1, len(values)-1)
	return values[below] + float64((at-float64(below))*(values[above]-values[below]))
}
