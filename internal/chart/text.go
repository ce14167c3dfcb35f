package chart

import (
	"math"
	"strings"
	"unicode"
)

// clean makes text safe to set on one line: runs of space become one space, and
// controls, directional overrides and what is not Unicode text disappear.
func clean(text string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '\u00a0' || r == '\u202f': // no-break spaces hold a number and its unit together
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\uFFFE' || r == '\uFFFF':
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// advance estimates the width of a rune in ems. The figures leave the choice of
// typeface to the reader's system, so the estimate is on the wide side of the
// usual sans-serif faces.
func advance(r rune) float64 {
	switch {
	case strings.ContainsRune("iljI|!.,:;'`", r):
		return 0.32
	case strings.ContainsRune(" ftr()[]{}/\\-\"*\u00a0\u202f", r):
		return 0.4
	case strings.ContainsRune("mwMW@%", r):
		return 0.95
	case r >= '0' && r <= '9':
		return 0.64
	case r >= 'A' && r <= 'Z':
		return 0.7
	case r < 0x2000:
		return 0.6
	case r < 0x2e80:
		return 0.75
	}
	return 1
}

// measure estimates the width of text in user units.
func measure(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		w += advance(r)
	}
	return float64(w * size)
}

// boldWidth is how much wider than regular a bold face is set, at most.
const boldWidth = 1.15

// fit cuts text to the width, with an ellipsis where something was cut.
func fit(text string, w, size float64) string {
	if measure(text, size) <= w {
		return text
	}
	room := w - measure("…", size)
	for i, r := range text {
		if room -= float64(advance(r) * size); room < 0 {
			return strings.TrimRight(text[:i], " ") + "…"
		}
	}
	return text
}

// wrap breaks text at spaces into at most most lines of the width; what does
// not fit is cut with an ellipsis. Empty text has no line.
func wrap(text string, w, size float64, most int) []string {
	var lines []string
	rest := clean(text)
	for rest != "" {
		if len(lines) == most-1 {
			return append(lines, fit(rest, w, size))
		}
		cut := breakAt(rest, w, size)
		lines = append(lines, strings.TrimRight(rest[:cut], " "))
		rest = strings.TrimLeft(rest[cut:], " ")
	}
	return lines
}

// breakAt returns where to end the first line of text: after the last word that
// fits, or within a word that is wider than a line. It always takes something.
func breakAt(text string, w, size float64) int {
	used, space := 0.0, -1
	for i, r := range text {
		if r == ' ' {
			space = i
		}
		used += float64(advance(r) * size)
		if used > w && i > 0 {
			if r == ' ' || space > 0 {
				return space
			}
			return i
		}
	}
	return len(text)
}

// decimals formats v with n decimals, a true minus sign and no negative zero.
func decimals(v float64, n int) string {
	return strings.Replace(fixed(v, n), "-", "\u2212", 1)
}

// finite reports whether v can be drawn. Beyond 1e15 neither a float64 nor a
// reader tells neighbours apart, so such a value counts as missing.
func finite(v float64) bool { return math.Abs(v) <= 1e15 }
