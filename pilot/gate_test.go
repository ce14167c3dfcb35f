package pilot_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// codesOnly returns the codes of findings, one word each.
func codesOnly(fs coaching.Findings) []string {
	list := []string{}
	for _, f := range fs {
		list = append(list, f.Code)
	}
	return list
}

// Each step with its evidence, and exactly the conditions that are unmet.
func TestGates(t *testing.T) {
	planned := pilot.Facts{PlanValid: true, ValidationDays: 30, RiskMemo: true, ExportTest: true, Clause: true}
	baseline := pilot.Facts{Compact: true, Scope: true, KPILocked: true, Steward: true, Sponsor: true, IntegrationOwner: true, CheckpointScheduled: true, AllocationCommitted: true}
	enablement := pilot.Facts{Consents: 10, Leaders: 10, HistoryDays: 56, QualityCheck: true, Interviews: 10, BaselineAggregated: true}
	running := pilot.Facts{WorkshopMinutes: 240, CoachesTrained: 2, Coaches: 2, Signals: 3, Prompts: 6, Experiments: 3, PlaybookPages: 2, FairnessChecks: 3}
	iterating := pilot.Facts{CheckpointHeld: true, Snapshots: 8, SessionsDue: 20, SessionsHeld: 19}
	decided := pilot.Facts{Streams: 3, ConfounderLogClosed: true, FinalWindowClosed: true, SponsorSigned: true}
	with := func(f pilot.Facts, change func(*pilot.Facts)) pilot.Facts { change(&f); return f }

	tests := []struct {
		name     string
		from, to pilot.State
		facts    pilot.Facts
		unmet    string // codes, sorted
		notes    string
		text     string // part of a message
	}{
		{"prepared", pilot.Draft, pilot.Planned, planned, "", "", ""},
		{"21 days", pilot.Draft, pilot.Planned, with(planned, func(f *pilot.Facts) { f.ValidationDays = 21 }), "PIL-053", "", ""},
		{"contracted", pilot.Planned, pilot.Baseline, baseline, "", "", ""},
		{"no compact", pilot.Planned, pilot.Baseline, with(baseline, func(f *pilot.Facts) { f.Compact = false }), "GOV-003 PIL-040", "", ""},
		{"ten consents", pilot.Baseline, pilot.Enablement, enablement, "", "", ""},
		{"nine consents", pilot.Baseline, pilot.Enablement, with(enablement, func(f *pilot.Facts) { f.Consents = 9 }), "", "GOV-012", "cohort 9"},
		{"seven consents", pilot.Baseline, pilot.Enablement, with(enablement, func(f *pilot.Facts) { f.Consents = 7 }), "PIL-080", "", "7 left, below 8; waive or recruit"},
		{"five weeks of history", pilot.Baseline, pilot.Enablement, with(enablement, func(f *pilot.Facts) { f.HistoryDays = 35 }), "PIL-042", "", ""},
		{"PIL-042: nine weeks of history of one leader", pilot.Baseline, pilot.Enablement, with(enablement, func(f *pilot.Facts) { f.LongestHistory = 63 }), "", "PIL-042", "63 days"},
		{"half a day", pilot.Enablement, pilot.Running, running, "", "C-1", "one day is recommended"},
		{"half prepared", pilot.Enablement, pilot.Running, with(running, func(f *pilot.Facts) { f.CoachesTrained, f.Prompts, f.FairnessChecks = 1, 5, 2 }),
			"FAI-001 PIL-100 PIL-105", "C-1", "5 prompts for 3 signals, 6 needed"},
		{"PIL-035: no scope", pilot.Planned, pilot.Baseline, with(baseline, func(f *pilot.Facts) { f.Scope = false }), "PIL-035", "", "in and out of scope"},
		{"PIL-116: no pulse midway", pilot.Running, pilot.Iterating, with(iterating, func(f *pilot.Facts) { f.PulsesDue = 1 }), "", "PIL-116", "0 of 1 sources"},
		{"on course", pilot.Running, pilot.Iterating, iterating, "", "", ""},
		{"no checkpoint", pilot.Running, pilot.Iterating, with(iterating, func(f *pilot.Facts) { f.CheckpointHeld = false }), "PIL-051", "", ""},
		{"drafted", pilot.Iterating, pilot.Validating, pilot.Facts{SummaryDraft: true}, "", "", ""},
		{"complete", pilot.Validating, pilot.Decided, decided, "", "", ""},
		{"two streams", pilot.Validating, pilot.Decided, with(decided, func(f *pilot.Facts) { f.Streams, f.ConfounderLogClosed = 2, false }), "PIL-050 PIL-161", "", ""},
		{"hold", pilot.Running, pilot.Held, pilot.Facts{}, "", "", ""},
		{"back", pilot.Running, pilot.Draft, pilot.Facts{}, "PIL-004", "", "stop, and start a new plan that names this one"},
		{"8 weeks have no iterate phase", pilot.Running, pilot.Validating, with(iterating, func(f *pilot.Facts) { f.Weeks = 8 }), "", "", ""},
		{"12 weeks have one", pilot.Running, pilot.Validating, with(iterating, func(f *pilot.Facts) { f.Weeks = 12 }), "PIL-004", "", ""},
		{"8 weeks do not iterate", pilot.Running, pilot.Iterating, with(iterating, func(f *pilot.Facts) { f.Weeks = 8 }), "PIL-004", "", ""},
		{"stop a held one", pilot.Held, pilot.Stopped, pilot.Facts{}, "", "", ""},
		{"stop a decided one", pilot.Decided, pilot.Stopped, pilot.Facts{}, "PIL-004", "", ""},
		{"skip", pilot.Draft, pilot.Running, running, "PIL-004", "", ""},
		{"half an hour of workshop", pilot.Enablement, pilot.Running, with(running, func(f *pilot.Facts) { f.WorkshopMinutes = 30 }), "PIL-105", "", ""},
		{"no coach", pilot.Enablement, pilot.Running, with(running, func(f *pilot.Facts) { f.Coaches, f.CoachesTrained = 0, 0 }), "PIL-105", "C-1", "no coach"},
		{"all of a cohort of seven", pilot.Baseline, pilot.Enablement, with(enablement, func(f *pilot.Facts) { f.Consents, f.Leaders = 7, 7 }), "", "", ""},
		{"no agreements", pilot.Enablement, pilot.Running, with(running, func(f *pilot.Facts) { f.Consents = 10 }), "PIL-010", "C-1", ""},
	}
	pol := pilot.DefaultPolicy()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := pol.Gate(tt.from, tt.to, tt.facts)
			require.Equal(t, tt.unmet, strings.Join(codesOnly(g.Unmet), " "))
			require.Equal(t, tt.notes, strings.Join(codesOnly(g.Notes), " "))
			require.Equal(t, tt.unmet == "", g.Open())
			var all []string
			for _, f := range append(g.Unmet, g.Notes...) {
				all = append(all, f.Message)
			}
			require.Contains(t, strings.Join(all, "\n"), tt.text)
		})
	}
}

