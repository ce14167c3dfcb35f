package signal

import "slices"

// An Audit is what a reader of a release can work out about its hidden cells from
// the cells and totals that are shown, given that a hidden cell holds somebody.
type Audit struct {
	Cells   []HiddenCell // by period, then as in [Release.Figures]
	Exposed int          // how many of them are exposed; 0 is the answer to want
}

// A HiddenCell is what follows about one hidden cell.
type HiddenCell struct {
	Groups []string
	Period Period
	// Least and Most are the bounds on the number of people that it holds. They
	// are attained: a table with either agrees with everything that is shown.
	// Most is 0 when nothing bounds it.
	Least, Most int
	// Together is the smallest number of people in a set of hidden cells, this
	// one among them, whose sum follows from what is shown; 0 when there is none.
	Together int
	// Exposed means that Least is Most, or that Together is not 0 and below the
	// release's K.
	Exposed bool
}

// Audit solves for the hidden cells of a release as an outsider would, from what
// it shows alone. Rows, columns and totals are linear equations in the hidden
// cells; the bounds are exact, not an approximation (see Gusfield 1988, cited at
// [NewRelease]'s tables). Because the sum of a group's figures is its mean times
// its people, whatever holds of people holds of sums: a mean of fewer than K
// people does not follow when Exposed is 0.
//
// It looks at this release alone, at one period at a time, and not at what the
// order of suppression gives away. ok is false when no table of whole numbers
// agrees with what is shown, or more than 2,000 cells of a table are hidden;
// neither happens to a release from [NewRelease].
func (r *Release) Audit() (audit Audit, ok bool) {
	for _, t := range r.tables {
		w, ok := r.solve(t)
		if !ok {
			return Audit{}, false
		}
		first := len(audit.Cells)
		for i, a := range w.arcs {
			if t.cells[a.cell].Status != Suppressed {
				continue
			}
			h := HiddenCell{Groups: r.groups(a.cell), Period: t.period}
			h.Least, h.Most = w.bounds(i, unbounded)
			if h.Together = w.together(i, unbounded); h.Together >= unbounded {
				h.Together = 0
			}
			h.Exposed = h.Least == h.Most || h.Together > 0 && h.Together < r.k
			if h.Most >= unbounded {
				h.Most = 0
			}
			if h.Exposed {
				audit.Exposed++
			}
			audit.Cells = append(audit.Cells, h)
		}
		slices.SortFunc(audit.Cells[first:], func(a, b HiddenCell) int { return slices.Compare(a.Groups, b.Groups) })
	}
	return audit, true
}

// solve returns the hidden cells of a table with people in them that agree with
// what it shows; false when none do, or when there are too many.
func (r *Release) solve(t groupTable) (network, bool) {
	missing := make([]int, r.nodes())
	var arcs []arc
	for cell, c := range t.cells {
		switch {
		case c.Status == OK:
			a := r.arc(cell, 0, 0)
			missing[a.to] += c.N
			missing[a.from] -= c.N
		case c.Status == Suppressed:
			arcs = append(arcs, r.arc(cell, 0, 1))
		case c.Reason != reasonNobody: // a figure that is undefined, of people whose number is not said
			arcs = append(arcs, r.arc(cell, 0, r.k))
		}
	}
	if len(arcs) > maxHidden {
		return network{}, false
	}
	w := newNetwork(r.nodes(), arcs)
	return w, w.settle(missing)
}

// exposes reports whether [Release.Audit] exposes a cell, without the bounds that
// it gives, which take most of its time.
func (r *Release) exposes() (exposed, ok bool) {
	for _, t := range r.tables {
		w, ok := r.solve(t)
		if !ok {
			return false, false
		}
		for i, a := range w.arcs {
			if t.cells[a.cell].Status != Suppressed {
				continue
			}
			if low, high := w.bounds(i, 1); low == high || w.together(i, r.k) < r.k {
				return true, true
			}
		}
	}
	return false, true
}
