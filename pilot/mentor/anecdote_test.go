package mentor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

const goldenDigest = "07ee30f78c80d6dcd7e441f9e54f56af7da5a11c0ea5683a1408d22df69093a4"

// printDay is when the dashboard of the tests is printed.
func printDay() time.Time { return time.Date(2027, 3, 29, 9, 0, 0, 0, time.UTC) }

// agreed returns the consent of each narrative's leader to its words.
func agreed(narratives []mentor.Narrative) signal.ConsentList {
	var list signal.ConsentList
	for _, n := range narratives {
		list = append(list, signal.Consent{
			Participant: n.Leader, Signal: n.Digest(), Purpose: mentor.AnecdotePurpose,
			Granted: time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC),
		})
	}
	return list
}

func TestAnecdotes(t *testing.T) {
	l, _ := readLog(t)
	anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, agreed(l.Narratives), printDay())
	require.Empty(t, findings)
	require.Len(t, anecdotes, mentor.MinAnecdotes)
	require.Equal(t, "A product leader: Half of the recurring meetings had no stated purpose. "+
		"An agenda went out a day before, or the meeting was cancelled. "+
		"Observed: Two of nine recurring meetings were dropped. It could also be: A release had just ended.", anecdotes[0].String())

	slices.Reverse(l.Narratives)
	again, _ := mentor.Anecdotes(l.Narratives, l.Sessions, agreed(l.Narratives), printDay())
	require.Equal(t, anecdotes, again, "in the order of their ids")
}

// C-21, PIL-163 and traceability, each by one change after which N-1 is not
// printed.
func TestAnecdotesLeaveOut(t *testing.T) {
	tests := []struct {
		name, code, path string
		change           func(n *mentor.Narrative, s []mentor.Session)
	}{
		{"a name for a role", "C-21", "narratives[0].speaker", func(n *mentor.Narrative, _ []mentor.Session) { n.Speaker = "VP Sales EMEA" }},
		{"no role", "C-21", "narratives[0].speaker", func(n *mentor.Narrative, _ []mentor.Session) { n.Speaker = "" }},
		{"an address", "C-21", "narratives[0].situation", func(n *mentor.Narrative, _ []mentor.Session) { n.Situation = "ask a@b.example" }},
		{"a pseudonym", "C-21", "narratives[0].change", func(n *mentor.Narrative, _ []mentor.Session) { n.Change = "see " + leader1 }},
		{"no other explanation", "MEN-011", "narratives[0].alternative", func(n *mentor.Narrative, _ []mentor.Session) { n.Alternative = " " }},
		{"no session", "MEN-011", "narratives[0].sessions", func(n *mentor.Narrative, _ []mentor.Session) { n.Sessions = nil }},
		{"no author", "MEN-011", "narratives[0].sessions", func(n *mentor.Narrative, _ []mentor.Session) { n.Author = coaching.PersonID{} }},
		{"no leader", "C-21", "narratives[0]", func(n *mentor.Narrative, _ []mentor.Session) { n.Leader = coaching.PersonID{} }},
		{"unknown session", "MEN-011", "narratives[0].sessions[1]", func(n *mentor.Narrative, _ []mentor.Session) { n.Sessions[1] = "S-9" }},
		{"session of another leader", "MEN-011", "narratives[0].sessions[1]", func(n *mentor.Narrative, _ []mentor.Session) { n.Sessions[1] = "S-L02-05" }},
		{"session not held", "MEN-011", "narratives[0].sessions[1]", func(n *mentor.Narrative, _ []mentor.Session) { n.Sessions[1] = "S-L01-06" }},
		{"session of another coach", "MEN-011", "narratives[0].sessions[0]", func(_ *mentor.Narrative, s []mentor.Session) { s[0].Coach = coaching.PersonID{} }},
		{"written before the session", "MEN-011", "narratives[0].sessions[1]", func(n *mentor.Narrative, _ []mentor.Session) {
			n.Written = coaching.MustDate("2027-02-15")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := readLog(t)
			tt.change(&l.Narratives[0], l.Sessions)
			anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, agreed(l.Narratives), printDay())
			require.Len(t, anecdotes, 2)
			require.True(t, slices.ContainsFunc(findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Path == tt.path }), "%v", findings)
			require.True(t, findings.Has("PIL-163"))
			requireRules(t, findings)
		})
	}
}

