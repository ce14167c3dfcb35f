package signal

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// A BaselineConfig says what a baseline needs. A zero field means its default.
type BaselineConfig struct {
	// MinUsable is the least number of usable periods, and of weeks from the first
	// to the last: default 6 (SIG-025), never below 3. Six days are no history.
	MinUsable int
	MinShare  float64 // usable share of the window's periods; default 0.75
	MaxGap    int     // longest run of unusable periods; default 2
	MaxAge    int     // days from the last usable period to Start; default 14
	Alpha     float64 // two-sided false alarm rate of one new period; default 0.01
	// Start is the day on which the experiment begins; zero means the day after
	// the window.
	Start coaching.Date
}

func (c BaselineConfig) orDefault(w coaching.Window) BaselineConfig {
	if c.MinUsable <= 0 {
		c.MinUsable = 6
	}
	c.MinUsable = max(c.MinUsable, 3) // two values have no spread worth the name
	if !(c.MinShare > 0) {
		c.MinShare = 0.75
	}
	if c.MaxGap <= 0 {
		c.MaxGap = 2
	}
	if c.MaxAge <= 0 {
		c.MaxAge = 14
	}
	if !(c.Alpha > 0 && c.Alpha < 1) {
		c.Alpha = 0.01
	}
	if c.Start.IsZero() {
		c.Start = w.To.AddDays(1)
	}
	return c
}

// A Baseline is a leader's level and spread before an experiment. When it is not
// Sufficient it has reasons and no figures: a guess is worse than none.
//
// Median, MAD and the scales are on the scale of the definition's transform, as
// are Mean and the standard deviations; Level, Low and High are on the measured
// scale.
type Baseline struct {
	Leader     coaching.PersonID
	Sufficient bool
	Reasons    []string // why it is not sufficient
	Asked      int      // periods in the window
	N          int      // usable ones
	Used       []Period
	Dropped    []DroppedPeriod

	Level float64 // median on the measured scale
	// Low and High are the limits for one new period: a value outside is a spike.
	Low, High float64

	Median, MAD, MADN, MeanDeviation, AAD float64
	Scale                                 float64 // what a robust z divides by
	ScaleFrom                             Scale
	Mean, SD                              float64
	CV                                    float64 // SD over Mean; infinite or NaN where Mean is zero
	ModeratedSD                           float64 // drawn towards the other leaders' spread
	DF                                    float64 // its degrees of freedom

	rawMean, rawSD float64 // on the measured scale, for deltas
	transform      Transform
	cutoff         float64   // the quantile of t at alpha and DF
	ordinal        bool      // an average of answers on a scale of a few steps
	noPercent      bool      // the scale says nothing in percent
	values         []float64 // transformed, in the order of Used
	measured       []float64 // the same on the measured scale
}

// clone returns a baseline whose lists can be changed without changing i.
func (i Baseline) clone() Baseline {
	i.Reasons, i.Used, i.Dropped = slices.Clone(i.Reasons), slices.Clone(i.Used), slices.Clone(i.Dropped)
	return i
}

// A DroppedPeriod is a period of the window that the baseline does not use.
type DroppedPeriod struct {
	Period Period
	Reason string
}

// An insideWindow says which periods a window asks for: those before the series'
// first, those of the series, by their place, and those after its last.
type insideWindow struct {
	before []Period
	places []int
	behind []Period
}

func (b *Baselines) inside() insideWindow {
	var in insideWindow
	in.before, in.behind = b.unseen()
	for t, period := range b.series.periods {
		if period.within(b.window) {
			in.places = append(in.places, t)
		}
	}
	return in
}

// gather collects the usable values of the leader at a place of the series.
func (b *Baselines) gather(l int, in insideWindow) Baseline {
	leader, n, d := b.series.leaders[l], len(in.places), b.series.definition
	item := Baseline{Leader: leader, transform: d.Transform, ordinal: d.ordinal()}
	item.noPercent = item.ordinal || d.Range != nil && d.Range.Low != 0
	for _, period := range in.before {
		item.drop(period, reasonUnseen)
	}
	item.Used = make([]Period, 0, n)
	item.values, item.measured = make([]float64, 0, n), make([]float64, 0, n)
	for _, t := range in.places {
		period, cell := b.series.periods[t], b.series.cells[l*len(b.series.periods)+t]
		reason := cell.Reason
		if why, ok := b.rejected[rowKey{leader, period}]; ok {
			reason = "rejected by the steward: " + why
		} else if cell.Status == OK {
			reason = ""
		}
		if reason != "" || cell.Status != OK {
			item.drop(period, reason)
			continue
		}
		item.Asked++
		item.Used = append(item.Used, period)
		item.values = append(item.values, item.transform.forward(cell.Value))
		item.measured = append(item.measured, cell.Value)
	}
	for _, period := range in.behind {
		item.drop(period, reasonUnseen)
	}
	item.N = len(item.Used)
	return item
}

