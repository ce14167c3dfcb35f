package signal

import (
	"maps"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// blankLabel stands for the people who have no label.
const blankLabel = "(blank)"

// A shape is the size of a table of groups. A table by two attributes has a cell
// per row and column, and behind them a column and a row of totals; a table by
// one attribute is that column of totals alone. Cells are counted row by row.
type shape struct {
	rows, columns int // without totals; no columns in a table by one attribute
}

func (s shape) size() int           { return (s.rows + 1) * (s.columns + 1) }
func (s shape) at(row, col int) int { return row*(s.columns+1) + col }
func (s shape) row(cell int) int    { return cell / (s.columns + 1) }
func (s shape) column(cell int) int { return cell % (s.columns + 1) }

// total reports whether the cell adds others up.
func (s shape) total(cell int) bool {
	return s.row(cell) == s.rows || s.columns > 0 && s.column(cell) == s.columns
}

// A grouping places the people of a panel in the cells of a table.
type grouping struct {
	shape
	labels [2][]string // of rows and of columns, sorted
	cell   []int       // per subject
}

// group places people by the latest label of one attribute or two. The
// attributes must be in the panel.
func (p *Panel) group(by []string) grouping {
	var g grouping
	place := make([][]int, len(by))
	for i, name := range by {
		a := p.attributes[slices.IndexFunc(p.attributes, func(a attribute) bool { return a.name == name })]
		labels, seen := make([]string, len(a.values)), map[string]bool{}
		for s, label := range a.values {
			if label == "" {
				label = blankLabel
			}
			labels[s], seen[label] = label, true
		}
		g.labels[i] = slices.Sorted(maps.Keys(seen))
		at := make(map[string]int, len(g.labels[i]))
		for l, label := range g.labels[i] {
			at[label] = l
		}
		place[i] = make([]int, len(labels))
		for s, label := range labels {
			place[i][s] = at[label]
		}
	}
	g.shape = shape{rows: len(g.labels[0]), columns: len(g.labels[1])}
	g.cell = make([]int, len(p.subjects))
	for s := range p.subjects {
		g.cell[s] = g.at(place[0][s], 0)
		if len(by) == 2 {
			g.cell[s] = g.at(place[0][s], place[1][s])
		}
	}
	return g
}

// A groupTally adds up the people of a cell. It keeps no figure of a person, except
// for a median.
type groupTally struct {
	n, hits  int
	num, den float64
	first    float64 // the first person's own figure
	mixed    bool    // not everybody has the same figure
	values   []float64
	members  []int // subjects of the panel, sorted; kept only for a ledger
}

func (t *groupTally) add(e *Expr, o operand) {
	own := o.num // the person's own figure, as if alone in a group
	switch e.Op {
	case RatioOfSums:
		own = 0 // where nothing is divided by
		if o.den != 0 {
			own = o.num / o.den
		}
	case ShareAtLeast:
		own = 0
		if o.num >= e.Threshold {
			own = 1
			t.hits++
		}
	case Median:
		t.values = append(t.values, o.num)
	}
	if t.n == 0 {
		t.first = own
	}
	t.n++
	t.num += o.num
	t.den += o.den
	t.mixed = t.mixed || own != t.first
}

// join adds what another cell adds up.
func (t *groupTally) join(o *groupTally) {
	if t.n == 0 {
		t.first = o.first
	}
	t.mixed = t.mixed || o.mixed || o.n > 0 && o.first != t.first
	t.n += o.n
	t.hits += o.hits
	t.num += o.num
	t.den += o.den
	t.values = append(t.values, o.values...)
	t.members = append(t.members, o.members...)
}

// figure applies the operation, as [Expr.combine] does to operands.
func (t *groupTally) figure(e Expr) (float64, bool) {
	var value float64
	switch {
	case t.n == 0:
		return 0, false
	case e.Op == Mean:
		value = t.num / float64(t.n)
	case e.Op == Median:
		value = median(t.values)
	case e.Op == Count:
		value = t.num
	case e.Op == RatioOfSums && t.den != 0:
		value = t.num / t.den
	case e.Op == ShareAtLeast:
		value = float64(t.hits) / float64(t.n)
	default:
		return 0, false
	}
	return value, !math.IsNaN(value) && !math.IsInf(value, 0)
}

// tallies adds up people by table and cell. There is a table per period of times
// (positions in the panel's periods), or, when whole is set, one table of
// all of them: then each person counts once, with the mean over the person's
// periods, or with the sums where the operation counts or divides.
func (g grouping) tallies(p *Panel, d Definition, times []int, whole, members bool, exclude Exclusions) [][]groupTally {
	tables := make([][]groupTally, len(times))
	if whole {
		tables = tables[:1]
	}
	for i := range tables {
		tables[i] = make([]groupTally, g.size())
	}
	num, den := p.columns(d.Expr.Num), p.columns(d.Expr.Den)
	out := p.left(exclude)
	add := func(table, s int, o operand) {
		t := &tables[table][g.cell[s]]
		t.add(&d.Expr, o)
		if members {
			t.members = append(t.members, s)
		}
	}
	for s := range p.subjects {
		var person operand
		n := 0
		for k, t := range times {
			i := s*len(p.periods) + t
			if out != nil && out[i] {
				continue
			}
			o := operand{num: sumAt(num, i), den: sumAt(den, i)}
			switch {
			case math.IsNaN(o.num) || math.IsNaN(o.den):
			case whole:
				person.num += o.num
				person.den += o.den
				n++
			default:
				add(k, s, o)
			}
		}
		if n == 0 {
			continue
		}
		if d.Expr.Op != Count && d.Expr.Op != RatioOfSums {
			person.num /= float64(n)
		}
		add(0, s, person)
	}
	for _, cells := range tables {
		for i := range g.rows {
			for j := range g.columns {
				from := &cells[g.at(i, j)]
				cells[g.at(i, g.columns)].join(from)
				cells[g.at(g.rows, j)].join(from)
			}
			cells[g.at(g.rows, g.columns)].join(&cells[g.at(i, g.columns)])
		}
		for c := range cells {
			slices.Sort(cells[c].members)
		}
	}
	return tables
}

// left marks the person-periods that the exclusions leave out for one person;
// nil when there are none. Periods left out for everybody are not marked.
func (p *Panel) left(exclude Exclusions) []bool {
	var out []bool
	for _, e := range exclude {
		s, okS := slices.BinarySearchFunc(p.subjects, e.Subject, coaching.PersonID.Compare)
		t, okT := slices.BinarySearchFunc(p.periods, e.Period, Period.Compare)
		if !okS || !okT {
			continue
		}
		if out == nil {
			out = make([]bool, len(p.present))
		}
		out[s*len(p.periods)+t] = true
	}
	return out
}
