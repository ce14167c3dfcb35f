package mentor_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// people makes pseudonyms for the examples.
func people(labels ...string) []coaching.PersonID {
	p, err := coaching.NewPseudonymizer([]byte("mentor-test-key-of-32-bytes-len!"), coaching.Domain{Programme: "product-org-12w", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	ids := make([]coaching.PersonID, len(labels))
	for i, label := range labels {
		if ids[i], err = p.Person(label); err != nil {
			panic(err)
		}
	}
	return ids
}

// A peer coach who is also the leader's superior, and a way out that is missing.
func ExampleAgreement_Check() {
	p := people("L01", "C1", "P-CPO")
	a := mentor.Agreement{
		Leader: p[0], Coach: p[1], Sponsor: p[2],
		Signed:          coaching.MustDate("2027-01-20"),
		Kind:            mentor.Peer,
		InReportingLine: true,
		Confidentiality: "What is said in a session stays between leader and coach",
		SponsorSees:     []mentor.Disclosure{mentor.Attendance, mentor.ExperimentTitle},
	}
	for _, f := range a.Check() {
		fmt.Println(f)
	}
	// Output:
	// MEN-003 error anyone_may_stop: each of the three must be able to stop at any time without a reason
	// MEN-004 error in_reporting_line: the peer coach stands in the leader's reporting line; want a coach outside it
}

// A coach sat through half a day and was heard by nobody else.
func ExampleEnablement_Check() {
	p := people("C1", "P-ANALYTICS")
	e := mentor.Enablement{
		Coach: p[0], Workshop: coaching.MustDate("2027-01-27"), WorkshopMinutes: 210, TeachBack: 85, Assessor: p[0], Analyst: p[1],
	}
	for _, f := range e.Check() {
		fmt.Println(f)
	}
	// Output:
	// MEN-005 error assessor: the teach-back needs an assessor other than the coach
	// C-1 warning workshop_minutes: workshop of 3.5 hours; 7 are recommended
}

// A verdict instead of a hypothesis, and nothing that says how to read the
// signal.
func ExamplePlaybook_Check() {
	p := mentor.Playbook{
		Title:   "Sprint predictability",
		Signals: []mentor.Line{{Signal: "review_turnaround", Path: "long review loops -> late merges -> sprint spill-over"}},
		Entries: []mentor.Entry{{
			Signal:  "review_turnaround",
			Prompts: []string{"What waits longest for you?", "The data show that you are slow; why?"},
			Experiment: mentor.Experiment{
				ID: "E-REVIEW", Text: "First review within one working day", Measure: "hours to first review", Days: 56, Kind: mentor.RuleChange,
			},
			DoNotConclude: "that slow means careless",
		}},
	}
	for _, f := range p.Check() {
		fmt.Println(f)
	}
	// Output:
	// PIL-106 error entries[0].interpretive_rule: no rule says how to read the signal
	// PIL-107 warning entries[0].prompts[1]: "the data show" sounds like a verdict; a signal is a working hypothesis
}

// The playbook of a leader whose pack holds one of the programme's two signals.
func ExamplePlaybook_For() {
	whole := mentor.Playbook{
		Title:   "Sprint predictability",
		Signals: []mentor.Line{{Signal: "meeting_hygiene"}, {Signal: "review_turnaround"}},
		Entries: []mentor.Entry{{Signal: "meeting_hygiene"}, {Signal: "review_turnaround"}},
	}
	own := whole.For([]string{"review_turnaround"})
	for _, e := range own.Entries {
		fmt.Println(e.Signal)
	}
	// Output:
	// review_turnaround
}

// Three sessions, one of which was missed, and a commitment that was kept. No row
// is about the coach, who has one leader only.
func ExampleLog_Measures() {
	p := people("L01", "C1")
	day := coaching.MustDate("2027-02-08")
	l := mentor.Log{
		Trials: []mentor.Trial{{Leader: p[0], Owner: p[0], Experiment: "E-REVIEW", Signal: "review_turnaround",
			Run: coaching.Window{From: day.AddDays(4), To: day.AddDays(59)}}},
		Sessions: []mentor.Session{
			{ID: "S-1", Date: day, Leader: p[0], Coach: p[1], Attendance: mentor.Held, Shown: []string{"review_turnaround"},
				Commitments: []mentor.Commitment{{ID: "K-1", Text: "Name a second reviewer", Owner: p[0], Due: day.AddDays(4)}}},
			{ID: "S-2", Date: day.AddDays(7), Leader: p[0], Coach: p[1], Attendance: mentor.Missed},
			{ID: "S-3", Date: day.AddDays(14), Leader: p[0], Coach: p[1], Attendance: mentor.Held,
				Followed: []mentor.Followed{{Commitment: "K-1", Outcome: mentor.Kept}}},
		},
	}
	m := l.Measures(day.AddDays(28), 5)
	fmt.Println("held", m.Held, "missed", m.Missed, "kept", m.Kept, "of", m.Due)
	fmt.Println("days from signal to experiment", m.DaysToExperiment, "rows of coaches", len(m.Coaches))
	// Output:
	// held 2 missed 1 kept 1 of 1
	// days from signal to experiment [4] rows of coaches 0
}

// A leader stopped a trial after two weeks and wrote nothing down; and its
// figure was the trace that the signal is made from.
func ExampleTrial_Check() {
	p := people("L01")
	t := mentor.Trial{
		Leader: p[0], Owner: p[0], Experiment: "E-REVIEW", Signal: "review_turnaround", Measure: "review_events",
		Declared: coaching.MustDate("2027-02-08"),
		Run:      coaching.Window{From: coaching.MustDate("2027-02-15"), To: coaching.MustDate("2027-04-11")},
		State:    mentor.Stopped, Ended: coaching.MustDate("2027-02-28"),
	}
	gate := mentor.Gate{
		Pack: func(coaching.PersonID) []string { return []string{"meeting_hygiene", "review_turnaround"} },
		Raw:  func(signal string) []string { return []string{"review_events"} },
	}
	for _, f := range t.Check(gate) {
		fmt.Println(f)
	}
	fmt.Println("it took", t.Window())
	// Output:
	// MEN-012 error learned: the trial is stopped; what was learned is written down when it is over, and always then
	// MEN-014 error measure: the measure is a raw trace behind signal review_turnaround; want a figure of the team over time, or goals
	// it took 2027-02-15..2027-02-28
}

// Two goals without a trace, the first of which matters twice as much.
func ExampleTScore() {
	goals := []mentor.Goal{
		{Text: "Let others decide first", Weight: 2, Read: mentor.More, Levels: []string{"never", "once", "in half of the meetings", "in most", "in all"}},
		{Text: "Say why a decision was taken", Weight: 1, Read: mentor.Less, Levels: []string{"never", "when asked", "in writing", "within a day", "before it holds"}},
	}
	t, ok := mentor.TScore(goals)
	fmt.Printf("%.1f %t\n", t, ok)
	goals[1].Read = mentor.NotRead
	_, ok = mentor.TScore(goals)
	fmt.Println(ok)
	// Output:
	// 54.0 true
	// false
}

// One entry of a playbook, as the coach reads it.
func ExamplePlaybook_Markdown() {
	p := mentor.Playbook{
		Title:   "Sprint predictability",
		Signals: []mentor.Line{{Signal: "review_turnaround", Behaviour: "review times", Path: "long review loops -> late merges -> sprint spill-over"}},
		Entries: []mentor.Entry{{
			Signal:  "review_turnaround",
			Prompts: []string{"What waits longest for you?", "What would let someone else decide?"},
			Experiment: mentor.Experiment{
				ID: "E-REVIEW", Text: "First review within one working day", Measure: "hours to first review", Days: 56, Kind: mentor.RuleChange,
			},
			InterpretiveRule: "Large changes take longer for good reasons",
			DoNotConclude:    "that slow means careless",
		}},
	}
	fmt.Println("findings:", len(p.Check()))
	fmt.Printf("%s", p.Markdown())
	// Output:
	// findings: 0
	// # Playbook: Sprint predictability
	//
	// Each signal is a working hypothesis. Ask first; let the leader decide; set a signal aside when the context says otherwise, and write down why.
	//
	// **Limit:** Where a team takes a metric for the last word, coaching works less well.
	//
	// ## review\_turnaround: review times
	//
	// **Hypothesis:** long review loops → late merges → sprint spill-over
	//
	// **Ask:**
	//
	// - What waits longest for you?
	// - What would let someone else decide?
	//
	// **Try:** First review within one working day (E-REVIEW, rule change, 56 days). Measure: hours to first review
	//
	// **Read it so:** Large changes take longer for good reasons
	//
	// **Do not conclude:** that slow means careless
	//
	// 102 words, about 0.5 minutes to read.
}

// The coach used a signal that the steward had not decided on, and overruled the
// platform without saying why. The overruling itself is no finding.
func ExampleLog_Check() {
	p := people("L01", "C1", "P-CPO", "P-ANALYTICS")
	day := coaching.MustDate("2027-02-08")
	l := mentor.Log{
		Agreements: []mentor.Agreement{{
			Leader: p[0], Coach: p[1], Sponsor: p[2], Signed: day.AddDays(-10), Kind: mentor.Internal,
			Confidentiality: "What is said stays here", AnyoneMayStop: true,
		}},
		Enablement: []mentor.Enablement{{
			Coach: p[1], Workshop: day.AddDays(-7), WorkshopMinutes: 420, TeachBack: 85, Assessor: p[3], Analyst: p[3],
		}},
		Sessions: []mentor.Session{{
			ID: "S-1", Date: day, Leader: p[0], Coach: p[1], Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15,
			Shown: []string{"meeting_hygiene", "review_turnaround"}, Used: []string{"review_turnaround"},
			Suggestions: []mentor.Suggestion{{ID: "SG-1", Response: coaching.Ignored}},
		}},
	}
	gate := mentor.Gate{
		Pack: func(coaching.PersonID) []string { return []string{"meeting_hygiene", "review_turnaround"} },
		Can:  func(_ mentor.Session, signal string) bool { return signal != "review_turnaround" },
	}
	for _, f := range l.Check(gate) {
		fmt.Println(f)
	}
	// Output:
	// PIL-110 error sessions[0].shown[1]: signal review_turnaround was not cleared for this session: validated by the steward, and allowed to this coach
	// PIL-088 error sessions[0].suggestions[0].reason: the suggestion was ignored, as the coach may; want the reason beside it
}

// A leader changes coach in March. The former coach still has a promise to keep,
// and met the leader once more.
func ExampleReassignment() {
	p := people("L01", "C1", "C2")
	day := coaching.MustDate
	l := mentor.Log{
		Reassignments: []mentor.Reassignment{{Leader: p[0], From: p[1], To: p[2], Date: day("2027-03-01")}},
		Sessions: []mentor.Session{{
			ID: "S-7", Date: day("2027-02-22"), Leader: p[0], Coach: p[1], Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15,
			Commitments: []mentor.Commitment{{ID: "K-7", Text: "Bring the questions of the workshop", Owner: p[1], Due: day("2027-03-08")}},
		}, {
			ID: "S-8", Date: day("2027-03-08"), Leader: p[0], Coach: p[1], Attendance: mentor.Missed,
		}},
	}
	for _, f := range l.Check(mentor.Gate{}) {
		if f.Code == "MEN-016" {
			fmt.Println(f)
		}
	}
	// Output:
	// MEN-016 warning sessions[0].commitments[0].owner: due 2027-03-08 from a coach who left on 2027-03-01; drop it, or let someone else take it up
	// MEN-016 error sessions[1].coach: reassignments[0] has given this leader another coach by 2027-03-08
}

// One narrative of three: its leader has agreed to the words, but a dashboard
// needs two more.
func ExampleAnecdotes() {
	p := people("L01", "C1")
	sessions := []mentor.Session{{ID: "S-1", Date: coaching.MustDate("2027-02-08"), Leader: p[0], Coach: p[1], Attendance: mentor.Held}}
	n := mentor.Narrative{
		ID: "N-1", Author: p[1], Leader: p[0], Written: coaching.MustDate("2027-03-20"), Sessions: []string{"S-1"},
		Speaker: "a product leader", Situation: "Reviews waited for one person", Behaviour: "A second reviewer was named",
		Experiment: "E-REVIEW", Change: "First reviews came within a day", Alternative: "Changes were smaller",
	}
	consents := signal.ConsentList{{
		Participant: p[0], Signal: n.Digest(), Purpose: mentor.AnecdotePurpose,
		Granted: time.Date(2027, 3, 22, 9, 0, 0, 0, time.UTC),
	}}
	anecdotes, findings := mentor.Anecdotes([]mentor.Narrative{n}, sessions, consents, time.Date(2027, 3, 29, 9, 0, 0, 0, time.UTC))
	for _, a := range anecdotes {
		fmt.Println(a)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// A product leader: Reviews waited for one person. A second reviewer was named. Observed: First reviews came within a day. It could also be: Changes were smaller.
	// PIL-163 error narratives: anecdotes that may be printed: 1, want 3
}
