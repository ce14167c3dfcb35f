package signal

import (
	"cmp"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// A family is groups of one signal and period that were shown and share nobody:
// by person, 1 + the place of the group, 0 for none.
type family struct {
	group  []int32
	groups int
}

// has reports whether somebody of the set is in the family.
func (f *family) has(s *shownSet) bool {
	return slices.ContainsFunc(s.numbers, func(n int32) bool { return f.group[n] != 0 })
}

func (f *family) add(s *shownSet) {
	f.groups++
	for _, n := range s.numbers {
		f.group[n] = int32(f.groups)
	}
}

// families returns the groups of k or more people that the ledger has under a
// signal and period, in as few families as first fit finds, the largest groups
// first; each family then takes every other group that fits.
func (l *Ledger) families(signal string, period Period, k int) []family {
	sets := map[string]*shownSet{}
	for e := range l.entries {
		if e.Signal == signal && e.Start == period.Start && e.Days == period.Days && e.As != asHidden && len(l.shown[e.Set].numbers) >= k {
			sets[e.Set] = l.shown[e.Set]
		}
	}
	digests := slices.SortedFunc(maps.Keys(sets), func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(sets[a].numbers), len(sets[b].numbers)), cmp.Compare(a, b))
	})
	var families []family
	for _, digest := range digests {
		s := sets[digest]
		f := slices.IndexFunc(families, func(f family) bool { return !f.has(s) })
		if f < 0 {
			f = len(families)
			families = append(families, family{group: make([]int32, len(l.number))})
		}
		families[f].add(s)
	}
	for i := range families {
		for _, digest := range digests {
			if s := sets[digest]; !families[i].has(s) {
				families[i].add(s)
			}
		}
	}
	return families
}

// A part is a group of people that a table shows, or that is left of one of its
// totals, and the cell to hide if it must not be; -1 where it was known before.
type part struct {
	people []coaching.PersonID
	cell   int
}

// partitions returns the parts that readers have, in lists of parts that share
// nobody: those of the rows, those of the columns, and those of the totals.
func (c *cells) partitions(entries []ledgerEntry) [][]part {
	lists := make([][]part, 4)
	for _, line := range c.lines() {
		for _, cell := range line.cells {
			if c.n[cell] == 0 || c.hidden[cell] && !c.known[cell] {
				continue
			}
			p := part{*entries[cell].people, cell}
			if c.known[cell] {
				p.cell = -1
			}
			lists[line.kind] = append(lists[line.kind], p)
		}
		if rest, next := c.rest(entries, line); len(rest) > 0 {
			lists[line.kind] = append(lists[line.kind], part{rest, next})
		}
	}
	return lists
}

// between returns the cell to hide where some parts, taken together, differ from
// some groups of the family, taken together, by 1 to k-1 people; -1 where none do.
//
// Parts and groups are the nodes of a graph, joined by the people they share. Such
// a difference is what a cut of the graph parts, so the question is whether a cut
// of fewer than k people exists (Nagamochi and Ibaraki 1992, SIAM J. Discrete
// Math. 5): visit next the node that shares most people with those visited; two
// nodes that no smaller cut can part become one; the last node is a cut by itself.
func (f *family) between(l *Ledger, parts []part, k int) int {
	place := make([]int, len(l.number)) // by person, 1 + the place of the part
	for i, p := range parts {
		for _, id := range p.people {
			place[l.number[id]] = i + 1
		}
	}
	// Node 0 is whoever is in no part, or in no group: nobody's sum holds it.
	nodes := 1 + len(parts) + f.groups
	shared := make([]map[int]int, nodes)
	for i := range shared {
		shared[i] = map[int]int{}
	}
	for n, a := range place {
		b := 0
		if n < len(f.group) && f.group[n] > 0 {
			b = len(parts) + int(f.group[n])
		}
		if a != b {
			shared[a][b]++
			shared[b][a]++
		}
	}
	into := make([]int, nodes)
	for i := range into {
		into[i] = i
	}
	root := func(i int) int {
		for into[i] != i {
			i = into[i]
		}
		return i
	}
	smallest := func(in func(node int) bool) int {
		best := -1
		for i, p := range parts {
			if p.cell >= 0 && in(root(i+1)) && (best < 0 || len(p.people) < len(parts[best].people)) {
				best = i
			}
		}
		return best
	}
	for {
		var visited []int // of the part of the graph that hangs together
		near, done := make([]int, nodes), make([]bool, nodes)
		var join [][2]int
		for {
			next := -1
			for i := range nodes {
				if into[i] == i && !done[i] && (next < 0 || near[i] > near[next]) {
					next = i
				}
			}
			if next < 0 || near[next] == 0 {
				if n := len(visited); n > 1 {
					last := visited[n-1]
					if near[last] < k {
						found := -1
						if last != 0 {
							found = smallest(func(node int) bool { return node == last })
						}
						if found < 0 && !slices.Contains(visited[:n-1], 0) {
							found = smallest(func(node int) bool { return slices.Contains(visited[:n-1], node) })
						}
						if found >= 0 {
							return parts[found].cell
						}
						join = append(join, [2]int{last, visited[n-2]}) // known from before
					}
				}
				if next < 0 {
					break
				}
				visited = nil
			}
			done[next] = true
			visited = append(visited, next)
			for v, people := range shared[next] {
				if done[v] {
					continue
				}
				if near[v] += people; near[v] >= k {
					join = append(join, [2]int{next, v})
				}
			}
		}
		if len(join) == 0 {
			return -1
		}
		for _, ends := range join {
			a, b := root(ends[0]), root(ends[1])
			into[max(a, b)] = min(a, b)
		}
		for i := range nodes {
			to := root(i)
			if to == i {
				continue
			}
			for v, people := range shared[i] {
				delete(shared[v], i)
				if v != to {
					shared[to][v] += people
					shared[v][to] += people
				}
			}
			shared[i] = nil
		}
		for i := range into {
			into[i] = root(i)
		}
	}
}
