package pilot_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/signal"
)

func on(day string) time.Time { return coaching.MustDate(day).At(12, 0, time.UTC) }

// append adds events that must be accepted.
func add(t testing.TB, l *pilot.Log, by coaching.PersonID, day string, events ...pilot.Event) {
	t.Helper()
	for _, e := range events {
		e.At, e.By = on(day), by
		fs := l.Append(e)
		require.False(t, fs.Blocked(), "%s: %v", e.Kind, fs)
	}
}

// story is the whole programme of the valid plan, from draft to decided.
func story(t testing.TB, until pilot.State) *pilot.Log {
	t.Helper()
	locked := locked(t, plan(t))
	l := pilot.NewLog(locked)
	by := person(t, "P-LND")
	p := locked.Plan()
	each := func(kind pilot.EventKind) (events []pilot.Event) {
		for _, x := range p.Cohort.Leaders {
			events = append(events, pilot.Event{Kind: kind, Label: x.ID})
		}
		return events
	}
	to := func(day string, s pilot.State) bool {
		add(t, l, by, day, pilot.Event{Kind: pilot.Advanced, To: s})
		return s == until
	}
	if until == pilot.Draft {
		return l
	}
	add(t, l, by, "2027-01-04", pilot.Event{Kind: pilot.SignalsValidated, Count: 30}, pilot.Event{Kind: pilot.RiskMemoSigned},
		pilot.Event{Kind: pilot.ExportTestPassed}, pilot.Event{Kind: pilot.ClauseAgreed})
	if to("2027-01-05", pilot.Planned) {
		return l
	}
	add(t, l, by, "2027-01-08", pilot.Event{Kind: pilot.CompactSigned}, pilot.Event{Kind: pilot.CheckpointPlanned}, pilot.Event{Kind: pilot.AllocationCommitted})
	if to("2027-01-11", pilot.Baseline) {
		return l
	}
	add(t, l, by, "2027-01-15", each(pilot.ConsentGranted)...)
	add(t, l, by, "2027-01-20", each(pilot.InterviewHeld)...)
	add(t, l, by, "2027-01-22", pilot.Event{Kind: pilot.HistoryExtracted, Count: 56}, pilot.Event{Kind: pilot.QualityPassed}, pilot.Event{Kind: pilot.BaselineAggregated})
	if to("2027-01-25", pilot.Enablement) {
		return l
	}
	add(t, l, by, "2027-02-01", pilot.Event{Kind: pilot.WorkshopAttended, Label: "C1", Count: 240}, pilot.Event{Kind: pilot.WorkshopAttended, Label: "C2", Count: 420},
		pilot.Event{Kind: pilot.PlaybookDelivered, Count: 2}, pilot.Event{Kind: pilot.FairnessChecked, Label: "meeting_hygiene"},
		pilot.Event{Kind: pilot.FairnessChecked, Label: "async_documentation"}, pilot.Event{Kind: pilot.FairnessChecked, Label: "review_turnaround"})
	add(t, l, by, "2027-02-05", each(pilot.AgreementSigned)...)
	if to("2027-02-08", pilot.Running) {
		return l
	}
	s := schedule(t, p)
	signalOf := func(leader string) string {
		for _, x := range p.Cohort.Leaders {
			for _, e := range p.Playbook {
				if x.ID == leader && x.Experiment == e.Experiment.ID {
					return e.Signal
				}
			}
		}
		return ""
	}
	week := func(n int) {
		day := p.Week(n).AddDays(4).String()
		for _, x := range s.Sessions {
			if x.Week != n {
				continue
			}
			if u := x.Week; u == 5 || u == 9 {
				add(t, l, by, day, pilot.Event{Kind: pilot.ExperimentStarted, Label: x.Leader})
			}
			if x.Leader == "L07" && n == 7 {
				add(t, l, by, day, pilot.Event{Kind: pilot.SessionMissed, Label: x.Leader, Count: n})
				continue
			}
			add(t, l, by, day, pilot.Event{Kind: pilot.SessionHeld, Label: x.Leader, Signal: signalOf(x.Leader), Count: n})
		}
		add(t, l, by, day, pilot.Event{Kind: pilot.SnapshotDelivered}, pilot.Event{Kind: pilot.SnapshotDelivered})
		if n == 6 {
			add(t, l, by, day, pilot.Event{Kind: pilot.CheckpointHeld},
				pilot.Event{Kind: pilot.ConfounderNoted, Confounder: &pilot.Confounder{ID: "freeze", Kind: roi.HiringFreeze, From: p.Week(6), To: p.Week(7), Disposition: roi.Open}})
		}
	}
	for n := 5; n <= 8; n++ {
		week(n)
	}
	if to("2027-03-08", pilot.Iterating) {
		return l
	}
	for n := 9; n <= 12; n++ {
		week(n)
	}
	add(t, l, by, "2027-04-02", pilot.Event{Kind: pilot.SummaryDrafted})
	if to("2027-04-05", pilot.Validating) {
		return l
	}
	add(t, l, by, "2027-04-06",
		pilot.Event{Kind: pilot.ConfounderNoted, Confounder: &pilot.Confounder{ID: "freeze", Kind: roi.HiringFreeze, From: p.Week(6), To: p.Week(7), Disposition: roi.RuledOut}},
		pilot.Event{Kind: pilot.ConfounderLogEnded}, pilot.Event{Kind: pilot.StreamDelivered, Label: "data"}, pilot.Event{Kind: pilot.StreamDelivered, Label: "narratives"},
		pilot.Event{Kind: pilot.StreamDelivered, Label: "sponsor"}, pilot.Event{Kind: pilot.FinalWindowClosed}, pilot.Event{Kind: pilot.SponsorSigned})
	to("2027-04-07", pilot.Decided)
	return l
}

