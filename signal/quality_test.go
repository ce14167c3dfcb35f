package signal

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// vivaLabels are the columns of the sample exports that are no figures.
var vivaLabels = []string{
	"FunctionType", "SupervisorIndicator", "Level", "Organization", "LevelDesignation", "Domain", "Region", "zId",
	"TimeZone", "IsInternal", "IsActive", "HireDate", "WorkingStartTimeSetInOutlook", "WorkingEndTimeSetInOutlook",
}

// readSample reads every column of one of the sample exports, or only the named
// metrics.
func readSample(t testing.TB, name string, only ...string) (*Panel, ImportReport) {
	t.Helper()
	path := datadir.Find(t, "data/"+name)
	header := columnsOf(t, path)
	spec := ImportSpec{File: name, People: people(t)}
	for _, h := range header {
		switch {
		case len(only) > 0 && !slices.Contains(only, h):
		case h == "PersonId" || h == "MetricDate" || h == "Date":
		case slices.Contains(vivaLabels, h):
			spec.Attributes = append(spec.Attributes, h)
		default:
			spec.Metrics = append(spec.Metrics, h)
		}
	}
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	p, report, err := ReadViva(f, spec)
	require.NoError(t, err)
	return p, report
}

func columnsOf(t testing.TB, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	header, err := csv.NewReader(f).Read()
	require.NoError(t, err)
	return header
}

// The counts that R and Python took of Microsoft's sample exports, rule by rule.
func TestCheckCountsTheSampleExports(t *testing.T) {
	var want map[string]struct {
		Rows, Persons, Weeks int
		First, Last          string
		GapDays              map[string]int     `json:"gap_days"`
		Duplicates           int                `json:"duplicates"`
		Expected             int                `json:"expected_cells"`
		Missing              int                `json:"missing_person_weeks"`
		Incomplete           int                `json:"persons_incomplete"`
		Nulls                map[string]int     `json:"null_cells"`
		Flips                map[string]int     `json:"attribute_flips"`
		Parts                map[string]int     `json:"part_gt_whole"`
		Impossible           map[string]int     `json:"hours_ge_168"`
		Long                 map[string]int     `json:"hours_gt_100"`
		Negative             map[string]int     `json:"negative"`
		Constant             []string           `json:"constant_columns"`
		Scale                map[string]int     `json:"scale_1_5_violations"`
		Zeros                map[string]float64 `json:"zero_share_gt_0.5"`
		WeekZ                map[string]float64 `json:"robust_week_z"`
		PerWeek              map[string]int     `json:"persons_per_week"`
	}
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/dq_expected.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &want))

	for set, file := range map[string]string{"pq": "viva_pq_data.csv", "sq": "wpa_sq_data.csv", "dv": "wpa_dv_data.csv"} {
		t.Run(set, func(t *testing.T) {
			w := want[set]
			p, report := readSample(t, file)
			config := VivaQuality(p)
			q := Check(p, report, config, p.Periods()[len(p.Periods())-1].Last())
			count := func(code, column string) int {
				c, _ := q.Find(code, column)
				return c.Count
			}

			require.Equal(t, w.Rows, q.Rows)
			require.Equal(t, w.Persons, q.Subjects)
			require.Equal(t, w.Weeks, q.Periods)
			require.Equal(t, w.First, q.First.String())
			require.Equal(t, w.Last, q.Last.String())
			require.Equal(t, w.Rows, report.Weekdays[0], "DQ03: every row is dated on a Sunday")
			require.Equal(t, []GapCount{{7, w.GapDays["7"]}}, q.Gaps)
			require.Equal(t, w.Duplicates, q.Duplicates, "DQ04")
			require.Equal(t, w.Expected, q.Expected, "DQ05")
			require.Equal(t, w.Missing, q.MissingRows, "DQ05")
			require.Equal(t, w.Incomplete, q.Incomplete, "DQ05")
			nulls := map[string]int{}
			for _, c := range q.Checks {
				if c.Code == "DQ06" {
					nulls[c.Column] = c.Count
				}
			}
			if set == "dv" { // rows of leavers without Outlook hours are counted by us only
				for _, extra := range []string{"HireDate", "WorkingStartTimeSetInOutlook", "WorkingEndTimeSetInOutlook"} {
					delete(nulls, extra)
				}
			}
			require.Equal(t, w.Nulls, nulls, "DQ06")
			for column, n := range w.Flips {
				require.Equal(t, n, count("DQ13", column), "DQ13 %s", column)
			}
			for pair, n := range w.Parts {
				part, whole, _ := cutPair(pair)
				require.Equal(t, n, count("DQ09", part+" > "+whole), "DQ09 %s", pair)
			}
			for _, column := range config.Hours {
				require.Equal(t, w.Impossible[column], count("DQ08", column), "DQ08 %s", column)
				require.Equal(t, w.Long[column], count("DQ08", column+" > 100"), "DQ08 %s", column)
			}
			for _, m := range p.Metrics() {
				if !slices.Contains(config.Hours, m) {
					require.Equal(t, w.Negative[m]+w.Scale[m], count("DQ08", m), "DQ08 %s", m)
				}
				c, _ := q.Find("DQ11", m)
				require.InDelta(t, w.Zeros[m], c.Share, 1e-6, "DQ11 %s", m)
			}
			var constant []string
			for _, c := range q.Checks {
				if c.Code == "DQ10" {
					constant = append(constant, c.Column)
				}
			}
			require.ElementsMatch(t, w.Constant, constant, "DQ10")
			require.Len(t, q.ActivityZ, len(w.WeekZ))
			for _, z := range q.ActivityZ {
				near(t, w.WeekZ[z.Period.Start.String()], z.Z, 1e-9, "DQ15 %s", z.Period)
			}
			for _, c := range q.PerPeriod {
				require.Equal(t, w.PerWeek[c.Period.Start.String()], c.Subjects)
			}
		})
	}
}

