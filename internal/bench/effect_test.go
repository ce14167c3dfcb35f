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

// The pilots drawn have no effect in them, so the exact tests claim one in no
// more than 5 of 100 and the sampling error; a method that always claims is seen
// to. The seed is fixed: the rates are the same in each run.
func TestFalsePositives(t *testing.T) {
	const round = 1 // 2,000 pilots; three errors are 1.5 %
	for _, c := range falseContests() {
		r, err := c.run(round)
		require.NoError(t, err, c.name)
		if c.bound == atMost {
			require.LessOrEqual(t, r.value, c.budget+1, c.name)
		}
		require.Positive(t, r.value, c.name)
	}
	liar := func([][]float64, []bool) (float64, error) { return 0.05, nil }
	r, err := falsePositives(nullWorld{treated: 1, control: 1, weeks: 2}, liar, "")(round)
	require.NoError(t, err)
	require.Equal(t, 100.0, r.value)
}
