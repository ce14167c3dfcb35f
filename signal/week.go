package signal

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Week is seven days of observation. It begins on the weekday on which its
// source begins weeks: Viva starts on Sunday, ISO weeks on Monday. It says when
// something was observed; how far a pilot has come is a plain int in package
// pilot. Weeks are comparable; the zero Week holds no day.
type Week struct {
	first coaching.Date
}

// WeekOf returns the week that holds d, for a source whose weeks begin on start.
func WeekOf(d coaching.Date, start time.Weekday) Week {
	back := (int(d.Weekday()) - int(start) + 7) % 7
	return Week{first: d.AddDays(-back)}
}

// First returns the week's first day.
func (w Week) First() coaching.Date { return w.first }

// Last returns the week's seventh day.
func (w Week) Last() coaching.Date { return w.first.AddDays(6) }

// Add returns the week n weeks later, or earlier when n is negative.
func (w Week) Add(n int) Week { return Week{first: w.first.AddDays(7 * n)} }

// Compare orders weeks by their first day.
func (w Week) Compare(other Week) int { return w.first.Compare(other.first) }

// String returns the first day as 2006-01-02.
func (w Week) String() string { return w.first.String() }

// MarshalText returns the first day as 2006-01-02.
func (w Week) MarshalText() ([]byte, error) { return w.first.MarshalText() }

// UnmarshalText reads the first day as 2006-01-02.
func (w *Week) UnmarshalText(text []byte) error { return w.first.UnmarshalText(text) }
