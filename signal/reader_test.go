package signal

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

func spec(t testing.TB, metrics ...string) ImportSpec {
	return ImportSpec{File: "in.csv", People: people(t), Metrics: metrics}
}

// What a reader will not read, and where it says the fault is. No message quotes
// a cell, which may be a name.
func TestReadVivaRefuses(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"nothing", "", "in.csv:1: the file is empty"},
		{"header only", "PersonId,MetricDate,x\n", "no row to read"},
		{"DQ01 missing column", "PersonId,MetricDate,xx\nJane,2024-04-28,1\n", `no column "x"`},
		{"DQ01 nearest", "PersonId,MetricDat,x\nJane,2024-04-28,1\n", `no column "MetricDate" among 3; the nearest is "MetricDat"`},
		{"DQ01 near", "PersonId,MetriDat,x\nJane,2024-04-28,1\n", `no column "MetricDate" among 3; the nearest is column 2`},
		{"no header", "Jane Doe,Sales,x\nJane Doe,Ops,1\n", `no column "PersonId" among 3, and none is near`},
		{"repeated column", "PersonId,MetricDate,a b,a_b,x\nJane,2024-04-28,1,1,1\n", "two columns have the same name"},
		{"ragged row", "PersonId,MetricDate,x\nJane,2024-04-28,1,2\n", "in.csv:2: the row has 4 fields; the header has 3"},
		{"bare quote", "PersonId,MetricDate,x\nJane,2024-04-28,\"1\n", "in.csv:"},
		{"DQ02 ambiguous", "PersonId,MetricDate,x\nJane,01/04/2023,1\nJane,01/05/2023,1\n", "ambiguous dates"},
		{"DQ02 mixed", "PersonId,MetricDate,x\nJane,13/04/2023,1\nJane,14/04/2023,1\nJane,04/13/2023,1\n", "in.csv:4: column 2: no single layout reads this date and those before it"},
		{"DQ02 ambiguous from a line on", "PersonId,MetricDate,x\nJane,03/03/2023,1\nJane,04/03/2023,1\n", "in.csv:3: column 2: ambiguous dates"},
		{"DQ02 mixed with text", "PersonId,MetricDate,x\nJane,2024-04-28,1\nJane,Jane,1\n", "in.csv:3: column 2: a date of 4 bytes is in none of the layouts"},
		{"a week before the calendar", "PersonId,MetricDate,x\nJane,2024-04-28,1\nJane,0001-01-02,1\n", "in.csv:3: column 2: the period of the date begins or ends beyond the calendar"},
		{"a week beyond the calendar", "PersonId,MetricDate,x\nJane,2024-04-28,1\nJane,9999-12-31,1\n", "in.csv:3: column 2: the period of the date begins or ends beyond the calendar"},
		{"DQ02 no date", "PersonId,MetricDate,x\nJane,Jane,1\n", "in.csv:2: column 2: a date of 4 bytes is in none of the layouts"},
		{"DQ02 no day", "PersonId,MetricDate,x\nJane,2023-02-29,1\n", "in.csv:2: column 2: a date of 10 bytes is in none"},
		{"empty date", "PersonId,MetricDate,x\nJane,,1\n", "in.csv:2: column 2: the date is empty"},
		{"DQ03 week start", "PersonId,MetricDate,x\nJane,2024-04-29,1\nJane,2024-05-06,1\n", "every week in the file starts on Monday"},
		{"padded person", "PersonId,MetricDate,x\nJane ,2024-04-28,1\n", "in.csv:2: column 1: the person's identifier begins like a formula, or has spaces around it"},
		{"person with NUL", "PersonId,MetricDate,x\nJa\x00ne,2024-04-28,1\n", "control or invisible"},
		{"person with a zero-width space", "PersonId,MetricDate,x\nJane\u200b,2024-04-28,1\n", "control or invisible"},
		{"person over two lines", "PersonId,MetricDate,x\n\"Jane\nDoe\",2024-04-28,1\n", "control or invisible"},
		{"person not UTF-8", "PersonId,MetricDate,x\n\xff\xfe,2024-04-28,1\n", "in.csv:2: column 1: coaching: identifier of 2 bytes"},
		{"formula", "MetricDate,PersonId,x\n2024-04-28,=Jane(),1\n", "in.csv:2: column 2: the person's identifier begins like a formula"},
		{"wide formula", "MetricDate,PersonId,x\n2024-04-28,\uff20Jane,1\n", "in.csv:2: column 2: the person's identifier begins like a formula"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := ReadViva(strings.NewReader(tt.file), spec(t, "x"))
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, p)
			require.NotContains(t, err.Error(), "Jane")
		})
	}
}

