package pilot

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/signal"
)

// An Outcome is what a pilot comes to. The zero Outcome is Inconclusive.
type Outcome uint8

// The outcomes of a pilot, then those of a learning sprint.
const (
	Inconclusive   Outcome = iota
	Invalid                // the design was not followed
	NoGo                   // stop here
	Go                     // roll out
	ScopedGo               // roll out to what the sponsor asked for
	Extend                 // behaviour changed; give the KPI time
	ProceedToPilot         // a sprint: run a pilot
	Repeat                 // a sprint: learn again
	Stop                   // a sprint: there is nothing here
)

var outcomeNames = [...]string{"INCONCLUSIVE", "INVALID", "NO_GO", "GO", "SCOPED_GO", "EXTEND", "PROCEED_TO_PILOT", "REPEAT", "STOP"}

// String returns the name used in files, such as "SCOPED_GO".
func (o Outcome) String() string { return enum.Name(outcomeNames[:], o, "Outcome") }

// MarshalText returns the name used in files.
func (o Outcome) MarshalText() ([]byte, error) {
	return enum.Marshal(outcomeNames[:], o, "pilot: outcome")
}

// A Decision is what follows from the evidence by rules that were fixed before
// it was seen.
type Decision struct {
	Outcome  Outcome      `json:"outcome"`
	Why      string       `json:"why"`      // the rule of the table that decided
	Criteria [7]Criterion `json:"criteria"` // A1 to A7
	Answers  Answers      `json:"answers"`
	Beside   Beside       `json:"beside"`
	// Barred says why GO is not available whatever the evidence: an exploratory
	// result, or criteria that were not confirmed; "" when it is.
	Barred  string    `json:"barred,omitempty"`
	Against *Override `json:"against,omitempty"` // the override of the outcome, nil for none
	// Findings are errors that withhold a claim, and warnings, sorted.
	Findings coaching.Findings `json:"findings"`
}

// Answers are the three questions of a pilot.
type Answers struct {
	BehaviourChanged  Status `json:"behaviour_changed"`
	OutcomeMeasurable Status `json:"outcome_measurable"` // did the KPI move measurably
	// Linked passes when behaviour and KPI moved, no confounder explains it and
	// the streams agree.
	Linked Status `json:"linked"`
}

// Beside is what must stand beside any percentage of this pilot.
type Beside struct {
	Leaders     string `json:"leaders"`     // sample size
	Control     string `json:"control"`     // who was compared with whom
	Confounders string `json:"confounders"` // what was checked
}

// String returns the three in one line.
func (b Beside) String() string {
	return b.Leaders + "; " + b.Control + "; " + b.Confounders
}

// Decide weighs the evidence on a locked plan under [DefaultPolicy]. The first
// rule that holds decides:
//
//	INVALID       the allocation carried out is not the committed one
//	NO_GO         governance is not clean, or the KPI moved the wrong way by the least effect
//	(sprint)      A1 passes: PROCEED_TO_PILOT; A1 fails, A3 and A7 pass: STOP; else REPEAT
//	INCONCLUSIVE  any criterion is missing, or A3, A4, A5 or A7 fails
//	GO            A1 and A2 pass
//	SCOPED_GO     A1 passes, A2 is directional and the sponsor asks for a scope
//	EXTEND        A1 passes, A2 fails and weeks are left
//	NO_GO         A1 passes and A2 fails; or A1 fails and A2 does not pass
//	INCONCLUSIVE  otherwise, such as a KPI that moved without the behaviour
//
// A plan that was changed after data were seen, or written after they were
// analysed, cannot end in GO. A plan of fewer than twelve weeks and a lagging
// KPI carry a warning, whatever the outcome: nothing may be claimed about the
// KPI yet. Criteria that the sponsor did not confirm in week 0 pass nothing:
// GO, SCOPED_GO and EXTEND become INCONCLUSIVE, PROCEED_TO_PILOT becomes REPEAT.
// Nil is decided as INVALID.
func Decide(l *Locked, e Evidence) Decision {
	var d Decision
	if l == nil || l.plan == nil {
		d.Outcome, d.Why = Invalid, "there is no locked plan"
		return d
	}
	p, pol := l.plan, DefaultPolicy()
	window := p.Measurement()

	a4, withheld := confounders(window, e)
	a2, harmed := pol.kpi(p, e.KPI)
	d.Criteria = [7]Criterion{
		pol.behaviour(p, e.Behaviour), a2, dataGates(e.DataGates), a4,
		p.streams(e.Streams), governance(e.Governance), pol.adherence(e.Adherence),
	}
	d.Findings = append(d.Findings, withheld...)

	// A plan of the greatest length cannot be extended, whoever says so.
	f := facts{harmed: harmed, scope: e.SponsorAsksScope, weeksLeft: e.WeeksLeft && p.TemplateWeeks < pol.MaxWeeks}
	mode, _ := p.Effective()
	f.sprint = mode == LearningSprint
	for i, c := range d.Criteria {
		f.status[i] = c.Status
	}
	committed, err := p.Allocate()
	switch {
	case err != nil:
		f.invalid = true
	case p.Design.Groups() > 1:
		differences := committed.Differences(e.CarriedOut)
		f.invalid = len(differences) > 0
		d.Findings = append(d.Findings, differences...)
	}
	d.Outcome, d.Why = f.decide()
	switch {
	case e.Exploratory || l.Exploratory():
		d.Barred = "the plan was changed after data were seen: the result is exploratory and GO is not available"
	case p.ExistingData == Analysed:
		d.Barred = "the data were analysed before the plan was locked: the result is exploratory and GO is not available"
	}
	if d.Outcome == Go && d.Barred != "" {
		d.Outcome, d.Why = Inconclusive, d.Barred
	}
	if wrong := p.confirmed(e.Confirmed); wrong != "" {
		d.Barred = wrong + ": nothing can pass by criteria that nobody agreed to"
		d.Findings = append(d.Findings, errorf("PIL-160", "acceptance", "%s", wrong))
		switch d.Outcome {
		case ProceedToPilot:
			d.Outcome, d.Why = Repeat, d.Barred
		case Go, ScopedGo, Extend:
			d.Outcome, d.Why = Inconclusive, d.Barred
		}
	}
	d.Answers = Answers{BehaviourChanged: f.status[0], OutcomeMeasurable: f.status[1], Linked: min(f.status[0], f.status[1], f.status[3], f.status[4])}
	d.Beside = beside(p, committed, e, a4)
	if e.KPI != nil {
		if e.KPI.Treated+e.KPI.Control == 0 {
			d.Findings = append(d.Findings, errorf("PIL-167", "", "the effect does not say how many leaders it rests on; print no percentage"))
		}
		d.Findings = append(d.Findings, e.KPI.Findings...)
	}
	if p.TemplateWeeks < lastRunWeek {
		d.Findings = append(d.Findings, warnf("C-5", "", "%d weeks of coaching and measurement, below %d: behaviour only, no claim on the KPI", window.Days()/daysInWeek, pol.Exposure/daysInWeek))
	}
	if p.KPI.Class == signal.Lagging {
		d.Findings = append(d.Findings, warnf("PIL-057", "", "a lagging KPI: read it on %s and %s before anything is claimed", p.Run().From.AddMonths(firstLaggingMonths), p.Run().From.AddMonths(secondLaggingMonths)))
	}
	if f.sprint {
		d.Findings = append(d.Findings, warnf("PIL-071", "", "learning sprint: no GO and no claim in money follows from it"))
	}
	d.Findings.Sort()
	return d
}

