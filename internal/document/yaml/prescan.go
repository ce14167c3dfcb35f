package yaml

import (
	"strings"

	"github.com/coachgov/coaching/internal/document"
)

// prescan walks the text once, before the engine sees it, and refuses what the
// engine would take too long over or read in a way that a reviewer does not see:
// anchors, aliases, tags, complex keys, directives, further documents, tabs, and
// nesting beyond the limit. It knows where quotes, comments, block texts and
// plain texts begin and end, so that "&" in a sentence stays a character. Where
// it is in doubt it refuses. It reports whether the text may be parsed.
func prescan(r *document.Report, src string) bool {
	p := &prescanner{report: r}
	started, content := false, false
	for line := range strings.Lines(src) {
		p.row++
		p.text = strings.TrimRight(line, "\r\n")
		p.col = 0
		trimmed := strings.TrimLeft(p.text, " \t")
		if indent := p.text[:len(p.text)-len(trimmed)]; strings.Contains(indent, "\t") && trimmed != "" {
			return p.refuse("DOC-SYNTAX", "a tab in the indentation; want spaces")
		}
		if marker := documentMarker(p.text); marker != "" {
			if marker == "..." || started {
				return p.refuse("DOC-MULTI", "a second document begins or the first one ends here; want one document")
			}
			if rest := strings.TrimLeft(p.text[3:], " "); rest != "" && rest[0] != '#' {
				return p.refuse("DOC-SYNTAX", "a value on the line of ---; want it on the next")
			}
			started = true
			continue
		}
		if !started && strings.HasPrefix(p.text, "%") {
			return p.refuse("DOC-SYNTAX", "directives are not allowed")
		}
		if trimmed != "" && trimmed[0] != '#' {
			started, content = true, true
		}
		if !p.scanLine() {
			return false
		}
	}
	if !content {
		p.report.Add("DOC-SYNTAX", "", 1, 1, "the document holds no value")
	}
	return content
}

// documentMarker returns "---" or "..." when the line is one.
func documentMarker(line string) string {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '\t' {
		return ""
	}
	if marker := line[:3]; marker == "---" || marker == "..." {
		return marker
	}
	return ""
}

// A state says inside what a line begins.
type state uint8

const (
	structure state = iota // between values
	plain                  // inside a plain text that may go on
	double                 // inside double quotes
	single                 // inside single quotes
	block                  // inside a block text
)

type prescanner struct {
	report *document.Report
	row    int
	text   string // the line without its end
	col    int    // offset in text
	state  state
	flow   int   // open brackets and braces
	levels []int // columns of the open block collections, increasing
}

func (p *prescanner) refuse(code, message string) bool {
	p.report.Add(code, "", p.row, p.col+1, "%s", message)
	return false
}

// parent is the column of the innermost open block collection, -1 for none.
func (p *prescanner) parent() int {
	if len(p.levels) == 0 {
		return -1
	}
	return p.levels[len(p.levels)-1]
}

// open records that a block collection stands at a column.
func (p *prescanner) open(column int) bool {
	for p.parent() > column {
		p.levels = p.levels[:len(p.levels)-1]
	}
	if p.parent() < column {
		p.levels = append(p.levels, column)
	}
	// A list may stand at the column of its key, so that columns count up to
	// half of the nesting. The tree is measured again after parsing.
	return len(p.levels) <= document.MaxDepth || p.tooDeep()
}

func (p *prescanner) tooDeep() bool {
	return p.refuse("DOC-LIMIT", "objects and lists are nested too deep; want at most 32 levels")
}

