package signal

import "cmp"

// maxHidden bounds the work of suppression: a table with more hidden cells is
// not released.
const maxHidden = 2000

// A disclosure problem: how many people each cell of a table holds, and what is
// known of the cells besides.
type cells struct {
	shape
	n      []int
	hidden []bool
	// known marks what readers have from an earlier release: hiding it again
	// hides nothing.
	known []bool
}

// suppress marks the cells that must not be shown: those of fewer than k people;
// then, line by line, the next smallest (ties by position) while the hidden cells
// of a line are a single one or fewer than k people together; and then whatever
// more it takes so that neither the size of a hidden cell nor a figure of fewer
// than k people follows from what is shown. Cells marked on entry stay hidden.
// It answers false when the table is too large to be sure of.
func (c *cells) suppress(k int) bool {
	for i, n := range c.n {
		c.hidden[i] = c.hidden[i] || n > 0 && n < k
	}
	for again := true; again; {
		again = false
		for i := range c.rows {
			again = c.complete(k, c.line(i, 0, 0, 1, c.columns)) || again
		}
		for j := range c.columns {
			again = c.complete(k, c.line(0, j, 1, 0, c.rows)) || again
		}
	}
	if grand := c.at(c.rows, c.columns); !c.hidden[grand] {
		c.complete(k, c.line(0, c.columns, 1, 0, c.rows))
		c.complete(k, c.line(c.rows, 0, 0, 1, c.columns))
	}
	for {
		w := newNetwork(c.nodes(), c.arcs())
		if len(w.arcs) > maxHidden {
			return false
		}
		e := w.exposed(k)
		if e < 0 {
			return true
		}
		next := c.next(func(cell int) bool {
			a := c.arc(cell, 0, 0)
			return a.from == w.arcs[e].from || a.to == w.arcs[e].from || a.from == w.arcs[e].to || a.to == w.arcs[e].to
		})
		if next < 0 {
			next = c.next(func(int) bool { return true })
		}
		if next < 0 { // everything else is known from before: show nothing
			for i := range c.hidden {
				c.hidden[i] = true
			}
			return true
		}
		c.hidden[next] = true
	}
}

// line returns the cells of a line, from (i, j) on.
func (c *cells) line(i, j, down, right, length int) []int {
	line := make([]int, length)
	for at := range line {
		line[at] = c.at(i+at*down, j+at*right)
	}
	return line
}

// complete hides more of a line whose hidden cells would be given away by its
// total, and reports whether it did.
func (c *cells) complete(k int, line []int) bool {
	did := false
	for {
		count, people, next := 0, 0, -1
		for _, cell := range line {
			switch {
			case c.known[cell] || c.n[cell] == 0:
			case c.hidden[cell]:
				count++
				people += c.n[cell]
			case next < 0 || c.n[cell] < c.n[next]:
				next = cell
			}
		}
		if count == 0 || count >= 2 && people >= k || next < 0 {
			return did
		}
		c.hidden[next] = true
		did = true
	}
}

// next returns the smallest cell that is shown and could be hidden, cells before
// totals; -1 for none.
func (c *cells) next(may func(int) bool) int {
	best := -1
	for cell, n := range c.n {
		if c.hidden[cell] || c.known[cell] || n == 0 || !may(cell) {
			continue
		}
		if best < 0 || c.total(best) && !c.total(cell) || c.total(best) == c.total(cell) && cmp.Less(n, c.n[best]) {
			best = cell
		}
	}
	return best
}

// arcs returns what a reader does not know.
func (c *cells) arcs() []arc {
	var arcs []arc
	for cell, n := range c.n {
		if c.hidden[cell] && !c.known[cell] && n > 0 {
			arcs = append(arcs, c.arc(cell, n, 1))
		}
	}
	return arcs
}

// exposed returns the first hidden cell whose size follows from what is shown, or
// that is part of a sum of fewer than k people that does; -1 when there is none.
func (w network) exposed(k int) int {
	for i := range w.arcs {
		if low, high := w.bounds(i, 1); low == high || w.together(i, k) < k {
			return i
		}
	}
	return -1
}
