package fairness

import (
	"fmt"
	"math"
)

// A Coded is people in columns of equal length, with levels as codes: the fast
// way into a table.
type Coded struct {
	Levels  []CodedColumn // one for each attribute of the spec, in its order
	Factors []CodedColumn // one for each feature with levels, or nil when nothing is known
	Flagged []uint8       // 1 for a flagged person, 0 for the others
	Labels  []Label       // nil when nobody's is known
	Scores  []float64     // NaN means not known; nil when nobody's is
	Values  [][]float64   // a column for each numeric feature, NaN means not known; or nil
}

// A CodedColumn is the level of each person as an index into Names. The empty
// name and the spec's unknown level mean not known. Codes are in Bytes or in
// Words, not in both. Names that nobody has are ignored.
type CodedColumn struct {
	Names []string
	Bytes []uint8
	Words []uint16
}

func (c *CodedColumn) len() int { return len(c.Bytes) + len(c.Words) }

func (c *CodedColumn) code(row int) int {
	if c.Words != nil {
		return int(c.Words[row])
	}
	return int(c.Bytes[row])
}

// AddCoded counts people in columns. It keeps nothing of c and changes nothing
// in it. A code outside the names, or anything that Add refuses, is an error
// that names the column and the first row, from 0; the table is then as it was.
//
// It runs on one core. To use more, count each part of the rows in a table of
// its own and merge them.
func (t *Table) AddCoded(c Coded) error {
	if t.cells == nil {
		return fmt.Errorf("fairness: the zero Table accepts nothing; want one from NewTable")
	}
	columns, err := t.codedColumns(&c)
	if err != nil {
		return err
	}
	if int64(len(c.Flagged)) > maxCount-t.total {
		return fmt.Errorf("fairness: the table would count more than %d people", int64(maxCount))
	}
	counts, err := t.countCodes(columns, &c)
	if err != nil {
		return err
	}
	part := t.empty()
	if err := part.addNamed(columns, counts, &c); err != nil {
		return err
	}
	if err := part.addNumbers(columns, &c); err != nil {
		return err
	}
	return t.Merge(part)
}

// codedColumns returns the columns of the table, factors that are not known as
// columns without rows, or what is wrong with the shape of c.
func (t *Table) codedColumns(c *Coded) ([]*CodedColumn, error) {
	n, attributes := len(c.Flagged), len(t.spec.Attributes)
	factors := len(t.columns) - attributes
	switch {
	case len(c.Levels) != attributes:
		return nil, fmt.Errorf("fairness: %d columns of levels, want one for each of the %d attributes", len(c.Levels), attributes)
	case c.Factors != nil && len(c.Factors) != factors:
		return nil, fmt.Errorf("fairness: %d columns of factors, want one for each of the %d features with levels", len(c.Factors), factors)
	case c.Values != nil && len(c.Values) != len(t.numeric):
		return nil, fmt.Errorf("fairness: %d columns of values, want one for each of the %d numeric features", len(c.Values), len(t.numeric))
	case c.Labels != nil && len(c.Labels) != n:
		return nil, fmt.Errorf("fairness: %d labels, want one for each of the %d flags", len(c.Labels), n)
	case c.Scores != nil && t.scores == nil:
		return nil, fmt.Errorf("fairness: scores, and the spec declares none")
	case c.Scores != nil && len(c.Scores) != n:
		return nil, fmt.Errorf("fairness: %d scores, want one for each of the %d flags", len(c.Scores), n)
	}
	for i, values := range c.Values {
		if len(values) != n {
			return nil, fmt.Errorf("fairness: %s has %d values, want one for each of the %d flags", t.spec.Features[t.numeric[i]].Name, len(values), n)
		}
	}
	columns := make([]*CodedColumn, len(t.columns))
	for i := range columns {
		switch {
		case i < attributes:
			columns[i] = &c.Levels[i]
		case c.Factors != nil:
			columns[i] = &c.Factors[i-attributes]
		default:
			columns[i] = &CodedColumn{}
			continue
		}
		switch col := columns[i]; {
		case col.Bytes != nil && col.Words != nil:
			return nil, fmt.Errorf("fairness: %s has codes in bytes and in words, want one of them", t.columns[i].name)
		case col.len() != n:
			return nil, fmt.Errorf("fairness: %s has %d codes, want one for each of the %d flags", t.columns[i].name, col.len(), n)
		}
	}
	return columns, nil
}

