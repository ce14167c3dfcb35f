package mentor

import "github.com/coachgov/coaching/internal/enum"

// An Entry is what a playbook says about one signal.
type Entry struct {
	Signal  string   `json:"signal" doc:"ident"`
	Prompts []string `json:"prompts" doc:"empty"` // questions of the coach; exactly two (PIL-100)
	// Experiment is the one that this signal suggests (PIL-100).
	Experiment Experiment `json:"experiment"`
	// InterpretiveRule says how to read the signal, and DoNotConclude what it
	// does not show (PIL-106).
	InterpretiveRule string `json:"interpretive_rule" doc:"empty"`
	DoNotConclude    string `json:"do_not_conclude" doc:"empty"`
}

// An Experiment is one measurable change of behaviour that a leader tries.
type Experiment struct {
	ID      string `json:"id" doc:"ident"`
	Text    string `json:"text" doc:"empty"`    // what the leader does differently
	Measure string `json:"measure" doc:"empty"` // what will be read to see whether it worked
	Days    int    `json:"days"`                // how long it runs, both ends included
	// Kind is one of the four shapes that experiments take (PIL-093).
	Kind ExperimentKind `json:"kind"`
	// Supporting lists further signals that bear on the experiment beside the
	// entry's own (C-20).
	Supporting []string `json:"supporting,omitempty" doc:"optional,ident"`
}

// An ExperimentKind is one of the four shapes that experiments take (PIL-093).
// The zero kind is none of them.
type ExperimentKind uint8

const (
	UnknownExperiment ExperimentKind = iota
	RecurringRitual                  // something done every week
	Process                          // a process tried for a quarter
	RuleChange                       // a rule of working together, such as a time limit
	ArtefactRule                     // a rule about what is written down
)

var experimentKindNames = [...]string{"unknown", "recurring_ritual", "process", "rule_change", "artefact_rule"}

// String returns the name used in files, such as "rule_change".
func (k ExperimentKind) String() string {
	return enum.Name(experimentKindNames[:], k, "ExperimentKind")
}

// MarshalText returns the name used in files.
func (k ExperimentKind) MarshalText() ([]byte, error) {
	return enum.Marshal(experimentKindNames[:], k, "mentor: kind of experiment")
}

// UnmarshalText accepts the names of the four kinds.
func (k *ExperimentKind) UnmarshalText(text []byte) error {
	return unmarshalAnswer(experimentKindNames[:], k, "mentor: kind of experiment", text)
}
