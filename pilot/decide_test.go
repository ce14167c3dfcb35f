package pilot_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/vendor"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/signal"
)

func locked(t testing.TB, p *pilot.Plan) *pilot.Locked {
	t.Helper()
	l, fs := p.Lock(person(t, "P-CPO"), stamp())
	require.NotNil(t, l, "%v", fs)
	return l
}

// moved makes a result with an exact p of count/120.
func moved(estimate, low, high float64, count int64) effect.Result {
	return effect.Result{Method: "test", Estimate: estimate, Low: low, High: high, PCount: big.NewInt(count), PTotal: big.NewInt(120), Treated: 10, Control: 5}
}

// good is evidence that passes every criterion of the valid plan.
func good(t testing.TB, l *pilot.Locked) pilot.Evidence {
	t.Helper()
	a, err := l.Plan().Allocate()
	require.NoError(t, err)
	kpi := moved(0.08, 0.03, 0.13, 2)
	stream := func(id string) roi.Stream {
		return roi.Stream{ID: id, By: person(t, id), On: l.Plan().End(), Movement: roi.Improved}
	}
	return pilot.Evidence{
		Confirmed:  &pilot.Confirmation{Criteria: "default-v1", Role: coaching.Sponsor, By: person(t, "sponsor"), On: coaching.MustDate("2027-01-08")},
		CarriedOut: a,
		Behaviour: []pilot.Reading{
			{Signal: "meeting_hygiene", Result: moved(-2.5, -4, -1, 2)},
			{Signal: "async_documentation", Result: moved(1.5, 0.5, 2.5, 2)},
			{Signal: "review_turnaround", Result: moved(-9, -15, -3, 2)},
		},
		KPI:       &kpi,
		DataGates: []pilot.DataGate{{Name: "completeness", Held: true}, {Name: "freshness", Held: true}},
		Confounders: []roi.Confounder{{ID: "c1", Kind: roi.HiringFreeze, Window: coaching.Window{From: coaching.MustDate("2027-03-01"), To: coaching.MustDate("2027-03-14")},
			Disposition: roi.RuledOut, By: person(t, "P-HR")}},
		LogClosed:  true,
		Reviews:    []pilot.Review{{Window: l.Plan().Measurement(), Role: coaching.AttributionReviewer, By: person(t, "P-HR")}},
		Streams:    pilot.Streams{Data: stream("data"), Narratives: []roi.Stream{stream("n1"), stream("n2"), stream("n3")}, Sponsor: stream("sponsor")},
		Governance: &pilot.Governance{Compact: true},
		Adherence:  &pilot.Adherence{SessionsDue: 60, SessionsHeld: 57, Leaders: 10, Started: 10},
	}
}

