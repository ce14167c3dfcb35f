package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// ParseJSON reads one JSON document (RFC 8259) under the rules of this package.
// The file name is only for the findings. When a finding blocks, the node is
// nil. The data is neither kept nor changed.
func ParseJSON(file string, data []byte) (*Node, coaching.Findings) {
	return parseJSON(file, data, MaxBytes, MaxNodes)
}

// ParseLargeJSON is ParseJSON for a document that a program has written, of at
// most [LargeBytes] and [LargeNodes].
func ParseLargeJSON(file string, data []byte) (*Node, coaching.Findings) {
	return parseJSON(file, data, LargeBytes, LargeNodes)
}

func parseJSON(file string, data []byte, maxBytes, maxNodes int) (*Node, coaching.Findings) {
	r := &Report{File: file}
	if !checkBytes(r, data, maxBytes) {
		return nil, r.Findings()
	}
	s := &scanner{report: r, src: string(data), line: 1, maxNodes: maxNodes}
	n := s.document()
	if n == nil || len(r.findings) > 0 {
		return nil, r.Findings()
	}
	return n, nil
}

// A scanner reads JSON. It stops at the first thing it cannot read; duplicates
// and nulls are recorded, and reading goes on.
type scanner struct {
	report    *Report
	src       string
	pos       int
	line      int
	lineStart int // offset of the line's first byte
	nodes     int
	maxNodes  int
}

func (s *scanner) column() int { return s.pos - s.lineStart + 1 }

func (s *scanner) fail(code, format string, args ...any) {
	s.report.Add(code, "", s.line, s.column(), format, args...)
}

// space skips white space, which is the four characters of RFC 8259 section 2.
func (s *scanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case '\n':
			s.pos++
			s.line, s.lineStart = s.line+1, s.pos
		case ' ', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next returns the byte at the position, and 0 at the end. No document holds a
// NUL byte: CheckBytes has refused it.
func (s *scanner) next() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

func (s *scanner) document() *Node {
	s.space()
	n := s.value(0)
	if n == nil {
		return nil
	}
	s.space()
	switch c := s.next(); {
	case c == 0:
		return n
	case c == '{' || c == '[':
		s.fail("DOC-MULTI", "a second document begins here; want one")
	default:
		s.unexpected("the end of the document")
	}
	return nil
}

// unexpected reports what stands at the position. It names punctuation and
// nothing else: any other text might be a name.
func (s *scanner) unexpected(want string) {
	switch c := s.next(); {
	case c == 0:
		s.fail("DOC-SYNTAX", "the document ends here; want %s", want)
	case strings.IndexByte("{}[],:\"'/#", c) >= 0:
		s.fail("DOC-SYNTAX", "%q stands here; want %s", string(c), want)
	default:
		s.fail("DOC-SYNTAX", "unexpected text; want %s", want)
	}
}

// value reads one value. It returns nil when it could not.
func (s *scanner) value(depth int) *Node {
	n := &Node{Line: s.line, Column: s.column()}
	if s.nodes++; s.nodes > s.maxNodes {
		s.fail("DOC-LIMIT", "more than %d values", s.maxNodes)
		return nil
	}
	c := s.next()
	switch {
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			s.fail("DOC-LIMIT", "objects and lists are nested more than %d deep", MaxDepth)
			return nil
		}
		s.pos++
		if c == '{' {
			return s.object(n, depth+1)
		}
		return s.array(n, depth+1)
	case c == '"':
		text, ok := s.text()
		if !ok || !CheckText(s.report, text, n.Line, n.Column) {
			return nil
		}
		n.Kind, n.Text = String, text
		return n
	case c == '-' || '0' <= c && c <= '9':
		return s.number(n)
	}
	end := s.pos
	for end < len(s.src) && ('a' <= s.src[end]|0x20 && s.src[end]|0x20 <= 'z') {
		end++
	}
	switch word := s.src[s.pos:end]; word {
	case "true", "false":
		n.Kind, n.Text = Bool, word
	case "null":
		s.fail("DOC-NULL", "null is no value; leave an optional key out")
	default:
		s.unexpected("a value")
		return nil
	}
	s.pos = end
	return n
}

