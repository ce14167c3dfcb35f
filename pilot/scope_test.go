package pilot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// PIL-035: both sides are stated, and nothing stands on both or twice.
func TestScope(t *testing.T) {
	many := slices.Repeat([]string{"x"}, 21)
	for i := range many {
		many[i] += strings.Repeat("x", i)
	}
	for _, tt := range []struct {
		name    string
		in, out []string
		path    string // of the one finding; "" for none
	}{
		{"stated", []string{"meetings"}, []string{"pay"}, ""},
		{"nothing in", nil, []string{"pay"}, "scope.in"},
		{"nothing out", []string{"meetings"}, nil, "scope.out"},
		{"blank", []string{"meetings", " "}, []string{"pay"}, "scope.in[1]"},
		{"both sides", []string{"meetings", "pay  rounds"}, []string{"Pay rounds"}, "scope.out[0]"},
		{"twice", []string{"meetings", "meetings"}, []string{"pay"}, "scope.in[1]"},
		{"21 items", many, []string{"pay"}, "scope.in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := plan(t)
			p.Scope = &pilot.Scope{In: tt.in, Out: tt.out}
			var paths []string
			for _, f := range p.Check() {
				if f.Code == "PIL-035" {
					require.Equal(t, coaching.Error, f.Severity)
					paths = append(paths, f.Path)
				}
			}
			if tt.path == "" {
				require.Empty(t, paths)
				return
			}
			require.Equal(t, []string{tt.path}, paths)
		})
	}
}

// PIL-035: a plan without a scope may be locked; the amendment that states one in
// week 0 opens the gate to the baseline.
func TestScopeIsSettledInWeekZero(t *testing.T) {
	p := plan(t)
	p.Scope = nil
	require.False(t, p.Check().Has("PIL-035"))
	locked := locked(t, p)
	l := pilot.NewLog(locked)
	require.False(t, l.Facts(on("2027-01-09")).Scope)
	q := p.Clone()
	q.Scope = plan(t).Scope
	amended, fs := locked.Amend(pilot.Amendment{Plan: q, At: on("2027-01-09"), By: person(t, "P-CPO"), Role: coaching.Sponsor, Reason: "week 0"})
	require.NotNil(t, amended, "%v", fs)
	require.False(t, amended.Exploratory())
	require.True(t, has(fs, "PIL-058", coaching.Info, "scope.in", "the scope grows from 0 to 1 items"))
	require.Empty(t, l.Amend(amended))
	require.True(t, l.Facts(on("2027-01-09")).Scope)

	own := q.Clone()
	own.Scope.In[0], own.Scope.Out[0] = "all", "nothing"
	require.Equal(t, plan(t).Scope, q.Scope, "Clone shares nothing")
}

// PIL-116: the plan's pulse is due midway, by its input; one that was asked too
// early or too late is not one of the middle.
func TestMidPilotPulse(t *testing.T) {
	l, by := story(t, pilot.Running), person(t, "P-LND")
	due := func() (days []string) {
		for _, task := range l.Due(coaching.MustDate("2027-01-01"), coaching.MustDate("2027-12-31")) {
			if task.Rule == "PIL-116" {
				require.Equal(t, "mid_pilot_pulse team_pulse", task.What)
				require.Equal(t, coaching.Steward, task.Role)
				days = append(days, task.On.String())
			}
		}
		return days
	}
	require.Equal(t, []string{"2027-02-19"}, due(), "the Friday of week 6 of 12")
	refused := l.Append(pilot.Event{At: on("2027-02-18"), By: by, Kind: pilot.PulseHeld, Label: "baseline_interview"})
	require.True(t, refused.Has("DOC-EVENT"), "an interview is no pulse")
	add(t, l, by, "2027-02-19", pilot.Event{Kind: pilot.PulseHeld, Label: "team_pulse"})
	require.Empty(t, due())
	facts := l.Facts(on("2027-02-20"))
	require.Equal(t, []int{1, 1}, []int{facts.Pulses, facts.PulsesDue})

	// In a plan of eight weeks the middle is before the run; the pulse is not.
	short := plan(t)
	short.TemplateWeeks, short.Purpose, short.Design.WaveStarts = 8, pilot.BehaviourSignal, []int{5, 7}
	for i := range short.Playbook {
		short.Playbook[i].Experiment.Days = 28
	}
	eight := pilot.NewLog(locked(t, short))
	for _, task := range eight.Due(coaching.MustDate("2027-01-01"), coaching.MustDate("2027-12-31")) {
		if task.Rule == "PIL-116" {
			add(t, eight, by, task.On.String(), pilot.Event{Kind: pilot.PulseHeld, Label: "team_pulse"})
			require.Equal(t, 1, eight.Facts(on("2027-03-01")).Pulses, "what is done on the day that it is due counts")
		}
	}
	require.Equal(t, 1, eight.Facts(on("2027-03-01")).Pulses)

	late := story(t, pilot.Running)
	add(t, late, by, "2027-03-29", pilot.Event{Kind: pilot.PulseHeld, Label: "team_pulse"}) // the last week but one is week 11
	require.Zero(t, late.Facts(on("2027-03-30")).Pulses)

	p := plan(t)
	p.QualitativeInputs = []pilot.Input{{ID: "leader_feedback", Source: "feedback_360"}, {ID: "talks", Source: "interview"}}
	require.Equal(t, 1, pilot.NewLog(locked(t, p)).Facts(on("2027-02-20")).PulsesDue)
}
