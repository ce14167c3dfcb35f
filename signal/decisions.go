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
//
// The file of a programme outlives its figures. A decision about one that the
// data do not flag, because the source has restated it or because it is not known
// yet, is a warning and is not added: it holds for no other figure.
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
		path := fmt.Sprintf("decisions[%d]", i)
		f := coaching.Finding{Code: "SIG-024", File: file, Path: path}
		f.Line, f.Column = positions.At(path)
		if _, known := l.flags[d.Flag]; !known {
			f.Severity, f.Message = coaching.Warning, "no figure is flagged that the decision is about; a restated figure needs a decision of its own"
			fs = append(fs, f)
		} else if err := l.Decide(d); err != nil {
			f.Message = err.Error()
			fs = append(fs, f)
		}
	}
	if fs.Blocked() {
		l.decisions = l.decisions[:before]
	}
	fs.Sort()
	return fs
}
