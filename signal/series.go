package signal

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Status says what a cell of a [Series] holds. The zero Status is Missing.
type Status uint8

const (
	Missing    Status = iota // nothing was observed, or the figure is undefined
	OK                       // a value
	Suppressed               // too few people; the value is not computed
	Excluded                 // a holiday, or rejected by the steward
)

var statusNames = [...]string{"missing", "ok", "suppressed", "excluded"}

// String returns the name used in files, such as "suppressed".
func (s Status) String() string { return enum.Name(statusNames[:], s, "Status") }

// MarshalText returns the name used in files.
func (s Status) MarshalText() ([]byte, error) {
	return enum.Marshal(statusNames[:], s, "signal: status")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *Status) UnmarshalText(text []byte) error {
	return enum.Unmarshal(statusNames[:], s, "signal: status", text)
}

// A Cell is a leader's figure in one period.
type Cell struct {
	Status Status
	Value  float64 // 0 unless OK
	N      int     // people behind the value; 0 unless OK, so that a hidden count stays hidden
	Reason string  // why there is no value
}

// A Series is one signal over leaders and periods. [Evaluate] makes one; it is
// immutable.
type Series struct {
	definition Definition
	leaders    []coaching.PersonID // sorted
	periods    []Period            // sorted, without gaps for daily to fortnightly signals
	cells      []Cell              // leader-major
}

// Definition returns what the series is a series of.
func (s *Series) Definition() Definition { return s.definition.clone() }

// Leaders returns the leaders, sorted.
func (s *Series) Leaders() []coaching.PersonID { return slices.Clone(s.leaders) }

// Periods returns the periods, sorted. A period without any row is in the list,
// with missing cells, when it lies between two that have rows.
func (s *Series) Periods() []Period { return slices.Clone(s.periods) }

// At returns a leader's cell in a period; a Missing one when the series does not
// cover them.
func (s *Series) At(leader coaching.PersonID, period Period) Cell {
	l, okL := slices.BinarySearchFunc(s.leaders, leader, coaching.PersonID.Compare)
	t, okT := slices.BinarySearchFunc(s.periods, period, Period.Compare)
	if !okL || !okT {
		return Cell{Reason: "outside the series"}
	}
	return s.cells[l*len(s.periods)+t]
}

// row returns a leader's cells in the order of the periods.
func (s *Series) row(leader coaching.PersonID) []Cell {
	l, ok := slices.BinarySearchFunc(s.leaders, leader, coaching.PersonID.Compare)
	if !ok {
		return nil
	}
	return s.cells[l*len(s.periods) : (l+1)*len(s.periods)]
}

// Evaluate computes a signal per leader and period. A Team signal is computed
// over the members who have every column of the expression in that period, and
// is suppressed when they are fewer than [MinGroup]. A Leader signal comes from
// the leader's own row: one person's figure, or one that the source has already
// aggregated.
//
// Hiding small cells is all that protects the members. A figure of five tells
// each of them something about the other four; a share of 0 or 1 is everybody's
// answer; and the same period computed again for a team, or with exclusions, that
// differs by one person gives that person's figure to whoever reads both: six
// times the one mean less five times the other. No ledger remembers figures of
// teams as [Ledger] does those of groups. Fix teams for as long as their figures
// are read, and give a leader the new team's periods from its first one on; from
// one week to the next a change of members shows no figure exactly, but a steady
// team lets a reader guess it.
//
// Exclusions leave out what they name: a period for everyone, or one person's
// figure in a period. A value outside the definition's range is missing with
// that reason, never clipped.
//
// It answers nil when findings block: the definition's own (see
// [Definition.Check]), DQ01 for columns that the panel lacks, DQ20 as a warning
// that counts suppressed cells, DQ03 for dates too far apart to be true.
func Evaluate(p *Panel, d Definition, teams Teams, exclude Exclusions) (*Series, coaching.Findings) {
	p = p.orEmpty()
	fs := d.Check()
	for _, column := range d.Expr.Columns() {
		if p.column(column) == nil {
			fs = append(fs, coaching.Finding{Code: "DQ01", Path: d.ID + ".expr", Message: fmt.Sprintf("the panel has no column %q", column)})
		}
	}
	if len(teams) == 0 {
		fs = append(fs, coaching.Finding{Code: "DQ20", Path: d.ID, Message: "no team is given"})
	}
	if fs.Blocked() {
		fs.Sort()
		return nil, fs
	}
	s := &Series{definition: d.clone(), leaders: teams.Leaders()}
	if n := p.gridLength(d) * len(s.leaders); n > maxPanelCells {
		fs = append(fs, coaching.Finding{Code: "DQ03", Path: d.ID, Message: fmt.Sprintf("%d cells from the first period to the last; want at most %d: is a date wrong?", n, maxPanelCells)})
		fs.Sort()
		return nil, fs
	}
	s.periods = p.grid(d)
	s.cells = make([]Cell, len(s.leaders)*len(s.periods))
	if d.Grain != Team { // leaders stand for themselves
		teams = Teams{}
		for _, leader := range s.leaders {
			teams[leader] = leader
		}
	}
	members := teams.places(s.leaders, p.subjects)
	num, den := p.columns(d.Expr.Num), p.columns(d.Expr.Den)
	places := make([]int, len(s.periods)) // in the panel's periods, -1 for none
	for t, period := range s.periods {
		var known bool
		if places[t], known = slices.BinarySearchFunc(p.periods, period, Period.Compare); !known {
			places[t] = -1
		}
	}
	everybody, out := exclude.over(p, s.periods)
	suppressed, outside := 0, 0
	var ops []operand
	for l := range s.leaders {
		for t, at := range places {
			cell := &s.cells[l*len(s.periods)+t]
			reason, off := everybody[t]
			switch {
			case off:
				*cell = Cell{Status: Excluded, Reason: reason}
				continue
			case at < 0:
				cell.Reason = "no row in this period"
				continue
			}
			ops = ops[:0]
			for _, m := range members[l] {
				i := m*len(p.periods) + at
				if out != nil && out[i] {
					continue
				}
				o := operand{num: sumAt(num, i), den: sumAt(den, i)}
				if !math.IsNaN(o.num) && !math.IsNaN(o.den) {
					ops = append(ops, o)
				}
			}
			*cell = d.cell(ops)
			switch {
			case cell.Status == Suppressed:
				suppressed++
			case cell.Reason == reasonRange:
				outside++
			}
		}
	}
	if suppressed > 0 {
		fs = append(fs, coaching.Finding{Code: "DQ20", Severity: coaching.Warning, Path: d.ID,
			Message: fmt.Sprintf("%d of %d cells have fewer than %d people and are hidden", suppressed, len(s.cells), MinGroup)})
	}
	if outside > 0 {
		fs = append(fs, coaching.Finding{Code: "DQ08", Severity: coaching.Warning, Path: d.ID,
			Message: fmt.Sprintf("%d of %d cells lie outside the definition's range and are missing", outside, len(s.cells))})
	}
	fs.Sort()
	return s, fs
}

