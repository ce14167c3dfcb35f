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
	"slices"
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
	high, low uint64 // and not 16 bytes: these are compared and copied in registers
	set       bool
}

// personOf returns the PersonID of 16 bytes.
func personOf(sum []byte) PersonID {
	return PersonID{high: binary.BigEndian.Uint64(sum), low: binary.BigEndian.Uint64(sum[8:]), set: true}
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
	var sum [16]byte
	if n, err := personEncoding().Decode(sum[:], []byte(strings.ToUpper(body))); err != nil || n != len(sum) {
		return PersonID{}, ErrPersonID
	}
	id := personOf(sum[:])
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
	// Five bits a letter, as RFC 4648 has them; the last letter has three of its own.
	const size = len(personPrefix) + personLetters
	b = slices.Grow(b, size)[:len(b)+size]
	text := b[len(b)-size:]
	copy(text, personPrefix)
	letters := text[len(personPrefix):]
	binary.BigEndian.PutUint64(letters[0:], eightLetters(id.high>>24))
	binary.BigEndian.PutUint64(letters[8:], eightLetters(id.high<<16|id.low>>48))
	binary.BigEndian.PutUint64(letters[16:], eightLetters(id.low>>8))
	binary.BigEndian.PutUint64(letters[18:], eightLetters(id.low<<2)) // the last two, and six again
	return b, nil
}

// eightLetters writes the lowest 40 bits in base32, the first letter in the
// highest byte. It works on all eight at once, since a decision writes people into
// the digest of its request.
func eightLetters(v uint64) uint64 {
	const each = 0x0101010101010101
	v = v>>20&0xfffff<<32 | v&0xfffff
	v = v>>10&0x000003ff_000003ff<<16 | v&0x000003ff_000003ff
	v = v>>5&0x001f001f_001f001f<<8 | v&0x001f001f_001f001f
	digit := (v + each*(128-26)) >> 7 & each // 1 where a letter is past z
	return v + each*'a' - digit*('a'-'2'+26)
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
	first := bits.LeadingZeros64(id.high ^ other.high)
	if id.high == other.high {
		first += bits.LeadingZeros64(id.low ^ other.low)
	}
	if first == 128 {
		return 0
	}
	return cmp.Compare(id.rank(first/5), other.rank(first/5))
}

// rank orders the letters of the text form: base32 counts a to z and 2 to 7, and
// digits sort before letters.
func (id PersonID) rank(letter int) uint8 {
	at := letter * 5 // its first bit, which is shifted to the front
	value := id.low << max(0, at-64)
	if at < 64 {
		value = id.high<<at | id.low>>(64-at)
	}
	return (uint8(value>>59) + 6) % 32
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
	if p.secrets == nil {
		return personOf(keyedSum(p.key, identifier)), nil
	}
	secret, err := secretOf(p.secrets, identifier)
	if err != nil {
		return PersonID{}, err
	}
	return personOf(keyedSum(p.key, erasableVersion, identifier, string(secret))), nil
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
