package signal

import (
	"fmt"
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
// none. Two layouts that read every text as the same days are no ambiguity.
func (l DateLayout) settle(texts []string) (DateLayout, error) {
	if l != AutoDates {
		return l, nil
	}
	var fit []DateLayout
	for _, layout := range dateLayouts() {
		all := true
		for _, text := range texts {
			if _, err := layout.parse(text); err != nil {
				all = false
				break
			}
		}
		if all {
			fit = append(fit, layout)
		}
	}
	switch len(fit) {
	case 0:
		return AutoDates, fmt.Errorf("no single layout reads every date; known are %s", strings.Join(dateLayoutNames[1:], ", "))
	case 1:
		return fit[0], nil
	}
	for _, text := range texts {
		first, _ := fit[0].parse(text)
		second, _ := fit[1].parse(text)
		if first != second {
			return AutoDates, fmt.Errorf("ambiguous dates: %q is %s as %s and %s as %s, and every date in the column reads both ways; say which in Dates",
				text, first, fit[0], second, fit[1])
		}
	}
	return fit[0], nil
}
