package pilot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
)

// A Status is the answer to one criterion. The zero Status is Missing.
type Status uint8

// Directional is a KPI that moved the right way without reaching what a pass
// needs.
const (
	Missing Status = iota
	Fail
	Directional
	Pass
)

var statusNames = [...]string{"missing", "fail", "directional", "pass"}

// String returns the name used in files, such as "pass".
func (s Status) String() string { return enum.Name(statusNames[:], s, "Status") }

// MarshalText returns the name used in files.
func (s Status) MarshalText() ([]byte, error) {
	return enum.Marshal(statusNames[:], s, "pilot: status")
}

// A Criterion is one of the seven conditions of a decision:
//
//	A1  behaviour changed as declared before
//	A2  the KPI moved in the declared direction by the least effect worth having
//	A3  the data gates held
//	A4  no material confounder is unresolved
//	A5  data, narratives and sponsor agree
//	A6  governance is clean
//	A7  the programme was carried out
type Criterion struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
	Reason string `json:"reason"`
}

// behaviour is A1: at least one declared signal moved in its declared direction,
// by Holm's step-down procedure over all of them, and none moved significantly
// in the other (Holm, Scandinavian Journal of Statistics 6, 1979, 65-70).
func (pol Policy) behaviour(p *Plan, readings []Reading) Criterion {
	c := Criterion{ID: "A1"}
	type test struct {
		signal string
		p      float64
		toward bool
	}
	var tests []test
	for _, s := range p.Signals {
		if s.Direction == "" {
			continue
		}
		var own []effect.Result
		for _, r := range readings {
			if r.Signal == s.ID {
				own = append(own, r.Result)
			}
		}
		switch {
		case len(own) > 1:
			c.Reason = fmt.Sprintf("%d readings of %s, want one: which of them counts is not for the reader to choose", len(own), s.ID)
			return c
		case len(own) == 0 || !known(own[0]):
			c.Reason = fmt.Sprintf("no tested effect on %s, whose direction was declared", s.ID)
			return c
		}
		r := own[0]
		tests = append(tests, test{s.ID, r.P(), s.Direction.sign()*r.Estimate > 0})
	}
	if len(tests) == 0 {
		c.Reason = "the plan declares no direction for any signal, so nothing can have changed as declared"
		return c
	}
	slices.SortStableFunc(tests, func(a, b test) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return strings.Compare(a.signal, b.signal)
	})
	alpha := float64(pol.AlphaPercent) / 100
	var moved []string
	c.Status = Fail
	for i, t := range tests {
		if t.p*float64(len(tests)-i) > alpha*(1+1e-12) {
			break
		}
		if !t.toward {
			c.Reason = fmt.Sprintf("%s moved against its declared direction (p %.4f)", t.signal, t.p)
			return c
		}
		moved = append(moved, t.signal)
	}
	if len(moved) == 0 {
		c.Reason = fmt.Sprintf("none of %d declared signals moved; the smallest p is %.4f before Holm's correction", len(tests), tests[0].p)
		return c
	}
	c.Status = Pass
	c.Reason = fmt.Sprintf("%s moved as declared (%d of %d, Holm)", strings.Join(moved, ", "), len(moved), len(tests))
	return c
}

// known reports whether a result holds an estimated difference and a test. The
// observed allocation is always counted, so a p of zero was not computed.
func known(r effect.Result) bool {
	return difference(r) && r.PCount != nil && r.PTotal != nil && r.PCount.Sign() > 0 && r.PCount.Cmp(r.PTotal) <= 0
}

// difference reports whether a result estimates by how much something moved. A
// ratio is above zero whichever way it moved.
func difference(r effect.Result) bool {
	return !r.Ratio && !math.IsNaN(r.Estimate) && !math.IsInf(r.Estimate, 0)
}

