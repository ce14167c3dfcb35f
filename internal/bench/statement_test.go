package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi"
)

// The four-step chain with its trace.
func BenchmarkStatement(b *testing.B) {
	c, err := readCase()
	require.NoError(b, err)
	p := roi.DefaultPolicy()
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.Compute(p)
		require.NoError(b, err)
	}
}
