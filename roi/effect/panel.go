package effect

import (
	"fmt"
	"math"
)

// A Panel holds one outcome for units (rows) over periods (columns), complete
// and exact. The zero Panel holds nothing. A panel does not change after it is
// made.
type Panel struct {
	values  Values // row by row
	units   int
	periods int
}

// NewPanel makes a panel of rows of equal length, rounding as [Floats] does. A
// missing reading (NaN) is refused, and the error names its row and column: to
// fill it in, or to leave the unit out, is a decision that belongs into the
// report. The rows are neither kept nor changed.
func NewPanel(rows [][]float64, places int) (Panel, error) {
	flat, err := flatten(rows)
	if err != nil {
		return Panel{}, err
	}
	for i, x := range flat {
		if math.IsNaN(x) {
			return Panel{}, fmt.Errorf("effect: no reading for row %d in column %d; fill it in or leave the unit out", i/len(rows[0]), i%len(rows[0]))
		}
	}
	v, err := Floats(flat, places)
	if err != nil {
		return Panel{}, err
	}
	return Panel{v, len(rows), len(rows[0])}, nil
}

// ParsePanel makes a panel of numbers as text, read as [Decimals] does.
func ParsePanel(rows [][]string) (Panel, error) {
	flat, err := flatten(rows)
	if err != nil {
		return Panel{}, err
	}
	v, err := Decimals(flat)
	if err != nil {
		return Panel{}, err
	}
	return Panel{v, len(rows), len(rows[0])}, nil
}

func flatten[T any](rows [][]T) ([]T, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("effect: a panel needs at least one unit and one period")
	}
	if len(rows) > maxUnits/len(rows[0]) {
		return nil, fmt.Errorf("effect: panel of %d rows, want at most %d cells", len(rows), maxUnits)
	}
	flat := make([]T, 0, len(rows)*len(rows[0]))
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, fmt.Errorf("effect: row %d has %d periods, row 0 has %d", i, len(row), len(rows[0]))
		}
		flat = append(flat, row...)
	}
	return flat, nil
}

// Units returns the number of rows.
func (p Panel) Units() int { return p.units }

// Periods returns the number of columns.
func (p Panel) Periods() int { return p.periods }

// row returns the readings of unit i.
func (p Panel) row(i int) []int64 { return p.values.ints[i*p.periods : (i+1)*p.periods] }

// Changes collapses the panel to one number per unit: its mean from column
// start on, less its mean before (Bertrand, Duflo and Mullainathan 2004, who
// show that keeping the periods apart overstates what is known). start lies
// strictly inside the panel.
func (p Panel) Changes(start int) (Values, error) {
	if start < 1 || start >= p.periods {
		return Values{}, fmt.Errorf("effect: the change starts in column %d, want 1 to %d", start, p.periods-1)
	}
	before, after := int64(start), int64(p.periods-start)
	out := Values{ints: make([]int64, p.units)}
	var ok bool
	if out.den, ok = times(p.values.den, before*after); !ok {
		return Values{}, errRange
	}
	for i := range out.ints {
		var sum [2]int64
		for t, y := range p.row(i) {
			k := 0
			if t >= start {
				k = 1
			}
			if sum[k], ok = plus(sum[k], y); !ok {
				return Values{}, errRange
			}
		}
		a, ok1 := times(sum[1], before)
		b, ok2 := times(sum[0], -after)
		c, ok3 := plus(a, b)
		if !ok1 || !ok2 || !ok3 {
			return Values{}, errRange
		}
		out.ints[i] = c
	}
	return out, nil
}
