package main

import (
	"fmt"
	"iter"
	"math"
	"math/big"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/roi/worksheet"
	"github.com/coachgov/coaching/signal"
)

// kpiDefinition is the plan's KPI: what a team delivered of what it committed to.
func kpiDefinition() signal.Definition {
	return signal.Definition{
		ID: "sprint_predictability", Version: 1, Name: "Sprint predictability", Source: signal.BusinessKPI, Kind: signal.Quantitative,
		Unit: "ratio", Direction: signal.Higher, Cadence: signal.Fortnightly, Class: signal.Aggregate, Grain: signal.Leader, Timing: signal.Leading,
		Expr:      signal.Expr{Op: signal.RatioOfSums, Num: []string{"delivered_points"}, Den: []string{"committed_points"}},
		Behaviour: "what the three experiments change", Path: signal.CausalPath{Signal: "points delivered", Behaviour: "less work waits on people", Outcome: "sprint predictability"},
		Explain: "story points delivered over story points committed, per sprint", ProxyRisks: []string{"kind of product"}, BlindSpots: []string{"points are the team's own estimate"},
		Trace: signal.RecordedOutcome, Noise: signal.High, Opacity: signal.Low, Interpretability: signal.Medium, PrivacyRisk: signal.Low,
	}
}

// measure is step 7: did behaviour move, did the KPI move, and what was it worth?
//
// Each leader's readings are collapsed to three means, before the first wave,
// between the waves and after the second, and compared under the waves that the
// plan drew: every other draw that it could have made is the yardstick.
func (p *programme) measure() error {
	leaders := p.plan.Cohort.Leaders
	waves := make([]int, len(leaders))
	for i := range leaders {
		waves[i] = p.allocation.Units[i].Wave - 1
	}
	spans := []coaching.Window{
		{From: baselineWindow.From, To: p.plan.Week(p.plan.Design.WaveStarts[0]).AddDays(-1)},
		{From: p.plan.Week(p.plan.Design.WaveStarts[0]).AddDays(-1), To: p.plan.Week(p.plan.Design.WaveStarts[1]).AddDays(-1)},
		{From: p.plan.Week(p.plan.Design.WaveStarts[1]).AddDays(-1), To: p.plan.End()},
	}
	starts := []int{1, 2}
	oriented := make([][]float64, len(leaders)) // change of the own primary signal
	primary := map[string]string{}
	for _, e := range p.plan.Playbook {
		primary[e.Experiment.ID] = e.Signal
	}
	for _, d := range definitions() {
		series, fs := signal.Evaluate(p.panel, d, p.teams, p.exclusions)
		if err := fs.Err(); err != nil {
			return err
		}
		rows, err := p.collapse(series, spans)
		if err != nil {
			return err
		}
		result, err := staggered(rows, starts, waves, p.space.All())
		if err != nil {
			return err
		}
		p.behaviour = append(p.behaviour, pilot.Reading{Signal: d.ID, Result: result})
		p.say.line("%-20s %s", d.ID, tell(result, d.Unit))
		for i, l := range leaders {
			if primary[l.Experiment] == d.ID {
				change := (rows[i][2] - rows[i][0]) / p.baselines[d.ID].Of(p.labels[l.ID]).ModeratedSD
				if p.toward(d.ID) < 0 {
					change = -change
				}
				oriented[i] = []float64{change, 0}
			}
		}
	}

	own := signal.Teams{} // the KPI is read per leader
	for _, l := range leaders {
		own[p.labels[l.ID]] = p.labels[l.ID]
	}
	kpi, fs := signal.Evaluate(p.kpiPanel, kpiDefinition(), own, nil)
	if err := fs.Err(); err != nil {
		return err
	}
	p.kpiSeries = kpi
	for _, l := range leaders {
		for _, period := range kpi.Periods() {
			if cell := kpi.At(p.labels[l.ID], period); cell.Status != signal.OK {
				p.say.line("  %s: no KPI of %s in the sprint of %s: %s", p.reports[3].File, l.ID, period.Start, cell.Reason)
			}
		}
	}
	rows, err := p.collapse(kpi, spans)
	if err != nil {
		return err
	}
	// By what was drawn; beside it, by what was done.
	panel, err := effect.NewPanel(rows, 6)
	if err != nil {
		return err
	}
	both, err := effect.ByProtocol(waves, p.log.Conduct(decidedAt), p.space.All(), func(units, allocation []int, space iter.Seq[[]int]) (effect.Result, error) {
		return effect.Staggered(panel.Of(units), starts, allocation, space)
	})
	if err != nil {
		return err
	}
	p.kpiEffect = both.IntentionToTreat
	p.say.line("%-20s %s", "sprint_predictability", tell(p.kpiEffect, "of what was committed"))
	if len(both.Findings) == 0 {
		p.say.line("%-20s the same: nobody left, or was coached before the wave of the draw", "  per protocol")
	} else if both.PerProtocol != nil {
		p.say.line("%-20s %s", "  per protocol", tell(*both.PerProtocol, "of what was committed"))
	}
	for _, f := range both.Findings {
		p.say.line("  %s", f)
	}
	changes, behaviours := make([]float64, len(leaders)), make([]float64, len(leaders))
	for i := range leaders {
		behaviours[i], changes[i] = oriented[i][0], rows[i][2]-rows[i][0]
		p.kpiBefore += rows[i][0] / float64(len(leaders))
	}
	b, err := effect.Floats(behaviours, 4)
	if err != nil {
		return err
	}
	k, err := effect.Floats(changes, 4)
	if err != nil {
		return err
	}
	link, err := effect.Link(b, k, 1, 0.05)
	if err != nil {
		return err
	}
	p.say.line("Leaders whose behaviour and KPI both moved: %d; behaviour only %d, KPI only %d, neither %d. An association, not a cause.",
		link.Both, link.BehaviourOnly, link.KPIOnly, link.Neither)
	return p.value()
}

