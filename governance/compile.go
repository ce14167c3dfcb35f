package governance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// A compiler turns the files of a policy into a Policy. The first four fields
// are those of the file that is being read.
type compiler struct {
	file   string
	data   []byte
	at     *document.Positions
	level  int // index into layerNames
	report *Report
	cel    *celEnv
	params []*expr
	// origin holds the place of each "param ID" and "rule ID".
	origin     map[string]string
	incomplete bool // a file could not be decoded whole
	share      *sharer
	messages   map[string]*message // by source
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

// compile checks everything that the decoder does not, and returns the policy of
// a base with what lies over it; it is complete only when nothing blocks.
func (c *compiler) compile(layers []*layer) *Policy {
	base := layers[0].base
	c.origin, c.params = map[string]string{}, nil
	p := &Policy{id: base.ID, version: base.Version, owner: base.Owner}
	c.enter(layers[0])
	c.compileParams(base, p)
	c.extensions(base.Extensions, p)
	for _, l := range layers[1:] {
		c.enter(l)
		c.tighten(l.over, p)
		c.extensions(l.over.Extensions, p)
		p.layers = append(p.layers, l.describe())
	}
	for _, q := range p.params {
		c.params = append(c.params, paramExpr(q))
	}
	slices.SortFunc(p.params, func(a, b Param) int { return strings.Compare(a.ID, b.ID) })
	env, err := newCELEnv(c.params, attributesOf(p.exts)...)
	if err != nil {
		c.fail("POL-SYNTAX", "", "%v", err)
		return p
	}
	c.cel, c.share, c.messages = env, newSharer(), map[string]*message{}
	rules := 0
	for _, l := range layers {
		c.enter(l)
		if rules += len(l.rules()); rules > maxRules {
			c.fail("POL-LENGTH", "rules", "%d rules, at most %d are allowed", rules, maxRules)
			return p
		}
		if l.over != nil {
			c.overlay(l.over, p)
		} else if len(base.Rules) == 0 && !c.incomplete {
			c.fail("POL-RULE", "rules", "a policy without rules denies everything")
		}
		c.compileRules(l.rules(), p)
		c.checkTests(l.tests())
	}
	c.enter(layers[0])
	c.compileInvariants(base, p)
	if !c.report.Findings.Blocked() {
		p.finish()
	}
	return p
}

func (c *compiler) compileRules(rules []ruleFile, p *Policy) {
	for i := range rules {
		path := fmt.Sprintf("rules[%d]", i)
		rf := &rules[i]
		if below := c.origin["rule "+rf.ID]; rf.ID != "" && below != "" {
			if c.level == 0 {
				c.fail("POL-RULE", path+".id", "another rule has this id")
			} else {
				c.fail("POL-OVERLAY", path+".id", "the rule at %s has this id, and an overlay changes no rule", below)
			}
		}
		if strings.HasPrefix(rf.ID, "floor.") || rf.ID == "request" || rf.ID == "default" || rf.ID == "engine" || rf.ID == residencyRule {
			c.fail("POL-RULE", path+".id", "this id is the library's own")
		}
		if c.level > 0 && rf.Effect == Permit {
			c.fail("POL-OVERLAY", path+".effect", "an overlay permits nothing; what the layers below do not permit stays denied")
		}
		c.origin["rule "+rf.ID] = c.here(path)
		if r, ok := c.compileRule(rf, path); ok {
			p.rules = append(p.rules, r)
		}
	}
}

const maxRules = 10_000

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
	if set, any := wordSet(rf.Actions, func(w actionWord) (uint8, bool) { return uint8(w.Action), w.any }); !any {
		r.actions = set
	} else if rf.Effect == Permit || len(rf.Actions) > 1 {
		c.fail("POL-RULE", path+".actions", "any stands alone, and never in a permit")
	}
	r.roles = ^uint32(0)
	if len(rf.Roles) == 0 {
		c.fail("POL-RULE", path+".roles", "no role is named; write any for all of them")
	}
	if set, any := wordSet(rf.Roles, func(w roleWord) (uint8, bool) { return uint8(w.Role), w.any }); !any {
		r.roles = set
	} else if rf.Effect == Permit || len(rf.Roles) > 1 {
		c.fail("POL-RULE", path+".roles", "any stands alone, and never in a permit")
	}
	if when, ok := c.text(rf.When, path+".when"); ok {
		c.compileWhen(r, rf.When, when, path+".when")
	}
	if message, ok := c.text(rf.Message, path+".message"); ok {
		r.message = c.compileMessage(rf.Message, message, path+".message")
	}
	for _, o := range rf.Obligations {
		r.obligations = append(r.obligations, Obligation(o))
	}
	c.compileReview(r, rf, path)
	return r, len(c.report.Findings) == before
}

// wordSet returns the words as a set of bits, and whether "any" is among them.
func wordSet[W any](words []W, value func(W) (bit uint8, any bool)) (set uint32, any bool) {
	for _, w := range words {
		bit, all := value(w)
		set |= 1 << bit
		any = any || all
	}
	return set &^ 1, any // the zero value is no word
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
	for _, q := range c.params {
		c.direction(q, leanOf(e, q.param), r.effect == Permit, path)
	}
	r.when, r.reads, r.run = c.share.expr(e), e.reads(), run
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
	if rf.Review.As == "approval" && rf.Review.MinRationale+rf.Review.Expires != "" {
		c.fail("POL-RULE", path+".review", "an approval has no rationale and a time limit of its own; min_rationale and expires are for a review")
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
	for _, q := range c.params {
		if q.param == rf.Review.MinRationale {
			c.direction(q, leansUp, false, path+".review.min_rationale")
		}
		if q.param == rf.Review.Expires {
			c.direction(q, leansDown, false, path+".review.expires")
		}
	}
	need.minRationale = int(c.paramOf(rf.Review.MinRationale, kindInt, path+".review.min_rationale"))
	need.expires = time.Duration(c.paramOf(rf.Review.Expires, kindDuration, path+".review.expires"))
	r.need = need
}
