package audit

import "fmt"

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
	text    []byte // written so far, or left to read
	comma   bool   // a field stands before the next one
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
		c.text = append(c.text, s...)
	case len(c.text) < len(s) || string(c.text[:len(s)]) != s:
		c.fail(where, "exactly "+s+" at this place")
	default:
		c.text = c.text[len(s):]
	}
}

// key begins a field.
func (c *coder) key(key string) {
	if c.comma {
		c.literal(",", key)
	}
	c.comma = true
	c.literal(`"`, key)
	c.literal(key, key)
	c.literal(`":`, key)
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
func (c *coder) put(key, value string) {
	c.literal(`"`, key)
	c.literal(value, key)
	c.literal(`"`, key)
}

// take reads a quoted string, a part of what is read. What may be in one needs no
// escape, so an escape is refused.
func (c *coder) take(key string) []byte {
	c.literal(`"`, key)
	if c.err != nil {
		return nil
	}
	for i, b := range c.text {
		switch {
		case b == '"':
			value := c.text[:i]
			c.text = c.text[i+1:]
			return value
		case b < ' ' || b > '~' || b == '\\':
			c.fail(key, "printable ASCII without escapes")
			return nil
		}
	}
	c.fail(key, "a closing quotation mark")
	return nil
}

// fixed is a field whose value is known.
func (c *coder) fixed(key, value string) {
	c.key(key)
	c.literal(`"`, key)
	c.literal(value, key)
	c.literal(`"`, key)
}
