package signal

import "github.com/coachgov/coaching/internal/enum"

// A Level says how much of a property a signal has. It is a judgement to discuss,
// not a measurement. The zero Level is unstated, which [Definition.Check] reports.
type Level uint8

const (
	Unstated Level = iota
	Low
	Medium
	High
)

var levelNames = [...]string{"unstated", "low", "medium", "high"}

// String returns the name used in files, such as "low".
func (l Level) String() string { return enum.Name(levelNames[:], l, "Level") }

// MarshalText returns the name used in files.
func (l Level) MarshalText() ([]byte, error) { return enum.Marshal(levelNames[:], l, "signal: level") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (l *Level) UnmarshalText(text []byte) error {
	return enum.Unmarshal(levelNames[:], l, "signal: level", text)
}
