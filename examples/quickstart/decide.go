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
	adherence, facts := p.log.Adherence(), p.log.Facts(decidedAt)
	p.decision = pilot.Decide(p.locked, pilot.Evidence{
		Confirmed:  &pilot.Confirmation{Criteria: p.plan.Acceptance, Role: coaching.Sponsor, By: p.labels["P-CPO"], On: coaching.DateOf(lockedAt)},
		CarriedOut: p.allocation, Behaviour: p.behaviour, KPI: &p.kpiEffect,
		DataGates: []pilot.DataGate{
			{Name: "quality check", Held: facts.QualityCheck},
			{Name: "six weeks of history", Held: facts.HistoryDays >= 42},
			{Name: "snapshots delivered", Held: facts.Snapshots >= facts.SnapshotsDue},
		},
		Confounders: p.log.Confounders(), LogClosed: facts.ConfounderLogClosed,
		Reviews: []pilot.Review{{Window: coaching.Window{From: p.stated.Review.From, To: p.stated.Review.To}, Role: p.roles[p.stated.Review.By], By: p.labels[p.stated.Review.By]}},
		Streams: p.streams(),
		Governance: &pilot.Governance{
			Compact: facts.Compact, OpenAppeals: len(p.stated.Appeals), PausedSignals: p.pausedUse, OpenIssues: facts.GovernanceOpen + p.breaches,
		},
		Adherence: &adherence,
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
	if gate := pilot.DefaultPolicy().Gate(p.log.State(), pilot.Decided, facts); !gate.Open() {
		p.say.line("Before the pilot is closed:")
		for _, f := range gate.Unmet {
			p.say.line("  %s %s", f.Code, f.Message)
		}
	}
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
	if err := p.papers(); err != nil {
		return err
	}
	return p.dashboard()
}
