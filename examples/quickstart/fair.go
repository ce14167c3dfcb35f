package main

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// A flagRule says when a signal flags a member, and what the flag does.
type flagRule struct {
	polarity  fairness.Polarity
	meaning   string
	harmed    string
	blindSpot string
	flags     func(value float64) bool
}

var flagRules = map[string]flagRule{
	"meeting_hygiene": {fairness.Unfavourable, "more than 13 meeting hours a week: the leader is asked to cut meetings",
		"somebody whose meetings are the work, such as a scrum master", "meetings outside the calendar", func(v float64) bool { return v > 13 }},
	"async_documentation": {fairness.Unfavourable, "fewer than 0.8 decision notes a week: the leader is asked to have more written down",
		"somebody who writes where the export does not look", "notes in other tools, above all those of field engineers", func(v float64) bool { return v < 0.8 }},
	"review_turnaround": {fairness.Favourable, "first reviews within 26 hours: the person's habits are shown to others as an example",
		"somebody whose reviews wait for reasons outside the team", "large changes, other time zones", func(v float64) bool { return v <= 26 }},
}

// The two validations: on the history before the pilot, and on the weeks after
// the remedy.
var (
	firstWindow  = coaching.Window{From: coaching.MustDate("2026-11-15"), To: coaching.MustDate("2027-01-02")}
	secondWindow = coaching.Window{From: coaching.MustDate("2027-01-10"), To: coaching.MustDate("2027-01-30")}
)

// plan is what the first validation has to show beside the three steps, fixed
// before its first day. Halfway somebody looks, which can only pause.
func plan() fairness.Validation {
	return fairness.Validation{
		Window: firstWindow, Looks: []coaching.Date{coaching.MustDate("2026-12-12")},
		MinPeople: 100, MinDays: 40, MaxShift: 0.25, MaxPSI: 0.25,
	}
}

// judge is step 3: before anybody acts on a signal, is it fair to the people
// whom it is about? The check is on the team members: ten leaders are too few to
// show anything.
func (p *programme) judge() error {
	policy := fairness.ProposedPolicy()
	policy.Review.StratifyBy = "site"
	policy.AdoptedBy, policy.AdoptedOn = p.labels["P-DPO"], coaching.MustDate("2026-11-10")
	p.say.line("Thresholds adopted by the privacy officer on %s: ratio %.2f, error %.2f; hash %s", policy.AdoptedOn, policy.RatioMin, policy.Alpha, short(fmt.Sprintf("%x", policy.Hash())))
	found, err := p.readReviews()
	if err != nil {
		return err
	}
	p.standings, p.fair = map[string]signal.StandingRecord{}, map[string]*fairness.Report{}
	for _, d := range definitions() {
		life, err := fairness.NewLifecycle(d.ID)
		if err != nil {
			return err
		}
		seed, plan := "beacon 2026-11-13 "+d.ID, plan()
		life, err = life.Next(fairness.Event{Move: fairness.Open, On: coaching.MustDate("2026-11-13"), Actor: p.labels["P-ANALYTICS"],
			Reason: "validation before the pilot", Policy: policy, Window: firstWindow, Seed: seed, Plan: &plan})
		if err != nil {
			return err
		}
		report, err := p.validate(d, plan, policy, seed, found[d.ID+" 1"])
		if err != nil {
			return err
		}
		control := p.control(d.ID, "2027-01-04")
		conclude := fairness.Event{Move: fairness.Conclude, On: coaching.MustDate("2027-01-04"), Actor: p.labels["P-ANALYTICS"], Reason: "validation has ended", Report: report}
		if report.Standing == signal.Restricted {
			conclude.Control = &control
		}
		if life, err = life.Next(conclude); err != nil {
			return err
		}
		p.tell(report, life, "2027-01-04")
		p.note(report, life, "2027-01-04")
		if life.Standing(coaching.MustDate("2027-01-04")) == signal.Paused {
			if life, report, err = p.mend(d, policy, life, found[d.ID+" 2"]); err != nil {
				return err
			}
		}
		p.fair[d.ID] = report
		record := signal.StandingRecord{Standing: life.Standing(coaching.MustDate(packDay))}
		if c, ok := life.Control(); ok {
			record.Control = c.Control
		}
		p.standings[d.ID] = record
		if err := p.memo(d, report, life); err != nil {
			return err
		}
	}
	return nil
}

