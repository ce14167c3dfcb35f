package signal

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Normalisation says against what a figure is read. The zero Normalisation is
// none, which no table has.
type Normalisation uint8

const (
	NotNormalised Normalisation = iota
	// RobustZ is (x - median) / scale of the leader's own baseline, on the scale
	// of the definition's transform.
	RobustZ
	// OrientedZ is RobustZ with the sign by which more is better. For a target
	// band it is minus the distance outside the band, in scales: 0 inside.
	OrientedZ
	// PercentOfBaseline is 100 (x - level) / level, on the measured scale.
	PercentOfBaseline
)

var normalisationNames = [...]string{"none", "robust_z", "oriented_z", "percent_of_baseline"}

// String returns the name used in files, such as "robust_z".
func (n Normalisation) String() string { return enum.Name(normalisationNames[:], n, "Normalisation") }

// A Normalised is a series read against each leader's own baseline.
// [Baselines.Normalise] makes one; it is immutable.
type Normalised struct {
	by       Normalisation
	measured *Series
	read     *Series // the same leaders and periods
}

// By returns against what the figures are read.
func (n *Normalised) By() Normalisation { return n.by }

// Series returns the measured series, which has the leaders and the periods.
func (n *Normalised) Series() *Series { return n.measured }

// At returns a leader's normalised cell in a period. A cell that has no value in
// the series has none here, for the same reason; others lack one where the
// baseline is insufficient, constant or not above zero, which the reason says.
func (n *Normalised) At(leader coaching.PersonID, period Period) Cell {
	if n == nil || n.read == nil {
		return Cell{Reason: "outside the series"}
	}
	return n.read.At(leader, period)
}

// Normalise reads every figure of the series, before, in and after the window,
// against its leader's baseline. It answers nil when the signal has no such
// reading, as SIG-023: an average of answers on a scale of a few steps has no z
// and no percentage (take the favourable share, or share_at_least); a percentage
// needs a range that starts at zero; a direction is needed to say better; and the
// zero Normalisation is none.
func (b *Baselines) Normalise(by Normalisation) (*Normalised, coaching.Findings) {
	b = b.orEmpty()
	if why := b.series.definition.refuses(by); why != "" {
		return nil, coaching.Findings{{Code: "SIG-023", Path: b.series.definition.ID, Message: why}}
	}
	cells := make([]Cell, 0, len(b.series.cells))
	for _, i := range b.items {
		for t, cell := range b.series.row(i.Leader) {
			cells = append(cells, b.normalise(i, b.series.periods[t], cell, by))
		}
	}
	return &Normalised{by, b.series, b.series.with(cells)}, nil
}

// with returns a series of the same leaders and periods with other cells.
func (s *Series) with(cells []Cell) *Series {
	return &Series{definition: s.definition, leaders: s.leaders, periods: s.periods, cells: cells}
}

// normalise reads one cell.
func (b *Baselines) normalise(i Baseline, period Period, cell Cell, by Normalisation) Cell {
	if cell.Status != OK {
		return cell
	}
	if why, rejected := b.rejected[rowKey{i.Leader, period}]; rejected {
		return Cell{Status: Excluded, Reason: "rejected by the steward: " + why}
	}
	value, ok := 0.0, false
	switch {
	case !i.Sufficient:
		return Cell{Reason: "the baseline is insufficient"}
	case by == PercentOfBaseline:
		if value, ok = i.Percent(cell.Value); !ok {
			return Cell{Reason: "the baseline's level is not above zero"}
		}
	default:
		if value, ok = i.Z(cell.Value); !ok {
			return Cell{Reason: "the baseline is constant"}
		}
		if by == OrientedZ {
			value = i.orient(value, cell.Value, b.series.definition)
		}
	}
	return Cell{Status: OK, Value: value, N: cell.N}
}

// orient gives a z the sign by which more is better.
func (i Baseline) orient(z, value float64, d Definition) float64 {
	switch d.Direction {
	case Higher:
		return z
	case Lower:
		return 0 - z // not -z, which makes a negative zero
	}
	x, low, high := i.transform.forward(value), i.transform.forward(d.Target.Low), i.transform.forward(d.Target.High)
	return 0 - max(0, low-x, x-high)/i.Scale
}

// refuses says why the signal has no such reading, or "".
func (d Definition) refuses(by Normalisation) string {
	switch {
	case by == NotNormalised || int(by) >= len(normalisationNames):
		return fmt.Sprintf("normalisation %s; want robust_z, oriented_z or percent_of_baseline", by)
	case d.ordinal():
		return "an average of ordinal answers has no z and no percentage; use the share of favourable answers"
	case by == OrientedZ && d.Direction == Context:
		return "the direction is context: neither way is better"
	case by == OrientedZ && d.Direction == TargetBand && d.Target == nil:
		return "the direction is target_band and there is no target"
	case by == PercentOfBaseline && (d.Range == nil || d.Range.Low != 0):
		return "a percentage needs a ratio scale: a range that starts at zero"
	}
	return ""
}

// ordinalSteps is the most steps of an answer scale whose distances nobody
// vouches for, such as 1 to 5 or 0 to 10.
const ordinalSteps = 10

// ordinal reports whether the figure averages answers on a scale of a few steps.
// A survey figure without a range counts, since nothing says otherwise; the share
// of people at or above an answer does not, being a proportion.
func (d Definition) ordinal() bool {
	if d.Source != SurveyAnswers || d.Expr.Op != Mean && d.Expr.Op != Median {
		return false
	}
	return d.Range == nil || d.Range.High-d.Range.Low <= ordinalSteps
}
