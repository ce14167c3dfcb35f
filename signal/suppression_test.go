package signal

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
)

// A suppressionCase is one table of the reference.
type suppressionCase struct {
	Counts json.RawMessage
	K5     struct{ Primary, Complementary []string }
	K10    struct{ Primary, Complementary []string }

	Primary, Suppressed   [][]int
	AfterPrimary          int `json:"exactly_recoverable_after_primary_only"`
	AfterCompl            int `json:"exactly_recoverable_after_complementary"`
	NPrimary, NSuppressed int
}

func suppressionCases(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	var all map[string]json.RawMessage
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/suppression_expected.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &all))
	return all
}

// oneWay makes a table by one attribute, with its total.
func oneWay(n ...int) *cells {
	total := 0
	for _, x := range n {
		total += x
	}
	n = append(slices.Clone(n), total)
	return &cells{shape: shape{rows: len(n) - 1}, n: n, hidden: make([]bool, len(n)), known: make([]bool, len(n))}
}

// twoWay makes a table by two attributes, with its totals.
func twoWay(n [][]int) *cells {
	s := shape{rows: len(n), columns: len(n[0])}
	c := &cells{shape: s, n: make([]int, s.size()), hidden: make([]bool, s.size()), known: make([]bool, s.size())}
	for i, row := range n {
		for j, x := range row {
			for _, at := range []int{s.at(i, j), s.at(i, s.columns), s.at(s.rows, j), s.at(s.rows, s.columns)} {
				c.n[at] += x
			}
		}
	}
	return c
}

func TestSuppressionGolden(t *testing.T) {
	for name, raw := range suppressionCases(t) {
		var c suppressionCase
		if json.Unmarshal(raw, &c) != nil || c.Counts == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var counts map[string]int
			if json.Unmarshal(c.Counts, &counts) == nil {
				names := slices.Sorted(maps.Keys(counts))
				var n []int
				for _, g := range names {
					n = append(n, counts[g])
				}
				for k, want := range map[int][]string{5: slices.Concat(c.K5.Primary, c.K5.Complementary), 10: slices.Concat(c.K10.Primary, c.K10.Complementary)} {
					slices.Sort(want)
					one := oneWay(n...)
					require.True(t, one.suppress(k))
					var got []string
					for i, g := range names {
						if one.hidden[i] {
							got = append(got, g)
						}
					}
					require.ElementsMatch(t, want, got, "k=%d", k)
				}
				return
			}
			var table [][]int
			require.NoError(t, json.Unmarshal(c.Counts, &table))
			two := twoWay(table)
			require.True(t, two.suppress(5))
			got := make([][]int, len(table))
			for i := range table {
				got[i] = make([]int, len(table[i]))
				for j := range table[i] {
					if two.hidden[two.at(i, j)] {
						got[i][j] = 1
					}
				}
			}
			require.Equal(t, c.Suppressed, got)
		})
	}
}
