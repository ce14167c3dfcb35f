package governance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// overlayVersion is the version of the overlay format.
const overlayVersion = "governance-overlay/v1"

// A File is one file of a policy: its name, which says the syntax (.yaml, .yml
// or .json) and stands in findings, and what it holds.
type File struct {
	Name string
	Data []byte
}

// A Layer is one file of a stack, as a report lists it.
type Layer struct {
	File      string `json:"file"`
	Layer     string `json:"layer"` // "base", "region" or "tenant"
	ID        string `json:"id"`
	Version   string `json:"version"`
	Owner     string `json:"owner"`
	Residency string `json:"residency,omitempty"` // of a region: where what it governs is kept; "" when it does not say
}

// layerNames are the layers in the order in which they are stacked.
var layerNames = [...]string{"base", "region", "tenant"}

// An overlayFile is what a region or a tenant adds to a policy. It has no word
// that takes anything away.
type overlayFile struct {
	APIVersion string          `json:"apiVersion" doc:"enum=governance-overlay/v1"`
	ID         string          `json:"id" doc:"ident"`
	Layer      string          `json:"layer" doc:"enum=region|tenant"`
	Over       string          `json:"over" doc:"ident"` // the id of the base
	Version    string          `json:"version"`
	Owner      string          `json:"owner" doc:"ident"`
	Residency  string          `json:"residency" doc:"optional,ident"`
	Params     []tightenFile   `json:"params" doc:"optional"`
	Extensions []extensionFile `json:"extensions" doc:"optional"`
	Add        []additionFile  `json:"add" doc:"optional"`
	Rules      []ruleFile      `json:"rules" doc:"optional"`
	Tests      []caseFile      `json:"tests"`
}

// A tightenFile moves a parameter in the direction that is stricter.
type tightenFile struct {
	ID    string `json:"id" doc:"ident"`
	Value int    `json:"value"`
}

// An additionFile adds obligations and references to controls to a rule of a
// lower layer.
type additionFile struct {
	Rule        string           `json:"rule" doc:"ident"`
	Obligations []obligationFile `json:"obligations" doc:"optional"`
	Controls    []string         `json:"controls" doc:"optional"`
}

// A layer is one file of a stack while it is compiled.
type layer struct {
	File
	at    *document.Positions
	level int // index into layerNames
	base  *policyFile
	over  *overlayFile
}

func (l *layer) rules() []ruleFile {
	if l.base != nil {
		return l.base.Rules
	}
	return l.over.Rules
}

func (l *layer) tests() []caseFile {
	if l.base != nil {
		return l.base.Tests
	}
	return l.over.Tests
}

// describe returns the layer as a report lists it.
func (l *layer) describe() Layer {
	if f := l.base; f != nil {
		return Layer{File: l.Name, Layer: layerNames[0], ID: f.ID, Version: f.Version, Owner: f.Owner}
	}
	f := l.over
	return Layer{File: l.Name, Layer: f.Layer, ID: f.ID, Version: f.Version, Owner: f.Owner, Residency: f.Residency}
}

// Stack reads, checks and compiles a policy of one base file and at most one
// overlay of a region and one of a tenant, in the syntax of [Parse]. They are
// stacked base, region, tenant, in whatever order they are given, and what they
// hold is not kept.
//
// An overlay only tightens what lies below it. It moves a parameter inside the
// base's bounds and in the direction that the base calls stricter; it adds
// denials, reviews, obligations and controls of existing rules, and attributes of
// the host's own; a region
// says where its data is kept, and then everything but the purge of what is kept
// elsewhere, or nobody knows where, is denied. It never permits, and it changes
// and removes nothing. The tests of each file are asked of the stack up to that
// file, and the invariants of the base are proved of the whole stack.
//
// When anything blocks there is no policy, and the error is a
// *[coaching.FindingsError] with everything wrong with all the files, each with
// its place and, where it is looser than a lower layer, the place of that. The
// digest covers the whole stack.
func Stack(files ...File) (*Policy, *Report, error) { return stack(true, files...) }

