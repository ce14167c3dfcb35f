package signal

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// SIG-024: who may decide, about what, and with which words.
func TestStewardLogRefuses(t *testing.T) {
	leader, coach, steward := person(t, "L"), person(t, "C"), person(t, "S")
	flag := Flag{ID: "x/" + leader.String() + "/2027-01-03/new-period", Leader: leader, Period: Period{coaching.MustDate("2027-01-03"), 7}}
	good := StewardDecision{flag.ID, Confirmed, "seen", steward, coaching.MustDate("2027-01-11")}
	tests := []struct {
		want  string
		spoil func(*StewardDecision)
	}{
		{"unknown flag", func(d *StewardDecision) { d.Flag = "Jane" }},
		{"no verdict", func(d *StewardDecision) { d.Verdict = Undecided }},
		{"no verdict", func(d *StewardDecision) { d.Verdict = 9 }},
		{"no reason", func(d *StewardDecision) { d.Reason = " " }},
		{"no day", func(d *StewardDecision) { d.On = coaching.Date{} }},
		{"before the figure existed", func(d *StewardDecision) { d.On = coaching.MustDate("2027-01-02") }},
		{"no steward", func(d *StewardDecision) { d.Steward = coaching.PersonID{} }},
		{"the steward is the leader", func(d *StewardDecision) { d.Steward = leader }},
		{"the steward is the leader's coach", func(d *StewardDecision) { d.Steward = coach }},
	}
	log, err := NewStewardLog([]Flag{flag}, map[coaching.PersonID]coaching.PersonID{leader: coach})
	require.NoError(t, err)
	for _, tt := range tests {
		d := good
		tt.spoil(&d)
		err := log.Decide(d)
		require.ErrorContains(t, err, tt.want)
		require.NotContains(t, err.Error(), "Jane")
		require.Len(t, log.Pending([]Flag{flag}), 1)
	}
	require.NoError(t, log.Decide(good))
	require.Empty(t, log.Pending([]Flag{flag}))
	revised := good
	revised.Verdict, revised.Reason = Rejected, "the export was wrong"
	require.NoError(t, log.Decide(revised))
	d, _ := log.Decision(flag.ID)
	require.Equal(t, Rejected, d.Verdict)
	require.Equal(t, []StewardDecision{good, revised}, log.Decisions())

	_, err = NewStewardLog([]Flag{flag}, nil)
	require.ErrorContains(t, err, "no coach")
	require.Error(t, (*StewardLog)(nil).Decide(good))
	require.Error(t, (*StewardLog)(nil).Raise(nil))
}

func TestReadDecisionsAddsAllOrNone(t *testing.T) {
	leader, coach, steward := person(t, "L"), person(t, "C"), person(t, "S")
	flag := Flag{ID: "x/" + leader.String() + "/2027-01-03/new-period", Leader: leader, Period: Period{coaching.MustDate("2027-01-03"), 7}}
	log := func() *StewardLog {
		l, err := NewStewardLog([]Flag{flag}, map[coaching.PersonID]coaching.PersonID{leader: coach})
		require.NoError(t, err)
		return l
	}
	entry := func(by coaching.PersonID) string {
		return fmt.Sprintf("  - flag: %s\n    verdict: rejected\n    reason: the export was wrong\n    steward: %s\n    on: \"2027-01-11\"\n", flag.ID, by)
	}
	l := log()
	require.Empty(t, l.ReadDecisions("decisions.yaml", []byte("schema: steward-decisions/v1\ndecisions:\n"+entry(steward))))
	d, ok := l.Decision(flag.ID)
	require.True(t, ok)
	require.Equal(t, Rejected, d.Verdict)

	l = log()
	fs := l.ReadDecisions("decisions.yaml", []byte("schema: steward-decisions/v1\ndecisions:\n"+entry(steward)+entry(coach)))
	require.True(t, fs.Has("SIG-024"))
	require.Equal(t, 8, fs[0].Line)
	require.Empty(t, l.Decisions(), "all or none")

	for _, bad := range []string{"", "schema: steward-decisions/v2\ndecisions: []\n", "schema: steward-decisions/v1\n", "schema: steward-decisions/v1\ndecisions: []\nextra: 1\n"} {
		require.True(t, log().ReadDecisions("decisions.yaml", []byte(bad)).Blocked(), bad)
	}
	var none *StewardLog
	fs = none.ReadDecisions("decisions.yaml", []byte("schema: steward-decisions/v1\ndecisions:\n"+entry(steward)))
	require.True(t, fs.Blocked() && fs.Has("SIG-024"), "no log takes no decision: %v", fs)
}

