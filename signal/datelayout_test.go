package signal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// DQ02: what each layout reads, and what none does. A day is never guessed: an
// instant is its day in UTC, and a month is a name or has a place.
func TestDateLayouts(t *testing.T) {
	for text, want := range map[string]map[DateLayout]string{
		"2027-01-04":                   {ISODates: "2027-01-04"},
		"1/4/2027":                     {MonthDayYear: "2027-01-04", DayMonthYear: "2027-04-01"},
		"13/04/2027":                   {DayMonthYear: "2027-04-13"},
		"2022-12-05T16:30:00Z":         {Timestamps: "2022-12-05"},
		"2022-12-05T23:30:00-02:00":    {Timestamps: "2022-12-06"},
		"2022-12-05T00:30:00+0100":     {Timestamps: "2022-12-04"},
		"2021-02-05T23:00:00.0000000":  {Timestamps: "2021-02-05"},
		"2021-02-05 23:00:00":          {Timestamps: "2021-02-05"},
		"2021-02-05T09:10:11.123+0000": {Timestamps: "2021-02-05"},
		"05/Feb/15 10:12 AM":           {DayNamedMonth: "2015-02-05"},
		"5/Feb/2015 11:59 PM":          {DayNamedMonth: "2015-02-05"},
		"05/Feb/2015":                  {DayNamedMonth: "2015-02-05"},
		"30/Feb/15":                    {},
		"2027-02-29":                   {},
		"2027-02-29T00:00:00Z":         {},
		"0000-01-01T00:00:00Z":         {},
		"2027-1-4":                     {},
		"1/4/27":                       {},
		"4 January 2027":               {},
		"44565":                        {},
		"":                             {},
	} {
		for _, l := range dateLayouts() {
			d, err := l.parse(text)
			require.Equal(t, want[l] != "", err == nil, "%q as %s", text, l)
			require.Equal(t, want[l], d.String(), "%q as %s", text, l)
		}
	}
	for l := AutoDates; l.known(); l++ {
		text, err := l.MarshalText()
		require.NoError(t, err)
		var back DateLayout
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, l, back)
	}
	s := spec(t, "x")
	s.Dates = DateLayout(len(dateLayoutNames))
	_, _, err := ReadViva(strings.NewReader("PersonId,MetricDate,x\nE1,2024-04-28,1\n"), s)
	require.ErrorContains(t, err, "date layout out of range")
}

// A person query may date its rows with timestamps; mixed layouts are refused.
func TestReadVivaReadsTimestamps(t *testing.T) {
	file := "PersonId,MetricDate,x\nE1,2024-04-28T00:00:00Z,1\n"
	_, report, err := ReadViva(strings.NewReader(file), spec(t, "x"))
	require.NoError(t, err)
	require.Equal(t, Timestamps, report.Layout)
	require.Equal(t, coaching.MustDate("2024-04-28"), report.First)
	_, _, err = ReadViva(strings.NewReader(file+"E2,2024-04-28,1\n"), spec(t, "x"))
	require.ErrorContains(t, err, "no single layout")
}

// Whatever the text, a layout reads a day or nothing, and a date that a layout
// has read says the same day when it is written again.
func FuzzDateLayout(f *testing.F) {
	for _, text := range []string{"2027-01-04", "1/4/2027", "2022-12-05T16:30:00Z", "05/Feb/15 10:12 AM", "2021-02-05 23:00:00.5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range dateLayouts() {
			d, err := l.parse(text)
			require.Equal(t, err != nil, d.IsZero())
			if err == nil {
				again, err := ISODates.parse(d.String())
				require.NoError(t, err)
				require.Equal(t, d, again)
			}
		}
	})
}
