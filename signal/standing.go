package signal

import "fmt"

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
func (s Standing) String() string { return enumName(standingNames[:], uint8(s), "Standing") }

// MarshalText returns the name used in files.
func (s Standing) MarshalText() ([]byte, error) {
	return marshalEnum(standingNames[:], uint8(s), "standing")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *Standing) UnmarshalText(text []byte) error {
	return unmarshalEnum(standingNames[:], (*uint8)(s), "standing", text)
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
func (c DataClass) String() string { return enumName(dataClassNames[:], uint8(c), "DataClass") }

// MarshalText returns the name used in files.
func (c DataClass) MarshalText() ([]byte, error) {
	return marshalEnum(dataClassNames[:], uint8(c), "data class")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (c *DataClass) UnmarshalText(text []byte) error {
	return unmarshalEnum(dataClassNames[:], (*uint8)(c), "data class", text)
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
func (k Kind) String() string { return enumName(kindNames[:], uint8(k), "Kind") }

// MarshalText returns the name used in files.
func (k Kind) MarshalText() ([]byte, error) { return marshalEnum(kindNames[:], uint8(k), "kind") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	return unmarshalEnum(kindNames[:], (*uint8)(k), "kind", text)
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
func (t Timing) String() string { return enumName(timingNames[:], uint8(t), "Timing") }

// MarshalText returns the name used in files.
func (t Timing) MarshalText() ([]byte, error) { return marshalEnum(timingNames[:], uint8(t), "timing") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (t *Timing) UnmarshalText(text []byte) error {
	return unmarshalEnum(timingNames[:], (*uint8)(t), "timing", text)
}

func enumName(names []string, value uint8, typ string) string {
	if int(value) < len(names) {
		return names[value]
	}
	return fmt.Sprintf("%s(%d)", typ, value)
}

func marshalEnum(names []string, value uint8, what string) ([]byte, error) {
	if int(value) >= len(names) {
		return nil, fmt.Errorf("signal: %s %d is not declared", what, value)
	}
	return []byte(names[value]), nil
}

func unmarshalEnum(names []string, value *uint8, what string, text []byte) error {
	for i, name := range names {
		if string(text) == name {
			*value = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("signal: unknown %s of %d bytes; known are %q", what, len(text), names)
}
