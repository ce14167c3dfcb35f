package coaching

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// secretTable is a host's table of secrets.
type secretTable map[string][]byte

func (s secretTable) Secret(identifier string) ([]byte, error) {
	secret, ok := s[identifier]
	if !ok {
		return nil, fmt.Errorf("no row for %s: %w", identifier, ErrErased)
	}
	return secret, nil
}

// failing is a table that cannot be read.
type failing struct{}

func (failing) Secret(identifier string) ([]byte, error) {
	return nil, fmt.Errorf("no connection while looking for %s", identifier)
}

func listOf(identifiers ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range identifiers {
			if !yield(id, nil) {
				return
			}
		}
	}
}

func counting(first byte) []byte {
	secret := make([]byte, MinSecret)
	for i := range secret {
		secret[i] = first + byte(i)
	}
	return secret
}

// These never change either. Made with Python 3.11 as those of TestPersonGolden,
// with a secret of 20 21 ... 3f.
func TestErasablePersonGolden(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: 1})
	erasable := p.WithSecrets(secretTable{"E1001": counting(32)})
	id, err := erasable.Person("E1001")
	require.NoError(t, err)
	require.Equal(t, "p1_iabcssw4t2ighrtq5fme5aijga", id.String())
	require.Equal(t, "k1_nqfzmhiekvawzp5d", p.KeyID())
	require.Equal(t, "k1_hjdesztzpxmt5inl", erasable.KeyID())
}

// A key's name tells apart domains and masters, and is none without a key.
func TestKeyID(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range []Domain{{"a", "b", 0}, {"a", "b", 1}, {"ab", "b", 0}, {"a", "bb", 0}} {
		p := pseudonymizer(t, d)
		other, err := NewPseudonymizer(counting(9), d)
		require.NoError(t, err)
		for _, q := range []*Pseudonymizer{p, other, p.WithSecrets(secretTable{})} {
			require.False(t, seen[q.KeyID()])
			seen[q.KeyID()] = true
		}
		require.Equal(t, p.KeyID(), pseudonymizer(t, d).KeyID())
	}
	for _, none := range []*Pseudonymizer{nil, {}, (*Pseudonymizer)(nil).WithSecrets(nil), new(Pseudonymizer).WithSecrets(secretTable{})} {
		require.Empty(t, none.KeyID())
		_, err := none.Person("E1")
		require.ErrorContains(t, err, "without a key")
	}
}

// Without the secret there is no PersonID, and no error quotes whose it was.
func TestErasablePersonRefusals(t *testing.T) {
	p := pseudonymizer(t, Domain{Programme: "p", Purpose: "c"})
	tests := map[string]struct {
		secrets Secrets
		erased  bool
		want    string
	}{
		"nobody has one":  {nil, true, "no secret"},
		"no row":          {secretTable{}, true, "no secret"},
		"no connection":   {failing{}, false, "could not be read"},
		"a short one":     {secretTable{"Secretname": make([]byte, MinSecret-1)}, false, "31 bytes, want at least 32"},
		"an empty one":    {secretTable{"Secretname": {}}, false, "0 bytes"},
		"somebody else's": {secretTable{"Othername": counting(1)}, true, "no secret"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			id, err := p.WithSecrets(tt.secrets).Person("Secretname")
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.erased, errors.Is(err, ErrErased))
			require.NotContains(t, err.Error(), "Secretname")
			require.True(t, id.IsZero())
		})
	}
	_, err := p.WithSecrets(secretTable{"": counting(1)}).Person("")
	require.Error(t, err, "an identifier is what it was without secrets")
}

// The PersonID depends on the key, the identifier and every byte of the secret,
// and on nothing else; with secrets it is not the one without.
func TestErasablePersonDependsOnEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pseudonymizer1(t, rapid.Uint32Range(0, 3).Draw(t, "epoch"))
		who := rapid.StringN(1, 20, 80).Draw(t, "who")
		secret := rapid.SliceOfN(rapid.Byte(), MinSecret, MinSecret+8).Draw(t, "secret")
		id, err := p.WithSecrets(secretTable{who: secret}).Person(who)
		require.NoError(t, err)
		again, err := p.WithSecrets(secretTable{who: append([]byte(nil), secret...)}).Person(who)
		require.NoError(t, err)
		require.Equal(t, id, again)

		plain, err := p.Person(who)
		require.NoError(t, err)
		require.NotEqual(t, id, plain)
		changed := append([]byte(nil), secret...)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] ^= 1
		other, err := p.WithSecrets(secretTable{who: changed}).Person(who)
		require.NoError(t, err)
		require.NotEqual(t, id, other)
		other, err = p.WithSecrets(secretTable{who + "x": secret}).Person(who + "x")
		require.NoError(t, err)
		require.NotEqual(t, id, other)
		other, err = pseudonymizer1(t, 7).WithSecrets(secretTable{who: secret}).Person(who)
		require.NoError(t, err)
		require.NotEqual(t, id, other)
	})
}

