package fairness

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// tableVersion opens the stored form of a table.
const tableVersion = "coaching.fairness.table/1"

// MaxTableBytes is the longest stored table that UnmarshalBinary reads.
const MaxTableBytes = 256 << 20

// ErrTableBytes reports bytes that are not the canonical form of a table.
var ErrTableBytes = errors.New("fairness: these bytes are not the canonical form of a table")

type storedTable struct {
	Version string        `json:"version"`
	Spec    Spec          `json:"spec"`
	Cells   []storedCell  `json:"cells"`
	Values  []storedValue `json:"values"`
}

type storedCell struct {
	Levels  []string `json:"levels"` // attributes, then features with levels; "" is unknown
	Flagged int64    `json:"flagged"`
	Total   int64    `json:"total"`
}

type storedValue struct {
	Feature   int     `json:"feature"`   // index among the numeric features
	Attribute int     `json:"attribute"` // index among the attributes
	Level     string  `json:"level"`
	Value     float64 `json:"value"`
	Count     int64   `json:"count"`
}

func compareCells(a, b storedCell) int { return slices.Compare(a.Levels, b.Levels) }

func compareValues(a, b storedValue) int {
	return cmp.Or(
		cmp.Compare(a.Feature, b.Feature),
		cmp.Compare(a.Attribute, b.Attribute),
		cmp.Compare(a.Level, b.Level),
		cmp.Compare(a.Value, b.Value),
	)
}

// text returns the level's text, "" for unknown.
func (c *column) text(code uint16) string {
	if code == 0 {
		return ""
	}
	return c.levels[code-1]
}

// MarshalBinary returns the canonical form: JSON with a version, cells sorted by
// the names of their levels. It depends on the spec and the counts alone, not
// on the order or the shards in which people were counted.
func (t *Table) MarshalBinary() ([]byte, error) {
	if t.cells == nil {
		return nil, fmt.Errorf("fairness: the zero Table has no stored form; want one from NewTable")
	}
	s := storedTable{Version: tableVersion, Spec: t.spec, Cells: make([]storedCell, 0, len(t.cells)), Values: make([]storedValue, 0, len(t.values))}
	for key, n := range t.cells {
		cell := storedCell{Levels: make([]string, len(t.columns)), Flagged: n.flagged, Total: n.total}
		for i := range t.columns {
			cell.Levels[i] = t.columns[i].text(codeAt(key, i))
		}
		s.Cells = append(s.Cells, cell)
	}
	slices.SortFunc(s.Cells, compareCells)
	for k, n := range t.values {
		s.Values = append(s.Values, storedValue{
			Feature: int(k.feature), Attribute: int(k.attribute),
			Level: t.columns[k.attribute].text(k.level), Value: math.Float64frombits(k.bits), Count: n,
		})
	}
	slices.SortFunc(s.Values, compareValues)
	return json.Marshal(s)
}

// UnmarshalBinary replaces t with the table that MarshalBinary wrote. Any other
// bytes, a later version included, are [ErrTableBytes], and t stays as it was.
func (t *Table) UnmarshalBinary(data []byte) error {
	if len(data) > MaxTableBytes {
		return fmt.Errorf("%w: %d bytes, want at most %d", ErrTableBytes, len(data), MaxTableBytes)
	}
	if !bytes.HasPrefix(data, []byte(`{"version":"`+tableVersion+`",`)) {
		return fmt.Errorf("%w: want version %s", ErrTableBytes, tableVersion)
	}
	var s storedTable
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%w: %d bytes that are not such JSON", ErrTableBytes, len(data))
	}
	read, err := NewTable(s.Spec)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTableBytes, err)
	}
	attributes := len(read.spec.Attributes)
	for i, c := range s.Cells {
		if len(c.Levels) != len(read.columns) {
			return fmt.Errorf("%w: cell %d has %d levels, want %d", ErrTableBytes, i, len(c.Levels), len(read.columns))
		}
		count := Count{Levels: c.Levels[:attributes], Factors: c.Levels[attributes:], Flagged: c.Flagged, Total: c.Total}
		if err := read.AddCount(count); err != nil {
			return fmt.Errorf("%w: cell %d: %w", ErrTableBytes, i, err)
		}
	}
	for i, v := range s.Values {
		if !read.restore(v) {
			return fmt.Errorf("%w: value %d", ErrTableBytes, i)
		}
	}
	// One form only: what is not written back byte for byte was not ours.
	again, err := read.MarshalBinary()
	if err != nil || !bytes.Equal(again, data) {
		return ErrTableBytes
	}
	*t = *read
	return nil
}

// restore puts a stored numeric value back, and reports whether it fits.
func (t *Table) restore(v storedValue) bool {
	if v.Feature < 0 || v.Feature >= len(t.numeric) || v.Attribute < 0 || v.Attribute >= len(t.spec.Attributes) ||
		v.Count < 1 || v.Count > t.total || len(t.values) >= t.spec.MaxCells || t.spec.Attributes[v.Attribute].Role == Legitimate {
		return false
	}
	code := t.columns[v.Attribute].codes[v.Level]
	if code == 0 && v.Level != "" {
		return false
	}
	t.values[valueKey{uint16(v.Feature), uint16(v.Attribute), code, math.Float64bits(v.Value)}] = v.Count
	return true
}

// Fingerprint returns the SHA-256 of the canonical form. Reports, memos and
// audit records quote it.
func (t *Table) Fingerprint() [32]byte {
	b, err := t.MarshalBinary()
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(b)
}
