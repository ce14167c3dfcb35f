package mentor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/coachgov/coaching"
)

// A Narrative is a short extract of what happened to one leader, written by the
// coach and agreed to by the leader word for word. It is the only text about a
// conversation that leaves it.
type Narrative struct {
	ID       string            `json:"id" doc:"ident"`
	Author   coaching.PersonID `json:"author"` // the coach
	Leader   coaching.PersonID `json:"leader"`
	Written  coaching.Date     `json:"written"`
	Sessions []string          `json:"sessions" doc:"ident"` // ids of those that it derives from
	// Speaker is the leader's role in general words, in small letters, such as
	// "a product leader" (C-21).
	Speaker     string `json:"speaker" doc:"empty"`
	Situation   string `json:"situation" doc:"empty"`
	Behaviour   string `json:"behaviour" doc:"empty"`   // what the leader did differently
	Experiment  string `json:"experiment" doc:"ident"`  // the id of the experiment in the playbook
	Change      string `json:"change" doc:"empty"`      // what was observed
	Alternative string `json:"alternative" doc:"empty"` // what else could explain it
}

// Canonical returns the bytes that a narrative's digest is taken of: a version
// line, then each field behind its length as four bytes, big end first, in the
// order of the struct; the ids of sessions are sorted. The same narrative gives
// the same bytes.
func (n Narrative) Canonical() []byte {
	b := []byte("mentor.narrative/v1\n")
	add := func(text string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	for _, field := range []string{n.ID, n.Author.String(), n.Leader.String(), n.Written.String()} {
		add(field)
	}
	sessions := slices.Sorted(slices.Values(n.Sessions))
	b = binary.BigEndian.AppendUint32(b, uint32(len(sessions)))
	for _, id := range sessions {
		add(id)
	}
	for _, field := range []string{n.Speaker, n.Situation, n.Behaviour, n.Experiment, n.Change, n.Alternative} {
		add(field)
	}
	return b
}

// Digest returns the SHA-256 of the canonical bytes as 64 hexadecimal digits. A
// leader consents to a digest, so a changed word needs a new consent.
func (n Narrative) Digest() string {
	sum := sha256.Sum256(n.Canonical())
	return hex.EncodeToString(sum[:])
}
