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
	sound := teamHours()
	sound.Expr.Num = []string{"Large_and_long_meeting_hours"}
	require.Empty(t, sound.Check())
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
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Resolution = -1 }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Resolution = math.NaN() }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Resolution = math.Inf(1) }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Trace = StatedAnswer }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Source = SurveyAnswers }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Kind = Qualitative }},
		{"SIG-DEF", coaching.Error, func(d *Definition) { d.Kind, d.Trace = Qualitative, RecordedOutcome }},
		{"SIG-001", coaching.Warning, func(d *Definition) { d.BlindSpots = nil }},
		{"SIG-001", coaching.Warning, func(d *Definition) { d.Trace = UnstatedTrace }},
		{"SIG-002", coaching.Warning, func(d *Definition) { d.Soft = true }},
		{"SIG-005", coaching.Error, func(d *Definition) { d.Behaviour = "" }},
		{"SIG-005", coaching.Error, func(d *Definition) { d.Behaviour = "cancel meetings; write notes" }},
		{"SIG-007", coaching.Error, func(d *Definition) { d.Path.Behaviour = "" }},
		{"SIG-008", coaching.Warning, func(d *Definition) { d.Expr.Num = []string{"Meeting_hours"} }},
		{"SIG-009", coaching.Warning, func(d *Definition) { d.Noise = Unstated }},
		{"SIG-009", coaching.Warning, func(d *Definition) { d.Opacity = Unstated }},
		{"SIG-010", coaching.Warning, func(d *Definition) { d.Interpretability = Unstated }},
		{"SIG-010", coaching.Warning, func(d *Definition) { d.PrivacyRisk = Unstated }},
		{"SIG-031", coaching.Error, func(d *Definition) { d.Timing = 9 }},
		{"SIG-012", coaching.Error, func(d *Definition) { d.Path.Outcome = strings.Repeat("x", 200) }},
		{"SIG-012", coaching.Error, func(d *Definition) { d.Path.Outcome = "two\nlines" }},
		{"SIG-014", coaching.Error, func(d *Definition) { d.Explain = "" }},
		{"SIG-014", coaching.Error, func(d *Definition) { d.ProxyRisks = nil }},
		{"SIG-026", coaching.Warning, func(d *Definition) { d.Cadence = Monthly }},
	}
	for _, tt := range tests {
		d := sound
		tt.spoil(&d)
		fs := d.Check()
		require.Len(t, fs, 1, tt.code)
		require.Equal(t, tt.code, fs[0].Code)
		require.Equal(t, tt.sev, fs[0].Severity, tt.code)
	}
	require.True(t, Definition{}.Check().Blocked(), "the zero definition blocks")
	sound.Opacity, sound.PrivacyRisk = Unstated, Unstated
	fs := sound.Check()
	require.Equal(t, []string{"opacity", "privacy_risk"}, []string{fs[0].Path, fs[1].Path})
}

func TestDefinitionRoundTripsThroughJSON(t *testing.T) {
	d := teamHours()
	d.Target, d.Range, d.Transform, d.Resolution = &Band{1, 2}, &Band{0, 168}, Sqrt, 0.5
	data, err := json.Marshal(d)
	require.NoError(t, err)
	var back Definition
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, d, back)
	require.Error(t, json.Unmarshal([]byte(`"hourly"`), new(Cadence)))
}

// A model's score goes with either kind; nothing else is both.
func TestTraceClassGoesWithKind(t *testing.T) {
	for class, want := range map[TraceClass][2]bool{
		UnstatedTrace: {true, true}, DigitalTrace: {true, false}, StatedAnswer: {false, true}, RecordedOutcome: {true, false}, ModelScore: {true, true},
	} {
		for kind, ok := range want {
			source := CollaborationMetadata
			if class == StatedAnswer {
				source = Interview
			}
			require.Equal(t, ok, class.disagrees(Kind(kind), source) == "", "%s %s", class, Kind(kind))
		}
	}
}

func TestResolutionIsAHundredthUnlessStated(t *testing.T) {
	require.Equal(t, 0.01, Definition{}.resolution())
	require.Equal(t, 5.0, Definition{Resolution: 5}.resolution())
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
