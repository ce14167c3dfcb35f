package pilot

import (
	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
)

// Evidence is everything that a decision looks at. What is absent is missing,
// and missing evidence never passes.
type Evidence struct {
	// Confirmed is the sponsor's word of week 0 on the criteria. Nil: not given.
	Confirmed *Confirmation
	// CarriedOut is the allocation that was carried out; it must equal the
	// committed one. Nil: not known.
	CarriedOut *Allocation
	// Behaviour is the effect on each signal for which the plan declares a
	// direction.
	Behaviour []Reading
	KPI       *effect.Result
	DataGates []DataGate
	// Confounders, LogClosed and Reviews say what else happened and who looked.
	Confounders []roi.Confounder
	LogClosed   bool
	Reviews     []Review
	Streams     Streams
	Governance  *Governance
	Adherence   *Adherence
	// SponsorAsksScope is the sponsor's request for a limited roll-out.
	SponsorAsksScope bool
	// WeeksLeft says that the plan's longest length leaves time to extend.
	WeeksLeft bool
	// Exploratory says that the plan was changed after data were seen, so that
	// GO is not available.
	Exploratory bool
}

// A Confirmation says that the criteria A1 to A7 decide, before anything was
// seen: it is the sponsor's, and of week 0 or earlier.
type Confirmation struct {
	Criteria string // the plan's Acceptance, such as "default-v1"
	Role     coaching.Role
	By       coaching.PersonID
	On       coaching.Date
}

// confirmed returns what is wrong with a confirmation of the plan's criteria, ""
// for nothing.
func (p *Plan) confirmed(c *Confirmation) string {
	last := p.Week(1).AddDays(-1)
	switch {
	case c == nil || c.By.IsZero() || c.On.IsZero():
		return "the sponsor did not confirm the criteria"
	case c.Role != coaching.Sponsor:
		return "the criteria were not confirmed by the sponsor"
	case c.Criteria != p.Acceptance:
		return "the sponsor confirmed other criteria than those of the plan"
	case c.On.After(last):
		return "the sponsor confirmed the criteria after " + last.String() + ", the end of week 0"
	}
	return ""
}

// A Reading is the effect on one behaviour signal.
type Reading struct {
	Signal string
	Result effect.Result
}

// A DataGate is one condition on the data, such as "completeness".
type DataGate struct {
	Name string
	Held bool
}

// A Review is the statement of the attribution reviewer or the steward that no
// portfolio or other organisational change explains the result in a window.
type Review struct {
	Window coaching.Window
	Role   coaching.Role
	By     coaching.PersonID
}

// Streams are the three kinds of evidence that must agree: the data, the
// narratives of coaches and leaders, and the sponsor.
type Streams struct {
	Data       roi.Stream
	Narratives []roi.Stream
	Sponsor    roi.Stream
}

// Governance is the state of the third pillar at the end.
type Governance struct {
	Compact       bool // signed
	OpenAppeals   int
	PausedSignals int // signals that were used while paused
	OpenIssues    int
}

// Adherence says how far the programme was carried out as planned.
type Adherence struct {
	SessionsDue  int
	SessionsHeld int
	Leaders      int
	Started      int // leaders whose experiment started
}
