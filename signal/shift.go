package signal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/coachgov/coaching"
)

// A Shift says whether a leader's level after the baseline differs from it by
// more than chance. It is one leader's and says nothing about the cause; the
// programme's effect is asked of all leaders together.
type Shift struct {
	Leader coaching.PersonID
	N, K   int // periods of the baseline and behind it
	// Delta is the mean behind the baseline minus the baseline's, on the
	// measured scale. MDC95 is the smallest delta that is more than noise, at
	// 95 %, by the spread of all leaders; print it beside.
	Delta, MDC95 float64
	// T is the difference of the means on the scale of the transform, over
	// s sqrt(1/n + 1/k) with s the baseline's moderated standard deviation, P its
	// two-sided probability without a shift by Student's t with DF degrees of
	// freedom.
	T, DF, P float64
	// Reason says why there are no figures; "" when there are.
	Reason string
}

// minShift is the least number of periods that make a level: fewer are spikes.
const minShift = 3

// Shift compares a leader's periods that lie wholly in the window, and behind the
// baseline's, with the baseline. With independent weeks it finds a shift where
// there is none in a share of P; weeks that resemble their neighbours raise that.
// Fewer than three periods, an insufficient baseline or no spread at all give a
// reason instead of figures.
func (b *Baselines) Shift(leader coaching.PersonID, window coaching.Window) Shift {
	b = b.orEmpty()
	i := b.Of(leader)
	s := Shift{Leader: leader, N: i.N}
	var values, measured []float64
	for _, f := range b.after(leader) {
		if f.period.within(window) {
			values = append(values, i.transform.forward(f.value))
			measured = append(measured, f.value)
		}
	}
	s.K = len(values)
	switch {
	case !i.Sufficient:
		s.Reason = "the baseline is insufficient"
	case s.K < minShift:
		s.Reason = fmt.Sprintf("%d periods behind the baseline; want at least %d", s.K, minShift)
	case i.ModeratedSD == 0:
		s.Reason = "the baseline is constant, so nothing says what chance can do"
	}
	if s.Reason != "" {
		return s
	}
	mean, _ := meanVariance(values)
	raw, _ := meanVariance(measured)
	s.Delta, s.MDC95 = raw-i.rawMean, mdc95(b.withinSD, float64(s.N), float64(s.K))
	s.T = (mean - i.Mean) / (i.ModeratedSD * math.Sqrt(1/float64(s.N)+1/float64(s.K)))
	s.DF = i.DF
	s.P = 2 * tSurvival(math.Abs(s.T), s.DF)
	return s
}

// tSurvival is the probability that Student's t exceeds x; infinite df is the
// normal.
func tSurvival(x, df float64) float64 {
	if math.IsInf(df, 1) {
		return distuv.UnitNormal.Survival(x)
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Survival(x)
}
