package mentor_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// entry is one of a playbook, with words that no lint minds.
func entry(signal, id, text string, kind mentor.ExperimentKind, days int) mentor.Entry {
	return mentor.Entry{
		Signal: signal, Prompts: []string{"What is behind this?", "What would you try?"},
		Experiment:       mentor.Experiment{ID: id, Text: text, Measure: signal + "_weekly", Days: days, Kind: kind},
		InterpretiveRule: "Other things move this figure too", DoNotConclude: "that anyone is to blame",
	}
}

// trial is a run of an entry's experiment from a day on.
func trial(leader coaching.PersonID, e mentor.Entry, from coaching.Date) mentor.Trial {
	return mentor.Trial{
		Leader: leader, Owner: leader, Experiment: e.Experiment.ID, Signal: e.Signal, Measure: e.Experiment.Measure, Declared: from.AddDays(-3),
		Run: coaching.Window{From: from, To: from.AddDays(e.Experiment.Days - 1)},
	}
}

// A programme is coaching as it should be around some trials: agreement,
// enablement, a session before the trial and one after it, and a narrative of
// each leader.
func programme(entries []mentor.Entry, run coaching.Window, trials ...mentor.Trial) (mentor.Log, mentor.Gate) {
	p := people("C1", "sponsor", "analyst")
	l := mentor.Log{Schema: mentor.LogV1, Programme: "case", Trials: trials, Enablement: []mentor.Enablement{{
		Coach: p[0], Workshop: run.From.AddDays(-14), WorkshopMinutes: 420, TeachBack: 90, Assessor: p[2], Analyst: p[2],
	}}}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Signal)
	}
	seen := map[coaching.PersonID]bool{}
	for i, x := range trials {
		if seen[x.Leader] {
			continue
		}
		seen[x.Leader] = true
		l.Agreements = append(l.Agreements, mentor.Agreement{
			Leader: x.Leader, Coach: p[0], Sponsor: p[1], Signed: run.From.AddDays(-10), Kind: mentor.Internal, Confidentiality: "What is said stays here", AnyoneMayStop: true,
		})
		first, commitment := x.Declared, fmt.Sprint("K-", i)
		var shown []string
		if x.Signal != "" {
			shown = []string{x.Signal}
		}
		l.Sessions = append(l.Sessions, mentor.Session{
			ID: fmt.Sprint("S-", i, "-1"), Date: first, Leader: x.Leader, Coach: p[0], Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15, Shown: shown, Used: shown,
			Commitments: []mentor.Commitment{{ID: commitment, Text: "Begin", Owner: x.Leader, Due: x.Run.From}},
		}, mentor.Session{
			ID: fmt.Sprint("S-", i, "-2"), Date: run.To, Leader: x.Leader, Coach: p[0], Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15, Shown: shown, Used: shown,
			Followed: []mentor.Followed{{Commitment: commitment, Outcome: mentor.Kept}},
		})
		l.Narratives = append(l.Narratives, mentor.Narrative{
			ID: fmt.Sprint("N-", i), Author: p[0], Leader: x.Leader, Written: run.To, Sessions: []string{fmt.Sprint("S-", i, "-1"), fmt.Sprint("S-", i, "-2")},
			Speaker: "a leader", Situation: "Work waited", Behaviour: "Something else was tried", Experiment: x.Experiment, Change: "Less waited", Alternative: "There was less to do",
		})
	}
	return l, mentor.Gate{
		Pack:     func(coaching.PersonID) []string { return ids },
		Can:      func(mentor.Session, string) bool { return true },
		Playbook: entries, Run: run,
	}
}

// consented returns the consent of every narrative's leader from the day on
// which it was written.
func consented(narratives []mentor.Narrative) signal.ConsentList {
	var list signal.ConsentList
	for _, n := range narratives {
		list = append(list, signal.Consent{Participant: n.Leader, Signal: n.Digest(), Purpose: mentor.AnecdotePurpose, Granted: n.Written.At(9, 0, time.UTC)})
	}
	return list
}

// found returns code, severity and path of each finding, sorted.
func found(findings coaching.Findings) []string {
	var list []string
	for _, f := range findings {
		list = append(list, fmt.Sprint(f.Code, " ", f.Severity, " ", f.Path))
	}
	slices.Sort(list)
	return list
}

// weeks is the run of a plan of 8, 12 or 16 weeks from 2027-02-08, its fifth.
func weeks(n int) coaching.Window {
	from := coaching.MustDate("2027-02-08")
	return coaching.Window{From: from, To: from.AddDays(7*(n-4) - 1)}
}

