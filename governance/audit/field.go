package audit

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// ident is an identifier.
func (c *coder) ident(key string, value *string) {
	if c.word(key, value); c.err == nil && !isIdentifier(*value) {
		c.fail(key, wantIdentifier)
	}
}

// optIdent is an identifier or nothing.
func (c *coder) optIdent(key string, value *string) {
	if c.word(key, value); c.err == nil && *value != "" && !isIdentifier(*value) {
		c.fail(key, wantIdentifier+", or nothing")
	}
}

func (c *coder) word(key string, value *string) {
	c.key(key)
	if c.reading {
		*value = c.take(key)
	} else {
		c.put(*value)
	}
}

const wantIdentifier = "an identifier: a letter, then up to 63 letters, digits, '_', '.' and '-'"

// isIdentifier reports whether s is of the closed alphabet of identifiers.
func isIdentifier(s string) bool {
	if s == "" || len(s) > maxIdentifier {
		return false
	}
	for i := range len(s) {
		b := s[i]
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		if !letter && (i == 0 || !('0' <= b && b <= '9' || b == '_' || b == '.' || b == '-')) {
			return false
		}
	}
	return true
}

// idents is a list of identifiers, in the caller's order.
func (c *coder) idents(key string, values *[]string) {
	c.key(key)
	c.literal("[", key)
	if !c.reading {
		if len(*values) > MaxReasons {
			c.fail(key, fmt.Sprintf("at most %d, got %d", MaxReasons, len(*values)))
		}
		for i, v := range *values {
			if i > 0 {
				c.literal(",", key)
			}
			if c.put(v); !isIdentifier(v) {
				c.fail(key, wantIdentifier)
			}
		}
		c.literal("]", key)
		return
	}
	*values = nil
	for c.err == nil && c.in != "" && c.in[0] != ']' {
		if len(*values) > 0 {
			c.literal(",", key)
		}
		v := c.take(key)
		if c.err == nil && !isIdentifier(v) {
			c.fail(key, wantIdentifier)
		}
		if *values = append(*values, v); len(*values) > MaxReasons {
			c.fail(key, fmt.Sprintf("at most %d", MaxReasons))
		}
	}
	c.literal("]", key)
}

// person is a pseudonym.
func (c *coder) person(key string, value *coaching.PersonID) {
	if c.optPerson(key, value); c.err == nil && value.IsZero() {
		c.fail(key, "a person ID")
	}
}

// optPerson is a pseudonym or nobody.
func (c *coder) optPerson(key string, value *coaching.PersonID) {
	c.key(key)
	if !c.reading {
		c.put(c.people.text(*value))
		return
	}
	*value = coaching.PersonID{}
	text := c.take(key)
	if c.err != nil || text == "" {
		return
	}
	id, err := c.people.parse(text)
	if err != nil {
		c.fail(key, "a person ID")
	}
	*value = id
}

// digest is a digest; optDigest may also be none.
func (c *coder) digest(key string, value *Digest) {
	if c.optDigest(key, value); c.err == nil && value.IsZero() {
		c.fail(key, "a digest")
	}
}

func (c *coder) optDigest(key string, value *Digest) {
	c.key(key)
	if !c.reading {
		c.literal(`"`, key)
		if c.err == nil && !value.IsZero() {
			c.out = hex.AppendEncode(c.out, value[:])
		}
		c.literal(`"`, key)
		return
	}
	// Not by take: every byte of it is looked at once more.
	size := hex.EncodedLen(len(value))
	if strings.HasPrefix(c.in, `""`) {
		size = 0
	}
	if c.err == nil && (len(c.in) < size+2 || c.in[0] != '"' || c.in[size+1] != '"' || value.parse(c.in[1:size+1]) != nil) {
		c.fail(key, "a digest of 64 hexadecimal digits")
	}
	if c.err == nil {
		c.in = c.in[size+2:]
	}
}

// count is an integer of 0 or more.
func (c *coder) count(key string, value *int64) {
	c.key(key)
	if c.err != nil {
		return
	}
	if c.reading {
		n := 0
		for n < len(c.in) && '0' <= c.in[n] && c.in[n] <= '9' {
			n++
		}
		v, err := strconv.ParseInt(c.in[:min(n, 20)], 10, 64)
		if err != nil || n > 1 && c.in[0] == '0' {
			c.fail(key, "an integer without a sign or leading zeros")
			return
		}
		*value, c.in = v, c.in[n:]
	} else {
		c.out = strconv.AppendInt(c.out, *value, 10)
	}
	if *value < 0 || *value > maxCount {
		c.fail(key, "0 to 2^53-1")
	}
}

// flag is true or false.
func (c *coder) flag(key string, value *bool) {
	c.key(key)
	if c.reading {
		*value = c.in != "" && c.in[0] == 't'
	}
	c.literal(strconv.FormatBool(*value), key)
}

// enumField is the name of a declared value.
func enumField[T ~uint8](c *coder, key string, value *T, names []string) {
	c.key(key)
	if !c.reading && int(*value) >= len(names) {
		c.fail(key, "a declared value")
	}
	if c.err != nil {
		return
	}
	if !c.reading {
		c.put(names[*value])
		return
	}
	text := c.take(key)
	for i, known := range names {
		if c.err == nil && text == known {
			*value = T(i)
			return
		}
	}
	c.fail(key, "a declared value")
}

// instant is a time in UTC; optInstant may also be none.
func (c *coder) instant(key string, value *time.Time) {
	if c.optInstant(key, value); c.err == nil && value.IsZero() {
		c.fail(key, "a time")
	}
}

func (c *coder) optInstant(key string, value *time.Time) {
	c.key(key)
	if !c.reading {
		c.literal(`"`, key)
		if c.err == nil && !value.IsZero() {
			if year := value.UTC().Year(); year < 1 || year > 9999 {
				c.fail(key, wantTime)
				return
			}
			c.out = appendTime(c.out, *value)
		}
		c.literal(`"`, key)
		return
	}
	*value = time.Time{}
	text := c.take(key)
	if c.err != nil || text == "" {
		return
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !isTime(text) || t.Year() < 1 || t.IsZero() {
		c.fail(key, wantTime)
		return
	}
	*value = t
}

// isTime reports whether a time that package time accepts is in its one text.
func isTime(text string) bool {
	n := len(text)
	return n >= 20 && text[n-1] == 'Z' && (n == 20 || 22 <= n && n <= 30 && text[19] == '.' && text[n-2] != '0')
}

// appendTime appends the one text of a time in records.
func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

const wantTime = "a time of the years 1 to 9999 in UTC, such as 2027-01-04T09:00:00.5Z"

// day is a date.
func (c *coder) day(key string, value *coaching.Date) {
	c.key(key)
	if !c.reading {
		c.put(value.String())
	} else if text := c.take(key); c.err == nil && value.UnmarshalText([]byte(text)) != nil {
		c.fail(key, "a date such as 2027-01-04")
	}
	if c.err == nil && value.IsZero() {
		c.fail(key, "a date such as 2027-01-04")
	}
}
