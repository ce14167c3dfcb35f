package pilot

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
)

// A Truth says what a pilot would be run in: what coaching does to the KPI and
// to each signal whose direction the plan declares.
type Truth struct {
	KPI, Behaviour Course
}

// A Course says how one outcome varies and what coaching adds to it. Every
// leader has a level and every reading an error, both normal, over periods as
// in [Plan.Precision].
type Course struct {
	Effect   float64 // added by coaching in the direction hoped for; below 0 is harm
	SD       float64 // of one reading, over leaders and time; in the same unit
	ICC      float64 // share of the variance that lies between leaders, 0 <= ICC < 1
	Readings int     // of a leader in each period
}

// A Simulation is how a plan decides, over many pilots that were drawn.
type Simulation struct {
	Runs int `json:"runs"`
	// With is the truth as given, and Without the same pilots in which coaching
	// changes behaviour but not the KPI.
	With    Tally `json:"with"`
	Without Tally `json:"without"`
}

// A Tally counts what the runs came to.
type Tally struct {
	Outcomes map[Outcome]int `json:"outcomes"`
	Found    int             `json:"found"` // runs whose exact test of the KPI reached the policy's level, either way
	SD       float64         `json:"sd"`    // standard deviation of the estimated effect on the KPI over the runs
}

// Power returns the share of runs that end in GO when coaching works as given.
func (s *Simulation) Power() float64 { return s.share(s.With) }

// FalseGo returns the share of runs that end in GO although coaching does
// nothing to the KPI.
func (s *Simulation) FalseGo() float64 { return s.share(s.Without) }

func (s *Simulation) share(t Tally) float64 { return float64(t.Outcomes[Go]) / float64(s.Runs) }

// Error returns the Monte Carlo standard error of a share of the runs.
func (s *Simulation) Error(share float64) float64 {
	return math.Sqrt(share * (1 - share) / float64(s.Runs))
}

// Bounds of a simulation: its runs, and the allocations that it looks at in all
// of its tests together.
const (
	maxRuns = 100_000
	maxWork = 500_000_000
)

// Simulate draws pilots of the plan from a truth, tests them with package effect
// over the plan's own space of allocations, and lets [Decide] decide: what comes
// out is the power of the decision and how often it says GO wrongly, not of a
// test beside it. The same seed gives the same simulation.
//
// Everything that is not measured goes well: data gates hold, no confounder is
// found, every session is held, and narratives and sponsor see what they hope
// for, so that only the data speak against the programme. A real pilot ends in
// GO less often.
//
// The exact test of effect.Staggered compares with leaders who are not coached
// yet; the model of [Precision] also uses periods in which everybody is coached,
// and so promises more for staggered waves. Runs are from 2 to 100,000. Simulate
// fails when the design compares no groups or cannot be allocated, when a course
// cannot be drawn from, or when runs times allocations are too many.
func (p *Plan) Simulate(t Truth, runs int, seed [32]byte) (*Simulation, error) {
	if runs < 2 || runs > maxRuns {
		return nil, fmt.Errorf("pilot: simulate: %d runs, want 2 to %d", runs, maxRuns)
	}
	r, err := p.newRun(t)
	if err != nil {
		return nil, err
	}
	work := new(big.Int).Mul(r.space.Size(), big.NewInt(int64(runs*(2+len(r.signals)))))
	if work.Cmp(big.NewInt(maxWork)) > 0 {
		return nil, fmt.Errorf("pilot: simulate: %s allocations to look at, want at most %d: fewer runs, or a smaller space", work, maxWork)
	}
	r.dice = rand.New(rand.NewChaCha8(seed))
	s := &Simulation{Runs: runs, With: Tally{Outcomes: map[Outcome]int{}}, Without: Tally{Outcomes: map[Outcome]int{}}}
	var with, without spread
	for range runs {
		behaviour, err := r.behaviour()
		if err != nil {
			return nil, err
		}
		noise := r.noise(t.KPI)
		for _, world := range []struct {
			tally  *Tally
			spread *spread
			effect float64
		}{{&s.With, &with, t.KPI.Effect}, {&s.Without, &without, 0}} {
			kpi, err := r.measure(noise, t.KPI, r.plan.Hypothesis.Direction.sign()*world.effect)
			if err != nil {
				return nil, err
			}
			world.spread.add(kpi.Estimate)
			if kpi.P() <= float64(DefaultPolicy().AlphaPercent)/100 {
				world.tally.Found++
			}
			world.tally.Outcomes[Decide(r.locked, r.evidence(behaviour, kpi)).Outcome]++
		}
	}
	s.With.SD, s.Without.SD = with.sd(), without.sd()
	return s, nil
}

// A run draws pilots of one plan.
type run struct {
	truth     Truth
	plan      *Plan
	locked    *Locked
	committed *Allocation
	groups    []int
	space     *Space
	exposed   [][]bool // per leader and period
	start     []int    // period in which each group is first coached
	signals   []Signal // that declare a direction
	people    [3]coaching.PersonID
	dice      *rand.Rand
}