// EX-01: two experiments of one leader at one time, one of which outlasts the
// programme by 34 days; and the way out: one after the other, with a follow-up
// reading on its last day, 2027-06-05.
func TestCaseVPSales(t *testing.T) {
	leader, run := people("VP-SALES")[0], weeks(12)
	entries := []mentor.Entry{
		entry("cross_functional_meeting_attendance", "E1", "Weekly joint planning ritual with Product", mentor.RecurringRitual, 56),
		entry("direct_report_churn", "E2", "90-day manager calibration process", mentor.Process, 90),
	}
	l, g := programme(entries, run, trial(leader, entries[0], run.From), trial(leader, entries[1], run.From))
	findings := l.Check(g)
	require.Equal(t, []string{"PIL-056 error trials[1].run", "PIL-102 warning trials[1].run"}, found(findings))
	require.Contains(t, findings[0].Message, "90 days end on 2027-05-08, 34 after the programme's run")

	short := trial(leader, entries[0], run.From)
	short.Run.To, short.State, short.Learned = run.From.AddDays(27), mentor.Closed, "Product comes when the agenda is theirs too"
	long := trial(leader, entries[1], run.From.AddDays(28))
	long.FollowUp = long.Run.To
	require.Equal(t, "2027-06-05", long.FollowUp.String())
	l, g = programme(entries, run, short, long)
	require.Equal(t, []string{"PIL-056 info trials[0].run", "PIL-056 info trials[1].follow_up"}, found(l.Check(g)))
}

// EX-02: one experiment on two signals, of 90 days in a plan of 16 weeks; and
// words that blame.
func TestCaseEngineeringLeader(t *testing.T) {
	leader, run := people("ENG-LEAD")[0], weeks(16)
	entries := []mentor.Entry{
		entry("review_loop_length", "E1", "Mandatory lightweight design docs and a tightened review SLA", mentor.ArtefactRule, 90),
		entry("async_documentation_level", "E2", "A page for each decision", mentor.ArtefactRule, 56),
	}
	x := trial(leader, entries[0], run.From)
	x.Supporting = []string{"async_documentation_level"}
	l, g := programme(entries, run, x)
	findings := l.Check(g)
	require.Equal(t, []string{"C-20 info trials[0].supporting", "PIL-056 error trials[0].run"}, found(findings))
	require.Contains(t, findings[0].Message, "90 days end on 2027-05-08, 6 after the programme's run")
	l.Trials[0].FollowUp = x.Run.To
	require.False(t, l.Check(g).Blocked())
	l.Trials[0].State, l.Trials[0].Learned = mentor.Closed, "The leader was blamed for missed releases"
	require.Contains(t, found(l.Check(g)), "FAI-012 warning trials[0].learned")
}

// EX-03: two experiments at one time, a ritual and a rule; the reading after two
// months comes four days after the run.
func TestCaseHeadOfCS(t *testing.T) {
	leader, run := people("HEAD-CS")[0], weeks(12)
	entries := []mentor.Entry{
		entry("team_churn_risk", "E1", "Weekly calibration meetings on onboarding handoffs", mentor.RecurringRitual, 56),
		entry("account_nps", "E2", "Revised triage SLA for escalations", mentor.RuleChange, 60),
	}
	x := trial(leader, entries[1], run.From)
	x.Run.To = coaching.MustDate("2027-04-08")
	x.FollowUp = x.Run.To
	x.Reason = "The SLA changes anyway"
	l, g := programme(entries, run, trial(leader, entries[0], run.From), x)
	findings := l.Check(g)
	require.Equal(t, []string{"PIL-056 info trials[1].follow_up", "PIL-102 warning trials[1].run"}, found(findings))
	require.Contains(t, findings[0].Message, "60 days end 4 after the programme's run")
	require.Contains(t, findings[1].Message, "the coaching lead has given a reason")
}

// productOrg returns the plan of EX-07 and coaching by it: each leader tries the
// experiment that the plan gives, from the start of the leader's wave.
func productOrg(t *testing.T) (*pilot.Plan, mentor.Log, mentor.Gate) {
	data, err := os.ReadFile("../testdata/product_org_12w.yaml")
	require.NoError(t, err)
	plan, findings := pilot.Decode("product_org_12w.yaml", data)
	require.False(t, findings.Blocked(), "%v", findings)
	allocation, err := plan.Allocate()
	require.NoError(t, err)
	var trials []mentor.Trial
	for i, leader := range plan.Cohort.Leaders {
		at := slices.IndexFunc(plan.Playbook, func(e mentor.Entry) bool { return e.Experiment.ID == leader.Experiment })
		trials = append(trials, trial(people(leader.ID)[0], plan.Playbook[at], plan.Week(allocation.Units[i].Start)))
	}
	l, g := programme(plan.Playbook, plan.Run(), trials...)
	return plan, l, g
}

// EX-07: ten leaders, three experiments, two waves, from the plan to the
// anecdotes. The 56-day experiments of the second wave end 28 days after the
// plan, each of its five leaders needs a follow-up reading, and nothing else is
// wrong.
func TestCaseProductOrganisation(t *testing.T) {
	plan, l, g := productOrg(t)
	book := mentor.Playbook{Title: plan.Title, Entries: plan.Playbook}
	for _, s := range plan.Signals {
		book.Signals = append(book.Signals, mentor.Line{Signal: s.ID, Behaviour: s.Behaviour, Path: s.Path})
	}
	require.Empty(t, book.Check())
	require.Len(t, book.Entries, 3)

	findings := l.Check(g)
	late := 0
	for _, f := range findings {
		require.Equal(t, "PIL-056", f.Code)
		require.Contains(t, f.Message, "56 days end on 2027-05-02, 28 after the programme's run")
		late++
	}
	require.Equal(t, 5, late)
	for i, x := range l.Trials {
		if x.Run.To.After(plan.Run().To) {
			l.Trials[i].FollowUp = x.Run.To
		}
	}
	require.False(t, l.Check(g).Blocked())

	at := plan.End().AddDays(1).At(9, 0, time.UTC)
	anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, consented(l.Narratives), at)
	require.Empty(t, findings)
	require.Len(t, anecdotes, 10)
	m := l.Measures(plan.End(), 0)
	require.Equal(t, 20, m.Held)
	require.Equal(t, 10, m.Kept)
	require.Equal(t, []int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, m.DaysToExperiment)
	require.Len(t, m.Coaches, 1)
}

