package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// A frontier has one text, and its hashes make its root: a signature does not
// stand in for that.
func TestFrontierHasOneText(t *testing.T) {
	var f frontier
	for i := range byte(11) {
		f.add(tlog.RecordHash([]byte{i}), nil)
	}
	text := frontierText("example.com/audit", &f, time.Date(2027, 6, 1, 9, 0, 0, 500_000_000, time.UTC))
	c, again, latest, err := parseFrontier(text)
	require.NoError(t, err)
	require.EqualValues(t, 11, c.Size)
	require.Equal(t, f.root(), again.root())
	require.Equal(t, text, frontierText(c.Origin, again, latest))

	lines := strings.SplitAfter(text, "\n")
	for i, bad := range map[int][]string{
		2: {Digest(tlog.RecordHash([]byte("another"))).String() + "\n", lines[4]},
		3: {"latest 2027-06-01T09:00:00.50Z\n", "latest 2027-06-01T09:00:00,5Z\n", "latest 2027-06-01T11:00:00.5+02:00\n", "latest -\n"},
		4: {lines[5], ""},
		6: {lines[6] + lines[6], strings.TrimSuffix(lines[6], "\n")},
	} {
		for _, b := range bad {
			changed := strings.Join(lines[:i], "") + b + strings.Join(lines[i+1:], "")
			_, _, _, err := parseFrontier(changed)
			require.ErrorIs(t, err, ErrCheckpoint, "line %d as %q", i, b)
		}
	}
}
