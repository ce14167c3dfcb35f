package fairness

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

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
}

// A Count is a number of people who share their levels, for data that is
// already counted.
type Count struct {
	Levels  []string // as in Observation
	Factors []string // as in Observation
	Flagged int64    // how many of them are flagged
	Total   int64    // how many they are
}

// tally is how many people a cell holds, and how many of them are flagged.
type tally struct{ flagged, total int64 }

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
	cells    map[string]tally   // by two bytes of level code for each column
	values   map[valueKey]int64 // numeric values by level of each compared attribute
	total    int64
}

// column is the dictionary of one attribute or feature. Code 0 is unknown, code
// i is levels[i-1].
type column struct {
	name   string
	levels []string
	codes  map[string]uint16
	closed bool
}

// NewTable returns an empty table for the spec, of which it keeps a copy. The
// error names everything that is wrong with the spec.
func NewTable(spec Spec) (*Table, error) {
	s, err := spec.normal()
	if err != nil {
		return nil, err
	}
	t := &Table{spec: s, identity: s.canonical(), cells: map[string]tally{}, values: map[valueKey]int64{}}
	add := func(name string, levels []string) {
		c := column{name: name, levels: slices.Clone(levels), codes: map[string]uint16{}, closed: len(levels) > 0}
		for i, level := range levels {
			c.codes[level] = uint16(i + 1)
		}
		t.columns = append(t.columns, c)
	}
	for _, a := range s.Attributes {
		add(a.Name, a.Levels)
	}
	for i, f := range s.Features {
		if f.Numeric {
			t.numeric = append(t.numeric, i)
		} else {
			add(f.Name, f.Levels)
		}
	}
	return t, nil
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
	for i, v := range o.Values {
		if math.IsInf(v, 0) {
			return fmt.Errorf("fairness: value %d is infinite, want a number or NaN for unknown", i)
		}
	}
	c := Count{Levels: o.Levels, Factors: o.Factors, Total: 1}
	if o.Flagged {
		c.Flagged = 1
	}
	if room := t.spec.MaxCells - len(t.values); room < len(o.Values)*len(t.spec.Attributes) {
		return fmt.Errorf("fairness: the table would hold more than %d numeric values; raise MaxCells or round the values", t.spec.MaxCells)
	}
	codes, err := t.add(c)
	if err != nil {
		return err
	}
	for i, v := range o.Values {
		if math.IsNaN(v) {
			continue
		}
		for j, a := range t.spec.Attributes {
			if a.Role != Legitimate {
				t.values[valueKey{uint16(i), uint16(j), codes[j], math.Float64bits(v + 0)}]++ // v + 0: no negative zero
			}
		}
	}
	return nil
}

// AddCount counts people who share their levels. Numeric features are unknown
// for them. On an error the table is as it was.
func (t *Table) AddCount(c Count) error {
	_, err := t.add(c)
	return err
}

func (t *Table) add(c Count) ([]uint16, error) {
	attributes := len(t.spec.Attributes)
	factors := len(t.columns) - attributes
	switch {
	case t.cells == nil:
		return nil, fmt.Errorf("fairness: the zero Table accepts nothing; want one from NewTable")
	case len(c.Levels) != attributes:
		return nil, fmt.Errorf("fairness: %d levels, want one for each of the %d attributes", len(c.Levels), attributes)
	case c.Factors != nil && len(c.Factors) != factors:
		return nil, fmt.Errorf("fairness: %d factors, want one for each of the %d features with levels", len(c.Factors), factors)
	case c.Flagged < 0 || c.Total < c.Flagged:
		return nil, fmt.Errorf("fairness: %d flagged of %d, want 0 <= flagged <= total", c.Flagged, c.Total)
	case c.Total > maxCount-t.total:
		return nil, fmt.Errorf("fairness: the table would count more than %d people", int64(maxCount))
	}
	level := func(i int) string {
		if i < attributes {
			return c.Levels[i]
		}
		if c.Factors == nil {
			return ""
		}
		return c.Factors[i-attributes]
	}
	// Everything is checked before a dictionary grows.
	codes := make([]uint16, len(t.columns))
	for i := range t.columns {
		col, text := &t.columns[i], level(i)
		if text == "" || text == t.spec.Unknown {
			continue
		}
		code, ok := col.codes[text]
		if !ok {
			if err := col.admits(text); err != nil {
				return nil, err
			}
			code = uint16(len(col.levels) + 1)
		}
		codes[i] = code
	}
	key := cellKey(codes)
	old, ok := t.cells[key]
	if !ok && len(t.cells) >= t.spec.MaxCells {
		return nil, fmt.Errorf("fairness: the table would hold more than %d combinations of levels; raise MaxCells or use fewer attributes", t.spec.MaxCells)
	}
	if c.Total == 0 {
		return codes, nil
	}
	for i := range t.columns {
		if int(codes[i]) > len(t.columns[i].levels) {
			t.columns[i].grow(level(i))
		}
	}
	t.cells[key] = tally{old.flagged + c.Flagged, old.total + c.Total}
	t.total += c.Total
	return codes, nil
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

func (c *column) grow(level string) uint16 {
	c.levels = append(c.levels, level)
	code := uint16(len(c.levels))
	c.codes[level] = code
	return code
}

func cellKey(codes []uint16) string {
	b := make([]byte, 0, 2*len(codes))
	for _, c := range codes {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return string(b)
}

func codeAt(key string, column int) uint16 {
	return uint16(key[2*column])<<8 | uint16(key[2*column+1])
}

// Merge adds the other table's counts to t and leaves other as it is. Both must
// have the same spec; levels are matched by name. On an error t is as it was.
func (t *Table) Merge(other *Table) error {
	if t.cells == nil || other == nil || other.cells == nil || !bytes.Equal(t.identity, other.identity) {
		return fmt.Errorf("fairness: tables of different specs do not merge")
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
	cells := make(map[string]tally, len(other.cells))
	buf, extra := make([]uint16, len(t.columns)), 0
	for key, n := range other.cells {
		for i := range buf {
			buf[i] = codes[i][codeAt(key, i)]
		}
		k := cellKey(buf)
		cells[k] = n
		if _, ok := t.cells[k]; !ok {
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
	if len(t.cells)+extra > t.spec.MaxCells || len(t.values)+extraValues > t.spec.MaxCells {
		return fmt.Errorf("fairness: the merged table would hold more than %d combinations of levels or numeric values", t.spec.MaxCells)
	}
	for i, levels := range fresh {
		for _, level := range levels {
			t.columns[i].grow(level)
		}
	}
	for k, n := range cells {
		old := t.cells[k]
		t.cells[k] = tally{old.flagged + n.flagged, old.total + n.total}
	}
	for k, n := range values {
		t.values[k] += n
	}
	t.total += other.total
	return nil
}
