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
		return roi.Stream{ID: id, By: person(t, id), On: coaching.MustDate("2027-04-02"), Movement: roi.Improved}
	}
	return pilot.Evidence{
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
	}
	full := good(t, l)
	rapid.Check(t, func(t *rapid.T) {
		e := full
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(take)-1), 1, 9, rapid.ID).Draw(t, "taken") {
			take[i](&e)
		}
		got := pilot.Decide(l, e).Outcome
		require.Contains(t, []pilot.Outcome{pilot.Inconclusive, pilot.Invalid}, got)
	})
}
