package coaching

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func anyDate() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		day := rapid.IntRange(1, 3_000_000).Draw(t, "day")
		return DateOf(time.Date(1, 1, day, 0, 0, 0, 0, time.UTC))
	})
}

// The calendar is the standard library's: package time is the oracle.
func TestDateAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate().Draw(t, "d")
		n := rapid.IntRange(-40_000, 40_000).Draw(t, "n")
		tm := time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, time.UTC)
		require.Equal(t, tm.Weekday(), d.Weekday())
		require.Equal(t, tm.Format(time.DateOnly), d.String())
		moved := tm.AddDate(0, 0, n)
		if moved.Year() < 1 || moved.Year() > 9999 {
			require.True(t, d.AddDays(n).IsZero())
			return
		}
		require.Equal(t, DateOf(moved), d.AddDays(n))
		require.Equal(t, n, d.DaysUntil(d.AddDays(n)))
		require.Equal(t, n < 0, d.AddDays(n).Before(d))
		require.Equal(t, n > 0, d.AddDays(n).After(d))
		back, err := ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, back)
	})
}

func TestAddMonthsClampsToTheMonthsLastDay(t *testing.T) {
	tests := []struct {
		from   string
		months int
		want   string
	}{
		{"2027-01-31", 1, "2027-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-11-16", 12, "2027-11-16"},
		{"2027-03-31", -1, "2027-02-28"},
		{"2027-12-31", 2, "2028-02-29"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, MustDate(tt.from).AddMonths(tt.months).String(), tt.from)
	}
}

// What lies outside the calendar is no day, however far outside.
func TestDatesOutsideTheCalendar(t *testing.T) {
	last, none := MustDate("9999-12-31"), Date{}
	for _, d := range []Date{
		last.AddDays(1), last.AddMonths(1), last.AddDays(math.MaxInt), last.AddMonths(math.MinInt), MustDate("0001-01-01").AddDays(-1),
		none.AddDays(1), none.AddMonths(1), DateOf(time.Date(70_000, 1, 1, 0, 0, 0, 0, time.UTC)),
	} {
		require.True(t, d.IsZero(), d)
	}
	require.Equal(t, 3652058, MustDate("0001-01-01").DaysUntil(last)) // Python: (date.max - date.min).days
	require.Zero(t, none.DaysUntil(last))
	require.Zero(t, last.DaysUntil(none))
}

func TestParseDateRefuses(t *testing.T) {
	for _, text := range []string{"", "2027-02-29", "2027-13-01", "27-01-01", "2027-1-1", "01/02/2027", "2027-01-01T00:00:00Z", "0000-01-01", "10000-01-01", "２０２７-01-01"} {
		d, err := ParseDate(text)
		require.Error(t, err, text)
		require.True(t, d.IsZero())
	}
	_, err := NewDate(2027, 2, 30)
	require.ErrorContains(t, err, "2027-02-30")
	require.Panics(t, func() { MustDate("tomorrow") })
}

func TestWindow(t *testing.T) {
	w := Window{From: MustDate("2027-02-08"), To: MustDate("2027-04-04")}
	require.Equal(t, 56, w.Days())
	require.True(t, w.Contains(w.From))
	require.True(t, w.Contains(w.To))
	require.False(t, w.Contains(w.To.AddDays(1)))
	require.Zero(t, Window{}.Days())
	require.Zero(t, Window{From: w.To, To: w.From}.Days())
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Window {
			from := anyDate().Draw(t, name)
			return Window{From: from, To: from.AddDays(rapid.IntRange(-3, 20).Draw(t, name+" days"))}
		}
		a := draw("a")
		b := Window{From: a.From.AddDays(rapid.IntRange(-25, 25).Draw(t, "offset"))}
		b.To = b.From.AddDays(rapid.IntRange(-3, 20).Draw(t, "b days"))
		shared := false
		for d := a.From; !d.After(a.To); d = d.AddDays(1) {
			shared = shared || b.Contains(d)
		}
		require.Equal(t, shared, a.Overlaps(b))
		require.Equal(t, shared, b.Overlaps(a))
	})
}

// The wall clock of a zone decides the instant, on either side of a change to
// summer time.
func TestAtFollowsTheZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	require.Equal(t, "2027-03-22T09:00:00Z", MustDate("2027-03-22").At(10, 0, berlin).UTC().Format(time.RFC3339))
	require.Equal(t, "2027-03-30T08:00:00Z", MustDate("2027-03-30").At(10, 0, berlin).UTC().Format(time.RFC3339))
}

func FuzzParseDate(f *testing.F) {
	f.Add("2027-01-04")
	f.Add("2027-02-29")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDate(text); err == nil {
			require.Equal(t, text, d.String())
		}
	})
}

func TestCompareOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dates := rapid.SliceOfN(anyDate(), 2, 20).Draw(t, "dates")
		slices.SortFunc(dates, Date.Compare)
		for i := 1; i < len(dates); i++ {
			require.GreaterOrEqual(t, dates[i-1].DaysUntil(dates[i]), 0)
		}
	})
}
