package signal

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// maxPanelCells bounds the memory of a panel that a sparse file could blow up:
// people x periods x (metrics + 1).
const maxPanelCells = 1 << 27

// An intake gathers a file's rows until all its dates are known, and only then
// decides how to read them.
type intake struct {
	file    *csvFile
	spec    ImportSpec
	report  ImportReport
	answers bool // dates are days on which people answered, not period starts
	long    bool // a row holds one figure rather than many

	people   map[string]int32 // raw identifiers live here and nowhere else
	ids      []coaching.PersonID
	dates    map[string]int32
	texts    []string // distinct date texts, and the line of the first
	lines    []int
	rows     []intakeRow
	cells    []intakeCell
	labels   [][]intakeLabel // per attribute
	distinct []map[string]bool
}

type intakeRow struct {
	person, date int32
	days         int32
}

type intakeCell struct {
	row, metric int32
	value       float64
}

type intakeLabel struct {
	row   int32
	label string
}

func newIntake(file *csvFile, spec ImportSpec) (*intake, error) {
	if spec.People == nil {
		return nil, errors.New("signal: reading needs ImportSpec.People, so that no name gets past the door")
	}
	if len(spec.Metrics) == 0 {
		return nil, errors.New("signal: reading needs ImportSpec.Metrics, the columns that are wanted")
	}
	if repeated(slices.Concat(spec.Metrics, spec.Attributes)) != "" {
		return nil, errors.New("signal: ImportSpec names a column twice")
	}
	if spec.PeriodDays < 0 || spec.PeriodDays > 366 || spec.WeekStart < time.Sunday || spec.WeekStart > time.Saturday || spec.Dates > DayMonthYear {
		return nil, errors.New("signal: ImportSpec has a period, week start or date layout out of range")
	}
	if spec.PeriodDays == 0 {
		spec.PeriodDays = 7
	}
	in := &intake{
		file: file, spec: spec,
		people: map[string]int32{}, dates: map[string]int32{},
		labels: make([][]intakeLabel, len(spec.Attributes)),
	}
	for _, m := range spec.Metrics {
		in.report.Columns = append(in.report.Columns, ColumnReport{Name: m})
		in.distinct = append(in.distinct, map[string]bool{})
	}
	for _, a := range spec.Attributes {
		in.report.Columns = append(in.report.Columns, ColumnReport{Name: a, Attribute: true})
		in.distinct = append(in.distinct, map[string]bool{})
	}
	return in, nil
}

// row registers a row and returns its number, or -1 when it has no person.
func (in *intake) row(person, date string, dateColumn, days int) (int32, error) {
	if person == "" {
		in.report.NoPerson++
		return -1, nil
	}
	p, ok := in.people[person]
	if !ok {
		if !plainIdentifier(person) {
			return 0, in.file.errorf(in.file.line, 0, "the person's identifier has spaces around it, or control or invisible characters; it would count as another person")
		}
		id, err := in.spec.People.Person(person)
		if err != nil {
			return 0, in.file.errorf(in.file.line, 0, "%v", err)
		}
		p = int32(len(in.ids))
		in.people[strings.Clone(person)] = p
		in.ids = append(in.ids, id)
	}
	if date == "" {
		return 0, in.file.errorf(in.file.line, dateColumn+1, "the date is empty")
	}
	d, ok := in.dates[date]
	if !ok {
		d = int32(len(in.texts))
		text := strings.Clone(date)
		in.dates[text] = d
		in.texts = append(in.texts, text)
		in.lines = append(in.lines, in.file.line)
	}
	in.rows = append(in.rows, intakeRow{person: p, date: d, days: int32(days)})
	return int32(len(in.rows) - 1), nil
}

// plainIdentifier reports whether an identifier looks like what it is: "E1" and
// "E1 " would be two people whom nobody can tell apart.
func plainIdentifier(text string) bool {
	return strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
	})
}

// figure reads a number into a cell of a row; column counts from 0.
func (in *intake) figure(row int32, metric int, text string, column int) {
	c := &in.report.Columns[metric]
	in.seen(metric, text)
	if text == "" || text == "NA" {
		c.Blank++
		return
	}
	v, ok := decimalNumber(text)
	if !ok {
		if c.Failed++; c.Failed == 1 {
			c.FirstRow, c.FirstColumn = in.file.line, column+1
		}
		return
	}
	in.cells = append(in.cells, intakeCell{row: row, metric: int32(metric), value: v})
}

// label reads an attribute of a row.
func (in *intake) label(row int32, attribute int, text string, column int) error {
	c := len(in.spec.Metrics) + attribute
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return in.file.errorf(in.file.line, column+1, "not UTF-8 text")
	}
	if text == "" {
		in.report.Columns[c].Blank++
	}
	in.seen(c, text)
	in.labels[attribute] = append(in.labels[attribute], intakeLabel{row: row, label: strings.Clone(text)})
	return nil
}

func (in *intake) seen(column int, text string) {
	if text == "" || len(in.distinct[column]) >= 1000 || in.distinct[column][text] {
		return
	}
	in.distinct[column][strings.Clone(text)] = true
}

// decimalNumber reads digits with a point, an optional minus and exponent, and
// nothing else: no NaN, infinity, hexadecimal, thousands or decimal comma.
func decimalNumber(text string) (float64, bool) {
	digits := false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E':
		default:
			return 0, false
		}
	}
	if !digits || text[0] == '+' {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

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
		for _, l := range in.labels[a] {
			if l.label != "" || attributes[a].labels[keys[l.row]] == "" {
				attributes[a].labels[keys[l.row]] = l.label
			}
		}
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
		add("DQ04", coaching.Error, "", "%d cells are given more than once with different figures and are now missing", r.Conflicts)
	case r.Duplicates > 0:
		add("DQ04", coaching.Warning, "", "%d rows repeat an earlier one; each figure was kept once", r.Duplicates)
	}
	for _, c := range r.Columns {
		if c.Failed > 0 {
			r.Findings = append(r.Findings, coaching.Finding{
				Code: "DQ07", Severity: coaching.Warning, File: r.File, Path: c.Name, Line: c.FirstRow, Column: c.FirstColumn,
				Message: fmt.Sprintf("%d cells are no plain decimal number and are now missing; the first is here", c.Failed),
			})
		}
	}
	r.Findings.Sort()
}