const reasonUnseen = "no row in this period"

func (i *Baseline) drop(period Period, reason string) {
	i.Asked++
	i.Dropped = append(i.Dropped, DroppedPeriod{period, reason})
}

// unseen returns the periods of the window before the series' first and after
// its last: a window that reaches beyond the data is not a shorter window.
func (b *Baselines) unseen() (before, behind []Period) {
	n, step := len(b.series.periods), b.series.definition.Cadence.step()
	if n == 0 || step == 0 {
		return nil, nil
	}
	first, last := b.series.periods[0], b.series.periods[n-1]
	for p := (Period{first.Start.AddDays(-step), first.Days}); !p.Start.Before(b.window.From) && b.window.Days() > 0; p.Start = p.Start.AddDays(-step) {
		if p.within(b.window) {
			before = append(before, p)
		}
	}
	slices.Reverse(before)
	for p := (Period{last.Start.AddDays(step), last.Days}); !p.Last().After(b.window.To) && b.window.Days() > 0; p.Start = p.Start.AddDays(step) {
		if p.within(b.window) {
			behind = append(behind, p)
		}
	}
	return before, behind
}

// judge decides whether the values suffice.
func (i *Baseline) judge(c BaselineConfig) {
	add := func(format string, args ...any) { i.Reasons = append(i.Reasons, fmt.Sprintf(format, args...)) }
	if i.N < c.MinUsable {
		add("%d usable periods; want at least %d", i.N, c.MinUsable)
	}
	if float64(i.N) < c.MinShare*float64(i.Asked) {
		add("%d of %d periods usable; want %.0f%%", i.N, i.Asked, 100*c.MinShare)
	}
	if gap := i.longestGap(); gap > c.MaxGap {
		add("a gap of %d periods; want at most %d", gap, c.MaxGap)
	}
	if i.N > 0 {
		if days := i.Used[0].Start.DaysUntil(i.Used[i.N-1].Last()) + 1; i.N >= c.MinUsable && days < 7*c.MinUsable {
			add("%d days from the first usable period to the last; want at least %d", days, 7*c.MinUsable)
		}
		switch age := i.Used[i.N-1].Last().DaysUntil(c.Start); {
		case age < 1:
			add("the last usable period ends %d days after the start; a baseline ends before it", -age)
		case age > c.MaxAge:
			add("the last usable period ends %d days before the start; want at most %d", age, c.MaxAge)
		}
	}
	i.Sufficient = len(i.Reasons) == 0
}

// longestGap is the longest run of dropped periods between or around used ones.
func (i *Baseline) longestGap() int {
	if len(i.Dropped) == 0 {
		return 0
	}
	all := slices.Clone(i.Used)
	for _, d := range i.Dropped {
		all = append(all, d.Period)
	}
	slices.SortFunc(all, Period.Compare)
	run, longest := 0, 0
	for _, p := range all {
		if _, used := slices.BinarySearchFunc(i.Used, p, Period.Compare); used {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// describe computes level and own spread.
func (i *Baseline) describe() {
	var rawVariance, variance float64
	i.rawMean, rawVariance = meanVariance(i.measured)
	i.rawSD = math.Sqrt(rawVariance)
	i.Median = median(i.values)
	if i.Level = i.Median; i.transform != Identity {
		i.Level = median(i.measured)
	}
	away := deviations(i.values, i.Median)
	i.MAD, i.MeanDeviation = median(away), meanOf(away)
	i.MADN, i.AAD = madFactor*i.MAD, aadFactor*i.MeanDeviation
	i.Scale, i.ScaleFrom = scaleOf(i.MADN, i.AAD)
	i.Mean, variance = meanVariance(i.values)
	i.SD = math.Sqrt(variance)
	i.CV = i.SD / i.Mean
}

// Z returns the robust z of a value on the measured scale; false for a constant
// or insufficient baseline, which has none, and for an average of answers on a
// scale of a few steps.
func (i Baseline) Z(value float64) (float64, bool) {
	if !i.Sufficient || i.ScaleFrom == NoScale || i.ordinal {
		return 0, false
	}
	return (i.transform.forward(value) - i.Median) / i.Scale, true
}

// Percent returns how far a value is from the level, in percent of it; false
// when the level is not above zero, for an average of answers on a scale of a few
// steps, and where the definition's range does not start at zero: twice an NPS is
// not twice as good.
func (i Baseline) Percent(value float64) (float64, bool) {
	if !i.Sufficient || i.noPercent || !(i.Level > 0) {
		return 0, false
	}
	return 100 * (value - i.Level) / i.Level, true
}

// Outside reports whether a new period's value lies outside the limits.
func (i Baseline) Outside(value float64) bool {
	return i.Sufficient && (value < i.Low || value > i.High)
}
