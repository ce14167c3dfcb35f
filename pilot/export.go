package pilot

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/chart"
)

// gates are the milestones that a one-page figure shows.
var gates = [...]string{
	"compact_signed_by", "consent_complete_by", "playbook_delivered_by",
	"mid_pilot_governance_checkpoint", "decision",
}

// gateMilestones returns the milestones that a figure shows, in order of time.
func (s *Schedule) gateMilestones() []Milestone {
	var ms []Milestone
	for _, id := range gates {
		for _, m := range s.Milestones {
			if m.ID == id {
				ms = append(ms, m)
			}
		}
	}
	return ms
}

func spaced(id string) string { return strings.ReplaceAll(id, "_", " ") }

// Mermaid returns the phases and gates as a Mermaid gantt chart. Every date is
// absolute: Mermaid's own "excludes" moves dates. Line breaks and the characters
// that end a Mermaid statement become spaces in the title.
func (s *Schedule) Mermaid(title string) []byte {
	var b bytes.Buffer
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(";#%{}", r) {
			return ' '
		}
		return r
	}, title)
	fmt.Fprintf(&b, "gantt\n  title %s\n  dateFormat YYYY-MM-DD\n  axisFormat %%d %%b\n  tickInterval 1week\n  weekday %s\n",
		safe, strings.ToLower(s.Week0.Weekday().String()))
	b.WriteString("  section Phases\n")
	for _, p := range s.Phases {
		fmt.Fprintf(&b, "  %s (wk %s) :%s, %s, %s\n", spaced(p.ID), p.Weeks(), p.ID, p.Days.From, p.Days.To.AddDays(1))
	}
	b.WriteString("  section Gates\n")
	for _, m := range s.gateMilestones() {
		fmt.Fprintf(&b, "  %s :milestone, %s, %s, 0d\n", spaced(m.ID), m.ID, m.Date)
	}
	return b.Bytes()
}

// SVG returns the phases, the waves and the gates as an accessible figure.
func (s *Schedule) SVG() []byte {
	g := chart.Gantt{
		Title: s.Title,
		Desc: fmt.Sprintf("Schedule of %d weeks from %s to %s: %d sessions, %d snapshots.",
			s.Weeks, s.Week0, s.End, len(s.Sessions), len(s.Snapshots)),
	}
	for _, p := range s.Phases {
		note := "week " + p.Weeks()
		if p.First < p.Last {
			note = "weeks " + p.Weeks()
		}
		g.Spans = append(g.Spans, chart.Span{Label: shown(p.ID), Note: note, From: p.Days.From, To: p.Days.To})
	}
	for i, wave := range s.waves() {
		label := fmt.Sprintf("coaching from week %d", wave.start)
		g.Spans = append(g.Spans, chart.Span{Label: label, Note: fmt.Sprintf("wave %d, %s", i+1, counted(wave.leaders, "leader", "leaders")), From: wave.from, To: s.Run.To})
	}
	for _, m := range s.gateMilestones() {
		g.Milestones = append(g.Milestones, chart.Milestone{Label: shown(m.ID), Date: m.Date})
	}
	return g.SVG()
}

// shown returns what a figure calls a phase or milestone.
func shown(id string) string {
	switch id {
	case "baseline_consent":
		return "baseline and consent"
	case "enablement_playbook":
		return "enablement and playbook"
	case "iterate_expand":
		return "iterate and expand"
	case "final_validation_decision":
		return "final validation and decision"
	case "compact_signed_by":
		return "compact signed"
	case "consent_complete_by":
		return "consent complete"
	case "playbook_delivered_by":
		return "playbook delivered"
	case "mid_pilot_governance_checkpoint":
		return "governance checkpoint"
	}
	return spaced(id)
}

// A waveSpan is the leaders whose coaching begins in the same week.
type waveSpan struct {
	start   int // pilot week
	from    coaching.Date
	leaders int
}

// waves returns when coaching begins for how many leaders, the earliest first.
// A missed first session counts, since it was due.
func (s *Schedule) waves() []waveSpan {
	first := map[string]int{}
	due := func(leader string, week int) {
		if known, ok := first[leader]; !ok || week < known {
			first[leader] = week
		}
	}
	for _, x := range s.Sessions {
		due(x.Leader, x.Week)
	}
	for _, x := range s.Missed {
		due(x.Leader, x.Week)
	}
	counts := map[int]int{}
	for _, week := range first {
		counts[week]++
	}
	var spans []waveSpan
	for _, week := range slices.Sorted(maps.Keys(counts)) {
		spans = append(spans, waveSpan{week, weekFrom(s.Week0, s.Slip, week), counts[week]})
	}
	return spans
}

// CSV returns every dated entry: kind, id, week, from, to, start in UTC, leader
// and rule. Phases come first, then milestones, snapshots, log reviews and
// sessions, each in the order of the schedule. Its cells hold identifiers,
// numbers and dates only, so none can be read as a formula.
func (s *Schedule) CSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	week := func(n int) string { return fmt.Sprint(n) }
	rows := [][]string{{"kind", "id", "week", "from", "to", "start_utc", "leader", "rule"}}
	for _, p := range s.Phases {
		rows = append(rows, []string{"phase", p.ID, week(p.First), p.Days.From.String(), p.Days.To.String(), "", "", ""})
	}
	for _, m := range s.Milestones {
		rows = append(rows, []string{"milestone", m.ID, week(m.Week), m.Date.String(), m.Date.String(), "", "", m.Rule})
	}
	for _, d := range s.Snapshots {
		rows = append(rows, []string{"snapshot", "snapshot", week(weekOf(s.Week0, s.Slip, d)), d.String(), d.String(), "", "", "PIL-049"})
	}
	for _, d := range s.LogReviews {
		rows = append(rows, []string{"log_review", "log_review", week(weekOf(s.Week0, s.Slip, d)), d.String(), d.String(), "", "", "GOV-019"})
	}
	for _, x := range s.Sessions {
		rows = append(rows, []string{"session", "session", week(x.Week), x.Date.String(), x.Date.String(), instant(x.Start), x.Leader, "PIL-048"})
	}
	// Writing to a buffer cannot fail.
	_ = w.WriteAll(rows)
	return b.Bytes()
}
