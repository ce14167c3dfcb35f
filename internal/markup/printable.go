package markup

import (
	"bytes"
	"unicode"
)

// Printable takes out of a page what no reader sees: controls, zero-width and
// directional characters, which could make a text look like another. What is
// not UTF-8 becomes U+FFFD.
func Printable(page []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, bytes.ToValidUTF8(page, []byte("\uFFFD")))
}
