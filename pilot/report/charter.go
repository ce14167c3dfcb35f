package report

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/pilot"
)

// Charter returns the page that the sponsor signs before a pilot begins: one
// belief, one KPI, the primary constraint, who answers for what, the coaches who
// learn to read the signals, who is compared with whom, and when (PIL-033). The
// plan is not changed. It fails for no plan, and for one that a program built
// and that no document can hold.
func Charter(p *pilot.Plan) (*Document, error) {
	d, err := newDocument("charter", "Charter", p)
	if err != nil {
		return nil, err
	}
	d.MaxWords = pageWords
	d.add(Part{Title: "What we believe", Text: p.Hypothesis.Text, Rows: [][]string{
		{"Behaviour", stated(p.Hypothesis.Behaviour)},
		{"KPI", stated(p.KPI.Definition)},
		{"Worth having", kpiGoal(p)},
		{"Primary constraint", stated(spaced(string(p.PrimaryConstraint))) + "; mini profile: " + stated(p.MiniProfile)},
		{"Compared", comparison(p)},
	}, Head: []string{"Charter", "What it says"}})
	if s := p.Scope; s != nil {
		scope := Part{Title: "Scope", Head: []string{"Scope", "What"}}
		for _, item := range s.In {
			scope.Rows = append(scope.Rows, []string{"In", item})
		}
		for _, item := range s.Out {
			scope.Rows = append(scope.Rows, []string{"Out", item})
		}
		d.add(scope)
	}
	d.add(Part{Title: "Who answers for what", Head: []string{"Role", "Holder"}, Rows: holders(p)})

	coaches := Part{
		Title: "Who takes part",
		Text:  fmt.Sprintf("%s. The coaches below receive the workshop on reading signals.", counted(len(p.Cohort.Leaders), "leader")),
		Head:  []string{"Coach", "Kind", "Seats", "Analyst"},
	}
	for _, c := range p.Cohort.Coaches {
		coaches.Rows = append(coaches.Rows, []string{c.ID, string(c.Kind), fmt.Sprint(c.Capacity), stated(c.Analyst)})
	}
	if len(coaches.Rows) == 0 {
		coaches.Text = counted(len(p.Cohort.Leaders), "leader") + ". No coach is named."
	}
	if p.Charter.CoachMayOverridePlatform {
		coaches.Items = []string{"A coach may ignore or reweight what a platform suggests, with a recorded reason."}
	} else {
		coaches.Items = []string{"Coaches were not granted the right to ignore what a platform suggests."}
	}
	d.add(coaches)
	d.add(Part{Title: "When", Head: []string{"Window", "Days"}, Rows: [][]string{
		{"Week 0", p.Week0.String()},
		{"Baseline", span(p.Baseline())},
		{"Coaching", span(p.Run())},
		{"Measurement", span(p.Measurement())},
		{"Length", fmt.Sprintf("%d weeks, to %s", p.TemplateWeeks, p.End())},
	}})
	if p.Budget != nil {
		budget := Part{Title: "What it may cost", Head: []string{"Cost", p.Budget.Currency}}
		for _, l := range p.Budget.Lines {
			budget.Rows = append(budget.Rows, []string{spaced(string(l.Kind)), l.Amount})
		}
		d.add(budget)
	}
	return d, nil
}

// kpiGoal says how far the KPI must move, and which way.
func kpiGoal(p *pilot.Plan) string {
	if blank(p.KPI.MinEffect) {
		return stated("")
	}
	return strings.Join([]string{stated(string(p.Hypothesis.Direction)), "of at least", p.KPI.MinEffect, "(unit: " + stated(p.KPI.Unit) + ")"}, " ")
}

// holders returns the roles of a plan, each with its label.
func holders(p *pilot.Plan) [][]string {
	r := p.Roles
	rows := [][]string{
		{"Sponsor", r.Sponsor}, {"Steward", r.Steward}, {"Data owner", r.DataOwner}, {"Integration owner", r.IntegrationOwner},
		{"Product owner", r.ProductOwner}, {"Coaching lead", r.CoachingLead}, {"Privacy officer", r.PrivacyOfficer},
		{"Programme administrator", r.ProgramAdmin}, {"Attribution reviewer", r.AttributionReviewer},
	}
	for _, row := range rows {
		row[1] = or(row[1], "nobody")
	}
	return rows
}

// comparison says in a sentence who is compared with whom.
func comparison(p *pilot.Plan) string {
	starts := make([]string, len(p.Design.WaveStarts))
	for i, w := range p.Design.WaveStarts {
		starts[i] = fmt.Sprint(w)
	}
	weeks := strings.Join(starts, ", ")
	switch p.Design.Kind {
	case pilot.Staggered:
		return fmt.Sprintf("Leaders start in %s drawn by lot, in weeks %s; who has not started yet is the control.", counted(p.Design.Groups(), "wave"), weeks)
	case pilot.Parallel:
		return fmt.Sprintf("Leaders are drawn by lot; one group starts in week %s, the other is the control and is not coached in the pilot.", weeks)
	case pilot.MultipleBaseline:
		return fmt.Sprintf("Each leader starts in a week drawn by lot from weeks %s; who has not started yet is the control.", weeks)
	}
	return "Nobody: there is no control group."
}
