package audit_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// A digest has one text.
func TestParseDigest(t *testing.T) {
	d := audit.DigestOf([]byte("abc")) // FIPS 180-2, appendix B.1
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	require.Equal(t, want, d.String())
	got, err := audit.ParseDigest(want)
	require.NoError(t, err)
	require.Equal(t, d, got)
	none, err := audit.ParseDigest("")
	require.NoError(t, err)
	require.True(t, none.IsZero())
	require.Empty(t, none.String())
	for _, bad := range []string{strings.ToUpper(want), want[1:], want + "0", "g" + want[1:], " " + want[1:], strings.Repeat("0", 2*sha256.Size)} {
		got, err := audit.ParseDigest(bad)
		require.Error(t, err, "%q", bad)
		require.True(t, got.IsZero())
	}
}
