package roi

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coachgov/coaching/internal/enum"
)

// A Variable is one of the four figures that a reader doubts first.
type Variable uint8

const (
	TheDelta Variable = iota
	UnitValue
	AttributedShare
	TheCost
)

var variableLines = [...]string{"delta", "unit_value", "attribution", "cost"}

// String returns the ID of the variable's line, such as "unit_value".
func (v Variable) String() string { return enum.Name(variableLines[:], v, "Variable") }

// At returns the ROI when one variable has another value and everything else
// is as stated. It fails when the variable is not declared or the cost is zero.
func (s *Statement) At(v Variable, value Exact) (Exact, error) {
	if int(v) >= len(variableLines) {
		return Exact{}, fmt.Errorf("roi: variable %d is not declared", v)
	}
	return reevaluate(s.Lines, map[string]Exact{v.String(): value.known()}, "roi")
}

// known returns e, and 0 for the zero Exact.
func (e Exact) known() Exact { return Exact{e.rat()} }

// A BreakEven holds, for each variable, the value at which the net benefit is
// exactly zero while everything else is as stated. It is unset where no value
// of zero or more does that; Cost is the benefit itself, below zero for a loss,
// which no cost makes up for. A share above 1 means that no share is enough.
type BreakEven struct {
	Delta, UnitValue, Attribution, Cost Exact
}

// BreakEven returns the values at which the ROI is exactly zero. The benefit
// is proportional to each variable, so they are closed forms.
func (s *Statement) BreakEven() BreakEven {
	cost, _ := reevaluate(s.Lines, nil, "cost")
	at := func(v Variable) Exact {
		slope, err := reevaluate(s.Lines, map[string]Exact{v.String(): Int(1)}, "benefit")
		if err != nil {
			return Exact{}
		}
		value, err := cost.Quo(slope)
		if err != nil || value.Sign() < 0 {
			return Exact{}
		}
		return value
	}
	benefit, _ := reevaluate(s.Lines, nil, "benefit")
	return BreakEven{Delta: at(TheDelta), UnitValue: at(UnitValue), Attribution: at(AttributedShare), Cost: benefit}
}

// A Range is a variable with the two values to try.
type Range struct {
	Variable  Variable
	Low, High Exact
}

// A Bar is one bar of a tornado chart: the ROI at both ends of a range.
type Bar struct {
	Range
	AtLow, AtHigh Exact
	Swing         Exact // the distance between the two, never negative
}

// Tornado varies one variable at a time. The bars come in the order of
// decreasing swing, and of the variables where swings are equal. It fails when
// a range cannot be evaluated.
func (s *Statement) Tornado(ranges []Range) ([]Bar, error) {
	bars := make([]Bar, 0, len(ranges))
	for _, r := range ranges {
		low, err := s.At(r.Variable, r.Low)
		if err != nil {
			return nil, err
		}
		high, err := s.At(r.Variable, r.High)
		if err != nil {
			return nil, err
		}
		swing := high.Sub(low)
		if swing.Sign() < 0 {
			swing = swing.Neg()
		}
		bars = append(bars, Bar{r, low, high, swing})
	}
	slices.SortStableFunc(bars, func(a, b Bar) int {
		return cmp.Or(b.Swing.Cmp(a.Swing), cmp.Compare(a.Variable, b.Variable))
	})
	return bars, nil
}
