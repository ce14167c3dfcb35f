package fairness

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// An Observation is one person at the moment of the check.
type Observation struct {
	// Person is used to draw the review sample. A table does not keep it.
	Person coaching.PersonID
	// Levels holds one level for each attribute of the spec, in its order. The
	// empty text, or the spec's unknown level, means not known.
	Levels []string
	// Factors holds one level for each feature of the spec that has levels, in
	// its order, and may be nil when nothing is known.
	Factors []string
	// Values holds one number for each numeric feature of the spec, in its
	// order; NaN means not known, and so does nil.
	Values  []float64
	Flagged bool
	Label   Label
	// Score is the number behind the flag, where the spec declares one and
	// HasScore says that it is known. NaN means not known too.
	Score    float64
	HasScore bool
}

// A Count is a number of people who share their levels, for data that is
// already counted.
type Count struct {
	Levels  []string // as in Observation
	Factors []string // as in Observation
	Flagged int64    // how many of them are flagged
	Total   int64    // how many they are
	// Label, and Score where HasScore is set, are those that they all share, as
	// in Observation.
	Label    Label
	Score    float64
	HasScore bool
}

// valueKey is one value of a numeric feature among the people of one level.
type valueKey struct {
	feature, attribute, level uint16
	bits                      uint64
}

// A Table counts people by their levels and flag. It is a commutative monoid:
// tables of one spec merge in any order and grouping, and the result, its bytes
// and its fingerprint are the same as if one table had seen everybody. Counts
// are exact. A Table is not safe for concurrent use; give each shard its own.
//
// The zero Table holds nothing and accepts nothing; make one with NewTable.
type Table struct {
	spec     Spec
	identity []byte             // canonical bytes of spec
	columns  []column           // the attributes, then the features that have levels
	numeric  []int              // indexes of numeric features in spec.Features
	cells    *cellCounts        // by level code for each column
	values   map[valueKey]int64 // numeric values by level of each compared attribute
	scores   *scores            // nil when the spec declares none
	total    int64
	codes    []uint16 // of the people that are being added
}

// column is the dictionary of one attribute or feature. Code 0 is unknown, code
// i is levels[i-1].
type column struct {
	name   string
	levels []string
	codes  map[string]uint16
	closed bool
	recent [16]recentLevel // levels met before, some of them
}

type recentLevel struct {
	level string
	code  uint16
}

// code returns the code of a level in the dictionary, and false when it is not
// there. Most levels are found among the recent ones, without hashing.
func (c *column) code(level string) (uint16, bool) {
	r := &c.recent[(len(level)+int(level[0])+3*int(level[len(level)-1]))%len(c.recent)]
	if r.level == level {
		return r.code, true
	}
	code, ok := c.codes[level]
	if ok {
		*r = recentLevel{c.levels[code-1], code}
	}
	return code, ok
}

// NewTable returns an empty table for the spec, of which it keeps a copy. The
// error names everything that is wrong with the spec.
func NewTable(spec Spec) (*Table, error) {
	s, err := spec.normal()
	if err != nil {
		return nil, err
	}
	t := &Table{spec: s, identity: s.canonical()}
	for i, f := range s.Features {
		if f.Numeric {
			t.numeric = append(t.numeric, i)
		}
	}
	return t.empty(), nil
}

// empty returns an empty table of the same spec.
func (t *Table) empty() *Table {
	out := &Table{spec: t.spec, identity: t.identity, numeric: t.numeric, values: map[valueKey]int64{}}
	add := func(name string, levels []string) {
		c := column{name: name, levels: slices.Clone(levels), codes: map[string]uint16{}, closed: len(levels) > 0}
		for i, level := range levels {
			c.codes[level] = uint16(i + 1)
		}
		out.columns = append(out.columns, c)
	}
	for _, a := range t.spec.Attributes {
		add(a.Name, a.Levels)
	}
	for _, f := range t.spec.Features {
		if !f.Numeric {
			add(f.Name, f.Levels)
		}
	}
	out.cells = newCellCounts(len(out.columns))
	out.codes = make([]uint16, len(out.columns))
	if t.spec.Score != "" {
		out.scores = newScores(len(t.spec.Attributes), t.spec.MaxCells)
	}
	return out
}