func cutPair(pair string) (part, whole string, ok bool) {
	for i := range pair {
		if pair[i] == '>' {
			return pair[:i], pair[i+1:], true
		}
	}
	return "", "", false
}

// Thanksgiving is found by the robust rule in the one export that holds it, and
// nothing is found where there is no holiday.
func TestFindExclusionsFindsThanksgiving(t *testing.T) {
	p, _ := readSample(t, "wpa_dv_data.csv", "Collaboration_hours")
	var weeks []string
	for _, x := range FindExclusions(p, "Collaboration_hours", nil) {
		if x.Subject.IsZero() {
			weeks = append(weeks, x.Period.Start.String())
		}
	}
	require.Equal(t, []string{"2019-12-01"}, weeks)

	p, _ = readSample(t, "viva_pq_data.csv", "Collaboration_hours")
	for _, x := range FindExclusions(p, "Collaboration_hours", nil) {
		require.False(t, x.Subject.IsZero(), "no holiday week: %s", x.Period)
	}
}

// An ambiguous export is refused with both readings; a stated layout reads it.
func TestReadRefusesAmbiguousDates(t *testing.T) {
	path := datadir.Find(t, "data/viva_g2g_data.csv")
	spec := ImportSpec{
		File: "viva_g2g_data.csv", People: people(t), Metrics: []string{"Group_meeting_count"},
		PersonColumn: "PrimaryCollaborator_Organization", PeriodDays: 1,
	}
	read := func() (*Panel, error) {
		f, err := os.Open(path)
		require.NoError(t, err)
		defer f.Close()
		p, _, err := ReadViva(f, spec)
		return p, err
	}
	_, err := read()
	require.ErrorContains(t, err, "ambiguous dates")
	require.ErrorContains(t, err, "2023-01-04")
	require.ErrorContains(t, err, "2023-04-01")
	for layout, want := range map[DateLayout]string{MonthDayYear: "2023-01-09", DayMonthYear: "2023-09-01"} {
		spec.Dates = layout
		p, err := read()
		require.NoError(t, err)
		require.Equal(t, want, p.Periods()[5].Start.String())
	}
}

