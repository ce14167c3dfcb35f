package effect

import (
	"errors"
	"fmt"
	"math"

	"github.com/coachgov/coaching"
)

// A Linkage lays what leaders changed beside what their KPI did. It is an
// association: leaders were not told at random how much to change.
type Linkage struct {
	// The leaders by whether their behaviour moved the good way and whether
	// their KPI did.
	Both, BehaviourOnly, KPIOnly, Neither int
	// Table is the difference between the two shares whose KPI moved, with the
	// exact test over all ways to name the movers. It is zero where everybody
	// or nobody moved, and so is Gap.
	Table Result
	// Gap is the mean KPI change of leaders whose behaviour moved less that of
	// the others, with its exact test.
	Gap Result
	// Correlation is Pearson's coefficient of the two changes, the dose and the
	// response; NaN where one of them does not vary.
	Correlation float64
	Findings    coaching.Findings
}

// Link compares the changes of a behaviour and of a KPI, one of each per leader
// and in the same order, both with the good direction positive. A change counts
// as moved when it is at least the smallest one that matters, given in the
// values' own unit and above zero. It fails when the lengths differ, there is
// no leader, or there are more than [MaxAllocations] ways to name the movers.
func Link(behaviour, kpi Values, leastBehaviour, leastKPI float64) (Linkage, error) {
	n := behaviour.Len()
	if n == 0 || n != kpi.Len() {
		return Linkage{}, fmt.Errorf("effect: %d changes of behaviour and %d of the KPI", n, kpi.Len())
	}
	if !(leastBehaviour > 0) || !(leastKPI > 0) {
		return Linkage{}, errors.New("effect: the smallest change that matters is above zero")
	}
	var l Linkage
	moved := make([]int, n)
	hits := Values{make([]int64, n), 1}
	x, y := make([]float64, n), make([]float64, n)
	movers := 0
	for i := range n {
		x[i], y[i] = behaviour.Float(i), kpi.Float(i)
		b, k := x[i] >= leastBehaviour, y[i] >= leastKPI
		switch {
		case b && k:
			l.Both++
		case b:
			l.BehaviourOnly++
		case k:
			l.KPIOnly++
		default:
			l.Neither++
		}
		if b {
			moved[i] = 1
			movers++
		}
		if k {
			hits.ints[i] = 1
		}
	}
	l.Correlation = correlation(x, y)
	report := func(severity coaching.Severity, message string) {
		l.Findings = append(l.Findings, coaching.Finding{Code: "ROI-002", Severity: severity, Message: message})
	}
	report(coaching.Info, "an association: leaders were not told at random how much to change")
	if movers == 0 || movers == n {
		report(coaching.Warning, fmt.Sprintf("the behaviour of %d of %d leaders moved, so there is nobody to compare with", movers, n))
		l.Findings.Sort()
		return l, nil
	}
	var err error
	if l.Table, err = TwoGroup(hits, 1, moved, nil); err != nil {
		return Linkage{}, err
	}
	l.Table.Method = "share of leaders whose KPI moved, by whether their behaviour did; exact permutation test (association)"
	if l.Gap, err = TwoGroup(kpi, 1, moved, nil); err != nil {
		return Linkage{}, err
	}
	l.Gap.Method = "KPI change of leaders whose behaviour moved less that of the others; exact permutation test (association)"
	l.Findings.Sort()
	return l, nil
}

func correlation(x, y []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	mx, vx := moments(x)
	my, vy := moments(y)
	if vx == 0 || vy == 0 {
		return math.NaN()
	}
	var c float64
	for i := range x {
		c += (x[i] - mx) * (y[i] - my)
	}
	return max(-1, min(1, c/float64(len(x)-1)/math.Sqrt(vx*vy)))
}