func (p *prescanner) at(i int) byte {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

// blankAt reports whether a space or the line's end stands at an offset.
func (p *prescanner) blankAt(i int) bool { c := p.at(i); return c == 0 || c == ' ' || c == '\t' }

func (p *prescanner) scanLine() bool {
	indent := len(p.text) - len(strings.TrimLeft(p.text, " "))
	blank := indent == len(p.text)
	switch p.state {
	case block:
		if blank || indent > p.parent() {
			return p.noTab("a block text")
		}
		p.state = structure
	case plain:
		if blank {
			return true
		}
		if p.flow == 0 && indent <= p.parent() {
			p.state = structure
		}
	}
	p.col = indent
	for p.col < len(p.text) {
		var ok bool
		switch p.state {
		case double, single:
			ok = p.inQuotes()
		case plain:
			ok = p.inPlain()
		case block:
			return p.noTab("a block text")
		default:
			ok = p.begin()
		}
		if !ok {
			return false
		}
	}
	return true
}

// noTab refuses a tab in the rest of the line.
func (p *prescanner) noTab(where string) bool {
	if i := strings.IndexByte(p.text[p.col:], '\t'); i >= 0 {
		p.col += i
		return p.refuse("DOC-SYNTAX", "a tab in "+where+`; want spaces, or \t in double quotes`)
	}
	return true
}

// begin stands where a value, a key or punctuation begins.
func (p *prescanner) begin() bool {
	c := p.text[p.col]
	switch {
	case c == ' ':
		p.col++
	case c == '\t':
		return p.noTab("a line")
	case c == '#' && (p.col == 0 || p.text[p.col-1] == ' '):
		p.col = len(p.text)
	case c == '&' || c == '*':
		return p.refuse("DOC-ALIAS", "anchors and aliases are not allowed; write a text that begins with & or * in quotes")
	case c == '!':
		return p.refuse("DOC-TAG", "tags are not allowed; write a text that begins with ! in quotes")
	case c == '?' && (p.blankAt(p.col+1) || p.flow > 0): // in brackets some parsers need no blank
		return p.refuse("DOC-SYNTAX", "complex keys are not allowed")
	case c == '-' && p.blankAt(p.col+1) && p.flow == 0:
		if !p.open(p.col) {
			return false
		}
		p.col++
	case c == '"':
		return p.startQuotes(double)
	case c == '\'':
		return p.startQuotes(single)
	case c == '[' || c == '{':
		if p.flow++; p.flow+len(p.levels) > 2*document.MaxDepth || p.flow > document.MaxDepth {
			return p.tooDeep()
		}
		p.col++
	case (c == ']' || c == '}') && p.flow > 0:
		p.flow--
		p.col++
	case c == ',' && p.flow > 0:
		p.col++
	case c == ':' && (p.blankAt(p.col+1) || p.flow > 0):
		p.col++
	case (c == '|' || c == '>') && p.flow == 0:
		// The header's indicators and comment end with the line.
		p.state = block
		return p.noTab("the first line of a block text")
	default:
		if p.flow == 0 {
			return p.blockPlain()
		}
		p.state = plain
	}
	return true
}

// blockPlain reads a plain text outside brackets, which is a key when a colon
// and a space follow on its line.
func (p *prescanner) blockPlain() bool {
	start := p.col
	p.state = plain
	for p.state == plain && p.col < len(p.text) {
		if p.at(p.col) == ':' && p.blankAt(p.col+1) {
			behind := p.col + 1
			p.state, p.col = structure, start
			ok := p.open(start)
			p.col = behind
			return ok
		}
		if !p.plainByte() {
			return false
		}
	}
	return true
}

// inPlain goes on with a plain text, inside brackets or on a further line.
func (p *prescanner) inPlain() bool {
	if p.flow > 0 {
		switch c := p.text[p.col]; {
		case strings.IndexByte(",[]{}", c) >= 0,
			c == ':' && (p.blankAt(p.col+1) || strings.IndexByte(",[]{}", p.at(p.col+1)) >= 0):
			p.state = structure
			return true
		}
	}
	return p.plainByte()
}

// plainByte takes one byte of a plain text, or the comment that ends it.
func (p *prescanner) plainByte() bool {
	switch c := p.text[p.col]; {
	case c == '\t':
		return p.noTab("a text")
	case c == '#' && (p.col == 0 || p.text[p.col-1] == ' '):
		p.state = structure
		p.col = len(p.text)
	default:
		p.col++
	}
	return true
}

// startQuotes stands at an opening quote.
func (p *prescanner) startQuotes(s state) bool {
	if p.flow == 0 && p.quotedKey(s) && !p.open(p.col) {
		return false
	}
	p.col++
	p.state = s
	return true
}

// quotedKey reports whether the quoted text that begins here ends on this line
// with a colon behind it.
func (p *prescanner) quotedKey(s state) bool {
	q := &prescanner{report: &document.Report{}, text: p.text, col: p.col + 1, state: s}
	for q.state == s && q.col < len(q.text) {
		if !q.inQuotes() {
			return false
		}
	}
	if q.state == s {
		return false
	}
	for q.at(q.col) == ' ' {
		q.col++
	}
	return q.at(q.col) == ':' && q.blankAt(q.col+1)
}

// inQuotes takes one byte, or one escape, of a quoted text.
func (p *prescanner) inQuotes() bool {
	switch c := p.text[p.col]; {
	case c == '\t':
		return p.noTab("a text")
	case p.state == double && c == '\\':
		p.col = min(p.col+2, len(p.text))
	case p.state == double && c == '"':
		p.state = structure
		p.col++
	case p.state == single && c == '\'':
		if p.at(p.col+1) == '\'' {
			p.col += 2
			break
		}
		p.state = structure
		p.col++
	default:
		p.col++
	}
	return true
}
