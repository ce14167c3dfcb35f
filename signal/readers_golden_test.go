package signal

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

func expected(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(datadir.Find(t, name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// DQ03: the cadence of every export, through its reader and the gate: first and
// last period, distance, share and longest gap. Where a file reads both ways, of
// both readings.
func TestGateOnRealExports(t *testing.T) {
	var want map[string][]struct {
		Layout, First, Last, Cadence string
		Distinct                     int
		ModalGap                     int     `json:"modal_gap_days"`
		Share                        float64 `json:"share_modal"`
		MaxGap                       int     `json:"max_gap_days"`
	}
	expected(t, "golden/signal/cadence_expected.json", &want)
	groups := func(metric string) func(string, ImportSpec) (*Panel, ImportReport, error) {
		return func(file string, s ImportSpec) (*Panel, ImportReport, error) {
			s.Metrics, s.Owners, s.SharedNames = []string{metric}, owners(t, "CEO", "Finance", "HR", "Product", "Sales and Marketing"), true
			return ReadVivaGroup(strings.NewReader(file), s)
		}
	}
	persons := func(file string, s ImportSpec) (*Panel, ImportReport, error) {
		s.Metrics = []string{"Collaboration_hours"}
		return ReadViva(strings.NewReader(file), s)
	}
	readers := map[string]func(string, ImportSpec) (*Panel, ImportReport, error){
		"viva_pq_data.csv": persons, "wpa_sq_data.csv": persons, "wpa_dv_data.csv": persons,
		"viva_g2g_data.csv": groups("Group_meeting_time_invested"), "wpa_g2g_data.csv": groups("Meeting_hours"),
		"slack_workspace_analytics_nhsr.csv": func(file string, s ImportSpec) (*Panel, ImportReport, error) {
			s.Metrics, s.Owners = []string{"Messages in DMs"}, owners(t, "workspace")
			return ReadSlack(strings.NewReader(file), s)
		},
	}
	days := map[string]int{"daily": 1, "weekly": 7, "monthly": 30}
	layouts := map[string]DateLayout{"%Y-%m-%d": ISODates, "%m/%d/%Y": MonthDayYear, "%d/%m/%Y": DayMonthYear}
	require.Len(t, readers, len(want))
	for name, readings := range want {
		for _, w := range readings {
			s := ImportSpec{File: name, People: people(t), PeriodDays: days[w.Cadence]}
			if len(readings) > 1 {
				_, _, err := readers[name](dataFile(t, name), s)
				require.ErrorContains(t, err, "ambiguous dates", name)
				s.Dates = layouts[w.Layout]
			}
			p, report, err := readers[name](dataFile(t, name), s)
			require.NoError(t, err, name)
			require.Equal(t, layouts[w.Layout], report.Layout, name)
			require.Equal(t, w.First+" "+w.Last, report.First.String()+" "+report.Last.String(), name)
			d := teamHours()
			d.Expr.Num = p.Metrics()
			require.NoError(t, d.Cadence.UnmarshalText([]byte(w.Cadence)))
			f := Gate(p, d, coaching.MustDate(w.Last).AddDays(days[w.Cadence]), nil)
			require.Equal(t, d.Cadence, f.Cadence, name)
			require.Equal(t, []int{w.Distinct, w.ModalGap, w.MaxGap}, []int{f.Periods, f.ModalGap, f.MaxGap}, name)
			require.InDelta(t, w.Share, f.Share, 1e-12, name)
		}
	}
}

// DQ02, DQ03, DQ04, DQ08, DQ09: the counts of defects in the real exports of Jira
// and Slack, and of dates that read two ways.
func TestReadersCountTheDefectsOfRealExports(t *testing.T) {
	var want struct {
		Jira struct {
			Rows       int
			Negative   int `json:"negative_cycle_time"`
			Mismatch   int `json:"recomputed_mismatch"`
			Duplicates int `json:"dup_id"`
			Zero       int
			Year       int `json:"gt_365"`
		}
		Slack struct {
			Rows, Distinct_days, Missing_days, Span_days int
			First, Last                                  string
		}
		Date_format map[string]struct{ N, Slash, First_gt12, Second_gt12, Ambiguous int }
	}
	expected(t, "golden/signal/dq_expected.json", &want)
	jira := spec(t, "issues", "cycle_time_days_mean")
	jira.WeekStart, jira.Owners = time.Monday, owners(t, "0", "1")
	p, report, err := ReadJira(strings.NewReader(dataFile(t, "jira_cycle_time.csv")), jira)
	require.NoError(t, err)
	require.Equal(t, want.Jira.Rows, report.Rows)
	require.Equal(t, want.Jira.Negative, leftOut(report, leftBackwards))
	require.Equal(t, want.Jira.Duplicates, report.Duplicates+report.Conflicts)
	require.Zero(t, want.Jira.Mismatch)
	require.False(t, report.Findings.Has("DQ09"))
	issues := 0.0
	for _, v := range p.column("issues") {
		if v == v {
			issues += v
		}
	}
	require.Equal(t, want.Jira.Rows-want.Jira.Negative, int(issues))

	slack := spec(t, "Messages in DMs", "days")
	slack.Owners, slack.PeriodDays = owners(t, "workspace"), 1
	p, report, err = ReadSlack(strings.NewReader(dataFile(t, "slack_workspace_analytics_nhsr.csv")), slack)
	require.NoError(t, err)
	require.Equal(t, want.Slack.Rows, report.Rows)
	require.Zero(t, report.Duplicates+report.Conflicts)
	require.Equal(t, want.Slack.Distinct_days, len(p.Periods()))
	require.Equal(t, want.Slack.First+" "+want.Slack.Last, report.First.String()+" "+report.Last.String())
	require.Equal(t, want.Slack.Missing_days, report.First.DaysUntil(report.Last)+1-len(p.Periods()))

	files := map[string][2]string{
		"wpa_dv": {"wpa_dv_data.csv", "Date"}, "wpa_sq": {"wpa_sq_data.csv", "Date"}, "slack": {"slack_workspace_analytics_nhsr.csv", "Date"},
		"viva_g2g": {"viva_g2g_data.csv", "MetricDate"}, "viva_p2g": {"viva_p2g_data.csv", "MetricDate"},
	}
	require.Len(t, files, len(want.Date_format))
	for name, w := range want.Date_format {
		rows := table(t, datadir.Find(t, "data/"+files[name][0]))
		both, us, eu := 0, 0, 0
		for _, row := range rows {
			_, errUS := MonthDayYear.parse(row[files[name][1]])
			_, errEU := DayMonthYear.parse(row[files[name][1]])
			switch {
			case errUS == nil && errEU == nil:
				both++
			case errUS == nil:
				us++
			case errEU == nil:
				eu++
			}
		}
		require.Equal(t, []int{w.N, w.Ambiguous, w.Second_gt12, w.First_gt12}, []int{len(rows), both, us, eu}, name)
	}
}
