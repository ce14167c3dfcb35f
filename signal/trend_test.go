package signal

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/datadir"
)

func TestExactTrendAgreesWithTheTable(t *testing.T) {
	for _, r := range table(t, datadir.Find(t, "golden/signal/mann_kendall_exact.csv")) {
		n, s := int(number(t, r["n"])), int(number(t, r["abs_S"]))
		near(t, number(t, r["p_two_sided"]), exactTrendP(n, s), 1e-10, "n", n, "S", s)
		require.Equal(t, exactTrendP(n, s), exactTrendP(n, -s))
	}
}

// Every order of up to seven values, counted one by one.
func TestExactTrendAgreesWithEnumeration(t *testing.T) {
	for n := 4; n <= 7; n++ {
		counts, total := map[int]int{}, 0
		var permute func([]float64, int)
		permute = func(v []float64, from int) {
			if from == n {
				counts[trendOf(v).S]++
				total++
				return
			}
			for i := from; i < n; i++ {
				v[from], v[i] = v[i], v[from]
				permute(v, from+1)
				v[from], v[i] = v[i], v[from]
			}
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i)
		}
		permute(values, 0)
		for s := range counts {
			far := 0
			for other, count := range counts {
				if max(other, -other) >= max(s, -s) {
					far += count
				}
			}
			require.InDelta(t, float64(far)/float64(total), exactTrendP(n, s), 1e-12, "n = %d, S = %d", n, s)
		}
	}
}

// A line has its own slope and the largest S; backwards both change sign; one
// wild value hardly moves the slope.
func TestTrendOfLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 80).Draw(t, "n")
		values := rapid.SliceOfN(rapid.Float64Range(-100, 100), n, n).Draw(t, "values")
		there := trendOf(values)
		slices.Reverse(values)
		back := trendOf(values)
		require.Equal(t, there.S, -back.S)
		require.InDelta(t, there.Slope, -back.Slope, 1e-9)
		require.InDelta(t, there.P, back.P, 1e-12)
		require.True(t, there.P > 0 && there.P <= 1, "P is %v", there.P)
	})
	line := []float64{1, 3, 5, 7, 9, 11, 13, 15}
	trend := trendOf(line)
	require.Equal(t, 28, trend.S)
	require.InDelta(t, 2, trend.Slope, 1e-12)
	require.InDelta(t, 2.0/40320, trend.P, 1e-15)
	line[3] = 700
	require.InDelta(t, 2, trendOf(line).Slope, 0.5)
}

// Ties and long series use the normal approximation, which agrees with the exact
// one where both exist; few values have no trend at all.
func TestTrendApproximates(t *testing.T) {
	require.Equal(t, Trend{P: 1}, trendOf(nil))
	require.Equal(t, Trend{N: 1, P: 1}, trendOf([]float64{3}))
	require.Equal(t, Trend{N: 3, S: 3, Slope: 1, P: 1}, trendOf([]float64{1, 2, 3}))
	require.Equal(t, Trend{N: 8, P: 1}, trendOf(make([]float64, 8)))
	require.False(t, trendOf([]float64{1, 2, 2, 3, 4}).Exact)
	long := make([]float64, longestTrend+1)
	for i := range long {
		long[i] = float64(i)
	}
	require.Equal(t, Trend{N: longestTrend + 1, P: 1}, trendOf(long))
	require.InDelta(t, 1, trendOf(long[1:]).Slope, 1e-12)
	require.Less(t, trendOf(long[1:]).P, 1e-9)
	for _, s := range []int{0, 100, 250, 400} {
		variance := 60.0 * 59 * 125 / 18
		require.InDelta(t, exactTrendP(60, s), math.Erfc(math.Abs(trendZ(s, variance))/math.Sqrt2), 2e-3, fmt.Sprint(s))
	}
}