// A file without a header has a person in its first row, whose name may be close
// to that of a column.
func TestReadersDoNotQuoteANameThatIsNearlyAColumn(t *testing.T) {
	for column, name := range map[string]string{"Author": "Arthur", "Name": "Jane", "person": "Persson", "User": "Usher"} {
		s := spec(t, "x")
		s.PersonColumn = column
		_, _, err := ReadViva(strings.NewReader("x,MetricDate,"+name+"\n1,2024-04-28,E1\n"), s)
		require.ErrorContains(t, err, "the nearest is column 3", name)
		require.NotContains(t, err.Error(), name)
	}
}

func TestReadersNeedAPseudonymizerAndMetrics(t *testing.T) {
	file := "PersonId,MetricDate,x\nJane,2024-04-28,1\n"
	_, _, err := ReadViva(strings.NewReader(file), ImportSpec{Metrics: []string{"x"}})
	require.ErrorContains(t, err, "ImportSpec.People")
	_, _, err = ReadViva(strings.NewReader(file), ImportSpec{People: people(t)})
	require.ErrorContains(t, err, "ImportSpec.Metrics")
	_, _, err = ReadViva(strings.NewReader(file), spec(t, "x", "X y", "x"))
	require.ErrorContains(t, err, "twice")
}

func TestReadVivaIsBounded(t *testing.T) {
	file := "PersonId,MetricDate,x\n" + strings.Repeat("E1,2024-04-28,1\n", 100)
	for name, limits := range map[string]ImportLimits{
		"more than 10 rows": {Rows: 10}, "more than 64 bytes": {Bytes: 64}, "want at most 2": {Columns: 2}, "want at most 12": {Field: 12},
	} {
		s := spec(t, "x")
		s.Limits = limits
		text := file
		if limits.Field > 0 {
			text = "PersonId,MetricDate,x\n" + strings.Repeat("E", 13) + ",2024-04-28,1\n"
		}
		_, _, err := ReadViva(strings.NewReader(text), s)
		require.ErrorContains(t, err, name)
	}
}

// Few rows of many people and many days would make a panel of any size.
func TestReadVivaBoundsThePanel(t *testing.T) {
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,x\n")
	first := coaching.MustDate("2001-01-01")
	for i := range 20_000 {
		fmt.Fprintf(&b, "E%d,%s,1\n", i, first.AddDays(i%4_000))
	}
	s := spec(t, "x")
	s.PeriodDays = 1
	_, _, err := ReadViva(strings.NewReader(b.String()), s)
	require.ErrorContains(t, err, "20000 people over 4000 periods would make 160000000 cells")
}

