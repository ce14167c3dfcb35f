package audit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// grown returns a log of n leaves, its keys and its signed checkpoint.
func grown(t testing.TB, origin string, n int) (*Log, *Signer, *Verifier) {
	t.Helper()
	secret, public, err := GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), origin)
	require.NoError(t, err)
	signer, err := NewSigner(secret)
	require.NoError(t, err)
	key, err := NewVerifier(public)
	require.NoError(t, err)
	log, err := NewLog(origin)
	require.NoError(t, err)
	for i := range n {
		log.tree.add(tlog.RecordHash(leafOf(i)))
	}
	log.root = log.tree.root()
	return log, signer, key
}

func leafOf(i int) []byte { return fmt.Append(nil, "record ", i) }

// proveText returns the text of a proof in the log as it stands.
func proveText(t testing.TB, log *Log, signer *Signer, index int64) string {
	t.Helper()
	head, err := log.Sign(signer)
	require.NoError(t, err)
	proof, err := log.ProveInclusion(index, log.Head().Size)
	require.NoError(t, err)
	text, err := InclusionProof{Index: index, Proof: proof, Head: head}.MarshalText()
	require.NoError(t, err)
	return string(text)
}

// The text is read as the specification says it is to be read, with the library's
// own functions: version, index, hashes from the leaf's sibling up, empty line,
// checkpoint.
func TestProofTextIsATlogProof(t *testing.T) {
	for n := 1; n <= 40; n++ {
		log, signer, key := grown(t, "example.com/pilot/audit", n)
		for index := range n {
			text := proveText(t, log, signer, int64(index))
			front, head, ok := strings.Cut(text, "\n\n")
			require.True(t, ok)
			lines := strings.Split(front, "\n")
			require.Equal(t, []string{"c2sp.org/tlog-proof@v1", fmt.Sprintf("index %d", index)}, lines[:2])
			var hashes tlog.RecordProof
			for _, line := range lines[2:] {
				hash, err := tlog.ParseHash(line)
				require.NoError(t, err)
				hashes = append(hashes, hash)
			}
			signed, err := note.Open([]byte(head), note.VerifierList(key.key))
			require.NoError(t, err)
			root, err := tlog.ParseHash(strings.Split(signed.Text, "\n")[2])
			require.NoError(t, err)
			require.NoError(t, tlog.CheckRecord(hashes, int64(n), root, int64(index), tlog.RecordHash(leafOf(index))))

			var p InclusionProof
			require.NoError(t, p.UnmarshalText([]byte(text)))
			c, err := p.Verify(key, leafOf(index))
			require.NoError(t, err)
			require.Equal(t, log.Head(), c)
			_, err = p.Verify(key, leafOf(index+1))
			require.ErrorIs(t, err, ErrProof)
		}
	}
}

// Every changed bit, lost byte and doubled line of a proof's text is an error, in
// reading or in verifying.
func TestProofTextTampered(t *testing.T) {
	log, signer, key := grown(t, "example.com/pilot/audit", 13)
	text := proveText(t, log, signer, 5)
	refuse := func(text string) {
		t.Helper()
		var p InclusionProof
		if err := p.UnmarshalText([]byte(text)); err != nil {
			require.ErrorIs(t, err, errProofText)
			require.Equal(t, InclusionProof{}, p)
			return
		}
		c, err := p.Verify(key, leafOf(5))
		require.Error(t, err, "%q", text)
		require.Equal(t, Checkpoint{}, c)
	}
	for i := range text {
		for bit := range 8 {
			b := []byte(text)
			b[i] ^= 1 << bit
			refuse(string(b))
		}
		refuse(text[:i])
		refuse(text[:i] + text[i+1:])
		refuse(text[:i] + text[i:i+1] + text[i:])
	}
	for _, text := range []string{
		"", "\n\n", text + "\n", "\n" + text, strings.Replace(text, "index 5", "index 05", 1), strings.Replace(text, "index 5", "index +5", 1),
		strings.Replace(text, "index 5", "index -5", 1), strings.Replace(text, "index 5", "extra eA==\nindex 5", 1),
		strings.Replace(text, "index 5", "index 9223372036854775807", 1), strings.ReplaceAll(text, "\n", "\r\n"),
		strings.Replace(text, "@v1", "@v2", 1), text + strings.Repeat("x", 5000),
	} {
		refuse(text)
	}
	// Another log's proof.
	other, stranger, strangerKey := grown(t, "example.com/other/audit", 13)
	refuse(proveText(t, other, stranger, 5))
	var p InclusionProof
	require.NoError(t, p.UnmarshalText([]byte(text)))
	_, err := p.Verify(strangerKey, leafOf(5))
	require.ErrorIs(t, err, ErrOrigin)
	_, err = InclusionProof{}.Verify(key, nil)
	require.Error(t, err)
	for _, p := range []InclusionProof{{}, {Index: -1, Head: p.Head}, {Proof: make(Proof, 64), Head: p.Head}, {Head: make([]byte, 2000)}} {
		_, err := p.MarshalText()
		require.Error(t, err)
	}
}

// At a million records a proof with its checkpoint has less than 1.2 kB.
func TestProofTextIsShort(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 10_000
	}
	log, signer, key := grown(t, "example.com/product-org-12w/audit", n)
	for _, index := range []int{0, n / 3, n - 1} {
		text := proveText(t, log, signer, int64(index))
		require.LessOrEqual(t, len(text), 1200)
		var p InclusionProof
		require.NoError(t, p.UnmarshalText([]byte(text)))
		_, err := p.Verify(key, leafOf(index))
		require.NoError(t, err)
		t.Logf("record %d of %d: %d hashes, %d bytes", index, n, len(p.Proof), len(text))
	}
}

// What parses, prints as the same text.
func FuzzInclusionProof(f *testing.F) {
	log, signer, _ := grown(f, "ct", 6)
	f.Add(proveText(f, log, signer, 0))
	f.Add(proveText(f, log, signer, 5))
	f.Add("c2sp.org/tlog-proof@v1\nindex 0\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n\nx")
	f.Fuzz(func(t *testing.T, text string) {
		var p InclusionProof
		if p.UnmarshalText([]byte(text)) != nil {
			require.Equal(t, InclusionProof{}, p)
			return
		}
		again, err := p.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	})
}

// The proof of one record among a million, made and verified.
func BenchmarkInclusionProof(b *testing.B) {
	log, signer, key := grown(b, "example.com/pilot/audit", 1<<20)
	text := proveText(b, log, signer, 777_777)
	record := leafOf(777_777)
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			if _, err := log.ProveInclusion(777_777, 1<<20); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			var p InclusionProof
			if err := p.UnmarshalText([]byte(text)); err != nil {
				b.Fatal(err)
			}
			if _, err := p.Verify(key, record); err != nil {
				b.Fatal(err)
			}
		}
	})
}
