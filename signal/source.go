package signal

import "github.com/coachgov/coaching/internal/enum"

// A Source is the class of system that a signal is read from. The zero Source
// is none, which no definition may keep.
type Source uint8

const (
	NoSource              Source = iota
	CollaborationMetadata        // meetings, messages, documents, reviews: traces without content
	SurveyAnswers                // pulse, 360 and engagement surveys
	PeopleAnalytics              // scores and histories from HR systems
	BusinessKPI                  // outcomes of the business: delivery, revenue, customers
	Learning                     // learning and goal systems
	Interview                    // what people told a human being
)

var sourceNames = [...]string{"none", "collaboration_metadata", "survey", "people_analytics", "business_kpi", "learning", "interview"}

// String returns the name used in files, such as "survey".
func (s Source) String() string { return enum.Name(sourceNames[:], s, "Source") }

// MarshalText returns the name used in files.
func (s Source) MarshalText() ([]byte, error) {
	return enum.Marshal(sourceNames[:], s, "signal: source")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *Source) UnmarshalText(text []byte) error {
	return enum.Unmarshal(sourceNames[:], s, "signal: source", text)
}

// A Direction says which way a signal is better. The zero Direction is Context:
// neither way, so nothing may be called an improvement.
type Direction uint8

const (
	Context    Direction = iota // neither way is better
	Higher                      // more is better
	Lower                       // less is better
	TargetBand                  // better inside the definition's Target
)

var directionNames = [...]string{"context", "higher", "lower", "target_band"}

// String returns the name used in files, such as "target_band".
func (d Direction) String() string { return enum.Name(directionNames[:], d, "Direction") }

// MarshalText returns the name used in files.
func (d Direction) MarshalText() ([]byte, error) {
	return enum.Marshal(directionNames[:], d, "signal: direction")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (d *Direction) UnmarshalText(text []byte) error {
	return enum.Unmarshal(directionNames[:], d, "signal: direction", text)
}

// A Cadence is how often a source gives a new figure. The zero Cadence is
// irregular, which no coaching signal may be.
type Cadence uint8

const (
	Irregular   Cadence = iota
	Daily               // every day
	Weekly              // every 7 days
	Fortnightly         // every 14 days, such as a sprint
	Monthly             // every 28 to 31 days
	Quarterly           // every 89 to 92 days
)

var cadenceNames = [...]string{"irregular", "daily", "weekly", "fortnightly", "monthly", "quarterly"}

// String returns the name used in files, such as "weekly".
func (c Cadence) String() string { return enum.Name(cadenceNames[:], c, "Cadence") }

// MarshalText returns the name used in files.
func (c Cadence) MarshalText() ([]byte, error) {
	return enum.Marshal(cadenceNames[:], c, "signal: cadence")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (c *Cadence) UnmarshalText(text []byte) error {
	return enum.Unmarshal(cadenceNames[:], c, "signal: cadence", text)
}

// Holds reports whether a period of this many days belongs to the cadence.
func (c Cadence) Holds(days int) bool {
	switch c {
	case Daily:
		return days == 1
	case Weekly:
		return days == 7
	case Fortnightly:
		return days == 14
	case Monthly:
		return days >= 28 && days <= 31
	case Quarterly:
		return days >= 89 && days <= 92
	}
	return false
}

// step returns the days from one period to the next, 0 where months differ.
func (c Cadence) step() int {
	switch c {
	case Daily:
		return 1
	case Weekly:
		return 7
	case Fortnightly:
		return 14
	}
	return 0
}

// A Grain says whose figure a signal is. The zero Grain is Team: the figure of a
// group of at least [MinGroup] people.
type Grain uint8

const (
	Team   Grain = iota // over the members of a leader's team
	Leader              // from the leader's own row
)

var grainNames = [...]string{"team", "leader"}

// String returns the name used in files, "team" or "leader".
func (g Grain) String() string { return enum.Name(grainNames[:], g, "Grain") }

// MarshalText returns the name used in files.
func (g Grain) MarshalText() ([]byte, error) { return enum.Marshal(grainNames[:], g, "signal: grain") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (g *Grain) UnmarshalText(text []byte) error {
	return enum.Unmarshal(grainNames[:], g, "signal: grain", text)
}
