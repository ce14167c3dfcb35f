package pilot

import (
	"maps"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/pilot/vendor"
	"github.com/coachgov/coaching/signal"
)

// SchemaV1 is the version string of a plan document.
const SchemaV1 = "pilot/v1"

// A Plan is what is decided before a pilot starts: what is believed, what will
// be measured, who takes part, how they are allocated and when. [Decode] reads
// it; a program may also build one. People and roles are labels that have a
// meaning inside the programme only ("L01", "P-SPONSOR"); the host maps them to
// coaching.PersonID. Decimals are strings. The order of leaders is the order of
// units in every allocation.
type Plan struct {
	Schema            string             `json:"schema" doc:"enum=pilot/v1"`
	ID                string             `json:"id" doc:"ident"`
	Title             string             `json:"title"`
	Purpose           Purpose            `json:"purpose" doc:"enum=behaviour_signal|kpi_attribution"`
	Mode              Mode               `json:"mode,omitempty" doc:"optional,enum=pilot|learning_sprint"` // absent: pilot
	PrimaryConstraint Constraint         `json:"primary_constraint" doc:"enum=measurement|coaching_capacity|governance"`
	MiniProfile       string             `json:"mini_profile" doc:"enum=microsoft|accenture|avva_thach"`
	ExistingData      ExistingData       `json:"existing_data" doc:"enum=not_created|not_observed|not_accessed|accessed_not_analysed|analysed"`
	Hypothesis        Hypothesis         `json:"hypothesis"`
	KPI               KPI                `json:"kpi"`
	SecondaryOutcomes []SecondaryOutcome `json:"secondary_outcomes"`
	TemplateWeeks     int                `json:"template_weeks" doc:"min=0,max=1000"` // last week of the pilot; week 0 comes before week 1
	Week0             coaching.Date      `json:"week0"`
	WeekStart         string             `json:"week_start" doc:"enum=monday|sunday"`
	// BaselineWeeks of history are extracted, ending with week 0; absent: 8.
	BaselineWeeks     int                 `json:"baseline_weeks,omitempty" doc:"optional,max=1000"`
	Calendars         map[string]Calendar `json:"calendars"`
	Roles             Roles               `json:"roles"`
	Signals           []Signal            `json:"signals"`
	QualitativeInputs []Input             `json:"qualitative_inputs"`
	Playbook          []mentor.Entry      `json:"playbook"`
	Cohort            Cohort              `json:"cohort"`
	Design            Design              `json:"design"`
	Snapshot          Snapshot            `json:"snapshot"`
	Session           SessionTerms        `json:"session"`
	Levers            Levers              `json:"levers"`
	Charter           Charter             `json:"charter"`
	// Scope is what week 0 settles: without it no baseline begins (PIL-035).
	Scope      *Scope `json:"scope,omitempty" doc:"optional"`
	Acceptance string `json:"acceptance" doc:"enum=default-v1"`
	// SlipWeeks is how much later than planned the run starts: weeks from 5 on
	// come later by as much.
	SlipWeeks int `json:"slip_weeks,omitempty" doc:"optional,max=1000"`
	// PeerLearning lists the pilot weeks in which leaders may meet to learn from
	// each other, ascending, within the run; nobody has to come (PIL-117).
	PeerLearning []int          `json:"peer_learning_weeks,omitempty" doc:"optional,min=1,max=100"`
	Vendors      *vendor.Choice `json:"vendors,omitempty" doc:"optional"` // absent: nothing is bought
	Budget       *Budget        `json:"budget,omitempty" doc:"optional"`
	Waivers      []Waiver       `json:"waivers,omitempty" doc:"optional"`

	at *document.Positions // where Decode found each value; nil when a program built the plan
}

// A Hypothesis is the one belief that the pilot tests.
type Hypothesis struct {
	Behaviour  string    `json:"behaviour" doc:"empty"`
	OutcomeKPI string    `json:"outcome_kpi" doc:"ident"` // the KPI's id
	Text       string    `json:"text" doc:"empty"`
	Direction  Direction `json:"direction" doc:"enum=increase|decrease"` // in which the KPI is expected to move
}

// A KPI is the one business figure that the pilot is judged by.
type KPI struct {
	ID          string        `json:"id" doc:"ident"`
	Definition  string        `json:"definition"`
	Class       signal.Timing `json:"class"`
	Unit        string        `json:"unit"`
	MinEffect   string        `json:"min_effect" doc:"decimal"` // the least change worth having, in the KPI's unit, without sign
	CadenceDays int           `json:"cadence_days" doc:"min=1,max=1000"`
}

