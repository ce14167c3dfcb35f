package main

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

func readPanel(b testing.TB, path string, wanted []string, attributes ...string) *signal.Panel {
	b.Helper()
	r, err := os.Open(path)
	require.NoError(b, err)
	defer r.Close()
	p, _, err := signal.ReadViva(r, signal.ImportSpec{People: pseudonymizer(b), Metrics: wanted, Attributes: attributes})
	require.NoError(b, err)
	return p
}

func readTable(b testing.TB, path string, wanted []string) *Table {
	b.Helper()
	r, err := os.Open(path)
	require.NoError(b, err)
	defer r.Close()
	t, err := ReadTable(r, wanted)
	require.NoError(b, err)
	return t
}

// The contestants read the same figures of the same people.
func TestContestantsReadTheSame(t *testing.T) {
	for _, q := range []Query{{People: 50, Weeks: 9}, {People: 7, Weeks: 3, Extra: 64}} {
		path, _ := file(t, q)
		panel, table := readPanel(t, path, q.Wanted()), readTable(t, path, q.Wanted())
		require.Len(t, table.Person, q.People*q.Weeks)
		require.Len(t, panel.Subjects(), q.People)
		require.Len(t, panel.Periods(), q.Weeks)
		key := pseudonymizer(t)
		for row, person := range table.Person {
			id, err := key.Person(table.People[person])
			require.NoError(t, err)
			week := signal.Period{Start: coaching.MustDate(table.Dates[table.Date[row]]), Days: 7}
			for c, name := range q.Wanted() {
				v, ok := panel.Value(id, week, name)
				require.True(t, ok)
				require.Equal(t, math.Float64bits(table.Columns[c][row]), math.Float64bits(v))
			}
		}
	}
}

// The same query writes the same bytes.
func TestQueryIsReproducible(t *testing.T) {
	q := Query{People: 30, Weeks: 3, Extra: 64}
	var a, b bytes.Buffer
	n, err := q.WriteTo(&a)
	require.NoError(t, err)
	require.Equal(t, int64(a.Len()), n)
	_, err = q.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, a.Bytes(), b.Bytes())
	require.Len(t, q.Header(), 73)
}

// Nine columns, three wanted.
func BenchmarkReadNarrow(b *testing.B) { benchmarkRead(b, narrow()) }

// 73 columns, six wanted.
func BenchmarkReadWide(b *testing.B) { benchmarkRead(b, wide()) }

func benchmarkRead(b *testing.B, q Query) {
	path, size := file(b, q)
	b.Run("signal.ReadViva", func(b *testing.B) {
		race(b, size, func() *signal.Panel { return readPanel(b, path, q.Wanted()) })
	})
	b.Run("encoding-csv", func(b *testing.B) {
		race(b, size, func() *Table { return readTable(b, path, q.Wanted()) })
	})
}
