package audit

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// What the key has signed is not enough: the text must be one that this package
// signs, and of this log.
func TestSignedTextOfAnotherForm(t *testing.T) {
	secret, public, err := GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), "ct")
	require.NoError(t, err)
	signer, err := NewSigner(secret)
	require.NoError(t, err)
	key, err := NewVerifier(public)
	require.NoError(t, err)
	sign := func(text string) []byte {
		signed, err := note.Sign(&note.Note{Text: text}, signer.key)
		require.NoError(t, err)
		return signed
	}
	var tree frontier
	for n := range 3 {
		tree.add(tlog.RecordHash([]byte{byte(n)}), nil)
	}
	latest := time.Date(2027, 1, 4, 9, 0, 0, 5, time.UTC)
	head := Checkpoint{Origin: "ct", Size: 3, Root: tree.root()}
	_, err = key.Open(sign(head.Text()))
	require.NoError(t, err)
	for _, text := range []string{head.Text() + "\nmore\n", head.Text() + "more\n", frontierText("ct", &tree, latest)} {
		_, err = key.Open(sign(text))
		require.Error(t, err, "%q", text)
	}

	good := frontierText("ct", &tree, latest)
	lines := strings.SplitAfter(good, "\n")
	resume := func(text string) error {
		_, err := ResumeJournal(context.Background(), &MemoryStore{records: make([][]byte, 3)}, key, sign(text), nil)
		return err
	}
	require.NoError(t, resume(good))
	for name, text := range map[string]string{
		"a checkpoint":        head.Text(),
		"another root":        strings.Replace(good, lines[2], ctCheckpoint(t, 3).Text()[5:], 1),
		"another size":        strings.Replace(good, "\n3\n", "\n4\n", 1),
		"hashes swapped":      lines[0] + lines[1] + lines[2] + lines[3] + lines[5] + lines[4],
		"a hash lost":         lines[0] + lines[1] + lines[2] + lines[3] + lines[4],
		"a hash more":         good + lines[4],
		"a short hash":        strings.Replace(good, lines[5], lines[5][4:], 1),
		"no time":             lines[0] + lines[1] + lines[2] + "latest -\n" + lines[4] + lines[5],
		"another time's form": strings.Replace(good, "Z\n", "+00:00\n", 1),
		"carriage returns":    strings.Replace(good, "\n", "\r\n", 4),
		"an empty line":       good + "\n",
		"no end":              strings.TrimSuffix(good, "\n"),
	} {
		if strings.HasSuffix(text, "\n") && !strings.Contains(text, "\r") { // nothing else is a note
			require.ErrorIs(t, resume(text), ErrCheckpoint, name)
		}
		_, _, _, err := parseFrontier(text)
		require.ErrorIs(t, err, ErrCheckpoint, name)
	}
	require.ErrorIs(t, resume(frontierText("ct2", &tree, latest)), ErrOrigin)
}
