package roi

import (
	"math/big"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Case is what a programme claims, step by step, with where each figure came
// from. It holds inputs only; [Case.Compute] derives the rest.
type Case struct {
	ID          string // an identifier such as "product-org-12w"
	Title       string // one line for the head of the statement
	Timing      Timing // of the KPI
	Direction   Direction
	Baseline    Baseline
	Delta       Delta
	Attribution Attribution
	Conversion  Conversion
	Costs       []CostLine // at least one; the order is kept
	Confidence  Exact      // unset, or a further factor 0..1 for the error of an estimate (Phillips)
	Rounding    Mode       // of every rounded figure
	// Intangibles are listed in statements, in this order, and are in no figure.
	Intangibles []Intangible
}

// A Timing says whether a KPI moves early or late. The zero Timing is Lagging,
// whose rules are the stricter ones.
type Timing uint8

const (
	Lagging Timing = iota // read 3 to 6 months after the change, such as exits
	Leading               // read 8 to 16 weeks after the change, such as cycle time
)

var timingNames = [...]string{"lagging", "leading"}

// String returns "lagging" or "leading".
func (t Timing) String() string { return enum.Name(timingNames[:], t, "Timing") }

// MarshalText returns the same word as String.
func (t Timing) MarshalText() ([]byte, error) { return enum.Marshal(timingNames[:], t, "roi: timing") }

// UnmarshalText accepts exactly the words that MarshalText writes.
func (t *Timing) UnmarshalText(text []byte) error {
	return enum.Unmarshal(timingNames[:], t, "roi: timing", text)
}

// A Direction says which way of the KPI is good. The zero Direction is not
// stated, and a case that does not state it is refused.
type Direction uint8

const (
	NoDirection Direction = iota
	Decrease              // less is better: exits, cycle time
	Increase              // more is better: predictability, margin
)

var directionNames = [...]string{"not_stated", "decrease", "increase"}

// String returns the name used in files, such as "decrease".
func (d Direction) String() string { return enum.Name(directionNames[:], d, "Direction") }

// MarshalText returns the name used in files.
func (d Direction) MarshalText() ([]byte, error) {
	return enum.Marshal(directionNames[:], d, "roi: direction")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (d *Direction) UnmarshalText(text []byte) error {
	return enum.Unmarshal(directionNames[:], d, "roi: direction", text)
}

// A Baseline is step 1: the KPI before the programme.
type Baseline struct {
	KPI       string // such as "avoidable exits"
	Unit      string // such as "exits per year"
	Value     Exact  // the pre-pilot average
	Window    coaching.Window
	Headcount int    // leaders in the programme
	Source    string // the system of record and the extract
}

// A Delta is step 2: how the KPI changed. Exactly one of After, Annualised and
// Change is given; each counts in the unit of the baseline.
type Delta struct {
	After      Exact   // the KPI's average in the validation window
	Annualised *Annual // events counted in a window that is shorter than the baseline's
	Change     Exact   // after minus before as an estimator gave it; a fall is negative

	// ControlBefore and ControlAfter are the same KPI of leaders who were not
	// coached; their change is subtracted. Both or neither, and not with Change.
	ControlBefore, ControlAfter Exact

	// Low and High bound after minus before, with Change only, at the Level
	// given, such as 0.95. All three or none.
	Low, High, Level Exact

	Window coaching.Window // the validation window
	// Projected says that the level after is a run rate that has not been
	// lived through yet. It is implied by Annualised.
	Projected bool
	// NetOfControl says that Change has already had the change of a control
	// group taken out.
	NetOfControl bool

	Design  Design
	Treated int    // leaders whose change this is
	Control int    // leaders they were compared with; 0 when none
	Method  string // the estimator and the test, such as effect.Result.Method
	// PCount of PTotal is the exact p-value; both or neither.
	PCount, PTotal *big.Int
	Source         string
}

// An Annual counts events in a window and scales them to the baseline's period:
// Events × Periods / Window, such as 2 exits × 52 weeks / 12 weeks.
type Annual struct {
	Events  Exact
	Window  Exact // length of the window, such as 12 weeks
	Periods Exact // length of the baseline's period in the same unit, such as 52
}

// A Design says what the coached leaders were compared with. The zero Design
// is not stated.
type Design uint8

const (
	NotStated       Design = iota
	NoControl              // before and after, nobody to compare with
	ParallelControl        // other leaders over the same weeks
	StaggeredCohort        // waves whose later ones are the control of the earlier
)

var designNames = [...]string{"not_stated", "no_control", "parallel_control", "staggered_cohort"}

// String returns the name used in files, such as "staggered_cohort".
func (d Design) String() string { return enum.Name(designNames[:], d, "Design") }

// MarshalText returns the name used in files.
func (d Design) MarshalText() ([]byte, error) { return enum.Marshal(designNames[:], d, "roi: design") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (d *Design) UnmarshalText(text []byte) error {
	return enum.Unmarshal(designNames[:], d, "roi: design", text)
}

// An Attribution is step 3: the share of the delta that is put down to the
// programme.
type Attribution struct {
	Factor    Exact  // 0..1
	Rationale string // why this share; always required
	Survey    Survey
	Override  *Override // only to leave the band that the evidence supports
}

// A Survey is a survey that was asked whether the change is real. It supports
// the higher band only when it is complete, Corroborates, and was not asked
// before the validation window began.
type Survey struct {
	ID           string
	On           coaching.Date
	By           coaching.PersonID // who ran it
	Corroborates bool
}

// Complete reports whether the survey has an ID, a date and somebody who ran it.
func (s Survey) Complete() bool { return s.ID != "" && !s.On.IsZero() && !s.By.IsZero() }

// An Override is a documented decision to claim a share outside the band. It
// counts only when every field is given, and the statement prints it.
type Override struct {
	Approver coaching.PersonID
	Role     coaching.Role
	Reason   string
	On       coaching.Date
}

// Complete reports whether every field is given.
func (o *Override) Complete() bool {
	return o != nil && !o.Approver.IsZero() && o.Role != coaching.NoRole && o.Reason != "" && !o.On.IsZero()
}

// A Conversion is step 4: what one unit of the KPI is worth.
type Conversion struct {
	UnitValue Money
	Basis     Basis
	Months    int    // the months that the benefit covers; 0 counts as 12
	Cash      bool   // the benefit shows in the ledger; otherwise it is a cost avoided
	Source    string // who in finance gave the value
}

// A Basis says what a unit value rests on. The zero Basis is not stated.
type Basis uint8

const (
	NoBasis Basis = iota
	ReplacementCost
	ProductivityPerFTE
	RevenuePerAccount
)

var basisNames = [...]string{"not_stated", "replacement_cost", "productivity_per_fte", "revenue_per_account"}

// String returns the name used in files, such as "replacement_cost".
func (b Basis) String() string { return enum.Name(basisNames[:], b, "Basis") }

// MarshalText returns the name used in files.
func (b Basis) MarshalText() ([]byte, error) { return enum.Marshal(basisNames[:], b, "roi: basis") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (b *Basis) UnmarshalText(text []byte) error {
	return enum.Unmarshal(basisNames[:], b, "roi: basis", text)
}

// A CostCategory is a kind of programme cost, from a closed list. The zero
// CostCategory is none.
type CostCategory uint8

const (
	NoCategory  CostCategory = iota
	Coaching                 // coaching fees
	Analytics                // analytics engineering
	Admin                    // running the programme
	ManagerTime              // hours of the leaders
	Integration              // connecting vendors' systems
)

var categoryNames = [...]string{"none", "coaching", "analytics", "admin", "manager_time", "integration"}

// String returns the name used in files, such as "manager_time".
func (c CostCategory) String() string { return enum.Name(categoryNames[:], c, "CostCategory") }

// MarshalText returns the name used in files.
func (c CostCategory) MarshalText() ([]byte, error) {
	return enum.Marshal(categoryNames[:], c, "roi: cost category")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (c *CostCategory) UnmarshalText(text []byte) error {
	return enum.Unmarshal(categoryNames[:], c, "roi: cost category", text)
}

// A CostLine is one cost of the programme. A figure that covers several
// categories names them all.
type CostLine struct {
	Covers []CostCategory // at least one
	Amount Money
	Reason string // why the amount is zero; only then
	Source string
}
