package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// auditSeed makes the demonstration's signing key. A host takes 32 bytes from
// crypto/rand, once, and keeps the secret key apart from the log.
const auditSeed = "demonstration only, 32 bytes long"

// govern is step 4: the policy answers, every answer is on record before it
// counts, and a pack opens only with the grant for it.
func (p *programme) govern() error {
	ctx := context.Background()
	if err := p.openTrail(ctx); err != nil {
		return err
	}
	if err := p.makePacks(); err != nil {
		return err
	}

	now := noon(packDay)
	p.opened = map[string]signal.CoachView{}
	for _, label := range p.leaders() {
		coach := p.names[p.coachOf[p.labels[label]]]
		pack, ready := p.packs[label]
		if !ready {
			continue
		}
		read := p.request(coach, governance.View, governance.ForCoaching, pack.Resource(), now)
		decision, grant := p.engine.Authorize(ctx, read)
		if label == "L02" {
			p.answer("May coach C1 read the pack of L02, whom C1 coaches?", read, decision)
		}
		if !decision.Allowed() {
			p.say.line("  %s may not read the pack of %s: %s", coach, label, decision.Codes())
			continue
		}
		view, err := enforce.Unlock(grant, pack, read.Subject.ID, read.Action, now)
		if err != nil {
			return err
		}
		if err := p.engine.Complete(ctx, grant, enforce.Completion{Result: audit.Completed, Items: 1, At: now}); err != nil {
			return err
		}
		p.opened[label] = view
		if err := p.out.write("packs/"+label+".txt", []byte(view.Text())); err != nil {
			return err
		}
		if label == "L02" {
			p.say.line("  The grant opens it once: %d signals, %d minutes to read. The others are asked for in the same way.", len(view.Signals()), view.ReadingMinutes())
		}
	}

	trace := governance.Resource{Type: governance.ResourceTrace, ID: "messages-L02-2027-02-01", Programme: p.id(), Class: signal.Raw,
		Owner: p.labels["L02"], AssignedCoach: p.labels["C1"], CreatedAt: now.AddDate(0, 0, -4), Identifiable: governance.No, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect)}
	p.ask(ctx, "May coach C1 see the raw messages of L02?", p.request("C1", governance.View, governance.ForCoaching, trace, now))

	dataset := governance.Resource{Type: governance.ResourceDataset, ID: "aggregates-2027-02", Programme: p.id(), Class: signal.Aggregate,
		CreatedAt: now.AddDate(0, 0, -1), GroupSize: 9, Identifiable: governance.No, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect)}
	export := p.request("P-LND", governance.Export, governance.ForEvaluation, dataset, now)
	p.ask(ctx, "May the programme admin export the team aggregates without legal's approval?", export)

	identity := governance.Resource{Type: governance.ResourceIdentity, ID: "identity-of-a-member", Programme: p.id(), Class: signal.Pseudonymous,
		Owner: p.members[0].id, CreatedAt: now.AddDate(0, 0, -1), Identifiable: governance.Yes, Automated: governance.No}
	p.ask(ctx, "May the programme admin learn who is behind a pseudonym that has not opted in?", p.request("P-LND", governance.Reidentify, governance.ForReidentification, identity, now))

	advice := governance.Resource{Type: governance.ResourceRecommendation, ID: "model-advice-17", Programme: p.id(), Class: signal.Pseudonymous,
		Owner: p.labels["L02"], AssignedCoach: p.labels["C1"], CreatedAt: now.AddDate(0, 0, -1), Identifiable: governance.No, Standing: signal.Cleared,
		Automated: governance.Yes, ModelCard: true, Explained: true, Affects: governance.EffectsOf(governance.Promotion)}
	promote := p.request("", governance.Publish, governance.ForCoaching, advice, now)
	p.ask(ctx, "May a model's promotion recommendation go out on its own?", promote)
	promote.Review = governance.ReviewRecord{Reviewer: p.labels["P-HR"], Role: coaching.HRReviewer, Approved: true, At: now.Add(-time.Hour), Request: promote.Digest(),
		Rationale: "I read the delivery record and spoke with two peers; the recommendation stands on those, not on the model."}
	p.ask(ctx, "And after a documented review by HR?", promote)

	old := trace
	old.ID, old.CreatedAt = "trace-2026-11-06", now.AddDate(0, 0, -91)
	p.ask(ctx, "May the steward read a trace that is 91 days old?", p.request("P-ANALYTICS", governance.View, governance.ForEvaluation, old, now))

	var b strings.Builder
	b.WriteString(p.policyReport.Text())
	b.WriteString("\nQuestions asked in this run\n")
	b.WriteString(p.answers.String())
	return p.out.write("policy-report.txt", []byte(b.String()))
}