func TestDecide(t *testing.T) {
	l := locked(t, plan(t))
	tests := []struct {
		name   string
		change func(*pilot.Evidence)
		want   pilot.Outcome
		code   string // of a finding, "" for none
	}{
		{"all good", func(e *pilot.Evidence) {}, pilot.Go, ""},
		{"allocation unknown", func(e *pilot.Evidence) { e.CarriedOut = nil }, pilot.Invalid, "PIL-085"},
		{"two leaders swapped", func(e *pilot.Evidence) {
			a := *e.CarriedOut
			a.Units = slices.Clone(a.Units)
			a.Units[2].Wave, a.Units[3].Wave = a.Units[3].Wave, a.Units[2].Wave
			e.CarriedOut = &a
		}, pilot.Invalid, "PIL-085"},
		{"open appeal", func(e *pilot.Evidence) { e.Governance.OpenAppeals = 1 }, pilot.NoGo, ""},
		{"governance unknown", func(e *pilot.Evidence) { e.Governance = nil }, pilot.Inconclusive, ""},
		{"KPI fell", func(e *pilot.Evidence) { r := moved(-0.06, -0.1, -0.02, 2); e.KPI = &r }, pilot.NoGo, ""},
		{"KPI fell, weeks left", func(e *pilot.Evidence) { r := moved(-0.06, -0.1, -0.02, 2); e.KPI, e.WeeksLeft = &r, true }, pilot.NoGo, ""},
		{"KPI fell a little", func(e *pilot.Evidence) { r := moved(-0.01, -0.05, 0.03, 80); e.KPI = &r }, pilot.NoGo, ""},
		{"KPI fell a little, weeks left", func(e *pilot.Evidence) { r := moved(-0.01, -0.05, 0.03, 80); e.KPI, e.WeeksLeft = &r, true }, pilot.Extend, ""},
		{"KPI unknown", func(e *pilot.Evidence) { e.KPI = nil }, pilot.Inconclusive, ""},
		{"no interval", func(e *pilot.Evidence) { r := moved(0.08, math.Inf(-1), math.Inf(1), 2); e.KPI = &r }, pilot.Inconclusive, ""},
		{"no interval, scope asked", func(e *pilot.Evidence) {
			r := moved(0.08, math.Inf(-1), math.Inf(1), 2)
			e.KPI, e.SponsorAsksScope = &r, true
		}, pilot.ScopedGo, ""},
		{"interval not computed", func(e *pilot.Evidence) { e.KPI.Low, e.KPI.High = 0, 0 }, pilot.Inconclusive, ""},
		{"least effect ruled out", func(e *pilot.Evidence) { r := moved(0.02, 0.01, 0.04, 2); e.KPI = &r }, pilot.NoGo, ""},
		{"p too large", func(e *pilot.Evidence) { e.KPI.PCount = big.NewInt(7) }, pilot.Inconclusive, ""},
		{"no p", func(e *pilot.Evidence) { e.KPI.PCount = nil }, pilot.Inconclusive, ""},
		{"data gate failed", func(e *pilot.Evidence) { e.DataGates[0].Held = false }, pilot.Inconclusive, ""},
		{"no data gates", func(e *pilot.Evidence) { e.DataGates = nil }, pilot.Inconclusive, ""},
		{"material confounder", func(e *pilot.Evidence) { e.Confounders[0].Disposition = roi.Material }, pilot.Inconclusive, "PIL-166"},
		{"undecided confounder", func(e *pilot.Evidence) { e.Confounders[0].Disposition = roi.Open }, pilot.Inconclusive, "PIL-166"},
		{"material, but before", func(e *pilot.Evidence) {
			e.Confounders[0] = roi.Confounder{ID: "c", Disposition: roi.Material, Window: coaching.Window{From: coaching.MustDate("2026-12-01"), To: coaching.MustDate("2026-12-02")}}
		}, pilot.Go, ""},
		{"no attribution review", func(e *pilot.Evidence) { e.Reviews = nil }, pilot.Inconclusive, "PIL-166"},
		{"review by the sponsor", func(e *pilot.Evidence) { e.Reviews[0].Role = coaching.Sponsor }, pilot.Inconclusive, "PIL-166"},
		{"review misses a day", func(e *pilot.Evidence) { e.Reviews[0].Window.To = e.Reviews[0].Window.To.AddDays(-1) }, pilot.Inconclusive, "PIL-166"},
		{"log open", func(e *pilot.Evidence) { e.LogClosed = false }, pilot.Inconclusive, "PIL-166"},
		{"a narrative disagrees", func(e *pilot.Evidence) { e.Streams.Narratives[1].Movement = roi.Unchanged }, pilot.Inconclusive, ""},
		{"no narratives", func(e *pilot.Evidence) { e.Streams.Narratives = nil }, pilot.Inconclusive, ""},
		{"sponsor of week 0", func(e *pilot.Evidence) { e.Streams.Sponsor.On = coaching.MustDate("2027-01-08") }, pilot.Inconclusive, ""},
		{"data of the week before the last", func(e *pilot.Evidence) { e.Streams.Data.On = coaching.MustDate("2027-03-28") }, pilot.Inconclusive, ""},
		{"data of the last week", func(e *pilot.Evidence) { e.Streams.Data.On = coaching.MustDate("2027-03-29") }, pilot.Go, ""},
		{"a narrative of the baseline", func(e *pilot.Evidence) { e.Streams.Narratives[1].On = coaching.MustDate("2027-02-07") }, pilot.Inconclusive, ""},
		{"a narrative of the first week", func(e *pilot.Evidence) { e.Streams.Narratives[1].On = coaching.MustDate("2027-02-08") }, pilot.Go, ""},
		{"sponsor silent", func(e *pilot.Evidence) { e.Streams.Sponsor = roi.Stream{} }, pilot.Inconclusive, ""},
		{"three in four sessions", func(e *pilot.Evidence) { e.Adherence.SessionsHeld = 47 }, pilot.Inconclusive, ""},
		{"four in five sessions", func(e *pilot.Evidence) { e.Adherence.SessionsHeld = 48 }, pilot.Go, ""},
		{"one experiment never started", func(e *pilot.Evidence) { e.Adherence.Started = 9 }, pilot.Inconclusive, ""},
		{"no behaviour moved", func(e *pilot.Evidence) {
			for i := range e.Behaviour {
				e.Behaviour[i].Result.PCount = big.NewInt(3)
			}
		}, pilot.Inconclusive, ""},
		{"one behaviour moved", func(e *pilot.Evidence) {
			e.Behaviour[0].Result.PCount, e.Behaviour[1].Result.PCount = big.NewInt(60), big.NewInt(70)
		}, pilot.Go, ""},
		{"one moved the wrong way", func(e *pilot.Evidence) { e.Behaviour[2].Result.Estimate = 9 }, pilot.Inconclusive, ""},
		{"the second moved the wrong way, found by Holm's second step only", func(e *pilot.Evidence) {
			r := moved(-1.5, -2.5, -0.5, 3) // 2 * 3/120 is 0.05; 3 * 3/120 is not
			e.Behaviour[1].Result, e.Behaviour[2].Result.PCount = r, big.NewInt(60)
		}, pilot.Inconclusive, ""},
		{"one behaviour not read", func(e *pilot.Evidence) { e.Behaviour = e.Behaviour[:2] }, pilot.Inconclusive, ""},
		{"neither moved", func(e *pilot.Evidence) {
			for i := range e.Behaviour {
				e.Behaviour[i].Result.PCount = big.NewInt(60)
			}
			r := moved(0.01, -0.02, 0.04, 60)
			e.KPI = &r
		}, pilot.NoGo, ""},
		{"one signal read twice, differently", func(e *pilot.Evidence) {
			e.Behaviour = append(e.Behaviour, pilot.Reading{Signal: "review_turnaround", Result: moved(9, 3, 15, 2)})
		}, pilot.Inconclusive, ""},
		{"a p of zero", func(e *pilot.Evidence) { e.KPI.PCount = big.NewInt(0) }, pilot.Inconclusive, ""},
		{"a p above one", func(e *pilot.Evidence) { e.KPI.PCount = big.NewInt(121) }, pilot.Inconclusive, ""},
		{"a ratio of rates that fell", func(e *pilot.Evidence) { r := moved(0.5, 0.2, 0.8, 2); r.Ratio, e.KPI = true, &r }, pilot.Inconclusive, ""},
		{"a ratio for behaviour", func(e *pilot.Evidence) { e.Behaviour[1].Result.Ratio = true }, pilot.Inconclusive, ""},
		{"ruled out by nobody", func(e *pilot.Evidence) { e.Confounders[0].By = coaching.PersonID{} }, pilot.Inconclusive, "PIL-166"},
		{"the sponsor measured", func(e *pilot.Evidence) { e.Streams.Data.By = e.Streams.Sponsor.By }, pilot.Inconclusive, ""},
		{"the sponsor narrates", func(e *pilot.Evidence) { e.Streams.Narratives[2].By = e.Streams.Sponsor.By }, pilot.Inconclusive, ""},
		{"who measured narrates", func(e *pilot.Evidence) { e.Streams.Narratives[0].By = e.Streams.Data.By }, pilot.Inconclusive, ""},
		{"more sessions than were due", func(e *pilot.Evidence) { e.Adherence.SessionsHeld = 61 }, pilot.Inconclusive, ""},
		{"more experiments than leaders", func(e *pilot.Evidence) { e.Adherence.Started = 11 }, pilot.Inconclusive, ""},
		{"sessions beyond counting", func(e *pilot.Evidence) { e.Adherence.SessionsDue, e.Adherence.SessionsHeld = math.MaxInt, 1 }, pilot.Inconclusive, ""},
		{"a leader in two waves", func(e *pilot.Evidence) {
			a, again := *e.CarriedOut, e.CarriedOut.Units[0]
			again.Wave = 3 - again.Wave
			a.Units = append(slices.Clone(a.Units), again)
			e.CarriedOut = &a
		}, pilot.Invalid, "PIL-085"},
		{"criteria not confirmed", func(e *pilot.Evidence) { e.Confirmed = nil }, pilot.Inconclusive, "PIL-160"},
		{"confirmed by nobody", func(e *pilot.Evidence) { e.Confirmed.By = coaching.PersonID{} }, pilot.Inconclusive, "PIL-160"},
		{"confirmed by the coach", func(e *pilot.Evidence) { e.Confirmed.Role = coaching.Coach }, pilot.Inconclusive, "PIL-160"},
		{"other criteria confirmed", func(e *pilot.Evidence) { e.Confirmed.Criteria = "" }, pilot.Inconclusive, "PIL-160"},
		{"confirmed on the last day of week 0", func(e *pilot.Evidence) { e.Confirmed.On = coaching.MustDate("2027-01-10") }, pilot.Go, ""},
		{"confirmed a day late", func(e *pilot.Evidence) { e.Confirmed.On = coaching.MustDate("2027-01-11") }, pilot.Inconclusive, "PIL-160"},
		{"not confirmed, scope asked", func(e *pilot.Evidence) {
			r := moved(0.08, math.Inf(-1), math.Inf(1), 2)
			e.KPI, e.SponsorAsksScope, e.Confirmed = &r, true, nil
		}, pilot.Inconclusive, "PIL-160"},
		{"not confirmed, weeks left", func(e *pilot.Evidence) {
			r := moved(-0.01, -0.05, 0.03, 80)
			e.KPI, e.WeeksLeft, e.Confirmed = &r, true, nil
		}, pilot.Inconclusive, "PIL-160"},
		{"exploratory", func(e *pilot.Evidence) { e.Exploratory = true }, pilot.Inconclusive, ""},
		{"effect without its n", func(e *pilot.Evidence) { e.KPI.Treated, e.KPI.Control = 0, 0 }, pilot.Go, "PIL-167"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := good(t, l)
			tt.change(&e)
			d := pilot.Decide(l, e)
			require.Equal(t, tt.want.String(), d.Outcome.String(), "%s %v", d.Why, d.Criteria)
			if tt.code == "" {
				require.Empty(t, d.Findings)
			} else {
				require.True(t, d.Findings.Has(tt.code), "%v", d.Findings)
			}
			for i, c := range d.Criteria {
				require.Equal(t, string(rune('1'+i)), c.ID[1:])
				require.NotEmpty(t, c.Reason)
			}
		})
	}
}