func (p *Plan) newRun(t Truth) (*run, error) {
	for _, c := range []Course{t.KPI, t.Behaviour} {
		if !(c.SD > 1e-6 && c.SD < 1e6) || !(math.Abs(c.Effect) <= 1e3*c.SD) {
			return nil, fmt.Errorf("pilot: simulate: effect %g and standard deviation %g, want a deviation between 1e-6 and 1e6 and an effect of at most 1000 of it", c.Effect, c.SD)
		}
		if _, err := p.Precision(c.ICC, c.Readings); err != nil {
			return nil, err
		}
	}
	x, err := p.Precision(t.KPI.ICC, t.KPI.Readings)
	if err != nil {
		return nil, err
	}
	r := &run{truth: t, plan: p.Clone(), exposed: x.Exposed}
	r.locked = &Locked{plan: r.plan}
	if r.committed, err = p.Allocate(); err != nil {
		return nil, err
	}
	if r.space, err = p.Space(); err != nil {
		return nil, err
	}
	r.groups = r.committed.Groups()
	for group := range p.Design.Groups() {
		first := effect.Never
		for j, start := range p.Design.WaveStarts {
			if p.Design.start(group) == start {
				first = j + 1
			}
		}
		r.start = append(r.start, first)
	}
	for _, s := range p.Signals {
		if s.Direction != "" {
			r.signals = append(r.signals, s)
		}
	}
	// Three witnesses who are nobody.
	key := make([]byte, coaching.MinMasterKey)
	names, err := coaching.NewPseudonymizer(key, coaching.Domain{Programme: "simulation", Purpose: "witness"})
	if err != nil {
		return nil, err
	}
	for i := range r.people {
		if r.people[i], err = names.Person(fmt.Sprint("witness ", i)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// noise draws an outcome that coaching does not touch, per leader and period.
func (r *run) noise(c Course) [][]float64 {
	rows := make([][]float64, len(r.exposed))
	for i := range rows {
		level := math.Sqrt(c.ICC) * r.dice.NormFloat64()
		rows[i] = make([]float64, len(r.exposed[i]))
		for j := range rows[i] {
			rows[i][j] = c.SD * (level + math.Sqrt((1-c.ICC)/float64(c.Readings))*r.dice.NormFloat64())
		}
	}
	return rows
}

// measure estimates and tests an effect that is added to the noise wherever a
// leader is coached.
func (r *run) measure(noise [][]float64, c Course, gain float64) (effect.Result, error) {
	rows := make([][]float64, len(noise))
	for i := range rows {
		rows[i] = append([]float64(nil), noise[i]...)
		for j := range rows[i] {
			if r.exposed[i][j] {
				rows[i][j] += gain
			}
		}
	}
	// Four significant places of the deviation keep chance ties away.
	places := min(9, max(0, 4-int(math.Floor(math.Log10(c.SD)))))
	panel, err := effect.NewPanel(rows, places)
	if err != nil {
		return effect.Result{}, err
	}
	return effect.Staggered(panel, r.start, r.groups, r.space.All())
}

// behaviour draws the effects on the signals.
func (r *run) behaviour() ([]Reading, error) {
	var readings []Reading
	c := r.truth.Behaviour
	for _, s := range r.signals {
		result, err := r.measure(r.noise(c), c, s.Direction.sign()*c.Effect)
		if err != nil {
			return nil, err
		}
		readings = append(readings, Reading{Signal: s.ID, Result: result})
	}
	return readings, nil
}

// evidence is what a pilot in which everything went well hands in.
func (r *run) evidence(behaviour []Reading, kpi effect.Result) Evidence {
	p := r.plan
	stream := func(id string, by int) roi.Stream {
		return roi.Stream{ID: id, By: r.people[by], On: p.End(), Movement: roi.Improved}
	}
	data := stream("data", 0)
	switch gain := p.Hypothesis.Direction.sign() * kpi.Estimate; {
	case gain < 0:
		data.Movement = roi.Worsened
	case gain == 0:
		data.Movement = roi.Unchanged
	}
	leaders := len(p.Cohort.Leaders)
	return Evidence{
		Confirmed:  &Confirmation{Criteria: p.Acceptance, Role: coaching.Sponsor, By: r.people[2], On: p.Week0},
		CarriedOut: r.committed, Behaviour: behaviour, KPI: &kpi,
		DataGates:  []DataGate{{Name: "simulated", Held: true}},
		LogClosed:  true,
		Reviews:    []Review{{Window: p.Measurement(), Role: coaching.AttributionReviewer, By: r.people[0]}},
		Streams:    Streams{Data: data, Narratives: []roi.Stream{stream("narrative", 1)}, Sponsor: stream("sponsor", 2)},
		Governance: &Governance{Compact: true},
		Adherence:  &Adherence{SessionsDue: leaders, SessionsHeld: leaders, Leaders: leaders, Started: leaders},
		WeeksLeft:  true,
	}
}

// A spread sums what a standard deviation needs (Welford, Technometrics 4, 1962,
// 419-420).
type spread struct {
	n        int
	mean, m2 float64
}

func (s *spread) add(x float64) {
	s.n++
	d := x - s.mean
	s.mean += d / float64(s.n)
	s.m2 += d * (x - s.mean)
}

func (s *spread) sd() float64 { return math.Sqrt(s.m2 / float64(s.n-1)) }
