package roi

import (
	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Dossier is what has to lie beside a statement before anybody may publish
// it. The zero Dossier lacks everything.
type Dossier struct {
	KPILocked coaching.Date // the day the KPI and the attribution rule were locked
	Start     coaching.Date // the first day of the programme

	Behaviour  Stream   // the reading of the behaviour that was coached
	Data       Stream   // who measured the delta; its Movement may stay unsaid
	Narratives []Stream // of coaches and leaders, each released for this use
	Sponsor    Stream   // the sponsor's own confirmation

	Confounders []Confounder  // everything else that happened, dismissed or not
	LogClosed   coaching.Date // the day the log was declared complete
	LogClosedBy coaching.PersonID

	SignOff SignOff
}

// A Stream is one witness of the change.
type Stream struct {
	ID       string // of the reading, narrative or memo
	By       coaching.PersonID
	On       coaching.Date
	Movement Movement
}

// Complete reports whether the stream has an ID, an author and a date.
func (s Stream) Complete() bool { return s.ID != "" && !s.By.IsZero() && !s.On.IsZero() }

// A Movement says which way a stream saw the change go. The zero Movement is
// not said.
type Movement uint8

const (
	NotSaid Movement = iota
	Improved
	Unchanged
	Worsened
)

var movementNames = [...]string{"not_said", "improved", "unchanged", "worsened"}

// String returns the name used in files, such as "improved".
func (m Movement) String() string { return enum.Name(movementNames[:], m, "Movement") }

// MarshalText returns the name used in files.
func (m Movement) MarshalText() ([]byte, error) {
	return enum.Marshal(movementNames[:], m, "roi: movement")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (m *Movement) UnmarshalText(text []byte) error {
	return enum.Unmarshal(movementNames[:], m, "roi: movement", text)
}

// A Confounder is something besides the coaching that may explain the delta.
type Confounder struct {
	ID          string // an identifier
	Kind        ConfounderKind
	Window      coaching.Window
	Disposition Disposition
	By          coaching.PersonID // who decided the disposition
}

// A ConfounderKind is a kind of confounding change, from a closed list.
type ConfounderKind uint8

const (
	OtherChange ConfounderKind = iota
	Reorganisation
	PortfolioChange
	HiringFreeze
	MarketSwing
	Seasonality
	PolicyChange
	DataChange // the measurement itself changed
	IndividualContext
)

var confounderNames = [...]string{"other", "reorganisation", "portfolio_change", "hiring_freeze", "market_swing",
	"seasonality", "policy_change", "data_change", "individual_context"}

// String returns the name used in files, such as "hiring_freeze".
func (k ConfounderKind) String() string {
	return enum.Name(confounderNames[:], k, "ConfounderKind")
}

// MarshalText returns the name used in files.
func (k ConfounderKind) MarshalText() ([]byte, error) {
	return enum.Marshal(confounderNames[:], k, "roi: confounder kind")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (k *ConfounderKind) UnmarshalText(text []byte) error {
	return enum.Unmarshal(confounderNames[:], k, "roi: confounder kind", text)
}

// A Disposition says what was decided about a confounder. The zero Disposition
// is Open.
type Disposition uint8

const (
	Open     Disposition = iota // nobody has decided
	RuledOut                    // looked at; does not explain the delta
	Adjusted                    // the delta has it taken out
	Material                    // may explain the delta; the claim is withheld
)

var dispositionNames = [...]string{"open", "ruled_out", "adjusted", "material"}

// String returns the name used in files, such as "ruled_out".
func (d Disposition) String() string { return enum.Name(dispositionNames[:], d, "Disposition") }

// MarshalText returns the name used in files.
func (d Disposition) MarshalText() ([]byte, error) {
	return enum.Marshal(dispositionNames[:], d, "roi: disposition")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (d *Disposition) UnmarshalText(text []byte) error {
	return enum.Unmarshal(dispositionNames[:], d, "roi: disposition", text)
}

// A SignOff is the confirmation by a steward or HR that nothing else explains
// the result. It names the statement by its digest, so that another version of
// the figures needs another signature.
type SignOff struct {
	By     coaching.PersonID
	Role   coaching.Role
	On     coaching.Date
	Digest string // of [Statement.Digest]
}
