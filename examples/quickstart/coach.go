package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/signal"
)

// coach is step 6: the human pillar. Coaches get a playbook, meet their leaders
// every week, use a signal only where all gates are open, and what leaders let
// be told becomes three anecdotes.
func (p *programme) coach() error {
	book := mentor.Playbook{Title: p.plan.Title, Outcome: "sprint spill-over", Entries: p.plan.Playbook}
	for _, s := range p.plan.Signals {
		book.Signals = append(book.Signals, mentor.Line{Signal: s.ID, Behaviour: s.Behaviour, Path: s.Path})
	}
	fs := book.Check()
	if err := fs.Err(); err != nil {
		return err
	}
	p.say.line("Playbook: %d signals, %d words, read in %s.", len(book.Signals), book.Words(), book.ReadingTime().Round(time.Second))
	for _, f := range fs {
		p.say.line("  %s", f)
	}
	if err := p.out.write("playbook.md", book.Markdown()); err != nil {
		return err
	}
	if err := p.out.write("playbook.html", book.HTML()); err != nil {
		return err
	}

	f, err := open("", "coaching.json")
	if err != nil {
		return err
	}
	read := json.NewDecoder(bytes.NewReader(f.data))
	read.DisallowUnknownFields()
	if err := read.Decode(&p.records); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	allowed, err := p.replay()
	if err != nil {
		return err
	}
	gate := mentor.Gate{
		Pack: func(leader coaching.PersonID) []string { return p.packs[p.names[leader]].Resource().Signals },
		Can:  func(s mentor.Session, id string) bool { return allowed[s.ID+" "+id] },
	}
	fs = p.records.Check(gate)
	for _, f := range fs {
		p.say.line("  %s", f)
	}
	if err := fs.Err(); err != nil {
		return err
	}
	for _, l := range p.plan.Cohort.Leaders {
		p.say.line("%s", p.sessionsOf(l.ID))
	}
	m := p.records.Measures(p.plan.End(), 5)
	p.say.line("Sessions: %d held, %d missed, %d moved; commitments kept %d of %d that were due.", m.Held, m.Missed, m.Rescheduled, m.Kept, m.Due)
	for _, s := range p.records.Sessions {
		for _, suggestion := range s.Suggestions {
			p.say.line("%s, %s: the platform's suggestion was %s, as is the coach's right: %s.", p.names[s.Leader], s.Date, suggestion.Response, suggestion.Reason)
		}
	}

	for _, n := range p.records.Narratives {
		c := signal.Consent{Participant: n.Leader, Signal: n.Digest(), Purpose: mentor.AnecdotePurpose, Granted: noon("2027-03-31")}
		if n.ID == "N-4" {
			c.Withdrawn = noon("2027-04-02") // this leader thought better of it
		}
		p.consents = append(p.consents, c)
	}
	p.anecdotes, fs = mentor.Anecdotes(p.records.Narratives, p.records.Sessions, p.consents, decidedAt)
	for _, f := range fs {
		p.say.line("  %s", f)
	}
	p.say.line("%d anecdotes of %d narratives may be printed, each traceable to its sessions.", len(p.anecdotes), len(p.records.Narratives))
	return fs.Err()
}

// sessionsOf sums up a leader's sessions: the signals used, what was committed to
// last, and what became of the commitments.
func (p *programme) sessionsOf(label string) string {
	used, outcomes := map[string]bool{}, map[mentor.Outcome]int{}
	held, last := 0, ""
	for _, s := range p.records.Sessions {
		if p.names[s.Leader] != label || s.Attendance != mentor.Held {
			continue
		}
		held++
		for _, id := range s.Used {
			used[id] = true
		}
		for _, c := range s.Commitments {
			last = c.Text
		}
		for _, f := range s.Followed {
			outcomes[f.Outcome]++
		}
	}
	return fmt.Sprintf("%s: %d sessions on %s; commitments: %d kept, %d partly; the last: %s.",
		label, held, strings.Join(slices.Sorted(maps.Keys(used)), ", "), outcomes[mentor.Kept], outcomes[mentor.PartlyKept], last)
}

