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
	// One of them, where the spec declares a score.
	Scores  []storedScore   `json:"scores,omitzero"`
	Moments []storedMoments `json:"moments,omitzero"`
}

type storedCell struct {
	Levels []string `json:"levels"` // attributes, then features with levels; "" is unknown
	Confusion
}

type storedValue struct {
	Feature   int     `json:"feature"`   // index among the numeric features
	Attribute int     `json:"attribute"` // index among the attributes
	Level     string  `json:"level"`
	Value     float64 `json:"value"`
	Count     int64   `json:"count"`
}

type storedScore struct {
	Levels []string `json:"levels"` // attributes
	Label  Label    `json:"label"`
	Score  float64  `json:"score"`
	Count  int64    `json:"count"`
}

type storedMoments struct {
	Levels  []string `json:"levels"` // attributes
	Label   Label    `json:"label"`
	Count   int64    `json:"count"`
	Sum     string   `json:"sum"` // exact: hexadecimal integer, "p", power of two
	Squares string   `json:"squares"`
}

func compareScores(a, b storedScore) int {
	return cmp.Or(slices.Compare(a.Levels, b.Levels), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Score, b.Score))
}

func compareMoments(a, b storedMoments) int {
	return cmp.Or(slices.Compare(a.Levels, b.Levels), cmp.Compare(a.Label, b.Label))
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
	s := storedTable{Version: tableVersion, Spec: t.spec, Cells: make([]storedCell, 0, t.cells.n), Values: make([]storedValue, 0, len(t.values))}
	for row, n := range t.cells.all() {
		s.Cells = append(s.Cells, storedCell{t.texts(row), n.confusion()})
	}
	slices.SortFunc(s.Cells, compareCells)
	for k, n := range t.values {
		s.Values = append(s.Values, storedValue{
			Feature: int(k.feature), Attribute: int(k.attribute),
			Level: t.columns[k.attribute].text(k.level), Value: math.Float64frombits(k.bits), Count: n,
		})
	}
	slices.SortFunc(s.Values, compareValues)
	if t.scores != nil && t.scores.moments == nil {
		s.Scores = make([]storedScore, 0, len(t.scores.counts))
		for key, n := range t.scores.counts {
			s.Scores = append(s.Scores, storedScore{t.texts(t.scores.groups.row(key.group)), key.label, math.Float64frombits(key.bits), n})
		}
		slices.SortFunc(s.Scores, compareScores)
	}
	if t.scores != nil && t.scores.moments != nil {
		s.Moments = make([]storedMoments, 0, len(t.scores.moments))
		for key, m := range t.scores.moments {
			s.Moments = append(s.Moments, storedMoments{t.texts(t.scores.groups.row(key.group)), key.label, m.n, m.sum.String(), m.squares.String()})
		}
		slices.SortFunc(s.Moments, compareMoments)
	}
	return json.Marshal(s)
}

// texts returns the levels of the first columns, "" for unknown.
func (t *Table) texts(codes []uint16) []string {
	out := make([]string, len(codes))
	for i, code := range codes {
		out[i] = t.columns[i].text(code)
	}
	return out
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
		if !c.valid() {
			return fmt.Errorf("%w: cell %d has a count below 0 or above %d", ErrTableBytes, i, int64(maxCount))
		}
		n := c.tally()
		for label := Unlabelled; label <= Positive; label++ {
			count := Count{Levels: c.Levels[:attributes], Factors: c.Levels[attributes:], Label: label, Flagged: n[2*label+1], Total: n[2*label] + n[2*label+1]}
			if err := read.AddCount(count); err != nil {
				return fmt.Errorf("%w: cell %d: %w", ErrTableBytes, i, err)
			}
		}
	}
	for i, v := range s.Values {
		if !read.restore(v) {
			return fmt.Errorf("%w: value %d", ErrTableBytes, i)
		}
	}
	if err := read.restoreScores(s); err != nil {
		return fmt.Errorf("%w: %w", ErrTableBytes, err)
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

// restoreScores puts stored scores or moments back.
func (t *Table) restoreScores(s storedTable) error {
	if t.scores == nil || s.Scores != nil && s.Moments != nil {
		if s.Scores != nil || s.Moments != nil {
			return errors.New("scores that the spec does not declare, or their moments twice")
		}
		return nil
	}
	attributes := len(t.spec.Attributes)
	columns := make([]int, attributes)
	for i := range columns {
		columns[i] = i
	}
	room := t.cells.marginal(columns) // how many people can still have a score
	take := func(levels []string, label Label, n int64) ([]uint16, bool) {
		codes := make([]uint16, attributes)
		if len(levels) != attributes || label > Positive || n < 1 {
			return nil, false
		}
		for i, level := range levels {
			codes[i] = t.columns[i].codes[level] // 0 for one that is not there
		}
		if _, ok := room.find(codes); !ok {
			return nil, false
		}
		people := room.at(codes)
		if n > people[2*label]+people[2*label+1] {
			return nil, false
		}
		people[2*label] -= n
		return codes, true
	}
	for i, v := range s.Scores {
		codes, ok := take(v.Levels, v.Label, v.Count)
		if !ok || i >= t.scores.limit {
			return fmt.Errorf("score %d", i)
		}
		t.scores.add(codes, v.Label, v.Score, v.Count)
	}
	if s.Moments == nil {
		return nil
	}
	t.scores.fold()
	for i, v := range s.Moments {
		codes, ok := take(v.Levels, v.Label, v.Count)
		sum, sumOK := parseDyadic(v.Sum)
		squares, squaresOK := parseDyadic(v.Squares)
		if !ok || !sumOK || !squaresOK {
			return fmt.Errorf("moments %d", i)
		}
		t.scores.moments[momentKey{t.scores.groups.number(codes), v.Label}] = moments{v.Count, sum, squares}
	}
	return nil
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