// id is the programme's.
func (p *programme) id() string { return p.plan.ID }

// request fills in who asks, and the consents that the programme holds.
func (p *programme) request(label string, action governance.Action, purpose governance.Purpose, r governance.Resource, now time.Time) *governance.Request {
	who := governance.Subject{ID: p.labels[label], Role: p.roles[label], Trained: p.roles[label] == coaching.Coach, Programme: p.id()}
	if label == "" {
		who = governance.Subject{ID: p.labels["P-IT"], Role: coaching.System, Programme: p.id()}
	}
	var about signal.ConsentList
	for _, c := range p.consents {
		if c.Participant == r.Owner {
			about = append(about, c)
		}
	}
	return &governance.Request{Action: action, Purpose: purpose, Subject: who, Resource: r, Consents: about, Now: now}
}

// ask asks the engine and prints the answer.
func (p *programme) ask(ctx context.Context, question string, r *governance.Request) enforce.Grant {
	decision, grant := p.engine.Authorize(ctx, r)
	p.answer(question, r, decision)
	return grant
}

// answer prints a decision with what decided it, and keeps it for the report.
func (p *programme) answer(question string, r *governance.Request, d governance.Decision) {
	p.say.line("%s %s", question, strings.ToUpper(d.Outcome.String()))
	for _, reason := range d.Reasons {
		if reason.Effect == d.Outcome {
			p.say.line("  %s %s: %s", reason.Code, reason.Rule, reason.Message)
		}
	}
	for _, n := range d.Reviews {
		need := fmt.Sprintf("  needs %s by one of %v", n.As, n.By)
		if n.MinRationale > 0 {
			need += fmt.Sprintf(", with a rationale of at least %d characters", n.MinRationale)
		}
		p.say.line("%s", need)
	}
	fmt.Fprintf(&p.answers, "\n%s\n%s", question, p.policy.Explain(r))
}

// openTrail sets up the audit trail, puts the policy in force and records what
// has happened so far.
func (p *programme) openTrail(ctx context.Context) error {
	secret, public, err := audit.GenerateKey(strings.NewReader(auditSeed), "coachgov.example/product-org-12w/audit")
	if err != nil {
		return err
	}
	if p.signer, err = audit.NewSigner(secret); err != nil {
		return err
	}
	if p.verifier, err = audit.NewVerifier(public); err != nil {
		return err
	}
	if p.journal, err = audit.OpenJournal(ctx, &p.store, p.verifier, nil); err != nil {
		return err
	}
	if p.options.policy == "" {
		p.policy, p.policyReport, err = governance.BuiltIn()
	} else {
		var f file
		if f, err = open(p.options.policy, ""); err != nil {
			return err
		}
		p.policy, p.policyReport, err = governance.Parse(f.name, f.data)
	}
	if err != nil {
		return err
	}
	r := p.policyReport
	p.say.line("Policy %s %s in force: %d rules, %d of %d tests inside it pass, digest %s.", r.ID, r.Version, len(r.Rules), r.Passed, r.Tests, short(r.Digest))
	p.engine, err = enforce.New(ctx, p.journal, enforce.Settings{Valid: 15 * time.Minute}, enforce.Change{
		Policy: p.policy, Report: p.policyReport, At: coaching.MustDate("2027-01-04").At(9, 0, time.UTC), By: p.actor("P-DPO"),
	})
	if err != nil {
		return err
	}
	if err := p.recordChanges(ctx, coaching.Date{}, coaching.MustDate("2027-01-14")); err != nil {
		return err
	}
	for _, label := range p.leaders() {
		for _, d := range definitions() {
			for _, purpose := range []governance.Purpose{governance.ForCoaching, governance.ForEvaluation} {
				c := signal.Consent{Participant: p.labels[label], Signal: d.ID, Purpose: purpose.String(), Granted: noon("2027-01-15")}
				p.consents = append(p.consents, c)
				by := audit.Actor{ID: c.Participant, Role: coaching.Participant}
				if err := p.record(ctx, c.Granted, by, audit.ConsentChange{Participant: c.Participant, Signal: c.Signal, Purpose: c.Purpose, Given: true}); err != nil {
					return err
				}
			}
		}
		// Traces and recommendations are about the leader, not about one signal.
		for _, purpose := range []governance.Purpose{governance.ForCoaching, governance.ForEvaluation} {
			p.consents = append(p.consents, signal.Consent{Participant: p.labels[label], Purpose: purpose.String(), Granted: noon("2027-01-15")})
		}
	}
	for _, d := range p.steward.Decisions() {
		if err := p.decided(ctx, d); err != nil {
			return err
		}
	}
	return p.recordChanges(ctx, coaching.MustDate("2027-01-15"), coaching.MustDate(packDay))
}

