package main

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/signal"
)

// dashboard puts the run on one page. Every figure on it was computed above.
func (p *programme) dashboard() error {
	d, s := p.decision, p.statement
	net := s.Label.String() + "; no interval"
	if s.Interval != nil {
		net = fmt.Sprintf("%s; interval %s to %s", s.Label, s.Interval.Low, s.Interval.High)
	}
	page := report.Dashboard{
		Title: p.plan.Title, Programme: p.id(), AsOf: coaching.DateOf(decidedAt), Claim: s.Label.String(),
		Decision: report.DecisionOf(d), Gates: report.GatesOf(d), Notes: report.NotesOf(p.anecdotes), Method: report.MethodOf(d),
		Delta: report.Figure{
			Label: "Sprint predictability", Value: fmt.Sprintf("%+.1f points", 100*p.kpiEffect.Estimate),
			Note: fmt.Sprintf("%.0f %% interval %+.1f to %+.1f; exact p %s/%s", 100*p.kpiEffect.Attained, 100*p.kpiEffect.Low, 100*p.kpiEffect.High, p.kpiEffect.PCount, p.kpiEffect.PTotal),
		},
		Headlines: []report.Figure{
			{Label: "Net benefit", Value: s.Net.String(), Note: net},
			{Label: "ROI", Value: s.ROI.Round(2).String(), Note: fmt.Sprintf("net over cost; benefit-cost ratio %s", s.BCR.Round(2))},
			{Label: "Sessions held", Value: fmt.Sprintf("%d of %d", p.log.Adherence().SessionsHeld, p.log.Adherence().SessionsDue), Note: fmt.Sprintf("weekly, by %d coaches", len(p.plan.Cohort.Coaches))},
		},
		KPI: p.trend(), Groups: p.groupPanels(), Bridge: bridge(s),
	}
	page.Method.Limits = fmt.Sprintf("the design sees changes of %.2f standard deviations with 80 %% power, and its smallest p is %s", p.detectable, p.space.MinP().RatString())
	for _, c := range d.Criteria[:2] {
		page.Decision.Reasons = append(page.Decision.Reasons, c.ID+": "+c.Reason)
	}
	for f := range p.publication.Findings().Blocking() {
		page.Missing = append(page.Missing, f)
	}
	digest, err := s.Digest()
	if err != nil {
		return err
	}
	page.Provenance = []report.Entry{
		{Name: "plan", Value: fmt.Sprint(p.locked.Digest())}, {Name: "policy", Value: p.policy.Digest()}, {Name: "packs", Value: p.manifest.SHA256},
		{Name: "statement", Value: digest}, {Name: "audit trail", Value: p.head.String()},
	}
	for _, f := range page.Check() {
		p.say.line("  %s", f)
	}
	html, err := page.HTML()
	if err != nil {
		return err
	}
	return p.out.write("dashboard.html", html)
}

// trend is the KPI of each wave, sprint by sprint.
func (p *programme) trend() report.Trend {
	t := report.Trend{Title: "Sprint predictability by wave", Unit: "delivered of committed points, mean of the wave's teams", Percent: true}
	periods := p.kpiSeries.Periods()
	for _, period := range periods {
		t.Periods = append(t.Periods, fmt.Sprintf("wk %d", p.plan.WeekOf(period.Start)))
	}
	for wave := 1; wave <= p.plan.Design.Groups(); wave++ {
		w := report.Wave{Label: fmt.Sprintf("wave %d", wave), Exposure: fmt.Sprintf("wave %d coached", wave)}
		for i, period := range periods {
			sum, n := 0.0, 0
			for _, label := range p.allocation.Wave(wave) {
				if c := p.kpiSeries.At(p.labels[label], period); c.Status == signal.OK {
					sum += c.Value
					n++
				}
			}
			value := math.NaN()
			if n > 0 {
				value = sum / float64(n)
			}
			w.Values = append(w.Values, value)
			if w.Exposed == 0 && p.plan.WeekOf(period.Start) >= p.plan.Design.WaveStarts[wave-1] {
				w.Exposed = i
			}
		}
		t.Waves = append(t.Waves, w)
	}
	first, last := t.Waves[0].Values, t.Waves[1].Values
	t.Summary = fmt.Sprintf("Wave 1 goes from %.0f %% in the first sprint to %.0f %% in the last, wave 2 from %.0f %% to %.0f %%.",
		100*first[0], 100*first[len(first)-1], 100*last[0], 100*last[len(last)-1])
	return t
}

// groupPanels shows how each signal treats groups of members. Groups whose
// figures must not be printed are left out.
func (p *programme) groupPanels() report.Groups {
	g := report.Groups{Title: "Do the signals treat groups alike?", Axis: "ratio of flag rates, 90 % interval", Harm: report.EitherHarms}
	decided := 0
	for _, d := range definitions() {
		r := p.fair[d.ID]
		note := p.standings[d.ID].Standing.String()
		if p.standings[d.ID].Control != "" {
			note += ", under a human control"
		}
		if r.Polarity == fairness.Favourable {
			note += "; the flag helps: harm is a low ratio"
		} else {
			note += "; the flag burdens: harm is a high ratio"
		}
		panel := report.Panel{Signal: d.ID, Note: note}
		for _, family := range r.Families {
			for _, group := range family.Groups {
				if group.Suppressed || !group.Ratio.Defined {
					continue
				}
				panel.Groups = append(panel.Groups, report.Group{
					Label: group.Label, Counts: fmt.Sprintf("%d of %d", group.Rate.X, group.Rate.N),
					Ratio: group.Ratio.Value, Low: group.Ratio.Low, High: group.Ratio.High, Verdict: verdicts[group.Verdict],
				})
				if group.Verdict != fairness.Insufficient {
					decided++
				}
			}
		}
		g.Signals = append(g.Signals, panel)
	}
	g.Summary = fmt.Sprintf("With about a hundred members, %d of the comparisons shown are decided; the others are insufficient evidence, so every signal is used under a human control.", decided)
	return g
}

var verdicts = map[fairness.Verdict]report.Verdict{fairness.Insufficient: report.Insufficient, fairness.Pass: report.Pass, fairness.Pause: report.Pause}

// bridge is the way from the whole change to what is claimed.
func bridge(s *roi.Statement) report.Bridge {
	amount := func(m roi.Money) float64 { v, _ := m.Amount.Float64(); return v }
	return report.Bridge{
		Title:   "From the change to the claim",
		Summary: fmt.Sprintf("Gross %s, of which %s is attributed to coaching; less cost %s leaves %s.", s.Gross, s.Benefit, s.Cost, s.Net),
		Steps: []report.Step{
			{Label: "gross change", Text: s.Gross.String(), Value: amount(s.Gross)},
			{Label: "not attributed", Text: string(s.Gross.Currency) + " " + s.Gross.Amount.Sub(s.Benefit.Amount).StringFixed(2), Value: amount(s.Gross) - amount(s.Benefit), Kind: report.Subtract},
			{Label: "benefit", Text: s.Benefit.String(), Value: amount(s.Benefit)},
			{Label: "cost", Text: s.Cost.String(), Value: amount(s.Cost), Kind: report.Subtract},
			{Label: "net", Text: s.Net.String(), Value: amount(s.Net)},
		},
	}
}
