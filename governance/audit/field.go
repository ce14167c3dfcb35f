package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
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
		*value = string(c.take(key))
	} else {
		c.put(key, *value)
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
			if c.put(key, v); !isIdentifier(v) {
				c.fail(key, wantIdentifier)
			}
		}
		c.literal("]", key)
		return
	}
	*values = nil
	for c.err == nil && len(c.text) > 0 && c.text[0] != ']' {
		if len(*values) > 0 {
			c.literal(",", key)
		}
		v := string(c.take(key))
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
		c.put(key, value.String())
		return
	}
	if text := c.take(key); c.err == nil && value.UnmarshalText(text) != nil {
		c.fail(key, "a person ID")
	}
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
			c.text = hex.AppendEncode(c.text, value[:])
		}
		c.literal(`"`, key)
		return
	}
	if text := c.take(key); c.err == nil && value.UnmarshalText(text) != nil {
		c.fail(key, "a digest of 64 hexadecimal digits")
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
		for n < len(c.text) && '0' <= c.text[n] && c.text[n] <= '9' {
			n++
		}
		v, err := strconv.ParseInt(string(c.text[:min(n, 20)]), 10, 64)
		if err != nil || strconv.FormatInt(v, 10) != string(c.text[:n]) {
			c.fail(key, "an integer without a sign or leading zeros")
			return
		}
		*value, c.text = v, c.text[n:]
	} else {
		c.text = strconv.AppendInt(c.text, *value, 10)
	}
	if *value < 0 || *value > maxCount {
		c.fail(key, "0 to 2^53-1")
	}
}

// flag is true or false.
func (c *coder) flag(key string, value *bool) {
	c.key(key)
	if c.reading {
		*value = len(c.text) > 0 && c.text[0] == 't'
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
		c.put(key, names[*value])
		return
	}
	text := c.take(key)
	for i, known := range names {
		if c.err == nil && string(text) == known {
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
		text, err := formatTime(*value)
		if err != nil {
			c.fail(key, wantTime)
		}
		c.put(key, text)
		return
	}
	text := string(c.take(key))
	if *value = (time.Time{}); c.err != nil || text == "" {
		return
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		c.fail(key, wantTime)
		return
	}
	*value = t.UTC()
	if again, err := formatTime(*value); err != nil || again != text {
		c.fail(key, wantTime)
	}
}

const wantTime = "a time of the years 1 to 9999 in UTC, such as 2027-01-04T09:00:00.5Z"

// formatTime returns the one text of a time in records, "" for the zero time.
func formatTime(t time.Time) (string, error) {
	if t.IsZero() {
		return "", nil
	}
	u := t.UTC()
	if u.Year() < 1 || u.Year() > 9999 {
		return "", errTime
	}
	return u.Format(time.RFC3339Nano), nil
}

var errTime = errors.New("audit: year outside 1 to 9999")

// day is a date.
func (c *coder) day(key string, value *coaching.Date) {
	c.key(key)
	if !c.reading {
		c.put(key, value.String())
	} else if text := c.take(key); c.err == nil && value.UnmarshalText(text) != nil {
		c.fail(key, "a date such as 2027-01-04")
	}
	if c.err == nil && value.IsZero() {
		c.fail(key, "a date such as 2027-01-04")
	}
}
