package signal

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// owners gives each label to a leader of its own.
func owners(t testing.TB, labels ...string) map[string]coaching.PersonID {
	m := map[string]coaching.PersonID{}
	for _, l := range labels {
		m[l] = person(t, "leader of "+l)
	}
	return m
}

func dataFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(datadir.Find(t, "data/"+name))
	require.NoError(t, err)
	return string(data)
}

// week returns the week that starts on a day.
func week(start string) Period { return Period{coaching.MustDate(start), 7} }

// SIG-019: every week of a real export, beside figures made by R from the same
// file: which issues count, and their median, mean and 85th percentile.
func TestReadJiraAgreesWithR(t *testing.T) {
	file := dataFile(t, "jira_cycle_time.csv")
	want := table(t, datadir.Find(t, "golden/signal/jira_weekly.csv"))
	s := spec(t, "issues", "cycle_time_days_median", "cycle_time_days_mean", "cycle_time_days_p85")
	s.WeekStart, s.Owners = time.Monday, owners(t, "0")
	p, report, err := ReadJira(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Len(t, p.Periods(), len(want))
	for _, w := range want {
		for metric, column := range map[string]string{"issues": "n", "cycle_time_days_median": "median_days", "cycle_time_days_mean": "mean_days", "cycle_time_days_p85": "p85_days_linear"} {
			got, ok := p.Value(s.Owners["0"], week(w["week_start"]), metric)
			require.True(t, ok, "%s %s", w["week_start"], metric)
			near(t, number(t, w[column]), got, 1e-12, w["week_start"], metric)
		}
	}
	require.True(t, report.Findings.Has("DQ01"), "project 1 has no owner")
	require.Equal(t, 1696, leftOut(report, leftNoOwner))

	// Both projects: every negative duration is counted, and none is clipped.
	s.Owners = owners(t, "0", "1")
	_, report, err = ReadJira(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, 4123, report.Rows)
	require.Equal(t, 1662, leftOut(report, leftBackwards), "DQ08")
	require.True(t, report.Findings.Has("DQ08") && report.Findings.Blocked())
	require.Zero(t, report.Duplicates)
	require.Zero(t, report.Conflicts)
	require.False(t, report.Findings.Has("DQ09"), "no cycle time disagrees with its dates")

	// The same figures come from the dates alone.
	s.Owners = owners(t, "0")
	fromDates, report, err := ReadJira(strings.NewReader(strings.Replace(file, "cycle_time_days", "other", 1)), s)
	require.NoError(t, err)
	requireSamePanel(t, p, fromDates)
	require.Equal(t, "created_date", report.Columns[1].Found)
	require.Contains(t, messages(report.Findings), "DQ01 there is no column cycle_time_days")
}

func leftOut(r ImportReport, reason string) int {
	for _, l := range r.LeftOut {
		if l.Reason == reason {
			return l.Rows
		}
	}
	return 0
}

// requireSamePanel asks for the same people, periods and figures, bit for bit.
func requireSamePanel(t testing.TB, want, got *Panel) {
	t.Helper()
	require.Equal(t, want.subjects, got.subjects)
	require.Equal(t, want.periods, got.periods)
	require.Equal(t, want.metrics, got.metrics)
	require.Equal(t, want.present, got.present)
	require.Equal(t, want.attributes, got.attributes)
	for m := range want.values {
		for i, v := range want.values[m] {
			require.Equal(t, math.Float64bits(v), math.Float64bits(got.values[m][i]), want.metrics[m])
		}
	}
}

// DQ09, DQ08, DQ04: what an export of issues gets wrong is counted by code.
func TestReadJiraCountsDefects(t *testing.T) {
	file := "Issue key,Project key,Created,Resolved,cycle_time_days\n" +
		"A-1,A,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,4\n" +
		"A-2,A,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,6\n" + // longer than it existed
		"A-3,A,06/Jan/27 9:00 AM,05/Jan/27 5:12 PM,2\n" + // ends before it begins
		"A-4,A,04/Jan/27 9:00 AM,05/Jan/27 5:12 PM,-1\n" +
		"A-5,A,04/Jan/27 9:00 AM,,\n" + // open
		"A-6,A,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,3\n" +
		"A-6,A,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,3\n" + // repeat
		"A-7,A,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,x\n" +
		"A-8,A,04/Jan/27 9:00 AM,12/Jan/27 5:12 PM,2\n" +
		"A-8,A,04/Jan/27 9:00 AM,13/Jan/27 5:12 PM,2\n" + // finished twice
		"A-9,A,04/Jan/27 9:00 AM,19/Jan/27 5:12 PM,2\n" +
		"A-9,A,04/Jan/27 9:00 AM,26/Jan/27 5:12 PM,2\n" + // finished in two weeks
		"B-1,B,04/Jan/27 9:00 AM,08/Jan/27 5:12 PM,3\n"
	s := spec(t, "issues", "cycle_time_days_median")
	s.WeekStart, s.Owners = time.Monday, owners(t, "A", "C")
	p, report, err := ReadJira(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, DayNamedMonth, report.Layout)
	require.Equal(t, []LeftOut{{leftBackwards, 2, 4}, {leftNoOwner, 1, 14}, {leftOpen, 1, 6}}, report.LeftOut)
	require.Equal(t, 1, report.Duplicates)
	require.Equal(t, 2, report.Conflicts)
	require.Contains(t, messages(report.Findings), `DQ01 no row has the label "C"`)
	for _, code := range []string{"DQ01", "DQ04", "DQ07", "DQ08", "DQ09"} {
		require.True(t, report.Findings.Has(code), code)
	}
	require.Contains(t, report.Findings.Err().Error(), "2 of 13 rows end before they begin")
	v, ok := p.Value(s.Owners["A"], week("2027-01-04"), "issues")
	require.True(t, ok)
	require.Equal(t, 4.0, v)
	v, _ = p.Value(s.Owners["A"], week("2027-01-04"), "cycle_time_days_median")
	require.Equal(t, 4.0, v, "of 4, 6 and 3; never of 0 for the negative ones")
	for _, start := range []string{"2027-01-11", "2027-01-18", "2027-01-25"} {
		_, ok = p.Value(s.Owners["A"], week(start), "issues")
		require.False(t, ok, "nothing says in which week the issue counts: %s", start)
	}
}

// SIG-016: every week of a real export, beside figures made by R from the same
// file.
func TestReadSlackAgreesWithR(t *testing.T) {
	want := table(t, datadir.Find(t, "golden/signal/slack_weekly.csv"))
	dm, pub, priv := "Messages in DMs", "Messages in public channels", "Messages in private channels"
	s := spec(t, "days", "Daily active members", dm, pub, priv)
	s.WeekStart, s.Owners = time.Monday, owners(t, "workspace")
	leader := s.Owners["workspace"]
	p, report, err := ReadSlack(strings.NewReader(dataFile(t, "slack_workspace_analytics_nhsr.csv")), s)
	require.NoError(t, err)
	require.Equal(t, DayMonthYear, report.Layout)
	require.Len(t, p.Periods(), len(want))
	d := teamHours()
	d.ID, d.Grain, d.Expr = "dm_share", Leader, Expr{Op: RatioOfSums, Num: []string{dm}, Den: []string{dm, pub, priv}}
	share, fs := Evaluate(p, d, Teams{leader: leader}, nil)
	require.NoError(t, fs.Err())
	short := 0
	for _, w := range want {
		at := week(w["week_start"])
		days, _ := p.Value(leader, at, "days")
		require.Equal(t, number(t, w["days"]), days)
		for metric, column := range map[string]string{"Daily active members": "dam_mean", dm: "dm", pub: "pub", priv: "priv"} {
			got, ok := p.Value(leader, at, metric)
			require.Equal(t, w["usable"] == "True", ok, "DQ03 %s %s", at, metric)
			if ok {
				near(t, number(t, w[column]), got, 1e-12, at, metric)
			}
		}
		if w["usable"] != "True" {
			short++
			continue
		}
		if cell := share.At(leader, at); w["dm_share"] == "" {
			require.Equal(t, Missing, cell.Status)
		} else {
			near(t, number(t, w["dm_share"]), cell.Value, 1e-12, at)
		}
	}
	require.Equal(t, 23, short)
	require.Contains(t, messages(report.Findings), "92 weekly figures have fewer than 5 days", "DQ03")

	s.PeriodDays = 1
	daily, _, err := ReadSlack(strings.NewReader(dataFile(t, "slack_workspace_analytics_nhsr.csv")), s)
	require.NoError(t, err)
	require.Len(t, daily.Periods(), 1354)
}

func messages(fs coaching.Findings) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.Code + " " + f.Message + "\n")
	}
	return b.String()
}

