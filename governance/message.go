package governance

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coachgov/coaching/internal/document"
)

// A message is prose with values of the request in it: "the data is
// {resource.age} old, the limit is {param.raw_retention}".
type message struct {
	text  string   // as it is written; without values, what it says
	prose []string // before, between and after the values
	parts []*expr
}

// compileMessage reads a message. Each pair of braces holds an attribute, a
// parameter or a size. Rules that say the same share one.
func (c *compiler) compileMessage(n *document.Node, source, path string) *message {
	if m := c.messages[source]; m != nil {
		return m
	}
	m := &message{text: source}
	rest, at := source, 0
	for {
		prose, after, ok := strings.Cut(rest, "{")
		if strings.Contains(prose, "}") {
			c.failIn(n, path, at, "POL-SYNTAX", "a closing brace without an opening one")
			return m
		}
		m.prose = append(m.prose, prose)
		if !ok {
			break
		}
		at += len([]rune(prose)) + 1
		inner, tail, ok := strings.Cut(after, "}")
		if !ok {
			c.failIn(n, path, at, "POL-SYNTAX", "an opening brace without a closing one")
			return m
		}
		e, problems := c.cel.value(inner)
		for _, p := range problems {
			c.failIn(n, path, at+p.at, p.code, "%s", p.message)
		}
		if len(problems) > 0 {
			return m
		}
		if m.parts = append(m.parts, e); len(m.parts) > maxValues {
			c.failIn(n, path, at, "POL-LENGTH", "more than %d values in one message", maxValues)
			return m
		}
		at += len([]rune(inner)) + 1
		rest = tail
	}
	if len(m.parts) == 0 {
		m.prose = nil
	}
	c.messages[source] = m
	return m
}

// maxValues bounds the values of a message, each of which is a condition to read.
const maxValues = 16

// A Message is the sentence of a reason, for the person who asked. It is put
// together when it is read: until then it holds the few values that it shows. A
// message that is read only after [Policy.DecideInto] has used its decision again
// shows them as unknown, unless they are still there. The zero Message is empty.
type Message struct {
	of     *message
	values []value // of the parts
	when   int64   // as in the values
}

// MessageOf returns the message that says text, for a host that adds reasons of
// its own.
func MessageOf(text string) Message { return Message{of: &message{text: text}} }

// String returns the sentence. What is absent is "unknown".
func (m Message) String() string {
	if m.of == nil {
		return ""
	}
	if len(m.of.parts) == 0 {
		return m.of.text
	}
	var b strings.Builder
	for i, p := range m.of.parts {
		b.WriteString(m.of.prose[i])
		b.WriteString(m.values[i].at(m.when).show(p))
	}
	b.WriteString(m.of.prose[len(m.of.parts)])
	return b.String()
}

// MarshalText returns the sentence.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText takes any text as the sentence.
func (m *Message) UnmarshalText(text []byte) error {
	*m = MessageOf(string(text))
	return nil
}

// A value is what a part of a message shows of one request.
type value struct {
	text string
	num  int64
	when int64 // counts the decisions in whose place it stands
	ok   bool  // there is one
}

// at returns the value that stood there at a decision, none when another one has
// taken its place.
func (v value) at(when int64) value {
	if v.when != when {
		return value{}
	}
	v.when = 0
	return v
}

// again returns the room for values of a decision that is used again.
func again(values []value) []value {
	if cap(values) == 0 {
		return nil
	}
	values = values[:1]
	values[0].when++
	return values
}

// about returns the message for a request whose values go behind those in buf,
// and the longer buf.
func (m *message) about(f *facts, buf []value) (Message, []value) {
	out := Message{of: m}
	if len(m.parts) == 0 {
		return out, buf
	}
	if len(buf) == 0 {
		buf = append(buf, value{})
	}
	from := len(buf)
	out.when = buf[0].when
	for _, p := range m.parts {
		v := valueOf(p, f)
		v.when = out.when
		buf = append(buf, v)
	}
	out.values = buf[from:len(buf):len(buf)]
	return out, buf
}

// valueOf returns the value of an attribute, a parameter or a size. People have
// none: pseudonyms are never shown.
func valueOf(e *expr, f *facts) value {
	of := e
	if e.op == opSize && len(e.args) == 1 {
		of = e.args[0]
	}
	switch {
	case e.op == opConst:
		return value{text: e.text, num: e.num, ok: true}
	case of.op != opAttr || !f.has(of.attr):
		return value{}
	case e.op == opSize && of.kind == kindText:
		return value{num: int64(utf8.RuneCountInString(f.text(of.attr))), ok: true}
	case e.op == opSize:
		return value{num: setSize(f.num[of.attr]), ok: true}
	case e.kind == kindText:
		return value{text: f.text(of.attr), ok: true}
	case e.kind == kindPerson:
		return value{ok: true}
	}
	return value{num: f.num[of.attr], ok: true}
}

// show returns the value of an expression for people, "unknown" when it has
// none. Pseudonyms are never shown.
func show(e *expr, f *facts) string { return valueOf(e, f).show(e) }

func (v value) show(e *expr) string {
	if !v.ok {
		return "unknown"
	}
	switch e.kind {
	case kindPerson:
		return "a person"
	case kindText:
		return v.text
	case kindBool:
		return strconv.FormatBool(v.num != 0)
	case kindDuration:
		return showDuration(time.Duration(v.num))
	case kindTime:
		return time.Unix(0, v.num).UTC().Format(time.RFC3339)
	case kindEnum:
		return e.names[v.num]
	case kindSet:
		return "[" + strings.Join(namesIn(v.num, e.names), ", ") + "]"
	}
	return strconv.FormatInt(v.num, 10)
}

// showDuration returns whole days, with "over" when there is more, and below a
// day what Go prints.
func showDuration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < day:
		return d.Round(time.Second).String()
	case d%day != 0:
		return "over " + plural(int(d/day), "day")
	}
	return plural(int(d/day), "day")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