// What a header and a spec may not say.
func TestReadersRefuseHeadersAndSpecs(t *testing.T) {
	for name, tt := range map[string]struct {
		header string
		edit   func(*ImportSpec)
		want   string
	}{
		"long name":   {"x" + strings.Repeat("y", 70), func(s *ImportSpec) { s.Limits.Field = 64 }, "in.csv:1: column 5: the column's name is too long"},
		"NUL":         {"\x00", nil, "in.csv:1: column 5: the column's name"},
		"not UTF-8":   {"\xff", nil, "in.csv:1: column 5: the column's name"},
		"period":      {"y", func(s *ImportSpec) { s.PeriodDays = -1 }, "out of range"},
		"long period": {"y", func(s *ImportSpec) { s.PeriodDays = 367 }, "out of range"},
		"weekday":     {"y", func(s *ImportSpec) { s.WeekStart = 7 }, "out of range"},
		"layout":      {"y", func(s *ImportSpec) { s.Dates = 200 }, "out of range"},
		"days":        {"period_days", nil, "in.csv:2: column 5: not a number of days from 1 to 366"},
	} {
		s := spec(t, "x")
		if tt.edit != nil {
			tt.edit(&s)
		}
		for _, days := range []string{"0", "-7", "367", "7.5"} {
			_, _, err := ReadLong(strings.NewReader("person,date,metric,value,"+tt.header+"\nE1,2024-04-28,x,1,"+days+"\n"), s)
			require.ErrorContains(t, err, tt.want, name)
		}
	}
}

// Columns that are read under two names are read once, and what is left is
// counted.
func TestReadersCountUnreadColumns(t *testing.T) {
	s := spec(t, "Collaboration_hours", "Collaboration_hrs")
	s.Attributes = []string{"MetricDate", "org"}
	_, report, err := ReadViva(strings.NewReader("PersonId,MetricDate,Collaboration_hours,org,a,b\nE1,2024-04-28,1,x,1,2\n"), s)
	require.NoError(t, err)
	require.Equal(t, 2, report.Unread)
	s = spec(t, "docs")
	s.Attributes = []string{"date", "metric"}
	_, report, err = ReadLong(strings.NewReader("person,date,metric,value,period_days,a\nE1,2024-04-28,docs,1,7,1\n"), s)
	require.NoError(t, err)
	require.Equal(t, 1, report.Unread)
	_, _, err = ReadLong(strings.NewReader("person,date,metric,value,Period_days,PERIOD_DAYS\nE1,2024-04-28,docs,1,14,7\n"), spec(t, "docs"))
	require.ErrorContains(t, err, "in.csv:1: two columns answer to", "neither is the safe answer")
}

// A byte order mark, CRLF, quoted line breaks, another case, cleaned names and
// legacy names are all read; the panel uses the names that were asked for.
func TestReadVivaReadsWhatExportsHold(t *testing.T) {
	file := "\xef\xbb\xbf\"PersonId\",Date,\"Collaboration (hours)\",meeting_hours_with_manager_1_on_1,Organization\r\n" +
		"E1,12/15/2019,1.5,0.25,\"Sales,\r\nEurope\"\r\n" +
		"E2,12/15/2019,-2e1,,Ops\r\n"
	s := spec(t, "Collaboration_(hours)", "Meeting_and_call_hours_with_manager_1_1")
	s.Attributes = []string{"Organization"}
	p, report, err := ReadViva(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, MonthDayYear, report.Layout)
	require.Equal(t, 2, report.Rows)
	week := Period{coaching.MustDate("2019-12-15"), 7}
	v, ok := p.Value(person(t, "E2"), week, "Collaboration_(hours)")
	require.True(t, ok)
	require.Equal(t, -20.0, v)
	v, ok = p.Value(person(t, "E1"), week, "Meeting_and_call_hours_with_manager_1_1")
	require.True(t, ok)
	require.Equal(t, 0.25, v)
	_, ok = p.Value(person(t, "E2"), week, "Meeting_and_call_hours_with_manager_1_1")
	require.False(t, ok, "blank is missing, not zero")
	label, _ := p.Attribute(person(t, "E1"), "Organization")
	require.Equal(t, "Sales,\nEurope", label)
}

