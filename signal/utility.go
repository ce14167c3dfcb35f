package signal

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A UtilityVerdict says whether a signal still predicts after anonymisation. The
// zero verdict is CannotTell.
type UtilityVerdict uint8

const (
	CannotTell UtilityVerdict = iota // too few units, or an interval too wide
	Lost                             // what is left is below the least useful correlation
	Useful                           // what is left is above zero, and at least the least useful one
)

var utilityNames = [...]string{"cannot tell", "lost", "useful"}

// String returns "cannot tell", "lost" or "useful".
func (v UtilityVerdict) String() string { return enum.Name(utilityNames[:], v, "UtilityVerdict") }

// A UtilityRow is one unit, a person or a leader, with its figure before and
// after anonymisation and its outcome. NaN is missing.
type UtilityRow struct {
	Subject  coaching.PersonID
	Full     float64
	Released float64 // NaN where the release hides it
	// Group names the released cell that Released comes from, when several units
	// share it; "" when the unit has its own.
	Group   string
	Outcome float64
}

// A UtilitySpec asks what anonymisation leaves of a signal.
type UtilitySpec struct {
	Signal string
	Window coaching.Window // the validation window that the figures are of
	Rows   []UtilityRow    // in any order, each subject once
	// Least is the least correlation that is of use, between 0 and 1; 0 means 0.3,
	// which Cohen (1988) calls medium.
	Least float64
}

// A Correlation is Spearman's rank correlation with its 95 % interval, by
// Fisher's z with the variance (1 + r²/2)/(n - 3) of Bonett and Wright (2000).
type Correlation struct {
	R, Low, High float64
	N            int  // units, or groups where units share a figure
	OK           bool // false: too few, or a figure that does not vary
}

// A Utility is the predictive power of a signal before and after anonymisation.
type Utility struct {
	Signal        string
	Window        coaching.Window
	Before, After Correlation
	Least         float64
	// Retained is After.R² / Before.R², the share of the explained variance of
	// ranks that is left, where RetainedOK: nothing is a share of a correlation
	// that may be zero. It is 0 when the direction has turned.
	Retained   float64
	RetainedOK bool
	Hidden     int // units with figure and outcome that the release hides
	Verdict    UtilityVerdict
	Reasons    []string // why the verdict is CannotTell
}

// minUtility is the least number of units, below which the interval is not known
// to hold (Bonett and Wright 2000).
const minUtility = 10

// UtilityOf measures what anonymisation leaves of a signal: the rank correlation
// of the full figures with the outcomes, and that of the released ones. Where
// units share a released figure, its interval counts groups, since five people
// with one figure are one observation of it. The direction is that of the full
// figures.
func UtilityOf(spec UtilitySpec) Utility {
	u := Utility{Signal: spec.Signal, Window: spec.Window, Least: spec.Least}
	if !(u.Least > 0 && u.Least < 1) {
		u.Least = 0.3
	}
	add := func(format string, args ...any) { u.Reasons = append(u.Reasons, fmt.Sprintf(format, args...)) }
	if spec.Window.Days() == 0 {
		add("no validation window")
	}
	seen := map[coaching.PersonID]bool{}
	groups := map[string]bool{}
	var full, outcome, released, releasedOutcome []float64
	alone := 0
	for _, r := range spec.Rows {
		if r.Subject.IsZero() || seen[r.Subject] {
			add("a unit without a subject, or a subject that occurs twice")
			return u
		}
		seen[r.Subject] = true
		if !isFinite(r.Full) || !isFinite(r.Outcome) {
			continue
		}
		full, outcome = append(full, r.Full), append(outcome, r.Outcome)
		switch {
		case !isFinite(r.Released):
			u.Hidden++
			continue
		case r.Group == "":
			alone++
		default:
			groups[r.Group] = true
		}
		released, releasedOutcome = append(released, r.Released), append(releasedOutcome, r.Outcome)
	}
	u.Before = correlate(full, outcome, len(full))
	u.After = correlate(released, releasedOutcome, alone+len(groups))
	for _, c := range []struct {
		what string
		Correlation
	}{{"full", u.Before}, {"released", u.After}} {
		switch {
		case c.N < minUtility:
			add("%d units or groups with %s figures; want at least %d", c.N, c.what, minUtility)
		case !c.OK:
			add("the %s figures or their outcomes do not vary", c.what)
		}
	}
	if u.Before.OK && u.Before.Low <= 0 && u.Before.High >= 0 {
		add("the full figures may predict nothing either: %.2f to %.2f", u.Before.Low, u.Before.High)
	}
	if len(u.Reasons) > 0 {
		return u
	}
	r, low, high := u.After.R, u.After.Low, u.After.High
	if u.Before.R < 0 {
		r, low, high = -r, -high, -low
	}
	u.RetainedOK = true
	if r > 0 {
		u.Retained = r * r / (u.Before.R * u.Before.R)
	}
	switch {
	case low > 0 && r >= u.Least:
		u.Verdict = Useful
	case high < u.Least:
		u.Verdict = Lost
	default:
		add("what is left may be useful or not: %.2f to %.2f against %.2f", low, high, u.Least)
	}
	return u
}

// Findings reports, as SIG-028, a signal whose use is lost as an error and one of
// which nobody can tell as a warning, each with its reasons.
func (u Utility) Findings() coaching.Findings {
	var fs coaching.Findings
	switch u.Verdict {
	case Useful:
	case Lost:
		fs = append(fs, coaching.Finding{Code: "SIG-028", Path: u.Signal,
			Message: fmt.Sprintf("anonymised, the signal correlates with the outcome at %.2f (%.2f to %.2f), below the least useful %.2f", u.After.R, u.After.Low, u.After.High, u.Least)})
	default:
		reasons := u.Reasons
		if len(reasons) == 0 {
			reasons = []string{"nothing was measured"}
		}
		for _, reason := range reasons {
			fs = append(fs, coaching.Finding{Code: "SIG-028", Severity: coaching.Warning, Path: u.Signal, Message: "whether the anonymised signal is useful cannot be told: " + reason})
		}
	}
	fs.Sort()
	return fs
}

// correlate computes Spearman's correlation of x and y, with the interval of n
// independent observations. A perfect order has an interval without width.
func correlate(x, y []float64, n int) Correlation {
	c := Correlation{N: n}
	if n < minUtility {
		return c
	}
	a, b := ranks(x), ranks(y)
	mean := float64(len(x)+1) / 2
	var xy, xx, yy float64
	for i := range a {
		xy += (a[i] - mean) * (b[i] - mean)
		xx += (a[i] - mean) * (a[i] - mean)
		yy += (b[i] - mean) * (b[i] - mean)
	}
	if xx == 0 || yy == 0 {
		return c
	}
	c.R = max(-1, min(1, xy/math.Sqrt(xx*yy)))
	half := tQuantile(0.975, math.Inf(1)) * math.Sqrt((1+c.R*c.R/2)/float64(n-3))
	z := math.Atanh(c.R)
	c.Low, c.High, c.OK = math.Tanh(z-half), math.Tanh(z+half), true
	return c
}

// ranks returns the ranks of the values from 1, the mean rank for equal ones.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return 0
	})
	r := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			r[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return r
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
