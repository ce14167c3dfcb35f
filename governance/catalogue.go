package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// A Catalogue holds a host's own messages for the reasons of one policy's
// decisions, in another language or other words. It changes no decision. Make
// one with [Policy.Catalogue]; the zero Catalogue and a nil one translate
// nothing.
type Catalogue struct {
	policy   *Policy
	language string
	byRule   map[string]*message
	byCode   map[string]*message
}

// A catalogueFile is a catalogue as it is written.
type catalogueFile struct {
	APIVersion string        `json:"apiVersion" doc:"enum=governance-messages/v1"`
	Language   string        `json:"language" doc:"ident"` // such as "de"
	Messages   []messageFile `json:"messages"`
}

// A messageFile is the message of a rule, or of every reason with a code that
// has no message of its rule.
type messageFile struct {
	Rule string         `json:"rule" doc:"ident,optional"`
	Code string         `json:"code" doc:"ident,optional"`
	Text *document.Node `json:"text"`
}

// maxMessages bounds the messages of a catalogue.
const maxMessages = maxRules

// Catalogue reads messages for this policy's decisions from YAML (.yaml, .yml) or
// JSON (.json): an apiVersion of governance-messages/v1, a language, and messages,
// each with a text and either a code or the id of a rule or a floor, which goes
// before the code. A text holds values between braces as a rule's message does,
// and those are checked against the policy. The error is a
// *[coaching.FindingsError] with the place of each mistake: a rule or a code that
// no decision can name, one that is there twice, a value that does not exist.
func (p *Policy) Catalogue(file string, data []byte) (*Catalogue, error) {
	if p.Digest() == "" {
		return nil, coaching.Findings{{Code: "POL-POLICY", File: file, Message: "there is no policy to translate"}}.Err()
	}
	c := &compiler{file: file, data: data, report: &Report{}}
	root, fs := yaml.ParseFile(file, data)
	if root == nil || fs.Blocked() {
		return nil, fs.Err()
	}
	var cf catalogueFile
	c.at, c.report.Findings = document.Decode(file, root, &cf)
	for _, q := range p.params {
		c.params = append(c.params, paramExpr(q))
	}
	env, err := newCELEnv(c.params, attributesOf(p.exts)...)
	if err != nil {
		return nil, err
	}
	c.cel, c.messages = env, map[string]*message{}
	out := &Catalogue{policy: p, language: cf.Language, byRule: map[string]*message{}, byCode: map[string]*message{}}
	if len(cf.Messages) > maxMessages {
		c.fail("POL-LENGTH", "messages", "%d messages, at most %d are allowed", len(cf.Messages), maxMessages)
		cf.Messages = nil
	}
	rules, codes := p.named()
	for i, f := range cf.Messages {
		path := fmt.Sprintf("messages[%d]", i)
		into, key, known, what := out.byCode, f.Code, codes, "code"
		if f.Rule != "" {
			into, key, known, what = out.byRule, f.Rule, rules, "rule"
		}
		switch {
		case (f.Rule == "") == (f.Code == ""):
			c.fail("POL-MESSAGE", path, "want either a rule or a code")
			continue
		case into[key] != nil:
			c.fail("POL-MESSAGE", path+"."+what, "another message has this %s", what)
			continue
		case !slices.Contains(known, key) && !strings.HasPrefix(f.Code, "POL-"): // what enforces a policy adds codes of its own
			c.fail("POL-MESSAGE", path+"."+what, "no decision names this %s%s", what, document.Suggest(key, known))
		}
		into[key] = &message{}
		if text, ok := c.text(f.Text, path+".text"); ok {
			into[key] = c.compileMessage(f.Text, text, path+".text")
		}
	}
	c.report.Findings.Sort()
	if c.report.Findings.Blocked() {
		return nil, c.report.Findings.Err()
	}
	return out, nil
}

// named returns the rules and the codes that a reason of the policy's decisions
// can name, in the order of the alphabet.
func (p *Policy) named() (rules, codes []string) {
	for _, r := range p.rules {
		rules, codes = append(rules, r.id), append(codes, r.code)
	}
	codes = append(codes, "C-15") // of a floor, whatever the rules
	rules = append(rules, "default", "floor.career", "floor.group", "floor.identity_approval", "floor.identity_consent",
		"floor.programme", "floor.raw", "floor.retention", "floor.role")
	for _, r := range Rules() {
		codes = append(codes, r.Code)
	}
	slices.Sort(rules)
	slices.Sort(codes)
	return slices.Compact(rules), slices.Compact(codes)
}

// Language returns the language that the catalogue's file states.
func (c *Catalogue) Language() string {
	if c == nil {
		return ""
	}
	return c.language
}

// Translate returns the decision with the catalogue's messages in the place of
// the policy's. What the catalogue has no message for keeps its own, as does a
// decision of another policy, and a message with values about a request that
// could not be read. The request is the one that was decided; neither it nor the
// decision is changed.
func (c *Catalogue) Translate(r *Request, d Decision) Decision {
	if c == nil || c.policy == nil || d.PolicyDigest != c.policy.Digest() {
		return d
	}
	readable := len(c.policy.problems(r)) == 0
	var f facts
	if readable {
		c.policy.read(&f, r)
	}
	d.Reasons = slices.Clone(d.Reasons)
	for i := range d.Reasons {
		reason := &d.Reasons[i]
		m := c.byRule[reason.Rule]
		if m == nil {
			m = c.byCode[reason.Code]
		}
		if m != nil && (readable || len(m.parts) == 0) {
			reason.Message, _ = m.about(&f, nil)
		}
	}
	return d
}
