package governance

import (
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching/internal/document"
)

// A message is prose with values of the request in it: "the data is
// {resource.age} old, the limit is {param.raw_retention}". It is put together
// only when its rule fires.
type message struct {
	text  string   // all of it, when there are no values
	prose []string // before, between and after the values
	parts []*expr
}

// compileMessage reads a message. Each pair of braces holds an attribute, a
// parameter or a size.
func (c *compiler) compileMessage(r *rule, n *document.Node, source, path string) {
	rest, at := source, 0
	for {
		prose, after, ok := strings.Cut(rest, "{")
		if strings.Contains(prose, "}") {
			c.failIn(n, path, at, "POL-SYNTAX", "a closing brace without an opening one")
			return
		}
		r.message.prose = append(r.message.prose, prose)
		if !ok {
			break
		}
		at += len([]rune(prose)) + 1
		inner, tail, ok := strings.Cut(after, "}")
		if !ok {
			c.failIn(n, path, at, "POL-SYNTAX", "an opening brace without a closing one")
			return
		}
		e, problems := c.cel.value(inner)
		for _, p := range problems {
			c.failIn(n, path, at+p.at, p.code, "%s", p.message)
		}
		if len(problems) > 0 {
			return
		}
		if r.message.parts = append(r.message.parts, e); len(r.message.parts) > maxValues {
			c.failIn(n, path, at, "POL-LENGTH", "more than %d values in one message", maxValues)
			return
		}
		at += len([]rune(inner)) + 1
		rest = tail
	}
	if len(r.message.parts) == 0 {
		r.message.text = source
	}
	r.messageSource = source
}

// maxValues bounds the values of a message, each of which is a condition to read.
const maxValues = 16

// render returns the message for a request. What is absent is "unknown".
func (m *message) render(f *facts) string {
	if len(m.parts) == 0 {
		return m.text
	}
	var b strings.Builder
	for i, p := range m.parts {
		b.WriteString(m.prose[i])
		b.WriteString(show(p, f))
	}
	b.WriteString(m.prose[len(m.parts)])
	return b.String()
}

// show returns the value of an expression for people, "unknown" when it has
// none. Pseudonyms are never shown.
func show(e *expr, f *facts) string {
	if e.kind == kindPerson {
		if e.op == opAttr && !f.has(e.attr) {
			return "unknown"
		}
		return "a person"
	}
	if e.kind == kindText {
		text, ok := lowerText(e)
		if !ok {
			return "unknown"
		}
		if v, ok := text(f); ok {
			return v
		}
		return "unknown"
	}
	value, ok := lowerNumber(e)
	if !ok {
		return "unknown"
	}
	v, ok := value(f)
	if !ok {
		return "unknown"
	}
	switch e.kind {
	case kindBool:
		return strconv.FormatBool(v != 0)
	case kindDuration:
		return showDuration(time.Duration(v))
	case kindTime:
		return time.Unix(0, v).UTC().Format(time.RFC3339)
	case kindEnum:
		return e.names[v]
	case kindSet:
		return "[" + strings.Join(namesIn(v, e.names), ", ") + "]"
	}
	return strconv.FormatInt(v, 10)
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
