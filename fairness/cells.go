package fairness

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

// A tally counts people by label and flag, at 2*label, plus 1 when flagged.
type tally [6]int64

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
	n     int
	// While the codes are few, a row is found in slots, at its codes written one
	// after another with bits for each; then in index.
	bits  []uint8
	slots []int32 // number of the row plus 1
	index map[string]int
}

// maxSlotBits bounds slots: 256 kB of it.
const maxSlotBits = 16

func newCombinations(width int) combinations {
	c := combinations{width: width}
	if width > maxSlotBits {
		c.index = map[string]int{}
		return c
	}
	c.bits = make([]uint8, width)
	for i := range c.bits {
		c.bits[i] = 1
	}
	c.slots = make([]int32, 1<<width)
	return c
}

// slot returns where the row is in slots, and false when a code does not fit.
func (c *combinations) slot(codes []uint16) (int, bool) {
	at := 0
	for i, code := range codes {
		if code>>c.bits[i] != 0 {
			return 0, false
		}
		at = at<<c.bits[i] | int(code)
	}
	return at, true
}

// find returns the number of the row, and false when it was not met.
func (c *combinations) find(codes []uint16) (int, bool) {
	if c.index == nil {
		at, ok := c.slot(codes)
		return int(c.slots[at]) - 1, ok && c.slots[at] > 0
	}
	var buf [2 * maxColumns]byte
	i, ok := c.index[string(rowKey(&buf, codes))]
	return i, ok
}

// number returns the number of the row, a new one when it was not met.
func (c *combinations) number(codes []uint16) int {
	if i, ok := c.find(codes); ok {
		return i
	}
	if c.index == nil {
		c.widen(codes)
	}
	c.codes = append(c.codes, codes...)
	c.n++
	c.place(c.n - 1)
	return c.n - 1
}

// widen makes room for the codes in slots, or goes over to the index.
func (c *combinations) widen(codes []uint16) {
	if _, ok := c.slot(codes); ok {
		return
	}
	sum := 0
	for i, code := range codes {
		c.bits[i] = max(c.bits[i], uint8(bits.Len16(code)))
		sum += int(c.bits[i])
	}
	if sum <= maxSlotBits {
		c.slots = make([]int32, 1<<sum)
	} else {
		c.slots, c.index = nil, make(map[string]int, c.n)
	}
	for i := range c.n {
		c.place(i)
	}
}

// place makes the numbered row one that is found.
func (c *combinations) place(i int) {
	if c.index == nil {
		at, _ := c.slot(c.row(i))
		c.slots[at] = int32(i + 1)
		return
	}
	var buf [2 * maxColumns]byte
	c.index[string(rowKey(&buf, c.row(i)))] = i
}

// rowKey writes a row so that it can be looked up. The buffer holds any.
func rowKey(buf *[2 * maxColumns]byte, codes []uint16) []byte {
	b := buf[:0]
	for _, code := range codes {
		b = binary.BigEndian.AppendUint16(b, code)
	}
	return b
}

func (c *combinations) row(i int) []uint16 { return c.codes[i*c.width : (i+1)*c.width] }

// cellCounts counts people by combination of levels.
type cellCounts struct {
	combinations
	tallies []tally
}

func newCellCounts(width int) *cellCounts { return &cellCounts{combinations: newCombinations(width)} }

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
	out := newCellCounts(len(columns))
	codes := make([]uint16, len(columns))
	for row, n := range c.all() {
		for i, column := range columns {
			codes[i] = row[column]
		}
		out.at(codes).add(n)
	}
	return out
}
