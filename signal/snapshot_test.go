package signal

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// SIG-027: twice a week. A weekly feed gives one new figure a week, so the second
// snapshot of a week says that nothing is new; a restated figure is named.
func TestSnapshotSaysHowMuchIsNew(t *testing.T) {
	c := newPilotCase(t, nil)
	p := c.pack(t)
	tuesday, friday := coaching.MustDate("2027-01-05"), coaching.MustDate("2027-01-08")
	first, fs := NewSnapshot(p, c.request.Log, tuesday, Snapshot{})
	require.Empty(t, fs)
	require.Equal(t, "First snapshot, 2027-01-05: 2 signals.\n   meeting_hours: 0 new, 0 restated, 0 flags waiting for a steward\n   email_hours: 0 new, 0 restated, 0 flags waiting for a steward\n", first.Text())
	require.Len(t, first.Signals[0].Figures, 9)

	second, fs := NewSnapshot(p, c.request.Log, friday, first)
	require.Empty(t, fs)
	require.Contains(t, second.Text(), "Snapshot of 2027-01-08: 0 of 2 signals with a new period since 2027-01-05.\nNothing is new to act on.\n")

	third, fs := NewSnapshot(p, c.request.Log, friday.AddDays(4), second)
	require.Empty(t, fs)
	require.Equal(t, []Period{{coaching.MustDate("2027-01-03"), 7}}, third.Signals[0].New)
	require.Contains(t, third.Text(), "2 of 2 signals with a new period since 2027-01-08.\n2 of 2 new figures within the limits")

	text, err := json.Marshal(second)
	require.NoError(t, err)
	var kept Snapshot
	require.NoError(t, json.Unmarshal(text, &kept))
	again, _ := NewSnapshot(p, c.request.Log, friday.AddDays(4), kept)
	require.Equal(t, third, again, "a snapshot that was kept serves as well")

	// The source restates week 3 and has lost week 5; the new week is a spike.
	restated := newPilotCase(t, func(leader, week int, v float64) float64 {
		switch {
		case leader == 0 && week == 2:
			return v + 0.1
		case leader == 0 && week == 9:
			return v + 8
		}
		return v
	})
	var out Exclusions
	for _, m := range restated.teams.Members(c.spec.Leader) {
		out = append(out, Exclusion{m, restated.panel.Periods()[4], "lost"})
	}
	series, fs := Evaluate(restated.panel, restated.first, restated.teams, out)
	require.NoError(t, fs.Err())
	restated.spec.Signals[0].Baselines, fs = BaselinesOf(series, restated.window, BaselineConfig{})
	require.NoError(t, fs.Err())
	after, fs := NewSnapshot(restated.pack(t), nil, friday.AddDays(4), second)
	require.Empty(t, fs)
	s := after.Signals[0]
	require.Equal(t, []Period{{coaching.MustDate("2026-11-15"), 7}, {coaching.MustDate("2026-11-29"), 7}}, s.Restated)
	require.Len(t, s.New, 1)
	require.Zero(t, s.WithinLimits, "the spike is no noise")
	require.Equal(t, 1, s.NewFlags)
	require.Equal(t, 1, s.Pending)
	require.NotContains(t, after.Text(), "17.3", "no figure is printed")
	next, fs := NewSnapshot(restated.pack(t), nil, friday.AddDays(7), after)
	require.Empty(t, fs)
	require.Zero(t, next.Signals[0].NewFlags)
	require.Equal(t, 1, next.Signals[0].Pending)

	// Rows that vanish with their period are restated too.
	shorter := second
	shorter.On, shorter.Since = tuesday.AddDays(-30), coaching.Date{}
	gone, fs := NewSnapshot(p, nil, tuesday.AddDays(-28), shorter)
	require.Empty(t, fs)
	require.Len(t, gone.Signals[0].Restated, 4)
	require.True(t, slices.IsSortedFunc(gone.Signals[0].Restated, Period.Compare))
}

func TestSnapshotRefusesAndWarns(t *testing.T) {
	c := newPilotCase(t, nil)
	p, day := c.pack(t), c.day
	first, _ := NewSnapshot(p, nil, day, Snapshot{})
	other, late, same := first, first, first
	other.Leader = person(t, "L1")
	programme := first
	programme.Programme = "another"
	late.On = day.AddDays(-5)
	tests := []struct {
		name   string
		pack   Pack
		day    coaching.Date
		before Snapshot
		sev    coaching.Severity
	}{
		{"SIG-027 no pack", Pack{}, day, Snapshot{}, coaching.Error},
		{"SIG-027 no day", p, coaching.Date{}, Snapshot{}, coaching.Error},
		{"SIG-027 another leader", p, day.AddDays(3), other, coaching.Error},
		{"SIG-027 another programme", p, day.AddDays(3), programme, coaching.Error},
		{"SIG-027 not later", p, day, same, coaching.Error},
		{"SIG-027 five days", p, day, late, coaching.Warning},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, fs := NewSnapshot(tt.pack, nil, tt.day, tt.before)
			require.Len(t, fs, 1)
			require.Equal(t, "SIG-027", fs[0].Code)
			require.Equal(t, tt.sev, fs[0].Severity)
			require.Equal(t, tt.sev == coaching.Error, s.On.IsZero())
			require.Equal(t, tt.sev == coaching.Error, s.Text() == "")
		})
	}
	late.On = day.AddDays(-4)
	_, fs := NewSnapshot(p, nil, day, late)
	require.Empty(t, fs, "four days")

	c.spec.Signals[0].Baselines.series.definition.Class = Pseudonymous
	s, fs := NewSnapshot(c.pack(t), nil, day, Snapshot{})
	require.True(t, fs.Has("SIG-027") && !fs.Blocked())
	require.Len(t, s.Signals, 1, "figures of one person are not in it")
	require.Equal(t, "email_hours", s.Signals[0].Signal)
}
