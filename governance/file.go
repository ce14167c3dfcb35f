package governance

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// apiVersion is the version of the policy format. Files of this version are
// read for ever after.
const apiVersion = "governance/v1"

// A policyFile is a policy as it is written.
type policyFile struct {
	APIVersion string      `json:"apiVersion" doc:"enum=governance/v1"`
	ID         string      `json:"id" doc:"ident"`
	Version    string      `json:"version"`
	Owner      string      `json:"owner" doc:"ident"`
	Params     []paramFile `json:"params"`
	Rules      []ruleFile  `json:"rules"`
	Tests      []caseFile  `json:"tests"`
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

type reviewFile struct {
	As           string          `json:"as" doc:"enum=approval|review"`
	By           []coaching.Role `json:"by"`
	MinRationale string          `json:"min_rationale" doc:"ident,optional"` // a parameter
	Expires      string          `json:"expires" doc:"ident,optional"`       // a parameter
}

// An actionWord is an action or "any".
type actionWord struct{ Action }

func (w *actionWord) UnmarshalText(text []byte) error {
	if string(text) == "any" {
		w.Action = UnknownAction
		return nil
	}
	if err := w.Action.UnmarshalText(text); err != nil || w.Action == UnknownAction {
		return errors.New("want any, or one of " + strings.Join(actionNames[1:], ", "))
	}
	return nil
}

// A roleWord is a role or "any".
type roleWord struct{ coaching.Role }

func (w *roleWord) UnmarshalText(text []byte) error {
	if string(text) == "any" {
		w.Role = coaching.NoRole
		return nil
	}
	role, err := coaching.ParseRole(string(text))
	w.Role = role
	if err != nil {
		return errors.New("want any, or one of " + strings.Join(roleNames[1:], ", "))
	}
	return nil
}

// Load reads the policy that the files matching the patterns hold, in the
// syntax of [path.Match]. There must be exactly one: a policy is one file, so
// that what is signed is what is read. It is [Parse] of that file, and its error
// is the same.
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
	if len(names) != 1 {
		return nil, nil, fmt.Errorf("governance: %d files match the patterns, want exactly one", len(names))
	}
	f, err := fsys.Open(names[0])
	if err != nil {
		return nil, nil, fmt.Errorf("governance: opening the policy: %w", err)
	}
	defer f.Close()
	data, err := readAtMost(f, document.MaxBytes+1)
	if err != nil {
		return nil, nil, fmt.Errorf("governance: reading the policy: %w", err)
	}
	return Parse(names[0], data)
}

// Parse reads, checks and compiles one policy in YAML (.yaml, .yml) or JSON
// (.json), and runs the tests inside it. The file name is used for the syntax
// and in findings; data is not kept.
//
// When anything blocks there is no policy, and the error is a
// *[coaching.FindingsError] that holds everything wrong with the file, each with
// its line and column. The report is there in both cases.
func Parse(file string, data []byte) (*Policy, *Report, error) {
	report := &Report{File: file}
	root, fs := yaml.ParseFile(file, data)
	report.Findings = fs
	if root == nil || fs.Blocked() {
		return nil, report, report.Findings.Err()
	}
	var pf policyFile
	positions, fs := document.Decode(file, root, &pf)
	report.Findings = append(report.Findings, fs...)
	c := &compiler{file: file, data: data, at: positions, report: report}
	policy := c.compile(&pf, !fs.Blocked())
	report.Findings.Sort()
	if report.Findings.Blocked() {
		return nil, report, report.Findings.Err()
	}
	policy.runTests(&pf, c)
	report.Findings.Sort()
	if report.Findings.Blocked() {
		return nil, report, report.Findings.Err()
	}
	return policy, report, nil
}

// A compiler turns a policy file into a Policy.
type compiler struct {
	file   string
	data   []byte
	at     *document.Positions
	report *Report
	cel    *celEnv
	params []*expr
}

