package signal

import (
	"fmt"
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

// TeamsBy makes a team of the people with the same latest label of an attribute,
// such as ManagerId. The function says which leader a label stands for, as
// [coaching.ParsePersonID] does for one of ImportSpec.PersonAttributes; it is
// called once for each label. People without a label are in no team, nor those
// whose label stands for the zero PersonID. It is an error when the panel has no
// such attribute or the function fails; neither quotes a label.
func TeamsBy(p *Panel, name string, leaderOf func(label string) (coaching.PersonID, error)) (Teams, error) {
	p = p.orEmpty()
	at := slices.IndexFunc(p.attributes, func(a attribute) bool { return a.name == name })
	if at < 0 {
		return nil, fmt.Errorf("signal: the panel has no attribute %q; name it in ImportSpec.Attributes", name)
	}
	teams, leaders := Teams{}, map[string]coaching.PersonID{}
	for s, label := range p.attributes[at].values {
		if label == "" {
			continue
		}
		leader, known := leaders[label]
		if !known {
			var err error
			if leader, err = leaderOf(label); err != nil {
				return nil, fmt.Errorf("signal: a label of attribute %q: %w", name, err)
			}
			leaders[label] = leader
		}
		if !leader.IsZero() {
			teams[p.subjects[s]] = leader
		}
	}
	return teams, nil
}

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

// places returns, for each of the leaders, where in a sorted list of people the
// members of the team are, in order; those who are not in the list are left out.
func (t Teams) places(leaders, people []coaching.PersonID) [][]int {
	at := make(map[coaching.PersonID]int, len(leaders))
	for l, leader := range leaders {
		at[leader] = l
	}
	places := make([][]int, len(leaders))
	for s, person := range people {
		if leader, ok := t[person]; ok {
			l := at[leader]
			places[l] = append(places[l], s)
		}
	}
	return places
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
