package signal

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// evidence is the spec of the case's first signal over its last five weeks.
func (c *pilotCase) evidence() EvidenceSpec {
	last := coaching.MustDate("2027-01-09")
	return EvidenceSpec{
		Window: coaching.Window{From: last.AddDays(-34), To: last}, Baselines: c.spec.Signals[0].Baselines,
		Freshness: c.request.Freshness["meeting_hours"], Log: c.request.Log,
	}
}

// SIG-029: what was measured over the window, counted.
func TestEvidenceCounts(t *testing.T) {
	c := newPilotCase(t, func(leader, week int, v float64) float64 {
		if week >= 8 && leader < 3 || week == 3 && leader == 3 {
			return v + 8 // flags of L0, L1 and L2 in both last weeks; one before the window
		}
		return v
	})
	flags := Detect(c.spec.Signals[0].Baselines)
	require.Len(t, flags, 7)
	for i, verdict := range []StewardVerdict{Confirmed, Rejected, Explained} {
		require.NoError(t, c.request.Log.Decide(StewardDecision{flags[i+1].ID, verdict, "seen", person(t, "S"), coaching.MustDate("2027-01-09")}))
	}
	late := StewardDecision{flags[4].ID, Confirmed, "seen", person(t, "S"), coaching.MustDate("2027-01-10")}
	require.NoError(t, c.request.Log.Decide(late))
	spec := c.evidence()
	one := SignalSnapshot{Signal: "meeting_hours", Restated: make([]Period, 2)}
	other := SignalSnapshot{Signal: "email_hours", Restated: make([]Period, 9)}
	spec.Snapshots = []Snapshot{
		{On: spec.Window.To, Signals: []SignalSnapshot{other, one}}, {On: spec.Window.From, Signals: []SignalSnapshot{one}},
		{On: spec.Window.To.AddDays(1), Signals: []SignalSnapshot{one}},
	}
	spec.Quality.Checks = []QualityCheck{
		{Code: "DQ19", Severity: coaching.Error}, {Code: "DQ08", Severity: coaching.Error, Column: "Meeting_hours"},
		{Code: "DQ07", Severity: coaching.Warning, Column: "Email_hours"}, {Code: "DQ11", Severity: coaching.Info, Column: "Meeting_hours"},
	}
	e := EvidenceOf(spec)
	require.True(t, e.Sufficient, "%v", e.Reasons)
	require.Equal(t, []int{6, 1, 1, 1, 3}, []int{e.Flags, e.Confirmed, e.Rejected, e.Explained, e.Pending})
	require.Equal(t, []int{20, 0, 0, 0}, []int{e.Cells, e.Suppressed, e.Excluded, e.Missing})
	require.Equal(t, 1.0, e.Coverage)
	require.Equal(t, 4, e.Restated)
	require.Equal(t, []string{"DQ08", "DQ19"}, e.Quality)
	require.Equal(t, Fresh, e.Feed)
	require.Equal(t, 2, e.FeedAge)
	require.Equal(t, "meeting_hours", e.Signal)
	require.Equal(t, 1, e.Version)
	want := StabilityOf(c.spec.Signals[0].Baselines.series, spec.Window)
	require.Equal(t, want.Verdict, e.Stability)
	require.Equal(t, want.ICCk, e.ICCk)
	require.Equal(t, want.MDC95, e.MDC95)
	fs := e.Findings()
	require.Len(t, fs, 1)
	require.Equal(t, coaching.Warning, fs[0].Severity, "pending flags")

	slices.Reverse(spec.Snapshots)
	slices.Reverse(spec.Quality.Checks)
	require.Equal(t, e, EvidenceOf(spec), "in whatever order")

	// Two members of L0 are away in one week, another week is a holiday, and the
	// window reaches a week beyond the data: three ways in which a cell is empty.
	var out Exclusions
	periods := c.panel.Periods()
	for _, m := range c.teams.Members(c.spec.Leader)[:2] {
		out = append(out, Exclusion{m, periods[6], "away"})
	}
	out = append(out, Exclusion{Period: periods[5], Reason: "holiday"})
	series, fs := Evaluate(c.panel, c.first, c.teams, out)
	require.NoError(t, fs.Err())
	spec.Baselines, _ = BaselinesOf(series, c.window, BaselineConfig{})
	spec.Window.To = spec.Window.To.AddDays(7)
	e = EvidenceOf(spec)
	require.Equal(t, []int{24, 1, 4, 4}, []int{e.Cells, e.Suppressed, e.Excluded, e.Missing})
	require.InDelta(t, 15.0/24, e.Coverage, 1e-15)
}

// SIG-029: each way in which a window is no evidence.
func TestEvidenceIsInsufficient(t *testing.T) {
	tests := []struct {
		name, want string
		spoil      func(*EvidenceSpec)
	}{
		{"SIG-029 29 days", "a window of 29 days; want at least 30", func(s *EvidenceSpec) { s.Window.From = s.Window.To.AddDays(-28) }},
		{"SIG-029 no window", "a window of 0 days", func(s *EvidenceSpec) { s.Window = coaching.Window{} }},
		{"SIG-029 no value", "no value in the window", func(s *EvidenceSpec) {
			s.Window = coaching.Window{From: s.Window.To.AddDays(10), To: s.Window.To.AddDays(60)}
		}},
		{"SIG-029 unstable", "stability is not measured", func(s *EvidenceSpec) {
			s.Window = coaching.Window{From: s.Window.To.AddDays(-13), To: s.Window.To.AddDays(20)}
		}},
		{"SIG-029 no freshness", "how fresh", func(s *EvidenceSpec) { s.Freshness = Freshness{} }},
		{"SIG-029 freshness of no day", "how fresh", func(s *EvidenceSpec) { s.Freshness.AsOf = coaching.Date{} }},
		{"SIG-029 another feed", "how fresh", func(s *EvidenceSpec) { s.Freshness.Signal = "email_hours" }},
		{"SIG-029 no baselines", "no value in the window", func(s *EvidenceSpec) { s.Baselines = nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := newPilotCase(t, nil).evidence()
			e := EvidenceOf(spec)
			require.True(t, e.Sufficient)
			require.Empty(t, e.Findings())
			tt.spoil(&spec)
			e = EvidenceOf(spec)
			require.False(t, e.Sufficient)
			require.Contains(t, strings.Join(e.Reasons, "\n"), tt.want)
			require.True(t, e.Findings().Blocked() && e.Findings().Has("SIG-029"))
		})
	}
	require.True(t, Evidence{}.Findings().Blocked(), "the zero evidence is none")
	spec := newPilotCase(t, nil).evidence()
	spec.Window.From = spec.Window.To.AddDays(-29)
	require.True(t, EvidenceOf(spec).Sufficient, "thirty days")
}
