package chart_test

import (
	"slices"
	"testing"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/chart"
	"github.com/stretchr/testify/require"
)

func pilotSchedule() chart.Gantt {
	day := coaching.MustDate
	return chart.Gantt{
		Title: "Schedule of a twelve-week pilot",
		Desc:  "Eight weeks of baseline, then two waves of coaching that end together.",
		Spans: []chart.Span{
			{"Baseline", "8 weeks", day("2026-11-16"), day("2027-01-10")},
			{"Set-up: notice, consent, enablement", "weeks 1 to 4", day("2027-01-04"), day("2027-01-31")},
			{"Wave 1, coached", "5 leaders", day("2027-02-01"), day("2027-03-28")},
			{"Wave 2, coached", "5 leaders", day("2027-03-01"), day("2027-03-28")},
		},
		Milestones: []chart.Milestone{
			{"decision review", day("2027-04-05")},
			{"purge of raw traces", day("2027-02-14")},
			{"plan locked", day("2027-01-04")},
			{"signal snapshot", day("2027-02-12")},
		},
	}
}

func TestGantt(t *testing.T) {
	golden(t, "gantt.svg", pilotSchedule().SVG())
	golden(t, "gantt_short.svg", chart.Gantt{
		Title:      "Three weeks",
		Spans:      []chart.Span{{"First", "", coaching.MustDate("2027-01-04"), coaching.MustDate("2027-01-24")}, {Label: "No days yet"}},
		Milestones: []chart.Milestone{{Label: "no date, left out"}},
	}.SVG())
	golden(t, "gantt_empty.svg", chart.Gantt{Title: "Nothing planned", Spans: []chart.Span{{Label: "No days yet"}}}.SVG())
}

// Milestones are drawn by date, whatever order they come in; the caller's slice
// stays as it was.
func TestGanttMilestoneOrder(t *testing.T) {
	g := pilotSchedule()
	want := string(g.SVG())
	for range 4 {
		g.Milestones = append(slices.Clone(g.Milestones[1:]), g.Milestones[0])
		before := slices.Clone(g.Milestones)
		require.Equal(t, want, string(g.SVG()))
		require.Equal(t, before, g.Milestones)
	}
}

// Years apart, the axis still has few ticks.
func TestGanttLongRange(t *testing.T) {
	for _, to := range []string{"2027-12-31", "2035-06-01", "2400-01-01", "9999-12-31"} {
		svg := chart.Gantt{Spans: []chart.Span{{"a", "", coaching.MustDate("2027-01-04"), coaching.MustDate(to)}}}.SVG()
		wellFormed(t, svg)
		require.Less(t, len(svg), 5000, to)
	}
}
