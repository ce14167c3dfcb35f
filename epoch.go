package coaching

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// KeyID names the key of the domain without telling anything about it: "k1_" and
// 16 letters and digits, of HMAC-SHA-256 under that key. Write it beside what the
// pseudonyms are stored in, and compare it before they are joined with others:
// under a wrong key everybody is a stranger, and nothing else says so. Two epochs
// have two, and so have PersonIDs with and without secrets. It is "" without a
// key.
func (p *Pseudonymizer) KeyID() string {
	if p == nil || len(p.key) == 0 {
		return ""
	}
	// Two fields, which no identifier of one field can spell.
	kind := "plain"
	if p.secrets != nil {
		kind = erasableVersion
	}
	return "k1_" + strings.ToLower(personEncoding().EncodeToString(keyedSum(p.key, "key id/v1", kind)[:10]))
}

// Rotate calls move with the old and the new PersonID of everybody in the
// directory, in its order: p is the Pseudonymizer of the epoch that ends, next
// that of the epoch that begins. A list of such pairs links what the epochs keep
// apart, so none is made: let move change the records, in one transaction, and
// remember nothing. Whoever is erased in the old epoch is passed over.
//
// Then destroy the master key of the old epoch: while it exists, the pairs can be
// made again. A master key makes the keys of all its epochs, so an epoch that is
// to end for good has one of its own. Records that must not change, such as an
// audit log, keep the old PersonIDs, which then stand for nobody.
//
// It stops at the first error. One of the directory or of move is returned as it
// is; one about an identifier says at which place of the directory, from 0, and
// does not quote it.
func (p *Pseudonymizer) Rotate(next *Pseudonymizer, directory iter.Seq2[string, error], move func(old, new PersonID) error) error {
	switch {
	case p.KeyID() == "" || next.KeyID() == "":
		return errors.New("coaching: a rotation needs a Pseudonymizer with a key for either epoch")
	case p.KeyID() == next.KeyID():
		return errors.New("coaching: a rotation onto the same key changes nothing; raise the epoch")
	case directory == nil || move == nil:
		return errors.New("coaching: a rotation needs a directory and what to do with each pair")
	}
	at := -1
	for identifier, err := range directory {
		at++
		if err != nil {
			return err
		}
		old, err := p.Person(identifier)
		if errors.Is(err, ErrErased) {
			continue
		}
		if err != nil {
			return fmt.Errorf("coaching: entry %d of the directory: %w", at, err)
		}
		renewed, err := next.Person(identifier)
		if err != nil {
			return fmt.Errorf("coaching: entry %d of the directory, in the new epoch: %w", at, err)
		}
		if err := move(old, renewed); err != nil {
			return err
		}
	}
	return nil
}
