package pilot_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/coachgov/coaching/pilot"
)

// parallel is a plan of n leaders in two halves, one of which is never coached,
// with one declared signal.
func parallel(t testing.TB, n int) *pilot.Plan {
	t.Helper()
	p := plan(t)
	leaders := cohort(2, pilot.Parallel, n).Cohort.Leaders
	p.Cohort.Leaders = leaders
	p.Design = pilot.Design{Kind: pilot.Parallel, WaveStarts: []int{5}, Strata: "none", SeedMessage: "seed"}
	p.Signals = p.Signals[:1]
	return p
}

// strong is a change that no test can miss.
var strong = pilot.Course{Effect: 50, SD: 1, ICC: 0.5, Readings: 4}

// Where one half is coached, the other never, and nearly all variance lies
// between leaders, the exact test rests on the same estimate as the closed form:
// its spread is the form's standard error, and its power that of a t test with
// that error. What Decide makes of it is stricter, never laxer.
func TestSimulateAgainstHusseyAndHughes(t *testing.T) {
	p := parallel(t, 14)
	p.KPI.MinEffect = "0.0001" // so that the size of the effect does not decide
	kpi := pilot.Course{SD: 2, ICC: 0.95, Readings: 4}
	x, err := p.Precision(kpi.ICC, kpi.Readings)
	require.NoError(t, err)
	se := kpi.SD * x.StandardError()
	kpi.Effect = 2.8 * se
	runs := 800
	if testing.Short() {
		runs = 200
	}
	s, err := p.Simulate(pilot.Truth{KPI: kpi, Behaviour: strong}, runs, [32]byte{1})
	require.NoError(t, err)

	// The standard error of a standard deviation is itself over the root of 2n.
	tolerance := 3 * se / math.Sqrt(2*float64(runs))
	require.InDelta(t, se, s.With.SD, tolerance)
	require.InDelta(t, s.With.SD, s.Without.SD, 1e-4)

	want := powerOfT(2.8, 12)
	found := float64(s.With.Found) / float64(runs)
	require.InDelta(t, want, found, 3*s.Error(want)+0.01) // the exact test is discrete
	normal := x.Power(2.8*se/kpi.SD, 0.05)
	require.Less(t, found, normal)
	require.InDelta(t, normal, found, 0.1)

	level := float64(s.Without.Found) / float64(runs)
	require.InDelta(t, 0.05, level, 3*s.Error(0.05))
	require.LessOrEqual(t, s.Power(), found)
	require.InDelta(t, found, s.Power(), 0.01, "only the KPI's test stands in the way")
	require.InDelta(t, 0.025, s.FalseGo(), 3*s.Error(0.025), "half of the wrong findings are harm")
}

// powerOfT is the power of a two-sided t test at 0.05 when the effect is shift
// standard errors, integrated over the estimate of the variance.
func powerOfT(shift, df float64) float64 {
	c := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.975)
	chi := distuv.ChiSquared{K: df}
	power := 0.0
	const steps = 4000
	for i := range steps {
		v := chi.Quantile((float64(i) + 0.5) / steps)
		z := c * math.Sqrt(v/df)
		power += (distuv.UnitNormal.CDF(shift-z) + distuv.UnitNormal.CDF(-shift-z)) / steps
	}
	return power
}

// The valid plan: the seed decides everything, every run comes to an outcome,
// nothing that does not work is called GO more often than the level allows, and
// a strong effect is found.
func TestSimulate(t *testing.T) {
	p := plan(t)
	weak := pilot.Truth{KPI: pilot.Course{Effect: 0.05, SD: 0.05, ICC: 0.5, Readings: 2}, Behaviour: strong}
	s, err := p.Simulate(weak, 200, [32]byte{7})
	require.NoError(t, err)
	again, err := p.Simulate(weak, 200, [32]byte{7})
	require.NoError(t, err)
	require.Equal(t, s, again)
	other, err := p.Simulate(weak, 200, [32]byte{8})
	require.NoError(t, err)
	require.NotEqual(t, s.With.SD, other.With.SD)
	for _, tally := range []pilot.Tally{s.With, s.Without} {
		total := 0
		for _, n := range tally.Outcomes {
			total += n
		}
		require.Equal(t, 200, total)
	}
	require.LessOrEqual(t, s.FalseGo(), 0.05)
	x, err := p.Precision(0.5, 2)
	require.NoError(t, err)
	require.Less(t, s.Power(), x.Power(1, 0.05), "all of Decide is harder than a test alone")

	sure := pilot.Truth{KPI: pilot.Course{Effect: 5, SD: 0.05, ICC: 0.5, Readings: 2}, Behaviour: strong}
	s, err = p.Simulate(sure, 50, [32]byte{7})
	require.NoError(t, err)
	require.Equal(t, 1.0, s.Power())
	require.Zero(t, s.Error(s.Power()))

	harm := sure
	harm.KPI.Effect = -5
	s, err = p.Simulate(harm, 50, [32]byte{7})
	require.NoError(t, err)
	require.Equal(t, map[pilot.Outcome]int{pilot.NoGo: 50}, s.With.Outcomes)

	// The KPI moves and the behaviour does not: not by this mechanism.
	idle := sure
	idle.Behaviour.Effect = 0
	s, err = p.Simulate(idle, 50, [32]byte{7})
	require.NoError(t, err)
	require.Less(t, s.Power(), 0.2)
	require.Greater(t, s.With.Outcomes[pilot.Inconclusive], 40)

	p.Signals[0].Direction, p.Signals[1].Direction, p.Signals[2].Direction = "", "", ""
	s, err = p.Simulate(sure, 10, [32]byte{7})
	require.NoError(t, err)
	require.Equal(t, map[pilot.Outcome]int{pilot.Inconclusive: 10}, s.With.Outcomes, "without a declared direction nothing passes")
}

