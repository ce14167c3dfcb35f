package signal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"

	"github.com/coachgov/coaching"
)

// ReadMapped reads a CSV file as a mapping says. Persons become PersonIDs by
// spec.People before anything else; labels lead to their leaders by spec.Owners,
// and rows of any other label are counted and not read.
//
// The spec names the file, the limits, and the metrics that are wanted, none
// meaning all of the mapping's. Its Dates, when set, decide instead of the
// mapping's layout. Its WeekStart, PeriodDays, columns and Attributes are not
// used: the mapping says these.
//
// A row counts for the day, week, month or quarter that holds its date, by the
// mapping's cadence; a fortnight begins on its date. Months and quarters are those
// of the calendar. A figure that does not parse, or a word that the mapping does
// not list, is missing and counted (DQ07), and with it a sum that it is part of;
// negative figures are read. See [ReadViva] for the rest.
func ReadMapped(r io.Reader, m Mapping, spec ImportSpec) (*Panel, ImportReport, error) {
	if fs := m.Check(); fs.Blocked() {
		return nil, ImportReport{}, fmt.Errorf("signal: the mapping cannot be used: %w", fs.Err())
	}
	need := needOwners
	if m.Person != "" {
		need = needPeople
	}
	if err := need(spec); err != nil {
		return nil, ImportReport{}, err
	}
	if m.WholeFile && len(spec.Owners) != 1 {
		return nil, ImportReport{}, errors.New("signal: the whole file belongs to one leader; want one entry in ImportSpec.Owners")
	}
	var makes []string
	for _, x := range m.Metrics {
		makes = append(makes, x.Name)
	}
	if len(spec.Metrics) == 0 {
		spec.Metrics = makes
	}
	if spec.Dates == AutoDates {
		spec.Dates = m.Layout
	}
	spec.PeriodDays, spec.Attributes = 0, nil
	spec.WeekStart, _ = weekdayNamed(m.WeekStart)
	t, err := newTally(r, spec, makes)
	if err != nil {
		return nil, ImportReport{}, err
	}
	t.events = true
	c, err := t.mappedColumns(m)
	if err != nil {
		return nil, ImportReport{}, err
	}
	var figures []madeFigure
	for _, x := range m.Metrics {
		if !slices.Contains(t.spec.Metrics, x.Name) {
			continue
		}
		f, err := t.mappedFigure(x)
		if err != nil {
			return nil, ImportReport{}, err
		}
		figures = append(figures, f)
	}
	for {
		more, err := t.file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return t.finish(m.periodOf(t), figures)
		}
		subject, ok, err := t.whose(m, c.whose)
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !ok {
			continue
		}
		d, err := t.dates.add(t.file, c.date)
		if err != nil {
			return nil, ImportReport{}, err
		}
		key := ""
		if c.key >= 0 {
			if key, err = t.key(c.key, "the row's key"); err != nil {
				return nil, ImportReport{}, err
			}
		}
		if err := t.add(subject, d, key); err != nil {
			return nil, ImportReport{}, err
		}
	}
}

// mappedColumns are the places of the columns that are not figures; -1 is none.
type mappedColumns struct{ whose, date, key int }

func (t *tally) mappedColumns(m Mapping) (c mappedColumns, err error) {
	c = mappedColumns{-1, -1, -1}
	for _, part := range []struct {
		name string
		to   *int
	}{{m.Person, &c.whose}, {m.Owner, &c.whose}, {m.Date, &c.date}, {m.Key, &c.key}} {
		if part.name != "" {
			if *part.to, err = t.column(part.name); err != nil {
				return c, err
			}
		}
	}
	if c.key >= 0 {
		t.once = oncePerFile
	}
	for _, a := range m.Attributes {
		place, err := t.column(a.Column)
		if err != nil {
			return c, err
		}
		if place == c.whose {
			return c, t.file.errorf(1, place+1, "%q is the column of the person; it is read as a pseudonym only", clip(a.Column))
		}
		t.labels = append(t.labels, tallyLabel{name: a.Name, place: place, people: a.Person})
	}
	for _, x := range m.Metrics {
		if x.Column == "" {
			continue
		}
		if place := findColumn(t.file.header, x.Column); place >= 0 && place == c.whose {
			return c, t.file.errorf(1, place+1, "%q is the column of the person or the owner; it is no figure", clip(x.Column))
		}
	}
	return c, nil
}

