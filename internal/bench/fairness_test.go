package main

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

// The library counts coded columns as numpy does, in both of its types, and rows
// of text as columns. A difference is seen.
func TestFairnessCountsAgree(t *testing.T) {
	c := fairColumns(100_003)
	table, groupings, err := countFair(c)
	require.NoError(t, err)
	rows, err := fairness.NewTable(fairSpec())
	require.NoError(t, err)
	for _, person := range fairPeople(c) {
		require.NoError(t, rows.Add(person))
	}
	require.Equal(t, table.Fingerprint(), rows.Fingerprint())
	peer, err := runNumpy(c, 1)
	if errors.Is(err, errNoNumpy) {
		t.Skip("python3 with numpy is not installed (Debian: python3-numpy), so there is no second count")
	}
	require.NoError(t, err)
	require.NoError(t, peer.agrees(groupings))
	peer.Counts[6][35][1]++
	require.Error(t, peer.agrees(groupings))
}

// The contests that need no peer check their answers and print their lines.
func TestFairnessContests(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out, regexp.MustCompile("^fairness-(strings|evaluate|interval)$"), 1))
	require.Equal(t, 3, strings.Count(out.String(), "\nfairness-"), out.String())
}

func BenchmarkFairnessCount(b *testing.B) {
	c := fairColumns(fairRows)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := countFair(c)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/fairRows, "ns/row")
}