// The whole programme runs from draft to decided; state, facts, adherence and
// confounders are folds over it.
func TestLogTellsTheStory(t *testing.T) {
	for s := pilot.Draft; s <= pilot.Decided; s++ {
		require.Equal(t, s, story(t, s).State())
	}
	l := story(t, pilot.Decided)
	require.Equal(t, pilot.Adherence{SessionsDue: 60, SessionsHeld: 59, Leaders: 10, Started: 10}, l.Adherence())
	require.Equal(t, []roi.Confounder{{ID: "freeze", Kind: roi.HiringFreeze, Disposition: roi.RuledOut, By: person(t, "P-LND"),
		Window: coaching.Window{From: coaching.MustDate("2027-02-15"), To: coaching.MustDate("2027-02-22")}}}, l.Confounders())
	f := l.Facts(on("2027-04-07"))
	require.Equal(t, 60, f.SessionsDue)
	require.Equal(t, 16, f.Snapshots)
	require.Equal(t, 16, f.SnapshotsDue)
	require.Zero(t, l.Facts(on("2027-01-01")).ValidationDays, "what is later does not count")
	require.Equal(t, 5, l.Facts(on("2027-02-15")).SessionsDue)
	fs := l.Append(pilot.Event{At: on("2027-05-01"), By: person(t, "P"), Kind: pilot.SummaryDrafted})
	require.True(t, fs.Has("DOC-EVENT"), "the record is closed")
}

// Version 1 of a stored log reads the same for ever after.
func TestGoldenLog(t *testing.T) {
	l := story(t, pilot.Decided)
	data, err := l.JSON()
	require.NoError(t, err)
	const file = "testdata/log_v1.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, data, 0o644))
	}
	require.Equal(t, string(read(t, file)), string(data))
	locked := locked(t, plan(t))
	back, fs := pilot.ReadLog(file, read(t, file), locked)
	require.Empty(t, fs)
	require.Equal(t, pilot.Decided, back.State())
	require.Equal(t, l.Events(), back.Events())

	other := plan(t)
	other.Title = "Another"
	l2, _ := other.Lock(person(t, "P-CPO"), stamp())
	_, fs = pilot.ReadLog(file, data, l2)
	require.True(t, fs.Blocked())
	require.Contains(t, fs[0].Message, "another plan")
}