// replay lives through the programme in order: every event goes into the pilot's
// log, whose gates say what may happen next, and every use of a signal in a
// session is asked for and recorded. It returns the uses that were allowed, by
// session and signal.
func (p *programme) replay() (map[string]bool, error) {
	ctx := context.Background()
	log := pilot.NewLog(p.locked)
	p.log = log
	type moment struct {
		at time.Time
		do func(at time.Time) error
	}
	var moments []moment
	on := func(at time.Time, by string, e pilot.Event) {
		moments = append(moments, moment{at, func(at time.Time) error {
			e.At, e.By = at, p.labels[by]
			fs := log.Append(e)
			for _, f := range fs {
				p.say.line("  %s %s: %s", f.Code, f.Severity, f.Message)
			}
			if e.Kind == pilot.Advanced && !fs.Blocked() {
				p.say.line("%s: the pilot is %s; every gate was open.", coaching.DateOf(at), log.State())
			}
			return fs.Err()
		}})
	}
	day := func(text string, hour int) time.Time { return coaching.MustDate(text).At(hour, 0, time.UTC) }

	on(day("2027-01-04", 8), "P-ANALYTICS", pilot.Event{Kind: pilot.SignalsValidated, Count: 30})
	on(day("2027-01-04", 8), "P-CPO", pilot.Event{Kind: pilot.RiskMemoSigned})
	on(day("2027-01-04", 9), "P-IT", pilot.Event{Kind: pilot.ExportTestPassed})
	on(day("2027-01-04", 9), "P-IT", pilot.Event{Kind: pilot.ClauseAgreed})
	on(lockedAt, "P-CPO", pilot.Event{Kind: pilot.Advanced, To: pilot.Planned})
	for _, kind := range []pilot.EventKind{pilot.CompactSigned, pilot.CheckpointPlanned, pilot.AllocationCommitted} {
		on(lockedAt.Add(time.Hour), "P-CPO", pilot.Event{Kind: kind})
	}
	on(lockedAt.Add(2*time.Hour), "P-CPO", pilot.Event{Kind: pilot.Advanced, To: pilot.Baseline})
	for _, l := range p.plan.Cohort.Leaders {
		on(day("2027-01-15", 12), l.ID, pilot.Event{Kind: pilot.ConsentGranted, Label: l.ID})
		on(day("2027-01-19", 12), "P-COACHLEAD", pilot.Event{Kind: pilot.InterviewHeld, Label: l.ID})
		on(day("2027-01-22", 16), l.ID, pilot.Event{Kind: pilot.AgreementSigned, Label: l.ID})
	}
	on(day("2027-01-22", 9), "P-ANALYTICS", pilot.Event{Kind: pilot.HistoryExtracted, Count: baselineWindow.Days()})
	on(day("2027-01-22", 9), "P-ANALYTICS", pilot.Event{Kind: pilot.QualityPassed})
	on(day("2027-01-22", 10), "P-ANALYTICS", pilot.Event{Kind: pilot.BaselineAggregated})
	on(day("2027-01-22", 17), "P-LND", pilot.Event{Kind: pilot.Advanced, To: pilot.Enablement})
	for _, e := range p.records.Enablement {
		on(e.Workshop.At(17, 0, time.UTC), "P-COACHLEAD", pilot.Event{Kind: pilot.WorkshopAttended, Label: p.names[e.Coach], Count: e.WorkshopMinutes})
	}
	on(day("2027-02-04", 9), "P-COACHLEAD", pilot.Event{Kind: pilot.PlaybookDelivered, Count: 2})
	for _, s := range p.plan.Signals {
		on(day("2027-02-04", 10), "P-DPO", pilot.Event{Kind: pilot.FairnessChecked, Label: s.ID})
	}
	on(day("2027-02-08", 6), "P-CPO", pilot.Event{Kind: pilot.Advanced, To: pilot.Running})
	for _, d := range p.schedule.Snapshots {
		on(d.At(7, 0, time.UTC), "P-ANALYTICS", pilot.Event{Kind: pilot.SnapshotDelivered})
	}
	on(day("2027-02-19", 14), "P-DPO", pilot.Event{Kind: pilot.CheckpointHeld})
	on(day("2027-03-08", 6), "P-CPO", pilot.Event{Kind: pilot.Advanced, To: pilot.Iterating})
	on(day("2027-03-11", 15), "P-PMO", pilot.Event{Kind: pilot.ConfounderNoted, Confounder: &pilot.Confounder{
		ID: "support-reorg", Kind: roi.Reorganisation, From: coaching.MustDate("2027-03-08"), To: coaching.MustDate("2027-03-19"), Disposition: roi.RuledOut,
	}})
	on(day("2027-03-26", 12), "P-LND", pilot.Event{Kind: pilot.SummaryDrafted})
	on(day("2027-03-29", 6), "P-CPO", pilot.Event{Kind: pilot.Advanced, To: pilot.Validating})
	on(day("2027-04-05", 9), "P-PMO", pilot.Event{Kind: pilot.ConfounderLogEnded})

	allowed := map[string]bool{}
	started := map[coaching.PersonID]bool{}
	starts := map[string]time.Time{}
	for _, s := range p.schedule.Sessions {
		starts[s.Leader+" "+s.Date.String()] = s.Start
	}
	for _, s := range p.records.Sessions {
		leader, coach := p.names[s.Leader], p.names[s.Coach]
		at, planned := starts[leader+" "+s.Date.String()]
		if !planned {
			at = s.Date.At(12, 0, time.UTC)
		}
		moments = append(moments, moment{at, func(at time.Time) error {
			week := p.plan.WeekOf(s.Date)
			if s.Attendance != mentor.Held {
				return log.Append(pilot.Event{At: at, By: s.Coach, Kind: pilot.SessionMissed, Label: leader, Count: week}).Err()
			}
			for _, id := range s.Shown {
				standing := p.standings[id]
				refused := log.CanCoach(pilot.SessionRequest{
					Leader: leader, Person: s.Leader, Coach: coach, Signal: id, At: at, Consents: p.consents,
					Standing: standing.Standing, Control: standing.Control != "", FeedAge: p.feedAge(at),
				})
				allowed[s.ID+" "+id] = len(refused) == 0
			}
			if !started[s.Leader] {
				started[s.Leader] = true
				if err := log.Append(pilot.Event{At: at, By: s.Coach, Kind: pilot.ExperimentStarted, Label: leader}).Err(); err != nil {
					return err
				}
			}
			for _, id := range s.Used {
				if err := log.Append(pilot.Event{At: at, By: s.Coach, Kind: pilot.SessionHeld, Label: leader, Signal: id, Count: week}).Err(); err != nil {
					return err
				}
				if err := p.record(ctx, at, p.actor(coach), audit.PackUse{Pack: "pack-" + leader + "-" + packDay, Signal: id, Session: s.ID, Leader: s.Leader}); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	for _, m := range moments {
		if err := m.do(m.at); err != nil {
			return nil, err
		}
	}
	return allowed, nil
}

// feedAge returns how many days before a moment the latest complete week of the
// feed ended.
func (p *programme) feedAge(at time.Time) int {
	today := coaching.DateOf(at)
	age := 1000
	for _, period := range p.panel.Periods() {
		if last := period.Last(); last.Before(today) {
			age = min(age, last.DaysUntil(today))
		}
	}
	return age
}