// staggered estimates one outcome.
func staggered(rows [][]float64, starts, waves []int, space iter.Seq[[]int]) (effect.Result, error) {
	panel, err := effect.NewPanel(rows, 6)
	if err != nil {
		return effect.Result{}, err
	}
	return effect.Staggered(panel, starts, waves, space)
}

// tell puts a result into a line, with what it does not show.
func tell(r effect.Result, unit string) string {
	bounds := "no interval: too few allocations"
	if r.Bounded() {
		bounds = fmt.Sprintf("%.0f %% interval %.3f to %.3f", 100*r.Attained, r.Low, r.High)
	}
	return fmt.Sprintf("%+.3f %s, %s, exact p = %s/%s", r.Estimate, unit, bounds, r.PCount, r.PTotal)
}

// collapse returns each leader's mean over each span, in the plan's order.
// Figures that the steward rejected are not in it.
func (p *programme) collapse(s *signal.Series, spans []coaching.Window) ([][]float64, error) {
	rejected := map[string]bool{}
	for _, f := range p.flags {
		if d, ok := p.steward.Decision(f.ID); ok && d.Verdict == signal.Rejected {
			rejected[f.Signal+f.Leader.String()+f.Period.String()] = true
		}
	}
	rows := make([][]float64, len(p.plan.Cohort.Leaders))
	for i, l := range p.plan.Cohort.Leaders {
		leader := p.labels[l.ID]
		for _, span := range spans {
			sum, n := 0.0, 0
			for _, period := range s.Periods() {
				cell := s.At(leader, period)
				if cell.Status == signal.OK && span.Contains(period.Start) && span.Contains(period.Last()) && !rejected[s.Definition().ID+leader.String()+period.String()] {
					sum += cell.Value
					n++
				}
			}
			if n == 0 {
				file := p.reports[0].File
				if s.Definition().ID == kpiDefinition().ID {
					file = p.reports[3].File
				}
				return nil, fmt.Errorf("%s: no %s of %s in %s", file, s.Definition().ID, l.ID, span)
			}
			rows[i] = append(rows[i], sum/float64(n))
		}
	}
	return rows, nil
}

