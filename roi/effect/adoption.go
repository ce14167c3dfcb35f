package effect

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

const (
	// largest is the largest outcome, so that no sum of squares overflows.
	largest = 1e100
	// maxProblems is the number of findings of one kind after which reading
	// stops, or the rest is counted.
	maxProblems = 50
)

// An Observation is one row of a long table.
type Observation struct {
	Unit   string // any text; the same for all rows of a unit
	Period int    // a whole number from 1, such as a year or the number of a week
	// First is the period in which the unit is first treated, the same in all of
	// its rows; 0 or [Never] when it is not.
	First   int
	Outcome float64 // NaN when it is missing
}

// An Adoption holds one outcome for units over periods, and when each unit was
// first treated. It is what the estimators for larger panels take; for a pilot,
// [Adoption.Exact] gives what [Staggered] and [TwoGroup] take. It is balanced:
// a unit without a reading in every period is left out, and a finding says so.
// The zero Adoption holds nothing. An Adoption does not change after it is made.
type Adoption struct {
	ids      []string    // shorter ones first, then by bytes
	first    []int       // of each unit; unset when it is not treated in the panel
	periods  []int       // ascending
	y        [][]float64 // of each unit, by period
	findings coaching.Findings
}

// unset stands for a first treated period that never comes.
const unset = math.MaxInt

// NewAdoption collects rows that arrive in any order, once each. The order makes
// no difference to the result. It fails with a [coaching.FindingsError] when a
// unit has two rows for a period (DQ04), a unit's first treated period changes
// (DQ13), a row is not one (DQ01, DQ07), or nothing is left; the path of a
// finding counts rows from 0. A unit with a gap is left out with a warning
// (DQ05). At most 16,777,216 cells.
func NewAdoption(rows iter.Seq[Observation]) (Adoption, error) {
	b := newCollector()
	i := 0
	for o := range rows {
		if o.First == Never {
			o.First = 0
		}
		code, message := "", ""
		switch {
		case o.Unit == "":
			code, message = "DQ01", "the row names no unit"
		case o.Period < 1:
			code, message = "DQ07", "the period is below 1"
		case o.First < 0:
			code, message = "DQ07", "the first treated period is below 0"
		case math.Abs(o.Outcome) > largest:
			code, message = "DQ07", "the outcome is out of range"
		default:
			code, message = b.add(b.unit(o.Unit, i), o.Period, o.First, o.Outcome)
		}
		if code != "" && !b.report(coaching.Finding{Code: code, Path: fmt.Sprintf("rows[%d]", i), Message: message}) {
			break
		}
		i++
	}
	return b.finish(func(where int) coaching.Finding { return coaching.Finding{Path: fmt.Sprintf("rows[%d]", where)} })
}

// Units returns the number of units.
func (a Adoption) Units() int { return len(a.ids) }

// Unit returns the name of unit i, as it stood in the rows. Units are ordered by
// name, shorter names first, so that numbers stand in their order.
func (a Adoption) Unit(i int) string { return a.ids[i] }

// Periods returns the periods, ascending. The slice is the caller's.
func (a Adoption) Periods() []int { return slices.Clone(a.periods) }

// Findings returns what stands beside the figures: the units that were left out.
func (a Adoption) Findings() coaching.Findings { return slices.Clone(a.findings) }

// Exact returns the same panel as exact values for the randomisation tests,
// with the columns in which the waves start and the wave of each unit, as
// [Staggered] takes them. The waves stand in the order of their start; the last
// is [Never] when a unit is not treated in the panel. Outcomes are rounded as
// [Floats] does. It fails when a wave is treated from the first period on.
func (a Adoption) Exact(places int) (panel Panel, start, allocation []int, err error) {
	if len(a.ids) == 0 {
		return Panel{}, nil, nil, errEmptyAdoption
	}
	v, err := Floats(slices.Concat(a.y...), places)
	if err != nil {
		return Panel{}, nil, nil, err
	}
	waves := a.waves()
	allocation = make([]int, len(a.ids))
	for i, f := range a.first {
		allocation[i], _ = slices.BinarySearch(waves, f)
	}
	for _, f := range waves {
		at, _ := slices.BinarySearch(a.periods, f)
		switch at {
		case 0:
			return Panel{}, nil, nil, fmt.Errorf("effect: the wave of period %d is treated from the first period on", f)
		case len(a.periods):
			at = Never
		}
		start = append(start, at)
	}
	return Panel{v, len(a.ids), len(a.periods)}, start, allocation, nil
}

// waves returns the distinct first treated periods, ascending, unset at the end.
func (a Adoption) waves() []int {
	var out []int
	last := 0 // no unit starts then
	for _, f := range a.first {
		if f == last {
			continue
		}
		last = f
		if i, ok := slices.BinarySearch(out, f); !ok {
			out = slices.Insert(out, i, f)
		}
	}
	return out
}

var errEmptyAdoption = errors.New("effect: the panel holds nothing")

// A collector fills a grid of units by periods in the order in which they
// arrive.
type collector struct {
	units   map[string]int
	ids     []string
	first   []int // as given: 0 is never
	where   []int // of the unit's first row
	last    int   // the unit of the row before
	columns map[int]int
	periods []int
	column  int         // of the row before
	cells   [][]float64 // of each unit, as far as its last column
	found   coaching.Findings
	full    bool
}

