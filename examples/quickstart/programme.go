package main

import (
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/signal"
)

// A programme is what the steps hand to each other.
type programme struct {
	options options
	say     printer
	out     *output

	// Step 1: what was read.
	people   *coaching.Pseudonymizer
	labels   map[string]coaching.PersonID // the plan's label -> person
	names    map[coaching.PersonID]string // person -> the plan's label
	roles    map[string]coaching.Role
	members  []member // sorted by pseudonym
	teams    signal.Teams
	panel    *signal.Panel // weekly figures
	pulse    *signal.Panel
	kpiPanel *signal.Panel
	files    []*signal.Panel       // each file as read
	reports  []signal.ImportReport // in the order of files
	planFile string
	plan     *pilot.Plan
	records  mentor.Log                              // of the coaching tool
	diary    []occurrence                            // of the programme
	stated   evidence                                // by people, beside the figures
	coachOf  map[coaching.PersonID]coaching.PersonID // leader -> coach
	foreign  bool                                    // the file holds other people than the roster

	// Step 2: what may be acted on.
	quality      []signal.Quality // in the order of files
	blockedFeeds []string         // files whose quality check blocks
	exclusions   signal.Exclusions
	series       map[string]*signal.Series
	baselines    map[string]*signal.Baselines
	stability    []signal.Stability // in the order of the definitions
	flags        []signal.Flag
	steward      *signal.StewardLog
	manifest     signal.Manifest

	// Step 3: whether it is fair to act on it.
	standings map[string]signal.StandingRecord
	fair      map[string]*fairness.Report // the latest check of each signal
	changes   []change                    // signals that were paused or came back

	// Step 4: who may see or do what.
	consents     signal.ConsentList
	policy       *governance.Policy
	policyReport *governance.Report
	engine       *enforce.Engine
	store        audit.MemoryStore
	journal      *audit.Journal
	signer       *audit.Signer
	verifier     *audit.Verifier
	packs        map[string]enforce.Sealed[signal.CoachView] // by the leader's label
	opened       map[string]signal.CoachView                 // packs that a grant has opened
	answers      strings.Builder
	trail        audit.Report
	head         audit.Checkpoint

	// Step 5: the plan.
	locked     *pilot.Locked
	allocation *pilot.Allocation
	space      *pilot.Space
	schedule   *pilot.Schedule
	detectable float64 // standard deviations of the KPI, at 80 % power

	// Step 6: the human pillar.
	playbook  mentor.Playbook
	log       *pilot.Log
	breaches  int // rules of the sessions that were broken
	pausedUse int // uses of a signal that was paused
	anecdotes []mentor.Anecdote

	// Step 7: what moved, and what it was worth.
	behaviour   []pilot.Reading // in the order of the definitions
	kpiSeries   *signal.Series
	kpiBefore   float64
	kpiEffect   effect.Result
	statement   *roi.Statement
	publication roi.Publication

	// Step 8.
	decision pilot.Decision
}

// A step is one part of the story.
type step struct {
	title string
	run   func(*programme) error
}

func steps() []step {
	return []step{
		{"Read four exports", (*programme).read},
		{"What is in them, what is normal, what stands out", (*programme).understand},
		{"Is it fair to act on", (*programme).judge},
		{"Who may see or do what", (*programme).govern},
		{"Check and lock the plan, draw the waves, write the schedule", (*programme).planPilot},
		{"Coach: playbook, sessions, anecdotes", (*programme).coach},
		{"Did it move, and what was it worth", (*programme).measure},
		{"Decide", (*programme).decide},
	}
}
