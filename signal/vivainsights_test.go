package signal

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// What Microsoft's own vivainsights 0.7.2 answers on its sample exports, beside
// what this package does: the same figure, or the difference with its reason.
func TestAgreesWithVivaInsights(t *testing.T) {
	type week struct {
		MetricDate string
		Z          float64 `json:"zscore"`
	}
	type size struct {
		Attribute string `json:"hrvar"`
		Group     string
		N         int
	}
	var anchors map[string]json.RawMessage
	readJSON(t, "vivainsights_anchor.json", &anchors)
	tests := []struct {
		set, file      string
		holidays       []string // ours
		plain          []string // theirs, at one standard deviation
		inactive, ours int
		movers         []string // attributes that change in time
		twice          int      // idle people who moved
	}{
		{"pq", "viva_pq_data.csv", nil, []string{"2024-07-14", "2024-07-21", "2024-09-01", "2024-09-08", "2024-09-15"}, 131, 7, []string{"FunctionType"}, 0},
		{"sq", "wpa_sq_data.csv", nil, []string{"2020-01-05"}, 13, 4, nil, 0},
		{"dv", "wpa_dv_data.csv", []string{"2019-12-01"}, []string{"2019-12-01"}, 14, 1, []string{"Organization"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.set, func(t *testing.T) {
			var want struct {
				Outlier  map[string][]json.RawMessage `json:"identify_outlier"`
				Inactive int                          `json:"inactive_rows_sd2"`
				Idle     int                          `json:"nkw_n"`
				Left     int                          `json:"churn_n1_n2_4"`
				Privacy  []size
				Means    map[string]map[string][]map[string]any `json:"group_means"`
				Extreme  struct{ Email80, Meeting80, Call40, Zero_collab int }
				Datefreq string
				Share    []map[string]any `json:"incidence_1on1_ge_0.5_by_Org"`
			}
			require.NoError(t, json.Unmarshal(anchors[tt.set], &want))
			p, report := readSample(t, tt.file)
			n := len(p.periods)

			// identify_outlier: the mean over people week by week, and its plain z.
			for metric, rows := range want.Outlier {
				means := make([]float64, n)
				for i := range means {
					means[i] = meanAt(p, p.column(metric), i)
				}
				mean, variance := meanVariance(means)
				require.Len(t, rows, n)
				for i, raw := range rows {
					var w week
					var figures map[string]any
					require.NoError(t, json.Unmarshal(raw, &w))
					require.NoError(t, json.Unmarshal(raw, &figures))
					require.Equal(t, p.periods[i].Start.String(), w.MetricDate)
					near(t, figures[metric].(float64), means[i], 1e-10, metric, w.MetricDate)
					near(t, w.Z, (means[i]-mean)/math.Sqrt(variance), 1e-10, metric, w.MetricDate)
				}
			}

			// identify_holidayweeks calls every week below one standard deviation
			// a holiday, in pq five of 23 within 3 % of the mean. Ours must be far
			// out by the robust z and 20 % down.
			const activity = "Collaboration_hours"
			var off []string
			inactive := 0
			for _, x := range FindExclusions(p, activity, nil) {
				if x.Subject.IsZero() {
					off = append(off, x.Period.Start.String())
				} else {
					inactive++
				}
			}
			require.Equal(t, tt.holidays, off)
			var below []string
			for _, raw := range want.Outlier[activity] {
				var w week
				require.NoError(t, json.Unmarshal(raw, &w))
				if w.Z <= -1 {
					below = append(below, w.MetricDate)
				}
			}
			require.Equal(t, tt.plain, below)

			// identify_inactiveweeks takes the person's plain z of -2; so many weeks
			// of steady people are called inactive. Ours must also be at most a
			// quarter of the own median.
			column, plain := p.column(activity), 0
			for s := range p.subjects {
				own := finite(column[s*n : (s+1)*n])
				mean, variance := meanVariance(own)
				for _, v := range own {
					if (v-mean)/math.Sqrt(variance) <= -2 {
						plain++
					}
				}
			}
			require.Equal(t, want.Inactive, plain)
			require.Equal(t, tt.inactive, plain)
			require.Equal(t, tt.ours, inactive)

			// identify_nkw is DQ17, but counts a person who moved once per
			// organisation: in dv four people are five. identify_churn counts the
			// leavers of DQ14.
			q := Check(p, report, VivaQuality(p), p.periods[n-1].Last())
			idle, _ := q.Find("DQ17", activity)
			require.Equal(t, want.Idle, idle.Count+tt.twice)
			left, _ := q.Find("DQ14", "")
			require.Equal(t, want.Left, left.Count)

			// identify_datefreq calls weekly dates monthly.
			require.Equal(t, "monthly", want.Datefreq)
			require.Equal(t, Weekly, q.Freshness.Cadence)

			// flag_extreme counts person-weeks.
			for metric, limit := range map[string]struct {
				over float64
				want int
			}{"Email_hours": {80, want.Extreme.Email80}, "Meeting_hours": {80, want.Extreme.Meeting80}, "Call_hours": {40, want.Extreme.Call40}} {
				hits := 0
				for _, v := range p.column(metric) {
					if v > limit.over {
						hits++
					}
				}
				require.Equal(t, limit.want, hits, metric)
			}
			zeros := 0
			for _, v := range column {
				if v == 0 {
					zeros++
				}
			}
			require.Equal(t, want.Extreme.Zero_collab, zeros)

			// identify_privacythreshold: people per group. People who move are in
			// several groups there and in their latest one here.
			sizes := map[[2]string]int{}
			for _, a := range p.attributes {
				for _, group := range a.values {
					sizes[[2]string{a.name, group}]++
				}
			}
			moved := 0
			for _, w := range want.Privacy {
				if slices.Contains(tt.movers, w.Attribute) {
					moved += w.N - sizes[[2]string{w.Attribute, w.Group}]
					continue
				}
				require.Equal(t, w.N, sizes[[2]string{w.Attribute, w.Group}], "%s %s", w.Attribute, w.Group)
			}
			require.Equal(t, len(tt.movers) > 0, moved > 0)

			// create_bar: the mean over people of each one's mean, for groups of 5.
			for attribute, metrics := range want.Means {
				if slices.Contains(tt.movers, attribute) {
					continue
				}
				for metric, rows := range metrics {
					checkGroups(t, p, attribute, Expr{Op: Mean, Num: []string{metric}}, metric, rows)
				}
			}
			// create_inc: the share of weeks at or above a threshold, the same way.
			if len(want.Share) > 0 {
				e := Expr{Op: ShareAtLeast, Num: []string{"Meeting_and_call_hours_with_manager_1_1"}, Threshold: 0.5}
				checkGroups(t, p, "Organization", e, "x", want.Share)
			}
		})
	}
}

// checkGroups compares the mean over people of their own figures by group.
func checkGroups(t *testing.T, p *Panel, attribute string, e Expr, field string, rows []map[string]any) {
	t.Helper()
	d := teamHours()
	d.Expr = e
	values, fs := PerSubject(p, d, coaching.Window{From: p.periods[0].Start, To: p.periods[len(p.periods)-1].Last()})
	require.NoError(t, fs.Err())
	groups := map[string][]float64{}
	for _, v := range values {
		label, _ := p.Attribute(v.Subject, attribute)
		groups[label] = append(groups[label], v.Value)
	}
	maps.DeleteFunc(groups, func(_ string, people []float64) bool { return len(people) < MinGroup })
	require.Len(t, rows, len(groups), attribute)
	for _, row := range rows {
		people := groups[row["group"].(string)]
		mean, _ := meanVariance(people)
		near(t, row[field].(float64), mean, 1e-10, attribute, row["group"])
		require.EqualValues(t, row["n"], len(people), strings.Join([]string{attribute, field}, " "))
	}
}
