package signal

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A StabilityVerdict says whether a signal separates leaders from noise. The
// zero verdict is Unmeasured.
type StabilityVerdict uint8

const (
	Unmeasured StabilityVerdict = iota
	Noisy                       // ICC(k) below 0.6
	Usable                      // 0.6 up to 0.8
	Stable                      // 0.8 or more
	TraitLike                   // hardly moves in eight weeks, so coaching on it cannot show
)

var stabilityNames = [...]string{"unmeasured", "noisy", "usable", "stable", "trait_like"}

// String returns the name used in files, such as "trait_like".
func (v StabilityVerdict) String() string {
	return enum.Name(stabilityNames[:], v, "StabilityVerdict")
}

const (
	stableICC = 0.8
	usableICC = 0.6
	traitICC  = 0.9
	traitLag  = 0.5
)

// Stability measures a signal over all leaders, never one: a single leader's
// lag-1 correlation over eight weeks has a standard error near 0.35.
type Stability struct {
	Signal   string
	Subjects int // with every period of the window
	Periods  int
	Mean     float64
	// ICC1 and ICCk are intraclass correlations of one period and of the mean
	// of all (Shrout and Fleiss 1979).
	MSBetween, MSWithin float64
	ICC1, ICCk          float64
	// SplitHalf is the correlation over leaders of the mean of the odd periods
	// with that of the even ones, SpearmanBrown its step up to all periods,
	// 2r/(1+r). They check ICCk without its model; both are 0 where a half does
	// not vary between leaders, and the second where the halves are opposites.
	SplitHalf, SpearmanBrown float64
	// MedianCV is the median over leaders of standard deviation over mean, of
	// those whose mean is not zero. ZeroMAD is the share of leaders whose
	// median absolute deviation is zero, so that a z needs the fallback scale.
	MedianCV, ZeroMAD float64
	// Trend is that of the mean over leaders, period by period.
	Trend Trend
	// Lag1 is pooled within subjects; Lag1Adjusted adds 1/k for its bias.
	Lag1, Lag1Adjusted float64
	WithinSD           float64
	SEM                float64 // of a mean over the periods
	// MDC95 is the smallest change between two such means that is more than
	// noise, at 95 %.
	MDC95   float64
	Verdict StabilityVerdict
	Reason  string // why it is unmeasured
}

// StabilityOf measures a series over the periods that lie wholly in the window,
// using the leaders who have a value in each of them.
func StabilityOf(s *Series, window coaching.Window) Stability {
	if s == nil {
		return Stability{Reason: "no series"}
	}
	var places []int // of the periods that count
	for t, period := range s.periods {
		if period.within(window) && !everybodyExcluded(s, t) {
			places = append(places, t)
		}
	}
	var rows [][]float64
	for l := range s.leaders {
		row := make([]float64, 0, len(places))
		complete := true
		for _, t := range places {
			cell := s.cells[l*len(s.periods)+t]
			complete = complete && cell.Status == OK
			row = append(row, cell.Value)
		}
		if complete {
			rows = append(rows, row)
		}
	}
	st := stability(rows)
	st.Signal = s.definition.ID
	return st
}

// everybodyExcluded reports whether a period is left out for all, as a holiday
// is: it then says nothing about who is complete.
func everybodyExcluded(s *Series, t int) bool {
	for l := range s.leaders {
		if s.cells[l*len(s.periods)+t].Status != Excluded {
			return false
		}
	}
	return true
}

// stability computes the figures from a table of subjects by periods.
func stability(rows [][]float64) Stability {
	st := Stability{Subjects: len(rows)}
	if len(rows) > 0 {
		st.Periods = len(rows[0])
	}
	if st.Subjects < 3 || st.Periods < 3 {
		st.Reason = fmt.Sprintf("%d leaders with all of %d periods; want at least 3 of each", st.Subjects, st.Periods)
		return st
	}
	n, k := float64(st.Subjects), float64(st.Periods)
	means, byPeriod := make([]float64, len(rows)), make([]float64, st.Periods)
	var within, lagged float64
	for i, row := range rows {
		mean, variance := meanVariance(row)
		means[i] = mean
		for t, v := range row {
			byPeriod[t] += v / n
		}
		st.Mean += mean / n
		within += variance * (k - 1)
		for t := 1; t < len(row); t++ {
			lagged += (row[t] - mean) * (row[t-1] - mean)
		}
	}
	_, between := meanVariance(means)
	st.MSBetween = k * between
	st.MSWithin = within / (n * (k - 1))
	st.Trend = trendOf(byPeriod)
	st.MedianCV, st.ZeroMAD = ownSpread(rows)
	if st.MSBetween == 0 || within == 0 {
		st.Reason = "no variation between leaders or over time"
		return st
	}
	st.ICC1 = (st.MSBetween - st.MSWithin) / (st.MSBetween + (k-1)*st.MSWithin)
	st.ICCk = (st.MSBetween - st.MSWithin) / st.MSBetween
	st.SplitHalf = splitHalf(rows)
	if st.SplitHalf > -1+1e-9 {
		st.SpearmanBrown = 2 * st.SplitHalf / (1 + st.SplitHalf)
	}
	st.Lag1 = lagged / within
	st.Lag1Adjusted = st.Lag1 + 1/k
	st.WithinSD = math.Sqrt(st.MSWithin)
	st.SEM = st.WithinSD / math.Sqrt(k)
	st.MDC95 = mdc95(st.WithinSD, k, k)
	st.Verdict = verdict(st.ICC1, st.ICCk, st.Lag1Adjusted)
	return st
}

// verdict judges the figures: a trait first, since it is also stable.
func verdict(icc1, icck, lag float64) StabilityVerdict {
	switch {
	case lag > traitLag && icc1 > traitICC:
		return TraitLike
	case icck >= stableICC:
		return Stable
	case icck >= usableICC:
		return Usable
	}
	return Noisy
}

// ownSpread returns the median coefficient of variation and the share of rows
// whose median absolute deviation is zero.
func ownSpread(rows [][]float64) (medianCV, zeroMAD float64) {
	var cvs []float64
	for _, row := range rows {
		if mean, variance := meanVariance(row); mean != 0 {
			cvs = append(cvs, math.Sqrt(variance)/mean)
		}
		if mad(row) == 0 {
			zeroMAD += 1 / float64(len(rows))
		}
	}
	if len(cvs) == 0 {
		return 0, zeroMAD
	}
	return median(cvs), zeroMAD
}

// splitHalf is Pearson's correlation over rows of the means of the odd and the
// even columns, 0 where one of them does not vary.
func splitHalf(rows [][]float64) float64 {
	odd, even := make([]float64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		var halves [2][]float64
		for t, v := range row {
			halves[t%2] = append(halves[t%2], v)
		}
		odd[i], _ = meanVariance(halves[0])
		even[i], _ = meanVariance(halves[1])
	}
	oddMean, oddVariance := meanVariance(odd)
	evenMean, evenVariance := meanVariance(even)
	if oddVariance == 0 || evenVariance == 0 {
		return 0
	}
	sum := 0.0
	for i := range rows {
		sum += (odd[i] - oddMean) * (even[i] - evenMean)
	}
	return sum / (float64(len(rows)-1) * math.Sqrt(oddVariance*evenVariance))
}

// mdc95 is the smallest detectable change, at 95 %, between means over n and m
// periods.
func mdc95(withinSD, n, m float64) float64 {
	return tQuantile(0.975, math.Inf(1)) * withinSD * math.Sqrt(1/n+1/m)
}
