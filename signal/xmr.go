package signal

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Factors of the XmR chart for moving ranges of two values (Wheeler 1993;
// Montgomery, chapter 6). The rounded 1.128 that some programs use for the first
// differs by 3e-4.
const (
	rangeToSD      = 1.1283791670955126 // d2 = 2/sqrt(pi): mean range of two normal values
	xmrMean        = 2.6586807763582737 // 3/d2
	xmrMedian      = 3.145              // the same from the median range
	rangeLimit     = 3.2665319192998053 // D4 = 1 + 3 d3/d2, with d3 = 0.8525
	rangeScreen    = 3.267              // ranges from here on are left out once
	trialBelow     = 12                 // fewer points give trial limits
	crossingsAlpha = 0.05               // Anhoej and Olesen 2014
)

// An XmR is a chart of individual values and moving ranges over a baseline, on
// the measured scale. It is for display only and raises no flag: with limits
// from eight values, 3.1 % of in-control weeks lie outside, not the 0.27 % of
// the textbook (measured over 400,000 baselines). [Detect] raises the flags.
type XmR struct {
	// Ranges are the distances between neighbours among the used values, in
	// the order of Baseline.Used; one fewer than those.
	Ranges []float64
	// Mean is the usual chart. Screened leaves ranges of 3.267 mean ranges or
	// more out of it, once. Median stands on the median and the median range,
	// which one odd value hardly moves.
	Mean, Screened, Median XmRLimits
	RangeHigh              float64 // upper limit of the ranges
	// Trial is true below 12 points: print "trial limits" on the chart.
	Trial bool
	Runs  Runs
}

// XmRLimits are the lines of a chart of individual values.
type XmRLimits struct {
	Center    float64
	Range     float64 // the typical moving range
	Low, High float64
}

// Runs says how values lie about their median, in the order of time.
type Runs struct {
	Useful    int // values that are not the median itself
	Longest   int // most values in a row on one side
	Crossings int // how often the next value is on the other side
	// Odd is true when the run is longer, or the crossings are fewer, than
	// chance explains at about 5 % (Anhoej and Olesen 2014). Eight in a row
	// could not happen in eight weeks but for the whole of them.
	Odd bool
}

// XmR returns the chart; false for an insufficient baseline, which has none.
// Neighbours are neighbours among the usable periods: a missing period between
// them is passed over.
func (i Baseline) XmR() (XmR, bool) {
	if !i.Sufficient {
		return XmR{}, false
	}
	return xmr(i.measured), true
}

// xmr draws the chart of two or more values.
func xmr(values []float64) XmR {
	chart := XmR{Ranges: make([]float64, len(values)-1), Trial: len(values) < trialBelow, Runs: runs(values)}
	for t := range chart.Ranges {
		chart.Ranges[t] = math.Abs(values[t+1] - values[t])
	}
	mean, _ := meanVariance(values)
	meanRange, _ := meanVariance(chart.Ranges)
	var kept []float64
	for _, r := range chart.Ranges {
		if r < rangeScreen*meanRange {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 { // every range is zero
		kept = chart.Ranges
	}
	screened, _ := meanVariance(kept)
	chart.Mean = limits(mean, meanRange, xmrMean)
	chart.Screened = limits(mean, screened, xmrMean)
	chart.Median = limits(median(values), median(chart.Ranges), xmrMedian)
	chart.RangeHigh = rangeLimit * meanRange
	return chart
}

func limits(center, typical, factor float64) XmRLimits {
	return XmRLimits{Center: center, Range: typical, Low: center - factor*typical, High: center + factor*typical}
}

// runs counts about the median.
func runs(values []float64) Runs {
	var r Runs
	middle := median(values)
	run, above := 0, false
	for _, v := range values {
		if v == middle {
			continue
		}
		r.Useful++
		if run > 0 && (v > middle) != above {
			r.Crossings++
			run = 0
		}
		above = v > middle
		run++
		r.Longest = max(r.Longest, run)
	}
	r.Odd = r.Useful > 1 && (r.Longest > longestRun(r.Useful) || r.Crossings < fewestCrossings(r.Useful))
	return r
}

// longestRun is the longest run that chance explains among n useful values.
func longestRun(n int) int { return int(math.Round(math.Log2(float64(n)))) + 3 }

// fewestCrossings is the 5 % quantile of the crossings among n useful values,
// each of n-1 neighbours being a crossing with probability one half.
func fewestCrossings(n int) int {
	b := distuv.Binomial{N: float64(n - 1), P: 0.5}
	k := 0
	for b.CDF(float64(k)) < crossingsAlpha {
		k++
	}
	return k
}