// The design's own allocations drive the test of the effect, and the effect the
// decision: ten leaders, weekly readings of three periods, coaching worth 0.08.
func TestFromSpaceToDecision(t *testing.T) {
	l := locked(t, plan(t))
	p := l.Plan()
	a, err := p.Allocate()
	require.NoError(t, err)
	space, err := p.Space()
	require.NoError(t, err)
	measure := func(gain float64) effect.Result {
		var rows [][]float64
		for i, wave := range a.Groups() {
			level := 0.7 + 0.001*float64(i)
			row := []float64{level, level + 0.01, level + 0.01}
			for period := range row {
				if period > wave {
					row[period] += gain + 0.0001*float64(i)
				}
			}
			rows = append(rows, row)
		}
		panel, err := effect.NewPanel(rows, 6)
		require.NoError(t, err)
		r, err := effect.Staggered(panel, []int{1, 2}, a.Groups(), space.All())
		require.NoError(t, err)
		return r
	}
	kpi := measure(0.08)
	require.Equal(t, big.NewInt(2), kpi.PCount)
	require.Equal(t, big.NewInt(120), kpi.PTotal)
	require.InDelta(t, 0.08, kpi.Estimate, 0.01)
	e := good(t, l)
	e.KPI = &kpi
	for i, gain := range []float64{-0.08, 0.08, -0.08} {
		e.Behaviour[i].Result = measure(gain)
	}
	d := pilot.Decide(l, e)
	require.Equal(t, pilot.Go, d.Outcome, "%s %v", d.Why, d.Criteria)
}

