package audit

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// Limits of a record.
const (
	MaxRecord     = 4096      // bytes of one record, without its line end
	MaxReasons    = 32        // reasons of one decision
	maxIdentifier = 64        // bytes of an identifier
	maxCount      = 1<<53 - 1 // the largest integer that every JSON reader holds exactly
)

// A coder writes the fields of a record, or reads them, by one walk over them:
// what is written and what is accepted cannot differ. It stops at its first
// error.
type coder struct {
	reading bool
	in      string // left to read
	out     []byte // written so far
	comma   bool   // a field stands before the next one
	people  *people
	err     error
}

// fail keeps the first error. It never quotes the value.
func (c *coder) fail(key, want string) {
	if c.err == nil {
		c.err = fmt.Errorf("audit: %s: want %s", key, want)
	}
}

// literal writes s, or reads exactly s.
func (c *coder) literal(s, where string) {
	switch {
	case c.err != nil:
	case !c.reading:
		c.out = append(c.out, s...)
	case !strings.HasPrefix(c.in, s):
		c.fail(where, "exactly "+s+" at this place")
	default:
		c.in = c.in[len(s):]
	}
}

// key begins a field.
func (c *coder) key(key string) {
	if c.err != nil {
		return
	}
	comma := c.comma
	c.comma = true
	if !c.reading {
		if comma {
			c.out = append(c.out, ',')
		}
		c.out = append(append(append(c.out, '"'), key...), '"', ':')
		return
	}
	in := c.in
	if comma {
		if in == "" || in[0] != ',' {
			c.fail(key, "a comma before it")
			return
		}
		in = in[1:]
	}
	if n := len(key); len(in) < n+3 || in[0] != '"' || in[1:n+1] != key || in[n+1] != '"' || in[n+2] != ':' {
		c.fail(key, "this field at this place")
		return
	}
	c.in = in[len(key)+3:]
}

// open and close surround a nested object.
func (c *coder) open(key string) {
	c.key(key)
	c.literal("{", key)
	c.comma = false
}

func (c *coder) close(key string) {
	c.literal("}", key)
	c.comma = true
}

// put writes a quoted string. What may be in one needs no escape.
func (c *coder) put(value string) {
	if c.err == nil {
		c.out = append(append(append(c.out, '"'), value...), '"')
	}
}

// take reads a quoted string, a part of what is read. What may be in one needs no
// escape, so an escape is refused.
func (c *coder) take(key string) string {
	if c.literal(`"`, key); c.err != nil {
		return ""
	}
	n := strings.IndexByte(c.in, '"')
	if n < 0 {
		c.fail(key, "a closing quotation mark")
		return ""
	}
	value := c.in[:n]
	for i := range len(value) {
		if b := value[i]; b < ' ' || b > '~' || b == '\\' {
			c.fail(key, "printable ASCII without escapes")
			return ""
		}
	}
	c.in = c.in[n+1:]
	return value
}

// fixed is a field whose value is known.
func (c *coder) fixed(key, value string) {
	c.key(key)
	c.literal(`"`, key)
	c.literal(value, key)
	c.literal(`"`, key)
}

// people remembers the texts of pseudonyms, of which a log repeats a few. A text
// is remembered when it is the one text of its pseudonym. The nil people
// remembers nothing.
type people struct {
	ids   map[string]coaching.PersonID
	texts map[coaching.PersonID]string
}

// maxPeople bounds what is remembered.
const maxPeople = 10_000

func (p *people) parse(text string) (coaching.PersonID, error) {
	if p != nil {
		if id, ok := p.ids[text]; ok {
			return id, nil
		}
	}
	id, err := coaching.ParsePersonID(text) // accepts one text of each
	if err == nil && p != nil {
		if p.ids == nil || len(p.ids) >= maxPeople {
			p.ids, p.texts = make(map[string]coaching.PersonID), make(map[coaching.PersonID]string)
		}
		text = strings.Clone(text) // not the whole record
		p.ids[text], p.texts[id] = id, text
	}
	return id, err
}

func (p *people) text(id coaching.PersonID) string {
	if p != nil {
		if text, ok := p.texts[id]; ok {
			return text
		}
	}
	return id.String()
}
