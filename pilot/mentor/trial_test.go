package mentor_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// full is the gate of a programme that compares trials with its playbook and
// its run.
func full() mentor.Gate {
	g := open()
	g.Playbook = playbook().Entries
	g.Run = coaching.Window{From: coaching.MustDate("2027-02-01"), To: coaching.MustDate("2027-04-12")}
	g.Raw = func(signal string) []string { return []string{signal + "_events"} }
	return g
}

// ownTrial is a trial of the leader's own invention, without a trace.
func ownTrial(t testing.TB) mentor.Trial {
	l, _ := readLog(t)
	trial := l.Trials[0]
	trial.Experiment, trial.Signal, trial.Measure = "E-OWN", "", ""
	trial.Own = mentor.Experiment{ID: "E-OWN", Text: "Ask one question before giving an answer", Measure: "goals", Days: 28, Kind: mentor.RecurringRitual}
	trial.Goals = []mentor.Goal{{Text: "Listen first", Weight: 2, Levels: []string{"Never", "In one meeting", "In half of them", "In most", "In all"}}}
	return trial
}

// Each rule of a trial, broken by one change of a good one. The golden trial is
// of the playbook and inside the run; the second has goals instead of a signal.
func TestTrialCheck(t *testing.T) {
	day := coaching.MustDate
	tests := []struct {
		code, path string
		severity   coaching.Severity
		own        bool
		change     func(x *mentor.Trial, g *mentor.Gate)
	}{
		{"PIL-112", "owner", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Owner = person(t, coach1) }},
		{"PIL-112", "owner", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.Leader, x.Owner = coaching.PersonID{}, coaching.PersonID{}
		}},
		{"PIL-100", "measure", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Measure = " " }},
		{"PIL-100", "measure", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Signal = "" }},
		{"PIL-100", "measure", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals = nil }},
		{"PIL-109", "signal", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Signal = "async_documentation" }},
		{"PIL-109", "signal", coaching.Error, false, func(_ *mentor.Trial, g *mentor.Gate) { g.Pack = nil }},
		{"PIL-109", "supporting[0]", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Supporting = []string{"async_documentation"} }},
		{"PIL-109", "supporting[0]", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Supporting = []string{"meeting_hygiene"} }},
		{"PIL-109", "supporting[1]", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.Supporting = []string{"review_turnaround", "review_turnaround"}
		}},
		{"C-20", "supporting", coaching.Info, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Supporting = []string{"review_turnaround"} }},
		{"MEN-014", "measure", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Measure = "meeting_hygiene_events" }},
		{"MEN-014", "measure", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.Supporting, x.Measure = []string{"review_turnaround"}, "review_turnaround_events"
		}},
		{"PIL-056", "run", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Run = coaching.Window{} }},
		{"MEN-009", "declared", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Declared = x.Run.From }},
		{"MEN-009", "declared", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Declared = coaching.Date{} }},
		{"PIL-056", "run", coaching.Error, false, func(_ *mentor.Trial, g *mentor.Gate) { g.Run.From = day("2027-02-12") }},
		{"PIL-056", "run", coaching.Error, false, func(_ *mentor.Trial, g *mentor.Gate) { g.Run.To = day("2027-04-06") }},
		{"PIL-056", "follow_up", coaching.Info, false, func(x *mentor.Trial, g *mentor.Gate) {
			g.Run.To, x.FollowUp = day("2027-04-06"), x.Run.To
		}},
		{"PIL-056", "follow_up", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.FollowUp = x.Run.To.AddDays(-1) }},
		{"PIL-056", "run", coaching.Info, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Run.To = x.Run.To.AddDays(-1) }},
		{"MEN-012", "state", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.State = mentor.Stopped + 1 }},
		{"MEN-012", "learned", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.State = mentor.Closed }},
		{"MEN-012", "learned", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.State, x.Ended, x.Learned = mentor.Stopped, x.Run.From, " "
		}},
		{"MEN-012", "learned", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.State, x.Learned = mentor.Active, "Agendas help" }},
		{"MEN-012", "ended", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.State, x.Learned = mentor.Stopped, "Agendas help" }},
		{"MEN-012", "ended", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.State, x.Learned, x.Ended = mentor.Stopped, "Agendas help", x.Run.To.AddDays(1)
		}},
		{"MEN-012", "ended", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.State, x.Learned, x.Ended = mentor.Closed, "Agendas help", x.Run.To
		}},
		{"PIL-107", "learned", coaching.Warning, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.State, x.Learned = mentor.Closed, "This proves that agendas help"
		}},
		{"FAI-012", "learned", coaching.Warning, false, func(x *mentor.Trial, _ *mentor.Gate) {
			x.State, x.Learned = mentor.Closed, "The fault was with a weak manager"
		}},
		{"PIL-100", "experiment", coaching.Info, true, func(*mentor.Trial, *mentor.Gate) {}},
		{"PIL-093", "own.kind", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Own.Kind = mentor.UnknownExperiment }},
		{"PIL-093", "own.kind", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Own = mentor.Experiment{} }},
		{"PIL-100", "own", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Own.Text = "" }},
		{"PIL-100", "own", coaching.Error, true, func(x *mentor.Trial, g *mentor.Gate) { g.Playbook, x.Own.Days = nil, 0 }},
		{"PIL-107", "own.text", coaching.Warning, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Own.Text = "Show that this is clearly better" }},
		{"PIL-100", "own.id", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Own.ID = "E-OTHER" }},
		{"PIL-100", "own", coaching.Error, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Own = playbook().Entries[0].Experiment }},
		{"PIL-100", "signal", coaching.Warning, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Signal = "review_turnaround" }},
		{"PIL-100", "measure", coaching.Warning, false, func(x *mentor.Trial, _ *mentor.Gate) { x.Measure = "focus_hours" }},
		{"MEN-013", "goals[0].text", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals[0].Text = "" }},
		{"MEN-013", "goals[0].text", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals[0].Weight = 0 }},
		{"MEN-013", "goals[0].levels", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals[0].Levels = x.Goals[0].Levels[:4] }},
		{"MEN-013", "goals[0].levels[2]", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals[0].Levels[2] = " " }},
		{"MEN-013", "goals[0].read", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.Goals[0].Read = mentor.Expected }},
		{"MEN-013", "goals[0].read", coaching.Error, true, func(x *mentor.Trial, _ *mentor.Gate) { x.State, x.Learned = mentor.Closed, "Asking takes longer" }},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.path, func(t *testing.T) {
			l, _ := readLog(t)
			x, g := l.Trials[0], full()
			if tt.own {
				x = ownTrial(t)
			}
			tt.change(&x, &g)
			findings := x.Check(g)
			require.True(t, slices.ContainsFunc(findings, func(f coaching.Finding) bool {
				return f.Code == tt.code && f.Path == tt.path && f.Severity == tt.severity
			}), "%v", findings)
			requireRules(t, findings)
		})
	}
}

