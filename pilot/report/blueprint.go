package report

import (
	"errors"
	"fmt"
	"strings"

	"github.com/coachgov/coaching/pilot"
)

// Blueprint returns the three pillars of a pilot (PIL-003): data signals, human
// mentorship, and governance and measurement, each with its owners, its inputs,
// what it delivers, and its dates from the schedule of the same plan. Neither is
// changed. It fails as Charter does, and for a schedule of another plan.
func Blueprint(p *pilot.Plan, s *pilot.Schedule) (*Document, error) {
	d, err := newDocument("blueprint", "Blueprint", p)
	if err != nil {
		return nil, err
	}
	if s == nil || s.Plan != p.ID || s.Week0 != p.Week0 || s.Weeks != p.TemplateWeeks {
		return nil, errors.New("report: the schedule is not that of the plan")
	}
	r := p.Roles
	coaches := map[pilot.CoachKind]int{}
	for _, c := range p.Cohort.Coaches {
		coaches[c.Kind]++
	}
	var inputs []string
	for _, x := range p.QualitativeInputs {
		inputs = append(inputs, x.ID)
	}
	d.add(Part{
		Title: "Three pillars",
		Head:  []string{"Pillar", "Owner", "Inputs", "Delivers"},
		Rows: [][]string{
			{"Data signals", owners("steward", r.Steward, "data owner", r.DataOwner, "integration owner", r.IntegrationOwner),
				counted(len(p.Signals), "signal") + ", " + counted(len(p.QualitativeInputs), "qualitative input"), "Signals, validated, with a baseline"},
			{"Human mentorship", owners("coaching lead", r.CoachingLead),
				fmt.Sprintf("%d coaches", len(p.Cohort.Coaches)), fmt.Sprintf("A playbook of %s", counted(len(p.Playbook), "experiment"))},
			{"Governance and measurement", owners("privacy officer", r.PrivacyOfficer, "sponsor", r.Sponsor),
				"Consents, fairness checks, the log of other changes", "The signed compact and the success definition"},
		},
	})
	data := Part{
		Title: "Data signals",
		Text:  "Said by people: " + or(strings.Join(inputs, ", "), "nothing") + ".",
		Head:  []string{"Signal", "Source", "Refresh", "Behaviour", "Path"},
	}
	for _, x := range p.Signals {
		data.Rows = append(data.Rows, []string{x.ID, x.Source, counted(x.RefreshDays, "day"), stated(x.Behaviour), stated(x.Path)})
	}
	d.add(data)

	human := Part{
		Title: "Human mentorship",
		Text: fmt.Sprintf("%d internal, %d external and %d peer coaches; a session of %d minutes each week, with %d minutes of preparation.",
			coaches[pilot.InternalCoach], coaches[pilot.ExternalCoach], coaches[pilot.PeerCoach], p.Session.Minutes, p.Session.PrepMinutes),
		Head: []string{"Experiment", "Signal", "Measure", "Days", "Do not conclude"},
	}
	for _, e := range p.Playbook {
		human.Rows = append(human.Rows, []string{stated(e.Experiment.Text), e.Signal, stated(e.Experiment.Measure), fmt.Sprint(e.Experiment.Days), stated(e.DoNotConclude)})
	}
	d.add(human)
	d.add(Part{
		Title: "Governance and measurement",
		Text: fmt.Sprintf("%s A figure of a snapshot describes at least %s. %s is judged once, against an expected change: %s.",
			comparison(p), counted(p.Snapshot.MinGroup, "leader"), stated(p.KPI.ID), kpiGoal(p)),
	})

	phases := Part{Title: "Phases", Head: []string{"Phase", "Weeks", "Days"}}
	for _, ph := range s.Phases {
		phases.Rows = append(phases.Rows, []string{spaced(ph.ID), ph.Weeks(), span(ph.Days)})
	}
	d.add(phases)
	dates := Part{Title: "Milestones", Head: []string{"Milestone", "Date", "Pillar"}}
	for _, m := range s.Milestones {
		dates.Rows = append(dates.Rows, []string{spaced(m.ID), m.Date.String(), pillar(m.ID)})
	}
	d.add(dates)
	return d, nil
}

// owners joins pairs of a role and its holder; a role that nobody holds is said
// to be open.
func owners(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+or(pairs[i+1], "(nobody)"))
	}
	return strings.Join(out, ", ")
}

// pillar returns the pillar that answers for a milestone.
func pillar(milestone string) string {
	switch milestone {
	case "signal_validation_start", "quality_check_by", "baseline_aggregated_by":
		return "data signals"
	case "interpretability_workshop_by", "playbook_delivered_by":
		return "human mentorship"
	}
	return "governance and measurement"
}
