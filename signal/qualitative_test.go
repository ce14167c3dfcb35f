package signal

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// words is an excerpt of a member of the first leader's team that may be used.
func (c *pilotCase) words(t testing.TB) QualitativeItem {
	t.Helper()
	return QualitativeItem{
		ID: "pulse_comments", Kind: Excerpt, Source: "team pulse", Text: "We hear of decisions late", Author: person(t, "E00"), N: 6, On: c.day,
		Redaction: Redaction{Redacted, person(t, "S"), c.day, "one name"},
	}
}

// agree adds the author's consent to an item.
func (c *pilotCase) agree(q QualitativeItem) {
	c.request.Consents = append(c.request.Consents.(ConsentList), Consent{
		Participant: q.Author, Signal: q.ID, Purpose: CoachingPurpose, Granted: c.request.At.AddDate(0, -1, 0),
	})
}

// SIG-017: words that nobody has redacted, that a reader could ascribe to
// somebody, or a theme of nobody's coding, are in no pack.
func TestWordsAreRedactedBeforeAPackHoldsThem(t *testing.T) {
	c := newPilotCase(t, nil)
	leader := c.spec.Leader
	theme := QualitativeItem{ID: "feedback_themes", Kind: Theme, Source: "interviews", Text: "Handoffs stall", Coder: person(t, "S"), N: 5}
	own := c.words(t)
	own.Kind, own.Author, own.N, own.Redaction = InterviewAnswer, leader, 0, Redaction{NothingToRedact, leader, c.day, ""}
	for name, good := range map[string]QualitativeItem{"excerpt": c.words(t), "theme": theme, "the leader's own": own} {
		require.Empty(t, good.wrong(leader), name)
	}
	tests := []struct {
		name string
		item QualitativeItem
		edit func(*QualitativeItem)
	}{
		{"SIG-017 not redacted", c.words(t), func(q *QualitativeItem) { q.Redaction.State, q.Redaction.TakenOut = NotRedacted, "" }},
		{"SIG-017 zero redaction", c.words(t), func(q *QualitativeItem) { q.Redaction = Redaction{} }},
		{"SIG-017 undeclared redaction", c.words(t), func(q *QualitativeItem) { q.Redaction.State, q.Redaction.TakenOut = 9, "" }},
		{"SIG-017 redacted by nobody", c.words(t), func(q *QualitativeItem) { q.Redaction.By = coaching.PersonID{} }},
		{"SIG-017 redacted on no day", c.words(t), func(q *QualitativeItem) { q.Redaction.On = coaching.Date{} }},
		{"SIG-017 redacted by the leader", c.words(t), func(q *QualitativeItem) { q.Redaction.By = leader }},
		{"SIG-017 what was taken out", c.words(t), func(q *QualitativeItem) { q.Redaction.TakenOut = " " }},
		{"SIG-017 taken out of nothing", c.words(t), func(q *QualitativeItem) { q.Redaction.State = NothingToRedact }},
		{"SIG-017 two lines taken out", c.words(t), func(q *QualitativeItem) { q.Redaction.TakenOut = "a\nb" }},
		{"SIG-017 small team", c.words(t), func(q *QualitativeItem) { q.N = 4 }},
		{"SIG-017 nobody's words", c.words(t), func(q *QualitativeItem) { q.Author = coaching.PersonID{} }},
		{"SIG-017 nobody's answer", own, func(q *QualitativeItem) { q.Author = coaching.PersonID{} }},
		{"SIG-017 answer not redacted", own, func(q *QualitativeItem) { q.Redaction = Redaction{} }},
		{"SIG-017 theme without a coder", theme, func(q *QualitativeItem) { q.Coder = coaching.PersonID{} }},
		{"SIG-017 theme of one author", theme, func(q *QualitativeItem) { q.Author = person(t, "E00") }},
		{"SIG-017 theme of four", theme, func(q *QualitativeItem) { q.N = 4 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := c.spec
			tt.edit(&tt.item)
			spec.Qualitative = []QualitativeItem{tt.item}
			p, fs := NewPack(spec)
			require.True(t, fs.Blocked() && fs.Has("SIG-017"), "%v", fs)
			require.False(t, p.ok)
		})
	}
}

