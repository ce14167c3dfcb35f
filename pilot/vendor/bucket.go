package vendor

import "github.com/coachgov/coaching/internal/enum"

// A Bucket is a kind of vendor (PIL-130). The zero Bucket is none of them.
type Bucket uint8

// The three buckets.
const (
	UnknownBucket       Bucket = iota
	PeopleAnalytics            // people analytics and experience platforms
	CoachingMarketplace        // enterprise marketplaces of coaches
	IntegrationLayer           // integration and visualisation
)

var bucketNames = [...]string{"unknown", "people_analytics", "coaching_marketplace", "integration_layer"}

// Buckets returns the three buckets in the order of their declaration.
func Buckets() []Bucket { return []Bucket{PeopleAnalytics, CoachingMarketplace, IntegrationLayer} }

// String returns the name used in files, such as "people_analytics".
func (b Bucket) String() string { return enum.Name(bucketNames[:], b, "Bucket") }

// MarshalText returns the name used in files.
func (b Bucket) MarshalText() ([]byte, error) {
	return enum.Marshal(bucketNames[:], b, "vendor: bucket")
}

// UnmarshalText accepts the names of the three buckets.
func (b *Bucket) UnmarshalText(text []byte) error {
	return unmarshalKnown(bucketNames[:], b, "vendor: bucket", text)
}

// Tradeoff returns what a bucket gives and what it costs (PIL-133, PIL-134), and
// two empty texts for the zero Bucket.
func (b Bucket) Tradeoff() (gain, cost string) {
	switch b {
	case PeopleAnalytics:
		return "richer signals", "more integration work and a higher cost of ownership inside"
	case CoachingMarketplace:
		return "scale of coaching and a finished user experience", "often little access to raw HR data or business KPIs"
	case IntegrationLayer:
		return "signals reach the work of coaches", "one more system to run, and no signal or coach of its own"
	}
	return "", ""
}

// A Link is what a programme is weakest at. The zero Link is not known.
type Link uint8

// The three links, each of which one bucket mends (PIL-131, PIL-132).
const (
	UnknownLink      Link = iota
	Measurement           // signals are poor: people analytics first
	CoachingCapacity      // coaches are few: a marketplace first
	DataPlumbing          // data do not flow: integration first
)

var linkNames = [...]string{"unknown", "measurement", "coaching_capacity", "data_plumbing"}

// String returns the name used in files, such as "data_plumbing".
func (l Link) String() string { return enum.Name(linkNames[:], l, "Link") }

// MarshalText returns the name used in files.
func (l Link) MarshalText() ([]byte, error) {
	return enum.Marshal(linkNames[:], l, "vendor: link")
}

// UnmarshalText accepts the names of the three links.
func (l *Link) UnmarshalText(text []byte) error {
	return unmarshalKnown(linkNames[:], l, "vendor: link", text)
}

// Bucket returns the bucket that mends the link.
func (l Link) Bucket() Bucket {
	switch l {
	case Measurement:
		return PeopleAnalytics
	case CoachingCapacity:
		return CoachingMarketplace
	case DataPlumbing:
		return IntegrationLayer
	}
	return UnknownBucket
}

// unmarshalKnown reads one of the names but the first, which stands for nothing
// known and cannot be written down.
func unmarshalKnown[E ~uint8](names []string, value *E, what string, text []byte) error {
	var index E
	if err := enum.Unmarshal(names[1:], &index, what, text); err != nil {
		return err
	}
	*value = index + 1
	return nil
}
