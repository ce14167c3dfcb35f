package fairness

import (
	"encoding/binary"
	"iter"
)

// A tally counts people by label and flag, at 2*label, plus 1 when flagged.
type tally [6]int64

// tallyOf returns a tally of people of one label.
func tallyOf(label Label, flagged, total int64) (n tally) {
	n[2*label], n[2*label+1] = total-flagged, flagged
	return n
}

func (n *tally) flagged() int64 { return n[1] + n[3] + n[5] }
func (n *tally) total() int64   { return n[0] + n[1] + n[2] + n[3] + n[4] + n[5] }

func (n *tally) add(m *tally) {
	for i := range n {
		n[i] += m[i]
	}
}

func (n *tally) confusion() Confusion {
	return Confusion{TP: n[5], FP: n[3], FN: n[4], TN: n[2], FlaggedUnlabelled: n[1], UnflaggedUnlabelled: n[0]}
}

func (c Confusion) tally() tally {
	return tally{c.UnflaggedUnlabelled, c.FlaggedUnlabelled, c.TN, c.FP, c.FN, c.TP}
}

// combinations numbers rows of level codes in the order in which it meets them.
type combinations struct {
	width int      // codes in a row
	codes []uint16 // the rows, one after another
	index map[string]int
	n     int
}

func newCombinations(width int) combinations {
	return combinations{width: width, index: map[string]int{}}
}

// key writes codes so that they can be looked up. The buffer holds any row.
func (c *combinations) key(buf *[2 * maxColumns]byte, codes []uint16) []byte {
	b := buf[:0]
	for _, code := range codes {
		b = binary.BigEndian.AppendUint16(b, code)
	}
	return b
}

// find returns the number of the row, and false when it was not met.
func (c *combinations) find(codes []uint16) (int, bool) {
	var buf [2 * maxColumns]byte
	i, ok := c.index[string(c.key(&buf, codes))]
	return i, ok
}

// number returns the number of the row, a new one when it was not met.
func (c *combinations) number(codes []uint16) int {
	var buf [2 * maxColumns]byte
	key := c.key(&buf, codes)
	i, ok := c.index[string(key)]
	if !ok {
		i = c.n
		c.index[string(key)] = i
		c.codes = append(c.codes, codes...)
		c.n++
	}
	return i
}

func (c *combinations) row(i int) []uint16 { return c.codes[i*c.width : (i+1)*c.width] }

// cellCounts counts people by combination of levels.
type cellCounts struct {
	combinations
	tallies []tally
}

func newCells(width int) *cellCounts { return &cellCounts{combinations: newCombinations(width)} }

// at returns the tally of the combination, for as long as no other is new.
func (c *cellCounts) at(codes []uint16) *tally {
	i := c.number(codes)
	if i == len(c.tallies) {
		c.tallies = append(c.tallies, tally{})
	}
	return &c.tallies[i]
}

// all yields each combination with its people, in no stated order: nothing that
// is returned may depend on it. Both are the cells' own.
func (c *cellCounts) all() iter.Seq2[[]uint16, *tally] {
	return func(yield func([]uint16, *tally) bool) {
		for i := range c.tallies {
			if !yield(c.row(i), &c.tallies[i]) {
				return
			}
		}
	}
}

// marginal counts people by some of the columns.
func (c *cellCounts) marginal(columns []int) *cellCounts {
	out := newCells(len(columns))
	codes := make([]uint16, len(columns))
	for row, n := range c.all() {
		for i, column := range columns {
			codes[i] = row[column]
		}
		out.at(codes).add(n)
	}
	return out
}
