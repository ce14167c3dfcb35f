package signal

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// own is the first leader's own view of the case.
func (c *pilotCase) own(t testing.TB) LeaderSpec {
	t.Helper()
	return LeaderSpec{
		Programme: "test", Leader: c.spec.Leader, At: c.request.At,
		Signals:   []*Baselines{c.spec.Signals[0].Baselines, c.spec.Signals[1].Baselines},
		Standings: c.request.Standings, Freshness: c.request.Freshness, Consents: c.request.Consents, Log: c.request.Log,
		Qualitative: c.spec.Qualitative,
		Readers:     []Reader{{coaching.Coach, person(t, "C"), "the pack, before each session"}, {Role: coaching.Steward, Reads: "flagged figures"}},
		Appeals:     AppealsRoute{"write to the privacy office; it answers within 10 days.", coaching.PrivacyOfficer},
		DeleteBy:    coaching.MustDate("2027-12-31"),
	}
}

// Every reason that refuses a leader's own view, alone.
func TestLeaderViewRefuses(t *testing.T) {
	tests := []struct {
		name, code string
		spoil      func(*LeaderSpec)
	}{
		{"GOV-010 no route", "GOV-010", func(s *LeaderSpec) { s.Appeals.Text = " " }},
		{"GOV-010 nobody decides", "GOV-010", func(s *LeaderSpec) { s.Appeals.Role = coaching.NoRole }},
		{"GOV-008 no reader", "GOV-008", func(s *LeaderSpec) { s.Readers = nil }},
		{"GOV-008 no role", "GOV-008", func(s *LeaderSpec) { s.Readers = []Reader{{Reads: "all"}} }},
		{"GOV-008 reads nothing", "GOV-008", func(s *LeaderSpec) { s.Readers = []Reader{{Role: coaching.Coach}} }},
		{"GOV-026 nobody", "GOV-026", func(s *LeaderSpec) { s.Leader = coaching.PersonID{} }},
		{"GOV-026 no time", "GOV-026", func(s *LeaderSpec) { s.At = time.Time{} }},
		{"GOV-026 no programme", "GOV-026", func(s *LeaderSpec) { s.Programme = "" }},
		{"GOV-026 no signals", "GOV-026", func(s *LeaderSpec) { s.Signals = nil }},
		{"GOV-026 no baselines", "GOV-026", func(s *LeaderSpec) { s.Signals = []*Baselines{nil} }},
		{"GOV-026 raw", "GOV-026", func(s *LeaderSpec) { s.Signals[0].series.definition.Class = Raw }},
		{"SIG-017 item", "SIG-017", func(s *LeaderSpec) { s.Qualitative[0].N = 4 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newPilotCase(t, nil)
			spec := c.own(t)
			_, fs := NewLeaderView(spec)
			require.Empty(t, fs)
			tt.spoil(&spec)
			v, fs := NewLeaderView(spec)
			require.True(t, fs.Blocked() && fs.Has(tt.code), "%v", fs)
			for _, f := range fs {
				require.Equal(t, tt.code, f.Code)
			}
			require.True(t, v.IsZero())
			require.Empty(t, v.Text())
			require.Empty(t, v.Signals())
		})
	}
	v, fs := NewLeaderView(LeaderSpec{})
	require.True(t, fs.Blocked() && v.IsZero())
}

// What keeps a figure from the coach does not keep it from the leader, who reads
// why: a withdrawn consent, a missing standing, a stale feed.
func TestLeaderSeesWhatTheCoachMayNot(t *testing.T) {
	c := newPilotCase(t, nil)
	spec := c.own(t)
	spec.Consents, spec.Standings, spec.Freshness = nil, nil, nil
	v, fs := NewLeaderView(spec)
	require.Empty(t, fs)
	s := v.Signals()[0]
	require.Len(t, s.NotForCoach, 3)
	require.Equal(t, Candidate, s.Standing)
	require.Equal(t, 8, s.BaselineN)
	require.Positive(t, s.MDC95)
	require.Len(t, s.Trend, 10)
	require.Contains(t, v.Text(), "does not read it now, because the signal is candidate")
	require.Contains(t, v.Text(), "consent to this signal for coaching does not hold")

	free, fs := NewLeaderView(c.own(t))
	require.Empty(t, fs)
	require.Empty(t, free.Signals()[0].NotForCoach)
	require.Equal(t, "HR reads first", free.Signals()[1].Control)
	text := free.Text()
	for _, want := range []string{
		"Your coach: may read", "coach " + person(t, "C").String() + ": the pack", "steward: flagged figures", "Deleted by 2027-12-31.",
		"write to the privacy office; it answers within 10 days. Who decides: privacy_officer.", "smallest change beyond noise", "Cannot see: unscheduled calls",
		"Control:    HR reads first", "Read from:  collaboration_metadata; aggregate data; standing cleared",
	} {
		require.Contains(t, text, want)
	}
	again, _ := NewLeaderView(newPilotCase(t, nil).own(t))
	require.Equal(t, text, again.Text())
	spec = c.own(t)
	spec.DeleteBy = coaching.Date{}
	v, _ = NewLeaderView(spec)
	require.Contains(t, v.Text(), "not stated here")
}

