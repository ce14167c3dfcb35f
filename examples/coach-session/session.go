package main

import (
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// engagement is one leader's coaching, from the agreement to what may be told of
// it. Everything is invented.
func engagement(p parties) (mentor.Log, mentor.Gate, signal.ConsentList) {
	start := coaching.MustDate("2027-02-01")
	day := func(n int) coaching.Date { return start.AddDays(n) }

	// Before anything else: who agreed to what, and whether the coach can read signals.
	agreement := mentor.Agreement{
		Leader: p.leader, Coach: p.coach, Sponsor: p.sponsor, Signed: day(-10), Kind: mentor.Internal, AnyoneMayStop: true,
		Confidentiality: "What is said in a session stays between leader and coach.",
		SponsorSees:     []mentor.Disclosure{mentor.Attendance, mentor.ExperimentTitle, mentor.ConsentedNarrative},
	}
	enabled := mentor.Enablement{Coach: p.coach, Workshop: day(-14), WorkshopMinutes: 420, TeachBack: 85, Assessor: p.analyst, Analyst: p.analyst}

	// Preparation: the playbook of the leader's own pack, and what the steward has cleared.
	gate := mentor.Gate{
		Pack:     func(coaching.PersonID) []string { return []string{"meeting_hygiene", "review_turnaround"} },
		Can:      func(_ mentor.Session, id string) bool { return id != paused },
		Playbook: playbook().Entries, Run: coaching.Window{From: start, To: day(83)},
	}

	// The session: what was shown and used, what the platform suggested, who does what by when.
	first := mentor.Session{
		ID: "S-1", Date: day(0), Leader: p.leader, Coach: p.coach, Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15,
		Shown: []string{"meeting_hygiene", "review_turnaround"}, Used: []string{"review_turnaround"},
		Suggestions: []mentor.Suggestion{{ID: "SG-1", Response: coaching.Ignored, Reason: "a release week; the hours say nothing"}},
		Commitments: []mentor.Commitment{{ID: "K-1", Text: "Name a second reviewer for each area", Owner: p.leader, Due: day(7)}},
	}
	trial := mentor.Trial{
		Leader: p.leader, Owner: p.leader, Experiment: "E-REVIEW", Signal: "review_turnaround", Measure: "hours to first review, team mean",
		Declared: day(2), Run: coaching.Window{From: day(7), To: day(62)}, State: mentor.Closed, Learned: "Most waits were for one person; two reviewers ended them.",
	}

	// The follow-up: what became of it.
	second := mentor.Session{
		ID: "S-2", Date: day(14), Leader: p.leader, Coach: p.coach, Attendance: mentor.Held, Minutes: 45, PrepMinutes: 10,
		Shown: []string{"meeting_hygiene", "review_turnaround"}, Used: []string{"review_turnaround"}, Followed: []mentor.Followed{{Commitment: "K-1", Outcome: mentor.Kept}},
	}

	// The narrative: an extract that the leader agrees to, word for word.
	narrative := mentor.Narrative{
		ID: "N-1", Author: p.coach, Leader: p.leader, Written: day(70), Sessions: []string{"S-1", "S-2"}, Speaker: "a product leader",
		Situation: "Reviews waited for one person", Behaviour: "A second reviewer was named for each area", Experiment: "E-REVIEW",
		Change: "First reviews came within a day", Alternative: "The changes may have been smaller that month",
	}
	consents := signal.ConsentList{{Participant: p.leader, Signal: narrative.Digest(), Purpose: mentor.AnecdotePurpose, Granted: day(71).At(9, 0, time.UTC)}}

	return mentor.Log{
		Agreements: []mentor.Agreement{agreement}, Enablement: []mentor.Enablement{enabled}, Trials: []mentor.Trial{trial},
		Sessions: []mentor.Session{first, second}, Narratives: []mentor.Narrative{narrative},
	}, gate, consents
}

// paused is a signal that the steward has paused.
const paused = "async_documentation"

func playbook() mentor.Playbook {
	return mentor.Playbook{
		Title: "Sprint predictability", Outcome: "sprint spill-over",
		Signals: []mentor.Line{
			{Signal: "meeting_hygiene", Behaviour: "meeting hygiene", Path: "meeting overload -> fewer focus hours -> sprint spill-over"},
			{Signal: "review_turnaround", Behaviour: "review times", Path: "long review loops -> late merges -> sprint spill-over"},
			{Signal: paused, Behaviour: "written decisions", Path: "few written decisions -> rework -> sprint spill-over"},
		},
		Entries: []mentor.Entry{
			mentor.Seeds()[0].Entry("meeting_hygiene", "E-MEET"),
			{
				Signal: "review_turnaround", Prompts: []string{"What waits longest for you?", "What would let someone else decide?"},
				Experiment:       mentor.Experiment{ID: "E-REVIEW", Text: "First review within one working day", Measure: "hours to first review, team mean", Days: 56, Kind: mentor.RuleChange},
				InterpretiveRule: "Large changes take longer for good reasons", DoNotConclude: "that slow means careless",
			},
			mentor.Seeds()[4].Entry(paused, "E-ASYNC"),
		},
	}
}