// The four states of a trial, each with what belongs to it.
func TestTrialStates(t *testing.T) {
	l, _ := readLog(t)
	x := l.Trials[0]
	require.Equal(t, mentor.Planned, x.State)
	require.Empty(t, x.Check(full()))
	require.Equal(t, x.Run, x.Window())
	x.State = mentor.Active
	require.Empty(t, x.Check(full()))
	x.State, x.Learned = mentor.Closed, "Half of the meetings were not missed"
	require.Empty(t, x.Check(full()))
	x.State, x.Ended = mentor.Stopped, x.Run.From
	require.Empty(t, x.Check(full()), "stopping needs no reason")
	require.Equal(t, 1, x.Window().Days())

	goals := ownTrial(t)
	goals.State, goals.Learned, goals.Goals[0].Read = mentor.Closed, "Asking takes longer", mentor.More
	require.False(t, goals.Check(full()).Blocked())
	require.Len(t, goals.Check(full()), 1, "only that it is not in the playbook")
}

// PIL-102: a stopped trial makes room for the next from the day after, two
// active ones are two whatever their dates, and the longest of three counts.
func TestOneTrialAtATime(t *testing.T) {
	l, _ := readLog(t)
	day := coaching.MustDate
	second := l.Trials[0]
	second.Run = coaching.Window{From: day("2027-03-01"), To: day("2027-03-28")}
	l.Trials = append(l.Trials, second)
	paths := func() []string {
		var list []string
		for _, f := range l.Check(open()) {
			require.Equal(t, "PIL-102", f.Code)
			list = append(list, f.Path)
		}
		return list
	}
	require.Equal(t, []string{"trials[3].run"}, paths())
	l.Trials[0].State, l.Trials[0].Learned, l.Trials[0].Ended = mentor.Stopped, "Too much at once", day("2027-03-01")
	require.Equal(t, []string{"trials[3].run"}, paths())
	l.Trials[0].Ended = day("2027-02-28")
	require.Empty(t, paths())

	l.Trials[0] = second
	l.Trials[0].Run = coaching.Window{From: day("2027-02-01"), To: day("2027-02-28")}
	l.Trials[0].Declared = day("2027-01-30")
	require.Empty(t, paths())
	l.Trials[0].State, l.Trials[3].State = mentor.Active, mentor.Active
	require.Equal(t, []string{"trials[3].run"}, paths())

	third := second
	l.Trials[0].State, l.Trials[3].State = mentor.Planned, mentor.Planned
	l.Trials[0].Run.To = day("2027-06-30")
	third.Run = coaching.Window{From: day("2027-04-15"), To: day("2027-04-30")}
	l.Trials = append(l.Trials, third)
	require.Equal(t, []string{"trials[3].run", "trials[4].run"}, paths())
}

