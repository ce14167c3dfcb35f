package enforce_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/enforce"
)

// siv is deterministic authenticated encryption for tests: the SIV construction
// with HMAC-SHA-256 for the synthetic IV and AES-CTR, in place of AES-SIV.
type siv struct{ mac, enc []byte }

func newSIV(seed byte) siv {
	return siv{bytes.Repeat([]byte{seed}, 32), bytes.Repeat([]byte{seed + 1}, 32)}
}

func (s siv) iv(plaintext, data []byte) []byte {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(data))))
	mac.Write(data)
	mac.Write(plaintext)
	return mac.Sum(nil)[:aes.BlockSize]
}

func (s siv) crypt(iv, text []byte) []byte {
	block, err := aes.NewCipher(s.enc)
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(text))
	cipher.NewCTR(block, iv).XORKeyStream(out, text)
	return out
}

func (s siv) EncryptDeterministically(plaintext, data []byte) ([]byte, error) {
	iv := s.iv(plaintext, data)
	return append(iv, s.crypt(iv, plaintext)...), nil
}

func (s siv) DecryptDeterministically(ciphertext, data []byte) ([]byte, error) {
	if len(ciphertext) < aes.BlockSize {
		return nil, errors.New("short")
	}
	iv := ciphertext[:aes.BlockSize]
	plaintext := s.crypt(iv, ciphertext[aes.BlockSize:])
	if !hmac.Equal(iv, s.iv(plaintext, data)) {
		return nil, fmt.Errorf("not authentic: %s", plaintext)
	}
	return plaintext, nil
}

// vaultOf returns a vault over a table in memory.
func vaultOf(c enforce.Cipher, rows map[coaching.PersonID][]byte) enforce.Vault {
	return enforce.Vault{Cipher: c, Row: func(_ context.Context, id coaching.PersonID) ([]byte, error) {
		if row, ok := rows[id]; ok {
			return row, nil
		}
		return nil, errors.New("no row")
	}}
}

// What is sealed is found under its own pseudonym; the same identity gives the same
// row, and no row opens in another's place, under another key, or changed.
func TestVault(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		identity := rapid.StringN(1, 40, 160).Draw(t, "identity")
		rows := map[coaching.PersonID][]byte{}
		vault := vaultOf(newSIV(1), rows)
		row, err := vault.Seal(person("leader 1"), identity)
		require.NoError(t, err)
		again, err := vault.Seal(person("leader 1"), identity)
		require.NoError(t, err)
		require.Equal(t, row, again)
		rows[person("leader 1")] = row
		got, err := vault.Identity(ctx, person("leader 1"))
		require.NoError(t, err)
		require.Equal(t, identity, got)

		refuse := func(v enforce.Vault, id coaching.PersonID) {
			got, err := v.Identity(ctx, id)
			require.Error(t, err)
			require.Empty(t, got)
			require.NotContains(t, err.Error(), "not authentic")
		}
		rows[person("leader 2")] = row
		refuse(vault, person("leader 2"))
		refuse(vaultOf(newSIV(3), rows), person("leader 1"))
		changed := bytes.Clone(row)
		changed[rapid.IntRange(0, len(row)-1).Draw(t, "at")] ^= 1
		rows[person("leader 1")] = changed
		refuse(vault, person("leader 1"))
		delete(rows, person("leader 1"))
		refuse(vault, person("leader 1"))
	})
	vault := vaultOf(newSIV(1), nil)
	for _, v := range []enforce.Vault{{}, {Cipher: newSIV(1)}, {Row: vault.Row}} {
		_, err := v.Identity(ctx, person("leader 1"))
		require.ErrorContains(t, err, "no vault")
	}
	_, err := vault.Identity(ctx, coaching.PersonID{})
	require.ErrorContains(t, err, "nobody to look for")
	for _, identity := range []string{"", "\xff"} {
		_, err = vault.Seal(person("leader 1"), identity)
		require.Error(t, err)
	}
	_, err = vault.Seal(coaching.PersonID{}, "Ada")
	require.Error(t, err)
	_, err = enforce.Vault{}.Seal(person("leader 1"), "Ada")
	require.Error(t, err)
}

// The one match is returned wherever it stands; that there is none, that the
// directory could not be read, and that a part could not be compared, are three
// things.
func TestDirectory(t *testing.T) {
	ctx := context.Background()
	for _, d := range []enforce.Directory{staff("leader 1"), staff("E1", "leader 1", "E2"), staff("E1", "", "leader 1"), staff("leader 1", "leader 1")} {
		got, err := d.Identity(ctx, person("leader 1"))
		require.NoError(t, err)
		require.Equal(t, "leader 1", got)
	}
	_, err := staff("E1", "E2").Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "nobody in the directory")
	_, err = staff().Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "nobody in the directory")
	_, err = staff("E1", "").Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "1 of 2 entries")
	keyless := staff("leader 1")
	keyless.Pseudonymizer = nil
	_, err = keyless.Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "1 of 1 entries")
	_, err = staff("leader 1").Identity(ctx, coaching.PersonID{})
	require.Error(t, err)
	_, err = enforce.Directory{}.Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "no directory")

	done, stop := context.WithCancel(ctx)
	stop()
	_, err = staff("leader 1").Identity(done, person("leader 1"))
	require.ErrorIs(t, err, context.Canceled)
	broken := errors.New("connection lost")
	d := staff()
	d.People = func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) { yield("leader 1", broken) }
	}
	_, err = d.Identity(ctx, person("leader 1"))
	require.ErrorIs(t, err, broken)

	// The erased are passed over and are not an error.
	d = staff("erased", "leader 1")
	d.Pseudonymizer = testPeople().WithSecrets(nil)
	_, err = d.Identity(ctx, person("leader 1"))
	require.ErrorContains(t, err, "nobody in the directory")
}

// A vault finds who is behind a pseudonym without a directory; its rows cannot be
// exchanged.
func ExampleVault() {
	ctx := context.Background()
	rows := map[coaching.PersonID][]byte{} // the host's table
	vault := enforce.Vault{
		Cipher: newSIV(1), // AES-SIV in earnest, such as Tink's
		Row: func(_ context.Context, id coaching.PersonID) ([]byte, error) {
			if row, ok := rows[id]; ok {
				return row, nil
			}
			return nil, errors.New("no row")
		},
	}
	row, err := vault.Seal(person("leader 1"), "Ada")
	if err != nil {
		fmt.Println(err)
		return
	}
	rows[person("leader 1")], rows[person("leader 2")] = row, row

	fmt.Println(vault.Identity(ctx, person("leader 1")))
	fmt.Println(vault.Identity(ctx, person("leader 2")))
	fmt.Printf("%+v\n", vault)
	// Output:
	// Ada <nil>
	//  enforce: the row of the vault does not open
	// enforce.Vault
}