// DQ02: how many dates read in both orders, how many prove one, and that a
// column without proof is refused.
func TestReadersCountAmbiguousDates(t *testing.T) {
	var want struct {
		Files map[string]struct {
			N, Slash, Ambiguous int
			First               int `json:"first_gt12"`
			Second              int `json:"second_gt12"`
		} `json:"date_format"`
	}
	readJSON(t, "dq_expected.json", &want)
	for name, file := range map[string][2]string{
		"wpa_dv": {"wpa_dv_data.csv", "Date"}, "wpa_sq": {"wpa_sq_data.csv", "Date"}, "slack": {"slack_workspace_analytics_nhsr.csv", "Date"},
		"viva_g2g": {"viva_g2g_data.csv", "MetricDate"}, "viva_p2g": {"viva_p2g_data.csv", "MetricDate"},
	} {
		w := want.Files[name]
		var texts []string
		slash, both, month, day := 0, 0, 0, 0
		for _, row := range table(t, datadir.Find(t, "data/"+file[0])) {
			text := row[file[1]]
			texts = append(texts, text)
			if _, _, _, ok := slashed(text); ok {
				slash++
			}
			_, notMonthDay := MonthDayYear.parse(text)
			_, notDayMonth := DayMonthYear.parse(text)
			switch {
			case notMonthDay == nil && notDayMonth == nil:
				both++
			case notMonthDay == nil:
				month++ // the second number is above 12
			case notDayMonth == nil:
				day++
			}
		}
		require.Equal(t, []int{w.N, w.Slash, w.Ambiguous, w.First, w.Second}, []int{len(texts), slash, both, day, month}, name)
		_, _, err := AutoDates.settle(texts)
		require.Equal(t, w.Ambiguous == w.N, err != nil, name)
	}
}

// The cadence of each file, as worked out from its dates.
func TestGateWorksOutTheCadence(t *testing.T) {
	var want map[string][]struct {
		Layout, First, Last, Cadence string
		Distinct                     int
		ModalGap                     int     `json:"modal_gap_days"`
		Share                        float64 `json:"share_modal"`
		MaxGap                       int     `json:"max_gap_days"`
	}
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/cadence_expected.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &want))
	columns := map[string]string{
		"viva_pq_data.csv": "MetricDate", "wpa_sq_data.csv": "Date", "wpa_dv_data.csv": "Date", "wpa_g2g_data.csv": "Date",
		"viva_g2g_data.csv": "MetricDate", "slack_workspace_analytics_nhsr.csv": "Date",
	}
	layouts := map[string]DateLayout{"%Y-%m-%d": ISODates, "%m/%d/%Y": MonthDayYear, "%d/%m/%Y": DayMonthYear}
	for file, readings := range want {
		for _, w := range readings {
			t.Run(file+" "+w.Layout, func(t *testing.T) {
				dates := map[string]bool{}
				for _, row := range table(t, datadir.Find(t, "data/"+file)) {
					dates[row[columns[file]]] = true
				}
				var texts []string
				for text := range dates {
					texts = append(texts, text)
				}
				layout := layouts[w.Layout]
				if len(readings) == 1 {
					auto, _, err := AutoDates.settle(texts)
					require.NoError(t, err)
					require.Equal(t, layout, auto)
				}
				var days []coaching.Date
				for _, text := range texts {
					d, err := layout.parse(text)
					require.NoError(t, err)
					days = append(days, d)
				}
				var f Freshness
				f.describe(days)
				require.Equal(t, w.Distinct, f.Periods)
				require.Equal(t, w.ModalGap, f.ModalGap)
				require.InDelta(t, w.Share, f.Share, 1e-12)
				require.Equal(t, w.MaxGap, f.MaxGap)
				require.Equal(t, w.Cadence, f.Cadence.String())
			})
		}
	}
}
