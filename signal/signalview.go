package signal

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// A SignalView is one signal of a coach view: a hypothesis with its figures.
type SignalView struct {
	ID, Name, Unit string
	Direction      Direction
	Path           CausalPath
	Explain        string
	BlindSpots     []string
	Restriction    string
	Control        string // the human control of a Restricted signal
	Level          float64
	// BaselineMean is what Delta is measured from, and Level the median, which one
	// odd period does not move.
	BaselineMean float64
	BaselineN    int // periods behind both
	Latest       float64
	LatestN      int // periods behind Latest, 0 when none has ended
	// Percent is how far Latest is from Level, in percent of it, where PercentOK:
	// see [Baseline.Percent].
	Percent   float64
	PercentOK bool
	// Delta is the mean after minus the mean of the baseline. MDC95 is the
	// smallest difference that is more than noise, at 95 %; nothing should be
	// read into a smaller one.
	Delta, MDC95 float64
	Moved        bool     // the delta is beyond MDC95
	Notes        []string // decided flags and left out periods, in the order of periods
}

// clone returns a view whose lists can be changed without changing v.
func (v SignalView) clone() SignalView {
	v.BlindSpots, v.Notes = slices.Clone(v.BlindSpots), slices.Clone(v.Notes)
	return v
}

// view returns what a definition says of itself, without figures.
func (d Definition) view() SignalView {
	return SignalView{
		ID: d.ID, Name: d.Name, Unit: d.Unit, Direction: d.Direction, Path: d.Path, Explain: d.Explain,
		BlindSpots: slices.Clone(d.BlindSpots), Restriction: d.Restriction,
	}
}

// view computes one signal's figures. A zero follow-up is every period after the
// baseline that has ended before the day.
func (b *Baselines) view(i Baseline, followUp coaching.Window, day coaching.Date) SignalView {
	v := b.series.definition.view()
	v.Level, v.BaselineMean, v.BaselineN = i.Level, i.rawMean, i.N
	var after []float64
	for t, cell := range b.series.row(i.Leader) {
		period := b.series.periods[t]
		_, rejected := b.rejected[rowKey{i.Leader, period}]
		switch {
		case cell.Status != OK || rejected || !period.Start.After(b.window.To) || !period.Last().Before(day):
			continue
		case followUp.Days() > 0 && !period.within(followUp):
			continue
		}
		after = append(after, cell.Value)
	}
	for _, dropped := range i.Dropped {
		v.Notes = append(v.Notes, fmt.Sprintf("%s is not in the baseline: %s", dropped.Period.Start, dropped.Reason))
	}
	if v.LatestN = len(after); v.LatestN > 0 {
		v.Latest, _ = meanVariance(after)
		v.Percent, v.PercentOK = i.Percent(v.Latest)
		v.Delta = v.Latest - i.rawMean
		v.MDC95 = mdc95(b.withinSD, float64(i.N), float64(v.LatestN))
		v.Moved = math.Abs(v.Delta) > v.MDC95
	}
	return v
}

// notes says what the steward decided about the shown figures.
func notes(flags []Flag, log *StewardLog) []string {
	var lines []string
	for _, f := range flags {
		if d, ok := log.Decision(f.ID); ok {
			lines = append(lines, fmt.Sprintf("%s: a flagged figure was %s by the steward: %s", f.Period.Start, d.Verdict, d.Reason))
		}
	}
	return lines
}
