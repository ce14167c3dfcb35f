package fairness

import (
	"cmp"
	"math"
	"slices"
)

// maxElimination bounds the work of suppress. With more small groups than this,
// none is printed.
const maxElimination = 200

// A sum is what a reader knows of groups together: the sizes of plus less those
// of minus, as the difference that they have in truth.
type sum struct {
	plus, minus []int
	total       bool // plus is a whole family
}

// suppress marks the groups whose figures must not be printed: those of fewer
// than minShow people, and then, smallest first, whatever more it takes so that
// no marked figure follows from the printed ones. The reader counts as knowing:
// the total of each family; that families with attributes in common agree where
// they are summed up by these; unknown levels; and that a marked group holds
// somebody. What must not follow is the size of a marked group, figures of fewer
// than minShow people together, and, where some of a family are flagged and some
// are not, that nobody or everybody of its marked groups is.
func suppress(families []FamilyResult, minShow int) {
	var groups []*GroupResult
	var first []int // of each family, the position of its first group
	for f := range families {
		first = append(first, len(groups))
		for g := range families[f].Groups {
			group := &families[f].Groups[g]
			group.Suppressed = group.Rate.N > 0 && group.Rate.N < int64(minShow)
			groups = append(groups, group)
		}
	}
	known := sums(families, first)
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
		if best := tooSmall(groups, known, int64(minShow)); best >= 0 {
			groups[best].Suppressed = true
			continue
		}
		i := recoverable(groups, known)
		if i < 0 {
			i = pinned(groups, known)
		}
		if i < 0 {
			return
		}
		// Hide the smallest printed group that shares a sum with the exposed one.
		best := -1
		for _, s := range known {
			if slices.Contains(s.plus, i) || slices.Contains(s.minus, i) {
				best = smallest(groups, best, s.plus, s.minus)
			}
		}
		if best < 0 { // nothing near is left: hide the smallest anywhere
			for j := range groups {
				best = smallest(groups, best, []int{j})
			}
		}
		if best < 0 {
			return // everything is hidden; the total is all the reader has
		}
		groups[best].Suppressed = true
	}
}

// smallest returns the smallest printed group that holds somebody, best itself
// included; -1 for none.
func smallest(groups []*GroupResult, best int, lists ...[]int) int {
	for _, list := range lists {
		for _, j := range list {
			if g := groups[j]; !g.Suppressed && g.Rate.N > 0 && (best < 0 || g.Rate.N < groups[best].Rate.N) {
				best = j
			}
		}
	}
	return best
}

// sums lists what a reader can add up. Families agree on each set of attributes
// that two of them share, also when no family divides by that set alone.
func sums(families []FamilyResult, first []int) []sum {
	var known []sum
	shared := map[string][]string{}
	for f := range families {
		var all []int
		for g := range families[f].Groups {
			all = append(all, first[f]+g)
		}
		known = append(known, sum{plus: all, total: true})
		for h := range f {
			var both []string
			for _, name := range families[f].By {
				if slices.Contains(families[h].By, name) {
					both = append(both, name)
				}
			}
			slices.Sort(both)
			if len(both) > 0 {
				shared[joinKey(both)] = both
			}
		}
	}
	var names []string
	for name := range shared {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var base map[string][]int
		var order []string
		for f := range families {
			at := make([]int, len(shared[name]))
			for i, attribute := range shared[name] {
				at[i] = slices.Index(families[f].By, attribute)
			}
			if slices.Contains(at, -1) {
				continue
			}
			here := map[string][]int{}
			for g := range families[f].Groups {
				levels := make([]string, len(at))
				for i, a := range at {
					levels[i] = families[f].Groups[g].Group[a]
				}
				key := joinKey(levels)
				if len(here[key]) == 0 && base == nil {
					order = append(order, key)
				}
				here[key] = append(here[key], first[f]+g)
			}
			if base == nil {
				base = here
				continue
			}
			for _, key := range order {
				if len(here[key]) > 0 {
					known = append(known, sum{plus: here[key], minus: base[key]})
				}
			}
		}
	}
	return known
}