// A coach view refuses a signal without a sufficient baseline, so the leader is
// not told that the coach may read it.
func TestLeaderReadsThatThereIsNoLevel(t *testing.T) {
	c := newPilotCase(t, nil)
	spec := c.own(t)
	old := spec.Signals[0]
	short, _ := BaselinesOf(old.Series(), coaching.Window{From: old.window.From, To: old.window.From.AddDays(20)}, BaselineConfig{})
	spec.Signals = []*Baselines{short}
	v, fs := NewLeaderView(spec)
	require.Empty(t, fs)
	require.Equal(t, []string{"there is no level to compare with"}, v.Signals()[0].NotForCoach)
	require.NotContains(t, v.Text(), "Your coach: may read")
}

// A pending figure is said to be being checked, and neither the level nor the
// change gives it away; once it is decided, both are there.
func TestLeaderReadsThatAFigureIsBeingChecked(t *testing.T) {
	c := newPilotCase(t, spikeLast)
	v, fs := NewLeaderView(c.own(t))
	require.Empty(t, fs)
	s := v.Signals()[0]
	require.Equal(t, 1, s.Checking)
	require.Equal(t, TrendPoint{Period: s.Trend[9].Period, Note: "being checked by a steward"}, s.Trend[9])
	require.True(t, s.Trend[8].Shown)
	require.Zero(t, s.LatestN+s.BaselineN)
	require.Zero(t, s.Delta)
	require.NotContains(t, v.Text(), "17.3")
	require.Contains(t, v.Text(), "2027-01-03: being checked by a steward")
	require.Contains(t, v.Text(), "1 figure flagged and not yet decided")
	require.Equal(t, 2, v.Signals()[1].LatestN, "the other signal is not held")

	flag := c.flags()[0]
	late := StewardDecision{flag.ID, Confirmed, "seen", person(t, "S"), c.day.AddDays(1)}
	require.NoError(t, c.request.Log.Decide(late))
	v, _ = NewLeaderView(c.own(t))
	require.Equal(t, 1, v.Signals()[0].Checking, "what a steward says tomorrow is not known today")

	for verdict, want := range map[StewardVerdict]int{Confirmed: 2, Rejected: 1} {
		c := newPilotCase(t, spikeLast)
		require.NoError(t, c.request.Log.Decide(StewardDecision{flag.ID, verdict, "release week", person(t, "S"), c.day}))
		v, _ := NewLeaderView(c.own(t))
		s := v.Signals()[0]
		require.Equal(t, want, s.LatestN)
		require.Equal(t, verdict == Confirmed, s.Trend[9].Shown)
		require.Contains(t, v.Text(), "release week")
	}

	early := c.own(t)
	early.At = coaching.MustDate("2027-01-09").At(9, 0, time.UTC) // the flagged week ends today
	v, _ = NewLeaderView(early)
	require.Zero(t, v.Signals()[0].Checking)
	require.Len(t, v.Signals()[0].Trend, 9)
}

// Hidden cells stay hidden and are counted; a leader does not read the words of
// others, and reads their own.
func TestLeaderViewHoldsBackInWords(t *testing.T) {
	c := newPilotCase(t, nil)
	out := Exclusions{}
	for _, member := range c.teams.Members(c.spec.Leader)[:2] {
		for _, p := range c.panel.Periods()[8:] {
			out = append(out, Exclusion{member, p, "absent"})
		}
	}
	s, fs := Evaluate(c.panel, c.first, c.teams, out)
	require.NoError(t, fs.Err())
	b, fs := BaselinesOf(s, c.window, BaselineConfig{})
	require.NoError(t, fs.Err())
	spec := c.own(t)
	spec.Signals = []*Baselines{b}
	mine := c.words(t)
	mine.ID, mine.Author, mine.Text = "leader_interview", c.spec.Leader, "I decide alone"
	mine.Redaction.By = person(t, "S")
	spec.Qualitative = append(spec.Qualitative, c.words(t), mine)
	v, fs := NewLeaderView(spec)
	require.Empty(t, fs)
	require.Equal(t, []Omission{{"meeting_hours", "2 periods with fewer than 5 people"}, {"pulse_comments", "words of another person, whom you could recognise"}}, v.HeldBack())
	require.Equal(t, "fewer than 5 people", v.Signals()[0].Trend[9].Note)
	require.Zero(t, v.Signals()[0].Trend[9].Value)
	require.Len(t, v.Qualitative(), 2)
	require.NotContains(t, v.Text(), "We hear of decisions late")
	require.Contains(t, v.Text(), "I decide alone")
	for _, shown := range []string{fmt.Sprintf("%+v", v.Qualitative()), v.Text()} {
		require.NotContains(t, shown, person(t, "S").String())
		require.NotContains(t, shown, person(t, "E00").String())
	}

	short := coaching.Window{From: c.window.From, To: c.window.From.AddDays(27)}
	b, _ = BaselinesOf(s, short, BaselineConfig{})
	spec.Signals = []*Baselines{b}
	v, fs = NewLeaderView(spec)
	require.Empty(t, fs, "too little history refuses a pack, not the leader's own view")
	require.Contains(t, v.Text(), "no level: 4 usable periods")
	require.Equal(t, c.spec.Leader, v.Leader())
	require.Equal(t, c.day, v.On())
}