// kpi is A2, and whether the KPI moved the wrong way by the least effect.
func (pol Policy) kpi(p *Plan, r *effect.Result) (c Criterion, harmed bool) {
	c.ID = "A2"
	least, ok := decimal(p.KPI.MinEffect)
	sign := p.Hypothesis.Direction.sign()
	switch {
	case r != nil && r.Ratio:
		c.Reason = "the effect on the KPI is a ratio; want a difference in the KPI's unit, like its least effect"
		return c, false
	case r == nil || !difference(*r) || !ok || sign == 0:
		c.Reason = "no estimated effect on the KPI"
		return c, false
	}
	min, _ := least.Float64()
	est, low, high := sign*r.Estimate, sign*r.Low, sign*r.High
	if sign < 0 {
		low, high = high, low
	}
	harmed = est <= -min
	// An interval without the estimate in it was not computed.
	if math.IsNaN(low) || math.IsNaN(high) || est < low || est > high {
		low, high = math.Inf(-1), math.Inf(1)
	}
	show := func(x float64) string { return strconv.FormatFloat(sign*x, 'g', 4, 64) }
	switch {
	case est <= 0:
		c.Status = Fail
		c.Reason = fmt.Sprintf("the KPI moved by %s, not in the declared direction", show(est))
	case est >= min && low > 0 && known(*r) && r.P() <= float64(pol.AlphaPercent)/100:
		c.Status = Pass
		c.Reason = fmt.Sprintf("the KPI moved by %s, at least %s (p %.4f)", show(est), p.KPI.MinEffect, r.P())
	case high < min:
		c.Status = Fail
		c.Reason = fmt.Sprintf("the KPI moved by %s; its interval rules out %s", show(est), p.KPI.MinEffect)
	default:
		c.Status = Directional
		c.Reason = fmt.Sprintf("the KPI moved by %s in the declared direction; an interval above zero and at least %s are needed", show(est), p.KPI.MinEffect)
	}
	return c, harmed
}

// data is A3.
func dataGates(gates []DataGate) Criterion {
	c := Criterion{ID: "A3", Status: Pass, Reason: counted(len(gates), "data gate", "data gates") + " held"}
	if len(gates) == 0 {
		return Criterion{ID: "A3", Reason: "no data gate was reported"}
	}
	var failed []string
	for _, g := range gates {
		if !g.Held {
			failed = append(failed, g.Name)
		}
	}
	if len(failed) > 0 {
		slices.Sort(failed)
		c.Status, c.Reason = Fail, "did not hold: "+strings.Join(failed, ", ")
	}
	return c
}

// confounders is A4, with a PIL-166 error when attribution must be withheld: a
// material confounder overlaps the measurement, the log is open, or nobody
// confirmed that no other change explains the result over the whole window.
func confounders(window coaching.Window, e Evidence) (Criterion, coaching.Findings) {
	c := Criterion{ID: "A4"}
	material, open := 0, 0
	for _, x := range e.Confounders {
		if x.Window.Days() > 0 && !x.Window.Overlaps(window) {
			continue
		}
		switch x.Disposition {
		case roi.RuledOut, roi.Adjusted:
			if x.By.IsZero() { // nobody decided it
				open++
			}
		case roi.Material:
			material++
		default:
			open++
		}
	}
	switch {
	case material > 0:
		c.Status, c.Reason = Fail, counted(material, "material confounder overlaps", "material confounders overlap")+" the measurement"
	case open > 0:
		c.Status, c.Reason = Fail, counted(open, "confounder is not decided by anybody", "confounders are not decided by anybody")
	case !e.LogClosed:
		c.Reason = "the confounder log is open"
	case !reviewed(window, e.Reviews):
		c.Reason = "no reviewer confirmed for every day of the measurement that no other change explains the result"
	default:
		c.Status, c.Reason = Pass, counted(len(e.Confounders), "confounder", "confounders")+" looked at, none unresolved; other changes ruled out by review"
		return c, nil
	}
	return c, coaching.Findings{errorf("PIL-166", "", "attribution is withheld: %s", c.Reason)}
}