// tooSmall returns the smallest printed group of a sum whose hidden members are
// fewer than minShow people together, so that printing the others prints them;
// -1 when there is none.
func tooSmall(groups []*GroupResult, known []sum, minShow int64) int {
	for _, s := range known {
		var people [2]int64
		for side, list := range [][]int{s.plus, s.minus} {
			for _, i := range list {
				if groups[i].Suppressed {
					people[side] += groups[i].Rate.N
				}
			}
		}
		if n := people[0] + people[1]; n == 0 || n >= minShow || people[0] > 0 && people[1] > 0 {
			continue
		}
		if best := smallest(groups, -1, s.plus, s.minus); best >= 0 {
			return best
		}
	}
	return -1
}

// pinned returns the first suppressed group of which a reader can tell the size,
// or that nobody or everybody is flagged, by bounds: a hidden group holds at
// least one person, and no more are flagged than it holds. -1 when there is none.
func pinned(groups []*GroupResult, known []sum) int {
	everybody := int64(0)
	for _, s := range known {
		people := int64(0)
		for _, i := range s.plus {
			people += groups[i].Rate.N
		}
		everybody = max(everybody, people)
	}
	low, high := make([]int64, len(groups)), make([]int64, len(groups))
	for i, g := range groups {
		low[i], high[i] = g.Rate.N, g.Rate.N
		if g.Suppressed {
			low[i], high[i] = 1, everybody
		}
	}
	for again, rounds := true, 0; again && rounds < 100; rounds++ { // each round narrows; a few are enough
		again = false
		for _, s := range known {
			// The truth of plus less minus, and the least and most that the bounds allow.
			var gap, least, most int64
			for _, i := range s.plus {
				gap, least, most = gap+groups[i].Rate.N, least+low[i], most+high[i]
			}
			for _, i := range s.minus {
				gap, least, most = gap-groups[i].Rate.N, least-high[i], most-low[i]
			}
			narrow := func(i int, l, h int64) {
				if l > low[i] || h < high[i] {
					low[i], high[i], again = max(l, low[i]), min(h, high[i]), true
				}
			}
			for _, i := range s.plus { // with the others as far down, and as far up, as they go
				narrow(i, gap-(most-high[i]), gap-(least-low[i]))
			}
			for _, i := range s.minus {
				narrow(i, least+high[i]-gap, most+low[i]-gap)
			}
		}
	}
	for i, g := range groups {
		if g.Suppressed && low[i] >= high[i] {
			return i
		}
	}
	for _, s := range known {
		if !s.total {
			continue
		}
		var all, hidden Rate
		one := -1
		for _, i := range s.plus {
			r := groups[i].Rate
			all = Rate{all.X + r.X, all.N + r.N}
			if groups[i].Suppressed {
				hidden = Rate{hidden.X + r.X, hidden.N + r.N}
				one = i
			}
		}
		if one >= 0 && all.X > 0 && all.X < all.N && (hidden.X == 0 || hidden.X == hidden.N) && smallest(groups, -1, s.plus) >= 0 {
			return one
		}
	}
	return -1
}

// recoverable returns the first suppressed group whose size follows from the
// sums, -1 when none does: the system is reduced to row echelon form, and a row
// with a single unknown gives that unknown away. The coefficients are small
// whole numbers.
func recoverable(groups []*GroupResult, known []sum) int {
	var hidden []int
	column := map[int]int{}
	for i, g := range groups {
		if g.Suppressed {
			column[i] = len(hidden)
			hidden = append(hidden, i)
		}
	}
	var rows [][]float64
	for _, s := range known {
		row := make([]float64, len(hidden))
		any := false
		for side, list := range [][]int{s.plus, s.minus} {
			for _, i := range list {
				if c, ok := column[i]; ok {
					any = true
					row[c] += 1 - 2*float64(side)
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
