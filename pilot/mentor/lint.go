package mentor

import (
	"strings"
	"unicode"
)

// verdicts are words that turn a hypothesis into a finding (PIL-107), and blame
// are words that turn a signal into a judgement of a person (FAI-012). Both are
// matched as whole words in small letters. The lists are ours.
var (
	verdicts = []string{
		"proves", "prove", "proof", "proven", "confirms", "confirmed that", "demonstrates", "obviously", "clearly", "undoubtedly",
		"certainly", "definitely", "the data show", "the data shows", "the numbers show", "is caused by", "the cause is", "the reason is",
	}
	blame = []string{
		"blame", "blames", "blamed", "fault", "faults", "guilty", "lazy", "careless", "incompetent", "incapable", "toxic", "failure as",
		"poor leader", "bad leader", "weak leader", "poor manager", "bad manager", "weak manager", "underperformer", "poor performer", "low performer",
	}
)

// lint returns the first listed word that stands in a text, and "".
func lint(text string, words []string) string {
	plain := " " + strings.Join(strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}), " ") + " "
	for _, word := range words {
		if strings.Contains(plain, " "+word+" ") {
			return word
		}
	}
	return ""
}