// SIG-024: a decision is about a figure. When the source restates the figure the
// new one waits for its own decision; the same figure, read again, keeps it.
func TestDecisionHoldsForItsFigureOnly(t *testing.T) {
	c := newPilotCase(t, spikeLast)
	flag := c.flags()[0]
	decided := StewardDecision{flag.ID, Explained, "release week", person(t, "S"), c.day}
	require.NoError(t, c.request.Log.Decide(decided))
	_, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())

	again := newPilotCase(t, spikeLast)
	require.Equal(t, flag.ID, again.flags()[0].ID, "the same data raise the same flag")
	again.request.Log = c.request.Log
	_, fs = again.pack(t).CoachView(again.request)
	require.NoError(t, fs.Err())

	restated := newPilotCase(t, func(leader, week int, v float64) float64 {
		if leader == 0 && week == 9 {
			return v + 9
		}
		return v
	})
	require.NoError(t, c.request.Log.Raise(restated.flags()))
	require.Equal(t, restated.flags(), c.request.Log.Pending(restated.flags()))
	restated.request.Log = c.request.Log
	_, fs = restated.pack(t).CoachView(restated.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-024"), "the restated figure inherits no decision: %v", fs)

	// The programme's file still holds the old decision. It is reported, not added,
	// and keeps no other decision from being read.
	entry := func(flag string) string {
		return fmt.Sprintf("  - flag: %s\n    verdict: explained\n    reason: release week\n    steward: %s\n    on: \"2027-01-11\"\n", flag, person(t, "S"))
	}
	text := "schema: steward-decisions/v1\ndecisions:\n" + entry(flag.ID) + entry(restated.flags()[0].ID)
	log := newPilotCase(t, nil).request.Log
	require.NoError(t, log.Raise(restated.flags()))
	fs = log.ReadDecisions("decisions.yaml", []byte(text))
	require.Len(t, fs, 1)
	require.Equal(t, coaching.Warning, fs[0].Severity)
	require.Equal(t, 3, fs[0].Line)
	require.Len(t, log.Decisions(), 1)
	require.Empty(t, log.Pending(restated.flags()))

	// A correction to what is usual leaves nothing to decide.
	require.Empty(t, newPilotCase(t, nil).flags())
}

// Whatever a file says, a log takes all of its decisions about known flags or
// none, each from somebody who may decide, and printing them as JSON gives a file
// that reads as the same.
func FuzzReadDecisions(f *testing.F) {
	leader, coach, steward := person(f, "L"), person(f, "C"), person(f, "S")
	flag := Flag{ID: "x/" + leader.String() + "/2027-01-03/new-period/17.3", Leader: leader, Period: Period{coaching.MustDate("2027-01-03"), 7}}
	log := func(t *testing.T) *StewardLog {
		l, err := NewStewardLog([]Flag{flag}, map[coaching.PersonID]coaching.PersonID{leader: coach})
		require.NoError(t, err)
		return l
	}
	for _, by := range []coaching.PersonID{steward, coach} {
		f.Add(fmt.Appendf(nil, "schema: steward-decisions/v1\ndecisions:\n  - flag: %s\n    verdict: rejected\n    reason: the export was wrong\n    steward: %s\n    on: \"2027-01-11\"\n", flag.ID, by))
		f.Add(fmt.Appendf(nil, `{"schema": "steward-decisions/v1", "decisions": [{"flag": %q, "verdict": "explained", "reason": "a \"launch\"", "steward": %q, "on": "2027-01-11"}]}`, flag.ID, by))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"decisions.yaml", "decisions.json"} {
			l := log(t)
			if l.ReadDecisions(name, data).Blocked() {
				require.Empty(t, l.Decisions())
				continue
			}
			for _, d := range l.Decisions() {
				require.Equal(t, flag.ID, d.Flag)
				require.False(t, d.Steward == leader || d.Steward == coach || d.Steward.IsZero())
				require.NotEmpty(t, d.Reason)
			}
			file := decisionsFile{Schema: DecisionsSchema, Decisions: l.Decisions()}
			if len(file.Decisions) == 0 {
				continue
			}
			text, err := json.Marshal(file)
			require.NoError(t, err)
			again := log(t)
			require.Empty(t, again.ReadDecisions("decisions.json", text))
			require.Equal(t, l.Decisions(), again.Decisions())
		}
	})
}