// A stored log with an event cut out, moved or changed so that a gate was never
// open does not read back.
func TestReadLogRefusesAStoryThatCannotBe(t *testing.T) {
	whole := story(t, pilot.Running)
	for i, e := range whole.Events() {
		l := pilot.NewLog(locked(t, plan(t)))
		var fs coaching.Findings
		for j, x := range whole.Events() {
			if i != j {
				fs = append(fs, l.Append(x)...)
			}
		}
		switch e.Kind {
		case pilot.InterviewHeld, pilot.AgreementSigned, pilot.ConsentGranted:
			// One leader fewer: the others go on, or the gap is named.
		default:
			require.True(t, fs.Blocked() || i == len(whole.Events())-1, "without %s", e.Kind)
			require.NotEqual(t, pilot.Running, l.State())
		}
	}
}

// Nobody is coached before consent and compact, whatever is recorded in
// whatever order (PIL-043, GOV-003, GOV-012).
func TestNoCoachingWithoutConsentAndCompact(t *testing.T) {
	whole := story(t, pilot.Validating).Events()
	lockedPlan := locked(t, plan(t))
	rapid.Check(t, func(t *rapid.T) {
		l := pilot.NewLog(lockedPlan)
		drop := rapid.SliceOfN(rapid.IntRange(0, len(whole)-1), 0, 5).Draw(t, "dropped")
		reached := false
		for i, e := range whole {
			if !slices.Contains(drop, i) {
				l.Append(e)
			}
			if rapid.IntRange(0, 20).Draw(t, "withdraw") == 0 {
				l.Append(pilot.Event{At: e.At, By: e.By, Kind: pilot.ConsentWithdrawn, Label: "L04"})
			}
			reached = reached || l.State() >= pilot.Running && l.State() <= pilot.Decided
		}
		if !reached {
			return
		}
		compact, consents := false, map[string]bool{}
		for _, e := range l.Events() {
			compact = compact || e.Kind == pilot.CompactSigned
			if e.Kind == pilot.ConsentGranted {
				consents[e.Label] = true
			}
			if e.Kind == pilot.ConsentWithdrawn {
				delete(consents, e.Label)
			}
			if e.Kind == pilot.Advanced && e.To == pilot.Enablement {
				require.GreaterOrEqual(t, len(consents), 8)
			}
			if e.Kind == pilot.Advanced && e.To == pilot.Running {
				require.True(t, compact)
			}
		}
	})
}

