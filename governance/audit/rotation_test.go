package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// A key that was retired opens what it signed until then, and nothing after; so does
// the one before it. Nobody opens what the new key signed with the old ones alone.
func TestRetiredKeys(t *testing.T) {
	ctx := context.Background()
	var signers []*audit.Signer
	var publics []string
	for i := range 3 {
		secret, public, err := audit.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{byte(i)}, 32)), origin)
		require.NoError(t, err)
		signer, err := audit.NewSigner(secret)
		require.NoError(t, err)
		signers, publics = append(signers, signer), append(publics, public)
	}
	now, err := audit.NewVerifier(publics[2])
	require.NoError(t, err)
	first, err := now.WithRetired(publics[0], 2)
	require.NoError(t, err)
	key, err := first.WithRetired(publics[1], 4)
	require.NoError(t, err)
	most := []int64{2, 4, 9}

	store := new(audit.MemoryStore)
	j, err := audit.OpenJournal(ctx, store, key, nil)
	require.NoError(t, err)
	var lines string
	for size := int64(0); size <= 6; size++ {
		for i, signer := range signers {
			head, err := j.Sign(signer)
			require.NoError(t, err)
			frontier, err := j.SignFrontier(signer)
			require.NoError(t, err)
			c, opened := key.Open(head)
			_, resumed := audit.ResumeJournal(ctx, store, key, frontier, nil)
			report := audit.Verify(strings.NewReader(lines), key, [][]byte{head})
			if size <= most[i] {
				require.NoError(t, opened)
				require.NoError(t, resumed)
				require.Equal(t, j.Head(), c)
				require.True(t, report.OK(), "%v", report.Findings)
			} else {
				require.ErrorIs(t, opened, audit.ErrSignature)
				require.EqualError(t, opened, fmt.Sprintf("%v: by one that was retired at %d records", audit.ErrSignature, most[i]))
				require.ErrorIs(t, resumed, audit.ErrSignature)
				require.Equal(t, audit.BadSignature, report.Verdict)
			}
			_, err = now.Open(head)
			require.Equal(t, i == 2, err == nil, "it was left as it was")
			_, err = first.Open(head)
			require.Equal(t, i == 2 || i == 0 && size <= 2, err == nil, "as was the next")
		}
		_, err := j.Append(ctx, event(t, int(size)))
		require.NoError(t, err)
		for record := range store.Read(ctx, size) {
			lines += string(record) + "\n"
		}
	}

	_, foreign, err := audit.GenerateKey(bytes.NewReader(make([]byte, 32)), "example.com/other/audit")
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		key    string
		size   int64
		refuse string
	}{
		"of another log": {foreign, 1, "another log"},
		"no key":         {"x", 1, "malformed verifier key"},
		"in use":         {publics[2], 1, "retired once"},
		"retired before": {publics[0], 1, "retired once"},
		"at no size":     {publics[1], -1, "retired at -1 records"},
	} {
		_, err := first.WithRetired(tt.key, tt.size)
		require.ErrorContains(t, err, tt.refuse, name)
	}
	_, err = new(audit.Verifier).WithRetired(publics[0], 1)
	require.Error(t, err)
}

// Whoever stole a retired key can vouch for another log that is no longer than it was
// then; the checkpoint of the true one, kept elsewhere, tells.
func TestRetiredKeyNeedsAnAnchor(t *testing.T) {
	old, err := audit.NewSigner(keyOf(t, "old").secret)
	require.NoError(t, err)
	now, err := audit.NewVerifier(keyOf(t, "new").public)
	require.NoError(t, err)
	truth := write(t, origin, 3)
	key, err := now.WithRetired(keyOf(t, "old").public, 3)
	require.NoError(t, err)
	forged := writeEvents(t, origin, []audit.Event{event(t, 2), event(t, 1)})
	head := sign(t, forged.log, old)
	require.True(t, verify(text(forged.lines), key, head).OK())
	require.False(t, verify(text(forged.lines), key, head, truth.log.Head()).OK())
}

type keyPair struct{ secret, public string }

func keyOf(t *testing.T, seed string) keyPair {
	secret, public, err := audit.GenerateKey(seeded(seed), origin)
	require.NoError(t, err)
	return keyPair{secret, public}
}