// mend follows a paused signal: the intake question counts what the export does
// not see, and the check runs again on data from after that remedy only. It
// comes back under a human control, never straight.
func (p *programme) mend(d signal.Definition, policy fairness.Policy, life fairness.Lifecycle, found map[coaching.PersonID]bool) (fairness.Lifecycle, *fairness.Report, error) {
	d.Version, d.Expr.Num = 2, []string{"decision_notes", "decision_notes_declared"}
	life, err := life.Next(fairness.Event{Move: fairness.Remediate, On: coaching.MustDate("2027-01-08"), Actor: p.labels["P-ANALYTICS"],
		Reason: "intake question: how many decisions did you write down outside the wiki this week?"})
	if err != nil {
		return life, nil, err
	}
	seed := "beacon 2027-01-09 " + d.ID
	life, err = life.Next(fairness.Event{Move: fairness.Revalidate, On: coaching.MustDate("2027-01-09"), Actor: p.labels["P-ANALYTICS"],
		Reason: "flags now count the declared notes", Policy: policy, Window: secondWindow, Seed: seed})
	if err != nil {
		return life, nil, err
	}
	report, err := p.assess(d, policy, secondWindow, seed, found)
	if err != nil {
		return life, nil, err
	}
	control := p.control(d.ID, "2027-02-01")
	life, err = life.Next(fairness.Event{Move: fairness.Conclude, On: coaching.MustDate("2027-02-01"), Actor: p.labels["P-ANALYTICS"], Second: p.labels["P-DPO"],
		Reason: "validated again after the remedy", Report: report, Control: &control})
	if err != nil {
		return life, nil, err
	}
	p.tell(report, life, "2027-02-01")
	p.note(report, life, "2027-02-01")
	return life, report, nil
}

// validate carries out a planned validation: a look at half time, whose pause
// would end it, and the three steps at the end. A reviewer looks at the people
// who are drawn from everybody of the whole window, once that is over.
func (p *programme) validate(d signal.Definition, plan fairness.Validation, policy fairness.Policy, seed string, found map[coaching.PersonID]bool) (*fairness.Report, error) {
	half := plan.Looks[0]
	spec, people, err := p.observe(d, plan.Window)
	if err != nil {
		return nil, err
	}
	data := fairness.ValidationData{BlindSpots: []string{flagRules[d.ID].blindSpot}}
	if data.People, err = count(spec, people); err != nil {
		return nil, err
	}
	if data.Draw, err = fairness.DrawSample(spec, policy, seed, people); err != nil {
		return nil, err
	}
	data.Results = reviewed(data.Draw, found)
	if spec, people, err = p.observe(d, coaching.Window{From: plan.Window.From, To: half}); err != nil {
		return nil, err
	}
	if data.First, err = count(spec, people); err != nil {
		return nil, err
	}
	if spec, people, err = p.observe(d, coaching.Window{From: half.AddDays(1), To: plan.Window.To}); err != nil {
		return nil, err
	}
	if data.Second, err = count(spec, people); err != nil {
		return nil, err
	}
	look, err := plan.Look(half, data.First, nil, policy)
	if err != nil || look.Verdict == fairness.Pause {
		return look, err
	}
	p.say.line("%s: the look on %s, at an error of %.2g, does not pause it", d.ID, half, look.Validation.Alpha)
	for _, period := range p.panel.Periods() {
		for day := period.Start; plan.Window.Contains(day) && !day.After(period.Last()); day = day.AddDays(1) {
			data.Days = append(data.Days, day)
		}
	}
	return plan.Conclude(data, policy)
}

// assess carries out the three steps on the members.
func (p *programme) assess(d signal.Definition, policy fairness.Policy, window coaching.Window, seed string, found map[coaching.PersonID]bool) (*fairness.Report, error) {
	spec, people, err := p.observe(d, window)
	if err != nil {
		return nil, err
	}
	drawn, err := fairness.DrawSample(spec, policy, seed, people)
	if err != nil {
		return nil, err
	}
	return fairness.Assess(fairness.Assessment{Spec: spec, Policy: policy, Window: window, People: people, Seed: seed, Reviews: reviewed(drawn, found)})
}

// reviewed returns what a reviewer finds about the people drawn.
func reviewed(drawn []fairness.Case, found map[coaching.PersonID]bool) []fairness.ReviewResult {
	var results []fairness.ReviewResult
	for _, c := range drawn {
		results = append(results, fairness.ReviewResult{Person: c.Person, Flagged: c.Flagged, Group: c.Group, Wrong: c.Flagged != found[c.Person]})
	}
	return results
}

