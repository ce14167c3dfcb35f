package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/signal"
)

// lockedAt is when the plan was locked: in week 0, before anybody had seen a
// baseline next to an allocation.
var lockedAt = noon("2027-01-08")

// planPilot is step 5: the plan is checked and locked, the leaders are allocated to two
// waves by a draw that anybody can repeat, and every date is written down.
func (p *programme) planPilot() error {
	plan := p.plan
	if err := p.fitsData(); err != nil {
		return err
	}
	locked, fs := plan.Lock(p.labels["P-CPO"], lockedAt)
	if err := fs.Err(); err != nil {
		return err
	}
	for _, finding := range fs {
		p.say.line("%s", finding)
	}
	p.locked = locked
	p.say.line("Locked by the sponsor on %s under digest %s.", coaching.DateOf(locked.At()), short(fmt.Sprint(locked.Digest())))

	var err error
	if p.allocation, err = p.plan.Allocate(); err != nil {
		return err
	}
	for _, trial := range p.records.Trials {
		if unit, ok := p.allocation.Unit(p.names[trial.Leader]); !ok || plan.Week(unit.Start) != trial.Run.From {
			return fmt.Errorf("%s: design: the embedded records of coaching were made under the draw of the embedded plan; this one draws other waves", p.planFile)
		}
	}
	if p.space, err = p.plan.Space(); err != nil {
		return err
	}
	for wave := 1; wave <= p.plan.Design.Groups(); wave++ {
		p.say.line("Wave %d from week %d: %s.", wave, p.plan.Design.WaveStarts[wave-1], strings.Join(p.allocation.Wave(wave), " "))
	}
	p.say.line("The draw was one of %s; the smallest p that this design can reach is %s = %s.", p.space.Size(), p.space.MinP().RatString(), p.space.MinP().FloatString(4))
	precision, err := p.plan.Precision(0.5, 2)
	if err != nil {
		return err
	}
	p.detectable = precision.Detectable(0.80, 0.05)
	p.say.line("With 80 %% power it can see a change of the KPI of %.2f standard deviations (at an ICC of 0.5).", p.detectable)

	if p.schedule, err = p.plan.Schedule(p.allocation, slots, time.LoadLocation); err != nil {
		return err
	}
	ics, err := p.schedule.ICS(pilot.ICSOptions{Stamp: lockedAt})
	if err != nil {
		return err
	}
	p.say.line("Schedule: %d sessions, %d snapshots, decision due in week %d.", len(p.schedule.Sessions), len(p.schedule.Snapshots), p.plan.TemplateWeeks)
	for name, text := range map[string][]byte{
		"schedule/pilot.ics": ics, "schedule/pilot.csv": p.schedule.CSV(), "schedule/pilot.svg": p.schedule.SVG(), "schedule/pilot.mmd": p.schedule.Mermaid(p.plan.Title),
	} {
		if err := p.out.write(name, text); err != nil {
			return err
		}
	}
	return nil
}

// fitsData refuses a plan of something else than the embedded data are about. A
// plan that breaks the rules of a plan is left to the lock, which says why.
func (p *programme) fitsData() error {
	plan := p.plan
	if plan.Check().Blocked() {
		return nil
	}
	known := definitions()
	for i, s := range plan.Signals {
		if !slices.ContainsFunc(known, func(d signal.Definition) bool { return d.ID == s.ID }) {
			return fmt.Errorf("%s: signals[%d]: the embedded data are of %s, %s and %s", p.planFile, i, known[0].ID, known[1].ID, known[2].ID)
		}
	}
	for _, want := range []struct {
		path string
		ok   bool
		what string
	}{
		{"id", plan.ID == "product-org-12w", "of the programme product-org-12w"},
		{"kpi.id", plan.KPI.ID == kpiDefinition().ID, "of the KPI " + kpiDefinition().ID},
		{"hypothesis.direction", plan.Hypothesis.Direction == pilot.Increase, "of a KPI that should increase"},
		{"week0", plan.Week0 == coaching.MustDate("2027-01-04"), "of a pilot with week 0 on 2027-01-04"},
		{"template_weeks", plan.TemplateWeeks == 12, "of a pilot of 12 weeks"},
		{"design", plan.Design.Kind == pilot.Staggered && plan.Design.Groups() == 2, "of a staggered design of two waves"},
		{"cohort.leaders", len(plan.Cohort.Leaders) == len(p.records.Agreements), fmt.Sprintf("of %d leaders", len(p.records.Agreements))},
	} {
		if !want.ok {
			return fmt.Errorf("%s: %s: the embedded data are %s", p.planFile, want.path, want.what)
		}
	}
	return nil
}

// slots are the weekly times of the leaders in Berlin, whose mornings begin at
// ten; the others meet at nine.
var slots = map[string]pilot.Slot{
	"L07": {Weekday: time.Monday, Hour: 10}, "L08": {Weekday: time.Monday, Hour: 10}, "L09": {Weekday: time.Monday, Hour: 10}, "L10": {Weekday: time.Monday, Hour: 10},
}

// short keeps the first characters of a digest.
func short(digest string) string { return digest[:min(16, len(digest))] }
