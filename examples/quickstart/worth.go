package main

import (
	"fmt"
	"iter"
	"math"
	"math/big"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
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
				if d.Direction == signal.Lower {
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
	rows, err := p.collapse(kpi, spans)
	if err != nil {
		return err
	}
	if p.kpiEffect, err = staggered(rows, starts, waves, p.space.All()); err != nil {
		return err
	}
	p.say.line("%-20s %s", "sprint_predictability", tell(p.kpiEffect, "of what was committed"))
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
				return nil, fmt.Errorf("%s of %s: no reading between %s", s.Definition().ID, l.ID, span)
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
		Delta: delta,
		Attribution: roi.Attribution{
			Factor: roi.MustExact("0.35"), Rationale: "staggered waves drawn before the baseline was seen, and the team pulse of week 12 agrees; the middle of the band",
			Survey: roi.Survey{ID: "team-pulse-week-12", On: coaching.MustDate("2027-03-31"), By: p.labels["P-HR"], Corroborates: p.pulseAgrees()},
		},
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
	for name, text := range map[string][]byte{"roi/statement.txt": []byte(s.Text()), "roi/statement.json": jsonText, "roi/statement.csv": csvText} {
		if err := p.out.write(name, text); err != nil {
			return err
		}
	}
	dossier := p.dossier()
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

// pulseAgrees reports whether more people speak their mind in the last survey
// than in the first: the survey corroborates a change, or it does not.
func (p *programme) pulseAgrees() bool {
	share := func(w coaching.Window) float64 {
		favourable, answers := 0.0, 0.0
		for _, item := range signal.FavourableShare(p.pulse, "Communication_Flow", "team pulse", "Information reaches me in time", p.teams, w) {
			favourable += item.Item.Share * float64(item.Item.N)
			answers += float64(item.Item.N)
		}
		if answers == 0 {
			return 0
		}
		return favourable / answers
	}
	before := share(coaching.Window{From: baselineWindow.From, To: coaching.MustDate("2027-01-30")})
	after := share(coaching.Window{From: coaching.MustDate("2027-03-21"), To: p.plan.End()})
	p.say.line("Team pulse, information reaches me in time: %.0f %% favourable before, %.0f %% in week 12.", 100*before, 100*after)
	return after > before
}

// dossier is what lies beside the statement. Nobody has signed the figures yet.
func (p *programme) dossier() roi.Dossier {
	return roi.Dossier{
		KPILocked: coaching.DateOf(p.locked.At()), Start: p.plan.Run().From,
		Behaviour:  roi.Stream{ID: "behaviour", By: p.labels["P-ANALYTICS"], On: coaching.DateOf(decidedAt), Movement: movement(p.behaviour)},
		Data:       p.streams().Data,
		Narratives: p.streams().Narratives,
		Sponsor:    p.streams().Sponsor,

		Confounders: p.log.Confounders(), LogClosed: coaching.MustDate("2027-04-05"), LogClosedBy: p.labels["P-PMO"],
	}
}

// movement says whether any declared signal moved as declared.
func movement(readings []pilot.Reading) roi.Movement {
	if slices.ContainsFunc(readings, func(r pilot.Reading) bool { return r.Result.P() <= 0.05 }) {
		return roi.Improved
	}
	return roi.Unchanged
}

// streams are the three witnesses: the data, the narratives and the sponsor.
func (p *programme) streams() pilot.Streams {
	s := pilot.Streams{
		Data:    roi.Stream{ID: "kpi-effect", By: p.labels["P-ANALYTICS"], On: coaching.DateOf(decidedAt), Movement: roi.Unchanged},
		Sponsor: roi.Stream{ID: "sponsor-memo", By: p.labels["P-CPO"], On: coaching.DateOf(decidedAt), Movement: roi.Improved},
	}
	if p.kpiEffect.P() <= 0.05 && p.kpiEffect.Estimate > 0 {
		s.Data.Movement = roi.Improved
	}
	for _, a := range p.anecdotes {
		for _, n := range p.records.Narratives {
			if n.ID == a.Narrative {
				s.Narratives = append(s.Narratives, roi.Stream{ID: n.ID, By: n.Author, On: n.Written, Movement: roi.Improved})
			}
		}
	}
	return s
}
