package pilot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// An Enrolment is a plan and the people behind its labels of leaders and coaches.
// A label without a person is left out.
type Enrolment struct {
	Plan   *Plan
	People map[string]coaching.PersonID
}

// Overlaps warns of each leader who is in two plans at a time, and of each
// internal or peer coach who is counted in two: a coach is dedicated (PIL-091). A
// plan lasts from week 0 to its end, and for a leader who withdrew until that day.
// Findings are about the plan that begins later and are sorted; paths are such as
// "plans[1].cohort.leaders[3]".
func Overlaps(enrolments []Enrolment) coaching.Findings {
	type stay struct {
		days coaching.Window
		plan int
		path string
		what string
	}
	stays := map[coaching.PersonID][]stay{}
	for i, e := range enrolments {
		if e.Plan == nil {
			continue
		}
		p := e.Plan
		add := func(label, path, what string, to coaching.Date) {
			if person := e.People[label]; !person.IsZero() && !p.Week0.IsZero() {
				stays[person] = append(stays[person], stay{coaching.Window{From: p.Week0, To: to}, i, fmt.Sprintf("plans[%d].%s", i, path), what})
			}
		}
		for j, l := range p.Cohort.Leaders {
			to := p.End()
			if !l.Withdrawn.IsZero() && l.Withdrawn.Before(to) {
				to = l.Withdrawn
			}
			add(l.ID, fmt.Sprintf("cohort.leaders[%d]", j), "the leader", to)
		}
		for j, coach := range p.Cohort.Coaches {
			if coach.Kind != ExternalCoach {
				add(coach.ID, fmt.Sprintf("cohort.coaches[%d]", j), "the coach", p.End())
			}
		}
	}
	var fs coaching.Findings
	for _, list := range slices.Collect(maps.Values(stays)) {
		slices.SortFunc(list, func(a, b stay) int {
			return cmp.Or(a.days.From.Compare(b.days.From), cmp.Compare(a.plan, b.plan), cmp.Compare(a.path, b.path))
		})
		for i, s := range list {
			for _, other := range list[:i] {
				if other.plan != s.plan && !other.days.To.Before(s.days.From) {
					fs = append(fs, warnf("PIL-091", s.path, "%s is also in plans[%d] until %s; want one plan at a time", s.what, other.plan, other.days.To))
				}
			}
		}
	}
	fs.Sort()
	return fs
}
