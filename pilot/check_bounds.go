package pilot

import (
	"fmt"

	"github.com/coachgov/coaching/pilot/vendor"
)

// maxListed bounds every list of a plan. A cohort has a dozen leaders; whoever
// has thousands runs many pilots.
const maxListed = 1000

// bounded reports lists that are too long to be looked at, so that a plan of any
// size is answered at once.
func (c *checker) bounded() bool {
	fine := true
	for _, list := range []struct {
		path string
		n    int
	}{
		{"secondary_outcomes", len(c.SecondaryOutcomes)}, {"calendars", len(c.Calendars)}, {"signals", len(c.Signals)},
		{"qualitative_inputs", len(c.QualitativeInputs)}, {"playbook", len(c.Playbook)}, {"waivers", len(c.Waivers)},
		{"cohort.leaders", len(c.Cohort.Leaders)}, {"cohort.coaches", len(c.Cohort.Coaches)}, {"cohort.conflicts", len(c.Cohort.Conflicts)},
		{"design.wave_starts", len(c.Design.WaveStarts)}, {"snapshot.weekdays", len(c.Snapshot.Weekdays)}, {"peer_learning_weeks", len(c.PeerLearning)},
	} {
		if list.n > maxListed {
			c.err("DOC-LIMIT", list.path, "%d entries, want at most %d", list.n, maxListed)
			fine = false
		}
	}
	if c.Budget != nil && len(c.Budget.Lines) > maxListed {
		c.err("DOC-LIMIT", "budget.lines", "%d entries, want at most %d", len(c.Budget.Lines), maxListed)
		fine = false
	}
	return fine
}

// bought checks the vendors for a pilot that is about to be launched; what a
// model that suggests needs is a gate of the run.
func (c *checker) bought() {
	if c.Vendors == nil {
		return
	}
	named := vendor.Named{IntegrationOwner: c.Roles.IntegrationOwner != "", KPI: c.KPI.ID != "", Profile: c.MiniProfile}
	for _, f := range c.Vendors.Check(vendor.Launch, named) {
		f.Path = joined("vendors", f.Path)
		c.fs = append(c.fs, f)
	}
	if !c.Vendors.Attributable() && c.Purpose == KPIAttribution {
		c.err("PIL-137", "purpose", "figures are locked in a vendor's screens: nothing can be attributed to the KPI")
	}
}

func joined(path, rest string) string {
	if rest == "" {
		return path
	}
	return path + "." + rest
}

// superiors maps each label of the plan to the label that it reports to.
func (p *Plan) superiors() map[string]string {
	up := map[string]string{}
	for _, l := range p.Cohort.Leaders {
		if l.ReportsTo != "" {
			up[l.ID] = l.ReportsTo
		}
	}
	for _, coach := range p.Cohort.Coaches {
		if coach.ReportsTo != "" {
			up[coach.ID] = coach.ReportsTo
		}
	}
	return up
}

// above reports whether somebody stands above another in the reporting line.
// A line that runs in a circle ends where it began.
func above(up map[string]string, upper, lower string) bool {
	for at, steps := up[lower], 0; at != "" && steps <= len(up); at, steps = up[at], steps+1 {
		if at == upper {
			return true
		}
	}
	return false
}

// forbidden returns the pairs of leader and coach that must not work together:
// conflicts, one person, and one above the other in the reporting line.
func (p *Plan) forbidden() map[Pair]bool {
	no := map[Pair]bool{}
	for _, pair := range p.Cohort.Conflicts {
		no[pair] = true
	}
	up := p.superiors()
	over := map[string]map[string]bool{}
	line := func(label string) map[string]bool {
		if over[label] == nil {
			over[label] = map[string]bool{}
			for at := up[label]; at != "" && !over[label][at]; at = up[at] {
				over[label][at] = true
			}
		}
		return over[label]
	}
	for _, coach := range p.Cohort.Coaches {
		for _, l := range p.Cohort.Leaders {
			if l.ID == coach.ID || line(l.ID)[coach.ID] || line(coach.ID)[l.ID] {
				no[Pair{l.ID, coach.ID}] = true
			}
		}
	}
	return no
}

// reporting checks reporting lines, conflicts and the coaches of leaders.
func (c *checker) reporting() {
	up := c.superiors()
	for i, l := range c.Cohort.Leaders {
		if l.ReportsTo != "" && above(up, l.ID, l.ID) {
			c.err("DOC-REF", fmt.Sprintf("cohort.leaders[%d].reports_to", i), "the reporting line runs in a circle")
		}
	}
	coaches := map[string]bool{}
	for i, coach := range c.Cohort.Coaches {
		coaches[coach.ID] = true
		if coach.ReportsTo != "" && above(up, coach.ID, coach.ID) {
			c.err("DOC-REF", fmt.Sprintf("cohort.coaches[%d].reports_to", i), "the reporting line runs in a circle")
		}
	}
	leaders := map[string]bool{}
	for _, l := range c.Cohort.Leaders {
		leaders[l.ID] = true
	}
	for i, pair := range c.Cohort.Conflicts {
		if !leaders[pair.Leader] || !coaches[pair.Coach] {
			c.err("DOC-REF", fmt.Sprintf("cohort.conflicts[%d]", i), "want a leader and a coach of the plan")
		}
	}
	conflicts := map[Pair]bool{}
	for _, pair := range c.Cohort.Conflicts {
		conflicts[pair] = true
	}
	load := map[string]int{}
	for i, l := range c.Cohort.Leaders {
		path := fmt.Sprintf("cohort.leaders[%d].coach", i)
		switch {
		case l.Coach == "":
			continue
		case !coaches[l.Coach]:
			c.err("DOC-REF", path, "no coach of the plan has this id")
		case conflicts[Pair{l.ID, l.Coach}]:
			c.err("MEN-004", path, "the plan lists a conflict between this leader and the coach")
		case l.ID == l.Coach || above(up, l.Coach, l.ID) || above(up, l.ID, l.Coach):
			c.err("MEN-004", path, "the coach stands in the leader's reporting line; want another one")
		}
		load[l.Coach]++
	}
	for i, coach := range c.Cohort.Coaches {
		if n := load[coach.ID]; n > coach.Capacity {
			c.err("PIL-081", fmt.Sprintf("cohort.coaches[%d].capacity", i), "%d leaders are matched to a coach who takes %d", n, coach.Capacity)
		}
	}
}
