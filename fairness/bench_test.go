package fairness_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

func BenchmarkMNRatio(b *testing.B) {
	for b.Loop() {
		fairness.MNRatio(fairness.Rate{X: 37, N: 120}, fairness.Rate{X: 411, N: 1350}, 0.90)
	}
}

func BenchmarkMNDiff(b *testing.B) {
	for b.Loop() {
		fairness.MNDiff(fairness.Rate{X: 37, N: 120}, fairness.Rate{X: 411, N: 1350}, 0.90)
	}
}

// hundredAndTwenty is a table of 8,600 people whose seven families hold 119
// groups: three attributes of 4, 3 and 5 levels, pairs of them, and all three.
func hundredAndTwenty(tb testing.TB) *fairness.Table {
	dice := rand.New(rand.NewPCG(1, 2))
	var counts []fairness.Count
	for a := range 4 {
		for b := range 3 {
			for c := range 5 {
				n := int64(20 + dice.IntN(250))
				x := int64(0)
				for range n {
					if dice.Float64() < 0.3 {
						x++
					}
				}
				levels := []string{"a" + strconv.Itoa(a), "b" + strconv.Itoa(b), "c" + strconv.Itoa(c)}
				counts = append(counts,
					fairness.Count{Levels: levels, Label: fairness.Positive, Flagged: x / 2, Total: n / 4},
					fairness.Count{Levels: levels, Label: fairness.Negative, Flagged: x - x/2, Total: n - n/4})
			}
		}
	}
	table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "a"}, {Name: "b"}, {Name: "c", Role: fairness.Operational}},
		Families: []fairness.Family{{By: []string{"a"}}, {By: []string{"b"}}, {By: []string{"c"}},
			{By: []string{"a", "b"}}, {By: []string{"a", "c"}}, {By: []string{"b", "c"}}, {By: []string{"a", "b", "c"}}}}, counts)
	require.NoError(tb, err)
	return table
}

func BenchmarkGroups120(b *testing.B) {
	table, p := hundredAndTwenty(b), adopted(b)
	for b.Loop() {
		families, err := fairness.Groups(table, p)
		if err != nil || len(families) != 7 {
			b.Fatal(err)
		}
	}
}

// A small group against a large rest: both p-values by the exact test.
func BenchmarkExactRatio(b *testing.B) {
	for _, r := range [][2]int64{{8, 8}, {30, 30}, {100, 100}, {5, 2000}} {
		b.Run(strconv.FormatInt(r[0], 10)+"x"+strconv.FormatInt(r[1], 10), func(b *testing.B) {
			for b.Loop() {
				fairness.ExactRatio(fairness.Rate{X: r[0] / 4, N: r[0]}, fairness.Rate{X: r[1] / 3, N: r[1]}, 0.8, fairness.Less)
			}
		})
	}
}
