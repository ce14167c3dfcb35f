package governance

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// apiVersion is the version of the policy format. Files of this version are
// read for ever after.
const apiVersion = "governance/v1"

// A policyFile is a policy as it is written.
type policyFile struct {
	APIVersion string          `json:"apiVersion" doc:"enum=governance/v1"`
	ID         string          `json:"id" doc:"ident"`
	Version    string          `json:"version"`
	Owner      string          `json:"owner" doc:"ident"`
	Params     []paramFile     `json:"params"`
	Extensions []extensionFile `json:"extensions" doc:"optional"`
	Rules      []ruleFile      `json:"rules"`
	Invariants []invariantFile `json:"invariants" doc:"optional"`
	Tests      []caseFile      `json:"tests"`
}

// A paramFile is a number of the policy with its bounds: a copy of the policy
// may move it inside them.
type paramFile struct {
	ID    string `json:"id" doc:"ident"`
	Unit  string `json:"unit" doc:"enum=count|days|hours|months"`
	Value int    `json:"value"`
	Min   int    `json:"min"`
	Max   int    `json:"max"`
	Code  string `json:"code" doc:"ident"`
	// Stricter says in which direction an overlay may move the value; without
	// it, in none.
	Stricter string `json:"stricter" doc:"optional,enum=lower|higher"`
}

// A ruleFile is one rule.
type ruleFile struct {
	ID          string           `json:"id" doc:"ident"`
	Effect      Outcome          `json:"effect"`
	Code        string           `json:"code" doc:"ident"`
	Actions     []actionWord     `json:"actions"`
	Roles       []roleWord       `json:"roles"`
	When        *document.Node   `json:"when"`
	Message     *document.Node   `json:"message"`
	Controls    []string         `json:"controls" doc:"optional"`
	Obligations []obligationFile `json:"obligations" doc:"optional"`
	Review      *reviewFile      `json:"review" doc:"optional"`
}

type obligationFile struct {
	ID   string `json:"id" doc:"ident"`
	Text string `json:"text"`
}

// A reviewFile says what a review rule waits for. For its condition an approval
// by none of the roles, or a review by another role, of a shorter rationale or
// older than it may be, is not there.
type reviewFile struct {
	As           string          `json:"as" doc:"enum=approval|review"`
	By           []coaching.Role `json:"by"`
	MinRationale string          `json:"min_rationale" doc:"ident,optional"` // a parameter
	Expires      string          `json:"expires" doc:"ident,optional"`       // a parameter
}

// An actionWord is an action or "any".
type actionWord struct {
	Action
	any bool
}

func (w *actionWord) UnmarshalText(text []byte) error {
	if string(text) == "any" {
		w.any = true
		return nil
	}
	if err := w.Action.UnmarshalText(text); err != nil || w.Action == UnknownAction {
		return errors.New("want any, or one of " + strings.Join(actionNames[1:], ", ") + document.Suggest(string(text), actionNames[1:]))
	}
	return nil
}

// A roleWord is a role or "any".
type roleWord struct {
	coaching.Role
	any bool
}

func (w *roleWord) UnmarshalText(text []byte) error {
	if string(text) == "any" {
		w.any = true
		return nil
	}
	role, err := coaching.ParseRole(string(text))
	w.Role = role
	if err != nil {
		return errors.New("want any, or one of " + strings.Join(roleNames[1:], ", ") + document.Suggest(string(text), roleNames[1:]))
	}
	return nil
}

// Load reads the files matching the patterns, in the syntax of [path.Match], and
// is [Stack] of them: one base policy and the overlays of a region and a tenant,
// if there are any.
func Load(fsys fs.FS, patterns ...string) (*Policy, *Report, error) {
	var names []string
	for _, p := range patterns {
		found, err := fs.Glob(fsys, p)
		if err != nil {
			return nil, nil, fmt.Errorf("governance: pattern of %d bytes is malformed", len(p))
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 || len(names) > len(layerNames) {
		return nil, nil, fmt.Errorf("governance: %d files match the patterns, want a base and at most one overlay of a region and one of a tenant", len(names))
	}
	var files []File
	for _, name := range names {
		data, err := readFile(fsys, name)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, File{name, data})
	}
	return Stack(files...)
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("governance: opening the policy: %w", err)
	}
	defer f.Close()
	data, err := readAtMost(f, document.LargeBytes+1)
	if err != nil {
		return nil, fmt.Errorf("governance: reading the policy: %w", err)
	}
	return data, nil
}

// Parse reads, checks and compiles one policy in YAML (.yaml, .yml) or JSON
// (.json), runs the tests inside it and proves its invariants, and the [Canaries]
// of a policy of at most 200 rules: of a larger one the report lists them as
// unproved, and does not say which rules can never fire, decide or overlap. The
// file name is used for the syntax and in findings; data is not kept. A policy in
// YAML has at most 1 MiB; one that a program writes in JSON may have 8 MiB, and
// any policy 10,000 rules.
//
// When anything blocks there is no policy, and the error is a
// *[coaching.FindingsError] that holds everything wrong with the file, each with
// its line and column. The report is there in both cases.
func Parse(file string, data []byte) (*Policy, *Report, error) {
	return Stack(File{file, data})
}