// whose returns whose the current row is; false when nobody's.
func (t *tally) whose(m Mapping, column int) (int32, bool, error) {
	switch {
	case m.Person != "":
		return t.person(column)
	case m.Owner != "":
		leader, ok := t.owner(t.file.record[column])
		return leader, ok, nil
	}
	for label, leader := range t.spec.Owners {
		t.met[label] = true
		return t.subject(leader), true, nil
	}
	return 0, false, nil
}

// mappedFigure adds the metric's column as an input of its own.
func (t *tally) mappedFigure(x MappedMetric) (madeFigure, error) {
	f := madeFigure{name: x.Name}
	if x.Column != "" {
		place, err := t.column(x.Column)
		if err != nil {
			return f, err
		}
		want := ""
		if len(x.Words) > 0 {
			want = "one of the mapping's words"
		}
		t.inputs = append(t.inputs, tallyInput{
			place: place, signed: true, want: want, read: x.reader(), column: ColumnReport{Found: t.file.header[place]}, distinct: map[string]bool{},
		})
		f.input = len(t.inputs)
	}
	switch x.Combine {
	case combineSum:
		f.from = sumOf(f.input)
		if x.Column == "" {
			scale := x.scale()
			f.from = func(rows []tallyRow) float64 { return scaled(sumOf(0)(rows), scale) }
		}
	case combineMean:
		f.from = func(rows []tallyRow) float64 {
			known := knownOf(rows, f.input)
			if len(known) < MinGroup {
				t.small++
				return math.NaN()
			}
			mean, _ := meanVariance(known)
			return mean
		}
	default:
		t.once = oncePerPeriod
		f.from = sumOf(f.input) // of one row
	}
	return f, nil
}

// reader returns how a cell becomes a figure.
func (x MappedMetric) reader() func(string) (float64, bool) {
	scale := x.scale()
	words := map[string]float64{}
	for _, w := range x.Words {
		value, _ := exactDecimal(w.Value)
		if scale != nil {
			value.Mul(value, scale)
		}
		words[w.Text], _ = value.Float64()
	}
	return func(text string) (float64, bool) {
		if len(words) > 0 {
			v, ok := words[text]
			return v, ok
		}
		v, ok := decimalNumber(text)
		if !ok {
			return 0, false
		}
		v = scaled(v, scale)
		return v, !math.IsInf(v, 0)
	}
}

// scale returns what a figure is multiplied by; nil for one.
func (x MappedMetric) scale() *big.Rat {
	if x.Multiply == "" && x.Divide == "" {
		return nil
	}
	scale := big.NewRat(1, 1)
	if by, ok := exactDecimal(x.Multiply); ok {
		scale.Mul(scale, by)
	}
	if by, ok := exactDecimal(x.Divide); ok && by.Sign() != 0 {
		scale.Quo(scale, by)
	}
	return scale
}

// scaled multiplies exactly and rounds once.
func scaled(v float64, scale *big.Rat) float64 {
	exact := new(big.Rat)
	if scale == nil || exact.SetFloat64(v) == nil {
		return v
	}
	v, _ = exact.Mul(exact, scale).Float64()
	return v
}

// periodOf returns the period that holds a date, by the mapping's cadence.
func (m Mapping) periodOf(t *tally) func(coaching.Date) Period {
	switch m.Cadence {
	case Daily:
		return func(d coaching.Date) Period { return Period{Start: d, Days: 1} }
	case Fortnightly:
		return func(d coaching.Date) Period { return Period{Start: d, Days: 14} }
	case Monthly:
		return func(d coaching.Date) Period { return monthsFrom(d.AddDays(1-d.Day()), 1) }
	case Quarterly:
		return func(d coaching.Date) Period {
			return monthsFrom(d.AddDays(1-d.Day()).AddMonths(-(int(d.Month())-1)%3), 3)
		}
	}
	return t.weeks
}

// monthsFrom returns the period of n months that begins on the first of one.
func monthsFrom(first coaching.Date, n int) Period {
	return Period{Start: first, Days: first.DaysUntil(first.AddMonths(n))}
}
