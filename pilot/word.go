package pilot

// The words of a plan are strings so that a plan reads the same in Go, YAML and
// JSON. Text outside the words below is refused when a document is read and by
// [Plan.Check].

// A Purpose says what the pilot is for.
type Purpose string

// The two purposes: a quick look at behaviour, or a claim that finance accepts.
const (
	BehaviourSignal Purpose = "behaviour_signal"
	KPIAttribution  Purpose = "kpi_attribution"
)

// A Mode says how far a result may carry. The empty Mode is not declared, and
// is read as PilotMode unless a weak lever forces LearningSprint.
type Mode string

// A learning sprint cannot end in GO and makes no claim in money.
const (
	PilotMode      Mode = "pilot"
	LearningSprint Mode = "learning_sprint"
)

// A Constraint is what the organisation is shortest of.
type Constraint string

// The three constraints.
const (
	Measurement          Constraint = "measurement"
	CoachingCapacity     Constraint = "coaching_capacity"
	GovernanceConstraint Constraint = "governance"
)

// ExistingData says how much of the data had been seen when the plan was
// locked, in the five steps of the OSF preregistration form.
type ExistingData string

// The five steps, from the least seen to the most.
const (
	NotCreated          ExistingData = "not_created"
	NotObserved         ExistingData = "not_observed"
	NotAccessed         ExistingData = "not_accessed"
	AccessedNotAnalysed ExistingData = "accessed_not_analysed"
	Analysed            ExistingData = "analysed"
)

// A Direction is the sign of an expected change. The empty Direction expects
// nothing.
type Direction string

// The two directions.
const (
	Increase Direction = "increase"
	Decrease Direction = "decrease"
)

// sign returns +1, -1, or 0 for no direction.
func (d Direction) sign() float64 {
	switch d {
	case Increase:
		return 1
	case Decrease:
		return -1
	}
	return 0
}

// A Use says who reads a signal. The empty Use is ForCoaching, whose rules are
// the stricter ones.
type Use string

// Coaches see a coaching signal; an outcome signal is read at the end only.
const (
	ForCoaching Use = "coaching"
	ForOutcome  Use = "outcome"
)

// A CoachKind says where a coach comes from.
type CoachKind string

// The three kinds; a peer is a senior leader of the same organisation.
const (
	InternalCoach CoachKind = "internal"
	ExternalCoach CoachKind = "external"
	PeerCoach     CoachKind = "peer"
)

// A DesignKind says who is compared with whom. The empty DesignKind is NoDesign.
type DesignKind string

// Staggered waves start one after the other, each a control of the earlier;
// Parallel keeps a control group that is not coached in the pilot.
// MultipleBaseline staggers leader by leader: each gets one of the weeks that
// WaveStarts lists, usually 5 to 8, each week as often as the next (Wampold and
// Worsham, Behavioral Assessment 8, 1986, 135-143).
const (
	NoDesign         DesignKind = "none"
	Staggered        DesignKind = "staggered"
	Parallel         DesignKind = "parallel"
	MultipleBaseline DesignKind = "multiple_baseline"
)

// A Lever is the rating of one operational lever. Only Adequate is not weak.
type Lever string

// The three ratings.
const (
	Adequate Lever = "adequate"
	Weak     Lever = "weak"
	Unknown  Lever = "unknown"
)