// Events that say nothing, or something impossible, change nothing.
func TestAppendRefuses(t *testing.T) {
	by := person(t, "P-LND")
	tests := []struct {
		name string
		e    pilot.Event
		code string
	}{
		{"nobody", pilot.Event{At: on("2027-03-01"), Kind: pilot.SummaryDrafted}, "DOC-EVENT"},
		{"no time", pilot.Event{By: by, Kind: pilot.SummaryDrafted}, "DOC-EVENT"},
		{"unknown kind", pilot.Event{At: on("2027-03-01"), By: by, Kind: "danced"}, "DOC-EVENT"},
		{"earlier than the last", pilot.Event{At: on("2027-02-01"), By: by, Kind: pilot.SummaryDrafted}, "DOC-EVENT"},
		{"unknown leader", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.ConsentGranted, Label: "L99"}, "DOC-EVENT"},
		{"unknown coach", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.WorkshopAttended, Label: "L01", Count: 60}, "DOC-EVENT"},
		{"session without a signal", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.SessionHeld, Label: "L02", Count: 8}, "PIL-118"},
		{"session without a week", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround"}, "DOC-EVENT"},
		{"confounder without a window", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.ConfounderNoted, Confounder: &pilot.Confounder{ID: "x"}}, "PIL-050"},
		{"late allocation", pilot.Event{At: on("2027-03-08"), By: by, Kind: pilot.AllocationCommitted}, "PIL-085"},
		{"unknown stream", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.StreamDelivered, Label: "rumour"}, "DOC-EVENT"},
		{"issue without a label", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.IssueOpened}, "DOC-EVENT"},
		{"back", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.Advanced, To: pilot.Baseline}, "PIL-004"},
		{"resume what runs", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.Resumed}, "PIL-004"},
		{"a label that is a name", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.IssueOpened, Label: "Jane Doe"}, "DOC-EVENT"},
		{"a count below zero", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.SummaryDrafted, Count: -1}, "DOC-EVENT"},
		{"a state beside", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.SummaryDrafted, To: 99}, "DOC-EVENT"},
		{"an undeclared disposition", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.ConfounderNoted,
			Confounder: &pilot.Confounder{ID: "x", From: coaching.MustDate("2027-03-01"), To: coaching.MustDate("2027-03-02"), Disposition: 77}}, "DOC-EVENT"},
		{"a session of next week", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround", Count: 9}, "DOC-EVENT"},
		{"the window closes in week 11", pilot.Event{At: on("2027-03-28"), By: by, Kind: pilot.FinalWindowClosed}, "PIL-047"},
		{"state out of range", pilot.Event{At: on("2027-03-01"), By: by, Kind: pilot.Advanced, To: 99}, "DOC-EVENT"},
	}
	l := story(t, pilot.Running)
	before := l.Events()
	for _, tt := range tests {
		fs := l.Append(tt.e)
		require.True(t, fs.Blocked(), tt.name)
		require.True(t, fs.Has(tt.code), "%s: %v", tt.name, fs)
		require.Equal(t, before, l.Events())
		require.Equal(t, pilot.Running, l.State())
	}
	require.Nil(t, pilot.NewLog(nil))
	require.Nil(t, pilot.NewLog(new(pilot.Locked)))
}

// What is recorded is out of the caller's reach, and what may be recorded can be
// read back.
func TestEventsAreCopies(t *testing.T) {
	l := story(t, pilot.Running)
	c := &pilot.Confounder{ID: "freeze", From: coaching.MustDate("2027-03-01"), To: coaching.MustDate("2027-03-02"), Disposition: roi.Material}
	add(t, l, person(t, "P-PMO"), "2027-03-01", pilot.Event{Kind: pilot.ConfounderNoted, Confounder: c})
	c.Disposition = roi.RuledOut
	events := l.Events()
	events[len(events)-1].Confounder.Disposition = roi.RuledOut
	require.Equal(t, roi.Material, l.Confounders()[0].Disposition)
	data, err := l.JSON()
	require.NoError(t, err)
	again, fs := pilot.ReadLog("log.json", data, locked(t, plan(t)))
	require.Empty(t, fs)
	require.Equal(t, l.Events(), again.Events())
}

// Sessions count once a week, from the start of the leader's wave; a session
// before it is said to spoil the comparison and adds nothing (PIL-048, PIL-085).
func TestAdherenceCountsDueSessionsOnly(t *testing.T) {
	l := story(t, pilot.Running)
	by := person(t, "C1")
	held := func(leader string, week int) coaching.Findings {
		return l.Append(pilot.Event{At: on("2027-02-19"), By: by, Kind: pilot.SessionHeld, Label: leader, Signal: "review_turnaround", Count: week})
	}
	require.Empty(t, held("L02", 5))
	require.Empty(t, held("L02", 5))
	require.Equal(t, []string{"PIL-085 warning"}, codes(held("L01", 5)))
	f := l.Facts(on("2027-03-01"))
	require.Equal(t, []int{1, 15}, []int{f.SessionsHeld, f.SessionsDue})
	require.Equal(t, pilot.Adherence{SessionsDue: 60, SessionsHeld: 1, Leaders: 10}, l.Adherence())
	add(t, l, by, "2027-02-19", pilot.Event{Kind: pilot.Advanced, To: pilot.Held})
	require.Equal(t, []string{"PIL-045 warning"}, codes(held("L02", 6)))
}