// DQ04, DQ07 and DQ03: every defect is counted, and nothing is chosen or clipped.
func TestReadVivaCountsDefects(t *testing.T) {
	file := "PersonId,MetricDate,x,y\n" +
		"E1,2024-04-28,1,1\n" +
		"E1,2024-04-28,1,2\n" + // a repeat: x agrees, y does not
		"E2,2024-04-29,NaN,Inf\n" + // a Monday inside a Sunday week
		"E3,2024-04-28,0x10,1e999\n" +
		"E4,2024-04-28,\"1,5\",NA\n" +
		",2024-04-28,3,3\n"
	p, report, err := ReadViva(strings.NewReader(file), spec(t, "x", "y"))
	require.NoError(t, err)
	require.Equal(t, 1, report.Duplicates)
	require.Equal(t, 1, report.Conflicts)
	require.Equal(t, 1, report.Moved)
	require.Equal(t, 1, report.NoPerson)
	require.Equal(t, 3, report.Columns[0].Failed)
	require.Equal(t, 4, report.Columns[0].FirstRow)
	require.Equal(t, 3, report.Columns[0].FirstColumn)
	require.Equal(t, 2, report.Columns[1].Failed)
	require.Equal(t, 1, report.Columns[1].Blank)
	week := Period{coaching.MustDate("2024-04-28"), 7}
	_, ok := p.Value(person(t, "E1"), week, "y")
	require.False(t, ok, "two figures for one cell leave it missing")
	v, _ := p.Value(person(t, "E1"), week, "x")
	require.Equal(t, 1.0, v)
	for _, code := range []string{"DQ01", "DQ03", "DQ04", "DQ07"} {
		require.True(t, report.Findings.Has(code), code)
	}
	q := Check(p, report, QualityConfig{}, coaching.MustDate("2024-05-06"))
	c, ok := q.Find("DQ07", "x")
	require.True(t, ok)
	require.Equal(t, 3, c.Count)
}

// Dates that both layouts read as the same days are not ambiguous.
func TestDatesThatAgreeAreNotAmbiguous(t *testing.T) {
	_, report, err := ReadViva(strings.NewReader("PersonId,MetricDate,x\nE1,05/05/2024,1\n"), spec(t, "x"))
	require.NoError(t, err)
	require.Equal(t, coaching.MustDate("2024-05-05"), report.First)
}

func TestReadSurveyCountsTheWeekOfTheAnswer(t *testing.T) {
	s := spec(t, "we_decide_quickly")
	s.WeekStart = time.Monday
	p, report, err := ReadSurvey(strings.NewReader("person,date,we_decide_quickly\nE1,2027-01-06,4\nE2,2027-01-07,2\n"), s)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.Equal(t, []Period{{coaching.MustDate("2027-01-04"), 7}}, p.Periods())
}

func TestReadLong(t *testing.T) {
	file := "person,date,metric,value,period_days,team\n" +
		"L1,2027-01-04,committed_points,40,14,A\n" +
		"L1,2027-01-04,delivered_points,30,14,A\n" +
		"L1,2027-01-18,committed_points,40,14,B\n" +
		"L1,2027-01-18,committed_points,40,14,B\n" +
		"L1,2027-01-18,delivered_points,44,14,B\n" +
		"L1,2027-01-04,velocity,1,14,A\n"
	s := spec(t, "committed_points", "delivered_points")
	s.Attributes = []string{"team"}
	p, report, err := ReadLong(strings.NewReader(file), s)
	require.NoError(t, err)
	require.Equal(t, 1, report.Skipped)
	require.Equal(t, 1, report.Duplicates)
	require.Equal(t, []Period{{coaching.MustDate("2027-01-04"), 14}, {coaching.MustDate("2027-01-18"), 14}}, p.Periods())
	label, flips := p.Attribute(person(t, "L1"), "team")
	require.Equal(t, "B", label)
	require.Equal(t, 1, flips)

	d := teamHours()
	d.ID, d.Source, d.Cadence, d.Grain = "sprint_predictability", BusinessKPI, Fortnightly, Leader
	d.Expr = Expr{Op: RatioOfSums, Num: []string{"delivered_points"}, Den: []string{"committed_points"}}
	series, fs := Evaluate(p, d, Teams{person(t, "E1"): person(t, "L1")}, nil)
	require.NoError(t, fs.Err())
	require.Equal(t, Cell{Status: OK, Value: 0.75, N: 1}, series.At(person(t, "L1"), p.Periods()[0]))

	s.Metrics = []string{"lead_time"}
	_, _, err = ReadLong(strings.NewReader(file), s)
	require.ErrorContains(t, err, `no row has the metric "lead_time"`)
}