// Nothing known opens no gate, and every condition of a step is listed.
func TestZeroFactsOpenNothing(t *testing.T) {
	for from := range pilot.Decided {
		g := pilot.DefaultPolicy().Gate(from, from+1, pilot.Facts{})
		require.False(t, g.Open(), "%s", from)
	}
	require.Len(t, pilot.DefaultPolicy().Gate(pilot.Planned, pilot.Baseline, pilot.Facts{}).Unmet, 9)
}

// More evidence never closes a gate that was open, whatever is asked.
func TestGatesAreMonotone(t *testing.T) {
	pol := pilot.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.Custom(func(t *rapid.T) pilot.State { return pilot.State(rapid.IntRange(0, 12).Draw(t, "state")) })
		from, to := state.Draw(t, "from"), state.Draw(t, "to")
		n := rapid.IntRange(0, 60)
		f := pilot.Facts{
			PlanValid: rapid.Bool().Draw(t, "plan"), ValidationDays: n.Draw(t, "days"), RiskMemo: rapid.Bool().Draw(t, "memo"),
			ExportTest: true, Clause: true, Compact: rapid.Bool().Draw(t, "compact"), CheckpointHeld: rapid.Bool().Draw(t, "held"),
			Snapshots: n.Draw(t, "snapshots"), Streams: n.Draw(t, "streams"), GovernanceOpen: n.Draw(t, "open"),
		}
		better := f
		better.PlanValid, better.RiskMemo, better.Compact, better.CheckpointHeld = true, true, true, true
		better.ValidationDays, better.Snapshots, better.Streams, better.GovernanceOpen = f.ValidationDays+30, f.Snapshots+1, f.Streams+3, 0
		if pol.Gate(from, to, f).Open() {
			require.True(t, pol.Gate(from, to, better).Open())
		}
	})
}