// reviewed reports whether the reviews of those entitled cover every day.
func reviewed(window coaching.Window, reviews []Review) bool {
	if window.Days() == 0 {
		return false
	}
	for d := window.From; !d.After(window.To); d = d.AddDays(1) {
		if !slices.ContainsFunc(reviews, func(r Review) bool {
			entitled := r.Role == coaching.AttributionReviewer || r.Role == coaching.Steward || r.Role == coaching.HRReviewer
			return entitled && !r.By.IsZero() && r.Window.Contains(d)
		}) {
			return false
		}
	}
	return true
}

// streams is A5. Data and sponsor speak of the whole run, so not before the last
// week; a narrative may be of any week of it.
func (p *Plan) streams(s Streams) Criterion {
	c := Criterion{ID: "A5"}
	all := append([]roi.Stream{s.Data, s.Sponsor}, s.Narratives...)
	if len(s.Narratives) == 0 || slices.ContainsFunc(all, func(x roi.Stream) bool { return !x.Complete() || x.Movement == roi.NotSaid }) {
		c.Reason = "data, narratives and sponsor are not all in: each needs an id, an author, a date and what it saw"
		return c
	}
	if s.Data.By == s.Sponsor.By || slices.ContainsFunc(s.Narratives, func(x roi.Stream) bool { return x.By == s.Data.By || x.By == s.Sponsor.By }) {
		c.Reason = "one person gave two of data, narratives and sponsor; want a witness of its own for each"
		return c
	}
	last, run := p.Week(p.TemplateWeeks), p.Run().From
	if s.Data.On.Before(last) || s.Sponsor.On.Before(last) || slices.ContainsFunc(s.Narratives, func(x roi.Stream) bool { return x.On.Before(run) }) {
		c.Reason = fmt.Sprintf("a stream is from before there was anything to see; want data and sponsor from %s on, narratives from %s on", last, run)
		return c
	}
	if slices.ContainsFunc(all, func(x roi.Stream) bool { return x.Movement != roi.Improved }) {
		c.Status, c.Reason = Fail, "the streams disagree; any one alone is a weak case"
		return c
	}
	c.Status, c.Reason = Pass, "data, "+counted(len(s.Narratives), "narrative", "narratives")+" and the sponsor agree"
	return c
}

// governance is A6.
func governance(g *Governance) Criterion {
	c := Criterion{ID: "A6"}
	switch {
	case g == nil:
		c.Reason = "the state of governance was not reported"
	case !g.Compact || g.OpenAppeals != 0 || g.PausedSignals != 0 || g.OpenIssues != 0:
		c.Status = Fail
		c.Reason = fmt.Sprintf("compact signed: %t; open appeals: %d; paused signals used: %d; open issues: %d", g.Compact, g.OpenAppeals, g.PausedSignals, g.OpenIssues)
	default:
		c.Status, c.Reason = Pass, "compact signed; no open appeal, paused signal or issue"
	}
	return c
}

// adherence is A7.
func (pol Policy) adherence(a *Adherence) Criterion {
	c := Criterion{ID: "A7"}
	switch {
	case a == nil || a.SessionsDue <= 0 || a.Leaders <= 0:
		c.Reason = "adherence was not reported"
		return c
	case a.SessionsHeld < 0 || a.SessionsHeld > a.SessionsDue || a.Started < 0 || a.Started > a.Leaders:
		c.Reason = fmt.Sprintf("%d of %d sessions and %d of %d experiments cannot be", a.SessionsHeld, a.SessionsDue, a.Started, a.Leaders)
		return c
	case 100*float64(a.SessionsHeld) < float64(pol.AdherencePercent)*float64(a.SessionsDue) || a.Started < a.Leaders:
		c.Status = Fail
	default:
		c.Status = Pass
	}
	c.Reason = fmt.Sprintf("%d of %d sessions held (want %d %%), %d of %d experiments started", a.SessionsHeld, a.SessionsDue, pol.AdherencePercent, a.Started, a.Leaders)
	return c
}
