package audit_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// The log of version audit/v1 is read and verified for ever. It was written by
// this package and must never be written again: a new format is a new version,
// with a file of its own.
func TestGoldenLogV1(t *testing.T) {
	signer, key := keys(t, origin, "golden")
	w := write(t, origin, 29)
	log, err := os.ReadFile("testdata/v1.jsonl")
	require.NoError(t, err)
	head, err := os.ReadFile("testdata/v1.checkpoint")
	require.NoError(t, err)

	report := audit.Verify(bytes.NewReader(log), key, [][]byte{head})
	require.True(t, report.OK(), "%v", report.Findings)
	require.EqualValues(t, 29, report.Records)
	i := 0
	for entry, err := range audit.ReadLines(bytes.NewReader(log)) {
		require.NoError(t, err)
		require.Equal(t, event(t, i), entry.Event())
		i++
	}
	// The same events give the same bytes, and the same key the same signature.
	require.Equal(t, string(log), text(w.lines))
	require.Equal(t, string(head), string(sign(t, w.log, signer)))
	require.True(t, strings.HasPrefix(string(log), `{"v":"audit/v1","seq":0,"head":"e3b0c44298fc1c14`))
}
