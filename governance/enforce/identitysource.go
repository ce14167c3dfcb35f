package enforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// ErrIdentity reports an identity that could not be found or shown. It holds no
// cause: an error from a directory may quote who was looked for.
var ErrIdentity = errors.New("enforce: the identity could not be shown")

// Identities finds who a pseudonym stands for: a [Directory], a [Vault], or the
// host's own. [Reidentification.Reveal] asks it, once the reveal is on record.
type Identities interface {
	// Identity returns the identity of one person. When it returns an error, no
	// identity is shown; the error goes no further.
	Identity(ctx context.Context, id coaching.PersonID) (string, error)
}

// A Directory finds a person by working out the pseudonym of each identifier that
// the host knows, which takes a few microseconds for each: there is no table
// of pseudonyms that could be stolen. It keeps nothing.
type Directory struct {
	Pseudonymizer *coaching.Pseudonymizer                            // of the domain and epoch of the pseudonym
	People        func(ctx context.Context) iter.Seq2[string, error] // the identifiers, in any order
}

// Identity returns the identifier whose pseudonym it is. Who has been erased is
// passed over. When nobody matches and some entries could not be compared, or
// the directory ends with an error, that is not the same as nobody.
func (d Directory) Identity(ctx context.Context, id coaching.PersonID) (string, error) {
	if d.People == nil || id.IsZero() {
		return "", errors.New("enforce: no directory, or nobody to look for")
	}
	n, skipped := 0, 0
	for identifier, err := range d.People(ctx) {
		if err == nil && n%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return "", fmt.Errorf("enforce: reading the directory: %w", err)
		}
		n++
		switch found, err := d.Pseudonymizer.Person(identifier); {
		case err == nil && found == id:
			return identifier, nil
		case err != nil && !errors.Is(err, coaching.ErrErased):
			skipped++
		}
	}
	if skipped > 0 {
		return "", fmt.Errorf("enforce: nobody found, and %d of %d entries of the directory could not be compared", skipped, n)
	}
	return "", errors.New("enforce: nobody in the directory has this pseudonym")
}

// Format prints "enforce.Directory", whatever the verb.
func (d Directory) Format(f fmt.State, _ rune) { io.WriteString(f, "enforce.Directory") }

// A Cipher is deterministic authenticated encryption with associated data, such as
// AES-SIV (RFC 5297), under the host's key. Deterministic, since this library
// has no dice to draw a nonce with. The methods are those of Tink's
// DeterministicAEAD, which is a Cipher as it stands.
type Cipher interface {
	EncryptDeterministically(plaintext, associatedData []byte) ([]byte, error)
	// DecryptDeterministically fails unless it is given what encryption returned
	// and the same associated data.
	DecryptDeterministically(ciphertext, associatedData []byte) ([]byte, error)
}

// A Vault is a table of the host's, from pseudonym to encrypted identity, for
// hosts that have no directory to search. To erase a person, delete the row.
type Vault struct {
	Cipher Cipher
	Row    func(ctx context.Context, id coaching.PersonID) ([]byte, error) // what Seal returned; an error when there is none
}

// Seal returns the row of a person: the identity under the cipher, tied to the
// pseudonym, so that a row that is put in another's place does not open.
func (v Vault) Seal(id coaching.PersonID, identity string) ([]byte, error) {
	if v.Cipher == nil || id.IsZero() || identity == "" || !utf8.ValidString(identity) {
		return nil, errors.New("enforce: a vault needs a cipher, a pseudonym and an identity in UTF-8")
	}
	return v.Cipher.EncryptDeterministically([]byte(identity), vaultData(id))
}

// Identity returns the identity in the person's row.
func (v Vault) Identity(ctx context.Context, id coaching.PersonID) (string, error) {
	if v.Cipher == nil || v.Row == nil || id.IsZero() {
		return "", errors.New("enforce: no vault, or nobody to look for")
	}
	row, err := v.Row(ctx, id)
	if err != nil {
		return "", err
	}
	identity, err := v.Cipher.DecryptDeterministically(row, vaultData(id))
	if err != nil {
		return "", errors.New("enforce: the row of the vault does not open")
	}
	return string(identity), nil
}

func vaultData(id coaching.PersonID) []byte { return []byte("identity/v1 " + id.String()) }

// Format prints "enforce.Vault", whatever the verb.
func (v Vault) Format(f fmt.State, _ rune) { io.WriteString(f, "enforce.Vault") }
