package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi/effect"
)

// seed of the multiplier bootstrap: the same table gives the same band.
const seed, draws = 1, 2000

// A report is what the command prints.
type report struct {
	Method   string            `json:"method"`
	How      string            `json:"how"`
	Units    int               `json:"units"`
	Periods  int               `json:"periods"`
	Overall  figures           `json:"overall"`
	P        string            `json:"p,omitempty"`     // exact, as a fraction
	Level    float64           `json:"level,omitempty"` // that the exact interval reaches
	Points   []point           `json:"points,omitempty"`
	Findings coaching.Findings `json:"findings,omitempty"`
	figure   []byte
}

// figures are an estimate with its interval; what is not finite is null.
type figures struct{ value, se, low, high float64 }

func (f figures) MarshalJSON() ([]byte, error) {
	finite := func(v float64) *float64 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return &v
	}
	return json.Marshal(struct {
		Value *float64 `json:"value"`
		SE    *float64 `json:"se,omitempty"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}{finite(f.value), finite(f.se), finite(f.low), finite(f.high)})
}

func (f figures) String() string { return fmt.Sprintf("%.3f [%.3f, %.3f]", f.value, f.low, f.high) }

// A point is the effect at a distance from the start.
type point struct {
	At int     `json:"periods_since_start"`
	By figures `json:"effect"`
}

// estimate does what the method says.
func estimate(o options, a effect.Adoption, d design) (report, error) {
	r := report{Method: o.method, Units: a.Units(), Periods: len(a.Periods()), Findings: a.Findings()}
	title := "Effect on " + o.columns.Outcome
	switch o.method {
	case "exact":
		panel, start, allocation, err := a.Exact(o.places)
		if err != nil {
			return r, err
		}
		result, err := effect.Staggered(panel, start, allocation, d.space(a, allocation))
		if err != nil {
			return r, err
		}
		r.How = result.Method
		if !d.DrawnByLot {
			r.How += "; nobody has said that the timing was drawn by lot: as if it had been"
		}
		r.Overall = figures{result.Estimate, math.NaN(), result.Low, result.High}
		r.P, r.Level = fmt.Sprintf("%v/%v", result.PCount, result.PTotal), result.Attained
		r.Findings = append(r.Findings, result.Findings...)
		r.figure = result.Figure(title, o.columns.Outcome)
	case "callaway-santanna":
		g, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
		if err != nil {
			return r, err
		}
		series := g.EventStudy()
		if banded, err := series.Band(draws, seed); err == nil {
			series = banded
		}
		simple := g.Simple()
		r.How = "Callaway and Sant'Anna, not-yet-treated controls, analytic errors"
		r.Overall = figures{simple.Value, simple.SE, simple.Low, simple.High}
		for _, p := range series.Points {
			if !p.Reference {
				r.Points = append(r.Points, point{p.At, figures{p.Value, p.SE, p.Low, p.High}})
			}
		}
		r.Findings = append(r.Findings, g.Findings...)
		r.figure = series.Figure(title, o.columns.Outcome)
	case "roth-santanna":
		if !d.DrawnByLot {
			return r, fmt.Errorf("roth-santanna is for timing that was drawn by lot, and -design does not say so")
		}
		t, err := effect.RothSantAnna(a, effect.NotYetTreated)
		if err != nil {
			return r, err
		}
		r.How = "Roth and Sant'Anna, efficient weight, Neyman errors"
		best := t.Simple().Efficient
		r.Overall = figures{best.Value, best.SE, best.Low, best.High}
		r.Findings = append(r.Findings, t.Findings...)
	default:
		return r, fmt.Errorf("-method is none of exact, callaway-santanna, roth-santanna")
	}
	r.Findings.Sort()
	return r, nil
}

// text returns everything for people.
func (r report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d units over %d periods\n%s\n\n", r.Units, r.Periods, r.How)
	fmt.Fprintf(&b, "Average effect on treated units  %v", r.Overall)
	if r.P != "" {
		fmt.Fprintf(&b, "  p = %s, level %.3f", r.P, r.Level)
	} else {
		fmt.Fprintf(&b, "  standard error %.3f", r.Overall.se)
	}
	b.WriteString("\n")
	for i, p := range r.Points {
		if i == 0 {
			b.WriteString("\nBy periods since the start\n")
		}
		fmt.Fprintf(&b, "  %3d  %v\n", p.At, p.By)
	}
	for i, f := range r.Findings {
		if i == 0 {
			b.WriteString("\nFindings\n")
		}
		fmt.Fprintf(&b, "  %v\n", f)
	}
	return b.String()
}
