package worksheet

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// mostText is less than the 32,767 UTF-16 units that a cell may hold.
const mostText = 32_000

// plain returns text as a cell may show it: each character that no reader sees
// as U+FFFD, so that it is noticed, and an apostrophe before a text that would
// be a formula if somebody typed it or took it to a CSV file (OWASP, CSV
// injection). A negative number is none.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Noncharacter_Code_Point, r) || r == '\u2028' || r == '\u2029' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	if begins := strings.TrimLeftFunc(text, unicode.IsSpace); begins != "" && !negative(begins) {
		switch []rune(begins[:min(4, len(begins))])[0] {
		case '=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20': // and their full-width forms
			text = "'" + text
		}
	}
	return unescaped(short(text))
}

// negative reports whether text is a minus with nothing but digits and points
// after it.
func negative(text string) bool {
	digits, ok := strings.CutPrefix(text, "-")
	return ok && digits != "" && strings.Trim(digits, "0123456789.") == ""
}

// short cuts a text that no cell can hold, and says so.
func short(text string) string {
	if len(text) <= mostText {
		return text
	}
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > mostText {
			return text[:i] + " [cut]"
		}
	}
	return text
}

// unescaped keeps a spreadsheet from reading "_x000D_" in a text as a carriage
// return (ECMA-376 part 1, ST_Xstring).
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`).ReplaceAllString(text, "_x005F_$1")
}
