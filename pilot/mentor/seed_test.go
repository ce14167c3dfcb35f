package mentor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// PIL-115: the five classes of sources each have a seed that is an entry without
// a finding, in a playbook of two pages.
func TestSeedsAreEntries(t *testing.T) {
	p := mentor.Playbook{Title: "Seeds"}
	var sources []signal.Source
	for _, s := range mentor.Seeds() {
		sources = append(sources, s.Source)
		id := s.Source.String()
		require.NotEmpty(t, s.Use)
		p.Signals = append(p.Signals, mentor.Line{Signal: id, Behaviour: s.Use, Path: "signal -> behaviour -> outcome"})
		p.Entries = append(p.Entries, s.Entry(id, "E-"+id))
	}
	require.Equal(t, []signal.Source{signal.CollaborationMetadata, signal.SurveyAnswers, signal.PeopleAnalytics, signal.BusinessKPI, signal.Learning}, sources)
	require.Empty(t, p.Check())

	// What is handed out is the caller's own.
	mentor.Seeds()[0].Entry("a", "b").Prompts[0] = "changed"
	s := mentor.Seeds()[0]
	s.Entry("a", "b").Prompts[0] = "changed"
	require.NotEqual(t, "changed", s.Prompts[0])
	require.NotEqual(t, "changed", mentor.Seeds()[0].Prompts[0])
}
