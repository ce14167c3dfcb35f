package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// A Digest is a SHA-256 hash: of a document kept outside the log, of a record,
// or the root of a tree. The zero Digest stands for no document.
//
// A digest of something that few values could have produced, such as a name or
// a short answer, can be found by trying them all. Give the document a random
// part of 16 bytes or more that can be deleted with it.
type Digest [sha256.Size]byte

// DigestOf returns the SHA-256 hash of the document's bytes.
func DigestOf(document []byte) Digest { return sha256.Sum256(document) }

// IsZero reports whether d stands for no document.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns 64 hexadecimal digits in lower case, and "" for the zero Digest.
func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// ParseDigest reads what String writes and nothing else.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	err := d.UnmarshalText([]byte(text))
	return d, err
}

// MarshalText returns the form that String returns.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String writes and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	*d = Digest{}
	if len(text) == 0 {
		return nil
	}
	var parsed Digest
	if len(text) != hex.EncodedLen(len(parsed)) {
		return errDigest
	}
	for _, b := range text {
		if 'A' <= b && b <= 'F' {
			return errDigest // package hex accepts both cases
		}
	}
	if _, err := hex.Decode(parsed[:], text); err != nil || parsed.IsZero() {
		return errDigest
	}
	*d = parsed
	return nil
}

var errDigest = errors.New("audit: a digest is 64 hexadecimal digits in lower case")