// stack is Stack; without prove it takes the invariants' word for it.
func stack(prove bool, files ...File) (*Policy, *Report, error) {
	report := &Report{}
	if len(files) > 0 {
		report.File = files[0].Name
	}
	c := &compiler{report: report}
	var layers []*layer
	for _, f := range files {
		if l := c.readLayer(f); l != nil {
			layers = append(layers, l)
		}
	}
	slices.SortStableFunc(layers, func(a, b *layer) int {
		return cmp.Or(cmp.Compare(a.level, b.level), strings.Compare(a.Name, b.Name))
	})
	if len(layers) > 0 && layers[0].base != nil {
		report.File = layers[0].Name
	}
	var policy *Policy
	if len(layers) == len(files) && c.stacks(layers) {
		policy = c.compile(layers)
	}
	report.Findings.Sort()
	if report.Findings.Blocked() {
		return nil, report, report.Findings.Err()
	}
	c.runTests(policy, layers)
	if prove {
		c.enter(layers[0])
		c.show(policy)
	}
	c.survey(policy, layers)
	report.Findings.Sort()
	if report.Findings.Blocked() {
		report.Digest = ""
		return nil, report, report.Findings.Err()
	}
	return policy, report, nil
}

// readLayer reads one file; nil when nothing can be compiled from it.
func (c *compiler) readLayer(f File) *layer {
	read := yaml.ParseFile
	if strings.HasSuffix(f.Name, ".json") {
		read = document.ParseLargeJSON
	}
	root, fs := read(f.Name, f.Data)
	c.report.Findings = append(c.report.Findings, fs...)
	if root == nil || fs.Blocked() {
		return nil
	}
	l := &layer{File: f}
	into := any(&overlayFile{})
	if isOverlay(root) {
		l.over = into.(*overlayFile)
	} else {
		l.base = &policyFile{}
		into = l.base
	}
	l.at, fs = document.Decode(f.Name, root, into)
	c.report.Findings = append(c.report.Findings, fs...)
	c.incomplete = c.incomplete || fs.Blocked()
	if l.over != nil {
		l.level = max(1, slices.Index(layerNames[:], l.over.Layer))
	}
	return l
}

func isOverlay(root *document.Node) bool {
	for _, m := range root.Members {
		if m.Key == "apiVersion" {
			return m.Value.Text == overlayVersion
		}
	}
	return false
}

// stacks checks that the layers, in their order, are one base with what lies
// over it.
func (c *compiler) stacks(layers []*layer) bool {
	before := len(c.report.Findings)
	if len(layers) == 0 {
		c.add(coaching.Finding{Code: "POL-POLICY", Message: "there is no file to read a policy from"})
		return false
	}
	if c.enter(layers[0]); c.level != 0 {
		c.fail("POL-OVERLAY", "apiVersion", "there is no base policy, %s, for an overlay to lie over", apiVersion)
		return false
	}
	for i, l := range layers[1:] {
		c.enter(l)
		if below := layers[i]; below.level == l.level {
			path := "layer"
			if l.base != nil {
				path = "apiVersion"
			}
			c.fail("POL-OVERLAY", path, "%s is a %s as well, and a stack has one", below.Name, layerNames[l.level])
		}
		if l.over != nil && l.over.Over != layers[0].base.ID && !c.incomplete {
			c.fail("POL-OVERLAY", "over", "the base, %s, has another id", layers[0].Name)
		}
	}
	return len(c.report.Findings) == before
}

// enter makes a layer the one in which findings are.
func (c *compiler) enter(l *layer) { c.file, c.data, c.at, c.level = l.Name, l.Data, l.at, l.level }

// here returns the place of a path in the current layer.
func (c *compiler) here(path string) string {
	line, column := c.at.At(path)
	return fmt.Sprintf("%s:%d:%d", c.file, line, column)
}

