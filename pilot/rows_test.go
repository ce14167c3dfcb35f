package pilot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/pilot"
)

// PIL-024, PIL-026 and C-4: a leader, a pair or a playbook cannot state an outcome
// of its own; there is no place for one.
func TestNobodyHasAnOutcomeOfTheirOwn(t *testing.T) {
	for _, path := range []string{"cohort.leaders[0]", "cohort.coaches[0]", "playbook[0]", "cohort"} {
		for _, key := range []string{"outcome", "kpi", "outcome_kpi"} {
			n := node(t)
			v := str("sprint_predictability")
			at := at(t, n, path)
			at.Members = append(at.Members, document.Member{Key: key, Value: &v})
			p, fs := pilot.Decode("p.json", []byte(text(n)))
			require.Nil(t, p)
			require.True(t, fs.Blocked())
			require.Contains(t, fs[0].Message, key)
		}
	}
}

// PIL-022: signals, cohort, loads of coaches and the design of attribution follow
// from the plan alone; what the hypothesis changes is scientific, and the digest
// goes with it.
func TestHypothesisIsLocked(t *testing.T) {
	l := locked(t, plan(t))
	for _, change := range []func(*pilot.Plan){
		func(p *pilot.Plan) { p.Hypothesis.Behaviour = "another" },
		func(p *pilot.Plan) { p.Hypothesis.Direction = pilot.Decrease },
		func(p *pilot.Plan) { p.Hypothesis.Text = "another" },
	} {
		next, fs := amended(t, l, "2027-01-12", func(p *pilot.Plan, _ *pilot.Amendment) { change(p) })
		require.NotNil(t, next, "%v", fs)
		require.True(t, next.Exploratory())
		require.NotEqual(t, l.Digest(), next.Digest())
	}
}

// PIL-033 and PIL-009: the primary constraint is a required field, and each pillar
// has an owner; without one nothing is locked.
func TestConstraintAndPillars(t *testing.T) {
	for code, change := range map[string]func(*pilot.Plan){
		"PIL-033": func(p *pilot.Plan) { p.PrimaryConstraint = "" },
		"PIL-028": func(p *pilot.Plan) { p.Roles.Steward = "" },
		"PIL-010": func(p *pilot.Plan) { p.Roles.CoachingLead = "" },
		"PIL-011": func(p *pilot.Plan) { p.Roles.PrivacyOfficer = "" },
		"PIL-160": func(p *pilot.Plan) { p.Acceptance = "" }, // PIL-036: success is defined when the plan is locked
	} {
		p := plan(t)
		change(p)
		l, fs := p.Lock(person(t, "P-CPO"), stamp())
		require.Nil(t, l)
		require.True(t, fs.Has(code), code)
	}
	n := node(t)
	drop(t, n, "primary_constraint")
	p, _ := pilot.Decode("p.json", []byte(text(n)))
	require.Nil(t, p, "the field is required")
}

// PIL-044, PIL-054, PIL-052 with PIL-139, PIL-038 with PIL-105, and PIL-162: each
// is a condition of its gate by itself.
func TestEachConditionClosesItsGate(t *testing.T) {
	pol := pilot.DefaultPolicy()
	ready := pilot.Facts{
		PlanValid: true, ValidationDays: 30, RiskMemo: true, ExportTest: true, Clause: true,
		WorkshopMinutes: 420, Coaches: 2, CoachesTrained: 2, Signals: 3, Prompts: 6, Experiments: 3, PlaybookPages: 2, FairnessChecks: 3, SummaryDraft: true,
	}
	for code, tt := range map[string]struct {
		from, to pilot.State
		change   func(*pilot.Facts)
	}{
		"PIL-054": {pilot.Draft, pilot.Planned, func(f *pilot.Facts) { f.RiskMemo = false }},
		"PIL-138": {pilot.Draft, pilot.Planned, func(f *pilot.Facts) { f.ExportTest = false }},
		"PIL-139": {pilot.Draft, pilot.Planned, func(f *pilot.Facts) { f.Clause = false }},
		"PIL-044": {pilot.Enablement, pilot.Running, func(f *pilot.Facts) { f.PlaybookPages = 0 }},
		"PIL-105": {pilot.Enablement, pilot.Running, func(f *pilot.Facts) { f.CoachesTrained = 1 }},
		"PIL-143": {pilot.Enablement, pilot.Running, func(f *pilot.Facts) { f.Suggesting = 1 }},
		"PIL-144": {pilot.Enablement, pilot.Running, func(f *pilot.Facts) { f.Opaque = 1 }},
		"PIL-162": {pilot.Iterating, pilot.Validating, func(f *pilot.Facts) { f.SummaryDraft = false }},
	} {
		require.True(t, pol.Gate(tt.from, tt.to, ready).Open(), code)
		f := ready
		tt.change(&f)
		require.Equal(t, []string{code}, codesOnly(pol.Gate(tt.from, tt.to, f).Unmet))
	}
}

// PIL-055 and C-5: an experiment is measured for eight weeks or the plan says that
// it is not; C-2: two or three signals, four with a warning; C-3: one experiment
// for each signal, one at a time for each leader.
func TestNumbersThatTheTextGivesTwice(t *testing.T) {
	p := plan(t)
	p.TemplateWeeks, p.Design.WaveStarts = 8, []int{5, 7}
	require.True(t, has(p.Check(), "C-5", coaching.Warning, "template_weeks", "4 weeks of coaching and measurement, below 8"))
	require.False(t, plan(t).Check().Has("C-5"))
	for n, want := range map[int]string{1: "SIG-004 error", 2: "", 3: "", 4: "SIG-003 warning", 5: "SIG-004 error"} {
		nodes := node(t)
		repeat(at(t, nodes, "signals"), n)
		var got string
		for _, f := range examine(t, nodes) {
			if f.Path == "signals" {
				got = f.Code + " " + f.Severity.String()
			}
		}
		require.Equal(t, want, got, "%d signals", n)
	}
	p = plan(t)
	p.Playbook[1].Signal = p.Playbook[0].Signal
	require.True(t, has(p.Check(), "PIL-100", coaching.Error, "playbook[1].signal", "has an entry already"))
	p = plan(t)
	p.Cohort.Leaders[2].Beside = []string{"E-MEET"}
	require.True(t, has(p.Check(), "PIL-102", coaching.Warning, "cohort.leaders[2].beside", "2 experiments active on one leader; one at a time"))
	p.Waivers = []pilot.Waiver{{Code: "PIL-102", Role: coaching.CoachingLead, Reason: "they are one after the other"}}
	require.True(t, has(p.Check(), "PIL-102", coaching.Info, "cohort.leaders[2].beside", "waived by the coaching lead"))
}

// C-6: who starts when is committed by the end of week 0, and not a day later.
func TestAllocationIsCommittedInWeek0(t *testing.T) {
	for day, want := range map[string]bool{"2027-01-10": true, "2027-01-11": false} {
		l := pilot.NewLog(locked(t, plan(t)))
		fs := l.Append(pilot.Event{At: on(day), By: person(t, "P-LND"), Kind: pilot.AllocationCommitted})
		require.Equal(t, want, !fs.Has("PIL-085"), day)
	}
}
