package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching/internal/document"
)

// A vocabulary says which words an expression can have, so that a word that an
// enum never has is found wherever it meets that enum. The zero vocabulary has
// none: it is no text.
type vocabulary struct {
	what  string    // the attribute behind names or free
	names []string  // those of an enum or a set
	texts []literal // constants that have met no enum so far
	free  bool      // any text of the host's
	list  bool      // it is a list or a set of words
}

// A literal is a text in a condition, with the character at which it begins.
type literal struct {
	text string
	at   int
}

func vocabularyOf(a attribute) vocabulary {
	return vocabulary{what: a.name, names: a.names, free: a.kind == kindText, list: a.kind == kindSet}
}

// words returns the vocabulary of a call, and reports words that cannot meet and
// functions that take no words of a closed list. The vocabularies are those of
// the operands, which begin at these characters.
func (w *celWalker) words(name string, at []int, of []vocabulary) vocabulary {
	switch o := celOp(name); {
	case o == opIf && len(of) == 3:
		return w.meet(at[1], of[1], of[2])
	case (o == opEqual || o == opNotEqual || o == opIn || o == opHasAny || o == opHasAll) && len(of) == 2:
		w.meet(at[0], of[0], of[1])
	case o >= opLess && o <= opMoreEq, o == opSize, name == "startsWith", name == "endsWith", name == "contains":
		for i, v := range of {
			if v.names == nil || o == opSize && v.list {
				continue
			}
			if o >= opLess && o <= opMoreEq {
				name = opSigns[o]
			}
			w.failAt(at[i], "POL-TYPE", "%s has a closed list of values, which %s does not take; ask %s", v.what, name, v.instead(name, of[len(of)-1].texts))
		}
	}
	return vocabulary{}
}

// instead returns what to write for a function of texts.
func (v vocabulary) instead(function string, texts []literal) string {
	test := map[string]func(s, part string) bool{"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "contains": strings.Contains}[function]
	var meant []string
	for _, name := range known(v.names) {
		if test != nil && len(texts) == 1 && texts[0].text != "" && test(name, texts[0].text) {
			meant = append(meant, `"`+name+`"`)
		}
	}
	if len(meant) == 0 {
		return "with ==, != or in [...]"
	}
	return "whether it is in [" + firstFew(meant) + "]"
}

// meet returns the vocabulary of what can be either, and reports at a character
// when the two have no word in common.
func (w *celWalker) meet(at int, a, b vocabulary) vocabulary {
	if a.names == nil {
		a, b = b, a
	}
	switch {
	case a.names == nil:
		out := vocabulary{what: a.what, texts: slices.Concat(a.texts, b.texts), free: a.free || b.free, list: a.list || b.list}
		if b.free {
			out.what = b.what
		}
		return out
	case b.names != nil && !sameNames(a.names, b.names):
		w.failAt(at, "POL-TYPE", "%s and %s have different values and cannot be compared", a.what, b.what)
	case b.free:
		w.failAt(at, "POL-TYPE", "%s has a closed list of values, and %s is any text; they cannot be compared", a.what, b.what)
	}
	for _, x := range b.texts {
		if !slices.Contains(known(a.names), x.text) {
			w.failAt(x.at, "POL-CONSTANT", "%s is never this text of %d characters%s", a.what, len([]rune(x.text)), document.Suggest(x.text, known(a.names)))
		}
	}
	a.list = a.list || b.list
	return a
}

// known returns the values of an enum that can be asked for: without the one that
// every policy denies.
func known(names []string) []string {
	if len(names) > 0 && names[0] == "unknown" {
		return names[1:]
	}
	return names
}

func (w *celWalker) failAt(at int, code, format string, args ...any) {
	w.problems = append(w.problems, celProblem{at: at, code: code, message: fmt.Sprintf(format, args...)})
}