// A SecondaryOutcome is a further outcome that is watched and never decides.
type SecondaryOutcome struct {
	ID         string `json:"id" doc:"ident"`
	Definition string `json:"definition"`
}

// A Calendar is a time zone and its holidays, resolved to dates so that a later
// version of a holiday list cannot move a locked schedule.
type Calendar struct {
	Zone     string    `json:"zone"` // IANA name, such as "Europe/Berlin"
	Holidays []Holiday `json:"holidays"`
}

// A Holiday is one day on which nobody of a calendar works.
type Holiday struct {
	Date coaching.Date `json:"date"`
	Name string        `json:"name"`
}

// Roles names who answers for what, by label.
type Roles struct {
	Sponsor             string `json:"sponsor,omitempty" doc:"optional,ident"`
	Steward             string `json:"steward,omitempty" doc:"optional,ident"`
	DataOwner           string `json:"data_owner,omitempty" doc:"optional,ident"`
	IntegrationOwner    string `json:"integration_owner,omitempty" doc:"optional,ident"`
	ProductOwner        string `json:"product_owner,omitempty" doc:"optional,ident"`
	CoachingLead        string `json:"coaching_lead,omitempty" doc:"optional,ident"`
	PrivacyOfficer      string `json:"privacy_officer,omitempty" doc:"optional,ident"`
	ProgramAdmin        string `json:"program_admin,omitempty" doc:"optional,ident"`
	AttributionReviewer string `json:"attribution_reviewer,omitempty" doc:"optional,ident"`
}

// A Signal is one feed that the pilot uses.
type Signal struct {
	ID          string      `json:"id" doc:"ident"`
	Source      string      `json:"source" doc:"ident"`
	Class       signal.Kind `json:"class"`
	RefreshDays int         `json:"refresh_days" doc:"min=1,max=1000"` // days between two deliveries
	CSVExport   bool        `json:"csv_export"`                        // anonymised export for spot checks
	Behaviour   string      `json:"behaviour" doc:"empty"`             // the one behaviour that it traces
	Path        string      `json:"path" doc:"empty"`                  // "signal -> behaviour -> outcome"
	// Use is "coaching" (absent: this) for a signal that coaches see, "outcome"
	// for one that is only read at the end.
	Use Use `json:"use,omitempty" doc:"optional,enum=coaching|outcome"`
	// Direction is the change that the experiments aim at. A signal that
	// declares none beforehand cannot show that behaviour changed as declared.
	Direction Direction `json:"direction,omitempty" doc:"optional,enum=increase|decrease"`
}

// An Input is a source of what people say: interviews, pulses, themes.
type Input struct {
	ID     string `json:"id" doc:"ident"`
	Source string `json:"source" doc:"ident"`
}

// A Cohort is the people who take part.
type Cohort struct {
	Leaders []Leader `json:"leaders"`
	Coaches []Coach  `json:"coaches"`
	// Conflicts lists pairs that must not work together, for whatever reason;
	// none is written down.
	Conflicts []Pair `json:"conflicts,omitempty" doc:"optional"`
}

// A Pair is a leader and a coach.
type Pair struct {
	Leader string `json:"leader" doc:"ident"`
	Coach  string `json:"coach" doc:"ident"`
}

// A Leader is one person who is coached; leaders are the units of the design.
type Leader struct {
	ID         string `json:"id" doc:"ident"`
	Calendar   string `json:"calendar" doc:"ident"`
	Stratum    string `json:"stratum" doc:"ident"`
	Experiment string `json:"experiment" doc:"ident"` // the id of an experiment of the playbook
	// Beside lists experiments that the leader runs at the same time; want none.
	Beside []string `json:"beside,omitempty" doc:"optional,ident"`
	Coach  string   `json:"coach,omitempty" doc:"optional,ident"` // absent: not matched yet
	// ReportsTo is the label of the next superior, whether of the plan or not.
	ReportsTo string `json:"reports_to,omitempty" doc:"optional,ident"`
	// Withdrawn is the day on which the leader left the analysed set. A leader is
	// never taken out of the list, which would change the draw of the others.
	Withdrawn coaching.Date `json:"withdrawn,omitzero" doc:"optional"`
	// Covariate is the figure that Design.Balance balances.
	Covariate string `json:"covariate,omitempty" doc:"optional,decimal"`
}

// A Coach is one person who coaches.
type Coach struct {
	ID         string    `json:"id" doc:"ident"`
	Kind       CoachKind `json:"kind" doc:"enum=internal|external|peer"`
	Certified  bool      `json:"certified"`
	AdminTasks bool      `json:"admin_tasks"`
	Capacity   int       `json:"capacity" doc:"max=1000"` // leaders this coach can take
	Zone       string    `json:"zone"`
	Analyst    string    `json:"analyst,omitempty" doc:"optional,ident"` // who validates signals before this coach's sessions
	ReportsTo  string    `json:"reports_to,omitempty" doc:"optional,ident"`
}