// value puts the change of the KPI into money, exactly.
func (p *programme) value() error {
	rounded := func(x float64) roi.Exact { return roi.MustExact(fmt.Sprintf("%.3f", x)) }
	fraction := func(r *big.Rat) (roi.Exact, error) { return roi.Ratio(r.Num(), r.Denom()) }
	change, err := fraction(p.kpiEffect.Exact)
	if err != nil {
		return err
	}
	delta := roi.Delta{
		Change: change, Window: p.plan.Measurement(), NetOfControl: true, Design: roi.StaggeredCohort,
		Treated: p.kpiEffect.Treated, Control: p.kpiEffect.Control, Method: p.kpiEffect.Method,
		PCount: p.kpiEffect.PCount, PTotal: p.kpiEffect.PTotal, Source: "kpi.csv, effect of the staggered waves",
	}
	if p.kpiEffect.Bounded() {
		if delta.Low, err = fraction(p.kpiEffect.ExactLow); err != nil {
			return err
		}
		if delta.High, err = fraction(p.kpiEffect.ExactHigh); err != nil {
			return err
		}
		delta.Level = rounded(math.Floor(1000*p.kpiEffect.Attained) / 1000)
	}
	money := func(amount string) roi.Money { return roi.MustMoney(amount, "USD") }
	line := func(c roi.CostCategory, amount, source string) roi.CostLine {
		return roi.CostLine{Covers: []roi.CostCategory{c}, Amount: money(amount), Source: source}
	}
	c := roi.Case{
		ID: p.id(), Title: p.plan.Title, Timing: roi.Leading, Direction: roi.Increase,
		Baseline: roi.Baseline{
			KPI: "sprint predictability", Unit: "share of committed points", Value: rounded(p.kpiBefore),
			Window: p.plan.Baseline(), Headcount: len(p.plan.Cohort.Leaders), Source: "kpi.csv, sprint boards of ten teams",
		},
		Delta:       delta,
		Attribution: p.attribution(),
		Conversion: roi.Conversion{
			// Thirty sprints under coaching (five teams for four, five for two) at
			// 72,000 dollars, of which finance counts half as lost when work slips.
			UnitValue: money("1080000"), Basis: roi.ProductivityPerFTE, Months: 2, Source: "finance, cost of a slipped point, memo of 2027-01-06",
		},
		Costs: []roi.CostLine{
			line(roi.Coaching, "14400", "60 sessions of two internal coaches"), line(roi.Analytics, "6500", "steward and exports, timesheets"),
			line(roi.Admin, "2100", "programme office, timesheets"), line(roi.ManagerTime, "4800", "leaders' hours in sessions"),
			{Covers: []roi.CostCategory{roi.Integration}, Amount: money("0"), Reason: "exports as files; nothing was integrated", Source: "programme office"},
		},
	}
	s, err := c.Compute(roi.DefaultPolicy())
	if err != nil {
		return err
	}
	p.statement = s
	p.say.line("ROI (%s): benefit %s of gross %s, cost %s, net %s, ROI %s, benefit-cost ratio %s.",
		s.Label, s.Benefit, s.Gross, s.Cost, s.Net, s.ROI.Round(2), s.BCR.Round(2))
	for _, f := range s.Findings {
		p.say.line("  %s %s: %s", f.Code, f.Severity, f.Message)
	}
	jsonText, err := s.JSON()
	if err != nil {
		return err
	}
	csvText, err := s.CSV()
	if err != nil {
		return err
	}
	dossier := p.dossier()
	book, err := worksheet.XLSX(s, dossier)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		"roi/statement.txt": []byte(s.Text()), "roi/statement.json": jsonText, "roi/statement.csv": csvText,
		"roi/statement.html": s.Page(dossier).HTML(), "roi/statement.xlsx": book,
	} {
		if err := p.out.write(name, text); err != nil {
			return err
		}
	}
	p.publication = roi.CanPublish(s, dossier)
	if p.publication.Allowed() {
		p.say.line("The claim may be published.")
		return nil
	}
	p.say.line("Missing before the claim may be published:")
	for f := range p.publication.Findings().Blocking() {
		p.say.line("  %s %s", f.Code, f.Message)
	}
	return nil
}

// attribution takes the share that the evidence supports: the middle of the upper
// band when the pulse agrees with the figures, and otherwise the cap without one.
func (p *programme) attribution() roi.Attribution {
	if p.pulseAgrees() {
		return roi.Attribution{
			Factor: roi.MustExact("0.35"), Rationale: "staggered waves drawn before the baseline was seen, and the team pulse of week 12 agrees; the middle of the band",
			Survey: roi.Survey{ID: p.stated.Survey.ID, On: p.stated.Survey.On, By: p.labels[p.stated.Survey.By], Corroborates: true},
		}
	}
	return roi.Attribution{Factor: roi.MustExact("0.25"), Rationale: "staggered waves drawn before the baseline was seen; no survey agrees"}
}

