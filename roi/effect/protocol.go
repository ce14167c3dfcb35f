package effect

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/coachgov/coaching"
)

// A Conduct is what became of a unit after the draw. The zero Conduct is that it
// followed.
type Conduct uint8

// What a unit did: as drawn; something else, such as a leader who was drawn and
// left before the coaching ended, or a control who was coached; or its outcome is
// not known, whatever it did.
const (
	Followed Conduct = iota
	Strayed
	Lost
)

// An Attrition counts, for one group of the draw, the units that were drawn, those
// whose outcome is not known, and those of the rest that did something else.
type Attrition struct {
	Drawn, Lost, Strayed int
}

// A Protocol is one comparison made twice: by what was drawn, which is the
// estimate to decide on, and by what was done, which is no longer a comparison of
// groups that were drawn by lot and is read beside it (Hernán and Robins, New
// England Journal of Medicine 377, 2017, 1391-1398).
type Protocol struct {
	// IntentionToTreat is the effect of the draw: every unit whose outcome is known,
	// in its group of the draw, whatever it did.
	IntentionToTreat Result
	// PerProtocol leaves out the units that strayed; nil where no comparison is left.
	PerProtocol *Result
	// Attrition has a place for each group of the draw.
	Attrition []Attrition
	// Findings say what was left out of either, EFF-002; those of the two results
	// stay with them.
	Findings coaching.Findings
}

// An Estimator compares some of the units: units are their places in the draw,
// ascending, allocation is the group of each, and space the allocations of these
// units that the draw could have given; nil is complete randomisation. What it
// is handed is not to be changed.
type Estimator func(units, allocation []int, space iter.Seq[[]int]) (Result, error)

// ByProtocol makes a comparison by what was drawn and by what was done.
// allocation is the group of each unit and conduct what became of it, one for
// each; space is that of [TwoGroup], over all units. [Values.Of] and [Panel.Of]
// take the units that estimate asks for. Nothing is kept or changed.
//
// Where outcomes are lost the comparison is among the others. Of the space only
// those allocations stay that leave as many units of each group: the test is
// exact if losing an outcome has nothing to do with the draw, which no test can
// tell and which the counts of each group show. It fails as estimate does by
// what was drawn, and for lists of different lengths.
func ByProtocol(allocation []int, conduct []Conduct, space iter.Seq[[]int], estimate Estimator) (Protocol, error) {
	if err := sameLength(len(conduct), allocation); err != nil {
		return Protocol{}, err
	}
	if estimate == nil {
		return Protocol{}, errors.New("effect: no estimator")
	}
	groups := 0
	for _, g := range allocation {
		groups = max(groups, g+1)
	}
	if groups > len(allocation)+1 {
		return Protocol{}, fmt.Errorf("effect: group %d of %d units", groups-1, len(allocation))
	}
	if _, err := sizes(allocation, groups); err != nil {
		return Protocol{}, err
	}
	out := Protocol{Attrition: make([]Attrition, groups)}
	var known, followed []int
	for i, c := range conduct {
		a := &out.Attrition[allocation[i]]
		a.Drawn++
		switch c {
		case Followed:
			known, followed = append(known, i), append(followed, i)
		case Strayed:
			a.Strayed++
			known = append(known, i)
		case Lost:
			a.Lost++
		default:
			return Protocol{}, fmt.Errorf("effect: unit %d has conduct %d, want Followed, Strayed or Lost", i, c)
		}
	}
	run := func(units []int) (Result, error) {
		if len(units) == 0 {
			return Result{}, errors.New("effect: no outcome is known")
		}
		own := pick(allocation, units)
		if len(units) == len(allocation) {
			return estimate(units, own, space)
		}
		return estimate(units, own, among(space, len(allocation), units, own))
	}
	var err error
	if out.IntentionToTreat, err = run(known); err != nil {
		return Protocol{}, err
	}
	for g, a := range out.Attrition {
		if a.Lost+a.Strayed > 0 {
			out.note("group %d: of %d drawn, %d without an outcome and %d who did something else", g, a.Drawn, a.Lost, a.Strayed)
		}
	}
	switch {
	case len(followed) == len(known):
		same := out.IntentionToTreat
		out.PerProtocol = &same
	default:
		if r, err := run(followed); err != nil {
			out.note("nothing is left to compare by what was done")
		} else {
			out.PerProtocol = &r
		}
	}
	return out, nil
}

func (p *Protocol) note(format string, args ...any) {
	p.Findings = append(p.Findings, coaching.Finding{Code: "EFF-002", Severity: coaching.Warning, Message: fmt.Sprintf(format, args...)})
}

// among restricts a space to some units, and to the allocations that give them
// groups of the observed sizes.
func among(space iter.Seq[[]int], n int, units, observed []int) iter.Seq[[]int] {
	if space == nil {
		return nil
	}
	want := slices.Sorted(slices.Values(observed))
	return func(yield func([]int) bool) {
		own, sorted := make([]int, len(units)), make([]int, len(units))
		for a := range space {
			if len(a) != n {
				yield(a[:0]) // of another length, which whoever tests it refuses
				return
			}
			for k, i := range units {
				own[k] = a[i]
			}
			copy(sorted, own)
			slices.Sort(sorted)
			if slices.Equal(sorted, want) && !yield(own) {
				return
			}
		}
	}
}

func pick[T any](of []T, units []int) []T {
	out := make([]T, len(units))
	for k, i := range units {
		out[k] = of[i]
	}
	return out
}

// Of returns the values of some units, in the order given. It panics for a place
// that is not one of the values.
func (v Values) Of(units []int) Values { return Values{pick(v.ints, units), v.den} }

// Of returns the rows of some units, in the order given. It panics for a place
// that is not one of the panel.
func (p Panel) Of(units []int) Panel {
	out := Panel{values: Values{den: p.values.den}, units: len(units), periods: p.periods}
	for _, i := range units {
		out.values.ints = append(out.values.ints, p.row(i)...)
	}
	return out
}