// A plan for a falling KPI passes when it falls.
func TestDecideDecrease(t *testing.T) {
	p := plan(t)
	p.Hypothesis.Direction = pilot.Decrease
	l := locked(t, p)
	e := good(t, l)
	r := moved(-0.08, -0.13, -0.03, 2)
	e.KPI = &r
	require.Equal(t, pilot.Go, pilot.Decide(l, e).Outcome)
	r = moved(0.08, 0.03, 0.13, 2)
	require.Equal(t, pilot.NoGo, pilot.Decide(l, e).Outcome)
}

// What the plan cannot deliver is said beside every outcome (C-5, PIL-057), and
// a plan written after the data were analysed does not end in GO (C-8).
func TestDecideSaysWhatThePlanCannotShow(t *testing.T) {
	p := plan(t)
	p.KPI.Class = signal.Lagging
	l := locked(t, p)
	d := pilot.Decide(l, good(t, l))
	require.Equal(t, pilot.Go, d.Outcome)
	require.Equal(t, []string{"PIL-057 warning"}, codes(d.Findings))

	p = plan(t)
	p.ExistingData = pilot.Analysed
	l = locked(t, p)
	d = pilot.Decide(l, good(t, l))
	require.Equal(t, pilot.Inconclusive, d.Outcome)
	require.Contains(t, d.Why, "exploratory")

	p = plan(t)
	p.TemplateWeeks, p.Design.WaveStarts = 8, []int{5, 7}
	for i := range p.Playbook {
		p.Playbook[i].Experiment.Days = 28
	}
	l = locked(t, p)
	require.Equal(t, []string{"C-5 warning"}, codes(pilot.Decide(l, good(t, l)).Findings))
}

