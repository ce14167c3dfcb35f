package mentor

import (
	"fmt"
	"strings"
	"unicode"
)

// manyDigits is from how many digits on a number can be someone's: a staff or
// telephone number. The figure is ours; a date has eight digits, but not in a
// row.
const manyDigits = 6

// identifies reports whether a text holds what points to one person: an address,
// a pseudonym, or a long number. A name it cannot know.
func identifies(text string) bool {
	digits := 0
	for i, c := range text {
		if digits++; !unicode.IsDigit(c) {
			digits = 0
		}
		if digits == manyDigits {
			return true
		}
		if c == '@' && i > 0 && text[i-1] != ' ' && i+1 < len(text) && text[i+1] != ' ' {
			return true
		}
	}
	return strings.Contains(text, "p1_")
}

// checkTexts looks at every free text of the log but the narratives', which
// [Anecdotes] is stricter with.
func (l Log) checkTexts(f *finder) {
	look := func(text, format string, args ...any) {
		if identifies(text) {
			f.warn("MEN-015", fmt.Sprintf(format, args...), "the text holds an address, a pseudonym or a long number; say it without")
		}
	}
	for i, a := range l.Agreements {
		look(a.Confidentiality, "agreements[%d].confidentiality", i)
	}
	for i, t := range l.Trials {
		look(t.Own.Text, "trials[%d].own.text", i)
		look(t.Own.Measure, "trials[%d].own.measure", i)
		look(t.Measure, "trials[%d].measure", i)
		look(t.Learned, "trials[%d].learned", i)
		look(t.Reason, "trials[%d].reason", i)
		for j, g := range t.Goals {
			look(g.Text, "trials[%d].goals[%d].text", i, j)
			for k, level := range g.Levels {
				look(level, "trials[%d].goals[%d].levels[%d]", i, j, k)
			}
		}
	}
	for i, s := range l.Sessions {
		for j, one := range s.Suggestions {
			look(one.Reason, "sessions[%d].suggestions[%d].reason", i, j)
		}
		for j, c := range s.Commitments {
			look(c.Text, "sessions[%d].commitments[%d].text", i, j)
		}
	}
}