// facts are what the table of decisions looks at.
type facts struct {
	invalid, harmed, sprint, scope, weeksLeft bool
	status                                    [7]Status
}

func (f facts) decide() (Outcome, string) {
	a1, a2, a3, a7 := f.status[0], f.status[1], f.status[2], f.status[6]
	switch {
	case f.invalid:
		return Invalid, "the allocation that was carried out is not the committed one"
	case f.status[5] == Fail:
		return NoGo, "governance is not clean"
	case f.harmed:
		return NoGo, "the KPI moved the wrong way by the least effect worth having"
	case f.sprint && a1 == Pass:
		return ProceedToPilot, "the behaviour changed in a learning sprint"
	case f.sprint && a1 == Fail && a3 == Pass && a7 == Pass:
		return Stop, "the behaviour did not change though data and adherence were good"
	case f.sprint:
		return Repeat, "data or adherence too weak to learn from"
	}
	for i, s := range f.status {
		if s == Missing {
			return Inconclusive, fmt.Sprintf("A%d is missing, and missing evidence is never a pass", i+1)
		}
	}
	switch {
	case a3 == Fail:
		return Inconclusive, "the data gates did not hold"
	case f.status[3] == Fail:
		return Inconclusive, "a confounder may explain the result"
	case f.status[4] == Fail:
		return Inconclusive, "the streams disagree"
	case a7 == Fail:
		return Inconclusive, "the experiment was not run as planned"
	case a1 == Pass && a2 == Pass:
		return Go, "behaviour and KPI moved as declared"
	case a1 == Pass && a2 == Directional && f.scope:
		return ScopedGo, "the KPI movement is directional only, and the sponsor asks for a limited scope"
	case a1 == Pass && a2 == Directional:
		return Inconclusive, "the KPI movement is directional only"
	case a1 == Pass && a2 == Fail && f.weeksLeft:
		return Extend, "the behaviour changed and the KPI may follow"
	case a1 == Pass && a2 == Fail:
		return NoGo, "the behaviour changed and the KPI did not"
	case a1 == Fail && a2 == Pass:
		return Inconclusive, "the outcome moved without the behaviour: not by this mechanism"
	case a1 == Fail:
		return NoGo, "the behaviour did not change"
	}
	return Inconclusive, "no rule of the table applies"
}

func beside(p *Plan, a *Allocation, e Evidence, a4 Criterion) Beside {
	b := Beside{
		Leaders:     fmt.Sprintf("n = %d leaders", len(p.Cohort.Leaders)),
		Control:     "no control",
		Confounders: fmt.Sprintf("confounders: %s (%s)", a4.Status, a4.Reason),
	}
	if e.KPI != nil && e.KPI.Treated+e.KPI.Control > 0 {
		b.Leaders = fmt.Sprintf("n = %d leaders coached, %d as comparison", e.KPI.Treated, e.KPI.Control)
	}
	if a != nil && p.Design.Groups() > 1 {
		b.Control = fmt.Sprintf("%s design, %d groups", p.Design.Kind, p.Design.Groups())
		if s, err := p.Space(); err == nil {
			b.Control += fmt.Sprintf(", one of %s possible allocations", s.Size())
		}
	}
	return b
}
