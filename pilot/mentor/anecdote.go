package mentor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// AnecdotePurpose is the purpose of the consent that a leader gives to print a
// narrative. The consent's signal is the narrative's digest.
const AnecdotePurpose = "anecdote"

// MinAnecdotes is how many a dashboard prints beside the figures (PIL-163).
const MinAnecdotes = 3

// An Anecdote is a narrative that may be printed. It names nobody: the leader is
// a role in general words, and the coach is left out.
type Anecdote struct {
	Narrative   string `json:"narrative"` // the narrative's id
	Digest      string `json:"digest"`
	Speaker     string `json:"speaker"`
	Situation   string `json:"situation"`
	Behaviour   string `json:"behaviour"`
	Experiment  string `json:"experiment"`
	Change      string `json:"change"`
	Alternative string `json:"alternative"`
}

// String returns the anecdote in one paragraph, with what else could explain
// the change.
func (a Anecdote) String() string {
	first := []rune(a.Speaker)
	if len(first) > 0 {
		first[0] = unicode.ToUpper(first[0])
	}
	return fmt.Sprintf("%s: %s %s Observed: %s It could also be: %s",
		string(first), sentence(a.Situation), sentence(a.Behaviour), sentence(a.Change), sentence(a.Alternative))
}

func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") {
		return text
	}
	return text + "."
}

// Anecdotes returns the narratives that may be printed at a time, in the order
// of their ids, and why each of the others may not: it is complete, derives from
// sessions that its author held with its leader, speaks of a role in general
// words, and the leader's consent to exactly these words holds (C-21). Fewer
// than three block a dashboard (PIL-163). A nil consents holds nothing. The
// findings are sorted; their paths count the narratives as given.
func Anecdotes(narratives []Narrative, sessions []Session, consents signal.Consents, at time.Time) ([]Anecdote, coaching.Findings) {
	var f finder
	var printed []Anecdote
	kept := checkNarratives(&f, narratives, heldByID(sessions))
	for i, n := range narratives {
		digest := n.Digest()
		if consents == nil || !consents.Holds(n.Leader, digest, AnecdotePurpose, at) {
			f.warn("C-21", fmt.Sprintf("narratives[%d]", i), "the leader's consent to these words does not hold; not printed")
		} else if kept[i] {
			printed = append(printed, Anecdote{
				Narrative: n.ID, Digest: digest, Speaker: n.Speaker, Situation: n.Situation, Behaviour: n.Behaviour,
				Experiment: n.Experiment, Change: n.Change, Alternative: n.Alternative,
			})
		}
	}
	slices.SortFunc(printed, func(a, b Anecdote) int { return cmp.Compare(a.Narrative, b.Narrative) })
	if len(printed) < MinAnecdotes {
		f.err("PIL-163", "narratives", "anecdotes that may be printed: %d, want %d", len(printed), MinAnecdotes)
	}
	return printed, f.sorted()
}

// checkNarratives reports what is wrong with narratives apart from consent, and
// returns which of them nothing is wrong with.
func checkNarratives(f *finder, narratives []Narrative, held map[string][]*Session) []bool {
	kept := make([]bool, len(narratives))
	first := map[string]int{} // by id
	other := map[string]int{} // by id: the first one with other words than the first
	for i, n := range narratives {
		if j, ok := first[n.ID]; !ok {
			first[n.ID] = i
		} else if _, ok := other[n.ID]; !ok && n.Digest() != narratives[j].Digest() {
			other[n.ID] = i
		}
	}
	for i, n := range narratives {
		path := fmt.Sprintf("narratives[%d]", i)
		before := len(f.list)
		n.checkWords(f, path)
		n.checkSources(f, path, held)
		if j, ok := other[n.ID]; ok { // which of them counts would depend on their order
			if n.Digest() != narratives[first[n.ID]].Digest() {
				j = first[n.ID]
			}
			f.warn("MEN-011", path+".id", "narratives[%d] has this id and other words; neither is printed", j)
		} else if j := first[n.ID]; j < i {
			f.warn("MEN-011", path+".id", "the narrative is listed already as narratives[%d]; not printed again", j)
		}
		kept[i] = len(f.list) == before
	}
	return kept
}

// checkWords looks at the narrative's own texts.
func (n Narrative) checkWords(f *finder, path string) {
	for _, part := range []struct{ name, text string }{
		{"id", n.ID}, {"situation", n.Situation}, {"behaviour", n.Behaviour}, {"experiment", n.Experiment},
		{"change", n.Change}, {"alternative", n.Alternative},
	} {
		if strings.TrimSpace(part.text) == "" {
			f.warn("MEN-011", path+"."+part.name, "a narrative has a situation, a behaviour, an experiment, a change and another explanation; %s is empty; not printed", part.name)
		}
		if strings.Contains(part.text, "@") || identifies(part.text) {
			f.warn("C-21", path+"."+part.name, "the text holds an address, a pseudonym or a long number; not printed")
		}
	}
	if strings.TrimSpace(n.Speaker) == "" || strings.IndexFunc(n.Speaker, func(c rune) bool {
		return !unicode.IsLower(c) && c != ' ' && c != '-'
	}) >= 0 {
		f.warn("C-21", path+".speaker", `the role is not general; want small letters, such as "a product leader"; not printed`)
	}
}

// checkSources asks that the narrative derives from sessions.
func (n Narrative) checkSources(f *finder, path string, held map[string][]*Session) {
	if n.Author.IsZero() || n.Leader.IsZero() || n.Written.IsZero() || len(n.Sessions) == 0 {
		f.warn("MEN-011", path+".sessions", "a narrative has an author, a leader, a date and at least one session; not printed")
	}
	for i, id := range n.Sessions {
		if !slices.ContainsFunc(held[id], func(s *Session) bool {
			return s.Leader == n.Leader && s.Coach == n.Author && !s.Date.After(n.Written)
		}) {
			f.warn("MEN-011", fmt.Sprintf("%s.sessions[%d]", path, i), "session %s is no session that the author held with this leader before writing; not printed", id)
		}
	}
}
