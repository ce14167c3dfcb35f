package signal

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The flow rates of the NIST/SEMATECH e-Handbook, 6.3.2.2: mean 50.81, mean range
// 1.8778, limits 45.8159 and 55.8041, there with d2 rounded to 1.128.
func TestXmROfTheNISTHandbook(t *testing.T) {
	chart := xmr([]float64{49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1})
	require.InDelta(t, 50.81, chart.Mean.Center, 1e-9)
	require.InDelta(t, 1.8778, chart.Mean.Range, 5e-5)
	require.InDelta(t, 45.8159, chart.Mean.Low, 2e-3)
	require.InDelta(t, 55.8041, chart.Mean.High, 2e-3)
	require.Len(t, chart.Ranges, 9)
	require.InDelta(t, 2.0, chart.Ranges[0], 1e-9)
}

// One wild range is left out of the screened limits, once, and hardly moves the
// median ones.
func TestXmRScreensOneRange(t *testing.T) {
	values := []float64{10, 11, 10, 11, 10, 11, 10, 31, 32, 31, 32, 31}
	chart := xmr(values)
	require.InDelta(t, 31.0/11, chart.Mean.Range, 1e-12)
	require.InDelta(t, 1, chart.Screened.Range, 1e-12)
	require.InDelta(t, 1, chart.Median.Range, 1e-12)
	require.False(t, chart.Trial)
	require.True(t, xmr(values[1:]).Trial)
	require.Equal(t, Runs{Useful: 11, Longest: 5, Crossings: 2}, runs([]float64{1, 2, 3, 2, 5, 9, 9, 9, 9, 9, 1, 1, 5}))
}

// Limits move with the values: a shift shifts them and a factor stretches them.
func TestXmRMovesWithTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 100), 6, 20).Draw(t, "values")
		moved := make([]float64, len(values))
		for i, v := range values {
			moved[i] = 3*v + 7
		}
		a, b := xmr(values), xmr(moved)
		for _, pair := range [][2]XmRLimits{{a.Mean, b.Mean}, {a.Median, b.Median}} {
			require.InDelta(t, 3*pair[0].Low+7, pair[1].Low, 1e-6)
			require.InDelta(t, 3*pair[0].High+7, pair[1].High, 1e-6)
		}
		require.InDelta(t, 3*a.RangeHigh, b.RangeHigh, 1e-6)
		require.LessOrEqual(t, a.Screened.Range, a.Mean.Range+1e-9)
	})
}

func TestXmRNeedsABaseline(t *testing.T) {
	_, ok := Baseline{}.XmR()
	require.False(t, ok)
	require.Empty(t, (*Baselines)(nil).Cusum(person(t, "L")))
}

// The limits of runs and crossings, by whole numbers: of the 2^(n-1) ways to
// cross, the fewest crossings whose share reaches 5 %.
func TestRunLimitsAgreeWithCounting(t *testing.T) {
	for n := 2; n <= 60; n++ {
		total := new(big.Int).Lsh(big.NewInt(1), uint(n-1))
		sum, k := new(big.Int), 0
		for ; ; k++ {
			sum.Add(sum, new(big.Int).Binomial(int64(n-1), int64(k)))
			if new(big.Int).Mul(sum, big.NewInt(20)).Cmp(total) >= 0 {
				break
			}
		}
		require.Equal(t, k, fewestCrossings(n), "n = %d", n)
	}
	// Anhoej and Olesen (2014) print 6, 7 and 8 for 10, 20 and 24 points.
	require.Equal(t, []int{6, 7, 8}, []int{longestRun(10), longestRun(20), longestRun(24)})
	require.True(t, runs([]float64{1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9}).Odd, "one crossing in fourteen")
	long := []float64{9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 1, 9, 1, 9, 1, 9, 9, 9, 9, 9, 9}
	require.Equal(t, Runs{Useful: 24, Longest: 9, Crossings: 8, Odd: true}, runs(long), "crossings enough, one long run")
	require.False(t, runs([]float64{1, 9, 1, 1, 9, 9, 1, 9, 1, 9}).Odd)
	require.False(t, runs([]float64{5, 5, 5}).Odd)
}
