package coaching

import (
	"errors"
	"fmt"
)

// ErrErased reports somebody without a secret: erased, or never enrolled. The two
// are not told apart, since a list of the erased would remember them.
var ErrErased = errors.New("coaching: the person has no secret: erased, or never enrolled")

// MinSecret is the least number of bytes of a person's secret.
const MinSecret = 32

// Secrets holds one secret for each person: random bytes that the host makes when
// somebody is enrolled, keeps in a table of its own, and deletes when that person
// is erased. It is safe for concurrent use.
type Secrets interface {
	// Secret returns the secret of the person with this identifier, at least
	// MinSecret bytes, which are neither kept nor changed. It returns [ErrErased]
	// for whom there is none, and must not make one: somebody who is erased
	// would be back.
	Secret(identifier string) ([]byte, error)
}

// erasableVersion keeps erasable PersonIDs apart from those that the identifier
// alone makes.
const erasableVersion = "erasable/v1"

// WithSecrets returns a Pseudonymizer of the same domain whose PersonIDs also need
// the person's own secret. Once that secret is deleted, wherever it was, nobody
// can work out which PersonID was that person's, whoever holds the master key
// and the whole directory: records that must not change, such as an audit log,
// keep the PersonID, and it stands for nobody any more. Person then answers
// [ErrErased]. With nil nobody has a secret.
//
// The PersonID is the first 16 bytes of HMAC-SHA-256 over "erasable/v1", the
// identifier and the secret, each length-prefixed, under the domain's key. It has
// nothing in common with the one that the same Pseudonymizer makes without
// secrets, so decide before the first record. A secret for each person erases
// every epoch at once; a table for each epoch erases one at a time.
func (p *Pseudonymizer) WithSecrets(secrets Secrets) *Pseudonymizer {
	if p == nil {
		return nil
	}
	if secrets == nil {
		secrets = noSecrets{}
	}
	return &Pseudonymizer{key: p.key, secrets: secrets}
}

type noSecrets struct{}

func (noSecrets) Secret(string) ([]byte, error) { return nil, ErrErased }

// secretOf asks the host for a secret. What the host's error says stays out: it
// may quote the identifier.
func secretOf(secrets Secrets, identifier string) ([]byte, error) {
	secret, err := secrets.Secret(identifier)
	switch {
	case errors.Is(err, ErrErased):
		return nil, ErrErased
	case err != nil:
		return nil, errors.New("coaching: the person's secret could not be read")
	case len(secret) < MinSecret:
		return nil, fmt.Errorf("coaching: a person's secret of %d bytes, want at least %d", len(secret), MinSecret)
	}
	return secret, nil
}