// A learning sprint ends in its own outcomes; a falling KPI works like a rising
// one; three waves and a balance are drawn from their own space.
func TestSimulateDesigns(t *testing.T) {
	truth := pilot.Truth{KPI: pilot.Course{Effect: 5, SD: 0.05, ICC: 0.2, Readings: 3}, Behaviour: strong}
	for name, tt := range map[string]struct {
		change func(*pilot.Plan)
		want   pilot.Outcome
	}{
		"falling":     {func(p *pilot.Plan) { p.Hypothesis.Direction = pilot.Decrease }, pilot.Go},
		"sprint":      {func(p *pilot.Plan) { p.Mode, p.Levers.Coach = pilot.LearningSprint, pilot.Weak }, pilot.ProceedToPilot},
		"three waves": {func(p *pilot.Plan) { p.Design.Waves, p.Design.WaveStarts = 3, []int{5, 7, 9} }, pilot.Go},
		"parallel":    {func(p *pilot.Plan) { p.Design.Kind, p.Design.WaveStarts = pilot.Parallel, []int{5} }, pilot.Go},
		"multiple baseline": {func(p *pilot.Plan) {
			p.Design.Kind, p.Design.WaveStarts, p.Design.Waves = pilot.MultipleBaseline, []int{5, 6, 7, 8}, 0
			p.Design.Strata = "none"
		}, pilot.Go},
		"balance": {func(p *pilot.Plan) {
			p.Design.Strata, p.Design.Balance = "none", &pilot.Balance{Covariate: "team_size", MaxGap: "2"}
			for i := range p.Cohort.Leaders {
				p.Cohort.Leaders[i].Covariate = []string{"4", "7", "6", "5", "9", "8", "11", "3", "12", "10"}[i]
			}
		}, pilot.Go},
	} {
		p := plan(t)
		tt.change(p)
		s, err := p.Simulate(truth, 3, [32]byte{})
		require.NoError(t, err, name)
		require.Equal(t, map[pilot.Outcome]int{tt.want: 3}, s.With.Outcomes, name)
	}
}

func TestSimulateErrors(t *testing.T) {
	good := pilot.Course{Effect: 1, SD: 1, ICC: 0.5, Readings: 2}
	p := plan(t)
	for want, course := range map[string]pilot.Course{
		"deviation":             {Effect: 1, ICC: 0.5, Readings: 2},
		"at most 1000":          {Effect: math.Inf(1), SD: 1, ICC: 0.5, Readings: 2},
		"ICC":                   {Effect: 1, SD: 1, ICC: 1, Readings: 2},
		"at least one reading":  {Effect: 1, SD: 1},
		"standard deviation Na": {Effect: 1, SD: math.NaN(), ICC: 0.5, Readings: 2},
	} {
		_, err := p.Simulate(pilot.Truth{KPI: course, Behaviour: good}, 10, [32]byte{})
		require.ErrorContains(t, err, want)
		_, err = p.Simulate(pilot.Truth{KPI: good, Behaviour: course}, 10, [32]byte{})
		require.ErrorContains(t, err, want)
	}
	truth := pilot.Truth{KPI: good, Behaviour: good}
	for _, runs := range []int{-1, 0, 1, 100_001} {
		_, err := p.Simulate(truth, runs, [32]byte{})
		require.ErrorContains(t, err, "runs")
	}
	_, err := parallel(t, 24).Simulate(truth, 1000, [32]byte{})
	require.ErrorContains(t, err, "fewer runs")
	p.Design = pilot.Design{}
	_, err = p.Simulate(truth, 10, [32]byte{})
	require.ErrorContains(t, err, "no groups")
}

// BenchmarkSimulate is a thousand pilots of the valid plan.
func BenchmarkSimulate(b *testing.B) {
	p := plan(b)
	truth := pilot.Truth{KPI: pilot.Course{Effect: 0.05, SD: 0.05, ICC: 0.5, Readings: 2}, Behaviour: strong}
	for b.Loop() {
		_, err := p.Simulate(truth, 1000, [32]byte{})
		require.NoError(b, err)
	}
}
