// Package mentor is the human pillar: what happens between a coach and a leader.
package mentor

// An Entry is what a playbook says about one signal.
type Entry struct {
	Signal           string     `json:"signal"`
	Prompts          []string   `json:"prompts"` // exactly two (PIL-100)
	Experiment       Experiment `json:"experiment"`
	InterpretiveRule string     `json:"interpretive_rule"` // PIL-106
	DoNotConclude    string     `json:"do_not_conclude"`   // PIL-106
}

// An Experiment is one measurable change of behaviour that a leader tries.
type Experiment struct {
	ID      string         `json:"id"`
	Text    string         `json:"text"`
	Measure string         `json:"measure"`
	Days    int            `json:"days"`
	Kind    ExperimentKind `json:"kind"`
}

// An ExperimentKind is one of the four shapes that experiments take (PIL-093).
type ExperimentKind uint8

const (
	UnknownExperiment ExperimentKind = iota
	RecurringRitual                  // "recurring_ritual"
	Process                          // "process"
	RuleChange                       // "rule_change"
	ArtefactRule                     // "artefact_rule"
)

var experimentKindNames = [...]string{"unknown", "recurring_ritual", "process", "rule_change", "artefact_rule"}

// String returns the name used in files.
func (k ExperimentKind) String() string {
	if int(k) < len(experimentKindNames) {
		return experimentKindNames[k]
	}
	return "unknown"
}