// SIG-016: the totals of a real group-to-group query, beside figures made by R, whose
// cross-team time compares names literally and so counts "Within Group" as
// another group. Time with other groups is computed here a second way, with
// another reader and another rule: everything but the own and the unknown.
func TestReadVivaGroup(t *testing.T) {
	file := dataFile(t, "viva_g2g_data.csv")
	literal := table(t, datadir.Find(t, "golden/signal/cross_team_share_g2g.csv"))
	s := spec(t, "Group_meeting_time_invested", "Group_meeting_time_invested_cross", "Group_collaboration_time_invested_cross")
	s.Owners = owners(t, "CEO", "Finance", "HR", "Product", "Sales and Marketing")

	_, _, err := ReadVivaGroup(strings.NewReader(file), s)
	require.ErrorContains(t, err, `"01/04/2023" is 2023-01-04 as month_day_year and 2023-04-01 as day_month_year`, "DQ02")
	s.Dates = MonthDayYear
	_, _, err = ReadVivaGroup(strings.NewReader(file), s)
	require.ErrorContains(t, err, "lie in one period of 7 days", "a daily file is not weekly")

	s.PeriodDays = 1
	p, report, err := ReadVivaGroup(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	require.NoError(t, err)
	for _, w := range literal {
		label := w["PrimaryCollaborator_Organization"]
		var total, cross float64
		for _, day := range p.Periods() {
			v, ok := p.Value(s.Owners[label], day, "Group_meeting_time_invested")
			require.True(t, ok)
			total += v
			v, ok = p.Value(s.Owners[label], day, "Group_meeting_time_invested_cross")
			require.True(t, ok)
			cross += v
		}
		near(t, number(t, w["meeting_total"]), total, 1e-12, label)
		require.Equal(t, w["meeting_total"], w["meeting_cross"], "every share of the literal comparison is 1")
		rest := total
		for _, r := range records[1:] {
			if minutes, err := strconv.ParseFloat(r[10], 64); err == nil && r[0] == label && (r[2] == "Within Group" || r[2] == "Unclassified Collaborators") {
				rest -= minutes
			}
		}
		near(t, rest, cross, 1e-12, label)
		if label == "CEO" {
			near(t, 1, cross/total, 1e-12, "a group of one has nobody within")
		} else {
			require.Less(t, cross, 0.6*total, label)
		}
	}

	// People of no known group are not another group.
	sum := 0.0
	for _, r := range records[1:] {
		if r[0] == "Sales and Marketing" && r[4] == "01/04/2023" && r[2] != "Within Group" && r[2] != "Unclassified Collaborators" {
			sum += number(t, r[6])
		}
	}
	cross, ok := p.Value(s.Owners["Sales and Marketing"], p.Periods()[0], "Group_collaboration_time_invested_cross")
	require.True(t, ok)
	near(t, sum, cross, 1e-12)

	// Two groups of one leader are one team.
	s.Owners["HR"] = s.Owners["Finance"]
	joined, _, err := ReadVivaGroup(strings.NewReader(file), s)
	require.NoError(t, err)
	day := joined.Periods()[0]
	both, _ := joined.Value(s.Owners["HR"], day, "Group_meeting_time_invested_cross")
	want := 0.0
	for _, r := range records[1:] {
		if r[4] == "01/04/2023" && (r[0] == "HR" || r[0] == "Finance") && slices.Contains([]string{"CEO", "Product", "Sales and Marketing"}, r[2]) {
			want += number(t, r[10])
		}
	}
	near(t, want, both, 1e-12)
}

// The former export repeats pairs, since several of its groups share a name.
// Nothing says whether such rows are groups or repeats, so the reader asks.
func TestReadVivaGroupLegacy(t *testing.T) {
	file := dataFile(t, "wpa_g2g_data.csv")
	s := spec(t, "Meeting_hours", "Meeting_hours_cross", "Collaboration_hours")
	s.Owners = owners(t, "CEO", "Finance", "Human Resources")
	p, report, err := ReadVivaGroup(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Positive(t, report.Conflicts)
	require.True(t, report.Findings.Has("DQ04") && report.Findings.Blocked())
	_, ok := p.Value(s.Owners["CEO"], week("2019-11-03"), "Meeting_hours")
	require.False(t, ok)

	s.SharedNames = true
	p, report, err = ReadVivaGroup(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, MonthDayYear, report.Layout)
	require.False(t, report.Findings.Has("DQ04"))
	require.Len(t, p.Periods(), 13)
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	require.NoError(t, err)
	for _, label := range []string{"CEO", "Finance", "Human Resources"} {
		total, cross := 0.0, 0.0
		for _, r := range records[1:] {
			if r[0] == label && r[2] == "11/3/2019" {
				total += number(t, r[4])
				if r[1] != label && r[1] != "Collaborators Within Group" && r[1] != "Other_Collaborators" {
					cross += number(t, r[4])
				}
			}
		}
		v, ok := p.Value(s.Owners[label], week("2019-11-03"), "Meeting_hours")
		require.True(t, ok)
		near(t, total, v, 1e-12, label)
		v, ok = p.Value(s.Owners[label], week("2019-11-03"), "Meeting_hours_cross")
		require.True(t, ok)
		near(t, cross, v, 1e-12, label)
	}
}

// DQ04, DQ06, DQ07, DQ08: a sum with a part that is not known is not known.
func TestReadVivaGroupCountsDefects(t *testing.T) {
	head := "PrimaryCollaborator_Organization,SecondaryCollaborator_Organization,MetricDate,Group_meeting_time_invested,Group_email_time_invested\n"
	for name, tt := range map[string]struct {
		rows, code string
		kept       bool // the sum is known
	}{
		"blank":    {"A,B,2027-01-03,,1\nA,C,2027-01-03,5,1\n", "DQ06", false},
		"NA":       {"A,B,2027-01-03,NA,1\nA,C,2027-01-03,5,1\n", "DQ06", false},
		"word":     {"A,B,2027-01-03,many,1\nA,C,2027-01-03,5,1\n", "DQ07", false},
		"negative": {"A,B,2027-01-03,-5,1\nA,C,2027-01-03,5,1\n", "DQ08", false},
		"repeat":   {"A,B,2027-01-03,5,1\nA,B,2027-01-03,5,1\n", "DQ04", true},
		"conflict": {"A,B,2027-01-03,5,1\nA,B,2027-01-03,6,1\n", "DQ04", false},
		"inside":   {"A,B,2027-01-03,5,1\nA,B,2027-01-12,5,1\n", "DQ03", true},
		"no owner": {"A,B,2027-01-03,5,1\nZ,B,2027-01-03,5,1\n", "DQ01", true},
	} {
		s := spec(t, "Group_meeting_time_invested", "Group_email_time_invested")
		s.Owners = owners(t, "A")
		p, report, err := ReadVivaGroup(strings.NewReader(head+tt.rows), s)
		require.NoError(t, err, name)
		require.Equal(t, []string{tt.code}, codes(report.Findings), name)
		v, ok := p.Value(s.Owners["A"], week("2027-01-03"), "Group_meeting_time_invested")
		require.Equal(t, tt.kept, ok, name)
		if ok {
			require.Equal(t, 5.0, v, name)
		}
		_, ok = p.Value(s.Owners["A"], week("2027-01-03"), "Group_email_time_invested")
		require.True(t, ok, "the other figure is not touched: %s", name)
	}
}

func codes(fs coaching.Findings) []string {
	var all []string
	for _, f := range fs {
		all = append(all, f.Code)
	}
	return all
}

// Real meeting queries, today's and the former one, beside counts that are made
// here row by row in another way.
func TestReadVivaMeetings(t *testing.T) {
	for name, c := range map[string]struct {
		organiser, start, people, hours, cancelled, recurring, allDay string
	}{
		"viva_mt_data.csv": {"Organizer", "Collaboration_start_time", "Number_of_attendees", "Duration", "Cancelled", "Recurring", "All_Day_Meeting"},
		"wpa_mt_data.csv":  {"Organizer_PersonId", "StartDate", "Attendees", "DurationHours", "IsCancelled", "IsRecurring", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := dataFile(t, name)
			s := spec(t, "meetings", "meeting_hours", "attendees", "large_meetings", "short_meetings", "recurring_meetings")
			p, report, err := ReadVivaMeetings(strings.NewReader(file), s)
			require.NoError(t, err)
			want := map[rowKey][6]float64{}
			cancelled, allDay, alone := 0, 0, 0
			for _, r := range table(t, datadir.Find(t, "data/"+name)) {
				switch {
				case r[c.cancelled] == "TRUE":
					cancelled++
					continue
				case c.allDay != "" && r[c.allDay] == "TRUE":
					allDay++
					continue
				case number(t, r[c.people]) < 2:
					alone++
					continue
				}
				day := coaching.MustDate(r[c.start][:10])
				key := rowKey{person(t, r[c.organiser]), week(day.AddDays(-int(day.Weekday())).String())}
				w := want[key]
				w[0]++
				w[1] += number(t, r[c.hours])
				w[2] += number(t, r[c.people])
				if number(t, r[c.people]) > 8 {
					w[3]++
				}
				if number(t, r[c.hours]) < 0.51 {
					w[4]++
				}
				if r[c.recurring] == "TRUE" {
					w[5]++
				}
				want[key] = w
			}
			require.Equal(t, cancelled, leftOut(report, leftCancelled))
			require.Equal(t, allDay, leftOut(report, leftAllDay))
			require.Equal(t, alone, leftOut(report, leftAlone))
			require.NotEmpty(t, want)
			rows := 0
			for _, present := range p.present {
				if present {
					rows++
				}
			}
			require.Len(t, want, rows)
			for key, w := range want {
				for i, metric := range s.Metrics {
					v, ok := p.Value(key.subject, key.period, metric)
					require.True(t, ok)
					near(t, w[i], v, 1e-12, metric)
				}
			}
			require.Empty(t, report.Findings)
		})
	}
	// The subject of a meeting is no figure and no label.
	s := spec(t, "Subject")
	_, _, err := ReadVivaMeetings(strings.NewReader(dataFile(t, "viva_mt_data.csv")), s)
	require.ErrorContains(t, err, `no metric "Subject"`)
	s = spec(t, "meetings")
	s.Attributes = []string{"Subject"}
	_, _, err = ReadVivaMeetings(strings.NewReader(dataFile(t, "viva_mt_data.csv")), s)
	require.ErrorContains(t, err, "no attributes")
}

// DQ01, DQ04, DQ07: a meeting whose figures are not known leaves the week's sum
// unknown; one without an organiser is nobody's.
func TestReadVivaMeetingsCountsDefects(t *testing.T) {
	head := "MeetingId,Organizer,Collaboration_start_time,Number_of_attendees,Duration,Cancelled,Recurring\n"
	file := head +
		"m1,E1,2027-01-04T16:30:00Z,9,0.5,FALSE,TRUE\n" +
		"m1,E1,2027-01-04T16:30:00Z,9,0.5,FALSE,TRUE\n" + // repeat
		"m1,E1,2027-01-11T16:30:00Z,9,0.5,FALSE,TRUE\n" + // the same series a week later
		"m2,E1,2027-01-05T16:30:00Z,3,x,FALSE,FALSE\n" +
		"m3,E1,2027-01-05T16:30:00Z,3,1,TRUE,FALSE\n" +
		"m4,E1,2027-01-05T16:30:00Z,1,1,FALSE,FALSE\n" +
		"m5,,2027-01-05T16:30:00Z,3,1,FALSE,FALSE\n" +
		"m6,E1,2027-01-09T23:30:00-02:00,3,1,FALSE,FALSE\n" // Sunday in UTC
	s := spec(t, "meetings", "meeting_hours", "large_meetings", "short_meetings", "recurring_meetings")
	p, report, err := ReadVivaMeetings(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, []LeftOut{{leftCancelled, 1, 6}, {leftAlone, 1, 7}}, report.LeftOut)
	require.Equal(t, 1, report.NoPerson)
	require.Equal(t, 1, report.Duplicates)
	require.Equal(t, []string{"DQ01", "DQ04", "DQ07"}, codes(report.Findings))
	for metric, want := range map[string][2]float64{"meetings": {2, 2}, "meeting_hours": {math.NaN(), 1.5}, "large_meetings": {1, 1}, "short_meetings": {math.NaN(), 1}, "recurring_meetings": {1, 1}} {
		for i, start := range []string{"2027-01-03", "2027-01-10"} {
			v, ok := p.Value(person(t, "E1"), week(start), metric)
			require.Equal(t, !math.IsNaN(want[i]), ok, "%s %s", metric, start)
			if ok {
				require.Equal(t, want[i], v, "%s %s", metric, start)
			}
		}
	}
	_, report, err = ReadVivaMeetings(strings.NewReader(head+"m,E1,2027-01-04T16:30:00Z,9,0.5,FALSE,maybe\n"), s)
	require.NoError(t, err)
	require.Contains(t, messages(report.Findings), "1 cells are not TRUE or FALSE and are now missing; the first is in line 2, column 7")
}

// What the readers of sources without persons will not read.
func TestReadersWantOwnersAndKnownMetrics(t *testing.T) {
	g2g := "PrimaryCollaborator_Organization,SecondaryCollaborator_Organization,MetricDate,Group_meeting_time_invested\nA,B,2027-01-03,1\n"
	slack := "Date,Messages in DMs\n2027-01-03,1\n"
	jira := "id,project,created_date,finished_date\n1,A,2027-01-03,2027-01-04\n"
	for name, tt := range map[string]struct {
		read   func(s ImportSpec) error
		metric string
		edit   func(*ImportSpec)
		want   string
	}{
		"group without owners":     {readGroup(g2g), "Group_meeting_time_invested", func(s *ImportSpec) { s.Owners = nil }, "ImportSpec.Owners"},
		"group unknown metric":     {readGroup(g2g), "Group_meeting_time_invest", nil, "did you mean Group_meeting_time_invested?"},
		"group nobody":             {readGroup(g2g), "Group_meeting_time_invested", func(s *ImportSpec) { s.Owners["B"] = coaching.PersonID{} }, "nobody as a leader"},
		"group attributes":         {readGroup(g2g), "Group_meeting_time_invested", func(s *ImportSpec) { s.Attributes = []string{"x"} }, "no attributes"},
		"group twice":              {readGroup(g2g), "Group_meeting_time_invested", func(s *ImportSpec) { s.Metrics = append(s.Metrics, s.Metrics[0]) }, "twice"},
		"group week start":         {readGroup(strings.ReplaceAll(g2g, "01-03", "01-04")), "Group_meeting_time_invested", nil, "every week in the file starts on Monday"},
		"group nameless":           {readGroup(strings.Replace(g2g, "A,B", "A,", 1)), "Group_meeting_time_invested", nil, "in.csv:2: column 2: the other group's name is empty"},
		"group padded":             {readGroup(strings.Replace(g2g, "A,B", "A,B ", 1)), "Group_meeting_time_invested", nil, "in.csv:2: column 2: the other group's name is empty, or has spaces"},
		"group no column":          {readGroup(g2g), "Meeting_hours", nil, `no column "Meeting_hours"`},
		"group nothing owned":      {readGroup(g2g), "Group_meeting_time_invested", func(s *ImportSpec) { s.Owners = owners(t, "Z") }, "no row to read among 1: 0 without a person, 1 no owner"},
		"slack two owners":         {readSlackText(slack), "Messages in DMs", func(s *ImportSpec) { s.Owners = owners(t, "A", "B") }, "one entry"},
		"slack percentage":         {readSlackText(slack), "Percentage of messages, DMs", nil, "makes no metric"},
		"slack period":             {readSlackText(slack), "Messages in DMs", func(s *ImportSpec) { s.PeriodDays = 30 }, "periods of 1 or 7"},
		"jira period":              {readJiraText(jira), "issues", func(s *ImportSpec) { s.PeriodDays = 14 }, "gathers weeks"},
		"jira no metric":           {readJiraText(jira), "issues", func(s *ImportSpec) { s.Metrics = nil }, "ImportSpec.Metrics"},
		"jira no finish":           {readJiraText("id,project,created_date\n1,A,2027-01-03\n"), "issues", nil, "no column"},
		"meetings maybe cancelled": {readMeetingsText("MeetingId,Organizer,StartDate,Attendees,DurationHours,IsCancelled,IsRecurring\nm,E1,2027-01-03,2,1,maybe,TRUE\n"), "meetings", nil, "in.csv:2: column 6: neither TRUE nor FALSE"},
		"meetings without people":  {readMeetingsText(jira), "meetings", func(s *ImportSpec) { s.People = nil }, "ImportSpec.People"},
	} {
		s := spec(t, tt.metric)
		s.Owners = owners(t, "A")
		if tt.edit != nil {
			tt.edit(&s)
		}
		require.ErrorContains(t, tt.read(s), tt.want, name)
	}
}

func readGroup(file string) func(ImportSpec) error {
	return func(s ImportSpec) error { _, _, err := ReadVivaGroup(strings.NewReader(file), s); return err }
}

func readSlackText(file string) func(ImportSpec) error {
	return func(s ImportSpec) error { _, _, err := ReadSlack(strings.NewReader(file), s); return err }
}

func readJiraText(file string) func(ImportSpec) error {
	return func(s ImportSpec) error { _, _, err := ReadJira(strings.NewReader(file), s); return err }
}

func readMeetingsText(file string) func(ImportSpec) error {
	return func(s ImportSpec) error { _, _, err := ReadVivaMeetings(strings.NewReader(file), s); return err }
}

// DQ04, DQ06, DQ07, DQ08: a day given twice counts once; a day whose figure is not
// known is no day of that figure.
func TestReadSlackCountsDefects(t *testing.T) {
	head := "Date,Messages in DMs,Daily active members\n"
	days := "2027-01-04,1,10\n2027-01-05,2,10\n2027-01-06,3,10\n2027-01-07,4,10\n"
	for name, tt := range map[string]struct {
		last  string
		codes string
		want  float64 // messages of the week; 0 when missing
	}{
		"clean":    {"2027-01-08,5,10\n", "", 15},
		"repeat":   {"2027-01-08,5,10\n2027-01-08,5,10\n", "DQ04", 15},
		"conflict": {"2027-01-08,5,10\n2027-01-08,6,10\n", "DQ03 DQ04", 0},
		"sixth":    {"2027-01-08,5,10\n2027-01-09,6,10\n2027-01-09,7,10\n", "DQ04", 15},
		"blank":    {"2027-01-08,,10\n", "DQ03 DQ06", 0},
		"word":     {"2027-01-08,few,10\n", "DQ03 DQ07", 0},
		"negative": {"2027-01-08,-5,10\n", "DQ03 DQ08", 0},
	} {
		s := spec(t, "Messages in DMs", "Daily active members", "days")
		s.WeekStart, s.Owners = time.Monday, owners(t, "workspace")
		p, report, err := ReadSlack(strings.NewReader(head+days+tt.last), s)
		require.NoError(t, err, name)
		require.Equal(t, tt.codes, strings.Join(slices.Sorted(slices.Values(codes(report.Findings))), " "), name)
		v, ok := p.Value(s.Owners["workspace"], week("2027-01-04"), "Messages in DMs")
		require.Equal(t, tt.want != 0, ok, name)
		require.Equal(t, tt.want, v, name)
		v, _ = p.Value(s.Owners["workspace"], week("2027-01-04"), "Daily active members")
		require.Equal(t, 10.0, v, "the other figure is not touched: %s", name)
	}
}

// A former meeting query writes day and time apart: two meetings of a series on one
// day are two. A meeting without an identifier, or a label that is no text, is
// refused with its place.
func TestReadersNameTheirRows(t *testing.T) {
	head := "MeetingId,Organizer_PersonId,StartDate,StartTimeUTC,Attendees,DurationHours,IsCancelled,IsRecurring\n"
	file := head + "m,E1,2027-01-04,09:00:00,3,1,FALSE,TRUE\nm,E1,2027-01-04,15:00:00,3,1,FALSE,TRUE\n"
	p, report, err := ReadVivaMeetings(strings.NewReader(file), spec(t, "meetings"))
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	v, _ := p.Value(person(t, "E1"), week("2027-01-03"), "meetings")
	require.Equal(t, 2.0, v)
	for _, id := range []string{"", "m ", "m\u200b"} {
		require.ErrorContains(t, readMeetingsText(strings.Replace(file, "\nm,", "\n"+id+",", 1))(spec(t, "meetings")), "in.csv:2: column 1: the meeting's identifier")
	}
	m := hoursMapping()
	m.Attributes = []MappedAttribute{{Name: "org", Column: "org"}}
	for _, label := range []string{"\xff", "a\x00"} {
		_, _, err := ReadMapped(strings.NewReader("who,day,minutes,org\nE1,2027-01-04,60,"+label+"\n"), m, spec(t))
		require.ErrorContains(t, err, "in.csv:2: column 4: not UTF-8 text")
	}
}

// Without a reader there is an error and no panic.
func TestReadersWantAReader(t *testing.T) {
	_, m, _ := exported(t)
	s := spec(t, "x")
	s.Owners = owners(t, "A")
	of := func(metric string) ImportSpec { s := s; s.Metrics = []string{metric}; return s }
	for name, read := range map[string]func() error{
		"viva":     func() error { _, _, err := ReadViva(nil, s); return err },
		"survey":   func() error { _, _, err := ReadSurvey(nil, s); return err },
		"long":     func() error { _, _, err := ReadLong(nil, s); return err },
		"group":    func() error { _, _, err := ReadVivaGroup(nil, of("Meeting_hours")); return err },
		"meetings": func() error { _, _, err := ReadVivaMeetings(nil, of("meetings")); return err },
		"slack":    func() error { _, _, err := ReadSlack(nil, of("days")); return err },
		"jira":     func() error { _, _, err := ReadJira(nil, of("issues")); return err },
		"mapped":   func() error { _, _, err := ReadMapped(nil, hoursMapping(), ImportSpec{People: s.People}); return err },
		"export":   func() error { _, err := ReadCSV(nil, m); return err },
	} {
		require.ErrorContains(t, read(), "there is no reader", name)
	}
}

// Jira repeats the name of a field with several values. Such columns are not in
// the way of those that are read, none of which may occur twice: to take neither
// would be as much of a guess as to take one.
func TestReadJiraTakesRepeatedColumnsThatItDoesNotRead(t *testing.T) {
	s := spec(t, "issues", "cycle_time_days_median")
	s.Owners = owners(t, "A")
	head, row := "Issue key,Project key,Created,Resolved", "A-1,A,04/Jan/27 9:00 AM,06/Jan/27 9:00 AM"
	p, report, err := ReadJira(strings.NewReader(head+",Sprint,Sprint,Labels,Labels,Labels\n"+row+",1,2,,,\n"), s)
	require.NoError(t, err)
	require.Equal(t, 5, report.Unread)
	v, _ := p.Value(owners(t, "A")["A"], week("2027-01-03"), "cycle_time_days_median")
	require.Equal(t, 2.0, v)
	for _, name := range []string{"Issue key", "Project key", "Created", "Resolved"} {
		require.ErrorContains(t, readJiraText(head+","+name+"\n"+row+",1\n")(s), "in.csv:1: two columns answer to", name)
	}
	for _, more := range []string{"cycle_time_days,cycle_time_days", "cycle_time_days,created_date,created_date"} {
		cells := strings.Repeat(",2", strings.Count(more, ",")+1)
		require.ErrorContains(t, readJiraText(head+","+more+"\n"+row+cells+"\n")(s), "in.csv:1: two columns answer to", more)
	}
	meetings := "MeetingId,Organizer,StartDate,Attendees,DurationHours,IsCancelled,IsRecurring"
	require.ErrorContains(t, readMeetingsText(meetings+",all_day_meeting,ALL_DAY_MEETING\nm,E1,2027-01-03,2,1,FALSE,TRUE,TRUE,TRUE\n")(spec(t, "meetings")),
		"in.csv:1: two columns answer to")
}
