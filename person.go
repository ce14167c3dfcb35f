package coaching

import (
	"cmp"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// A PersonID stands for a leader, coach, steward or other participant without
// naming one. It is comparable, so "the steward is not the coach" is one
// comparison, and it holds 128 bits made by a [Pseudonymizer]: a name or an
// address cannot be put in one. The zero PersonID stands for nobody.
//
// Its text form is "p1_" and 26 letters and digits in lower case.
type PersonID struct {
	sum [16]byte
	set bool
}

// ErrPersonID reports text that is not a pseudonym. It never quotes the text,
// which may be the name or address that a pseudonym was meant to replace.
var ErrPersonID = errors.New("coaching: malformed person ID")

const (
	personPrefix  = "p1_"
	personLetters = 26
)

// personEncoding returns RFC 4648 base32 without padding. Its alphabet is upper
// case; the text form is lower case.
func personEncoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// ParsePersonID reads the text form. It accepts only what String writes; any
// other text is [ErrPersonID].
func ParsePersonID(text string) (PersonID, error) {
	body, ok := strings.CutPrefix(text, personPrefix)
	if !ok || len(body) != personEncoding().EncodedLen(16) {
		return PersonID{}, ErrPersonID
	}
	id := PersonID{set: true}
	if n, err := personEncoding().Decode(id.sum[:], []byte(strings.ToUpper(body))); err != nil || n != len(id.sum) {
		return PersonID{}, ErrPersonID
	}
	if id.String() != text { // upper case, or trailing bits that base32 ignores
		return PersonID{}, ErrPersonID
	}
	return id, nil
}

// String returns the text form, and "" for the zero PersonID.
func (id PersonID) String() string {
	text, _ := id.AppendText(nil)
	return string(text)
}

// AppendText appends the text form to b.
func (id PersonID) AppendText(b []byte) ([]byte, error) {
	if !id.set {
		return b, nil
	}
	b = append(b, personPrefix...)
	// Five bits a letter, as RFC 4648 has them; the last letter has three of its own.
	high, low := binary.BigEndian.Uint64(id.sum[:8]), binary.BigEndian.Uint64(id.sum[8:])
	for range personLetters {
		b = append(b, "abcdefghijklmnopqrstuvwxyz234567"[high>>59])
		high, low = high<<5|low>>59, low<<5
	}
	return b, nil
}

// IsZero reports whether id stands for nobody.
func (id PersonID) IsZero() bool { return !id.set }

// Compare orders PersonIDs by their text form: -1, 0 or +1. Nobody comes first.
func (id PersonID) Compare(other PersonID) int {
	if id.set != other.set {
		if other.set {
			return -1
		}
		return 1
	}
	// The texts differ first in the letter that holds the first bit that differs.
	// A letter is five bits; the last one has three and two zeros.
	for half := 0; half < 128; half += 64 {
		a, b := binary.BigEndian.Uint64(id.sum[half/8:]), binary.BigEndian.Uint64(other.sum[half/8:])
		if a != b {
			at := (half + bits.LeadingZeros64(a^b)) / 5
			return cmp.Compare(id.rank(at), other.rank(at))
		}
	}
	return 0
}

// rank orders the letters of the text form: base32 counts a to z and 2 to 7, and
// digits sort before letters.
func (id PersonID) rank(letter int) uint8 {
	var value uint8
	for bit := letter * 5; bit < letter*5+5; bit++ {
		value <<= 1
		if bit < 128 {
			value |= id.sum[bit/8] >> (7 - bit%8) & 1
		}
	}
	return (value + 6) % 32
}

// MarshalText returns the text form.
func (id PersonID) MarshalText() ([]byte, error) { return id.AppendText([]byte{}) }

// UnmarshalText reads the text form; the empty text is the zero PersonID.
func (id *PersonID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = PersonID{}
		return nil
	}
	parsed, err := ParsePersonID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// A Domain separates pseudonyms that must not be linkable. The same person has
// unrelated PersonIDs in two domains that differ in any field.
type Domain struct {
	Programme string // the coaching programme, such as "product-org-12w"
	Purpose   string // what the pseudonyms are for, such as "coaching"
	Epoch     uint32 // raised to rotate the key; destroying its master key too unlinks its data
}

// A Pseudonymizer turns identifiers of the host's directory into PersonIDs:
// the first 16 bytes of HMAC-SHA-256 over the length-prefixed identifier, under
// a key derived with HKDF-SHA-256 from the master key and the domain. It is
// immutable and safe for concurrent use. Its key never appears in its text
// form.
type Pseudonymizer struct {
	key     []byte
	secrets Secrets // nil unless the PersonIDs are erasable
}

// MinMasterKey is the least number of bytes of a master key.
const MinMasterKey = 32

// maxIdentifier bounds what Person accepts, in bytes.
const maxIdentifier = 1024

// NewPseudonymizer derives the domain's key from a master key of at least
// [MinMasterKey] random bytes, which is neither kept nor changed.
func NewPseudonymizer(master []byte, domain Domain) (*Pseudonymizer, error) {
	if len(master) < MinMasterKey {
		return nil, fmt.Errorf("coaching: master key of %d bytes, want at least %d", len(master), MinMasterKey)
	}
	if domain.Programme == "" || domain.Purpose == "" {
		return nil, errors.New("coaching: a pseudonym domain needs a programme and a purpose")
	}
	info := lengthPrefixed("pseudonym/v1", domain.Programme, domain.Purpose)
	info = binary.BigEndian.AppendUint32(info, domain.Epoch)
	key, err := hkdf.Key(sha256.New, master, nil, string(info), sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("coaching: deriving the pseudonym key: %w", err)
	}
	return &Pseudonymizer{key: key}, nil
}

// Person returns the PersonID of an identifier such as a staff number. The
// identifier is used byte for byte: "A1" and "a1" are two people. It must be
// valid UTF-8 of 1 to 1,024 bytes; the error does not quote it. The zero
// Pseudonymizer has no key and answers with an error: without a key anybody could
// work out the pseudonym of a known identifier. One of
// [Pseudonymizer.WithSecrets] answers [ErrErased] for whoever has no secret.
func (p *Pseudonymizer) Person(identifier string) (PersonID, error) {
	if p == nil || len(p.key) == 0 {
		return PersonID{}, errors.New("coaching: a Pseudonymizer without a key; want one of NewPseudonymizer")
	}
	if identifier == "" || len(identifier) > maxIdentifier || !utf8.ValidString(identifier) {
		return PersonID{}, fmt.Errorf("coaching: identifier of %d bytes, want 1 to %d bytes of UTF-8", len(identifier), maxIdentifier)
	}
	id := PersonID{set: true}
	if p.secrets == nil {
		copy(id.sum[:], keyedSum(p.key, identifier))
		return id, nil
	}
	secret, err := secretOf(p.secrets, identifier)
	if err != nil {
		return PersonID{}, err
	}
	copy(id.sum[:], keyedSum(p.key, erasableVersion, identifier, string(secret)))
	return id, nil
}

// String hides the key.
func (p *Pseudonymizer) String() string { return "coaching.Pseudonymizer" }

// GoString hides the key.
func (p *Pseudonymizer) GoString() string { return p.String() }

// Format hides the key from every verb.
func (p *Pseudonymizer) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.String()) }

// keyedSum is HMAC-SHA-256 over the length-prefixed fields.
func keyedSum(key []byte, fields ...string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(lengthPrefixed(fields...))
	return mac.Sum(nil)
}

// lengthPrefixed joins fields so that no two lists share an encoding: each
// field is preceded by its length in bytes as a big-endian uint32.
func lengthPrefixed(fields ...string) []byte {
	var b []byte
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}
