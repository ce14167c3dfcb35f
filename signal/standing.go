package signal

import "github.com/coachgov/coaching/internal/enum"

// A Standing says what may be done with a signal. The zero Standing is
// Candidate: not yet usable. Package fairness recommends a standing, a steward
// records it, and packs and policies read it.
type Standing uint8

const (
	Candidate  Standing = iota // not validated; may not be shown to a coach
	Cleared                    // passed the fairness check
	Restricted                 // usable only with a named human control in place
	Paused                     // not usable until remediated and validated again
	Retired                    // not usable, for good
)

var standingNames = [...]string{"candidate", "cleared", "restricted", "paused", "retired"}

// String returns the name used in files, such as "restricted".
func (s Standing) String() string { return enum.Name(standingNames[:], s, "Standing") }

// MarshalText returns the name used in files.
func (s Standing) MarshalText() ([]byte, error) {
	return enum.Marshal(standingNames[:], s, "signal: standing")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *Standing) UnmarshalText(text []byte) error {
	return enum.Unmarshal(standingNames[:], s, "signal: standing", text)
}

// A DataClass says how close data is to what a person did. The zero DataClass
// is Raw, so data that nobody classed is treated as traces.
type DataClass uint8

const (
	Raw          DataClass = iota // interaction traces of a person; kept 90 days at most
	Pseudonymous                  // figures about one person under a pseudonym
	Aggregate                     // figures about a group of at least the minimum size
)

var dataClassNames = [...]string{"raw", "pseudonymous", "aggregate"}

// String returns the name used in files, such as "aggregate".
func (c DataClass) String() string { return enum.Name(dataClassNames[:], c, "DataClass") }

// MarshalText returns the name used in files.
func (c DataClass) MarshalText() ([]byte, error) {
	return enum.Marshal(dataClassNames[:], c, "signal: data class")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (c *DataClass) UnmarshalText(text []byte) error {
	return enum.Unmarshal(dataClassNames[:], c, "signal: data class", text)
}

// A Kind says whether a signal counts traces or records what people said. A
// good pack has both.
type Kind uint8

const (
	Quantitative Kind = iota // counted from traces
	Qualitative              // what people said: surveys, interviews, themes
)

var kindNames = [...]string{"quantitative", "qualitative"}

// String returns the name used in files, such as "quantitative".
func (k Kind) String() string { return enum.Name(kindNames[:], k, "Kind") }

// MarshalText returns the name used in files.
func (k Kind) MarshalText() ([]byte, error) { return enum.Marshal(kindNames[:], k, "signal: kind") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	return enum.Unmarshal(kindNames[:], k, "signal: kind", text)
}

// A Timing says whether a figure moves early or late: a leading figure says
// whether coaching is working, a lagging one whether it mattered. The zero
// Timing is Lagging, whose rules are the stricter ones.
type Timing uint8

const (
	Lagging Timing = iota // read 3 to 6 months after the change
	Leading               // read 8 to 16 weeks after the change
)

var timingNames = [...]string{"lagging", "leading"}

// String returns the name used in files, "leading" or "lagging".
func (t Timing) String() string { return enum.Name(timingNames[:], t, "Timing") }

// MarshalText returns the name used in files.
func (t Timing) MarshalText() ([]byte, error) {
	return enum.Marshal(timingNames[:], t, "signal: timing")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (t *Timing) UnmarshalText(text []byte) error {
	return enum.Unmarshal(timingNames[:], t, "signal: timing", text)
}