// Words are shown while their author agrees, and never with the author: neither
// the items nor the text hold anybody behind them.
func TestCoachViewShowsWordsWithoutTheirAuthor(t *testing.T) {
	c := newPilotCase(t, nil)
	excerpt := c.words(t)
	answer := excerpt
	answer.ID, answer.Kind, answer.Text = "interviews", InterviewAnswer, "Escalations take a week"
	answer.Redaction = Redaction{NothingToRedact, person(t, "E00"), c.day, ""}
	c.spec.Qualitative = append(c.spec.Qualitative, excerpt, answer)
	p := c.pack(t)

	view, fs := p.CoachView(c.request)
	require.False(t, fs.Blocked())
	require.True(t, fs.Has("GOV-012"), "no author has agreed yet")
	require.Len(t, view.Qualitative(), 1)
	require.Equal(t, []Omission{{"pulse_comments", "its author's consent does not hold"}, {"interviews", "its author's consent does not hold"}}, view.LeftOut())

	c.agree(excerpt)
	c.agree(answer)
	view, fs = p.CoachView(c.request)
	require.Empty(t, fs)
	require.Len(t, view.Qualitative(), 3)
	for _, shown := range []string{fmt.Sprintf("%+v", view.Qualitative()), view.Text()} {
		require.NotContains(t, shown, person(t, "E00").String(), "the author")
		require.NotContains(t, shown, person(t, "S").String(), "coder and redactor")
	}
	require.Contains(t, view.Text(), `"We hear of decisions late" (team pulse; taken out: one name)`)
	require.Contains(t, view.Text(), `"Escalations take a week" (team pulse)`)

	c.request.At = c.request.At.AddDate(0, -2, 0) // before they agreed
	require.Equal(t, "GOV-012", func() string {
		code, _ := answer.hidden(c.spec.Leader, c.request.Coach, c.request.Consents, c.request.At)
		return code
	}())
}

// SIG-017: a coach who redacts a member's words has read them whole; a leader's
// own words the coach may have taken down.
func TestCoachDoesNotRedact(t *testing.T) {
	c := newPilotCase(t, nil)
	member, own := c.words(t), c.words(t)
	member.Redaction.By = c.request.Coach
	own.ID, own.Author, own.N, own.Redaction.By = "leader_interview", c.spec.Leader, 1, c.request.Coach
	c.spec.Qualitative = []QualitativeItem{member, own}
	c.agree(member)
	c.agree(own)
	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	require.True(t, fs.Has("SIG-017"))
	require.Len(t, view.Qualitative(), 1)
	require.Equal(t, "leader_interview", view.Qualitative()[0].ID)
	require.Equal(t, "pulse_comments", view.LeftOut()[0].Signal)
}

// EX-08, SIG-032: the director-level cohort reads pulse excerpts, collaboration
// density and team feedback themes in one pack, in the order of priority. SIG-004:
// one figure alone is too little, and so it is once the words are withdrawn.
func TestPackOfTheDirectorCohort(t *testing.T) {
	c := newPilotCase(t, nil)
	density := c.first
	density.ID, density.Name = "collaboration_density", "Collaboration density"
	excerpt := c.words(t)
	excerpt.ID = "pulse_excerpts"
	second := excerpt
	second.Text, second.Author = "Who decides is not clear", person(t, "E01")
	themes := QualitativeItem{ID: "team_feedback_themes", Kind: Theme, Source: "interviews", Text: "Escalations have no owner", Coder: person(t, "S"), N: 6, On: c.day}
	c.spec.Signals = []PackSignal{c.signal(t, density)}
	c.spec.Qualitative = []QualitativeItem{excerpt, second, themes}
	c.agree(excerpt)
	c.request.Consents = append(c.request.Consents.(ConsentList), Consent{Participant: c.spec.Leader, Signal: density.ID, Purpose: CoachingPurpose, Granted: c.request.At.AddDate(0, -1, 0)})
	c.request.Standings = map[string]StandingRecord{density.ID: {Standing: Cleared}}
	c.request.Freshness = map[string]Freshness{density.ID: Gate(c.panel, density, c.day, nil)}

	p, fs := NewPack(c.spec)
	require.Empty(t, fs, "three inputs of both kinds: nothing to warn about")
	view, fs := p.CoachView(c.request)
	require.NoError(t, fs.Err())
	require.Equal(t, []Omission{{"pulse_excerpts", "its author's consent does not hold"}}, view.LeftOut(), "the second author has not agreed")
	require.Equal(t, "collaboration_density", view.Signals()[0].ID)
	require.Equal(t, []string{"pulse_excerpts", "team_feedback_themes"}, []string{view.Qualitative()[0].ID, view.Qualitative()[1].ID})
	require.LessOrEqual(t, view.ReadingMinutes(), 10)

	c.spec.Qualitative = []QualitativeItem{excerpt}
	p, fs = NewPack(c.spec)
	require.Empty(t, fs)
	_, fs = p.CoachView(c.request)
	require.Empty(t, fs)
	c.request.Consents = c.request.Consents.(ConsentList)[:2]
	c.request.Consents = append(c.request.Consents.(ConsentList), Consent{Participant: c.spec.Leader, Signal: density.ID, Purpose: CoachingPurpose, Granted: c.request.At.AddDate(0, -1, 0)})
	view, fs = p.CoachView(c.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-004"), "the excerpt's author has withdrawn, and a lone figure stays: %v", fs)
	require.True(t, view.IsZero())

	c.spec.Qualitative = nil
	_, fs = NewPack(c.spec)
	require.True(t, fs.Blocked() && fs.Has("SIG-004") && fs.Has("SIG-006"), "one figure alone")
}
