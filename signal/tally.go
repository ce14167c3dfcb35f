package signal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// A tally reads files whose rows are not yet the figures of a panel: meetings,
// issues, days, pairs of groups. It gathers the rows until all dates are known,
// keeps what is given twice once, and then makes the figures of each subject and
// period from their rows.
type tally struct {
	file   *csvFile
	spec   ImportSpec
	report ImportReport
	inputs []tallyInput
	used   map[int]bool // columns that are read

	people  map[string]int32 // raw identifiers and labels live here and nowhere else
	number  map[coaching.PersonID]int32
	ids     []coaching.PersonID
	met     map[string]bool // labels of Owners that occurred
	leftOut map[string]*LeftOut
	dates   dateColumn
	once    tallyScope
	events  bool // dates are days on which something happened, not period starts
	small   int  // means of too few rows
	short   int  // weeks of too few days
	longer  int  // parts that last longer than their whole
	rows    []tallyRow
	labels  []tallyLabel
}

// A tallyInput is a column of figures.
type tallyInput struct {
	place    int
	signed   bool   // may be below zero
	want     string // what a cell is, for messages; "" is a plain decimal number
	read     func(string) (float64, bool)
	column   ColumnReport
	distinct map[string]bool
}

// A tallyRow is a row of the file. Its values are in the order of the inputs,
// after the one that every row has, its count of 1; NaN is missing.
type tallyRow struct {
	subject, date int32
	key           string // what occurs once in the scope of the tally
	values        []float64
	labels        []string // of the attributes
}

// A tallyLabel is a column of labels.
type tallyLabel struct {
	name   string
	place  int
	blank  int
	people bool // the labels identify people
}

// A tallyScope says within what a row's key occurs once.
type tallyScope uint8

const (
	onceNever tallyScope = iota // every row counts
	oncePerFile
	oncePerDay    // and subject
	oncePerPeriod // and subject
)

// A madeFigure is one metric that a tally makes: from which input, and how.
type madeFigure struct {
	name  string
	input int // place in tallyRow.values
	from  func(rows []tallyRow) float64
}

// newTally opens the file and checks what was asked for. The metrics that the
// reader makes are named in the order in which they are listed to a caller.
func newTally(r io.Reader, spec ImportSpec, makes []string) (*tally, error) {
	t, err := newTallyOfRepeats(r, spec, makes)
	if err != nil {
		return nil, err
	}
	return t, t.file.eachOnce()
}

// newTallyOfRepeats is newTally for files that may repeat the names of columns
// that are not read.
func newTallyOfRepeats(r io.Reader, spec ImportSpec, makes []string) (*tally, error) {
	if len(spec.Metrics) == 0 {
		return nil, errors.New("signal: reading needs ImportSpec.Metrics, the figures that are wanted")
	}
	for i, m := range spec.Metrics {
		if !slices.Contains(makes, m) {
			return nil, fmt.Errorf("signal: the reader makes no metric %q; it makes %s%s", clip(m), strings.Join(makes, ", "), document.Suggest(m, makes))
		}
		if slices.Contains(spec.Metrics[:i], m) {
			return nil, errors.New("signal: ImportSpec names a metric twice")
		}
	}
	if spec.PeriodDays < 0 || spec.PeriodDays > 366 || spec.WeekStart < time.Sunday || spec.WeekStart > time.Saturday || !spec.Dates.known() {
		return nil, errors.New("signal: ImportSpec has a period, week start or date layout out of range")
	}
	if spec.PeriodDays == 0 {
		spec.PeriodDays = 7
	}
	file, err := openCSV(r, spec)
	if err != nil {
		return nil, err
	}
	return &tally{
		file: file, spec: spec,
		used: map[int]bool{}, people: map[string]int32{}, number: map[coaching.PersonID]int32{},
		met: map[string]bool{}, leftOut: map[string]*LeftOut{},
	}, nil
}

// weekly refuses other periods: what happened on days is gathered by weeks.
func (t *tally) weekly() error {
	if t.spec.PeriodDays != 7 {
		return errors.New("signal: the reader gathers weeks; want ImportSpec.PeriodDays 0 or 7")
	}
	t.events = true
	return nil
}

// needOwners refuses a spec without the leaders who own what the file is about.
func needOwners(spec ImportSpec) error {
	if len(spec.Owners) == 0 {
		return errors.New("signal: the file has no persons; reading needs ImportSpec.Owners, the leader of each label")
	}
	for label, leader := range spec.Owners {
		if leader.IsZero() || strings.TrimSpace(label) == "" {
			return errors.New("signal: ImportSpec.Owners has an empty label or nobody as a leader")
		}
	}
	return nil
}

// needPeople refuses a spec that would let names past the door.
func needPeople(spec ImportSpec) error {
	if spec.People == nil {
		return errors.New("signal: reading needs ImportSpec.People, so that no name gets past the door")
	}
	return nil
}