// PIL-091: the coach and the leaders of one programme are in no other one at the
// time; a second plan with the same people says so of each.
func TestCoachesAreDedicated(t *testing.T) {
	plan, l, _ := productOrg(t)
	who := map[string]coaching.PersonID{"C1": l.Agreements[0].Coach, "L01": l.Trials[0].Leader}
	require.Empty(t, pilot.Overlaps([]pilot.Enrolment{{Plan: plan, People: who}}))
	require.Equal(t, []string{"PIL-091 warning plans[1].cohort.coaches[0]", "PIL-091 warning plans[1].cohort.leaders[0]"},
		found(pilot.Overlaps([]pilot.Enrolment{{Plan: plan, People: who}, {Plan: plan, People: who}})))
}

// PIL-161: narratives are a stream of evidence only when they derive from
// sessions and their leaders agree; without that stream a pilot is not decided.
func TestNarrativesAreAStream(t *testing.T) {
	plan, l, _ := productOrg(t)
	at := plan.End().AddDays(1).At(9, 0, time.UTC)
	decided := func(narratives []mentor.Narrative, sessions []mentor.Session, consents signal.Consents) pilot.Gate {
		streams := 2 // data and the sponsor
		if _, findings := mentor.Anecdotes(narratives, sessions, consents, at); !findings.Has("PIL-163") {
			streams++
		}
		return pilot.DefaultPolicy().Gate(pilot.Validating, pilot.Decided, pilot.Facts{
			Streams: streams, ConfounderLogClosed: true, FinalWindowClosed: true, SponsorSigned: true,
		})
	}
	agreed := consented(l.Narratives)
	require.True(t, decided(l.Narratives, l.Sessions, agreed).Open())
	for name, gate := range map[string]pilot.Gate{
		"two narratives": decided(l.Narratives[:2], l.Sessions, agreed),
		"no sessions":    decided(l.Narratives, nil, agreed),
		"no consent":     decided(l.Narratives, l.Sessions, nil),
	} {
		require.False(t, gate.Open(), name)
		require.Equal(t, []string{"PIL-161 error "}, found(gate.Unmet), name)
	}
}

// EX-08, PIL-090, M-6: a cohort of directors with a small bench of senior coaches, whose results nobody has quantified, with two signals of what people say and one of
// how they work. Where nothing but goals can be read, goals are; three anecdotes
// are asked for, and a withdrawn one leaves two.
func TestCaseDirectors(t *testing.T) {
	p, run := people("D1", "D2", "D3"), weeks(12)
	entries := []mentor.Entry{
		entry("collaboration_density", "E1", "Half of the standing meetings are dropped for a month", mentor.RuleChange, 56),
		entry("pulse_excerpts", "E2", "Each meeting names the decision to be taken", mentor.ArtefactRule, 56),
		entry("team_feedback_themes", "E3", "Weekly handoff of open escalations", mentor.RecurringRitual, 56),
	}
	scale := []string{"no handoff", "every other week", "each week", "each week, with owners", "each week, and none comes back"}
	third := trial(p[2], entries[2], run.From)
	third.Signal, third.Measure = "", ""
	third.Goals = []mentor.Goal{{Text: "Escalations are handed over", Levels: scale, Weight: 1, Read: mentor.More}}
	third.State, third.Learned = mentor.Closed, "A named owner matters more than the meeting"
	l, g := programme(entries, run, trial(p[0], entries[0], run.From), trial(p[1], entries[1], run.From), third)
	require.Empty(t, l.Check(g))
	score, read := mentor.TScore(l.Trials[2].Goals)
	require.True(t, read)
	require.InDelta(t, 60, score, 1e-9)

	at := run.To.AddDays(1).At(9, 0, time.UTC)
	consents := consented(l.Narratives)
	anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, consents, at)
	require.Empty(t, findings)
	require.Len(t, anecdotes, mentor.MinAnecdotes)
	for _, a := range anecdotes {
		require.True(t, strings.HasPrefix(a.String(), "A leader: "))
	}
	consents[1].Withdrawn = at
	anecdotes, findings = mentor.Anecdotes(l.Narratives, l.Sessions, consents, at)
	require.Len(t, anecdotes, 2)
	require.Equal(t, []string{"C-21 warning narratives[1]", "PIL-163 error narratives"}, found(findings))
}