func TestMerge(t *testing.T) {
	read := func(file string, metric string) *Panel {
		p, _, err := ReadLong(strings.NewReader("person,date,metric,value\n"+file), spec(t, metric))
		require.NoError(t, err)
		return p
	}
	a := read("E1,2027-01-03,x,1\nE2,2027-01-10,x,2\n", "x")
	b := read("E2,2027-01-03,y,3\nE3,2027-01-10,y,4\n", "y")
	ab, err := Merge(a, b)
	require.NoError(t, err)
	ba, err := Merge(b, a)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "y"}, ab.Metrics())
	require.Len(t, ab.Subjects(), 3)
	for _, s := range ab.Subjects() {
		for _, w := range ab.Periods() {
			for _, m := range ab.Metrics() {
				v, ok := ab.Value(s, w, m)
				u, same := ba.Value(s, w, m)
				require.Equal(t, ok, same)
				require.Equal(t, v, u)
			}
		}
	}
	_, err = Merge(a, read("E1,2027-01-03,x,7\n", "x"))
	require.ErrorContains(t, err, "two different figures")
	_, err = Merge(a, nil)
	require.Error(t, err)
}

func FuzzReadViva(f *testing.F) {
	f.Add("PersonId,MetricDate,x\nE1,2024-04-28,1\n")
	f.Add("\xef\xbb\xbfPersonId,Date,x\r\nE1,4/28/2024,\"1\"\r\n")
	fuzzReader(f, func(file string, s ImportSpec) (*Panel, ImportReport, error) {
		return ReadViva(strings.NewReader(file), s)
	})
}

func FuzzReadSurvey(f *testing.F) {
	f.Add("person,date,x\nE1,2024-04-28,5\n")
	fuzzReader(f, func(file string, s ImportSpec) (*Panel, ImportReport, error) {
		return ReadSurvey(strings.NewReader(file), s)
	})
}

func FuzzReadLong(f *testing.F) {
	f.Add("person,date,metric,value,period_days\nE1,2024-04-28,x,5,14\n")
	fuzzReader(f, func(file string, s ImportSpec) (*Panel, ImportReport, error) {
		return ReadLong(strings.NewReader(file), s)
	})
}

// Whatever the bytes, a reader gives a panel of finite figures or an error, and
// the same one twice.
func fuzzReader(f *testing.F, read func(string, ImportSpec) (*Panel, ImportReport, error)) {
	key := people(f)
	f.Fuzz(func(t *testing.T, file string) {
		s := ImportSpec{People: key, Metrics: []string{"x"}, Limits: ImportLimits{Bytes: 1 << 16}}
		p, report, err := read(file, s)
		again, _, errAgain := read(file, s)
		require.Equal(t, err, errAgain)
		require.Equal(t, p == nil, err != nil)
		if err != nil {
			return
		}
		require.Equal(t, p.Subjects(), again.Subjects())
		figures := 0
		for i, v := range p.column("x") {
			require.False(t, math.IsInf(v, 0))
			w := again.column("x")[i]
			require.True(t, v == w || math.IsNaN(v) && math.IsNaN(w))
			if !math.IsNaN(v) {
				figures++
			}
		}
		require.LessOrEqual(t, figures, report.Rows)
	})
}

// DQ07: what is a number, and what is not.
func TestDecimalNumber(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "-2.5": -2.5, "1e3": 1000, "1E-2": 0.01, ".5": 0.5, "5.": 5} {
		got, ok := decimalNumber(text)
		require.True(t, ok, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"+5", "", "-", ".", "e", "1e", "--1", "1.5.2", "NaN", "Inf", "0x1F", "1_000", "1,000", "5%", "1 000", " 5", "1e999", "٣", "５"} {
		_, ok := decimalNumber(text)
		require.False(t, ok, text)
	}
}