// PIL-001: a plan of sixteen weeks has no weeks left, whoever says so.
func TestDecideDoesNotExtendTheLongestPlan(t *testing.T) {
	for weeks, want := range map[int]pilot.Outcome{12: pilot.Extend, 16: pilot.NoGo} {
		p := plan(t)
		p.TemplateWeeks = weeks
		l := locked(t, p)
		e := good(t, l)
		r := moved(-0.01, -0.05, 0.03, 80)
		e.KPI, e.WeeksLeft = &r, true
		require.Equal(t, want, pilot.Decide(l, e).Outcome, weeks)
	}
}

// A learning sprint never ends in GO (PIL-071).
func TestDecideSprint(t *testing.T) {
	p := plan(t)
	p.Mode, p.Levers.Coach = pilot.LearningSprint, pilot.Weak
	l := locked(t, p)
	e := good(t, l)
	d := pilot.Decide(l, e)
	require.Equal(t, pilot.ProceedToPilot, d.Outcome)
	word := e.Confirmed
	e.Confirmed = nil
	require.Equal(t, pilot.Repeat, pilot.Decide(l, e).Outcome)
	e.Confirmed = word
	require.True(t, d.Findings.Has("PIL-071"))
	for i := range e.Behaviour {
		e.Behaviour[i].Result.PCount = big.NewInt(90)
	}
	require.Equal(t, pilot.Stop, pilot.Decide(l, e).Outcome)
	e.Adherence.SessionsHeld = 10
	require.Equal(t, pilot.Repeat, pilot.Decide(l, e).Outcome)
}