// FromCounts returns a table that holds the counts, in any order. Counts of the
// same levels add up.
func FromCounts(spec Spec, counts []Count) (*Table, error) {
	t, err := NewTable(spec)
	if err != nil {
		return nil, err
	}
	for i, c := range counts {
		if err := t.AddCount(c); err != nil {
			return nil, fmt.Errorf("count %d: %w", i, err)
		}
	}
	return t, nil
}

// Spec returns the spec of the table, completed: levels are sorted and families
// filled in. It must not be changed.
func (t *Table) Spec() Spec { return t.spec }

// Total returns the number of people in the table.
func (t *Table) Total() int64 { return t.total }

// Add counts one person. On an error the table is as it was.
func (t *Table) Add(o Observation) error {
	if o.Values != nil && len(o.Values) != len(t.numeric) {
		return fmt.Errorf("fairness: %d values, want one for each of the %d numeric features", len(o.Values), len(t.numeric))
	}
	if err := t.checkValues(o.Values); err != nil {
		return err
	}
	c := Count{Levels: o.Levels, Factors: o.Factors, Total: 1, Label: o.Label, Score: o.Score, HasScore: o.HasScore}
	if o.Flagged {
		c.Flagged = 1
	}
	if err := t.add(&c); err != nil {
		return err
	}
	t.addValues(t.codes, o.Values)
	return nil
}

// checkValues returns why one person's values of the numeric features cannot be
// counted.
func (t *Table) checkValues(values []float64) error {
	for i, v := range values {
		if math.IsInf(v, 0) {
			return fmt.Errorf("fairness: value %d is infinite, want a number or NaN for unknown", i)
		}
	}
	if room := t.spec.MaxCells - len(t.values); room < len(values)*len(t.spec.Attributes) {
		return fmt.Errorf("fairness: the table would hold more than %d numeric values; raise MaxCells or round the values", t.spec.MaxCells)
	}
	return nil
}

// addValues counts one person's values, by the codes of the attributes.
func (t *Table) addValues(codes []uint16, values []float64) {
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		for j, a := range t.spec.Attributes {
			if a.Role != Legitimate {
				t.values[valueKey{uint16(i), uint16(j), codes[j], math.Float64bits(v + 0)}]++ // v + 0: no negative zero
			}
		}
	}
}

// AddCount counts people who share their levels. Numeric features are unknown
// for them. On an error the table is as it was.
func (t *Table) AddCount(c Count) error { return t.add(&c) }

