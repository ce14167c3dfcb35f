package coaching

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The keyed step is HMAC-SHA-256 over length-prefixed fields. The sums were
// made with Python 3.11 (hmac, hashlib, struct) from the key 00 01 ... 1f.
func TestKeyedSum(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	tests := []struct{ programme, scope, id, want string }{
		{"pilot-2026a", "leader", "7d99f98f-c0a6-4df9-b2c3-ec9507caf781", "7cfb78ba52c13d34839cf088617914ba4d10f59eb5018e2280d5e4b0be614dd5"},
		{"pilot-2026a", "leader", "E1001", "00c6d60764969d51aed0490a51bdb27eb17057cc63ac56e9adb3baf7177c4144"},
		{"pilot-2026b", "leader", "E1001", "052d6829f6ea6acef553b296fd86668c3d5444fa521beac93614e2823c0fcecb"},
		{"pilot-2026a", "team", "E1001", "8fd052699f0b8dc73c51752791e0a1c981fd80b1f90742b2dbaad2bf653db28e"},
		{"pilot-2026a", "leader", "josé@example.com", "1a60ab4a1fe37cd351156e41d20d32e206a45559e7febb1fa88c5194e08c1339"},
		{"pilot-2026a", "leader", "", "ef1f87fdc5c97c24467a2cdcbf2b5afd417dcefade69b9dbe4660fe34b5e9901"},
	}
	for _, tt := range tests {
		t.Run(tt.programme+" "+tt.scope+" "+tt.id, func(t *testing.T) {
			require.Equal(t, tt.want, hex.EncodeToString(keyedSum(key, tt.programme, tt.scope, tt.id)))
		})
	}
}

// This version's pseudonyms must never change: they join a programme's data
// over time. Made with Python 3.11: hmac, and HKDF written from RFC 5869.
func TestPersonGolden(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: 1})
	id, err := p.Person("E1001")
	require.NoError(t, err)
	require.Equal(t, personGolden, id.String())
}

const personGolden = "p1_rkg7onyehrcolpkr3fglpo7bda"

// A difference in any field of the domain makes an unrelated person.
func TestDomainsShareNoPerson(t *testing.T) {
	seen := map[PersonID]string{}
	for _, programme := range []string{"a", "ab", "b"} {
		for _, purpose := range []string{"a", "ab", "bc", "c"} {
			for epoch := range uint32(3) {
				p := pseudonymizer(t, Domain{Programme: programme, Purpose: purpose, Epoch: epoch})
				for _, who := range []string{"E1", "E2", "e1"} {
					id, err := p.Person(who)
					require.NoError(t, err)
					where := fmt.Sprint(programme, " ", purpose, " ", epoch, " ", who)
					require.NotContains(t, seen, id, where)
					seen[id] = where
				}
			}
		}
	}
}

func TestPersonRefusals(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "p", Purpose: "c"})
	for _, who := range []string{"", strings.Repeat("x", 1025), "caf\xe9 Secretname"} {
		_, err := p.Person(who)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "Secretname")
	}
	_, err := NewPseudonymizer(make([]byte, 31), Domain{Programme: "p", Purpose: "c"})
	require.ErrorContains(t, err, "31 bytes")
	_, err = NewPseudonymizer(make([]byte, 32), Domain{Programme: "p"})
	require.Error(t, err)
}

// Text that is not a pseudonym is refused, and the error never repeats it.
func TestParsePersonIDRefuses(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "p", Purpose: "c"})
	id, err := p.Person("E1")
	require.NoError(t, err)
	good := id.String()
	for _, text := range []string{
		"", "Ada Lovelace", "ada@example.com", "p1_", good + "a", good[:len(good)-1], strings.ToUpper(good),
		"p2_" + good[3:], good[:len(good)-1] + "b", " " + good, good[:10] + "1" + good[11:],
	} {
		if text == good {
			continue
		}
		got, err := ParsePersonID(text)
		require.ErrorIs(t, err, ErrPersonID, text)
		require.True(t, got.IsZero())
		if len(text) > 3 {
			require.NotContains(t, err.Error(), text)
		}
	}
}

func TestPersonIDRoundTrip(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "p", Purpose: "c"})
	rapid.Check(t, func(t *rapid.T) {
		id, err := p.Person(rapid.StringN(1, 40, 200).Draw(t, "who"))
		require.NoError(t, err)
		back, err := ParsePersonID(id.String())
		require.NoError(t, err)
		require.Equal(t, id, back)
		text, err := json.Marshal(map[PersonID]PersonID{id: id})
		require.NoError(t, err)
		var read map[PersonID]PersonID
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, id, read[id])
	})
	var nobody PersonID
	require.NoError(t, nobody.UnmarshalText(nil))
	require.True(t, nobody.IsZero())
	require.Empty(t, nobody.String())
}

// The key shows under no verb.
func TestPseudonymizerHidesItsKey(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "p", Purpose: "c"})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown := fmt.Sprintf(verb, p)
		require.NotContains(t, shown, hex.EncodeToString(p.key))
		require.NotContains(t, shown, fmt.Sprint(p.key))
		require.Contains(t, shown, "Pseudonymizer")
	}
}

func FuzzParsePersonID(f *testing.F) {
	f.Add("p1_abcdefghijklmnopqrstuvwxya")
	f.Add("p1_aaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := ParsePersonID(text); err == nil {
			require.Equal(t, text, id.String())
		}
	})
}

func pseudonymizer(t *testing.T, d Domain) *Pseudonymizer {
	t.Helper()
	master := make([]byte, 32)
	for i := range master {
		master[i] = byte(i)
	}
	p, err := NewPseudonymizer(master, d)
	require.NoError(t, err)
	return p
}

// Compare renders no text, and orders as the text does: here people who differ in
// one bit, or in many, or in being nobody.
func TestPersonCompareOrdersTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := personOf(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "a"))
		b := a
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			b = PersonID{}
		case 1:
			b = personOf(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "b"))
		default:
			bit := rapid.IntRange(0, 127).Draw(t, "bit")
			b.high ^= 1 << bit // nothing from the 64th on
			b.low ^= 1 << max(0, bit-64) & -uint64(bit/64)
		}
		require.Equal(t, strings.Compare(a.String(), b.String()), a.Compare(b))
		require.Equal(t, strings.Compare(b.String(), a.String()), b.Compare(a))
		require.Zero(t, a.Compare(a))
		sum := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, a.high), a.low)
		require.Equal(t, "p1_"+strings.ToLower(personEncoding().EncodeToString(sum)), a.String())
	})
	require.Zero(t, PersonID{}.Compare(PersonID{}))
}

// Without a key a pseudonym would be a plain hash, which a list of staff numbers
// undoes.
func TestPseudonymizerWithoutAKeyMakesNoPersonID(t *testing.T) {
	for _, p := range []*Pseudonymizer{nil, {}} {
		id, err := p.Person("E1")
		require.ErrorContains(t, err, "without a key")
		require.True(t, id.IsZero())
	}
}
