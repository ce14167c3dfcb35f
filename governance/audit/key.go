package audit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// ErrOrigin reports a checkpoint of another log than the key's.
var ErrOrigin = errors.New("audit: checkpoint of another log")

// ErrSignature reports a checkpoint that the key has not signed, or whose
// signature is not in its one form.
var ErrSignature = errors.New("audit: checkpoint not signed by this key")

var errSignerKey = errors.New("audit: malformed signing key")
var errVerifierKey = errors.New("audit: malformed verifier key")

// GenerateKey makes an Ed25519 key for the log of the given origin from 32 bytes
// of random, which must come from a source fit for keys. Both keys are text in
// the format of signed notes: signer is secret ([NewSigner]), verifier is for
// everybody ([NewVerifier]).
func GenerateKey(random io.Reader, origin string) (signer, verifier string, err error) {
	if !isOrigin(origin) {
		return "", "", errOrigin
	}
	var seed [ed25519.SeedSize]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return "", "", fmt.Errorf("audit: reading %d random bytes: %w", len(seed), err)
	}
	return note.GenerateKey(bytes.NewReader(seed[:]), origin)
}

// A Signer signs the checkpoints of one log. It never shows its key. The zero
// Signer signs nothing.
type Signer struct {
	key note.Signer
}

// NewSigner reads the secret key that GenerateKey made. The error does not quote
// it.
func NewSigner(signer string) (*Signer, error) {
	key, err := note.NewSigner(signer)
	if err != nil || !isOrigin(key.Name()) {
		return nil, errSignerKey
	}
	return &Signer{key: key}, nil
}

// Origin returns the name of the log whose checkpoints it signs, "" for the zero
// Signer.
func (s *Signer) Origin() string {
	if s == nil || s.key == nil {
		return ""
	}
	return s.key.Name()
}

// String hides the key.
func (s *Signer) String() string { return "audit.Signer" }

// GoString hides the key.
func (s *Signer) GoString() string { return s.String() }

// Format hides the key from every verb.
func (s *Signer) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// sign returns the signed checkpoint, of the signer's own log only.
func (s *Signer) sign(c Checkpoint) ([]byte, error) { return s.signText(c, c.Text()) }

// signText signs a text that begins with that of the checkpoint.
func (s *Signer) signText(c Checkpoint, text string) ([]byte, error) {
	if s == nil || s.key == nil {
		return nil, errSignerKey
	}
	if c.Origin != s.key.Name() {
		return nil, fmt.Errorf("%w: %s, the key is for %s", ErrOrigin, c.Origin, s.key.Name())
	}
	return note.Sign(&note.Note{Text: text}, s.key)
}

// A Verifier opens the signed checkpoints of one log. The zero Verifier opens
// nothing.
type Verifier struct {
	key     note.Verifier
	retired []retiredKey
}

// A retiredKey signed the log up to a size.
type retiredKey struct {
	key  note.Verifier
	size int64
}

// NewVerifier reads the public key that GenerateKey made, in its one form.
func NewVerifier(verifier string) (*Verifier, error) {
	key, err := note.NewVerifier(verifier)
	if err != nil || !isOrigin(key.Name()) {
		return nil, errVerifierKey
	}
	_, tail, _ := strings.Cut(verifier, "+")
	_, text, _ := strings.Cut(tail, "+")
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || verifier != fmt.Sprintf("%s+%08x+%s", key.Name(), key.KeyHash(), base64.StdEncoding.EncodeToString(raw)) {
		return nil, errVerifierKey
	}
	return &Verifier{key: key}, nil
}

// WithRetired returns a verifier that also opens what an earlier key of the same log
// has signed, up to the size of the log at which that key was retired: a
// checkpoint of more records by it is [ErrSignature], so whoever finds or stole
// the old key cannot go on with the log. Up to that size it is believed as before, also
// about another log than was written: only an anchor, best the checkpoint at which
// the key was retired, tells the two apart. The verifier itself is left as it is.
//
// To change the key, sign a last checkpoint with the old one, sign the same size with
// the new one, and from then on only with that.
func (v *Verifier) WithRetired(verifier string, size int64) (*Verifier, error) {
	if v == nil || v.key == nil {
		return nil, errVerifierKey
	}
	old, err := NewVerifier(verifier)
	switch {
	case err != nil:
		return nil, err
	case old.Origin() != v.Origin():
		return nil, fmt.Errorf("%w: %s, the key is for %s", ErrOrigin, old.Origin(), v.Origin())
	case size < 0:
		return nil, fmt.Errorf("audit: a key retired at %d records, want 0 or more", size)
	}
	for _, known := range slices.Concat(v.retired, []retiredKey{{key: v.key}}) {
		if known.key.KeyHash() == old.key.KeyHash() {
			return nil, errors.New("audit: a key is retired once, and not while it is in use")
		}
	}
	return &Verifier{key: v.key, retired: append(slices.Clone(v.retired), retiredKey{old.key, size})}, nil
}

// Origin returns the name of the log whose checkpoints it opens, "" for the zero
// Verifier.
func (v *Verifier) Origin() string {
	if v == nil || v.key == nil {
		return ""
	}
	return v.key.Name()
}

// Open returns the checkpoint in a signed note, or an error that is
// [ErrCheckpoint], [ErrOrigin] or [ErrSignature]. The note holds one signature,
// by this key or an earlier one ([Verifier.WithRetired]), and nothing that is not signed: package note would pass over
// other people's signature lines and accept several spellings of one base64.
func (v *Verifier) Open(signed []byte) (Checkpoint, error) {
	if v == nil || v.key == nil {
		return Checkpoint{}, errVerifierKey
	}
	if len(signed) > maxHead {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(signed))
	}
	text, _, ok := strings.Cut(string(signed), "\n\n")
	if !ok {
		return Checkpoint{}, fmt.Errorf("%w: no signature", ErrCheckpoint)
	}
	c, err := ParseCheckpoint(text + "\n")
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.key.Name() {
		return Checkpoint{}, fmt.Errorf("%w: %s, the key is for %s", ErrOrigin, c.Origin, v.key.Name())
	}
	whole, size, err := v.openText(signed, maxHead)
	if err != nil {
		return Checkpoint{}, err
	}
	if whole != c.Text() {
		return Checkpoint{}, ErrSignature
	}
	if c.Size > size {
		return Checkpoint{}, errRetired(size)
	}
	return c, nil
}

// maxHead bounds a signed checkpoint, in bytes.
const maxHead = 1024

// errRetired reports a signature by a key after its retirement.
func errRetired(size int64) error {
	return fmt.Errorf("%w: by one that was retired at %d records", ErrSignature, size)
}

// openText returns the text of a signed note of at most so many bytes, and up to how
// many records its key may have signed.
func (v *Verifier) openText(signed []byte, most int) (text string, size int64, err error) {
	if v == nil || v.key == nil {
		return "", 0, errVerifierKey
	}
	if len(signed) > most {
		return "", 0, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(signed))
	}
	keys := []note.Verifier{v.key}
	for _, r := range v.retired {
		keys = append(keys, r.key)
	}
	n, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return "", 0, ErrSignature
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	if err != nil || len(raw) != 4+ed25519.SignatureSize || binary.BigEndian.Uint32(raw) != n.Sigs[0].Hash {
		return "", 0, ErrSignature
	}
	size = maxCount
	for _, r := range v.retired {
		if r.key.KeyHash() == n.Sigs[0].Hash {
			size = r.size
		}
	}
	want := n.Text + "\n— " + v.key.Name() + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
	if string(signed) != want {
		return "", 0, ErrSignature
	}
	return n.Text, size, nil
}
