package yaml

import (
	"errors"
	"strings"
	"unicode/utf8"

	engine "go.yaml.in/yaml/v4"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// Parse reads one YAML document under the rules of package document. The file
// name is only for the findings. When a finding blocks, the node is nil. The
// data is neither kept nor changed.
func Parse(file string, data []byte) (*document.Node, coaching.Findings) {
	r := &document.Report{File: file}
	if !document.CheckBytes(r, data) || !prescan(r, string(data)) {
		return nil, r.Findings()
	}
	var root engine.Node
	if err := engine.Load(data, &root); err != nil {
		reportSyntax(r, err)
		return nil, r.Findings()
	}
	c := &converter{report: r, lines: strings.SplitAfter(string(data), "\n")}
	if root.Kind != engine.DocumentNode || len(root.Content) != 1 {
		r.Add("DOC-SYNTAX", "", 1, 1, "the document holds no value")
		return nil, r.Findings()
	}
	n := c.node(root.Content[0], 0)
	if fs := r.Findings(); n == nil || len(fs) > 0 {
		return nil, fs
	}
	return n, nil
}

// ParseFile reads JSON from a file whose name ends in .json and YAML from one
// that ends in .yaml or .yml. Any other name is a finding.
func ParseFile(file string, data []byte) (*document.Node, coaching.Findings) {
	switch {
	case strings.HasSuffix(file, ".json"):
		return document.ParseJSON(file, data)
	case strings.HasSuffix(file, ".yaml"), strings.HasSuffix(file, ".yml"):
		return Parse(file, data)
	}
	r := &document.Report{File: file}
	r.Add("DOC-FORMAT", "", 0, 0, "the file's name says neither JSON nor YAML; want one that ends in .json, .yaml or .yml")
	return nil, r.Findings()
}

// reportSyntax turns the engine's error into a finding. Its messages name
// tokens, not values.
func reportSyntax(r *document.Report, err error) {
	var load *engine.LoadError
	if !errors.As(err, &load) {
		r.Add("DOC-SYNTAX", "", 0, 0, "the text is no YAML")
		return
	}
	message := load.Message
	if load.ContextMsg != "" {
		message = load.ContextMsg + ", " + message
	}
	r.Add("DOC-SYNTAX", "", load.Mark.Line, load.Mark.Column, "%s", message)
}

// A converter makes the tree of package document from the engine's. The tree is
// walked in the order of the text, which keeps the search for columns linear.
type converter struct {
	report *document.Report
	lines  []string
	nodes  int

	line, chars, bytes int // the last column looked up
}

// column turns the engine's column, in characters, into one in bytes.
func (c *converter) column(line, column int) int {
	if line < 1 || line > len(c.lines) {
		return column
	}
	if line != c.line || column < c.chars {
		c.line, c.chars, c.bytes = line, 1, 1
	}
	text := c.lines[line-1]
	for c.chars < column && c.bytes <= len(text) {
		_, size := utf8.DecodeRuneInString(text[c.bytes-1:])
		c.chars, c.bytes = c.chars+1, c.bytes+size
	}
	return c.bytes
}

func (c *converter) node(y *engine.Node, depth int) *document.Node {
	n := &document.Node{Line: y.Line, Column: c.column(y.Line, y.Column)}
	fail := func(code, format string, args ...any) *document.Node {
		c.report.Add(code, "", n.Line, n.Column, format, args...)
		return nil
	}
	if c.nodes++; c.nodes > document.MaxNodes {
		return fail("DOC-LIMIT", "more than %d values", document.MaxNodes)
	}
	// The text was scanned for these before; the tree has the last word.
	switch {
	case y.Anchor != "" || y.Kind == engine.AliasNode:
		return fail("DOC-ALIAS", "anchors and aliases are not allowed")
	case y.Style&engine.TaggedStyle != 0:
		return fail("DOC-TAG", "tags are not allowed")
	}
	switch y.Kind {
	case engine.MappingNode, engine.SequenceNode:
		if depth >= document.MaxDepth {
			return fail("DOC-LIMIT", "objects and lists are nested more than %d deep", document.MaxDepth)
		}
		if y.Kind == engine.MappingNode {
			return c.object(n, y, depth+1)
		}
		n.Kind = document.Array
		for _, item := range y.Content {
			value := c.node(item, depth+1)
			if value == nil {
				return nil
			}
			n.Items = append(n.Items, value)
		}
		return n
	case engine.ScalarNode:
		return c.scalar(n, y)
	}
	return fail("DOC-SYNTAX", "want an object, a list or a value")
}

func (c *converter) object(n *document.Node, y *engine.Node, depth int) *document.Node {
	n.Kind = document.Object
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		m := document.Member{Key: key.Value, Line: key.Line, Column: c.column(key.Line, key.Column)}
		if !c.key(key, m) {
			return nil
		}
		if m.Value = c.node(y.Content[i+1], depth); m.Value == nil {
			return nil
		}
		n.Members = append(n.Members, m)
	}
	document.CheckDuplicates(c.report, n.Members)
	return n
}

func (c *converter) key(y *engine.Node, m document.Member) bool {
	problem, code := "", "DOC-SYNTAX"
	switch {
	case y.Kind == engine.AliasNode || y.Anchor != "":
		problem, code = "anchors and aliases are not allowed", "DOC-ALIAS"
	case y.Style&engine.TaggedStyle != 0:
		problem, code = "tags are not allowed", "DOC-TAG"
	case y.Kind != engine.ScalarNode:
		problem = "a key must be a plain text, not an object or a list"
	case y.Style&quoted != 0:
	case y.Value == "<<":
		problem, code = "merge keys are not allowed", "DOC-ALIAS"
	default:
		if kind, _ := classify(y.Value); kind != document.String {
			problem = "a key must be a text; this one reads as a number, a truth value or null: write it in quotes"
		}
	}
	if problem != "" {
		c.report.Add(code, "", m.Line, m.Column, "%s", problem)
		return false
	}
	return document.CheckKey(c.report, m.Key, m.Line, m.Column)
}

const quoted = engine.SingleQuotedStyle | engine.DoubleQuotedStyle | engine.LiteralStyle | engine.FoldedStyle

func (c *converter) scalar(n *document.Node, y *engine.Node) *document.Node {
	n.Kind, n.Text = document.String, y.Value
	if y.Style&quoted == 0 {
		var code string
		n.Kind, code = classify(y.Value)
		switch {
		case code == "DOC-NULL":
			c.report.Add(code, "", n.Line, n.Column, "null is no value; leave an optional key out, or write a text in quotes")
			return n
		case code != "":
			c.report.Add(code, "", n.Line, n.Column, "not a number and infinity are not allowed")
			return n
		case n.Kind == document.Number && len(n.Text) > document.MaxNumber:
			c.report.Add("DOC-LIMIT", "", n.Line, n.Column, "number of %d bytes, want at most %d", len(n.Text), document.MaxNumber)
			return nil
		}
	}
	if !document.CheckText(c.report, n.Text, n.Line, n.Column) {
		return nil
	}
	return n
}
