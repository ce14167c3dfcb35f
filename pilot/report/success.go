package report

import (
	"fmt"

	"github.com/coachgov/coaching/pilot"
)

// SuccessDefinition returns what the sponsor confirms in week 0, before anything
// is seen: the criteria A1 to A7 with the plan's own figures and those of
// pilot.DefaultPolicy, and which outcome follows from them. The plan is not
// changed. It fails as Charter does.
func SuccessDefinition(p *pilot.Plan) (*Document, error) {
	d, err := newDocument("success", "Success definition", p)
	if err != nil {
		return nil, err
	}
	pol := pilot.DefaultPolicy()
	d.add(Part{Title: "What would count as success", Text: p.Hypothesis.Text, Head: []string{"KPI", "What it is"}, Rows: [][]string{
		{"Definition", stated(p.KPI.Definition)},
		{"Worth having", kpiGoal(p)},
		{"Timing", p.KPI.Class.String()},
		{"Read", fmt.Sprintf("every %d days, %s", p.KPI.CadenceDays, span(p.Measurement()))},
		{"Compared", comparison(p)},
	}})

	declared := Part{Title: "Behaviour, declared before", Head: []string{"Signal", "Behaviour", "Expected"}}
	for _, s := range p.Signals {
		if s.Direction != "" {
			declared.Rows = append(declared.Rows, []string{s.ID, stated(s.Behaviour), string(s.Direction)})
		}
	}
	if len(declared.Rows) == 0 {
		declared.Text = "No signal has a declared direction, so nothing can change as declared."
	}
	d.add(declared)

	means := map[string]string{
		"A1": fmt.Sprintf("at least one declared signal moves as declared at the %d %% level after Holm's correction, and none against it", pol.AlphaPercent),
		"A2": fmt.Sprintf("%s, its interval clear of zero, at the %d %% level", kpiGoal(p), pol.AlphaPercent),
		"A3": "every condition on the data that is reported held",
		"A4": "the log of other changes is closed, and a reviewer has ruled them out for every day of the measurement",
		"A5": fmt.Sprintf("all %d agree, each with a witness of its own; data and sponsor speak in the last week or later", pol.Streams),
		"A6": "compact signed, no open appeal or issue, no paused signal used",
		"A7": fmt.Sprintf("at least %d %% of the sessions that were due were held, and the experiment of every leader has started", pol.AdherencePercent),
	}
	criteria := Part{Title: "The seven criteria", Text: "Missing evidence never passes.", Head: []string{"Criterion", "Passes when"}}
	for _, id := range []string{"A1", "A2", "A3", "A4", "A5", "A6", "A7"} {
		criteria.Rows = append(criteria.Rows, []string{id + " " + criterionName(id), means[id]})
	}
	d.add(criteria)
	d.add(Part{Title: "What follows", Text: "The first line that holds decides. A plan that was changed after data were seen, or locked after they were analysed, cannot end in GO.", Head: []string{"Outcome", "When"}, Rows: outcomes(p)})

	confirm := Part{Title: "Confirmation", Text: fmt.Sprintf("The sponsor, %s, confirms these criteria (%s) by %s. Criteria that were not confirmed by then pass nothing.",
		or(p.Roles.Sponsor, "not named"), stated(p.Acceptance), p.Week(1).AddDays(-1))}
	for _, o := range p.SecondaryOutcomes {
		confirm.Items = append(confirm.Items, "Watched, and decides nothing: "+stated(o.Definition))
	}
	d.add(confirm)
	return d, nil
}

// outcomes returns the rules of pilot.Decide, in the order in which they are
// asked.
func outcomes(p *pilot.Plan) [][]string {
	rows := [][]string{{"INVALID", "the allocation carried out is not the committed one"}}
	if mode, _ := p.Effective(); mode == pilot.LearningSprint {
		return append(rows, []string{"NO_GO", "governance is not clean, or the KPI moved the wrong way by the least effect"},
			[]string{"PROCEED_TO_PILOT", "A1 passes"}, []string{"STOP", "A1 fails, A3 and A7 pass"}, []string{"REPEAT", "otherwise"})
	}
	return append(rows, [][]string{
		{"NO_GO", "governance is not clean, or the KPI moved the wrong way by the least effect"},
		{"INCONCLUSIVE", "any criterion is missing, or A3, A4, A5 or A7 fails"},
		{"GO", "A1 and A2 pass"},
		{"SCOPED_GO", "A1 passes, A2 is directional and the sponsor asks for a scope"},
		{"EXTEND", "A1 passes, A2 fails and weeks are left"},
		{"NO_GO", "A1 passes and A2 fails; or A1 fails and A2 does not pass"},
		{"INCONCLUSIVE", "otherwise, such as a KPI that moved without the behaviour"},
	}...)
}