const (
	reasonNobody    = "nobody has every column"
	reasonFew       = "fewer than 5 people"
	reasonUndefined = "undefined: the denominator is zero"
	reasonRange     = "outside the definition's range"
)

// cell computes one cell from its operands.
func (d Definition) cell(ops []operand) Cell {
	switch {
	case len(ops) == 0:
		return Cell{Reason: reasonNobody}
	case d.Grain == Team && len(ops) < MinGroup:
		return Cell{Status: Suppressed, Reason: reasonFew}
	}
	v, ok := d.Expr.combine(ops)
	switch {
	case !ok:
		return Cell{Reason: reasonUndefined}
	case !d.possible(v):
		return Cell{Reason: reasonRange}
	}
	return Cell{Status: OK, Value: v, N: len(ops)}
}

// observed returns the periods of the definition's cadence in which somebody has
// every column of the expression, sorted; none when the panel lacks a column.
func (p *Panel) observed(d Definition) []Period {
	columns := p.columns(d.Expr.Columns())
	if len(columns) == 0 || slices.ContainsFunc(columns, func(c []float64) bool { return c == nil }) {
		return nil
	}
	var seen []Period
	for t, period := range p.periods {
		if !d.Cadence.Holds(period.Days) {
			continue
		}
		for s := range p.subjects {
			if !math.IsNaN(sumAt(columns, s*len(p.periods)+t)) {
				seen = append(seen, period)
				break
			}
		}
	}
	return seen
}

// gridLength bounds the number of periods of grid.
func (p *Panel) gridLength(d Definition) int {
	seen := p.observed(d)
	n := len(seen)
	if step := d.Cadence.step(); step > 0 && n > 0 {
		years := seen[n-1].Start.Year() - seen[0].Start.Year() + 1
		n += years * 366 / step
	}
	return n
}

// grid returns the observed periods and, for daily to fortnightly signals, those
// between them that nobody has: an outage of the feed is not a shorter series.
func (p *Panel) grid(d Definition) []Period {
	seen := p.observed(d)
	step := d.Cadence.step()
	if step == 0 || len(seen) == 0 {
		return seen
	}
	var grid []Period
	for start := seen[0].Start; !start.After(seen[len(seen)-1].Start); start = start.AddDays(step) {
		grid = append(grid, Period{Start: start, Days: seen[0].Days})
	}
	// A source that moved its week leaves periods off the grid; they stay.
	grid = append(grid, seen...)
	slices.SortFunc(grid, Period.Compare)
	return slices.Compact(grid)
}

func (p *Panel) columns(names []string) [][]float64 {
	columns := make([][]float64, len(names))
	for i, n := range names {
		columns[i] = p.column(n)
	}
	return columns
}

// sumAt adds the columns at a position: NaN when one is missing, 0 for none.
func sumAt(columns [][]float64, i int) float64 {
	sum := 0.0
	for _, c := range columns {
		sum += c[i]
	}
	return sum
}