// Consent is to exact words, from its grant until its end, and to printing.
func TestConsentToAnAnecdote(t *testing.T) {
	for name, change := range map[string]func(l *mentor.Log, c *signal.Consent){
		"withdrawn":       func(_ *mentor.Log, c *signal.Consent) { c.Withdrawn = printDay() },
		"expired":         func(_ *mentor.Log, c *signal.Consent) { c.Expires = printDay() },
		"not yet granted": func(_ *mentor.Log, c *signal.Consent) { c.Granted = printDay().Add(1) },
		"another purpose": func(_ *mentor.Log, c *signal.Consent) { c.Purpose = "coaching" },
		"another person":  func(_ *mentor.Log, c *signal.Consent) { c.Participant = person(t, leader2) },
		"a changed word":  func(l *mentor.Log, _ *signal.Consent) { l.Narratives[0].Change = "Nine of nine meetings were dropped" },
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := readLog(t)
			consents := agreed(l.Narratives)
			change(&l, &consents[0])
			anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, consents, printDay())
			require.Len(t, anecdotes, 2)
			require.True(t, findings.Has("C-21"))
			require.True(t, findings.Has("PIL-163"))
		})
	}
	l, _ := readLog(t)
	anecdotes, _ := mentor.Anecdotes(l.Narratives, l.Sessions, nil, printDay())
	require.Empty(t, anecdotes, "nobody to ask is no consent")
}

// A narrative told twice under one id is printed once.
func TestAnecdotesPrintAnIDOnce(t *testing.T) {
	l, _ := readLog(t)
	l.Narratives = append(l.Narratives, l.Narratives[0])
	anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, agreed(l.Narratives), printDay())
	require.Len(t, anecdotes, 3)
	require.True(t, findings.Has("MEN-011"))
}

// MEN-011: of two narratives with one id and other words neither is printed,
// whichever comes first.
func TestAnecdotesPrintNeitherOfTwo(t *testing.T) {
	l, _ := readLog(t)
	other := l.Narratives[0]
	other.Change += " And more."
	for _, list := range [][]mentor.Narrative{append(slices.Clone(l.Narratives), other), append([]mentor.Narrative{other}, l.Narratives...)} {
		anecdotes, findings := mentor.Anecdotes(list, l.Sessions, agreed(list), printDay())
		require.Len(t, anecdotes, 2)
		require.True(t, findings.Has("MEN-011"))
		first, second := slices.IndexFunc(list, func(n mentor.Narrative) bool { return n.ID == other.ID }), 0
		for i, n := range list {
			if n.ID == other.ID {
				second = i
			}
		}
		for path, at := range map[string]int{fmt.Sprintf("narratives[%d].id", first): second, fmt.Sprintf("narratives[%d].id", second): first} {
			i := slices.IndexFunc(findings, func(f coaching.Finding) bool { return f.Path == path })
			require.GreaterOrEqual(t, i, 0)
			require.Contains(t, findings[i].Message, fmt.Sprintf("narratives[%d] has this id", at))
		}
		require.False(t, slices.ContainsFunc(anecdotes, func(a mentor.Anecdote) bool { return a.Narrative == other.ID }))
	}
}

// Withdrawing consent removes exactly the anecdotes of those who withdrew.
func TestWithdrawalRemovesTheAnecdote(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, _ := readLog(t)
		consents := agreed(l.Narratives)
		at := printDay()
		var want []string
		for i, n := range l.Narratives {
			if rapid.Bool().Draw(r, "withdraws") {
				consents[i].Withdrawn = at.Add(-time.Duration(rapid.Int64Range(0, 1e15).Draw(r, "ago")))
			} else {
				want = append(want, n.ID)
			}
		}
		anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, consents, at)
		var got []string
		for _, a := range anecdotes {
			got = append(got, a.Narrative)
		}
		require.Equal(r, want, got)
		require.Equal(r, len(want) < mentor.MinAnecdotes, findings.Has("PIL-163"))
	})
}

// The canonical bytes and the digest of the golden narrative, made once outside
// with Python: struct.pack(">I", len(x)) before each field, hashlib.sha256.
func TestNarrativeDigest(t *testing.T) {
	l, _ := readLog(t)
	require.Equal(t, goldenDigest, l.Narratives[0].Digest())
	slices.Reverse(l.Narratives[0].Sessions)
	require.Equal(t, goldenDigest, l.Narratives[0].Digest(), "the order of sessions means nothing")
}

// Moving text from one field to the next, or changing any, changes the digest.
func TestCanonicalBytesAreUnambiguous(t *testing.T) {
	text := rapid.StringMatching(`[ab]{0,3}`)
	narrative := rapid.Custom(func(r *rapid.T) mentor.Narrative {
		return mentor.Narrative{
			ID: text.Draw(r, "id"), Sessions: rapid.SliceOfN(text, 0, 2).Draw(r, "sessions"), Speaker: text.Draw(r, "speaker"),
			Situation: text.Draw(r, "situation"), Behaviour: text.Draw(r, "behaviour"), Experiment: text.Draw(r, "experiment"),
			Change: text.Draw(r, "change"), Alternative: text.Draw(r, "alternative"),
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := narrative.Draw(r, "a"), narrative.Draw(r, "b")
		slices.Sort(a.Sessions)
		slices.Sort(b.Sessions)
		same := a.ID == b.ID && slices.Equal(a.Sessions, b.Sessions) && a.Speaker == b.Speaker && a.Situation == b.Situation &&
			a.Behaviour == b.Behaviour && a.Experiment == b.Experiment && a.Change == b.Change && a.Alternative == b.Alternative
		require.Equal(r, same, string(a.Canonical()) == string(b.Canonical()))
	})
}
