package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// invisible lists characters outside the Unicode categories below that show
// nothing: fillers, joiners and the selectors that can carry hidden text.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // halfwidth Hangul filler
	},
	R32: []unicode.Range32{
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}, // tags, variation selectors 17 to 256
	},
}

// Forbidden reports whether a character may not stand in a document, neither as
// it is nor escaped, because a reviewer cannot see it or sees it elsewhere:
// control characters except line feed and tab, format characters (bidirectional
// controls, zero-width characters, the soft hyphen, the byte order mark), line
// and paragraph separators, fillers, and code points that are no characters.
func Forbidden(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case c < utf8.RuneSelf:
		return c < ' ' || c == 0x7f
	case c&0xfffe == 0xfffe || 0xfdd0 <= c && c <= 0xfdef:
		return true
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, invisible)
}

// CheckBytes looks at a whole file before any of it is parsed: its size, its
// encoding, and the characters that may not stand in it anywhere, comments
// included. A carriage return must be followed by a line feed. It reports
// whether the file may be parsed.
func CheckBytes(r *Report, data []byte) bool { return checkBytes(r, data, MaxBytes) }

func checkBytes(r *Report, data []byte, most int) bool {
	if len(data) > most {
		r.Add("DOC-LIMIT", "", 0, 0, "file of %d bytes, want at most %d", len(data), most)
		return false
	}
	line, start := 1, 0
	for i := 0; i < len(data); {
		c, size := rune(data[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(data[i:])
		}
		switch {
		case c == '\n':
			line, start = line+1, i+1
		case c == utf8.RuneError && size == 1:
			r.Add("DOC-ENCODING", "", line, i-start+1, "byte 0x%02x is not valid UTF-8", data[i])
			return false
		case c == '\r' && i+1 < len(data) && data[i+1] == '\n':
		case c == 0xfeff && i == 0:
			r.Add("DOC-ENCODING", "", 1, 1, "the file begins with a byte order mark; want UTF-8 without one")
			return false
		case Forbidden(c):
			r.Add("DOC-ENCODING", "", line, i-start+1, "%s", forbiddenMessage(c))
			return false
		}
		i += size
	}
	if len(bytes.TrimSpace(data)) == 0 {
		r.Add("DOC-SYNTAX", "", 1, 1, "the document is empty")
		return false
	}
	return true
}

func forbiddenMessage(c rune) string {
	what := "invisible or control character"
	if c == '\r' {
		what = "carriage return without a line feed"
	}
	return fmt.Sprintf("%s U+%04X is not allowed", what, c)
}

// CheckText looks at one decoded text, which escapes may have filled with
// characters that [CheckBytes] cannot see, and at its length.
func CheckText(r *Report, text string, line, column int) bool {
	if len(text) > MaxText {
		r.Add("DOC-LIMIT", "", line, column, "text of %d bytes, want at most %d", len(text), MaxText)
		return false
	}
	for _, c := range text {
		if Forbidden(c) {
			r.Add("DOC-ENCODING", "", line, column, "%s", forbiddenMessage(c))
			return false
		}
	}
	return true
}

// CheckKey looks at one decoded key: its length, and that it is visible.
func CheckKey(r *Report, key string, line, column int) bool {
	switch {
	case key == "":
		r.Add("DOC-SYNTAX", "", line, column, "empty key")
		return false
	case len(key) > MaxKey:
		r.Add("DOC-LIMIT", "", line, column, "key of %d bytes, want at most %d", len(key), MaxKey)
		return false
	}
	for _, c := range key {
		if Forbidden(c) || c == '\n' || c == '\t' {
			r.Add("DOC-ENCODING", "", line, column, "in a key, %s", forbiddenMessage(c))
			return false
		}
	}
	return true
}

// CheckDuplicates reports each key of an object that was already set, also when
// the two differ only in case as Unicode simple folding sees it, so that no
// reader that ignores case can take the other one.
func CheckDuplicates(r *Report, members []Member) bool {
	type seen struct {
		key  string
		line int
	}
	first := make(map[string]seen, len(members))
	ok := true
	for _, m := range members {
		folded := Fold(m.Key)
		old, found := first[folded]
		switch {
		case !found:
			first[folded] = seen{m.Key, m.Line}
			continue
		case old.key == m.Key:
			r.Add("DOC-DUPLICATE", "", m.Line, m.Column, "key %s already set on line %d", showKey(m.Key), old.line)
		default:
			r.Add("DOC-DUPLICATE", "", m.Line, m.Column, "key %s differs only in case from %s on line %d",
				showKey(m.Key), showKey(old.key), old.line)
		}
		ok = false
	}
	return ok
}

// Fold maps characters that differ only in case to one of them: K, k and the
// Kelvin sign become k. A key of small ASCII letters is returned as it is.
func Fold(key string) string {
	return strings.Map(func(c rune) rune {
		if c >= utf8.RuneSelf {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				if f < c {
					c = f
				}
			}
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, key)
}

// showKey returns a key as a message may print it. A key outside the identifier
// alphabet could be a person's name, and is not quoted.
func showKey(key string) string {
	if IsIdent(key) {
		return key
	}
	return fmt.Sprintf("(%d bytes, outside the alphabet of keys)", len(key))
}

// IsIdent reports whether text is an identifier, as the ident option of a doc
// tag demands: a letter, then at most 63
// letters, digits, "_", "." and "-".
func IsIdent(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// isDecimal reports whether text is -?digits(.digits)? of at most MaxNumber
// bytes.
func isDecimal(text string) bool {
	if len(text) > MaxNumber {
		return false
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return isDigits(whole) && (!point || isDigits(fraction))
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
