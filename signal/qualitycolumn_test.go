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
	tests := []struct {
		code, column string
		count        int
		edit         func(week, p int, row []string) []string
	}{
		{"", "", 0, nil},
		{"DQ05", "", 1, func(w, p int, row []string) []string {
			if w == 3 && p == 3 {
				return nil
			}
			return row
		}},
		{"DQ06", "Answer", 1, cell(2, 2, 4, "")},
		{"DQ08", "Email_hours", 1, cell(2, 2, 3, "-1")},
		{"DQ08", "Answer", 1, cell(2, 2, 4, "6")},
		{"DQ09", "Email_hours > Collaboration_hours", 1, cell(2, 2, 3, "30")},
		{"DQ10", "Answer", 40, cell(-1, -1, 4, "3")},
		{"DQ10", "Organization", 1, cell(-1, -1, 5, "Org")},
		{"DQ11", "Email_hours", 24, func(w, p int, row []string) []string {
			if p < 3 {
				row[3] = "0"
			}
			return row
		}},
		{"DQ12", "Email_hours", 1, func(w, p int, row []string) []string {
			if p == 1 && w < 4 {
				row[3] = "0.1"
			}
			return row
		}},
		{"DQ13", "Organization", 1, cell(7, 2, 5, "Org 9")},
		{"DQ16", "Collaboration_hours", 1, func(w, p int, row []string) []string {
			if w == 5 && p == 1 {
				row[2], row[3] = "2", "1"
			}
			return row
		}},
		{"DQ17", "Collaboration_hours", 1, func(w, p int, row []string) []string {
			if p == 4 {
				row[2], row[3] = fmt.Sprint(3+w%3), "1"
			}
			return row
		}},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.column, func(t *testing.T) {
			s := spec(t, strings.Split(columns, ",")...)
			s.Attributes = []string{"Organization"}
			p, report, err := ReadViva(strings.NewReader(file(tt.edit)), s)
			require.NoError(t, err)
			config := VivaQuality(p)
			config.Scales = []ColumnBand{{"Answer", Band{1, 5}}}
			q := Check(p, report, config, p.Periods()[7].Last().AddDays(1))
			if tt.code == "" {
				require.Empty(t, q.Checks)
				return
			}
			require.Len(t, q.Checks, 1, "%+v", q.Checks)
			c, ok := q.Find(tt.code, tt.column)
			require.True(t, ok, "%+v", q.Checks)
			require.Equal(t, tt.count, c.Count)
			require.Len(t, q.Findings(), 1)
			for _, person := range p.Subjects() {
				require.NotContains(t, c.Message, person.String(), "examples are periods, not people")
			}
		})
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
