package yaml

import (
	"strings"

	"github.com/coachgov/coaching/internal/document"
)

// classify types a plain value: one without quotes. What any version of YAML
// reads as a number is a Number, in whatever form it stands; a field that wants
// an integer then insists on the canonical form, and one that wants a text on
// quotes. Only true and false are truth values. The second result is the code of
// the finding for a value that is never allowed.
func classify(text string) (document.Kind, string) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return document.Invalid, "DOC-NULL"
	case "true", "false":
		return document.Bool, ""
	}
	unsigned := strings.TrimLeft(text[:1], "+-") + text[1:]
	switch strings.ToLower(unsigned) {
	case ".nan", ".inf":
		return document.Invalid, "DOC-VALUE"
	}
	if document.IsNumber(text) || numberElsewhere(unsigned) {
		return document.Number, ""
	}
	return document.String, ""
}

// numberElsewhere reports whether text without its sign is a number in YAML 1.1
// or in the core schema of 1.2, but not in JSON: 0x1F, 0o17, 0b1, 010, 1_000,
// .5, 5. and the like.
func numberElsewhere(text string) bool {
	lower := strings.ToLower(text)
	for _, base := range []struct{ prefix, digits string }{
		{"0x", "0123456789abcdef_"}, {"0o", "01234567_"}, {"0b", "01_"},
	} {
		if rest, ok := strings.CutPrefix(lower, base.prefix); ok {
			return rest != "" && strings.Trim(rest, base.digits) == ""
		}
	}
	mantissa, exponent, scientific := strings.Cut(lower, "e")
	if scientific {
		exponent = strings.TrimLeft(exponent[:min(1, len(exponent))], "+-") + exponent[min(1, len(exponent)):]
		if exponent == "" || strings.Trim(exponent, "0123456789") != "" {
			return false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" {
		return false
	}
	return strings.Trim(whole, "0123456789_") == "" && strings.Trim(fraction, "0123456789_") == "" &&
		(whole == "" || whole[0] != '_') && strings.Trim(whole+fraction, "_") != ""
}