// PIL-165 and PIL-167: the three answers, and what stands beside a percentage.
func TestDecisionRecord(t *testing.T) {
	l := locked(t, plan(t))
	d := pilot.Decide(l, good(t, l))
	require.Equal(t, pilot.Answers{BehaviourChanged: pilot.Pass, OutcomeMeasurable: pilot.Pass, Linked: pilot.Pass}, d.Answers)
	require.Equal(t, "n = 10 leaders coached, 5 as comparison; staggered design, 2 groups, one of 120 possible allocations; "+
		"confounders: pass (1 confounder looked at, none unresolved; other changes ruled out by review)", d.Beside.String())
	e := good(t, l)
	e.Confounders[0].Disposition = roi.Material
	require.Equal(t, pilot.Answers{BehaviourChanged: pilot.Pass, OutcomeMeasurable: pilot.Pass, Linked: pilot.Fail}, pilot.Decide(l, e).Answers)
	require.Equal(t, pilot.Invalid, pilot.Decide(nil, pilot.Evidence{}).Outcome)
	d = pilot.Decide(l, pilot.Evidence{})
	require.Equal(t, pilot.Invalid, d.Outcome)
	for _, c := range d.Criteria {
		require.Equal(t, pilot.Missing, c.Status, c.ID)
	}
}

// Taking evidence away never leads to GO from anything else, and never keeps it.
func TestMissingEvidenceNeverPasses(t *testing.T) {
	l := locked(t, plan(t))
	take := []func(*pilot.Evidence){
		func(e *pilot.Evidence) { e.Behaviour = nil },
		func(e *pilot.Evidence) { e.KPI = nil },
		func(e *pilot.Evidence) { e.DataGates = nil },
		func(e *pilot.Evidence) { e.LogClosed = false },
		func(e *pilot.Evidence) { e.Reviews = nil },
		func(e *pilot.Evidence) { e.Streams = pilot.Streams{} },
		func(e *pilot.Evidence) { e.Governance = nil },
		func(e *pilot.Evidence) { e.Adherence = nil },
		func(e *pilot.Evidence) { e.CarriedOut = nil },
		func(e *pilot.Evidence) { e.Confirmed = nil },
	}
	full := good(t, l)
	rapid.Check(t, func(t *rapid.T) {
		e := full
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(take)-1), 1, len(take), rapid.ID).Draw(t, "taken") {
			take[i](&e)
		}
		got := pilot.Decide(l, e).Outcome
		require.Contains(t, []pilot.Outcome{pilot.Inconclusive, pilot.Invalid}, got)
	})
}

