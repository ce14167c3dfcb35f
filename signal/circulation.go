package signal

// A table of groups is a circulation: people flow from the grand total through
// the rows' totals, the cells and the columns' totals back to the grand total,
// and at each line what comes in goes out. Cells are arcs between lines; what is
// hidden has an unknown flow of at least low people. Gusfield (1988, A graph
// theoretic approach to statistical data security, SIAM J. Comput. 17) reads
// from this graph what a reader of the table can work out.
type arc struct {
	from, to int
	cell     int // of the table
	n        int // people, in the truth or in any table that agrees with what is shown
	low      int
}

const unbounded = 1 << 40

// nodes returns the number of lines that arc numbers.
func (s shape) nodes() int { return s.rows + s.columns + 2 }

// arc returns the cell as an arc.
func (s shape) arc(cell, n, low int) arc {
	i, j := s.row(cell), s.column(cell)
	rowTotals, columnTotals := s.rows+s.columns, s.rows+s.columns+1
	a := arc{cell: cell, n: n, low: low}
	switch {
	case i == s.rows && j == s.columns:
		a.from, a.to = columnTotals, rowTotals
	case i == s.rows:
		a.from, a.to = s.rows+j, columnTotals
	case s.columns == 0:
		a.from, a.to = rowTotals, columnTotals
	case j == s.columns:
		a.from, a.to = rowTotals, i
	default:
		a.from, a.to = i, s.rows+j
	}
	return a
}

// A network holds the hidden cells of a table. Arcs between the same lines, as
// all are in a table by one attribute, make one pipe.
type network struct {
	arcs  []arc
	pipe  []int    // per arc
	pipes [][2]int // from and to
	touch [][]int  // per line, its pipes
}

func newNetwork(nodes int, arcs []arc) network {
	w := network{arcs: arcs, touch: make([][]int, nodes)}
	at := map[[2]int]int{}
	for _, a := range arcs {
		ends := [2]int{a.from, a.to}
		p, ok := at[ends]
		if !ok {
			p = len(w.pipes)
			at[ends] = p
			w.pipes = append(w.pipes, ends)
			w.touch[a.from] = append(w.touch[a.from], p)
			w.touch[a.to] = append(w.touch[a.to], p)
		}
		w.pipe = append(w.pipe, p)
	}
	return w
}

// room adds up what the pipes take in their direction and against it, by arc.
func (w network) room(takes func(int) (ahead, back int)) (ahead, back []int) {
	ahead, back = make([]int, len(w.pipes)), make([]int, len(w.pipes))
	for i, p := range w.pipe {
		a, b := takes(i)
		ahead[p], back[p] = min(unbounded, ahead[p]+a), min(unbounded, back[p]+b)
	}
	return ahead, back
}

// flow returns how much goes from one line to another at most, limit at most. A
// pipe takes ahead[p] in its direction and back[p] against it; both change.
// Shortest paths first (Edmonds and Karp 1972).
func (w network) flow(from, to, limit int, ahead, back []int) int {
	sent := 0
	for sent < limit {
		path := w.path(func(v int) bool { return v == from }, func(v int) bool { return v == to }, ahead, back)
		if path == nil {
			break
		}
		sent += w.push(path, limit-sent, ahead, back)
	}
	return sent
}

// A step is a pipe taken ahead or back.
type step struct {
	pipe int
	back bool
}

// path returns the steps of a shortest way with room, nil when there is none.
func (w network) path(start, end func(int) bool, ahead, back []int) []step {
	came := make([]int, len(w.touch)) // 1 + step number, 0 for unseen
	var steps []step
	var parent []int
	var queue []int
	for v := range w.touch {
		if start(v) {
			came[v] = -1
			queue = append(queue, v)
		}
	}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, i := range w.touch[v] {
			next, room, against := w.pipes[i][1], ahead[i], false
			if w.pipes[i][0] != v {
				next, room, against = w.pipes[i][0], back[i], true
			}
			if room == 0 || came[next] != 0 {
				continue
			}
			steps = append(steps, step{i, against})
			parent = append(parent, came[v])
			came[next] = len(steps)
			if !end(next) {
				queue = append(queue, next)
				continue
			}
			var way []step
			for s := len(steps); s > 0; s = parent[s-1] {
				way = append(way, steps[s-1])
			}
			return way
		}
	}
	return nil
}

// push sends what the way has room for, most at most.
func (w network) push(way []step, most int, ahead, back []int) int {
	for _, s := range way {
		room := ahead[s.pipe]
		if s.back {
			room = back[s.pipe]
		}
		most = min(most, room)
	}
	for _, s := range way {
		if s.back {
			back[s.pipe] -= most
			ahead[s.pipe] += most
		} else {
			ahead[s.pipe] -= most
			back[s.pipe] += most
		}
	}
	return most
}

// bounds returns the least and most people that hidden cell i can hold, in view
// of everything shown; most is unbounded when nothing bounds it. limit stops the
// search when the two are known to be that far apart.
func (w network) bounds(i, limit int) (low, high int) {
	e := w.arcs[i]
	others := func(j int) (ahead, back int) {
		if j == i {
			return 0, 0
		}
		return unbounded, w.arcs[j].n - w.arcs[j].low
	}
	ahead, back := w.room(others)
	low = e.n - w.flow(e.from, e.to, min(limit, e.n-e.low), ahead, back)
	ahead, back = w.room(others)
	up := w.flow(e.to, e.from, limit, ahead, back)
	if up >= unbounded {
		return low, unbounded
	}
	return low, e.n + up
}

// together returns the fewest people of a set of hidden cells that holds cell i
// and whose sum follows from what is shown; limit when there are as many.
// Such a set is what crosses a cut of the lines in one direction, while nothing
// crosses it in the other, and the smallest is the greatest flow.
func (w network) together(i, limit int) int {
	ahead, back := w.room(func(j int) (ahead, back int) { return w.arcs[j].n, unbounded })
	return w.flow(w.arcs[i].from, w.arcs[i].to, limit, ahead, back)
}

// settle gives each arc a number of people, low or more, so that the lines
// balance: missing[v] is what comes into line v less what goes out, over the
// cells that are shown. It answers false when no numbers do.
func (w network) settle(missing []int) bool {
	for i, a := range w.arcs {
		w.arcs[i].n = a.low
		missing[a.to] += a.low
		missing[a.from] -= a.low
	}
	ahead, back := w.room(func(int) (ahead, back int) { return unbounded, 0 })
	for {
		way := w.path(func(v int) bool { return missing[v] > 0 }, func(v int) bool { return missing[v] < 0 }, ahead, back)
		if way == nil {
			break
		}
		first, last := way[len(way)-1], way[0] // the way is told from its end
		start, end := w.pipes[first.pipe][0], w.pipes[last.pipe][1]
		if first.back {
			start = w.pipes[first.pipe][1]
		}
		if last.back {
			end = w.pipes[last.pipe][0]
		}
		sent := w.push(way, min(missing[start], -missing[end]), ahead, back)
		missing[start] -= sent
		missing[end] += sent
	}
	for i, p := range w.pipe { // the first arc of a pipe takes all that it got
		w.arcs[i].n = w.arcs[i].low + back[p]
		back[p] = 0
	}
	for _, m := range missing {
		if m != 0 {
			return false
		}
	}
	return true
}