// Worked figures: one goal is 50 and ten for each level whatever its weight;
// three goals of one weight move 4.56 for each level (10/sqrt(4.8)), as in the
// tables of Kiresuk, Smith and Cardillo 1994; the weighted case is 50 + 70/14.
func TestTScore(t *testing.T) {
	goals := func(weights []int, scores ...int) []mentor.Goal {
		var list []mentor.Goal
		for i, score := range scores {
			list = append(list, mentor.Goal{Weight: weights[i], Read: mentor.Attainment(score + 3)})
		}
		return list
	}
	for _, tt := range []struct {
		weights, scores []int
		want            float64
	}{
		{[]int{1}, []int{-2}, 30},
		{[]int{7}, []int{-1}, 40},
		{[]int{1}, []int{0}, 50},
		{[]int{100}, []int{2}, 70},
		{[]int{1, 1, 1}, []int{1, 0, 0}, 54.56},
		{[]int{1, 1, 1}, []int{1, 1, 0}, 59.13},
		{[]int{2, 2, 2}, []int{1, 1, 1}, 63.69},
		{[]int{1, 1, 1}, []int{-1, -1, -1}, 36.31},
		{[]int{3, 5, 1, 4, 2, 6}, []int{-2, 0, -1, 2, 0, 1}, 55},
	} {
		got, ok := mentor.TScore(goals(tt.weights, tt.scores...))
		require.True(t, ok)
		require.InDelta(t, tt.want, got, 0.005)
	}
	for _, none := range [][]mentor.Goal{nil, goals([]int{1, 1}, 0, -3), goals([]int{0}, 1), goals([]int{1}, 3)} {
		got, ok := mentor.TScore(none)
		require.False(t, ok)
		require.Zero(t, got)
	}
}

// Neither the order of goals nor a common factor of weights changes the T-score;
// turning every level round mirrors it at 50, and a better level raises it.
func TestTScoreLaws(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(r, "n")
		var goals, turned, heavier []mentor.Goal
		for range n {
			score, weight := rapid.IntRange(-2, 2).Draw(r, "score"), rapid.IntRange(1, 9).Draw(r, "weight")
			goals = append(goals, mentor.Goal{Weight: weight, Read: mentor.Attainment(3 + score)})
			turned = append(turned, mentor.Goal{Weight: weight, Read: mentor.Attainment(3 - score)})
			heavier = append(heavier, mentor.Goal{Weight: 5 * weight, Read: mentor.Attainment(3 + score)})
		}
		t0, ok := mentor.TScore(goals)
		require.True(r, ok)
		for _, same := range [][]mentor.Goal{rapid.Permutation(goals).Draw(r, "order"), heavier} {
			got, _ := mentor.TScore(same)
			require.InDelta(r, t0, got, 1e-9)
		}
		mirror, _ := mentor.TScore(turned)
		require.InDelta(r, 100-t0, mirror, 1e-9)
		if goals[0].Read < mentor.MuchMore {
			goals[0].Read++
			better, _ := mentor.TScore(goals)
			require.Greater(r, better, t0)
		}
	})
}

// A reading is one of five levels; no other byte is one.
func TestAttainmentScore(t *testing.T) {
	for i, a := range []mentor.Attainment{mentor.MuchLess, mentor.Less, mentor.Expected, mentor.More, mentor.MuchMore} {
		score, ok := a.Score()
		require.True(t, ok)
		require.Equal(t, i-2, score)
	}
	_, ok := mentor.NotRead.Score()
	require.False(t, ok)
	_, ok = (mentor.MuchMore + 1).Score()
	require.False(t, ok)
}
