package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
)

// coaching returns the records of the coaching tool: agreements, trials, weekly
// sessions and what leaders let be told. The tool knows pseudonyms only.
func (w *world) coaching() ([]byte, error) {
	key, err := os.ReadFile(filepath.Join(folder, "master.key"))
	if err != nil {
		return nil, err
	}
	people, err := coaching.NewPseudonymizer(key, coaching.Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: 1})
	if err != nil {
		return nil, err
	}
	who := map[string]coaching.PersonID{}
	for _, group := range [][]*person{w.staff, w.leaders} {
		for _, p := range group {
			if who[p.label], err = people.Person(p.id); err != nil {
				return nil, err
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "plan.yaml"))
	if err != nil {
		return nil, err
	}
	plan, fs := pilot.Decode("plan.yaml", text)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	allocation, err := plan.Allocate()
	if err != nil {
		return nil, err
	}
	schedule, err := plan.Schedule(allocation, nil, time.LoadLocation)
	if err != nil {
		return nil, err
	}

	l := mentor.Log{Schema: mentor.LogV1, Programme: plan.ID}
	for _, label := range []string{"C1", "C2"} {
		l.Enablement = append(l.Enablement, mentor.Enablement{
			Coach: who[label], Workshop: coaching.MustDate("2027-02-03"), WorkshopMinutes: 420, TeachBack: 80 + w.dice.IntN(20),
			Assessor: who["P-COACHLEAD"], Analyst: who["P-ANALYTICS"],
		})
	}
	signals := map[string]string{}
	measures := map[string]string{}
	for _, e := range plan.Playbook {
		signals[e.Experiment.ID], measures[e.Experiment.ID] = e.Signal, e.Experiment.Measure
	}
	held := map[string][]string{} // ids of held sessions by leader
	for i, leader := range plan.Cohort.Leaders {
		coach := "C1"
		if i >= 5 {
			coach = "C2"
		}
		l.Agreements = append(l.Agreements, mentor.Agreement{
			Leader: who[leader.ID], Coach: who[coach], Sponsor: who["P-CPO"], Signed: coaching.MustDate("2027-01-22"), Kind: mentor.Internal,
			Confidentiality: "What is said in a session stays between leader and coach",
			SponsorSees:     []mentor.Disclosure{mentor.Attendance, mentor.ExperimentTitle, mentor.AggregateTrend, mentor.ConsentedNarrative},
			AnyoneMayStop:   true,
		})
		start := plan.Week(allocation.Units[i].Start)
		l.Trials = append(l.Trials, mentor.Trial{
			Leader: who[leader.ID], Owner: who[leader.ID], Experiment: leader.Experiment, Signal: signals[leader.Experiment],
			Measure: measures[leader.Experiment], Declared: coaching.MustDate("2027-02-05"), Run: coaching.Window{From: start, To: plan.End()},
		})
		last := "" // the open commitment
		booked := schedule.Of(leader.ID)
		for n, s := range booked {
			id := fmt.Sprintf("S-%s-%02d", leader.ID, s.Week)
			session := mentor.Session{ID: id, Date: s.Date, Leader: who[leader.ID], Coach: who[coach], Attendance: mentor.Held}
			if n > 0 && n < len(booked)-1 && w.dice.Float64() < 0.05 {
				session.Attendance = mentor.Missed
				l.Sessions = append(l.Sessions, session)
				continue
			}
			session.Minutes, session.PrepMinutes = 50+5*w.dice.IntN(4), 15
			session.Shown = []string{"meeting_hygiene", "async_documentation", "review_turnaround"}
			session.Used = []string{signals[leader.Experiment]}
			if last != "" {
				outcome := mentor.Kept
				if w.dice.Float64() < 0.2 {
					outcome = mentor.PartlyKept
				}
				session.Followed = []mentor.Followed{{Commitment: last, Outcome: outcome}}
				last = ""
			}
			if n < len(booked)-1 {
				last = "C-" + leader.ID + fmt.Sprintf("-%02d", s.Week)
				session.Commitments = []mentor.Commitment{{ID: last, Text: step(leader.Experiment, n), Owner: who[leader.ID], Due: s.Date.AddDays(4)}}
			}
			if leader.ID == "L06" && n == 2 {
				session.Suggestions = []mentor.Suggestion{{ID: "NUDGE-118", Response: coaching.Ignored,
					Reason: "the platform asks for fewer meetings in the week in which the team plans the release"}}
			}
			if leader.ID == "L02" && n == 3 {
				session.Suggestions = []mentor.Suggestion{{ID: "NUDGE-131", Response: coaching.Reweighted,
					Reason: "two large changes explain most of the waiting; the rest of the trend counts"}}
			}
			held[leader.ID] = append(held[leader.ID], id)
			l.Sessions = append(l.Sessions, session)
		}
	}
	tell := func(id, leader, coach, situation, behaviour, experiment, change, alternative string) {
		l.Narratives = append(l.Narratives, mentor.Narrative{
			ID: id, Author: who[coach], Leader: who[leader], Written: coaching.MustDate("2027-03-30"), Sessions: held[leader][:2], Speaker: "a product leader",
			Situation: situation, Behaviour: behaviour, Experiment: experiment, Change: change, Alternative: alternative,
		})
	}
	tell("N-1", "L02", "C1", "Changes waited two days for a first look, always by the same two people",
		"Every pair got a second reviewer and a daily slot", "E-REVIEW", "Most changes now get a first look within a day", "The last release had smaller changes")
	tell("N-2", "L06", "C2", "The same decision was asked for three times in a month",
		"Each cross-team decision got a one-page note with its owner", "E-ASYNC", "People link the note instead of calling a meeting", "The new wiki search makes notes easier to find")
	tell("N-3", "L07", "C2", "Reviews stopped whenever the lead travelled",
		"The lead named a deputy and stayed out of first reviews", "E-REVIEW", "Nothing waited during the last two trips", "March had fewer trips")
	tell("N-4", "L04", "C1", "Work came in bursts and reviews piled up",
		"A review budget was set for each day", "E-REVIEW", "The pile is gone", "A project ended")
	return json.MarshalIndent(l, "", " ")
}

// step is what a leader commits to next.
func step(experiment string, n int) string {
	steps := map[string][]string{
		"E-MEET":   {"Cancel two recurring meetings without an agenda", "Ask each organiser for an agenda a day ahead", "Move status updates into writing", "Check which meetings made a decision"},
		"E-ASYNC":  {"Write a note for the next cross-team decision", "Ask two peers to write one each", "Link notes from the sprint board", "Read old notes with the team"},
		"E-REVIEW": {"Name a second reviewer for each area", "Block half an hour a day for first reviews", "Split the next large change", "Look at what still waited, with the team"},
	}[experiment]
	return steps[n%len(steps)]
}