// fail records an error at a path of the file.
func (c *compiler) fail(code, path, format string, args ...any) {
	line, column := c.at.At(path)
	c.add(coaching.Finding{Code: code, Path: path, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

func (c *compiler) add(f coaching.Finding) {
	f.File = c.file
	c.report.Findings = append(c.report.Findings, f)
}

// failIn records an error at a character of a text in the file.
func (c *compiler) failIn(n *document.Node, path string, at int, code, format string, args ...any) {
	line, column := locate(c.data, n, at)
	c.add(coaching.Finding{Code: code, Path: path, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// locate returns where the character with this index of a decoded text stands
// in the file. Where a text is folded over lines, it is the text's beginning.
func locate(data []byte, n *document.Node, at int) (line, column int) {
	rest := data
	for range n.Line - 1 {
		_, after, ok := strings.Cut(string(rest), "\n")
		if !ok {
			return n.Line, n.Column
		}
		rest = []byte(after)
	}
	if n.Column < 1 || n.Column > len(rest) {
		return n.Line, n.Column
	}
	rest = rest[n.Column-1:]
	quote := byte(0)
	column = n.Column
	if rest[0] == '"' || rest[0] == '\'' {
		quote = rest[0]
		rest = rest[1:]
		column++
	} else if rest[0] == '|' || rest[0] == '>' {
		return n.Line, n.Column
	}
	for ; at > 0 && len(rest) > 0 && rest[0] != '\n'; at-- {
		size := 1
		switch {
		case quote == '"' && rest[0] == '\\' && len(rest) > 5 && rest[1] == 'u':
			size = 6
		case quote == '"' && rest[0] == '\\', quote == '\'' && rest[0] == '\'':
			size = min(2, len(rest))
		default:
			_, size = utf8.DecodeRune(rest)
		}
		rest = rest[size:]
		column += size
	}
	if at > 0 {
		return n.Line, n.Column
	}
	return n.Line, column
}

// compile checks everything that the decoder does not, and returns the policy;
// it is complete only when nothing blocks.
func (c *compiler) compile(pf *policyFile, decoded bool) *Policy {
	p := &Policy{id: pf.ID, version: pf.Version, owner: pf.Owner}
	c.compileParams(pf, p)
	env, err := newCELEnv(c.params)
	if err != nil {
		c.fail("POL-SYNTAX", "", "%v", err)
		return p
	}
	c.cel = env
	if len(pf.Rules) == 0 && decoded {
		c.fail("POL-RULE", "rules", "a policy without rules denies everything")
	}
	if len(pf.Rules) > maxRules {
		c.fail("POL-LENGTH", "rules", "%d rules, at most %d are allowed", len(pf.Rules), maxRules)
		return p
	}
	seen := map[string]bool{}
	for i := range pf.Rules {
		path := fmt.Sprintf("rules[%d]", i)
		rf := &pf.Rules[i]
		if rf.ID != "" && seen[rf.ID] {
			c.fail("POL-RULE", path+".id", "another rule has this id")
		}
		if strings.HasPrefix(rf.ID, "floor.") || rf.ID == "request" || rf.ID == "default" {
			c.fail("POL-RULE", path+".id", "this id is the library's own")
		}
		seen[rf.ID] = true
		if r, ok := c.compileRule(rf, path); ok {
			p.rules = append(p.rules, r)
		}
	}
	if !c.report.Findings.Blocked() {
		p.finish()
	}
	return p
}

const maxRules = 10_000

// paramFloors are the bounds that a parameter of these names must keep, since
// the code holds them whatever a policy says.
var paramFloors = [...]struct {
	id       string
	unit     string
	min, max int // 0: no bound
}{
	{"aggregate_retention", "months", 1, mostAggregateMonths},
	{"approvers", "count", minApprovers, 0},
	{"group_size", "count", minGroup, 0},
	{"rationale", "count", minRationale, 0},
	{"raw_retention", "days", 1, mostRawDays},
}

func (c *compiler) compileParams(pf *policyFile, p *Policy) {
	for i, f := range pf.Params {
		path := fmt.Sprintf("params[%d]", i)
		if slices.ContainsFunc(c.params, func(e *expr) bool { return e.param == f.ID }) {
			c.fail("POL-PARAM", path+".id", "another parameter has this id")
			continue
		}
		if f.Value < f.Min || f.Value > f.Max {
			c.fail("POL-PARAM", path+".value", "%s is %d %s, outside its own bounds %d to %d", f.ID, f.Value, f.Unit, f.Min, f.Max)
		}
		if f.Max > maxParam {
			c.fail("POL-PARAM", path+".max", "%d, at most %d is allowed", f.Max, maxParam)
		}
		for _, fl := range paramFloors {
			switch {
			case fl.id != f.ID:
			case fl.unit != f.Unit:
				c.fail("POL-FLOOR", path+".unit", "%s is counted in %s", f.ID, fl.unit)
			case f.Value < fl.min || f.Min < fl.min:
				c.fail("POL-FLOOR", path+".value", "%s of %d with a least of %d; no policy may go below %d", f.ID, f.Value, f.Min, fl.min)
			case fl.max > 0 && (f.Value > fl.max || f.Max > fl.max):
				c.fail("POL-FLOOR", path+".value", "%s of %d with a most of %d; no policy may go above %d", f.ID, f.Value, f.Max, fl.max)
			}
		}
		e := &expr{op: opConst, param: f.ID, kind: kindInt, num: int64(f.Value)}
		switch f.Unit {
		case "days":
			e.kind, e.num = kindDuration, int64(f.Value)*int64(24*time.Hour)
		case "hours":
			e.kind, e.num = kindDuration, int64(f.Value)*int64(time.Hour)
		}
		c.params = append(c.params, e)
		p.params = append(p.params, Param{ID: f.ID, Unit: f.Unit, Value: f.Value, Min: f.Min, Max: f.Max, Code: f.Code})
	}
	slices.SortFunc(p.params, func(a, b Param) int { return strings.Compare(a.ID, b.ID) })
}

// maxParam keeps a parameter of days inside the range of a time.Duration.
const maxParam = 100_000

// text returns the text of a node that must hold one line of prose.
func (c *compiler) text(n *document.Node, path string) (string, bool) {
	if n == nil { // the decoder has reported it
		return "", false
	}
	text := strings.TrimSuffix(n.Text, "\n")
	switch {
	case n.Kind != document.String:
		c.failIn(n, path, 0, "DOC-TYPE", "found %s, want a text; write it in quotes if it is one", n.Kind)
	case strings.TrimSpace(text) == "":
		c.failIn(n, path, 0, "DOC-VALUE", "the text is empty")
	case len(text) > 4*maxCondition:
		c.failIn(n, path, 0, "POL-LENGTH", "text of %d bytes, at most %d are allowed", len(text), 4*maxCondition)
	default:
		return text, true
	}
	return "", false
}

func (c *compiler) compileRule(rf *ruleFile, path string) (*rule, bool) {
	r := &rule{id: rf.ID, effect: rf.Effect, code: rf.Code, controls: rf.Controls}
	before := len(c.report.Findings)
	r.actions = ^uint32(0)
	if len(rf.Actions) == 0 {
		c.fail("POL-RULE", path+".actions", "no action is named; write any for all of them")
	}
	if set, any := wordSet(rf.Actions, func(w actionWord) uint { return uint(w.Action) }); !any {
		r.actions = set
	} else if rf.Effect == Permit || len(rf.Actions) > 1 {
		c.fail("POL-RULE", path+".actions", "any stands alone, and never in a permit")
	}
	r.roles = ^uint32(0)
	if len(rf.Roles) == 0 {
		c.fail("POL-RULE", path+".roles", "no role is named; write any for all of them")
	}
	if set, any := wordSet(rf.Roles, func(w roleWord) uint { return uint(w.Role) }); !any {
		r.roles = set
	} else if rf.Effect == Permit || len(rf.Roles) > 1 {
		c.fail("POL-RULE", path+".roles", "any stands alone, and never in a permit")
	}
	if when, ok := c.text(rf.When, path+".when"); ok {
		c.compileWhen(r, rf.When, when, path+".when")
	}
	if message, ok := c.text(rf.Message, path+".message"); ok {
		c.compileMessage(r, rf.Message, message, path+".message")
	}
	for _, o := range rf.Obligations {
		r.obligations = append(r.obligations, Obligation(o))
	}
	c.compileReview(r, rf, path)
	return r, len(c.report.Findings) == before
}

// wordSet returns the words as a set of bits, and whether "any" is among them.
func wordSet[W any](words []W, bit func(W) uint) (set uint32, any bool) {
	for _, w := range words {
		b := bit(w)
		set |= 1 << b
		any = any || b == 0
	}
	return set, any
}

func (c *compiler) compileWhen(r *rule, n *document.Node, source, path string) {
	e, run, problems := c.cel.read(source)
	for _, p := range problems {
		c.failIn(n, path, p.at, p.code, "%s", p.message)
	}
	if len(problems) > 0 {
		return
	}
	for _, p := range lint(e, r.effect) {
		c.failIn(n, path, p.at, p.code, "%s", p.message)
	}
	r.when, r.reads = e, e.reads()
	r.source = e.String()
	if run != nil {
		r.run = run
		return
	}
	r.test, _ = lower(e)
}

func (c *compiler) compileReview(r *rule, rf *ruleFile, path string) {
	switch {
	case rf.Effect == Review && rf.Review == nil:
		c.fail("POL-RULE", path, "a review rule says who may review, under review")
		return
	case rf.Effect != Review && rf.Review != nil:
		c.fail("POL-RULE", path+".review", "only a review rule has a review")
		return
	case rf.Review == nil:
		return
	}
	need := &reviewNeed{as: rf.Review.As}
	for _, role := range rf.Review.By {
		if role == coaching.System || role == coaching.NoRole {
			c.fail("POL-RULE", path+".review.by", "a reviewer is a human with a role")
		}
		need.by |= 1 << role
	}
	if need.by == 0 {
		c.fail("POL-RULE", path+".review.by", "no role may review")
	}
	need.minRationale = int(c.paramOf(rf.Review.MinRationale, kindInt, path+".review.min_rationale"))
	need.expires = time.Duration(c.paramOf(rf.Review.Expires, kindDuration, path+".review.expires"))
	r.need = need
}

// paramOf returns the value of a parameter of a kind; "" is 0.
func (c *compiler) paramOf(id string, k kind, path string) int64 {
	if id == "" {
		return 0
	}
	for _, p := range c.params {
		if p.param == id && p.kind == k {
			return p.num
		}
	}
	var names []string
	for _, p := range c.params {
		if p.kind == k {
			names = append(names, p.param)
		}
	}
	c.fail("POL-PARAM", path, "no parameter of kind %s has this id%s", k, suggest(id, names))
	return 0
}
