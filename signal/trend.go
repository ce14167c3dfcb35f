package signal

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Trend says whether values rise or fall over time. It assumes no shape and no
// distribution, and is not moved by one odd value.
type Trend struct {
	N     int
	S     int     // Mann and Kendall's: pairs that rise minus pairs that fall
	Slope float64 // Theil and Sen's: the median slope of all pairs, per period
	// P is the two-sided probability of an S at least this far from zero
	// without a trend; 1 below four values, and, with no S and no slope, above
	// 400. It is exact where no two values are
	// equal and by the normal approximation otherwise, with the variance
	// corrected for ties and S for continuity (Kendall 1975, Gilbert 1987).
	P     float64
	Exact bool
}

const (
	// exactTrend is the largest n with an exact P. Beyond it the normal
	// approximation is good to three digits.
	exactTrend = 60
	// longestTrend is the largest n that is measured at all: all pairs are
	// compared, and more periods than this have seasons rather than a trend.
	longestTrend = 400
)

// trendOf measures the trend of values that are one period apart.
func trendOf(values []float64) Trend {
	n := len(values)
	trend := Trend{N: n, P: 1}
	if n > longestTrend {
		return trend
	}
	var slopes []float64
	for i := range values {
		for j := i + 1; j < n; j++ {
			slopes = append(slopes, (values[j]-values[i])/float64(j-i))
			switch {
			case values[j] > values[i]:
				trend.S++
			case values[j] < values[i]:
				trend.S--
			}
		}
	}
	if n < 2 {
		return trend
	}
	trend.Slope = median(slopes)
	variance, tied := trendVariance(values)
	switch {
	case n < 4:
	case !tied && n <= exactTrend:
		trend.P, trend.Exact = exactTrendP(n, trend.S), true
	case variance > 0:
		trend.P = 2 * distuv.UnitNormal.Survival(math.Abs(trendZ(trend.S, variance)))
	}
	trend.P = min(trend.P, 1)
	return trend
}

// trendVariance is the variance of S without a trend, and whether any two values
// are equal.
func trendVariance(values []float64) (variance float64, tied bool) {
	part := func(n int) float64 { return float64(n) * float64(n-1) * float64(2*n+5) }
	sorted := slices.Sorted(slices.Values(values))
	variance = part(len(sorted))
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && sorted[to] == sorted[from] {
			to++
		}
		variance -= part(to - from)
		tied = tied || to-from > 1
		from = to
	}
	return variance / 18, tied
}

// trendZ is S in standard deviations, one step nearer to zero for continuity.
func trendZ(s int, variance float64) float64 {
	switch {
	case s > 0:
		return float64(s-1) / math.Sqrt(variance)
	case s < 0:
		return float64(s+1) / math.Sqrt(variance)
	}
	return 0
}

// exactTrendP is the probability of |S| >= |s| over all orders of n different
// values. An order with k inversions has S = n(n-1)/2 - 2k, and the share of
// orders of n values with k inversions follows from those of n-1: the last value
// adds 0 to n-1 inversions, each equally often.
func exactTrendP(n, s int) float64 {
	share := []float64{1}
	for m := 2; m <= n; m++ {
		next := make([]float64, m*(m-1)/2+1)
		for k, p := range share {
			for add := range m {
				next[k+add] += p / float64(m)
			}
		}
		share = next
	}
	most := n * (n - 1) / 2
	p := 0.0
	for k, q := range share {
		if at := most - 2*k; at >= abs(s) || at <= -abs(s) {
			p += q
		}
	}
	return p
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
