package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi"
)

// The four-step chain with its trace.
func BenchmarkStatement(b *testing.B) {
	data, err := os.ReadFile("../../examples/roi-statement/testdata/case.json")
	require.NoError(b, err)
	c, _, fs := roi.Decode("case.json", data)
	require.Empty(b, fs)
	p := roi.DefaultPolicy()
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.Compute(p)
		require.NoError(b, err)
	}
}
