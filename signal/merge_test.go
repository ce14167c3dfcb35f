package signal

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// requireSameFigures asks for the same people, periods, rows and figures.
func requireSameFigures(t require.TestingT, want, got *Panel) {
	require.Equal(t, want.subjects, got.subjects)
	require.Equal(t, want.periods, got.periods)
	require.Equal(t, want.metrics, got.metrics)
	require.Equal(t, want.present, got.present)
	for m := range want.metrics {
		for i, v := range want.values[m] {
			require.Truef(t, v == got.values[m][i] || math.IsNaN(v) && math.IsNaN(got.values[m][i]), "%v, not %v", v, got.values[m][i])
		}
	}
}

// A file cut in two and merged, in either order, is the whole file.
func TestMergeJoinsWhatWasCut(t *testing.T) {
	key := people(t)
	rapid.Check(t, func(t *rapid.T) {
		const header = "PersonId,MetricDate,x,y\n"
		var whole strings.Builder
		halves := make([]strings.Builder, 2)
		for h := range halves { // a file without a row is no file
			row := fmt.Sprintf("H%d,%s,%d,7\n", h, weekAt(h), h)
			whole.WriteString(row)
			halves[h].WriteString(row)
		}
		for p := range 4 {
			for w := range 4 {
				if rapid.IntRange(0, 3).Draw(t, "row") == 0 {
					continue
				}
				row := fmt.Sprintf("E%d,%s,%d,%s\n", p, weekAt(w), p*10+w, rapid.SampledFrom([]string{"", "7"}).Draw(t, "y"))
				whole.WriteString(row)
				halves[rapid.IntRange(0, 1).Draw(t, "half")].WriteString(row)
			}
		}
		read := func(rows string) *Panel {
			p, _, err := ReadViva(strings.NewReader(header+rows), ImportSpec{People: key, Metrics: []string{"x", "y"}})
			require.NoError(t, err)
			return p
		}
		want, a, b := read(whole.String()), read(halves[0].String()), read(halves[1].String())
		ab, err := Merge(a, b)
		require.NoError(t, err)
		requireSameFigures(t, want, ab)
		ba, err := Merge(b, a)
		require.NoError(t, err)
		requireSameFigures(t, want, ba)
		again, err := Merge(ab, a)
		require.NoError(t, err)
		requireSameFigures(t, want, again)
	})
}

// People without a row stay people: a panel as of an early day has some.
func TestMergeKeepsPeopleWithoutRows(t *testing.T) {
	s := spec(t, "x")
	s.Attributes = []string{"org"}
	p, _, err := ReadViva(strings.NewReader("PersonId,MetricDate,x,org\nE1,2024-04-28,1,A\nE2,2024-05-05,2,B\nE3,2024-05-05,2,C\n"), s)
	require.NoError(t, err)
	early := p.AsOf(coaching.MustDate("2024-05-05"))
	require.Equal(t, 1, rowsIn(early))
	merged, err := Merge(early, early)
	require.NoError(t, err)
	requireSameFigures(t, early, merged)
	for _, id := range p.Subjects() {
		want, _ := p.Attribute(id, "org")
		got, flips := merged.Attribute(id, "org")
		require.Equal(t, want, got)
		require.Zero(t, flips)
	}
}

// Two panels that fit, of many people and of many days, may not fit together.
func TestMergeIsBounded(t *testing.T) {
	key := people(t)
	read := func(days int, rows func(i int) string, n int) *Panel {
		var b strings.Builder
		b.WriteString("person,date,metric,value\n")
		for i := range n {
			b.WriteString(rows(i))
		}
		p, _, err := ReadLong(strings.NewReader(b.String()), ImportSpec{People: key, Metrics: []string{"x"}, PeriodDays: days})
		require.NoError(t, err)
		return p
	}
	first := coaching.MustDate("2001-01-01")
	many := read(1, func(i int) string { return fmt.Sprintf("E%d,%s,x,1\n", i, first) }, 20_000)
	long := read(1, func(i int) string { return fmt.Sprintf("E1,%s,x,1\n", first.AddDays(i)) }, 4_000)
	p, err := Merge(many, long)
	require.ErrorContains(t, err, "20000 people over 4000 periods would make 160000000 cells")
	require.Nil(t, p)
}

// A label that differs keeps the earlier panel's, and counts as a change.
func TestMergeCountsLabelsThatDiffer(t *testing.T) {
	key := people(t)
	read := func(day, label string) *Panel {
		p, _, err := ReadViva(strings.NewReader("PersonId,MetricDate,x,org\nE1,"+day+",1,"+label+"\n"), ImportSpec{People: key, Metrics: []string{"x"}, Attributes: []string{"org"}})
		require.NoError(t, err)
		return p
	}
	who, err := key.Person("E1")
	require.NoError(t, err)
	for second, want := range map[string]int{"Sales": 0, "Ops": 1, "": 0} {
		p, err := Merge(read("2024-04-28", "Sales"), read("2024-05-05", second))
		require.NoError(t, err)
		label, flips := p.Attribute(who, "org")
		require.Equal(t, "Sales", label)
		require.Equal(t, want, flips, second)
	}
}
