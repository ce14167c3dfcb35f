package mentor

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// PeerLearning is one meeting in which leaders of a programme, or its coaches,
// learn from each other (PIL-117). Nobody has to come, so who was missing is not
// recorded; what was said is not recorded either.
type PeerLearning struct {
	ID          string              `json:"id" doc:"ident"`
	Date        coaching.Date       `json:"date"`
	Minutes     int                 `json:"minutes" doc:"max=1440"`
	Facilitator coaching.PersonID   `json:"facilitator"`
	Present     []coaching.PersonID `json:"present"` // without the facilitator
	// Experiments are those that were talked about, by their ids in the playbook.
	Experiments []string `json:"experiments,omitempty" doc:"ident"`
}

// CheckPeerLearning reports what is wrong with the records, sorted: each has an
// id of its own, a day, a length, a facilitator and at least two others, and
// talks about experiments of the playbook. No meeting at all is no finding.
func CheckPeerLearning(meetings []PeerLearning, p Playbook) coaching.Findings {
	var f finder
	seen := map[string]bool{}
	for i, m := range meetings {
		path := fmt.Sprintf("peer_learning[%d].", i)
		if m.ID == "" || seen[m.ID] {
			f.err("MEN-023", path+"id", "a meeting has an id of its own")
		}
		seen[m.ID] = true
		if m.Date.IsZero() || m.Minutes <= 0 {
			f.err("MEN-023", path+"date", "a meeting has a day and a length")
		}
		present := slices.SortedFunc(slices.Values(m.Present), coaching.PersonID.Compare)
		present = slices.Compact(present)
		if m.Facilitator.IsZero() || slices.Contains(present, m.Facilitator) {
			f.err("MEN-023", path+"facilitator", "want a facilitator, who is not among those present")
		}
		if len(present) < 2 || len(present) != len(m.Present) || slices.ContainsFunc(present, coaching.PersonID.IsZero) {
			f.err("MEN-023", path+"present", "want at least two people, each once")
		}
		for j, id := range m.Experiments {
			if !slices.ContainsFunc(p.Entries, func(e Entry) bool { return e.Experiment.ID == id }) {
				f.err("MEN-023", fmt.Sprintf("%sexperiments[%d]", path, j), "%s is no experiment of the playbook", id)
			}
		}
	}
	return f.sorted()
}
