package signal

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// DecisionsSchema is the version of a steward's decisions file.
const DecisionsSchema = "steward-decisions/v1"

// decisionsFile is the file as it is written.
type decisionsFile struct {
	Schema    string            `json:"schema" doc:"enum=steward-decisions/v1"`
	Decisions []StewardDecision `json:"decisions"`
}

// ReadDecisions adds the decisions of a YAML or JSON file, in the file's order,
// to the log. Either all are added or none: what the document reader or
// [StewardLog.Decide] refuses comes back as findings with positions, sorted, and
// the log is unchanged. SIG-024 is a decision that was refused.
func (l *StewardLog) ReadDecisions(file string, data []byte) coaching.Findings {
	node, fs := yaml.ParseFile(file, data)
	if node == nil || fs.Blocked() {
		return fs
	}
	var parsed decisionsFile
	positions, more := document.Decode(file, node, &parsed)
	fs = append(fs, more...)
	if fs.Blocked() {
		fs.Sort()
		return fs
	}
	if l == nil {
		return append(fs, coaching.Finding{Code: "SIG-024", File: file, Message: "a steward log is needed; want one from NewStewardLog"})
	}
	before := len(l.decisions)
	for i, d := range parsed.Decisions {
		if err := l.Decide(d); err != nil {
			path := fmt.Sprintf("decisions[%d]", i)
			f := coaching.Finding{Code: "SIG-024", File: file, Path: path, Message: err.Error()}
			f.Line, f.Column = positions.At(path)
			fs = append(fs, f)
		}
	}
	if fs.Blocked() {
		l.decisions = l.decisions[:before]
	}
	fs.Sort()
	return fs
}
