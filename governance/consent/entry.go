package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/enum"
)

// A Kind says what an entry does. The zero Kind is none, which no book takes.
type Kind uint8

const (
	NoKind      Kind = iota
	Notice           // a notice comes into force; consents to an earlier one end
	Restrict         // says what the data of a source may be used for only
	Give             // a participant agrees
	Withdraw         // a participant no longer agrees to a signal for a purpose
	WithdrawAll      // a participant no longer agrees to anything
)

var kindNames = [...]string{"none", "notice", "restrict", "give", "withdraw", "withdraw_all"}

// String returns the name used in files, such as "give".
func (k Kind) String() string { return enum.Name(kindNames[:], k, "Kind") }

// MarshalText returns the name used in files.
func (k Kind) MarshalText() ([]byte, error) { return enum.Marshal(kindNames[:], k, "consent: kind") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	return enum.Unmarshal(kindNames[:], k, "consent: kind", text)
}

// An Entry is one line of a book. Signals, sources, purposes, places and versions
// are identifiers. Fields that the kind does not name stay empty.
type Entry struct {
	Kind Kind      `json:"kind"`
	At   time.Time `json:"at"`

	Participant coaching.PersonID `json:"participant,omitzero"`         // Give, Withdraw, WithdrawAll
	Signal      string            `json:"signal,omitempty" doc:"ident"` // Give, Withdraw; "": what is about no signal, such as a session
	Purpose     string            `json:"purpose,omitempty" doc:"ident"`
	Version     string            `json:"version,omitempty" doc:"ident"` // Notice: its version; Give: the version that was read
	Expires     time.Time         `json:"expires,omitzero"`              // Give; zero: does not expire

	Source    string   `json:"source,omitempty" doc:"ident"`    // Restrict
	Residency string   `json:"residency,omitempty" doc:"ident"` // Restrict: where its data is kept
	Signals   []string `json:"signals,omitempty" doc:"ident"`   // Notice: those it names; Restrict: those of the source
	Purposes  []string `json:"purposes,omitempty" doc:"ident"`  // Notice: those it names; Restrict: the only ones
}

// maxLine is the most bytes of one line.
const maxLine = 64 << 10

// Write writes an entry as one line of JSON, keys in a fixed order and times in
// UTC. What [Read] would not read back as the same entry is an error, and nothing
// is written.
func Write(w io.Writer, e Entry) error {
	line, err := encode(e)
	if err != nil {
		return fmt.Errorf("consent: writing an entry: %w", err)
	}
	if _, err := decode(line); err != nil {
		return fmt.Errorf("consent: writing an entry: %w", err)
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func encode(e Entry) ([]byte, error) {
	e.At, e.Expires = e.At.Round(0).UTC(), e.Expires.Round(0).UTC()
	return json.Marshal(e)
}

// decode reads a line in the one spelling that encode writes.
func decode(line []byte) (Entry, error) {
	if len(line) > maxLine {
		return Entry{}, fmt.Errorf("%d bytes, at most %d are read", len(line), maxLine)
	}
	var e Entry
	node, fs := document.ParseJSON("", line)
	if len(fs) == 0 {
		_, fs = document.Decode("", node, &e)
	}
	if len(fs) > 0 {
		return Entry{}, errors.New(fs[0].Code + " " + fs[0].Message)
	}
	if again, err := encode(e); err != nil || !bytes.Equal(again, line) {
		return Entry{}, errors.New("not in canonical form: want the keys in their order, no spaces, and times in UTC")
	}
	return e, nil
}