// The bits of two NaN: absent marks a cell that no row has given, and missing
// one that a row has left empty.
const (
	absent  = 0x7ff8_0000_0000_0a0b
	missing = 0x7ff8_0000_0000_0c0d
)

func newCollector() *collector {
	return &collector{units: map[string]int{}, columns: map[int]int{}, last: -1}
}

// unit returns the number of a unit, a new one for a new name. where is kept
// for a finding.
func (b *collector) unit(name string, where int) int {
	if b.last >= 0 && b.ids[b.last] == name {
		return b.last
	}
	u, ok := b.units[name]
	if !ok {
		u = len(b.ids)
		b.units[name] = u
		b.ids, b.first, b.where = append(b.ids, name), append(b.first, -1), append(b.where, where)
		b.cells = append(b.cells, nil)
	}
	b.last = u
	return u
}

// add stores one reading, or says with a code what is wrong with it.
func (b *collector) add(u, period, first int, y float64) (code, message string) {
	switch {
	case b.first[u] < 0:
		b.first[u] = first
	case b.first[u] != first:
		return "DQ13", "the unit's first treated period differs from that of its earlier rows"
	}
	// Most often the next period of the same unit.
	if b.column++; b.column >= len(b.periods) || b.periods[b.column] != period {
		b.find(period)
	}
	if b.full = len(b.ids)*len(b.periods) > maxUnits; b.full {
		return "DQ05", fmt.Sprintf("more than %d cells of units by periods", maxUnits)
	}
	if y != y {
		y = math.Float64frombits(missing)
	}
	row := b.cells[u]
	if b.column >= len(row) {
		if row == nil {
			row = make([]float64, 0, len(b.periods))
		}
		for len(row) < b.column {
			row = append(row, math.Float64frombits(absent))
		}
		b.cells[u] = append(row, y)
		return "", ""
	}
	cell := &row[b.column]
	if math.Float64bits(*cell) != absent {
		return "DQ04", "the unit has an earlier row for this period"
	}
	*cell = y
	return "", ""
}

// find sets column to that of a period, a new one for a new period.
func (b *collector) find(period int) {
	c, ok := b.columns[period]
	if !ok {
		c = len(b.periods)
		b.columns[period] = c
		b.periods = append(b.periods, period)
	}
	b.column = c
}

// report keeps a finding, and says whether to read on.
func (b *collector) report(f coaching.Finding) bool {
	b.found = append(b.found, f)
	return len(b.found) < maxProblems && !b.full
}

// finish orders units and periods and leaves out what has gaps. place gives the
// position of a row.
func (b *collector) finish(place func(where int) coaching.Finding) (Adoption, error) {
	if err := b.found.Err(); err != nil {
		b.found.Sort()
		return Adoption{}, err
	}
	columns := make([]int, len(b.periods))
	for i := range columns {
		columns[i] = i
	}
	slices.SortFunc(columns, func(i, j int) int { return cmp.Compare(b.periods[i], b.periods[j]) })
	units := make([]int, 0, len(b.ids))
	var gaps coaching.Findings
	out := 0
	for u := range b.ids {
		n := 0
		for _, y := range b.cells[u] {
			if y == y {
				n++
			}
		}
		if n == len(b.periods) && n > 0 {
			units = append(units, u)
			continue
		}
		if out++; out <= maxProblems {
			f := place(b.where[u])
			f.Code, f.Severity = "DQ05", coaching.Warning
			f.Message = fmt.Sprintf("the unit has a reading in %d of %d periods and is left out", n, len(b.periods))
			gaps = append(gaps, f)
		}
	}
	if out > 0 {
		gaps = append(gaps, coaching.Finding{Code: "DQ05", Severity: coaching.Warning,
			Message: fmt.Sprintf("%d of %d units are left out because of gaps; say why they have them, for leaving may itself be an effect", out, len(b.ids))})
	}
	gaps.Sort()
	if len(units) < 2 || len(b.periods) < 2 {
		gaps = append(gaps, coaching.Finding{Code: "DQ05",
			Message: fmt.Sprintf("%d units with a reading in each of %d periods; want at least 2 of both", len(units), len(b.periods))})
		return Adoption{}, gaps.Err()
	}
	order := func(i, j int) int {
		return cmp.Or(cmp.Compare(len(b.ids[i]), len(b.ids[j])), cmp.Compare(b.ids[i], b.ids[j]))
	}
	if !slices.IsSortedFunc(units, order) {
		slices.SortFunc(units, order)
	}
	a := Adoption{findings: gaps, ids: make([]string, len(units)), first: make([]int, len(units)),
		periods: make([]int, len(columns)), y: make([][]float64, len(units))}
	for k, c := range columns {
		a.periods[k] = b.periods[c]
	}
	straight := slices.IsSorted(columns)
	for k, u := range units {
		a.ids[k] = b.ids[u]
		if a.first[k] = b.first[u]; a.first[k] == 0 || a.first[k] > a.periods[len(a.periods)-1] {
			a.first[k] = unset
		}
		row := b.cells[u]
		if a.y[k] = row; !straight {
			a.y[k] = make([]float64, len(columns))
			for i, c := range columns {
				a.y[k][i] = row[c]
			}
		}
	}
	return a, nil
}