// A director cohort whose KPI moved directionally ends in SCOPED_GO when the
// sponsor asks for it (PIL-164). GO takes an override that another person has
// reviewed, and stands as a decision against the recommendation (PIL-160).
func TestOverride(t *testing.T) {
	l := locked(t, plan(t))
	e := good(t, l)
	directional := moved(0.08, math.Inf(-1), math.Inf(1), 2)
	e.KPI, e.SponsorAsksScope = &directional, true
	d := pilot.Decide(l, e)
	require.Equal(t, pilot.ScopedGo, d.Outcome)
	o := pilot.Override{To: pilot.Go, Sponsor: person(t, "sponsor"), Reviewer: person(t, "P-HR"), Reason: "two functions ask for it", On: coaching.MustDate("2027-04-06")}
	got, fs := d.Override(o)
	require.Empty(t, fs)
	require.Equal(t, pilot.Go, got.Outcome)
	require.Equal(t, pilot.ScopedGo, got.Against.Recommended)
	require.Equal(t, []string{"PIL-160 warning"}, codes(got.Findings))
	require.Contains(t, got.Why, "against the recommendation SCOPED_GO")
	require.Equal(t, pilot.ScopedGo, d.Outcome, "the recommendation is left as it was")
	require.Equal(t, d.Criteria, got.Criteria)

	sprint := plan(t)
	sprint.Mode, sprint.Levers.Coach = pilot.LearningSprint, pilot.Weak
	lockedSprint := locked(t, sprint)
	exploratory, unconfirmed, missing, unclean := e, e, e, e
	exploratory.Exploratory, unconfirmed.Confirmed, missing.Adherence = true, nil, nil
	unclean.Governance = &pilot.Governance{OpenAppeals: 1}
	invalid := e
	invalid.CarriedOut = nil
	for name, tt := range map[string]struct {
		d      pilot.Decision
		change func(*pilot.Override)
		want   string
	}{
		"no sponsor":              {d, func(o *pilot.Override) { o.Sponsor = coaching.PersonID{} }, "no sponsor"},
		"no reviewer":             {d, func(o *pilot.Override) { o.Reviewer = coaching.PersonID{} }, "nobody reviewed"},
		"the sponsor reviews":     {d, func(o *pilot.Override) { o.Reviewer = o.Sponsor }, "want somebody else"},
		"no reason":               {d, func(o *pilot.Override) { o.Reason = " " }, "no reason"},
		"no day":                  {d, func(o *pilot.Override) { o.On = coaching.Date{} }, "no day"},
		"the same":                {d, func(o *pilot.Override) { o.To = pilot.ScopedGo }, "cannot become"},
		"invalid":                 {d, func(o *pilot.Override) { o.To = pilot.Invalid }, "cannot become"},
		"an outcome of a sprint":  {d, func(o *pilot.Override) { o.To = pilot.ProceedToPilot }, "do not end in the same"},
		"no outcome":              {d, func(o *pilot.Override) { o.To = 99 }, "cannot become"},
		"twice":                   {got, func(o *pilot.Override) { o.To = pilot.NoGo }, "overridden before"},
		"the design not followed": {pilot.Decide(l, invalid), func(o *pilot.Override) { o.To = pilot.NoGo }, "no result to weigh"},
		"exploratory":             {pilot.Decide(l, exploratory), func(*pilot.Override) {}, "exploratory"},
		"not confirmed":           {pilot.Decide(l, unconfirmed), func(*pilot.Override) {}, "nobody agreed"},
		"missing evidence":        {pilot.Decide(l, missing), func(*pilot.Override) {}, "A7 is missing"},
		"governance":              {pilot.Decide(l, unclean), func(*pilot.Override) {}, "governance"},
		"a sprint":                {pilot.Decide(lockedSprint, e), func(*pilot.Override) {}, "do not end in the same"},
	} {
		o := o
		tt.change(&o)
		again, fs := tt.d.Override(o)
		require.Equal(t, tt.d, again, name)
		require.Len(t, fs, 1, name)
		require.Equal(t, "PIL-160", fs[0].Code)
		require.Contains(t, fs[0].Message, tt.want, name)
	}
	// Stopping needs no evidence.
	o.To = pilot.NoGo
	_, fs = pilot.Decide(l, missing).Override(o)
	require.Empty(t, fs)
}

