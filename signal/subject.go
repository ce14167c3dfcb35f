package signal

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching"
)

// A SubjectValue is one person's value of a signal over a window.
type SubjectValue struct {
	Subject coaching.PersonID
	Value   float64
	Periods int  // periods behind the value
	OK      bool // false: nothing observed, or undefined
}

// PerSubject computes a signal per person over the periods that lie wholly in
// the window: the expression applied to the person's own periods, so a ratio is
// the ratio of the person's sums and a share is the share of periods. It returns
// everybody in the panel, sorted, including those without a value. The fairness
// check flags people on these.
func PerSubject(p *Panel, d Definition, window coaching.Window) ([]SubjectValue, coaching.Findings) {
	p = p.orEmpty()
	fs := d.Check()
	for _, column := range d.Expr.Columns() {
		if p.column(column) == nil {
			fs = append(fs, coaching.Finding{Code: "DQ01", Path: d.ID + ".expr", Message: fmt.Sprintf("the panel has no column %q", column)})
		}
	}
	if fs.Blocked() {
		fs.Sort()
		return nil, fs
	}
	num, den := p.columns(d.Expr.Num), p.columns(d.Expr.Den)
	values := make([]SubjectValue, len(p.subjects))
	inside := make([]bool, len(p.periods))
	for t, period := range p.periods {
		inside[t] = d.Cadence.Holds(period.Days) && period.within(window)
	}
	var ops []operand
	for s, subject := range p.subjects {
		ops = ops[:0]
		for t := range p.periods {
			if !inside[t] {
				continue
			}
			i := s*len(p.periods) + t
			o := operand{num: sumAt(num, i), den: sumAt(den, i)}
			if !math.IsNaN(o.num) && !math.IsNaN(o.den) {
				ops = append(ops, o)
			}
		}
		v, ok := d.Expr.combine(ops)
		values[s] = SubjectValue{Subject: subject, Value: v, Periods: len(ops), OK: ok}
	}
	return values, fs
}
