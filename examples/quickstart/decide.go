package main

import (
	"context"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// decidedAt is the meeting of the decision.
var decidedAt = noon("2027-04-06")

// decide is step 8.
func (p *programme) decide() error {
	adherence := p.log.Adherence()
	p.decision = pilot.Decide(p.locked, pilot.Evidence{
		CarriedOut: p.allocation, Behaviour: p.behaviour, KPI: &p.kpiEffect,
		DataGates:   []pilot.DataGate{{Name: "quality check", Held: len(p.blockedFeeds) == 0}, {Name: "eight weeks of history", Held: baselineWindow.Days() == 56}},
		Confounders: p.log.Confounders(), LogClosed: true,
		Reviews:    []pilot.Review{{Window: coaching.Window{From: p.plan.Baseline().From, To: p.plan.End()}, Role: coaching.AttributionReviewer, By: p.labels["P-HR"]}},
		Streams:    p.streams(),
		Governance: &pilot.Governance{Compact: true},
		Adherence:  &adherence,
	})
	d := p.decision
	for _, c := range d.Criteria {
		p.say.line("%s %-11s %s", c.ID, c.Status, c.Reason)
	}
	for _, f := range d.Findings {
		p.say.line("  %s", f)
	}
	p.say.line("DECISION: %s. %s", d.Outcome, d.Why)
	p.say.line("Beside any percentage stands: %s.", d.Beside)
	log, err := p.log.JSON()
	if err != nil {
		return err
	}
	if err := p.out.write("pilot-log.json", log); err != nil {
		return err
	}
	if err := p.closeTrail(context.Background()); err != nil {
		return err
	}
	return p.dashboard()
}