func pseudonymizer1(t *rapid.T, epoch uint32) *Pseudonymizer {
	p, err := NewPseudonymizer(counting(1), Domain{Programme: "p", Purpose: "c", Epoch: epoch})
	require.NoError(t, err)
	return p
}

// Every PersonID of the old epoch moves to that of the same person in the new one,
// in the order of the directory; whoever is erased moves nowhere.
func TestRotate(t *testing.T) {
	secrets := secretTable{"E1": counting(1), "E3": counting(3)}
	for _, from := range []*Pseudonymizer{
		pseudonymizer(t, Domain{"p", "c", 1}),
		pseudonymizer(t, Domain{"p", "c", 1}).WithSecrets(secrets),
	} {
		to := pseudonymizer(t, Domain{"p", "c", 2})
		if from.secrets != nil {
			to = to.WithSecrets(secrets)
		}
		var want, got [][2]PersonID
		for _, who := range []string{"E1", "E2", "E3"} {
			old, err := from.Person(who)
			if errors.Is(err, ErrErased) {
				continue
			}
			require.NoError(t, err)
			renewed, err := to.Person(who)
			require.NoError(t, err)
			want = append(want, [2]PersonID{old, renewed})
		}
		err := from.Rotate(to, listOf("E1", "E2", "E3"), func(old, renewed PersonID) error {
			got = append(got, [2]PersonID{old, renewed})
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// What stops a rotation: each names its place and nobody.
func TestRotateRefusals(t *testing.T) {
	old, renewed := pseudonymizer(t, Domain{"p", "c", 1}), pseudonymizer(t, Domain{"p", "c", 2})
	nothing := func(PersonID, PersonID) error { return nil }
	require.ErrorContains(t, new(Pseudonymizer).Rotate(renewed, listOf("E1"), nothing), "with a key")
	require.ErrorContains(t, old.Rotate(nil, listOf("E1"), nothing), "with a key")
	require.ErrorContains(t, old.Rotate(pseudonymizer(t, Domain{"p", "c", 1}), listOf("E1"), nothing), "raise the epoch")
	require.ErrorContains(t, old.Rotate(renewed, nil, nothing), "needs a directory")
	require.ErrorContains(t, old.Rotate(renewed, listOf("E1"), nil), "needs a directory")
	require.ErrorContains(t, old.Rotate(renewed, listOf("E1", ""), nothing), "entry 1 of the directory: ")
	err := old.Rotate(renewed.WithSecrets(nil), listOf("Secretname"), nothing)
	require.ErrorContains(t, err, "entry 0 of the directory, in the new epoch")
	require.ErrorIs(t, err, ErrErased, "nobody is left behind without a word")
	require.NotContains(t, err.Error(), "Secretname")
	err = old.WithSecrets(failing{}).Rotate(renewed, listOf("Secretname"), nothing)
	require.ErrorContains(t, err, "could not be read")
	require.NotContains(t, err.Error(), "Secretname")

	broken, calls := errors.New("disk full"), 0
	require.ErrorIs(t, old.Rotate(renewed, listOf("E1", "E2"), func(PersonID, PersonID) error { calls++; return broken }), broken)
	require.Equal(t, 1, calls)
	require.ErrorIs(t, old.Rotate(renewed, func(yield func(string, error) bool) { yield("", broken) }, nothing), broken)
}

// Neither key nor secret shows under any verb.
func TestErasablePseudonymizerHidesItsSecrets(t *testing.T) {
	p := pseudonymizer(t, Domain{"p", "c", 1}).WithSecrets(secretTable{"Secretname": counting('A')})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, thing := range []any{p, struct{ P *Pseudonymizer }{p}} {
			require.NotContains(t, fmt.Sprintf(verb, thing), "Secretname")
			require.NotContains(t, fmt.Sprintf(verb, thing), "ABCD")
		}
	}
}
