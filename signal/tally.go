package signal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
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
	signed   bool // may be below zero
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
	name  string
	place int
	blank int
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
func (t *tally) optional(names ...string) int {
	for _, name := range names {
		if place := findColumn(t.file.header, name); place >= 0 {
			t.used[place] = true
			return place
		}
	}
	return -1
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
	if !plainIdentifier(text) || strings.ContainsAny(text[:1], "=+-@") || strings.HasPrefix(text, "\uff1d") {
		return 0, false, t.file.errorf(t.file.line, column+1, "the person's identifier begins like a formula, or has spaces around it, or control or invisible characters")
	}
	id, err := t.spec.People.Person(text)
	if err != nil {
		return 0, false, t.file.errorf(t.file.line, column+1, "%v", err)
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
		row.labels = append(row.labels, strings.Clone(text))
	}
	t.rows = append(t.rows, row)
	return nil
}

// figure reads the input's cell of the current row.
func (in *tallyInput) figure(file *csvFile) float64 {
	text := file.record[in.place]
	c := &in.column
	if text == "" || text == "NA" {
		c.Blank++
		return math.NaN()
	}
	if len(in.distinct) < 1000 && !in.distinct[text] {
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
		return nil, t.report, t.file.errorf(1, 0, "no row to read among %d", r.Rows)
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
			if label != "" && len(distinct) < 1000 {
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
		case !same && !disputed[s]:
			disputed[s] = true
			t.report.Conflicts++
		case same:
			t.report.Duplicates++
		}
	}
	t.rows = kept
}

func void(values []float64) {
	for i := range values {
		values[i] = math.NaN()
	}
}

// addFindings turns the counts into findings, sorted.
func (t *tally) addFindings() {
	r := &t.report
	add := func(code string, sev coaching.Severity, path string, line, column int, format string, args ...any) {
		r.Findings = append(r.Findings, coaching.Finding{Code: code, Severity: sev, File: r.File, Path: path, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	}
	if r.NoPerson > 0 {
		add("DQ01", coaching.Warning, "", 0, 0, "%d of %d rows name no person and were not read", r.NoPerson, r.Rows)
	}
	if l := t.leftOut[leftNoOwner]; l != nil {
		add("DQ01", coaching.Warning, "", l.FirstLine, 0, "%d of %d rows have a label that ImportSpec.Owners does not, and were not read; the first is in line %d", l.Rows, r.Rows, l.FirstLine)
	}
	if len(t.met) > 0 {
		for _, label := range slices.Sorted(maps.Keys(t.spec.Owners)) {
			if !t.met[label] {
				add("DQ01", coaching.Warning, "", 0, 0, "no row has the label %q, which ImportSpec.Owners gives to a leader", clip(label))
			}
		}
	}
	if r.Moved > 0 {
		add("DQ03", coaching.Warning, "", 0, 0, "%d of %d rows are dated inside a week and were read as the week that starts on the %s before", r.Moved, r.Rows, t.spec.WeekStart)
	}
	switch {
	case r.Conflicts > 0:
		add("DQ04", coaching.Error, "", 0, 0, "%d rows are given more than once with different contents, and what is made of them is missing", r.Conflicts)
	case r.Duplicates > 0:
		add("DQ04", coaching.Warning, "", 0, 0, "%d rows repeat another one; each was counted once", r.Duplicates)
	}
	for _, in := range t.inputs {
		c := in.column
		if c.Failed > 0 {
			add("DQ07", coaching.Warning, c.Found, c.FirstRow, c.FirstColumn, "%d cells are no plain decimal number and are now missing; the first is in line %d, column %d", c.Failed, c.FirstRow, c.FirstColumn)
		}
		if c.Blank > 0 {
			add("DQ06", coaching.Warning, c.Found, 0, in.place+1, "%d cells are empty, and what needs them is missing", c.Blank)
		}
		if c.Negative > 0 {
			add("DQ08", coaching.Error, c.Found, 0, in.place+1, "%d figures are below zero, where there can be none, and are now missing", c.Negative)
		}
	}
	if l := t.leftOut[leftBackwards]; l != nil {
		add("DQ08", coaching.Error, "", l.FirstLine, 0, "%d of %d rows end before they begin and enter no figure; the first is in line %d", l.Rows, r.Rows, l.FirstLine)
	}
	if t.longer > 0 {
		add("DQ09", coaching.Warning, "", 0, 0, "%d rows have a cycle time longer than the time from creation to end", t.longer)
	}
	if t.short > 0 {
		add("DQ03", coaching.Warning, "", 0, 0, "%d weekly figures have fewer than %d days and are missing", t.short, slackDays)
	}
	if t.small > 0 {
		add("DQ20", coaching.Warning, "", 0, 0, "%d means of fewer than %d rows are missing", t.small, MinGroup)
	}
	r.Findings.Sort()
}

// weeks gathers days by the week that holds them.
func (t *tally) weeks(d coaching.Date) Period {
	return Period{Start: WeekOf(d, t.spec.WeekStart).First(), Days: 7}
}

// runs takes dates as the first days of periods of the spec's length.
func (t *tally) runs(d coaching.Date) Period {
	if t.spec.PeriodDays == 7 {
		return t.weeks(d)
	}
	return Period{Start: d, Days: t.spec.PeriodDays}
}

// sumOf adds an input; a sum with a missing part is missing.
func sumOf(input int) func([]tallyRow) float64 {
	return func(rows []tallyRow) float64 {
		sum := 0.0
		for _, row := range rows {
			sum += row.values[input]
		}
		return sum
	}
}

// knownOf returns what is known of an input, in the order of the rows.
func knownOf(rows []tallyRow, input int) []float64 {
	var known []float64
	for _, row := range rows {
		if v := row.values[input]; !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	return known
}