// pulseAgrees reports whether more people than before say in the last survey
// that information reaches them in time. Without answers it does not.
func (p *programme) pulseAgrees() bool {
	const item, question = "Communication_Flow", "Information reaches me in time"
	share := func(w coaching.Window) (float64, bool) {
		favourable, answers := 0.0, 0
		for _, item := range signal.FavourableShare(p.pulse, item, "team pulse", question, p.teams, w) {
			favourable += item.Item.Share * float64(item.Item.N)
			answers += item.Item.N
		}
		return favourable / float64(answers), answers > 0
	}
	before, asked := share(coaching.Window{From: baselineWindow.From, To: p.plan.Run().From.AddDays(-1)})
	after, askedAgain := share(coaching.Window{From: p.plan.End().AddDays(-14), To: p.plan.End()})
	if !asked || !askedAgain {
		p.say.line("Team pulse: no answers of the teams to compare, so no survey corroborates the change.")
		return false
	}
	p.say.line("Team pulse, %q: %.0f %% favourable before, %.0f %% in week 12.", question, 100*before, 100*after)
	return after > before
}

// dossier is what lies beside the statement. Nobody has signed the figures yet.
func (p *programme) dossier() roi.Dossier {
	return roi.Dossier{
		KPILocked: coaching.DateOf(p.locked.At()), Start: p.plan.Run().From,
		Behaviour:  roi.Stream{ID: "behaviour", By: p.labels["P-ANALYTICS"], On: coaching.DateOf(decidedAt), Movement: p.moved()},
		Data:       p.streams().Data,
		Narratives: p.streams().Narratives,
		Sponsor:    p.streams().Sponsor,

		Confounders: p.log.Confounders(), LogClosed: p.logClosed(), LogClosedBy: p.labels["P-PMO"],
	}
}

// logClosed returns the day on which the log of other changes was closed.
func (p *programme) logClosed() coaching.Date {
	for _, e := range p.log.Events() {
		if e.Kind == pilot.ConfounderLogEnded {
			return coaching.DateOf(e.At)
		}
	}
	return coaching.Date{}
}

// toward is +1 for a signal that the plan wants to rise, -1 for one to fall, and
// 0 where the plan declares nothing.
func (p *programme) toward(id string) float64 {
	for _, s := range p.plan.Signals {
		if s.ID == id {
			switch s.Direction {
			case pilot.Increase:
				return 1
			case pilot.Decrease:
				return -1
			}
		}
	}
	return 0
}

// moved says which way behaviour went, by Bonferroni over the signals: against
// the declared direction counts more than with it.
func (p *programme) moved() roi.Movement {
	m := roi.Unchanged
	for _, r := range p.behaviour {
		if r.Result.P()*float64(len(p.behaviour)) > 0.05*(1+1e-9) {
			continue
		}
		switch way := p.toward(r.Signal) * r.Result.Estimate; {
		case way < 0:
			return roi.Worsened
		case way > 0:
			m = roi.Improved
		}
	}
	return m
}

// streams are the three witnesses: the data, the narratives and the sponsor.
func (p *programme) streams() pilot.Streams {
	s := pilot.Streams{
		Data:    roi.Stream{ID: "kpi-effect", By: p.labels["P-ANALYTICS"], On: coaching.DateOf(decidedAt), Movement: roi.Unchanged},
		Sponsor: roi.Stream{ID: p.stated.Sponsor.ID, By: p.labels[p.stated.Sponsor.By], On: p.stated.Sponsor.On, Movement: p.stated.Sponsor.Movement},
	}
	switch {
	case p.kpiEffect.P() > 0.05:
	case p.kpiEffect.Estimate > 0:
		s.Data.Movement = roi.Improved
	default:
		s.Data.Movement = roi.Worsened
	}
	for _, a := range p.anecdotes {
		for _, n := range p.records.Narratives {
			if n.ID == a.Narrative {
				s.Narratives = append(s.Narratives, roi.Stream{ID: n.ID, By: n.Author, On: n.Written, Movement: p.stated.Narratives[n.ID]})
			}
		}
	}
	return s
}