func (s *scanner) object(n *Node, depth int) *Node {
	n.Kind = Object
	s.space()
	if s.next() == '}' {
		s.pos++
		return n
	}
	for {
		if s.next() != '"' {
			s.unexpected("a key in double quotes")
			return nil
		}
		m := Member{Line: s.line, Column: s.column()}
		var ok bool
		if m.Key, ok = s.text(); !ok || !CheckKey(s.report, m.Key, m.Line, m.Column) {
			return nil
		}
		s.space()
		if s.next() != ':' {
			s.unexpected("a colon after the key")
			return nil
		}
		s.pos++
		s.space()
		if m.Value = s.value(depth); m.Value == nil {
			return nil
		}
		n.Members = append(n.Members, m)
		s.space()
		switch s.next() {
		case ',':
			s.pos++
			s.space()
		case '}':
			s.pos++
			CheckDuplicates(s.report, n.Members)
			return n
		default:
			s.unexpected("a comma or } after the value")
			return nil
		}
	}
}

func (s *scanner) array(n *Node, depth int) *Node {
	n.Kind = Array
	s.space()
	if s.next() == ']' {
		s.pos++
		return n
	}
	for {
		item := s.value(depth)
		if item == nil {
			return nil
		}
		n.Items = append(n.Items, item)
		s.space()
		switch s.next() {
		case ',':
			s.pos++
			s.space()
		case ']':
			s.pos++
			return n
		default:
			s.unexpected("a comma or ] after the item")
			return nil
		}
	}
}

func (s *scanner) number(n *Node) *Node {
	end := s.pos
	for end < len(s.src) && strings.IndexByte("+-.eE0123456789", s.src[end]) >= 0 {
		end++
	}
	literal := s.src[s.pos:end]
	switch {
	case len(literal) > MaxNumber:
		s.fail("DOC-LIMIT", "number of %d bytes, want at most %d", len(literal), MaxNumber)
		return nil
	case !IsNumber(literal):
		s.fail("DOC-SYNTAX", "malformed number; want digits without a leading zero or plus sign")
		return nil
	}
	s.pos = end
	n.Kind, n.Text = Number, literal
	return n
}

// IsNumber reports whether a literal is a number by the grammar of RFC 8259
// section 6.
func IsNumber(literal string) bool {
	rest := strings.TrimPrefix(literal, "-")
	digits := func() bool {
		after := strings.TrimLeft(rest, "0123456789")
		found := len(after) < len(rest)
		rest = after
		return found
	}
	if zero, ok := strings.CutPrefix(rest, "0"); ok {
		rest = zero
	} else if !digits() {
		return false
	}
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		if rest = fraction; !digits() {
			return false
		}
	}
	if rest != "" && rest[0]|0x20 == 'e' {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		if !digits() {
			return false
		}
	}
	return rest == ""
}

// text reads a string in double quotes, the position being at the first quote.
func (s *scanner) text() (string, bool) {
	s.pos++
	start := s.pos
	var b strings.Builder
	for {
		switch c := s.next(); {
		case c == 0 || c == '\n' || c == '\r':
			s.fail("DOC-SYNTAX", "the text is not closed on its line; want a double quote")
			return "", false
		case c == '\t':
			s.fail("DOC-ENCODING", `a tab inside a text; want \t`)
			return "", false
		case c == '"':
			b.WriteString(s.src[start:s.pos])
			s.pos++
			return b.String(), true
		case c == '\\':
			b.WriteString(s.src[start:s.pos])
			if !s.escape(&b) {
				return "", false
			}
			start = s.pos
		default:
			s.pos++
		}
	}
}

// escape reads one escape sequence, the position being at the backslash.
func (s *scanner) escape(b *strings.Builder) bool {
	s.pos++
	c := s.next()
	s.pos++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		unit, ok := s.hex()
		if !ok {
			return false
		}
		if utf16.IsSurrogate(unit) {
			if !strings.HasPrefix(s.src[s.pos:], `\u`) {
				return s.loneSurrogate()
			}
			s.pos += 2
			low, ok := s.hex()
			if !ok {
				return false
			}
			if unit = utf16.DecodeRune(unit, low); unit == utf8.RuneError {
				return s.loneSurrogate()
			}
		}
		b.WriteRune(unit)
	default:
		s.pos -= 2
		s.fail("DOC-SYNTAX", `unknown escape; want one of \" \\ \/ \b \f \n \r \t \u`)
		return false
	}
	return true
}

func (s *scanner) loneSurrogate() bool {
	s.fail("DOC-ENCODING", "half of a surrogate pair is no character")
	return false
}

func (s *scanner) hex() (rune, bool) {
	if s.pos+4 <= len(s.src) {
		digits := s.src[s.pos : s.pos+4]
		unit, err := strconv.ParseUint(digits, 16, 16)
		if err == nil {
			s.pos += 4
			return rune(unit), true
		}
	}
	s.fail("DOC-SYNTAX", `want four hexadecimal digits after \u`)
	return 0, false
}
