package fairness

import (
	"cmp"
	"math"
	"slices"
)

// maxElimination bounds the work of suppress. With more small groups than this,
// none is printed.
const maxElimination = 200

// suppress marks the groups whose figures must not be printed: those of fewer
// than minShow people, and then, smallest first, whatever more it takes so that
// no marked figure follows from the printed ones. Totals of the families, and
// the sums of each group over a finer division, count as known to the reader,
// and so do unknown levels. That no figure follows is checked by elimination
// over all these sums at once, not one at a time.
func suppress(families []FamilyResult, minShow int) {
	var groups []*GroupResult
	index := map[string]int{}
	key := func(by, levels []string) string { return joinKey(by) + "\x01" + joinKey(levels) }
	for f := range families {
		for g := range families[f].Groups {
			group := &families[f].Groups[g]
			group.Suppressed = group.Rate.N > 0 && group.Rate.N < int64(minShow)
			index[key(families[f].By, group.Group)] = len(groups)
			groups = append(groups, group)
		}
	}
	// Each sum is a list of groups; a parent is one more member of it.
	var sums [][]int
	for f := range families {
		var all []int
		for _, g := range families[f].Groups {
			all = append(all, index[key(families[f].By, g.Group)])
		}
		sums = append(sums, all)
		for p := range families {
			if p == f || len(families[p].By) >= len(families[f].By) {
				continue
			}
			at := make([]int, len(families[p].By))
			for i, name := range families[p].By {
				at[i] = slices.Index(families[f].By, name)
			}
			if slices.Contains(at, -1) {
				continue
			}
			children := map[string][]int{}
			for _, g := range families[f].Groups {
				levels := make([]string, len(at))
				for i, a := range at {
					levels[i] = g.Group[a]
				}
				parent := key(families[p].By, levels)
				children[parent] = append(children[parent], index[key(families[f].By, g.Group)])
			}
			for _, g := range families[p].Groups {
				parent := key(families[p].By, g.Group)
				if len(children[parent]) > 0 {
					sums = append(sums, append(children[parent], index[parent]))
				}
			}
		}
	}
	for {
		hidden := 0
		for _, g := range groups {
			hidden += int(indicator(g.Suppressed))
		}
		if hidden > maxElimination { // too many to be sure of in reasonable time
			for _, g := range groups {
				g.Suppressed = true
			}
			return
		}
		i := recoverable(groups, sums)
		if i < 0 {
			return
		}
		// Hide the smallest printed group that shares a sum with the exposed one.
		best := -1
		for _, sum := range sums {
			if !slices.Contains(sum, i) {
				continue
			}
			for _, j := range sum {
				if g := groups[j]; !g.Suppressed && g.Rate.N > 0 && (best < 0 || g.Rate.N < groups[best].Rate.N) {
					best = j
				}
			}
		}
		if best < 0 {
			for j, g := range groups { // nothing near is left: hide the smallest anywhere
				if !g.Suppressed && g.Rate.N > 0 && (best < 0 || g.Rate.N < groups[best].Rate.N) {
					best = j
				}
			}
		}
		if best < 0 {
			return // everything is hidden; the total is all the reader has
		}
		groups[best].Suppressed = true
	}
}

// recoverable returns the first suppressed group whose size follows from the
// sums, -1 when none does: the system is reduced to row echelon form, and a row
// with a single unknown gives that unknown away. The coefficients are small
// whole numbers, and rows with a single member are handled before they mix.
func recoverable(groups []*GroupResult, sums [][]int) int {
	var hidden []int
	column := map[int]int{}
	for i, g := range groups {
		if g.Suppressed {
			column[i] = len(hidden)
			hidden = append(hidden, i)
		}
	}
	var rows [][]float64
	for _, sum := range sums {
		row := make([]float64, len(hidden))
		any := false
		for n, i := range sum {
			if c, ok := column[i]; ok {
				any = true
				row[c] = 1
				// The parent, if there is one, is the last member and of another size.
				if n == len(sum)-1 && len(groups[i].Group) < len(groups[sum[0]].Group) {
					row[c] = -1
				}
			}
		}
		if any {
			rows = append(rows, row)
		}
	}
	at := 0
	for c := range hidden {
		pivot := -1
		for r := at; r < len(rows); r++ {
			if math.Abs(rows[r][c]) > 1e-9 && (pivot < 0 || cmp.Compare(math.Abs(rows[r][c]), math.Abs(rows[pivot][c])) > 0) {
				pivot = r
			}
		}
		if pivot < 0 {
			continue
		}
		rows[at], rows[pivot] = rows[pivot], rows[at]
		scale := rows[at][c]
		for k := range rows[at] {
			rows[at][k] /= scale
		}
		for r := range rows {
			if f := rows[r][c]; r != at && f != 0 {
				for k := range rows[r] {
					rows[r][k] -= f * rows[at][k]
				}
			}
		}
		at++
	}
	for _, row := range rows[:at] {
		only := -1
		for c, v := range row {
			if math.Abs(v) > 1e-9 {
				if only >= 0 {
					only = -2
					break
				}
				only = c
			}
		}
		if only >= 0 {
			return hidden[only]
		}
	}
	return -1
}