// recordChanges records which signals were paused or came back in a window.
func (p *programme) recordChanges(ctx context.Context, from, to coaching.Date) error {
	for _, c := range p.changes {
		if c.on.Before(from) || c.on.After(to) {
			continue
		}
		if err := p.record(ctx, noon(c.on.String()), p.actor("P-ANALYTICS"), audit.SignalChange{Signal: c.signal, Resumed: c.resumed, Cause: c.cause}); err != nil {
			return err
		}
	}
	return nil
}

// decided records a steward's decision on a flag.
func (p *programme) decided(ctx context.Context, d signal.StewardDecision) error {
	for _, f := range p.flags {
		if f.ID == d.Flag {
			return p.record(ctx, noon(d.On.String()), audit.Actor{ID: d.Steward, Role: coaching.Steward}, audit.StewardDecision{
				Signal: f.Signal, Leader: f.Leader, Day: f.Period.Start, Confirmed: d.Verdict != signal.Rejected, Reason: audit.DigestOf([]byte(d.Reason)),
			})
		}
	}
	return nil
}

func (p *programme) actor(label string) audit.Actor {
	return audit.Actor{ID: p.labels[label], Role: p.roles[label]}
}

// record appends one event to the trail.
func (p *programme) record(ctx context.Context, at time.Time, by audit.Actor, body audit.Body) error {
	event, err := audit.NewEvent(at, by, body)
	if err != nil {
		return err
	}
	_, err = p.journal.Append(ctx, event)
	return err
}

