package signal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// Each code, planted once in a small file; nothing else is found.
func TestCheckFindsWhatIsPlanted(t *testing.T) {
	value := func(week, p int) float64 { return 20 + float64((week*7+p*3)%5) }
	columns := "Collaboration_hours,Email_hours,Answer"
	file := func(edit func(week, p int, row []string) []string) string {
		var b strings.Builder
		b.WriteString("PersonId,MetricDate," + columns + ",Organization\n")
		for week := range 8 {
			for p := range 5 {
				row := []string{fmt.Sprintf("E%d", p), weekAt(week), fmt.Sprint(value(week, p)), fmt.Sprint(value(week, p) / 4), fmt.Sprint(1 + (week+p)%5), fmt.Sprintf("Org %d", p%2)}
				if edit != nil {
					row = edit(week, p, row)
				}
				if row != nil {
					b.WriteString(strings.Join(row, ",") + "\n")
				}
			}
		}
		return b.String()
	}
	cell := func(week, p, column int, text string) func(int, int, []string) []string {
		return func(w, q int, row []string) []string {
			if (w == week || week < 0) && (q == p || p < 0) {
				row[column] = text
			}
			return row
		}
	}
	all := func(edit func(w, p int, row []string)) func(int, int, []string) []string {
		return func(w, p int, row []string) []string {
			edit(w, p, row)
			return row
		}
	}
	// besides appends a row after one of the file.
	besides := func(text string) func(int, int, []string) []string {
		return all(func(w, p int, row []string) {
			if w == 2 && p == 2 {
				row[5] += "\n" + text
			}
		})
	}
	day := coaching.MustDate
	tests := []struct {
		code, column string
		count        int
		edit         func(week, p int, row []string) []string
		config       func(*QualityConfig)
		also         string // a code that the same fault must raise too
	}{
		{},
		{code: "DQ01", count: 1, edit: besides("," + weekAt(2) + ",20,5,3,Org 0")},
		{code: "DQ02", count: 40, edit: all(func(w, _ int, row []string) {
			date := day(weekAt(w))
			row[1] = fmt.Sprintf("%d/%d/%d", date.Month(), date.Day(), date.Year())
		})},
		{code: "DQ03", count: 1, edit: cell(2, 2, 1, day(weekAt(2)).AddDays(2).String())},
		{code: "DQ03", column: "gaps", count: 2, also: "DQ19", edit: all(func(w, _ int, row []string) { row[1] = weekAt(w + (w+1)/3) })},
		{code: "DQ04", count: 1, edit: besides("E2," + weekAt(2) + ",20,5,5,Org 0")},
		{code: "DQ05", count: 1, edit: func(w, p int, row []string) []string {
			if w == 3 && p == 3 {
				return nil
			}
			return row
		}},
		{code: "DQ06", column: "Answer", count: 1, edit: cell(2, 2, 4, "")},
		{code: "DQ06", column: "Organization", count: 1, edit: cell(2, 2, 5, ""), also: "DQ13"},
		{code: "DQ07", column: "Answer", count: 1, edit: cell(2, 2, 4, "n/a"), also: "DQ06"},
		{code: "DQ08", column: "Email_hours", count: 1, edit: cell(2, 2, 3, "-1")},
		{code: "DQ08", column: "Answer", count: 1, edit: cell(2, 2, 4, "6")},
		{code: "DQ08", column: "Collaboration_hours > 100", count: 1, edit: cell(2, 2, 2, "101")},
		{code: "DQ09", column: "Email_hours > Collaboration_hours", count: 1, edit: cell(2, 2, 3, "30")},
		{code: "DQ10", column: "Answer", count: 40, edit: cell(-1, -1, 4, "3")},
		{code: "DQ10", column: "Organization", count: 1, edit: cell(-1, -1, 5, "Org")},
		{code: "DQ11", column: "Email_hours", count: 24, edit: all(func(_, p int, row []string) {
			if p < 3 {
				row[3] = "0"
			}
		})},
		{code: "DQ12", column: "Email_hours", count: 1, edit: all(func(w, p int, row []string) {
			if p == 1 && w < 4 {
				row[3] = "0.1"
			}
		})},
		{code: "DQ12", column: "Email_hours", count: 1, edit: all(func(_, p int, row []string) {
			if p == 1 {
				row[3] = "0.1"
			}
		})},
		{code: "DQ13", column: "Organization", count: 1, edit: cell(7, 2, 5, "Org 9")},
		{code: "DQ14", count: 1, also: "DQ05", edit: func(w, p int, row []string) []string {
			if w == 7 && p == 3 {
				return nil
			}
			return row
		}},
		{code: "DQ15", column: "Collaboration_hours", count: 1, config: func(c *QualityConfig) {
			c.Calendar = []Holiday{{day(weekAt(3)).AddDays(4), "Thanksgiving"}}
		}},
		{code: "DQ15", column: "Collaboration_hours", count: 1, edit: all(func(w, p int, row []string) {
			row[2] = fmt.Sprint(value(w, p) + float64(w%3))
			if w == 5 {
				row[2] = fmt.Sprint(12 + p%2)
			}
		})},
		{code: "DQ16", column: "Collaboration_hours", count: 1, edit: all(func(w, p int, row []string) {
			if w == 5 && p == 1 {
				row[2], row[3] = "2", "1"
			}
		})},
		{code: "DQ17", column: "Collaboration_hours", count: 1, edit: all(func(w, p int, row []string) {
			if p == 4 {
				row[2], row[3] = fmt.Sprint(3+w%3), "1"
			}
		})},
		{code: "DQ18", column: "Collaboration_hours", count: 1, edit: all(func(w, p int, row []string) { // halves
			if w >= 4 {
				row[2] = fmt.Sprint(1.5 * value(w, p))
			}
		})},
		{code: "DQ18", column: "Collaboration_hours", count: 1, edit: all(func(w, p int, row []string) { // a trend
			row[2] = fmt.Sprint(value(w, p) * (1 + 0.05*float64(w)))
		})},
		{edit: all(func(w, p int, row []string) { // a trend of 7 % is a trend, and not much
			row[2] = fmt.Sprint(value(w, p) * (1 + 0.01*float64(w)))
		})},
		{code: "DQ19", column: "Collaboration_hours", count: 1, config: func(c *QualityConfig) {
			c.Loads = []Load{{day(weekAt(8)), day(weekAt(8))}, {day(weekAt(8)).AddDays(3), day(weekAt(8))}}
		}},
		{code: "DQ20", column: "Organization", count: 16, config: func(c *QualityConfig) { c.Groups = []string{"Organization"} }},
		{code: "DQ20", column: "Organization", count: 8, config: func(c *QualityConfig) { c.Groups, c.MinGroup = []string{"Organization"}, 3 }},
		{code: "DQ20", column: "Organization", count: 8, config: func(c *QualityConfig) { c.Groups, c.MinGroup = []string{"Organization"}, 1 }},
		{code: "DQ20", column: "Organization", count: 9, also: "DQ05", edit: func(w, p int, row []string) []string {
			if w == 3 && p == 4 {
				return nil
			}
			return row
		}, config: func(c *QualityConfig) { c.Groups, c.MinGroup = []string{"Organization"}, 3 }},
		{code: "DQ20", column: "team", count: 8, config: func(c *QualityConfig) {
			c.Teams = Teams{}
			for p := range 4 {
				c.Teams[person(t, fmt.Sprintf("E%d", p))] = person(t, "L")
			}
		}},
		{code: "DQ21", count: 1, config: func(c *QualityConfig) {
			at := Period{day(weekAt(3)), 7}
			c.Flags = []Flag{{ID: "a", Leader: person(t, "L"), Period: at}, {ID: "b", Leader: person(t, "L"), Period: at}}
			log, err := NewStewardLog(c.Flags, map[coaching.PersonID]coaching.PersonID{person(t, "L"): person(t, "C")})
			require.NoError(t, err)
			require.NoError(t, log.Decide(StewardDecision{"a", Confirmed, "a launch", person(t, "S"), at.Last()}))
			c.Log = log
		}},
	}
	named := map[string]bool{}
	for _, tt := range tests {
		named[tt.code] = true
		t.Run(tt.code+" "+tt.column, func(t *testing.T) {
			s := spec(t, strings.Split(columns, ",")...)
			s.Attributes = []string{"Organization"}
			p, report, err := ReadViva(strings.NewReader(file(tt.edit)), s)
			require.NoError(t, err)
			config := VivaQuality(p)
			config.Scales = []ColumnBand{{"Answer", Band{1, 5}}}
			if tt.config != nil {
				tt.config(&config)
			}
			q := Check(p, report, config, p.Periods()[7].Last().AddDays(1))
			if tt.code == "" {
				require.Empty(t, q.Checks)
				return
			}
			var others []string
			for _, c := range q.Checks {
				if c.Code != tt.code || c.Column != tt.column {
					others = append(others, c.Code)
				}
				for _, person := range p.Subjects() {
					require.NotContains(t, c.Message, person.String(), "examples are periods, not people")
				}
			}
			require.Equal(t, tt.also, strings.Join(others, " "), "%+v", q.Checks)
			c, ok := q.Find(tt.code, tt.column)
			require.True(t, ok, "%+v", q.Checks)
			require.Equal(t, tt.count, c.Count)
			require.Len(t, q.Findings(), len(q.Checks))
		})
	}
	for _, r := range Rules() {
		if strings.HasPrefix(r.Code, "DQ") {
			require.True(t, named[r.Code], "%s has no planted fault", r.Code)
		}
	}
}

