package signal

import (
	"fmt"

	"github.com/coachgov/coaching"
)

// A Peers table compares leaders with each other in the same period. It is for
// the steward who looks for faults in the data, never for a coach or a leader:
// no view or pack takes one, and a coach who ranks leaders no longer coaches.
type Peers struct{ z *Series }

// minPeers is the least number of leaders with a value whose spread says
// something.
const minPeers = 6

// PeersOf reads each leader's value as a robust z among the values of all
// leaders in that period: (x - median) / scale, on the scale of the definition's
// transform, with the scale chosen as in a baseline. Fewer than 6 leaders with a
// value, or values that are all alike, give no z. Answers on a scale of a few
// steps have none either; the nil series and such a signal answer an empty table.
func PeersOf(s *Series) *Peers {
	if s == nil || s.definition.ordinal() {
		return &Peers{&Series{}}
	}
	cells := make([]Cell, len(s.cells))
	n := len(s.periods)
	for t := range n {
		var values []float64
		for l := range s.leaders {
			if cell := s.cells[l*n+t]; cell.Status == OK {
				values = append(values, s.definition.Transform.forward(cell.Value))
			}
		}
		middle := median(values)
		scale, from := robustScale(values)
		for l := range s.leaders {
			cell := s.cells[l*n+t]
			switch {
			case cell.Status != OK:
			case len(values) < minPeers:
				cell = Cell{Reason: fmt.Sprintf("%d leaders have a value; want at least %d", len(values), minPeers)}
			case from == NoScale:
				cell = Cell{Reason: "all leaders have the same value"}
			default:
				cell.Value = (s.definition.Transform.forward(cell.Value) - middle) / scale
			}
			cells[l*n+t] = cell
		}
	}
	return &Peers{s.with(cells)}
}

// At returns a leader's z among the leaders of a period, or why there is none.
func (p *Peers) At(leader coaching.PersonID, period Period) Cell {
	if p == nil || p.z == nil {
		return Cell{Reason: "outside the series"}
	}
	return p.z.At(leader, period)
}