// makePacks builds each leader's pack and seals what the coach may see of it.
func (p *programme) makePacks() error {
	asOf := coaching.MustDate(packDay)
	known := p.panel.AsOf(asOf)
	items := map[coaching.PersonID]signal.QualitativeItem{}
	recent := coaching.Window{From: coaching.MustDate("2027-01-01"), To: asOf}
	for _, item := range signal.FavourableShare(p.pulse.AsOf(asOf), "Speak_My_Mind", "team pulse", "I can speak my mind in this team", p.teams, recent) {
		items[item.Leader] = item.Item
	}
	freshness := map[string]signal.Freshness{}
	var signals []signal.PackSignal
	for i, d := range definitions() {
		freshness[d.ID] = signal.Gate(known, d, asOf, nil)
		judged := signal.Judgement{Pass: true, Evidence: "checklist of 2026-12-04", By: p.labels["P-ANALYTICS"], On: coaching.MustDate("2026-12-04")}
		checklist := signal.Assess(d, signal.Judgements{Controllable: judged, Causal: judged, Interpretable: judged, Stewardship: judged}, p.stability[i], freshness[d.ID])
		signals = append(signals, signal.PackSignal{Baselines: p.baselines[d.ID], Checklist: checklist})
	}
	p.packs = map[string]enforce.Sealed[signal.CoachView]{}
	seal := func(label string) (coaching.Findings, error) {
		spec := signal.PackSpec{Programme: p.id(), Outcome: "sprint predictability", Leader: p.labels[label], Signals: signals}
		if item, ok := items[p.labels[label]]; ok {
			spec.Qualitative = append(spec.Qualitative, item)
		}
		pack, fs := signal.NewPack(spec)
		if err := fs.Err(); err != nil {
			return nil, err
		}
		view, fs := pack.CoachView(signal.CoachRequest{
			Coach: p.coachOf[p.labels[label]], At: noon(packDay), Consents: p.consents, Standings: p.standings, Freshness: freshness, Log: p.steward,
		})
		if view.IsZero() {
			return fs, nil
		}
		worst := p.worst(pack.Signals())
		p.packs[label] = enforce.Seal(governance.Resource{
			Type: governance.ResourcePack, ID: "pack-" + label + "-" + packDay, Programme: p.id(), Signals: pack.Signals(), Class: signal.Pseudonymous,
			Owner: pack.Leader(), AssignedCoach: view.Coach(), CreatedAt: noon(packDay), Identifiable: governance.No,
			Standing: worst.Standing, Control: worst.Control != "", Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		}, view)
		return nil, nil
	}
	var refused []string
	for _, label := range p.leaders() {
		fs, err := seal(label)
		if err != nil {
			return err
		}
		if fs.Blocked() {
			refused = append(refused, label)
			for f := range fs.Blocking() {
				p.say.line("Pack of %s refused: %s %s", label, f.Code, f.Message)
			}
		}
	}
	p.say.line("%d packs are ready for the coaches, sealed until somebody asks.", len(p.packs))
	for _, flag := range p.steward.Pending(p.flags) {
		d := signal.StewardDecision{Flag: flag.ID, Verdict: signal.Explained, Steward: p.labels["P-ANALYTICS"], On: coaching.MustDate("2027-02-04"),
			Reason: "two architecture decisions fell into one week; the notes are there"}
		if err := p.steward.Decide(d); err != nil {
			return err
		}
		if err := p.decided(context.Background(), d); err != nil {
			return err
		}
		p.say.line("The steward decides on %s of %s: %s, %s.", flag.Signal, p.names[flag.Leader], d.Verdict, d.Reason)
	}
	for _, label := range refused {
		fs, err := seal(label)
		if err != nil {
			return err
		}
		if fs.Blocked() {
			return fs.Err()
		}
		p.say.line("Now the pack of %s is ready too.", label)
	}
	var all []*signal.Series
	for _, d := range definitions() {
		all = append(all, p.series[d.ID])
	}
	return p.export("signals-"+packDay, asOf, all)
}

// worst returns the least free standing among the signals of a pack.
func (p *programme) worst(ids []string) signal.StandingRecord {
	record := signal.StandingRecord{Standing: signal.Cleared}
	for _, id := range ids {
		switch s := p.standings[id]; {
		case s.Standing == signal.Cleared:
		case s.Standing == signal.Restricted && record.Standing == signal.Cleared:
			record = s
		case s.Standing != signal.Restricted:
			return s
		}
	}
	return record
}

// closeTrail signs the trail, writes it with its checkpoint, and verifies what was
// written against a checkpoint that somebody else would keep.
func (p *programme) closeTrail(ctx context.Context) error {
	head, err := p.journal.Sign(p.signer)
	if err != nil {
		return err
	}
	anchor, err := p.verifier.Open(head)
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	if err := audit.WriteLines(ctx, &lines, &p.store); err != nil {
		return err
	}
	p.trail = audit.Verify(bytes.NewReader(lines.Bytes()), p.verifier, [][]byte{head}, anchor)
	if !p.trail.OK() {
		return fmt.Errorf("the audit trail does not verify: %s", p.trail.Verdict)
	}
	p.head = anchor
	p.say.line("Audit trail: %d events, %s against the checkpoint %s.", p.trail.Records, p.trail.Verdict, anchor)
	if err := p.out.write("audit/trail.jsonl", lines.Bytes()); err != nil {
		return err
	}
	return p.out.write("audit/checkpoint.txt", head)
}
