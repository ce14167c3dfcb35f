package signal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// SIG-002: what an author forgot to mark is caught by its name, whole words only;
// what is asked of people is not read from traces.
func TestSoftConstructs(t *testing.T) {
	tests := []struct {
		name string
		soft bool
		edit func(*Definition)
	}{
		{"hours", false, func(*Definition) {}},
		{"marked", true, func(d *Definition) { d.Soft = true }},
		{"the document's first", true, func(d *Definition) { d.Name = "Psychological-safety index" }},
		{"the document's second", true, func(d *Definition) { d.ID = "political_savvy" }},
		{"in the path", true, func(d *Definition) { d.Path.Signal = "little Empathy in meetings" }},
		{"part of a word", false, func(d *Definition) { d.Name = "Anti-trusting hours" }},
		{"in the behaviour", false, func(d *Definition) { d.Behaviour = "earn trust" }},
		{"asked", false, func(d *Definition) {
			d.Soft, d.Source, d.Kind, d.Trace = true, SurveyAnswers, Qualitative, StatedAnswer
		}},
		{"told", false, func(d *Definition) { d.Soft, d.Source, d.Kind, d.Trace = true, Interview, Qualitative, StatedAnswer }},
		{"a model of traces", true, func(d *Definition) { d.Name, d.Source, d.Trace = "Trust score", PeopleAnalytics, ModelScore }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := teamHours()
			tt.edit(&d)
			require.Equal(t, tt.soft, d.Check().Has("SIG-002"))
		})
	}
}

// SIG-008: all meetings added up are how full a calendar is. A share of them, a
// threshold, a band to be in, or the meetings with one counterpart are not.
func TestRawCalendarDensity(t *testing.T) {
	tests := []struct {
		name string
		raw  bool
		edit func(*Definition)
	}{
		{"mean hours", true, func(*Definition) {}},
		{"a header's spelling", true, func(d *Definition) { d.Expr.Num = []string{"Meeting and call hours"} }},
		{"count", true, func(d *Definition) { d.Expr = Expr{Op: Count, Num: []string{"meetings"}} }},
		{"hours and number", true, func(d *Definition) { d.Expr = Expr{Op: Median, Num: []string{"Meetings", "meeting_hours"}} }},
		{"with the manager", false, func(d *Definition) { d.Expr.Num = []string{"Meeting_and_call_hours_with_manager_1_1"} }},
		{"one part is another thing", false, func(d *Definition) { d.Expr.Num = []string{"Meeting_hours", "Email_hours"} }},
		{"ratio", false, func(d *Definition) {
			d.Expr = Expr{Op: RatioOfSums, Num: []string{"Meeting_hours"}, Den: []string{"Collaboration_hours"}}
		}},
		{"threshold", false, func(d *Definition) { d.Expr = Expr{Op: ShareAtLeast, Num: []string{"Meeting_hours"}, Threshold: 20} }},
		{"target band", false, func(d *Definition) { d.Direction, d.Target = TargetBand, &Band{5, 15} }},
		{"an outcome", false, func(d *Definition) { d.Source, d.Trace = BusinessKPI, RecordedOutcome }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := teamHours()
			tt.edit(&d)
			fs := d.Check()
			require.Equal(t, tt.raw, fs.Has("SIG-008"), "%v", fs)
			require.NoError(t, fs.Err())
		})
	}
}
