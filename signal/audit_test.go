package signal

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// released makes a release of one table, for people alone.
func released(c *cells, k int) *Release {
	r := &Release{shape: c.shape, signal: SignalRef{ID: "x"}, by: []string{"a", "b"}, k: k}
	if c.columns == 0 {
		r.by = r.by[:1]
	}
	for i := range r.rows {
		r.labels[0] = append(r.labels[0], fmt.Sprintf("r%03d", i))
	}
	for j := range r.columns {
		r.labels[1] = append(r.labels[1], fmt.Sprintf("c%03d", j))
	}
	t := groupTable{cells: make([]Cell, c.size())}
	for i, n := range c.n {
		switch {
		case c.hidden[i]:
			t.cells[i] = Cell{Status: Suppressed, Reason: reasonHidden}
		case n == 0:
			t.cells[i] = Cell{Reason: reasonNobody}
		default:
			t.cells[i] = Cell{Status: OK, N: n}
		}
	}
	r.tables = []groupTable{t}
	return r
}

// randomTable draws a table by one attribute or two, with many small cells.
func randomTable(d *rand.Rand) *cells {
	size := func() int {
		if d.IntN(3) == 0 {
			return 0
		}
		return d.IntN([]int{6, 12, 60}[d.IntN(3)])
	}
	rows, columns := 1+d.IntN(7), d.IntN(7)
	if columns == 0 {
		n := make([]int, rows)
		for i := range n {
			n[i] = size()
		}
		return oneWay(n...)
	}
	n := make([][]int, rows)
	for i := range n {
		n[i] = make([]int, columns)
		for j := range n[i] {
			n[i][j] = size()
		}
	}
	return twoWay(n)
}

// DQ20: of 2,000 random tables, none lets the audit, or exact elimination over
// the rationals, recover a hidden cell.
func TestSuppressedTablesGiveNothingAway(t *testing.T) {
	d := rand.New(rand.NewPCG(20, 1))
	for range 2000 {
		c := randomTable(d)
		k := 3 + d.IntN(4)
		require.True(t, c.suppress(k))
		audit, ok := released(c, k).Audit()
		require.True(t, ok)
		require.Zero(t, audit.Exposed, "%v %v k=%d: %+v", c.n, c.hidden, k, audit.Cells)
		require.Empty(t, eliminate(c), "%v %v", c.n, c.hidden)
		for i, n := range c.n {
			require.False(t, n > 0 && n < k && !c.hidden[i])
		}
	}
}

// What keeps a file from being written and read is what the audit says.
func TestExposesAgreesWithAudit(t *testing.T) {
	d := rand.New(rand.NewPCG(20, 2))
	found := map[bool]int{}
	for range 1000 {
		c := randomTable(d)
		for i, n := range c.n {
			c.hidden[i] = n > 0 && d.IntN(3) > 0
		}
		r := released(c, 3+d.IntN(4))
		audit, ok := r.Audit()
		exposed, sure := r.exposes()
		require.Equal(t, ok, sure)
		require.Equal(t, audit.Exposed > 0, exposed, "%v %v", c.n, c.hidden)
		found[exposed]++
	}
	require.Greater(t, min(found[true], found[false]), 100)
}

// eliminate returns the hidden cells whose size follows from the shown ones, by
// Gauss-Jordan elimination of the lines' equations: written for the test, it
// knows nothing of graphs.
func eliminate(c *cells) []int {
	var hidden []int
	for cell := range c.n {
		if c.hidden[cell] && c.n[cell] > 0 {
			hidden = append(hidden, cell)
		}
	}
	var rows [][]*big.Rat
	equation := func(parts []int, total int) {
		row := make([]*big.Rat, len(hidden))
		for i, cell := range hidden {
			row[i] = new(big.Rat)
			if slices.Contains(parts, cell) {
				row[i].SetInt64(1)
			}
			if cell == total {
				row[i].SetInt64(-1)
			}
		}
		rows = append(rows, row)
	}
	if c.columns > 0 {
		for i := range c.rows + 1 {
			equation(c.line(i, 0, 0, 1, c.columns), c.at(i, c.columns))
		}
	}
	for j := range c.columns + 1 {
		equation(c.line(0, j, 1, 0, c.rows), c.at(c.rows, j))
	}
	at := 0
	for col := range hidden {
		pivot := slices.IndexFunc(rows[at:], func(r []*big.Rat) bool { return r[col].Sign() != 0 })
		if pivot < 0 {
			continue
		}
		rows[at], rows[at+pivot] = rows[at+pivot], rows[at]
		inverse := new(big.Rat).Inv(rows[at][col])
		for i := range hidden {
			rows[at][i] = new(big.Rat).Mul(rows[at][i], inverse)
		}
		for r := range rows {
			if factor := rows[r][col]; r != at && factor.Sign() != 0 {
				for i := range hidden {
					rows[r][i] = new(big.Rat).Sub(rows[r][i], new(big.Rat).Mul(factor, rows[at][i]))
				}
			}
		}
		if at++; at == len(rows) {
			break
		}
	}
	var found []int
	for _, row := range rows[:at] {
		var with []int
		for i, x := range row {
			if x.Sign() != 0 {
				with = append(with, hidden[i])
			}
		}
		if len(with) == 1 {
			found = append(found, with[0])
		}
	}
	return found
}

