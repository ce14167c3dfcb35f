package signal

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// Each rule of a definition, broken once.
func TestDefinitionCheck(t *testing.T) {
	require.Empty(t, teamHours().Check())
	tests := []struct {
		code  string
		sev   coaching.Severity
		spoil func(*Definition)
	}{
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.ID = "Meeting-Hours" }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Version = 0 }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Unit = " " }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Source = NoSource }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Cadence = Irregular }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Direction = TargetBand }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Range = &Band{1, 0} }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Range = &Band{math.NaN(), 1} }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Transform = Log1p }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Expr.Op = NoOp }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Expr.Op = RatioOfSums }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Expr.Den = []string{"x"} }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Expr.Num = []string{"x", "x"} }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Expr.Threshold = 4 }},
		{"SIG-001", coaching.Warning, func(d *Definition) { d.BlindSpots = nil }},
		{"SIG-002", coaching.Warning, func(d *Definition) { d.Soft = true }},
		{"SIG-005", coaching.Error, func(d *Definition) { d.Behaviour = "" }},
		{"SIG-005", coaching.Error, func(d *Definition) { d.Behaviour = "cancel meetings; write notes" }},
		{"SIG-007", coaching.Error, func(d *Definition) { d.Path.Behaviour = "" }},
		{"SIG-012", coaching.Error, func(d *Definition) { d.Path.Outcome = strings.Repeat("x", 200) }},
		{"SIG-012", coaching.Error, func(d *Definition) { d.Path.Outcome = "two\nlines" }},
		{"SIG-014", coaching.Error, func(d *Definition) { d.Explain = "" }},
		{"SIG-014", coaching.Error, func(d *Definition) { d.ProxyRisks = nil }},
		{"SIG-026", coaching.Warning, func(d *Definition) { d.Cadence = Monthly }},
	}
	for _, tt := range tests {
		d := teamHours()
		d.Expr.Num = []string{"Meeting_hours"}
		tt.spoil(&d)
		fs := d.Check()
		require.Len(t, fs, 1, tt.code)
		require.Equal(t, tt.code, fs[0].Code)
		require.Equal(t, tt.sev, fs[0].Severity, tt.code)
	}
	require.True(t, Definition{}.Check().Blocked(), "the zero definition blocks")
}

func TestDefinitionRoundTripsThroughJSON(t *testing.T) {
	d := teamHours()
	d.Target, d.Range, d.Transform = &Band{1, 2}, &Band{0, 168}, Sqrt
	data, err := json.Marshal(d)
	require.NoError(t, err)
	var back Definition
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, d, back)
	require.Error(t, json.Unmarshal([]byte(`"hourly"`), new(Cadence)))
}

// A ratio is a ratio of sums: members with little weigh little.
func TestExprCombines(t *testing.T) {
	ops := func() []operand { return []operand{{1, 10}, {3, 10}, {8, 80}} }
	tests := []struct {
		expr Expr
		want float64
	}{
		{Expr{Op: Mean}, 4},
		{Expr{Op: Median}, 3},
		{Expr{Op: Count}, 12},
		{Expr{Op: RatioOfSums}, 0.12}, // the mean of the three ratios would be 0.1667
		{Expr{Op: ShareAtLeast, Threshold: 3}, 2.0 / 3},
	}
	for _, tt := range tests {
		got, ok := tt.expr.combine(ops())
		require.True(t, ok)
		require.InDelta(t, tt.want, got, 1e-15, tt.expr.Op.String())
	}
	_, ok := Expr{Op: RatioOfSums}.combine([]operand{{0, 0}})
	require.False(t, ok, "undefined is not zero")
	_, ok = Expr{Op: Mean}.combine(nil)
	require.False(t, ok)
	_, ok = Expr{}.combine(ops())
	require.False(t, ok)
}

// Every transform undoes itself on the values it is for.
func TestTransformUndoesItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0, 1e6).Draw(t, "x")
		for _, tr := range []Transform{Identity, Log1p, Sqrt} {
			require.InEpsilon(t, 1+x, 1+tr.back(tr.forward(x)), 1e-9)
		}
	})
}

func TestChecklistNeedsFourNamedPeopleAndTwoMeasurements(t *testing.T) {
	d := teamHours()
	yes := Judgement{Pass: true, Evidence: "minutes", By: person(t, "S"), On: coaching.MustDate("2026-12-28")}
	all := Judgements{yes, yes, yes, yes}
	stable := Stability{Signal: d.ID, Verdict: Stable}
	fresh := Freshness{Signal: d.ID, Status: Fresh}
	require.True(t, Assess(d, all, stable, fresh).Passed())
	require.False(t, Checklist{}.Passed())
	require.True(t, Checklist{}.Findings().Blocked())

	for code, spoil := range map[string]func(*Judgements){
		"SIG-011": func(j *Judgements) { j.Controllable.By = coaching.PersonID{} },
		"SIG-012": func(j *Judgements) { j.Causal.On = coaching.Date{} },
		"SIG-014": func(j *Judgements) { j.Interpretable.Evidence = " " },
		"SIG-015": func(j *Judgements) { j.Stewardship.Pass = false },
	} {
		j := all
		spoil(&j)
		c := Assess(d, j, stable, fresh)
		require.False(t, c.Passed(), code)
		require.Len(t, c.Findings(), 1)
		require.Equal(t, code, c.Findings()[0].Code)
	}
	for _, tt := range []struct {
		s      Stability
		f      Freshness
		grain  Grain
		passes bool
	}{
		{Stability{}, fresh, Team, false},                                   // of no signal
		{Stability{Signal: d.ID}, fresh, Team, false},                       // unmeasured
		{Stability{Signal: d.ID, Verdict: Noisy}, fresh, Leader, false},     // one person's noise
		{Stability{Signal: d.ID, Verdict: Noisy}, fresh, Team, true},        // aggregated: a warning
		{Stability{Signal: d.ID, Verdict: TraitLike}, fresh, Team, true},    // a warning
		{stable, Freshness{Signal: d.ID}, Team, false},                      // stale
		{stable, Freshness{Signal: d.ID, Status: OutcomeOnly}, Team, false}, // too slow
		{stable, Freshness{Signal: "other", Status: Fresh}, Team, false},    // another feed
	} {
		d.Grain = tt.grain
		c := Assess(d, all, tt.s, tt.f)
		require.Equal(t, tt.passes, c.Passed(), "%+v", tt)
		require.True(t, c.Findings().Has("SIG-013"))
	}
}