// DQ08: a week has 168 hours. DQ18 and DQ19: drift and age.
func TestCheckJudgesTheWholeFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,Collaboration_hours\n")
	for week := range 8 {
		for p := range 5 {
			v := 20 + float64((week+p)%3)
			if week >= 4 {
				v *= 1.5
			}
			if week == 7 && p == 0 {
				v = weekHours
			}
			fmt.Fprintf(&b, "E%d,%s,%g\n", p, weekAt(week), v)
		}
	}
	p, report, err := ReadViva(strings.NewReader(b.String()), spec(t, "Collaboration_hours"))
	require.NoError(t, err)
	last := p.Periods()[7].Last()
	q := Check(p, report, VivaQuality(p), last.AddDays(15))
	for code, severity := range map[string]coaching.Severity{"DQ08": coaching.Error, "DQ18": coaching.Warning, "DQ19": coaching.Error} {
		c, ok := q.Find(code, "Collaboration_hours")
		require.True(t, ok, code)
		require.Equal(t, severity, c.Severity, code)
	}
	_, ok := Check(p, report, VivaQuality(p), last.AddDays(10)).Find("DQ19", "Collaboration_hours")
	require.False(t, ok)
	require.False(t, Check(nil, ImportReport{}, QualityConfig{}, last).Findings().Has("DQ05"), "no panel, no panic")
}
