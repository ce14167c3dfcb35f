package signal

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// A panel with planted faults: what was planted is found.
func TestPlantedFaultsAreFound(t *testing.T) {
	var truth struct {
		Weeks  int `json:"baseline_weeks"`
		Spikes []struct {
			Leader, Signal, Week string
			InBaseline           bool `json:"in_baseline"`
		}
		Duplicates []struct{ Leader, Week, Signal string }
		Holiday    string                          `json:"holiday_week"`
		UnitError  struct{ Leader, Signal string } `json:"unit_error"`
	}
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/synthetic_truth.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &truth))
	file, err := os.ReadFile(datadir.Find(t, "golden/signal/synthetic_panel.csv"))
	require.NoError(t, err)
	text := strings.Replace(string(file), "leader_id,week,signal,value", "person,date,metric,value", 1)
	metrics := []string{"after_hours_ratio", "cross_team_meeting_share", "one_on_one_hours", "review_turnaround_hours"}
	p, report, err := ReadLong(strings.NewReader(text), spec(t, metrics...))
	require.NoError(t, err)
	require.Equal(t, len(truth.Duplicates), report.Duplicates, "DQ04")
	q := Check(p, report, QualityConfig{}, p.Periods()[len(p.Periods())-1].Last())
	jump, ok := q.Find("DQ12", truth.UnitError.Signal)
	require.True(t, ok)
	require.Equal(t, 1, jump.Count)

	teams := Teams{}
	for _, s := range p.Subjects() {
		teams[s] = s
	}
	first := p.Periods()[0].Start
	window := coaching.Window{From: first, To: first.AddDays(7*truth.Weeks - 1)}
	exclude := FindExclusions(p, "after_hours_ratio", nil)
	require.Len(t, exclude, 1)
	require.Equal(t, truth.Holiday, exclude[0].Period.Start.String(), "DQ15")
	found := map[string]bool{}
	for _, metric := range metrics {
		d := teamHours()
		d.ID, d.Grain, d.Expr.Num = metric, Leader, []string{metric}
		s, fs := Evaluate(p, d, teams, exclude)
		require.NoError(t, fs.Err())
		b, _ := BaselinesOf(s, window, BaselineConfig{})
		for _, f := range Detect(b) {
			found[fmt.Sprint(f.Leader, metric, f.Period.Start)] = true
		}
	}
	missed := 0
	for _, s := range truth.Spikes {
		switch {
		case s.Leader == "L05": // too few weeks: insufficient, so nothing is judged
		case s.Leader == truth.UnitError.Leader: // minutes: DQ12 above says so
		case !found[fmt.Sprint(person(t, s.Leader), s.Signal, s.Week)]:
			missed++
		}
	}
	require.Zero(t, missed)
	require.LessOrEqual(t, len(found), 4+2, "at most 2 false flags in 12 leaders, 4 signals and 16 weeks")
}