// column finds a column that is read.
func (t *tally) column(names ...string) (int, error) {
	place, err := t.file.column(names...)
	if err == nil {
		t.used[place] = true
	}
	return place, err
}

// optional finds a column that a file may lack; -1 when it does.
func (t *tally) optional(names ...string) (int, error) {
	for _, name := range names {
		if findColumn(t.file.header, name) != -1 {
			return t.column(name)
		}
	}
	return -1, nil
}

// dateOr returns the names of the date column.
func (t *tally) dateOr(names ...string) []string {
	if t.spec.DateColumn != "" {
		return []string{t.spec.DateColumn}
	}
	return names
}

// input adds a column of figures and returns its place in tallyRow.values.
func (t *tally) input(names ...string) (int, error) {
	place, err := t.column(names...)
	if err != nil {
		return 0, err
	}
	for i, in := range t.inputs {
		if in.place == place {
			return i + 1, nil
		}
	}
	t.inputs = append(t.inputs, tallyInput{
		place: place, read: decimalNumber, column: ColumnReport{Found: t.file.header[place]}, distinct: map[string]bool{},
	})
	return len(t.inputs), nil
}

// note rides on the report: a column that is not needed is not there.
func (t *tally) note(message string) {
	t.report.Findings = append(t.report.Findings, coaching.Finding{Code: "DQ01", Severity: coaching.Info, File: t.file.name, Message: message})
}

// leave counts the current row as one that does not count.
func (t *tally) leave(reason string) { t.leaveAt(reason, t.file.line) }

func (t *tally) leaveAt(reason string, line int) {
	if t.leftOut[reason] == nil {
		t.leftOut[reason] = &LeftOut{Reason: reason, FirstLine: line}
	}
	t.leftOut[reason].Rows++
}

const (
	leftNoOwner   = "no owner"
	leftCancelled = "cancelled"
	leftAllDay    = "all day"
	leftAlone     = "fewer than two attendees"
	leftOpen      = "not finished"
	leftBackwards = "ends before it begins"
)

// owner returns the number of the leader who owns a label; false when nobody
// does, which is counted.
func (t *tally) owner(label string) (int32, bool) {
	leader, ok := t.spec.Owners[label]
	if !ok {
		t.leave(leftNoOwner)
		return 0, false
	}
	t.met[label] = true
	return t.subject(leader), true
}

// person returns the number of the person in a column of the current row; false
// when there is none, which is counted.
func (t *tally) person(column int) (int32, bool, error) {
	text := t.file.record[column]
	if text == "" {
		t.report.NoPerson++
		return 0, false, nil
	}
	if n, ok := t.people[text]; ok {
		return n, true, nil
	}
	id, err := t.file.person(text, column, t.spec.People)
	if err != nil {
		return 0, false, err
	}
	n := t.subject(id)
	t.people[strings.Clone(text)] = n
	return n, true, nil
}

// key returns what names the current row, or the other group of a pair.
func (t *tally) key(column int, what string) (string, error) {
	text := t.file.record[column]
	if text == "" || !plainIdentifier(text) {
		return "", t.file.errorf(t.file.line, column+1, "%s is empty, or has spaces around it, or control or invisible characters", what)
	}
	return text, nil
}

func (t *tally) subject(id coaching.PersonID) int32 {
	n, ok := t.number[id]
	if !ok {
		n = int32(len(t.ids))
		t.number[id] = n
		t.ids = append(t.ids, id)
	}
	return n
}

// add takes the current row's figures and labels.
func (t *tally) add(subject, date int32, key string) error {
	values := make([]float64, len(t.inputs)+1)
	values[0] = 1
	for i := range t.inputs {
		values[i+1] = t.inputs[i].figure(t.file)
	}
	row := tallyRow{subject: subject, date: date, key: strings.Clone(key), values: values}
	for i := range t.labels {
		l := &t.labels[i]
		text := t.file.record[l.place]
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return t.file.errorf(t.file.line, l.place+1, "not UTF-8 text")
		}
		if text == "" {
			l.blank++
		}
		if l.people {
			var err error
			if text, err = t.file.personLabel(text, l.place, t.spec.People); err != nil {
				return err
			}
		}
		row.labels = append(row.labels, strings.Clone(text))
	}
	t.rows = append(t.rows, row)
	return nil
}

// figure reads the input's cell of the current row.
func (in *tallyInput) figure(file *csvFile) float64 {
	text := file.record[in.place]
	c := &in.column
	if text == "" || text == notAvailable {
		c.Blank++
		return math.NaN()
	}
	if len(in.distinct) < mostDistinct && !in.distinct[text] {
		in.distinct[strings.Clone(text)] = true
	}
	v, ok := in.read(text)
	if !ok {
		if c.Failed++; c.Failed == 1 {
			c.FirstRow, c.FirstColumn = file.line, in.place+1
		}
		return math.NaN()
	}
	if v < 0 && !in.signed {
		c.Negative++
		return math.NaN()
	}
	return v
}