// countCodes counts the rows by their codes as given, in an array with a place
// for each combination where that is not too large.
func (t *Table) countCodes(columns []*CodedColumn, c *Coded) (*cellCounts, error) {
	out := newCellCounts(len(columns))
	codes := make([]uint16, len(columns))
	var d dense
	d.digits = append(d.digits, digit{bytes: c.Flagged, width: 2})
	if c.Labels != nil {
		d.digits = append(d.digits, digit{labels: c.Labels, width: int(Positive) + 1})
	}
	first := len(d.digits)
	var known []int // the columns that have rows
	for i, column := range columns {
		if column.len() > 0 {
			known = append(known, i)
			d.digits = append(d.digits, digit{bytes: column.Bytes, words: column.Words, width: len(column.Names)})
		}
	}
	if d.fits() {
		if !d.count(len(c.Flagged)) {
			return nil, t.outside(columns, c)
		}
		d.each(func(at []int, n int64) {
			for i, column := range known {
				codes[column] = uint16(at[first+i])
			}
			label := 0
			if c.Labels != nil {
				label = at[1]
			}
			out.at(codes)[2*label+at[0]] += n
		})
		return out, nil
	}
	if err := t.outside(columns, c); err != nil {
		return nil, err
	}
	for row, flagged := range c.Flagged {
		for _, column := range known {
			codes[column] = uint16(columns[column].code(row))
		}
		label := Unlabelled
		if c.Labels != nil {
			label = c.Labels[row]
		}
		out.at(codes)[2*uint8(label)+flagged]++
		if out.n > t.spec.MaxCells {
			return nil, t.tooManyCells()
		}
	}
	return out, nil
}

// outside returns the error of the first row that holds a code outside its
// names, a flag or a label that is none, and nil when there is no such row.
func (t *Table) outside(columns []*CodedColumn, c *Coded) error {
	for row, flagged := range c.Flagged {
		if flagged > 1 {
			return fmt.Errorf("fairness: row %d: flag %d, want 0 or 1", row, flagged)
		}
		if c.Labels != nil && c.Labels[row] > Positive {
			return fmt.Errorf("fairness: row %d: label %d, want unlabelled, negative or positive", row, c.Labels[row])
		}
		for i, column := range columns {
			if column.len() > 0 && column.code(row) >= len(column.Names) {
				return fmt.Errorf("fairness: row %d: %s has the code %d, want one below %d, the number of its names", row, t.columns[i].name, column.code(row), len(column.Names))
			}
		}
	}
	return nil
}

// addNamed adds the counts to an empty table, with codes as the columns name them.
func (t *Table) addNamed(columns []*CodedColumn, counts *cellCounts, c *Coded) error {
	if err := t.refused(columns, counts, c); err != nil {
		return err
	}
	attributes := len(t.spec.Attributes)
	levels := make([]string, len(columns))
	for row, n := range counts.all() {
		for i, column := range columns {
			levels[i] = ""
			if column.len() > 0 {
				levels[i] = column.Names[row[i]]
			}
		}
		for label := Unlabelled; label <= Positive; label++ {
			flagged, total := n[2*label+1], n[2*label]+n[2*label+1]
			if err := t.AddCount(Count{Levels: levels[:attributes], Factors: levels[attributes:], Label: label, Flagged: flagged, Total: total}); err != nil {
				return err
			}
		}
	}
	return nil
}

// refused returns the error of the first row with a name that cannot be a level,
// and nil when there is none.
func (t *Table) refused(columns []*CodedColumn, counts *cellCounts, c *Coded) error {
	type place struct{ column, code int }
	bad := map[place]error{}
	for codes := range counts.all() {
		for i, column := range columns {
			if column.len() == 0 {
				continue
			}
			name := column.Names[codes[i]]
			if _, known := t.columns[i].codes[name]; known || name == "" || name == t.spec.Unknown {
				continue
			}
			if err := t.columns[i].admits(name); err != nil {
				bad[place{i, int(codes[i])}] = err
			}
		}
	}
	if len(bad) == 0 {
		return nil
	}
	for row := range c.Flagged {
		for i, column := range columns {
			if column.len() == 0 {
				continue
			}
			if err, ok := bad[place{i, column.code(row)}]; ok {
				return fmt.Errorf("fairness: row %d: %w", row, err)
			}
		}
	}
	return nil
}

// addNumbers adds the scores and the values of numeric features to a table that
// has counted the rows.
func (t *Table) addNumbers(columns []*CodedColumn, c *Coded) error {
	if c.Scores == nil && len(c.Values) == 0 {
		return nil
	}
	attributes := len(t.spec.Attributes)
	ours := make([][]uint16, attributes) // by code of c
	for i := range ours {
		ours[i] = make([]uint16, len(columns[i].Names))
		for code, name := range columns[i].Names {
			ours[i][code] = t.columns[i].codes[name] // 0 for unknown, and for what nobody has
		}
	}
	codes, values, label := make([]uint16, attributes), make([]float64, len(c.Values)), Unlabelled
	for row := range c.Flagged {
		for i := range codes {
			codes[i] = ours[i][columns[i].code(row)]
		}
		if c.Labels != nil {
			label = c.Labels[row]
		}
		if c.Scores != nil {
			score := c.Scores[row]
			if err := checkScore(score); err != nil {
				return fmt.Errorf("fairness: row %d: %w", row, err)
			}
			if !math.IsNaN(score) {
				t.scores.add(codes, label, score, 1)
			}
		}
		for i := range values {
			values[i] = c.Values[i][row]
		}
		if err := t.checkValues(values); err != nil {
			return fmt.Errorf("fairness: row %d: %w", row, err)
		}
		t.addValues(codes, values)
	}
	return nil
}
