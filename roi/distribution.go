package roi

import (
	"errors"
	"fmt"
	"slices"
)

// maxOutcomes bounds the combinations of a distribution and of a grid.
const maxOutcomes = 100_000

// maxPointBits bounds the values of a spread: sums of fractions whose
// denominators have nothing in common grow with every point.
const maxPointBits = 256

// A Point is a value that a variable may have, and how likely it is.
type Point struct{ Value, Probability Exact }

// A Spread is a variable with the values that it may have, such as a
// conservative, a likely and an optimistic one. Their probabilities sum to 1.
type Spread struct {
	Variable Variable
	Points   []Point
}

// An Outcome is a value of the ROI and how likely it is.
type Outcome struct{ ROI, Probability Exact }

// A Distribution is what the ROI may be, exactly: no dice were thrown.
type Distribution struct {
	Outcomes []Outcome // by rising ROI, each value once
	Mean     Exact
}

// Distribute returns the ROI under every combination of the points, as if the
// variables were independent of each other: where they are not, the tails are
// heavier or lighter than it says. What no spread names is as stated. It fails
// when a variable is spread twice, probabilities do not sum to 1 or are not above
// zero, a value has more than 256 bits, an ROI has no value, or there are more than
// 100,000 combinations. The
// order of spreads and points changes nothing.
func (s *Statement) Distribute(spreads ...Spread) (Distribution, error) {
	combinations := 1
	seen := map[Variable]bool{}
	for _, v := range spreads {
		if int(v.Variable) >= len(variableLines) || seen[v.Variable] {
			return Distribution{}, fmt.Errorf("roi: variable %d is not declared, or spread twice", v.Variable)
		}
		seen[v.Variable] = true
		if len(v.Points) == 0 || len(v.Points) > maxOutcomes/combinations {
			return Distribution{}, fmt.Errorf("roi: %d points of %s, want at least one, and at most %d combinations", len(v.Points), v.Variable, maxOutcomes)
		}
		combinations *= len(v.Points)
		sum := Int(0)
		for _, p := range v.Points {
			if p.Probability.Sign() <= 0 || p.Probability.rat().Denom().BitLen() > 64 {
				return Distribution{}, fmt.Errorf("roi: a probability of %s is not above zero, or has too many digits", v.Variable)
			}
			if r := p.Value.rat(); r.Num().BitLen() > maxPointBits || r.Denom().BitLen() > maxPointBits {
				return Distribution{}, fmt.Errorf("roi: a value of %s has more than %d bits", v.Variable, maxPointBits)
			}
			sum = sum.Add(p.Probability)
		}
		if sum.Cmp(Int(1)) != 0 {
			return Distribution{}, fmt.Errorf("roi: the probabilities of %s sum to %s, want 1", v.Variable, sum.Round(4))
		}
	}
	var out []Outcome
	given := map[string]Exact{}
	var visit func(at int, p Exact) error
	visit = func(at int, p Exact) error {
		if at == len(spreads) {
			roi, err := reevaluate(s.Lines, given, "roi")
			out = append(out, Outcome{roi, p})
			return err
		}
		for _, point := range spreads[at].Points {
			given[spreads[at].Variable.String()] = point.Value.known()
			if err := visit(at+1, p.Mul(point.Probability)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(0, Int(1)); err != nil {
		return Distribution{}, err
	}
	slices.SortFunc(out, func(a, b Outcome) int { return a.ROI.Cmp(b.ROI) })
	d := Distribution{Mean: Int(0)}
	for _, o := range out {
		d.Mean = d.Mean.Add(o.ROI.Mul(o.Probability))
		if last := len(d.Outcomes) - 1; last >= 0 && d.Outcomes[last].ROI.Cmp(o.ROI) == 0 {
			d.Outcomes[last].Probability = d.Outcomes[last].Probability.Add(o.Probability)
		} else {
			d.Outcomes = append(d.Outcomes, o)
		}
	}
	return d, nil
}

// Above returns the probability of an ROI greater than v.
func (d Distribution) Above(v Exact) Exact {
	sum := Int(0)
	for _, o := range d.Outcomes {
		if o.ROI.Cmp(v) > 0 {
			sum = sum.Add(o.Probability)
		}
	}
	return sum
}

// Quantile returns the smallest ROI that is reached or stayed below with a
// probability of at least q, for q above 0 and up to 1; unset otherwise.
func (d Distribution) Quantile(q Exact) Exact {
	if q.Sign() <= 0 {
		return Exact{}
	}
	sum := Int(0)
	for _, o := range d.Outcomes {
		if sum = sum.Add(o.Probability); sum.Cmp(q) >= 0 {
			return o.ROI
		}
	}
	return Exact{}
}

// Grid returns the ROI for each pair of values of two variables: a row for each
// value of the first, a column for each of the second, in the orders given. It
// fails when the variables are one or not declared, there are more than 100,000
// cells, or an ROI has no value.
func (s *Statement) Grid(rows Variable, of []Exact, columns Variable, by []Exact) ([][]Exact, error) {
	if int(max(rows, columns)) >= len(variableLines) || rows == columns {
		return nil, errors.New("roi: a grid wants two variables that are declared")
	}
	if len(of) == 0 || len(by) == 0 || len(of) > maxOutcomes/len(by) {
		return nil, fmt.Errorf("roi: grid of %d × %d cells, want 1 to %d", len(of), len(by), maxOutcomes)
	}
	out := make([][]Exact, len(of))
	for i, a := range of {
		for _, b := range by {
			v, err := reevaluate(s.Lines, map[string]Exact{rows.String(): a.known(), columns.String(): b.known()}, "roi")
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], v)
		}
	}
	return out, nil
}
