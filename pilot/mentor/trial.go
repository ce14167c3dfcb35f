package mentor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// A Trial is one leader's run of one experiment. Its measure is declared before
// it begins, so that nobody picks the figure that happened to move.
type Trial struct {
	Leader     coaching.PersonID `json:"leader"`
	Owner      coaching.PersonID `json:"owner,omitzero"`         // the leader (PIL-112)
	Experiment string            `json:"experiment" doc:"ident"` // the experiment's id in the playbook
	Signal     string            `json:"signal" doc:"ident"`     // the one that it is tied to (C-20)
	Supporting []string          `json:"supporting,omitempty" doc:"ident"`
	Measure    string            `json:"measure" doc:"empty"`
	Declared   coaching.Date     `json:"declared"` // when the measure was declared
	Run        coaching.Window   `json:"run"`
	// Reason waives PIL-102: the coaching lead's reason for two at a time.
	Reason string `json:"reason,omitempty"`
}

// checkTrials reports what is wrong with each trial, and where two of one
// leader run at the same time.
func checkTrials(f *finder, trials []Trial, g Gate) {
	for i, t := range trials {
		path := fmt.Sprintf("trials[%d].", i)
		if t.Leader.IsZero() || t.Owner != t.Leader {
			f.err("PIL-112", path+"owner", "an experiment has one owner: the leader who runs it")
		}
		if t.Experiment == "" || strings.TrimSpace(t.Measure) == "" {
			f.err("PIL-100", path+"measure", "a trial needs an experiment and the measure that will be read")
		}
		if t.Run.Days() == 0 {
			f.err("PIL-056", path+"run", "the trial needs a first and a last day")
		} else if t.Declared.IsZero() || !t.Declared.Before(t.Run.From) {
			f.err("MEN-009", path+"declared", "the measure is to be declared before the trial begins on %s", t.Run.From)
		}
		if g.Pack == nil || !slices.Contains(g.Pack(t.Leader), t.Signal) {
			f.err("PIL-109", path+"signal", "signal %s is not in this leader's own pack", t.Signal)
		}
		if n := len(t.Supporting); n > 0 {
			f.info("C-20", path+"supporting", "tied to %s, with %d supporting; the effect is read on the first", t.Signal, n)
		}
		for j, other := range trials[:i] {
			if other.Leader == t.Leader && other.Run.Overlaps(t.Run) && !t.Leader.IsZero() &&
				strings.TrimSpace(t.Reason) == "" && strings.TrimSpace(other.Reason) == "" {
				f.warn("PIL-102", path+"run", "%s overlaps %s of trials[%d]: one experiment per leader at a time; want the coaching lead's reason, or one after the other",
					t.Run, other.Run, j)
			}
		}
	}
}
