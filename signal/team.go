package signal

import (
	"maps"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// MinGroup is the least number of people behind a figure of a group, counted per
// cell and period.
const MinGroup = 5

// Teams maps each member of a team to the leader whose team it is. A member has
// one leader.
type Teams map[coaching.PersonID]coaching.PersonID

// Leaders returns the leaders, sorted, each once.
func (t Teams) Leaders() []coaching.PersonID {
	seen := map[coaching.PersonID]bool{}
	for _, leader := range t {
		seen[leader] = true
	}
	return slices.SortedFunc(maps.Keys(seen), coaching.PersonID.Compare)
}

// Members returns a leader's team, sorted.
func (t Teams) Members(leader coaching.PersonID) []coaching.PersonID {
	var members []coaching.PersonID
	for m, l := range t {
		if l == leader {
			members = append(members, m)
		}
	}
	slices.SortFunc(members, coaching.PersonID.Compare)
	return members
}

// Consenting returns the teams without the members whose consent to the signal
// and purpose does not hold at the time. The receiver is not changed.
func (t Teams) Consenting(c Consents, signal, purpose string, at time.Time) Teams {
	kept := Teams{}
	for m, l := range t {
		if c.Holds(m, signal, purpose, at) {
			kept[m] = l
		}
	}
	return kept
}
