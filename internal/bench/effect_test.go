package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The made-up panels have the shape of the real ones, and the contests run on
// them.
func TestEffectContests(t *testing.T) {
	t.Setenv("COACHING_DATA", "")
	c, err := counties()
	require.NoError(t, err)
	require.Len(t, c.y, 500*5)
	o, err := officers(1)
	require.NoError(t, err)
	require.Len(t, o.y, 7785*72)
	require.NoError(t, o.agrees(12))
	o.estimate = 12.1
	require.Error(t, o.agrees(12))
	var out bytes.Buffer
	require.NoError(t, run(&out, regexp.MustCompile("^effect-(group-time|long)$"), 1))
	require.Equal(t, 2, strings.Count(out.String(), "made-up panel"), out.String())
}