// add counts people, and leaves the codes of their levels in t.codes.
func (t *Table) add(c *Count) error {
	attributes := len(t.spec.Attributes)
	factors := len(t.columns) - attributes
	switch {
	case t.cells == nil:
		return fmt.Errorf("fairness: the zero Table accepts nothing; want one from NewTable")
	case len(c.Levels) != attributes:
		return fmt.Errorf("fairness: %d levels, want one for each of the %d attributes", len(c.Levels), attributes)
	case c.Factors != nil && len(c.Factors) != factors:
		return fmt.Errorf("fairness: %d factors, want one for each of the %d features with levels", len(c.Factors), factors)
	case c.Flagged < 0 || c.Total < c.Flagged:
		return fmt.Errorf("fairness: %d flagged of %d, want 0 <= flagged <= total", c.Flagged, c.Total)
	case c.Total > maxCount-t.total:
		return fmt.Errorf("fairness: the table would count more than %d people", int64(maxCount))
	case c.Label > Positive:
		return fmt.Errorf("fairness: label %d, want unlabelled, negative or positive", c.Label)
	case c.HasScore && t.scores == nil:
		return fmt.Errorf("fairness: a score, and the spec declares none")
	}
	if c.HasScore {
		if err := checkScore(c.Score); err != nil {
			return fmt.Errorf("fairness: %w", err)
		}
	}
	// Everything is checked before a dictionary grows.
	fresh := false
	clear(t.codes)
	for i, level := range c.Levels {
		if err := t.encode(i, level, &fresh); err != nil {
			return err
		}
	}
	for i, level := range c.Factors {
		if err := t.encode(attributes+i, level, &fresh); err != nil {
			return err
		}
	}
	if t.cells.n >= t.spec.MaxCells {
		if _, ok := t.cells.find(t.codes); !ok {
			return t.tooManyCells()
		}
	}
	if c.Total == 0 {
		return nil
	}
	if fresh {
		for i, level := range c.Levels {
			t.columns[i].grow(level, t.codes[i])
		}
		for i, level := range c.Factors {
			t.columns[attributes+i].grow(level, t.codes[attributes+i])
		}
	}
	n := t.cells.at(t.codes)
	n[2*c.Label+1] += c.Flagged
	n[2*c.Label] += c.Total - c.Flagged
	t.total += c.Total
	if c.HasScore && !math.IsNaN(c.Score) {
		t.scores.add(t.codes[:attributes], c.Label, c.Score, c.Total)
	}
	return nil
}

// encode puts the code of a level into t.codes: of one that is not in the
// dictionary, the code that it will have, and fresh is then set.
func (t *Table) encode(i int, level string, fresh *bool) error {
	if level == "" || level == t.spec.Unknown {
		return nil
	}
	col := &t.columns[i]
	code, ok := col.code(level)
	if !ok {
		if err := col.admits(level); err != nil {
			return err
		}
		code, *fresh = uint16(len(col.levels)+1), true
	}
	t.codes[i] = code
	return nil
}

func (t *Table) tooManyCells() error {
	return fmt.Errorf("fairness: the table would hold more than %d combinations of levels; raise MaxCells or use fewer attributes", t.spec.MaxCells)
}

// admits returns an error when a level that is not in the dictionary cannot
// enter it. It does not quote the level.
func (c *column) admits(level string) error {
	if err := checkLevel(level); err != nil {
		return fmt.Errorf("fairness: %s: %w", c.name, err)
	}
	if c.closed {
		return fmt.Errorf("fairness: %s: level of %d bytes is not one of the declared levels %q", c.name, len(level), c.levels)
	}
	if len(c.levels) >= maxLevels {
		return fmt.Errorf("fairness: %s has more than %d levels", c.name, maxLevels)
	}
	return nil
}

// grow enters the level when the code is the next one.
func (c *column) grow(level string, code uint16) {
	if int(code) == len(c.levels)+1 {
		c.levels = append(c.levels, level)
		c.codes[level] = code
	}
}

