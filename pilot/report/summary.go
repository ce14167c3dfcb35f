package report

import (
	"errors"
	"fmt"

	"github.com/coachgov/coaching/pilot"
)

// Summary returns the executive summary of a decided pilot: the outcome, what
// worked, what broke, and what stands beside every percentage (PIL-167). What
// worked are the criteria that passed and nothing else; a criterion without
// evidence broke. Findings are named by their rule, since a message may name a
// leader. Neither argument is changed. It fails for a plan that is not locked.
func Summary(l *pilot.Locked, decided pilot.Decision) (*Document, error) {
	if l == nil || l.Plan() == nil {
		return nil, errors.New("report: no locked plan to write about")
	}
	p := l.Plan()
	d, err := newDocument("summary", "Executive summary", p)
	if err != nil {
		return nil, err
	}
	if l.Exploratory() {
		d.Notices = append(d.Notices, "The plan was changed after data were seen: the result is exploratory.")
	}
	if decided.Barred != "" {
		d.Notices = append(d.Notices, "GO was not available: "+decided.Barred+".")
	}
	outcome := Part{Title: "Decision: " + decided.Outcome.String(), Text: or(decided.Why, "No rule was applied."), Items: []string{
		"Did behaviour change? " + decided.Answers.BehaviourChanged.String(),
		"Did the KPI move measurably? " + decided.Answers.OutcomeMeasurable.String(),
		"Are the two linked? " + decided.Answers.Linked.String(),
	}}
	if o := decided.Against; o != nil {
		outcome.Items = append(outcome.Items, fmt.Sprintf("Overridden by the sponsor on %s: the rules came to %s. Reason: %s", o.On, o.Recommended, o.Reason))
	}
	d.add(outcome)

	worked := Part{Title: "What worked", Head: []string{"Criterion", "What was seen"}}
	broke := Part{Title: "What broke", Head: []string{"Criterion", "State", "What was seen"}}
	for i, c := range decided.Criteria {
		id := fmt.Sprintf("A%d", i+1)
		name := id + " " + criterionName(id)
		if c.Status == pilot.Pass {
			worked.Rows = append(worked.Rows, []string{name, stated(c.Reason)})
		} else {
			broke.Rows = append(broke.Rows, []string{name, c.Status.String(), stated(c.Reason)})
		}
	}
	if len(worked.Rows) == 0 {
		worked.Text = "No criterion passed."
	}
	if len(broke.Rows) == 0 {
		broke.Text = "Every criterion passed."
	}
	d.add(worked)
	d.add(broke)

	d.add(Part{Title: "Beside every percentage", Head: []string{"Item", "What it is"}, Rows: [][]string{
		{"Sample size", stated(decided.Beside.Leaders)},
		{"Control", stated(decided.Beside.Control)},
		{"Confounder checks", stated(decided.Beside.Confounders)},
	}})
	if rows := byRule(decided); len(rows) > 0 {
		d.add(Part{Title: "Rules that were touched", Head: []string{"Rule", "Severity", "Times", "What it asks"}, Rows: rows})
	}
	return d, nil
}

// byRule counts the findings of a decision by code and severity, in the order in
// which a code is met first.
func byRule(d pilot.Decision) [][]string {
	type key struct{ code, severity string }
	times, order := map[key]int{}, []key{}
	for _, f := range d.Findings {
		k := key{f.Code, f.Severity.String()}
		if times[k]++; times[k] == 1 {
			order = append(order, k)
		}
	}
	asks := map[string]string{}
	for _, r := range pilot.Rules() {
		asks[r.Code] = r.Statement
	}
	var rows [][]string
	for _, k := range order {
		rows = append(rows, []string{k.code, k.severity, fmt.Sprint(times[k]), or(asks[k.code], "see the rules")})
	}
	return rows
}
