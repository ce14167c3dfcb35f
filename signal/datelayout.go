package signal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A DateLayout says how dates are written. The zero layout is AutoDates.
type DateLayout uint8

const (
	AutoDates     DateLayout = iota // work it out from the whole column, or refuse
	ISODates                        // 2006-01-02
	MonthDayYear                    // 1/2/2006
	DayMonthYear                    // 2/1/2006
	Timestamps                      // 2006-01-02T15:04:05Z: the day in UTC; without a zone, the day as written
	DayNamedMonth                   // 2/Jan/2006 or 2/Jan/06, with or without 3:04 PM, as Jira writes
)

var dateLayoutNames = [...]string{"auto", "iso", "month_day_year", "day_month_year", "timestamp", "day_named_month"}

// dateLayouts returns every layout that reads a date.
func dateLayouts() []DateLayout {
	return []DateLayout{ISODates, MonthDayYear, DayMonthYear, Timestamps, DayNamedMonth}
}

// known reports whether the layout is declared.
func (l DateLayout) known() bool { return int(l) < len(dateLayoutNames) }

// String returns the name used in files, such as "month_day_year".
func (l DateLayout) String() string { return enum.Name(dateLayoutNames[:], l, "DateLayout") }

// MarshalText returns the name used in files.
func (l DateLayout) MarshalText() ([]byte, error) {
	return enum.Marshal(dateLayoutNames[:], l, "signal: date layout")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (l *DateLayout) UnmarshalText(text []byte) error {
	return enum.Unmarshal(dateLayoutNames[:], l, "signal: date layout", text)
}

// parse reads one date strictly.
func (l DateLayout) parse(text string) (coaching.Date, error) {
	switch l {
	case ISODates:
		return coaching.ParseDate(text)
	case Timestamps:
		return parseTime(text, "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05")
	case DayNamedMonth:
		return parseTime(text, "2/Jan/06 3:04 PM", "2/Jan/2006 3:04 PM", "2/Jan/06", "2/Jan/2006")
	}
	a, b, year, ok := slashed(text)
	if !ok {
		return coaching.Date{}, fmt.Errorf("not a date with slashes")
	}
	if l == DayMonthYear {
		a, b = b, a
	}
	return coaching.NewDate(year, time.Month(a), b)
}

// parseTime reads an instant by the first form that fits and returns its day in
// UTC.
func parseTime(text string, forms ...string) (coaching.Date, error) {
	for _, form := range forms {
		if t, err := time.Parse(form, text); err == nil {
			if d := coaching.DateOf(t.UTC()); !d.IsZero() {
				return d, nil
			}
		}
	}
	return coaching.Date{}, fmt.Errorf("not an instant")
}

// slashed splits 1/2/2006 into its numbers.
func slashed(text string) (a, b, year int, ok bool) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 || len(parts[2]) != 4 {
		return 0, 0, 0, false
	}
	for i, to := range []*int{&a, &b, &year} {
		if len(parts[i]) == 0 || len(parts[i]) > 4 || i < 2 && len(parts[i]) > 2 {
			return 0, 0, 0, false
		}
		for _, c := range []byte(parts[i]) {
			if c < '0' || c > '9' {
				return 0, 0, 0, false
			}
			*to = *to*10 + int(c-'0')
		}
	}
	return a, b, year, true
}

// settle works out the one layout that reads every text, or says why there is
// none, and at which text. Two layouts that read every text as the same days are
// no ambiguity.
func (l DateLayout) settle(texts []string) (layout DateLayout, at int, err error) {
	if l != AutoDates {
		return l, 0, nil
	}
	var fit []DateLayout
	for _, layout := range dateLayouts() {
		unread := slices.IndexFunc(texts, func(text string) bool { _, err := layout.parse(text); return err != nil })
		if unread < 0 {
			fit = append(fit, layout)
		}
		at = max(at, unread)
	}
	switch len(fit) {
	case 0:
		if known := strings.Join(dateLayoutNames[1:], ", "); anyLayout(texts[at]) {
			err = fmt.Errorf("no single layout reads this date and those before it; known are %s", known)
		} else {
			err = fmt.Errorf("a date of %d bytes is in none of the layouts %s", len(texts[at]), known)
		}
		return AutoDates, at, err
	case 1:
		return fit[0], 0, nil
	}
	for i, text := range texts {
		first, _ := fit[0].parse(text)
		second, _ := fit[1].parse(text)
		if first != second {
			return AutoDates, i, fmt.Errorf("ambiguous dates: %q is %s as %s and %s as %s, and every date in the column reads both ways; say which in Dates",
				text, first, fit[0], second, fit[1])
		}
	}
	return fit[0], 0, nil
}

func anyLayout(text string) bool {
	return slices.ContainsFunc(dateLayouts(), func(l DateLayout) bool { _, err := l.parse(text); return err == nil })
}

// read reads every text under one layout, or says why it cannot, and at which.
func (l DateLayout) read(texts []string) (dates []coaching.Date, layout DateLayout, at int, err error) {
	if layout, at, err = l.settle(texts); err != nil {
		return nil, AutoDates, at, err
	}
	dates = make([]coaching.Date, len(texts))
	for i, text := range texts {
		if dates[i], err = layout.parse(text); err != nil {
			return nil, AutoDates, i, fmt.Errorf("a date of %d bytes is no day in the layout %s", len(text), layout)
		}
	}
	return dates, layout, 0, nil
}