// Merge adds the other table's counts to t and leaves other as it is. Both must
// have the same spec; levels are matched by name. On an error t is as it was.
func (t *Table) Merge(other *Table) error {
	if t.cells == nil || other == nil || other.cells == nil {
		return fmt.Errorf("fairness: the zero Table merges with nothing; want two from NewTable")
	}
	if !bytes.Equal(t.identity, other.identity) {
		return fmt.Errorf("fairness: tables of different specs do not merge: %s", strings.Join(t.spec.differences(other.spec), ", "))
	}
	if other.total > maxCount-t.total {
		return fmt.Errorf("fairness: the table would count more than %d people", int64(maxCount))
	}
	// First see whether all of it fits, then change t.
	codes := make([][]uint16, len(t.columns))
	fresh := make([][]string, len(t.columns))
	for i := range t.columns {
		col := &t.columns[i]
		codes[i] = make([]uint16, len(other.columns[i].levels)+1)
		for j, level := range other.columns[i].levels {
			code, ok := col.codes[level]
			if !ok {
				fresh[i] = append(fresh[i], level)
				code = uint16(len(col.levels) + len(fresh[i]))
			}
			codes[i][j+1] = code
		}
		if n := len(col.levels) + len(fresh[i]); n > maxLevels {
			return fmt.Errorf("fairness: %s would have %d levels, want at most %d", col.name, n, maxLevels)
		}
	}
	rows, extra := make([]uint16, 0, len(other.cells.codes)), 0
	for row := range other.cells.all() {
		for i, code := range row {
			rows = append(rows, codes[i][code])
		}
		if _, ok := t.cells.find(rows[len(rows)-len(row):]); !ok {
			extra++
		}
	}
	values := make(map[valueKey]int64, len(other.values))
	extraValues := 0
	for k, n := range other.values {
		k.level = codes[k.attribute][k.level]
		values[k] = n
		if _, ok := t.values[k]; !ok {
			extraValues++
		}
	}
	if t.cells.n+extra > t.spec.MaxCells || len(t.values)+extraValues > t.spec.MaxCells {
		return fmt.Errorf("fairness: the merged table would hold more than %d combinations of levels or numeric values", t.spec.MaxCells)
	}
	for i, levels := range fresh {
		for _, level := range levels {
			t.columns[i].grow(level, uint16(len(t.columns[i].levels)+1))
		}
	}
	for _, n := range other.cells.all() {
		t.cells.at(rows[:len(t.columns)]).add(n)
		rows = rows[len(t.columns):]
	}
	for k, n := range values {
		t.values[k] += n
	}
	if t.scores != nil {
		t.scores.merge(other.scores, codes)
	}
	t.total += other.total
	return nil
}

// A GroupCount is the people of one group.
type GroupCount struct {
	Levels []string // one for each name asked for, in that order
	Confusion
}

// GroupBy counts people by the named attributes or features with levels. Groups
// come in the order of their levels; people of whom one of those levels is not
// known are in unknown. By one name, the declared levels are there even when
// empty; by several, combinations that nobody has are not. By no name there is
// one group. A name that the spec has not, or has twice here, is an error.
func (t *Table) GroupBy(names ...string) (groups []GroupCount, unknown Confusion, err error) {
	columns, err := t.attributes(names)
	if err != nil {
		return nil, Confusion{}, err
	}
	marginal := t.cells.marginal(columns)
	for row, n := range marginal.all() {
		if slices.Contains(row, 0) {
			unknown = unknown.Plus(n.confusion())
		}
	}
	return t.known(marginal, columns), unknown, nil
}

// attributes returns the columns of the names.
func (t *Table) attributes(names []string) ([]int, error) {
	if t.cells == nil {
		return nil, fmt.Errorf("fairness: the zero Table holds nothing; want one from NewTable")
	}
	columns := make([]int, len(names))
	for i, name := range names {
		columns[i] = t.columnOf(name)
		if columns[i] < 0 || slices.Contains(columns[:i], columns[i]) {
			return nil, fmt.Errorf("fairness: name %d is repeated, or is not an attribute or feature with levels of this spec", i)
		}
	}
	return columns, nil
}

// known returns the groups of known levels in a margin, in the order of their
// levels.
func (t *Table) known(marginal *cellCounts, columns []int) []GroupCount {
	if len(columns) == 1 {
		for i := range t.columns[columns[0]].levels {
			marginal.at([]uint16{uint16(i + 1)})
		}
	}
	var groups []GroupCount
	for row, n := range marginal.all() {
		if slices.Contains(row, 0) {
			continue
		}
		g := GroupCount{Levels: make([]string, len(columns)), Confusion: n.confusion()}
		for i, c := range columns {
			g.Levels[i] = t.columns[c].text(row[i])
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b GroupCount) int { return slices.Compare(a.Levels, b.Levels) })
	return groups
}