// The control group of a parallel design starts no experiment and is missed by
// nobody: adherence is of those who are coached.
func TestAdherenceLeavesOutTheControlGroup(t *testing.T) {
	p := plan(t)
	p.Design.Kind, p.Design.Waves, p.Design.WaveStarts = pilot.Parallel, 0, []int{5}
	l := pilot.NewLog(locked(t, p))
	by := person(t, "P-LND")
	for _, x := range p.Cohort.Leaders {
		add(t, l, by, "2027-01-15", pilot.Event{Kind: pilot.ConsentGranted, Label: x.ID})
	}
	require.Equal(t, pilot.Adherence{SessionsDue: 40, Leaders: 5}, l.Adherence())
	a, err := p.Allocate()
	require.NoError(t, err)
	control := a.Wave(2)[0]
	fs := l.Append(pilot.Event{At: on("2027-02-19"), By: by, Kind: pilot.SessionHeld, Label: control, Signal: "review_turnaround", Count: 5})
	require.Equal(t, []string{"PIL-045 warning", "PIL-085 warning"}, codes(fs))
}

// A held programme resumes where it was, with enough leaders; a session without
// consent is recorded, and counts against governance.
func TestHoldAndResume(t *testing.T) {
	l := story(t, pilot.Running)
	by := person(t, "P-LND")
	for _, leader := range []string{"L01", "L02", "L03"} {
		add(t, l, by, "2027-02-09", pilot.Event{Kind: pilot.ConsentWithdrawn, Label: leader})
	}
	add(t, l, by, "2027-02-09", pilot.Event{Kind: pilot.Advanced, To: pilot.Held})
	require.False(t, l.State().Coaches())
	fs := l.Append(pilot.Event{At: on("2027-02-10"), By: by, Kind: pilot.Resumed})
	require.True(t, fs.Has("PIL-080"), "%v", fs)
	add(t, l, by, "2027-02-10", pilot.Event{Kind: pilot.ConsentGranted, Label: "L01"}, pilot.Event{Kind: pilot.Resumed})
	require.Equal(t, pilot.Running, l.State())

	fs = l.Append(pilot.Event{At: on("2027-02-12"), By: by, Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround", Count: 5})
	require.Equal(t, []string{"GOV-012 warning"}, codes(fs))
	require.Equal(t, 1, l.Facts(on("2027-02-13")).GovernanceOpen)
	add(t, l, by, "2027-02-13", pilot.Event{Kind: pilot.IssueOpened, Label: "I-1"})
	require.Equal(t, 2, l.Facts(on("2027-02-14")).GovernanceOpen)
	add(t, l, by, "2027-02-15", pilot.Event{Kind: pilot.IssueClosed, Label: "I-1"})
	require.Equal(t, 1, l.Facts(on("2027-02-15")).GovernanceOpen)
}

// Every reason against a session is given, and none when there is none.
func TestCanCoach(t *testing.T) {
	l := story(t, pilot.Running)
	who := person(t, "leader two")
	ok := func() pilot.SessionRequest {
		return pilot.SessionRequest{
			Leader: "L02", Person: who, Coach: "C1", Signal: "review_turnaround", At: on("2027-02-08"),
			Consents: signal.ConsentList{{Participant: who, Signal: "review_turnaround", Purpose: pilot.CoachingPurpose, Granted: on("2027-01-15"), Withdrawn: on("2027-03-01")}},
			Standing: signal.Cleared, FlagsDecided: true, Delivered: coaching.MustDate("2027-02-07"),
		}
	}
	require.Empty(t, l.CanCoach(ok()))
	tests := []struct {
		name   string
		change func(*pilot.SessionRequest)
		want   []string
	}{
		{"restricted with its control", func(r *pilot.SessionRequest) { r.Standing, r.Control = signal.Restricted, true }, []string{}},
		{"restricted without", func(r *pilot.SessionRequest) { r.Standing = signal.Restricted }, []string{"FAI-005"}},
		{"paused", func(r *pilot.SessionRequest) { r.Standing, r.Control = signal.Paused, true }, []string{"FAI-005"}},
		{"candidate", func(r *pilot.SessionRequest) { r.Standing = signal.Candidate }, []string{"FAI-001"}},
		{"retired", func(r *pilot.SessionRequest) { r.Standing = signal.Retired }, []string{"FAI-005"}},
		{"pending flag", func(r *pilot.SessionRequest) { r.FlagsDecided = false }, []string{"PIL-110"}},
		{"no consents", func(r *pilot.SessionRequest) { r.Consents = nil }, []string{"GOV-012"}},
		{"withdrawn", func(r *pilot.SessionRequest) { r.At, r.Delivered = on("2027-03-02"), coaching.MustDate("2027-02-28") }, []string{"GOV-012"}},
		{"nobody", func(r *pilot.SessionRequest) { r.Person = coaching.PersonID{} }, []string{"GOV-012"}},
		{"feed of a week ago", func(r *pilot.SessionRequest) { r.Delivered = coaching.MustDate("2027-02-01") }, []string{}},
		{"stale feed", func(r *pilot.SessionRequest) { r.Delivered = coaching.MustDate("2027-01-31") }, []string{"PIL-072"}},
		{"a feed from after tomorrow", func(r *pilot.SessionRequest) { r.Delivered = coaching.MustDate("2027-02-10") }, []string{"PIL-072"}},
		{"a feed of no known day", func(r *pilot.SessionRequest) { r.Delivered = coaching.Date{} }, []string{"PIL-072"}},
		{"before the log's consent and workshop", func(r *pilot.SessionRequest) {
			r.At, r.Delivered = on("2027-01-14"), coaching.MustDate("2027-01-13")
			r.Consents = signal.ConsentList{{Participant: who, Signal: "review_turnaround", Purpose: pilot.CoachingPurpose, Granted: on("2027-01-01")}}
		}, []string{"GOV-012", "PIL-045", "PIL-085", "PIL-105"}},
		{"after the run", func(r *pilot.SessionRequest) {
			r.At, r.Delivered = on("2027-04-05"), coaching.MustDate("2027-04-04")
			r.Consents = signal.ConsentList{{Participant: who, Signal: "review_turnaround", Purpose: pilot.CoachingPurpose, Granted: on("2027-01-01")}}
		}, []string{"PIL-045"}},
		{"second wave", func(r *pilot.SessionRequest) { r.Leader = "L01" }, []string{"PIL-085"}},
		{"unknown leader", func(r *pilot.SessionRequest) { r.Leader = "L99" }, []string{"GOV-012", "PIL-112"}},
		{"unknown signal", func(r *pilot.SessionRequest) { r.Signal = "attrition" }, []string{"GOV-012", "PIL-109"}},
		{"untrained coach", func(r *pilot.SessionRequest) { r.Coach = "C9" }, []string{"PIL-105"}},
	}
	for _, tt := range tests {
		r := ok()
		tt.change(&r)
		require.Equal(t, tt.want, codesOnly(l.CanCoach(r)), tt.name)
	}
	require.True(t, story(t, pilot.Enablement).CanCoach(ok()).Has("PIL-045"))
	require.True(t, (*pilot.Log)(nil).CanCoach(ok()).Has("PIL-045"))
	require.GreaterOrEqual(t, len(l.CanCoach(pilot.SessionRequest{})), 8, "the zero request has every reason against it")
}
