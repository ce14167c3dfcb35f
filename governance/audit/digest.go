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
	if err := d.parse(text); err != nil {
		return Digest{}, err
	}
	return d, nil
}

func (d *Digest) parse(text string) error {
	*d = Digest{}
	if text == "" {
		return nil
	}
	if len(text) != hex.EncodedLen(len(d)) {
		return errDigest
	}
	var all byte
	for i := range d {
		high, low := hexValues[text[2*i]], hexValues[text[2*i+1]]
		all |= high | low
		d[i] = high<<4 | low&15
	}
	if all > 15 || d.IsZero() {
		return errDigest
	}
	return nil
}

// hexValues holds the value of each hexadecimal digit in lower case, and 16 for
// every other byte; package hex accepts both cases.
var hexValues = [256]byte{
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
}

// MarshalText returns the form that String returns.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String writes and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	var err error
	*d, err = ParseDigest(string(text))
	return err
}

var errDigest = errors.New("audit: a digest is 64 hexadecimal digits in lower case")
