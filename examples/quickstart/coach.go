package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// coach is step 6: the human pillar. Coaches get a playbook, meet their leaders
// every week, use a signal only where all gates are open, and what leaders let
// be told becomes three anecdotes.
func (p *programme) coach() error {
	p.playbook = mentor.Playbook{Title: p.plan.Title, Entries: p.plan.Playbook}
	for _, s := range p.plan.Signals {
		p.playbook.Signals = append(p.playbook.Signals, mentor.Line{Signal: s.ID, Behaviour: s.Behaviour, Path: s.Path})
	}
	book := p.playbook
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

	allowed, err := p.replay()
	if err != nil {
		return err
	}
	gate := mentor.Gate{
		Pack: func(leader coaching.PersonID) []string { // what a grant has opened, and nothing else
			var ids []string
			for _, s := range p.opened[p.names[leader]].Signals() {
				ids = append(ids, s.ID)
			}
			return ids
		},
		Can:      func(s mentor.Session, id string) bool { return allowed[s.ID+" "+id] },
		Playbook: p.plan.Playbook,
		Run:      p.plan.Run(),
	}
	fs = p.records.Check(gate)
	for _, f := range fs {
		p.say.line("  %s", f)
	}
	for range fs.Blocking() {
		p.breaches++ // an open issue of governance
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
	add := func(e pilot.Event) {
		moments = append(moments, moment{e.At, func(time.Time) error {
			fs := log.Append(e)
			if fs.Blocked() {
				if e.Kind == pilot.Advanced {
					return fmt.Errorf("the pilot is %s and cannot go on to %s on %s:\n%w", log.State(), e.To, coaching.DateOf(e.At), fs.Err())
				}
				return fs.Err()
			}
			for _, f := range fs {
				p.say.line("  %s %s: %s", f.Code, f.Severity, f.Message)
			}
			if e.Kind == pilot.Advanced {
				p.say.line("%s: the pilot is %s; every gate was open.", coaching.DateOf(e.At), log.State())
			}
			return nil
		}})
	}
	for _, o := range p.diary {
		if o.kind == string(pilot.FairnessChecked) && p.fair[o.label].Standing == signal.Candidate {
			continue // not all three steps were carried out
		}
		e, err := p.event(o)
		if err != nil {
			return nil, err
		}
		add(e)
	}
	for _, a := range p.records.Agreements {
		add(pilot.Event{At: a.Signed.At(16, 0, time.UTC), By: a.Leader, Kind: pilot.AgreementSigned, Label: p.names[a.Leader]})
	}
	for _, e := range p.records.Enablement {
		add(pilot.Event{At: e.Workshop.At(17, 0, time.UTC), By: p.labels["P-COACHLEAD"], Kind: pilot.WorkshopAttended, Label: p.names[e.Coach], Count: e.WorkshopMinutes})
	}
	for _, d := range p.schedule.Snapshots {
		add(pilot.Event{At: d.At(7, 0, time.UTC), By: p.labels["P-ANALYTICS"], Kind: pilot.SnapshotDelivered})
	}

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
					Standing: standing.Standing, Control: standing.Control != "", FlagsDecided: p.flagsDecided(s.Leader, id), Delivered: p.delivered(at),
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
				if p.standings[id].Standing == signal.Paused {
					p.pausedUse++
				}
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

// delivered returns the day on which the latest complete week of the feed had
// come in by a moment: the day after the week ended.
func (p *programme) delivered(at time.Time) coaching.Date {
	var latest coaching.Date
	for _, period := range p.panel.Periods() {
		if day := period.Last().AddDays(1); !day.After(coaching.DateOf(at)) {
			latest = day
		}
	}
	return latest
}

// flagsDecided reports whether the steward has decided every flag of a leader and
// signal that was raised before the run.
func (p *programme) flagsDecided(leader coaching.PersonID, id string) bool {
	return !slices.ContainsFunc(p.steward.Pending(p.flags), func(f signal.Flag) bool { return f.Leader == leader && f.Signal == id })
}
