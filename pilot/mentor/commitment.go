package mentor

import (
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Commitment is what one person will do by a day.
type Commitment struct {
	ID    string            `json:"id" doc:"ident"`
	Text  string            `json:"text" doc:"empty"`
	Owner coaching.PersonID `json:"owner,omitzero"`
	Due   coaching.Date     `json:"due,omitzero"`
}

// Followed says what became of a commitment, in a later session.
type Followed struct {
	Commitment string  `json:"commitment" doc:"ident"`
	Outcome    Outcome `json:"outcome"`
}

// An Outcome is what became of a commitment. The zero Outcome is not known, and
// counts as not kept.
type Outcome uint8

const (
	UnknownOutcome Outcome = iota
	Kept
	PartlyKept
	NotKept
	Dropped // agreed to be no longer useful; counts neither way
)

var outcomeNames = [...]string{"unknown", "kept", "partly_kept", "not_kept", "dropped"}

// String returns the name used in files, such as "kept".
func (o Outcome) String() string { return enum.Name(outcomeNames[:], o, "Outcome") }

// MarshalText returns the name used in files.
func (o Outcome) MarshalText() ([]byte, error) {
	return enum.Marshal(outcomeNames[:], o, "mentor: outcome")
}

// UnmarshalText accepts the names of the known outcomes.
func (o *Outcome) UnmarshalText(text []byte) error {
	return unmarshalAnswer(outcomeNames[:], o, "mentor: outcome", text)
}

func (c Commitment) check(f *finder, path string, s Session) {
	if c.ID == "" || strings.TrimSpace(c.Text) == "" {
		f.err("MEN-008", path+"text", "a commitment needs an id and says what will be done")
	}
	if c.Owner.IsZero() {
		f.err("MEN-008", path+"owner", "the commitment has no owner")
	} else if c.Owner != s.Leader && c.Owner != s.Coach {
		f.err("MEN-008", path+"owner", "the commitment's owner was not in the session; want the leader or the coach")
	}
	if c.Due.IsZero() || c.Due.Before(s.Date) {
		f.err("MEN-008", path+"due", "the commitment needs a day to be done by, on or after the session")
	}
}
