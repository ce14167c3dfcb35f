package signal

import (
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// A placing finds a row's position in a panel: that of the person's first period
// plus that of the period.
type placing struct{ person, time []int }

// place says where in the panel the people and the written periods are.
func (in *intake) place(p *Panel, written []Period) placing {
	at := placing{make([]int, len(in.ids)), make([]int, len(written))}
	for i, id := range in.ids {
		s, _ := slices.BinarySearchFunc(p.subjects, id, coaching.PersonID.Compare)
		at.person[i] = s * len(p.periods)
	}
	for i, period := range written {
		at.time[i], _ = slices.BinarySearchFunc(p.periods, period, Period.Compare)
	}
	return at
}

// settleRows marks the rows that are present.
func (in *intake) settleRows(p *Panel, at placing) {
	for k, people := range in.person.chunks {
		times := in.time.chunks[k]
		for i, person := range people {
			here := &p.present[at.person[person]+at.time[times[i]]]
			if *here && !in.long {
				in.report.Duplicates++
			}
			*here = true
		}
	}
}

// conflicting is a missing figure that stays missing: a NaN with bits of its own.
const conflicting = 0x7ff8_0000_0000_0dd4

// settleFigures keeps each figure once. Two different ones for one cell leave it
// missing: nothing says which is right.
func (in *intake) settleFigures(p *Panel, at placing) {
	columns := p.columns(in.spec.Metrics)
	for m := range in.figures {
		for k, figures := range in.figures[m].chunks {
			people, times, column := in.person.chunks[k], in.time.chunks[k], columns[m]
			for i, v := range figures {
				if math.IsNaN(v) {
					continue
				}
				if in.long {
					column = columns[in.metric.chunks[k][i]]
				}
				cell := &column[at.person[people[i]]+at.time[times[i]]]
				known := !math.IsNaN(*cell)
				conflict := math.Float64bits(*cell) == conflicting
				if in.long && (known || conflict) {
					in.report.Duplicates++
				}
				switch {
				case conflict || *cell == v:
				case known:
					in.report.Conflicts++
					*cell = math.Float64frombits(conflicting)
				default:
					*cell = v
				}
			}
		}
	}
}

// settleLabels keeps a label per person and period, one that is not blank if
// there is one. Two different ones leave it blank, as figures are left missing.
func (in *intake) settleLabels(p *Panel, at placing, name string, labels intakeLabels) attribute {
	const conflict = -1
	cells := make([]int32, len(p.present)) // 0 for no row, 1 + the number of the label
	blank, ok := labels.texts.numbers[""]
	if !ok {
		blank = conflict - 1 // never met
	}
	for k, numbers := range labels.rows.chunks {
		people, times := in.person.chunks[k], in.time.chunks[k]
		for i, n := range numbers {
			cell := &cells[at.person[people[i]]+at.time[times[i]]]
			switch known := *cell; {
			case known == conflict || known == n+1:
			case known == 0 || known == blank+1:
				*cell = n + 1
			case n != blank:
				in.report.Conflicts++
				*cell = conflict
			}
		}
	}
	texts := labels.texts.texts
	if labels.people {
		texts = labels.ids
	}
	return newAttribute(name, texts, cells, len(p.subjects))
}
