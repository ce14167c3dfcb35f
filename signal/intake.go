package signal

import (
	"errors"
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
	if _, j := repeated(slices.Concat(spec.Metrics, spec.Attributes)); j > 0 {
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

// mayRead refuses to read the person column as a figure or a label, which would
// carry names past the door.
func (in *intake) mayRead(name string, place, person int) error {
	if place == person {
		return in.file.errorf(1, place+1, "%q is the column of the person; it is read as a pseudonym only", clip(name))
	}
	return nil
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
	return strings.TrimSpace(text) == text && !strings.ContainsFunc(text, hiddenRune)
}

// hiddenRune reports control, formatting and line-breaking characters.
func hiddenRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
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
	return v + 0, true // no negative zero: it would print otherwise than zero
}