// everyTable calls visit with each table that agrees with what c shows, as a
// reader who tries them all would: hidden cells hold 1 or more, all together at
// most most people.
func everyTable(c *cells, most int, visit func(n []int)) {
	n := make([]int, c.size())
	var parts []int
	for cell := range c.n {
		if !c.total(cell) {
			parts = append(parts, cell)
		}
	}
	var try func(at, left int)
	try = func(at, left int) {
		if at < len(parts) {
			cell := parts[at]
			if !c.hidden[cell] || c.n[cell] == 0 {
				n[cell] = c.n[cell]
				if n[cell] <= left {
					try(at+1, left-n[cell])
				}
				return
			}
			for x := 1; x <= left; x++ {
				n[cell] = x
				try(at+1, left-x)
			}
			return
		}
		if c.columns > 0 {
			for i := range c.rows {
				n[c.at(i, c.columns)] = 0
				for _, cell := range c.line(i, 0, 0, 1, c.columns) {
					n[c.at(i, c.columns)] += n[cell]
				}
			}
		}
		for j := range c.columns + 1 {
			n[c.at(c.rows, j)] = 0
			for _, cell := range c.line(0, j, 1, 0, c.rows) {
				n[c.at(c.rows, j)] += n[cell]
			}
		}
		for cell := range n {
			if !c.hidden[cell] && n[cell] != c.n[cell] {
				return
			}
		}
		visit(n)
	}
	try(0, most)
}

// smallTable draws a table that can be tried out.
func smallTable(t *rapid.T) *cells {
	rows, columns := rapid.IntRange(1, 3).Draw(t, "rows"), rapid.IntRange(0, 3).Draw(t, "columns")
	cell := rapid.SampledFrom([]int{0, 1, 1, 2, 3, 4})
	if columns == 0 {
		return oneWay(rapid.SliceOfN(cell, rows, rows).Draw(t, "n")...)
	}
	return twoWay(rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), rows, rows).Draw(t, "n"))
}

// The audit's bounds are those of a reader who tries every table, whatever is
// hidden; so the audit finds what is given away when suppression fails.
func TestAuditAgreesWithEveryTable(t *testing.T) {
	exposed := 0
	rapid.Check(t, func(t *rapid.T) {
		c := smallTable(t)
		people := c.n[c.at(c.rows, c.columns)]
		if people > 16 {
			t.Skip("more tables agree with it than can be tried out: another is drawn")
		}
		for cell := range c.n {
			c.hidden[cell] = c.n[cell] > 0 && rapid.Bool().Draw(t, "hidden")
		}
		most := people + 3
		low, high := make([]int, c.size()), make([]int, c.size())
		everyTable(c, most, func(n []int) {
			for cell := range n {
				if low[cell] == 0 || n[cell] < low[cell] {
					low[cell] = n[cell]
				}
				high[cell] = max(high[cell], n[cell])
			}
		})
		r := released(c, 3)
		audit, ok := r.Audit()
		require.True(t, ok)
		for _, h := range audit.Cells {
			cell, ok := r.place(h.Groups)
			require.True(t, ok)
			require.Equal(t, low[cell], h.Least, "%v %v %v", c.n, c.hidden, h)
			if h.Most == 0 {
				// Unbounded: the most grows with the people that are tried.
				require.Greater(t, high[cell], c.n[cell], "%v %v %v", c.n, c.hidden, h)
				continue
			}
			if h.Most <= most && !c.hidden[c.size()-1] {
				require.Equal(t, high[cell], h.Most, "%v %v %v", c.n, c.hidden, h)
			}
			exposed += map[bool]int{true: 1}[h.Exposed]
		}
	})
	require.Positive(t, exposed, "no drawn table gave a cell away")
}

