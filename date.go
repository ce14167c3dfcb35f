package coaching

import (
	"cmp"
	"fmt"
	"time"
)

// A Date is a day on the calendar, without a clock or a zone. The zero Date is
// no day. Dates are comparable with == and, for order, with Compare.
type Date struct {
	year  int16
	month uint8
	day   uint8
}

// NewDate returns the date, or an error when there is no such day between the
// years 1 and 9999.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > 9999 || t.Year() != year || t.Month() != month || t.Day() != day {
		return Date{}, fmt.Errorf("coaching: %04d-%02d-%02d is not a date", year, int(month), day)
	}
	return Date{year: int16(year), month: uint8(month), day: uint8(day)}, nil
}

// ParseDate reads a date in the form 2006-01-02 and no other.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || len(text) != len(time.DateOnly) {
		return Date{}, fmt.Errorf("coaching: date of %d bytes is not a day in the form 2006-01-02", len(text))
	}
	return NewDate(t.Date())
}

// MustDate is ParseDate for constants in code. It panics on any other text, so
// it must never see input.
func MustDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf returns the day that t falls on in t's own location, and the zero Date
// outside the years 1 to 9999.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	if y < 1 || y > 9999 {
		return Date{}
	}
	return Date{year: int16(y), month: uint8(m), day: uint8(d)}
}

// Year returns the year, Month the month and Day the day of the month; all are
// zero for the zero Date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month, 1 to 12.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, 1 to 31.
func (d Date) Day() int { return int(d.day) }

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// At returns the instant at which the wall clock in loc shows hour:minute on d.
func (d Date) At(hour, minute int, loc *time.Location) time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), hour, minute, 0, 0, loc)
}

// AddDays returns the date n days after d, or before it when n is negative. It
// returns the zero Date for the zero Date, and outside the years 1 to 9999.
func (d Date) AddDays(n int) Date {
	if d.IsZero() || n < -maxDays || n > maxDays {
		return Date{}
	}
	return DateOf(d.At(0, 0, time.UTC).AddDate(0, 0, n))
}

// maxDays is more days than lie between any two dates; more would overflow.
const maxDays = 10_000 * 366

// AddMonths returns the same day n months later, or the last day of that month
// when it has no such day (31 January plus one month is 28 or 29 February). It
// returns the zero Date for the zero Date, and outside the years 1 to 9999.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() || n < -maxDays || n > maxDays {
		return Date{}
	}
	first := time.Date(int(d.year), time.Month(d.month)+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(first.AddDate(0, 0, min(int(d.day), last)-1))
}

// DaysUntil returns the number of days from d to other, negative when other is
// the earlier one, and 0 when either is the zero Date.
func (d Date) DaysUntil(other Date) int {
	if d.IsZero() || other.IsZero() {
		return 0
	}
	return int((other.At(0, 0, time.UTC).Unix() - d.At(0, 0, time.UTC).Unix()) / (24 * 60 * 60))
}

// Weekday returns the day of the week. The zero Date has none; it says Tuesday.
func (d Date) Weekday() time.Weekday { return d.At(0, 0, time.UTC).Weekday() }

// Compare returns -1 when d is before other, 0 when they are the same day, and
// +1 when d is after. The zero Date is before every day.
func (d Date) Compare(other Date) int {
	return cmp.Or(
		cmp.Compare(d.year, other.year),
		cmp.Compare(d.month, other.month),
		cmp.Compare(d.day, other.day),
	)
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After reports whether d is later than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// String returns the form 2006-01-02, and "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText returns the form that String returns.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form 2006-01-02; the empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// A Window is a run of days, both ends included. The zero Window holds no day.
type Window struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Days returns the number of days in the window, 0 when it ends before it
// begins or an end is missing.
func (w Window) Days() int {
	if w.From.IsZero() || w.To.IsZero() || w.To.Before(w.From) {
		return 0
	}
	return w.From.DaysUntil(w.To) + 1
}

// Contains reports whether the window holds d.
func (w Window) Contains(d Date) bool {
	return w.Days() > 0 && !d.Before(w.From) && !d.After(w.To)
}

// Overlaps reports whether the two windows share a day.
func (w Window) Overlaps(other Window) bool {
	return w.Days() > 0 && other.Days() > 0 && !w.To.Before(other.From) && !other.To.Before(w.From)
}

// String returns "from..to".
func (w Window) String() string { return w.From.String() + ".." + w.To.String() }