// count counts the people.
func count(spec fairness.Spec, people []fairness.Observation) (*fairness.Table, error) {
	t, err := fairness.NewTable(spec)
	if err != nil {
		return nil, err
	}
	for _, o := range people {
		if err := t.Add(o); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// observe returns whom the signal flags in a window, among the members of whom
// it has a value.
func (p *programme) observe(d signal.Definition, window coaching.Window) (fairness.Spec, []fairness.Observation, error) {
	values, fs := signal.PerSubject(p.panel, d, window)
	if err := fs.Err(); err != nil {
		return fairness.Spec{}, nil, err
	}
	value := map[coaching.PersonID]signal.SubjectValue{}
	for _, v := range values {
		value[v.Subject] = v
	}
	spec := fairness.Spec{
		Signal: d.ID, Polarity: flagRules[d.ID].polarity,
		Attributes: []fairness.Attribute{
			{Name: "gender", Role: fairness.Protected, Levels: []string{"man", "woman"}},
			{Name: "site", Role: fairness.Operational, Levels: []string{"field", "office"}},
		},
		Features: []fairness.Feature{{Name: "schedule", Levels: []string{"nonstandard", "standard"}}},
	}
	var people []fairness.Observation
	for _, m := range p.members {
		if v, ok := value[m.id]; ok && v.OK {
			people = append(people, fairness.Observation{Person: m.id, Levels: []string{m.gender, m.site}, Factors: []string{m.schedule}, Flagged: flagRules[d.ID].flags(v.Value)})
		}
	}
	return spec, people, nil
}

// tell prints a report's verdict with its reasons.
func (p *programme) tell(r *fairness.Report, life fairness.Lifecycle, on string) {
	f, m := r.Review.FalseDiscovery, r.Review.Missed
	p.say.line("%s: %d of %d members flagged. Review by hand: %d of %d flags wrong, %d of %d missed. Verdict %s, so %s on %s.",
		r.Signal, r.Flagged.X, r.Flagged.N, f.Wrong.X, f.Wrong.N, m.Wrong.X, m.Wrong.N, r.Verdict, life.Standing(coaching.MustDate(on)), on)
	for _, finding := range r.Findings {
		if finding.Severity != coaching.Info {
			p.say.line("  %s %s", finding.Code, finding.Message)
		}
	}
}

// A change is a signal that was paused, or came back into use, on a day.
type change struct {
	on      coaching.Date
	signal  string
	resumed bool
	cause   string // the code of the finding behind it
}

// note keeps a change of standing for the audit trail.
func (p *programme) note(r *fairness.Report, life fairness.Lifecycle, day string) {
	on := coaching.MustDate(day)
	last := false // paused before
	for _, c := range p.changes {
		if c.signal == r.Signal {
			last = !c.resumed
		}
	}
	paused := life.Standing(on) == signal.Paused
	if paused == last {
		return
	}
	cause := "FAI-006" // back under a human control
	if paused {
		for f := range r.Findings.Blocking() {
			cause = f.Code
			break
		}
	}
	p.changes = append(p.changes, change{on, r.Signal, !paused, cause})
}

// control is what people do so that a signal with thin evidence does no harm.
func (p *programme) control(id, from string) fairness.Control {
	return fairness.Control{
		Control: "the steward looks at each flag with the person's circumstances before the coach sees the pack; the intake question stands beside it",
		Owner:   p.labels["P-ANALYTICS"], Approver: p.labels["P-DPO"], Evidence: "steward log, " + id,
		From: coaching.MustDate(from), Expires: coaching.MustDate(from).AddDays(89),
	}
}

// memo writes the risk memo of one signal for the sponsors.
func (p *programme) memo(d signal.Definition, report *fairness.Report, life fairness.Lifecycle) error {
	rule := flagRules[d.ID]
	in := fairness.MemoInput{
		Report: report, Purpose: "coaching towards sprint predictability", FlagMeaning: rule.meaning, WhoIsHarmed: rule.harmed,
		BlindSpots: []string{rule.blindSpot, "part-time work"}, Residual: "a flag can be wrong about a person; nobody is judged by one",
		Prepared: coaching.MustDate("2027-02-01"), NextReview: coaching.MustDate("2027-04-02"),
		PreparedBy: p.labels["P-ANALYTICS"], SignedBy: []coaching.PersonID{p.labels["P-DPO"], p.labels["P-CPO"]},
	}
	if c, ok := life.Control(); ok {
		in.Controls = []fairness.Control{c}
	}
	memo, err := fairness.NewMemo(in)
	if err != nil {
		return err
	}
	if err := p.out.write("fairness/"+d.ID+".html", memo.HTML()); err != nil {
		return err
	}
	return p.out.write("fairness/"+d.ID+".md", memo.Markdown())
}

// readReviews returns, by signal and round, what a reviewer finds when looking at
// a member by hand: does what the flag says hold?
func (p *programme) readReviews() (map[string]map[coaching.PersonID]bool, error) {
	f, err := open("", "reviews.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(f.data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	found := map[string]map[coaching.PersonID]bool{}
	for i, row := range rows[1:] {
		id, err := p.people.Person(row[0])
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", f.name, i+2, err)
		}
		key := row[1] + " " + row[2]
		if found[key] == nil {
			found[key] = map[coaching.PersonID]bool{}
		}
		found[key][id] = row[3] == "yes"
	}
	return found, nil
}