// GO and SCOPED_GO have a successor with its scope, its capacity gate (PIL-075,
// PIL-081) and what its platform must offer (PIL-142); nothing else has (PIL-164).
func TestSuccessor(t *testing.T) {
	l := locked(t, plan(t))
	d := pilot.Decide(l, good(t, l))
	offers := append(vendor.MustHaves(), vendor.EnterpriseDemands()...)
	export := vendor.NewExportTest("one week", coaching.MustDate("2026-12-01"), []byte("leader,hours\n"), nil)
	offers = append(offers, vendor.CSVIngestion, vendor.ModelInputs, vendor.ModelCard)
	scale := func() pilot.Scale {
		s := pilot.Scale{Functions: []string{"sales", "product"}, Leaders: 24, Coaches: l.Plan().Cohort.Coaches, CadenceStable: true, QualityStable: true}
		for _, id := range []string{"C3", "C4", "C5"} {
			s.Coaches = append(s.Coaches, pilot.Coach{ID: id, Kind: pilot.InternalCoach, Capacity: 5})
		}
		s.Vendors = &vendor.Choice{Weakest: []vendor.Link{vendor.Measurement}, InHouse: []vendor.Bucket{vendor.IntegrationLayer, vendor.CoachingMarketplace}, Vendors: []vendor.Vendor{{
			ID: "platform", Name: "platform", Bucket: vendor.PeopleAnalytics, Offers: offers,
			Clause: true, ExportTest: &export,
		}}}
		return s
	}
	n, fs := d.Successor(l, scale())
	require.Empty(t, fs)
	require.Empty(t, n.Unmet)
	require.Equal(t, []string{"product", "sales"}, n.Scope)
	require.Equal(t, []int{24, 25, 2}, []int{n.Leaders, n.Seats, n.Cohorts})
	require.Equal(t, "product-org-12w", n.Predecessor)
	require.Equal(t, l.Digest(), n.Digest)
	require.Equal(t, vendor.EnterpriseDemands(), n.Demands)

	for want, change := range map[string]func(*pilot.Scale){
		"PIL-081 error": func(s *pilot.Scale) { s.Leaders = 26 },
		"PIL-075 error": func(s *pilot.Scale) { s.QualityStable = false },
		"PIL-142 error": func(s *pilot.Scale) { s.Vendors = nil },
	} {
		s := scale()
		change(&s)
		n, fs := d.Successor(l, s)
		require.Empty(t, fs)
		require.Equal(t, []string{want}, codes(n.Unmet))
	}
	s := scale()
	s.CadenceStable, s.Coaches, s.Leaders = false, l.Plan().Cohort.Coaches, 10
	n, _ = d.Successor(l, s)
	require.Empty(t, n.Unmet, "the coaches there are may go on")
	s = scale()
	s.Coaches[0].Capacity = 100 // one internal coach takes six, whatever is said
	n, _ = d.Successor(l, s)
	require.Equal(t, 26, n.Seats)
	s = scale()
	s.Vendors.Vendors[0].Offers = vendor.MustHaves()
	n, _ = d.Successor(l, s)
	require.True(t, n.Unmet.Has("PIL-142"))

	for _, change := range []func(*pilot.Scale, *pilot.Decision){
		func(s *pilot.Scale, _ *pilot.Decision) { s.Functions = nil },
		func(s *pilot.Scale, _ *pilot.Decision) { s.Functions = []string{""} },
		func(s *pilot.Scale, _ *pilot.Decision) { s.Leaders = 0 },
		func(_ *pilot.Scale, d *pilot.Decision) { d.Outcome = pilot.ScopedGo }, // two functions
		func(_ *pilot.Scale, d *pilot.Decision) { d.Outcome = pilot.Extend },
		func(_ *pilot.Scale, d *pilot.Decision) { d.Outcome = pilot.Inconclusive },
	} {
		s, other := scale(), d
		change(&s, &other)
		n, fs := other.Successor(l, s)
		require.Nil(t, n)
		require.Equal(t, []string{"PIL-164 error"}, codes(fs))
	}
	n, fs = d.Successor(nil, scale())
	require.Nil(t, n)
	require.True(t, fs.Has("PIL-164"))
}
