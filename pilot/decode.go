package pilot

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// Decode reads a plan from YAML or JSON, told apart by the file name's ending
// (.yaml, .yml, .json). The name is used in findings only; no file is opened.
// The plan is nil when a finding blocks: nothing half-read is used. Decode
// checks the form of the document; [Plan.Check] checks what it says, and its
// findings point into the document that Decode read. Findings are sorted.
func Decode(file string, data []byte) (*Plan, coaching.Findings) {
	n, fs := yaml.ParseFile(file, data)
	if n == nil || fs.Blocked() {
		return nil, fs
	}
	p := new(Plan)
	at, found := document.Decode(file, n, p)
	fs = append(fs, found...)
	fs = append(fs, misshapen(at, n)...)
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	p.at = at
	return p, fs
}

// misshapen states rules of the domain that a document breaks by its very
// shape, so that its author learns the rule beside the complaint about form.
func misshapen(at *document.Positions, n *document.Node) coaching.Findings {
	var fs coaching.Findings
	if kpi := member(n, "kpi"); kpi != nil && kpi.Kind == document.Array {
		fs = append(fs, errorf("PIL-023", "kpi", "a pilot has one KPI; found a list of %d", len(kpi.Items)))
	}
	if playbook := member(n, "playbook"); playbook != nil && playbook.Kind == document.Array {
		for i, entry := range playbook.Items {
			if entry.Kind != document.Object {
				continue
			}
			path := fmt.Sprintf("playbook[%d]", i)
			if e := member(entry, "experiment"); e == nil || e.Kind != document.Object {
				fs = append(fs, errorf("PIL-100", path+".experiment", "each signal has one measurable experiment; this one has none"))
			}
			for _, key := range []string{"interpretive_rule", "do_not_conclude"} {
				if member(entry, key) == nil {
					fs = append(fs, errorf("PIL-106", path+"."+key, "each signal says how to read it and what not to conclude; %s is missing", key))
				}
			}
		}
	}
	at.Locate(fs)
	return fs
}

// member returns the value of a key, and nil when the node has none.
func member(n *document.Node, key string) *document.Node {
	for _, m := range n.Members {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}