// tighten moves the parameters that an overlay names.
func (c *compiler) tighten(of *overlayFile, p *Policy) {
	moved := map[string]bool{}
	for i, f := range of.Params {
		path := fmt.Sprintf("params[%d]", i)
		at := slices.IndexFunc(p.params, func(q Param) bool { return q.ID == f.ID })
		if at < 0 {
			var ids []string
			for _, q := range p.params {
				ids = append(ids, q.ID)
			}
			c.fail("POL-OVERLAY", path+".id", "no layer below has a parameter of this id%s", document.Suggest(f.ID, ids))
			continue
		}
		if moved[f.ID] {
			c.fail("POL-PARAM", path+".id", "another parameter has this id")
			continue
		}
		moved[f.ID] = true
		q := &p.params[at]
		to := *q
		to.Value = f.Value
		below := c.origin["param "+f.ID]
		switch {
		case f.Value == q.Value:
		case q.Stricter == "":
			c.fail("POL-OVERLAY", path+".value", "%s is %s at %s, which does not say in which direction it may move", f.ID, q.amount(), below)
		case q.Stricter == "lower" && f.Value > q.Value, q.Stricter == "higher" && f.Value < q.Value:
			c.fail("POL-OVERLAY", path+".value", "%s of %s is looser than %s at %s; %s is stricter", f.ID, to.amount(), q.amount(), below, q.Stricter)
		case f.Value < q.Min || f.Value > q.Max:
			c.fail("POL-OVERLAY", path+".value", "%s of %s is outside the bounds %d to %d that the base gives to it", f.ID, to.amount(), q.Min, q.Max)
		default:
			q.Value = f.Value
			c.origin["param "+f.ID] = c.here(path + ".value")
		}
	}
}

// overlay compiles what an overlay has beside parameters, rules and tests.
func (c *compiler) overlay(of *overlayFile, p *Policy) {
	for i, f := range of.Add {
		path := fmt.Sprintf("add[%d]", i)
		at := slices.IndexFunc(p.rules, func(r *rule) bool { return r.id == f.Rule })
		if at < 0 {
			if c.origin["rule "+f.Rule] == "" {
				var ids []string
				for _, r := range p.rules {
					ids = append(ids, r.id)
				}
				c.fail("POL-OVERLAY", path+".rule", "no layer below has a rule of this id%s", document.Suggest(f.Rule, ids))
			}
			continue
		}
		r := p.rules[at]
		if len(f.Obligations)+len(f.Controls) == 0 {
			c.fail("POL-OVERLAY", path, "neither obligations nor controls are added")
		}
		for j, o := range f.Obligations {
			if slices.ContainsFunc(r.obligations, func(x Obligation) bool { return x.ID == o.ID }) {
				c.fail("POL-OVERLAY", fmt.Sprintf("%s.obligations[%d].id", path, j), "the rule at %s has an obligation of this id, which an overlay cannot change", c.origin["rule "+r.id])
				continue
			}
			r.obligations = append(r.obligations, Obligation(o))
		}
		for _, control := range f.Controls {
			if !slices.Contains(r.controls, control) {
				r.controls = append(slices.Clip(r.controls), control)
			}
		}
	}
	if of.Residency == "" {
		return
	}
	if of.Layer != "region" {
		c.fail("POL-OVERLAY", "residency", "a region says where data is kept, a tenant does not")
		return
	}
	if r := c.residency(of.Residency); r != nil {
		p.rules = append(p.rules, r)
	}
}

// residencyRule is the id of the rule that a region's residency becomes.
const residencyRule = "residency"

// residency returns the rule that keeps data in its place. What has come
// elsewhere can be purged and nothing else.
func (c *compiler) residency(place string) *rule {
	e, _, problems := c.cel.read(fmt.Sprintf("!(has(resource.residency) && resource.residency == %q)", place))
	if len(problems) > 0 {
		c.fail("POL-OVERLAY", "residency", "%s", problems[0].message)
		return nil
	}
	text := "the data is to be kept in " + place + "; it is kept elsewhere, or nobody knows where"
	r := &rule{
		id: residencyRule, effect: Deny, code: "GOV-030",
		actions: (1<<len(actionNames) - 1) &^ (1<<UnknownAction | 1<<Purge), roles: ^uint32(0),
		when: c.share.expr(e), reads: e.reads(), message: &message{text: text},
	}
	return r
}