// A Design says who is compared with whom. The zero Design has no control group.
type Design struct {
	Kind       DesignKind `json:"kind" doc:"enum=none|staggered|parallel|multiple_baseline"`
	Waves      int        `json:"waves,omitempty" doc:"optional,max=64"`
	WaveStarts []int      `json:"wave_starts,omitempty" doc:"optional,max=1000"` // pilot week in which each wave starts
	Strata     string     `json:"strata,omitempty" doc:"optional,enum=stratum|none"`
	// SeedMessage is hashed to the seed of the allocation. It holds something
	// that nobody knew when the plan was written, such as a public beacon's
	// value of the day after.
	SeedMessage string `json:"seed_message,omitempty" doc:"optional"`
	// Balance, when it is declared, draws again until the groups are alike.
	Balance *Balance `json:"balance,omitempty"`
}

// A Snapshot says how often the steward delivers anonymised figures, and about
// whom.
type Snapshot struct {
	PerWeek  int      `json:"per_week" doc:"max=7"`
	Weekdays []string `json:"weekdays" doc:"enum=mon|tue|wed|thu|fri|sat|sun"`
	MinGroup int      `json:"min_group" doc:"max=1000"` // fewest leaders that one figure may describe
	Unit     string   `json:"unit" doc:"enum=cohort|wave|coach"`
}

// SessionTerms are the minutes of one coaching session and of its preparation.
type SessionTerms struct {
	Minutes     int `json:"minutes" doc:"min=1,max=480"`
	PrepMinutes int `json:"prep_minutes" doc:"max=480"`
}

// Levers rates, from evidence, the three things without which a pilot teaches
// little. A lever that is not adequate is weak.
type Levers struct {
	Data    Lever `json:"data" doc:"enum=adequate|weak|unknown"`
	Coach   Lever `json:"coach" doc:"enum=adequate|weak|unknown"`
	Sponsor Lever `json:"sponsor" doc:"enum=adequate|weak|unknown"`
}

// A Charter holds the rights that the programme grants.
type Charter struct {
	// CoachMayOverridePlatform lets a coach ignore or reweight what a platform
	// suggests, with a recorded reason.
	CoachMayOverridePlatform bool `json:"coach_may_override_platform"`
}

// A Scope lists what the pilot is about and what it leaves alone, each item a
// line of text, so that what is added later can be seen beside it.
type Scope struct {
	In  []string `json:"in"`
	Out []string `json:"out"`
}

// Clone returns a copy that shares nothing that can be changed.
func (p *Plan) Clone() *Plan {
	c := *p
	c.SecondaryOutcomes = slices.Clone(p.SecondaryOutcomes)
	c.Calendars = maps.Clone(p.Calendars)
	for name, cal := range c.Calendars {
		cal.Holidays = slices.Clone(cal.Holidays)
		c.Calendars[name] = cal
	}
	c.Signals = slices.Clone(p.Signals)
	c.QualitativeInputs = slices.Clone(p.QualitativeInputs)
	c.Playbook = slices.Clone(p.Playbook)
	for i := range c.Playbook {
		c.Playbook[i].Prompts = slices.Clone(c.Playbook[i].Prompts)
		c.Playbook[i].Experiment.Supporting = slices.Clone(c.Playbook[i].Experiment.Supporting)
	}
	c.Cohort.Leaders = slices.Clone(p.Cohort.Leaders)
	for i := range c.Cohort.Leaders {
		c.Cohort.Leaders[i].Beside = slices.Clone(c.Cohort.Leaders[i].Beside)
	}
	c.Cohort.Coaches = slices.Clone(p.Cohort.Coaches)
	c.Cohort.Conflicts = slices.Clone(p.Cohort.Conflicts)
	c.Design.WaveStarts = slices.Clone(p.Design.WaveStarts)
	if p.Design.Balance != nil {
		balance := *p.Design.Balance
		c.Design.Balance = &balance
	}
	if p.Scope != nil {
		c.Scope = &Scope{In: slices.Clone(p.Scope.In), Out: slices.Clone(p.Scope.Out)}
	}
	c.Snapshot.Weekdays = slices.Clone(p.Snapshot.Weekdays)
	c.Vendors = p.Vendors.Clone()
	c.Budget = p.Budget.clone()
	c.Waivers, c.PeerLearning = slices.Clone(p.Waivers), slices.Clone(p.PeerLearning)
	return &c
}