// Together is the smallest sum that is the same in every table, by way of the
// lines: every way to divide the lines in two is tried.
func TestTogetherAgreesWithEveryCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := smallTable(t)
		for cell := range c.n {
			c.hidden[cell] = c.n[cell] > 0 && rapid.Bool().Draw(t, "hidden")
		}
		w := newNetwork(c.nodes(), c.arcs())
		for i := range w.arcs {
			want := unbounded
			for side := range 1 << c.nodes() {
				in := func(v int) bool { return side>>v&1 == 1 }
				if !in(w.arcs[i].from) || in(w.arcs[i].to) {
					continue
				}
				sum := 0
				for _, a := range w.arcs {
					switch {
					case in(a.from) && !in(a.to):
						sum += a.n
					case !in(a.from) && in(a.to):
						sum = unbounded
					}
				}
				want = min(want, sum)
			}
			require.Equal(t, want, min(unbounded, w.together(i, unbounded)))
		}
	})
}

// DQ20: after suppression, no set of hidden cells whose people are fewer than k
// has the same number of people in every table that agrees with what is shown.
func TestNoSmallSumIsTheSameInEveryTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := smallTable(t)
		k := 3
		require.True(t, c.suppress(k))
		var hidden []int
		for cell := range c.n {
			if c.hidden[cell] && !c.total(cell) {
				hidden = append(hidden, cell)
			}
		}
		people := c.n[c.at(c.rows, c.columns)]
		if people > 16 || c.hidden[c.size()-1] {
			t.Skip("more tables agree with it than can be tried out: another is drawn")
		}
		same := make([]int, 1<<len(hidden)) // 1 + the sum, -1 for more than one
		everyTable(c, people, func(n []int) {
			for set := range same {
				sum := 1
				for i, cell := range hidden {
					if set>>i&1 == 1 {
						sum += n[cell]
					}
				}
				if same[set] == 0 {
					same[set] = sum
				}
				if same[set] != sum {
					same[set] = -1
				}
			}
		})
		for set, sum := range same[1:] {
			require.False(t, sum > 0 && sum-1 < k, "%v %v: set %b of %v is %d", c.n, c.hidden, set+1, hidden, sum-1)
		}
	})
}

// Hiding small cells alone gives them away, as the reference attack by linear
// programming counts; completion gives none away.
func TestAuditGolden(t *testing.T) {
	for name, raw := range suppressionCases(t) {
		var want suppressionCase
		var table [][]int
		if json.Unmarshal(raw, &want) != nil || json.Unmarshal(want.Counts, &table) != nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for i, pass := range []struct {
				hidden [][]int
				want   int
			}{{want.Primary, want.AfterPrimary}, {want.Suppressed, want.AfterCompl}} {
				c := twoWay(table)
				cells := 0
				for r, row := range pass.hidden {
					for j, h := range row {
						c.hidden[c.at(r, j)] = h == 1
						cells += h
					}
				}
				// The reference attacker does not know that a hidden cell holds
				// somebody; the audit's does, and so finds as many or more.
				w := newNetwork(c.nodes(), c.arcs())
				require.Len(t, w.arcs, cells)
				exact := 0
				for i := range w.arcs {
					w.arcs[i].low = 0
				}
				for i := range w.arcs {
					if low, high := w.bounds(i, unbounded); low == high {
						exact++
					}
				}
				require.Equal(t, pass.want, exact)
				audit, ok := released(c, 5).Audit()
				require.True(t, ok)
				require.GreaterOrEqual(t, audit.Exposed, exact)
				if i == 1 {
					// What is left follows from totals of fewer than five
					// people, which the reference shows and a release does not.
					require.Equal(t, 3, audit.Exposed, "%+v", audit.Cells)
					require.True(t, c.suppress(5))
					audit, ok = released(c, 5).Audit()
					require.True(t, ok)
					require.Zero(t, audit.Exposed, "%+v", audit.Cells)
				}
			}
		})
	}
}

// Cells that do not add up are no table.
func TestAuditRefusesWhatDoesNotAddUp(t *testing.T) {
	c := oneWay(5, 6, 7)
	r := released(c, 5)
	_, ok := r.Audit()
	require.True(t, ok)
	r.tables[0].cells[0].N = 6
	_, ok = r.Audit()
	require.False(t, ok)
	// Two hidden cells that hold one person together.
	c = oneWay(1, 1, 7)
	c.hidden[0], c.hidden[1] = true, true
	r = released(c, 5)
	r.tables[0].cells[3].N = 8
	_, ok = r.Audit()
	require.False(t, ok)
	// More than can be looked at.
	many := oneWay(slices.Repeat([]int{5}, maxHidden+1)...)
	for i := range many.hidden[:maxHidden+1] {
		many.hidden[i] = true
	}
	_, ok = released(many, 5).Audit()
	require.False(t, ok)
	require.False(t, oneWay(slices.Repeat([]int{4}, maxHidden+1)...).suppress(5))
}
