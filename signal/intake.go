package signal

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
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
// decides how to read them. It holds them by column, as numbers.
type intake struct {
	file             *csvFile
	spec             ImportSpec
	report           ImportReport
	personAt, dateAt int  // columns, from 0
	answers          bool // dates are days on which people answered, not period starts
	long             bool // a row holds one figure rather than one of each metric

	people *dictionary // raw identifiers live here and nowhere else
	ids    []coaching.PersonID
	dates  *dictionary
	lines  []int // per date: the line of its first row
	times  []rowTime
	timeAt map[dateDays]int32

	// Per row: places in people and times, the metric of a long file, and one
	// figure of each metric, or the only one, NaN for none.
	rows    int
	person  chunked[int32]
	time    chunked[int32]
	metric  chunked[int32]
	figures []chunked[float64]
	labels  []intakeLabels // per attribute

	distinct []map[string]bool // per metric
}

// A dateDays is a period as it was written: a date, by its number, and a length.
type dateDays struct{ date, days int32 }

// A rowTime is a period as it was written, and how many rows it has.
type rowTime struct {
	dateDays
	rows int
}

// intakeLabels are an attribute's labels: of each row, by their number.
type intakeLabels struct {
	texts  *dictionary
	people bool     // the texts identify people
	ids    []string // their pseudonyms, by the number of the text
	rows   chunked[int32]
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
	if spec.PeriodDays < 0 || spec.PeriodDays > 366 || spec.WeekStart < time.Sunday || spec.WeekStart > time.Saturday || !spec.Dates.known() {
		return nil, errors.New("signal: ImportSpec has a period, week start or date layout out of range")
	}
	if spec.PeriodDays == 0 {
		spec.PeriodDays = 7
	}
	in := &intake{
		file: file, spec: spec,
		people: newDictionary(), dates: newDictionary(), timeAt: map[dateDays]int32{},
		figures: make([]chunked[float64], len(spec.Metrics)),
	}
	for _, m := range spec.Metrics {
		in.report.Columns = append(in.report.Columns, ColumnReport{Name: m})
		in.distinct = append(in.distinct, map[string]bool{})
	}
	for _, a := range spec.Attributes {
		in.report.Columns = append(in.report.Columns, ColumnReport{Name: a, Attribute: true})
		in.labels = append(in.labels, intakeLabels{texts: newDictionary(), people: slices.Contains(spec.PersonAttributes, a)})
	}
	for _, a := range spec.PersonAttributes {
		if !slices.Contains(spec.Attributes, a) {
			return nil, fmt.Errorf("signal: ImportSpec.PersonAttributes names %q, which is not in Attributes", clip(a))
		}
	}
	return in, nil
}

// mayRead refuses to read the person column as a figure or a label, which would
// carry names past the door.
func (in *intake) mayRead(name string, place int) error {
	if place == in.personAt {
		return in.file.errorf(1, place+1, "%q is the column of the person; it is read as a pseudonym only", clip(name))
	}
	return nil
}

// countUnread counts the columns that are not at one of the places, nor the
// person's or the date's. Two metrics may be names of one column.
func (in *intake) countUnread(places ...int) {
	places = append(places, in.personAt, in.dateAt)
	slices.Sort(places)
	in.report.Unread = len(in.file.header) - len(slices.Compact(places))
}

// row registers a row; false when it has no person and is not read. Its figures
// and labels must follow.
func (in *intake) row(days int) (bool, error) {
	person, date := in.file.scan.cell(in.personAt), in.file.scan.cell(in.dateAt)
	if len(person) == 0 {
		in.report.NoPerson++
		return false, nil
	}
	p, known := in.people.find(person)
	if !known {
		text := string(person)
		id, err := in.file.person(text, in.personAt, in.spec.People)
		if err != nil {
			return false, err
		}
		p = in.people.add(person)
		in.ids = append(in.ids, id)
	}
	if len(date) == 0 {
		return false, in.file.errorf(in.file.line, in.dateAt+1, "the date is empty")
	}
	d, known := in.dates.find(date)
	if !known {
		d = in.dates.add(date)
		in.lines = append(in.lines, in.file.line)
	}
	key := dateDays{d, int32(days)}
	t, known := in.timeAt[key]
	if !known {
		t = int32(len(in.times))
		in.timeAt[key] = t
		in.times = append(in.times, rowTime{dateDays: key})
	}
	in.times[t].rows++
	in.person.add(p)
	in.time.add(t)
	in.rows++
	return true, nil
}

// person makes the PersonID of an identifier in a column of the current row. What
// begins like a formula is no identifier of a directory but a cell that a
// spreadsheet has spoilt, or one that is meant to run in the next one.
func (f *csvFile) person(text string, column int, people *coaching.Pseudonymizer) (coaching.PersonID, error) {
	first, _ := utf8.DecodeRuneInString(text)
	if !plainIdentifier(text) || strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20", first) {
		return coaching.PersonID{}, f.errorf(f.line, column+1, "the person's identifier begins like a formula, or has spaces around it, or control or invisible characters; it would count as another person")
	}
	id, err := people.Person(text)
	if err != nil {
		return coaching.PersonID{}, f.errorf(f.line, column+1, "%v", err)
	}
	return id, nil
}

// personLabel makes the pseudonym that stands for a label that identifies
// somebody; "" for none.
func (f *csvFile) personLabel(text string, column int, people *coaching.Pseudonymizer) (string, error) {
	if text == "" {
		return "", nil
	}
	id, err := f.person(text, column, people)
	return id.String(), err
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

// notAvailable is how R writes an empty cell of a column of figures.
const notAvailable = "NA"

// figure reads a metric's number in the current row; column counts from 0.
func (in *intake) figure(metric int, text []byte, column int) {
	v, ok := math.NaN(), false
	c := &in.report.Columns[metric]
	in.seen(metric, text)
	if len(text) == 0 || string(text) == notAvailable {
		c.Blank++
	} else if v, ok = decimalNumber(string(text)); !ok {
		v = math.NaN()
		if c.Failed++; c.Failed == 1 {
			c.FirstRow, c.FirstColumn = in.file.line, column+1
		}
	}
	if in.long {
		in.metric.add(int32(metric))
		metric = 0
	}
	in.figures[metric].add(v)
}

// label reads an attribute of the current row.
func (in *intake) label(attribute int, text []byte, column int) error {
	labels := &in.labels[attribute]
	n, known := labels.texts.find(text)
	if !known {
		if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			return in.file.errorf(in.file.line, column+1, "not UTF-8 text")
		}
		if labels.people {
			id, err := in.file.personLabel(string(text), column, in.spec.People)
			if err != nil {
				return err
			}
			labels.ids = append(labels.ids, id)
		}
		n = labels.texts.add(text)
	}
	if len(text) == 0 {
		in.report.Columns[len(in.spec.Metrics)+attribute].Blank++
	}
	labels.rows.add(n)
	return nil
}

// mostDistinct is how far different values are counted.
const mostDistinct = 1000

func (in *intake) seen(metric int, text []byte) {
	if d := in.distinct[metric]; len(d) < mostDistinct && len(text) > 0 && !d[string(text)] {
		d[string(text)] = true
	}
}
