package report

import (
	"fmt"

	"github.com/coachgov/coaching/pilot"
)

// Readiness returns the data readiness checklist (PIL-076): what the plan says of
// its feeds, and what has happened so far, from pilot.Log.Facts. Each item is
// answered yes, no or not known; what neither of the two can tell is not known,
// and somebody has to look. Numbers are those of pilot.DefaultPolicy. It fails as
// Charter does.
func Readiness(p *pilot.Plan, f pilot.Facts) (*Document, error) {
	d, err := newDocument("readiness", "Data readiness", p)
	if err != nil {
		return nil, err
	}
	pol := pilot.DefaultPolicy()
	feeds := Part{Title: "Feeds", Head: []string{"Feed", "Used for", "Fresh enough", "Anonymised export"}}
	open := 0
	answer := func(yes bool) string {
		if yes {
			return "yes"
		}
		open++
		return "no"
	}
	for _, s := range p.Signals {
		use, fresh := or(string(s.Use), string(pilot.ForCoaching)), "not asked of an outcome"
		if use == string(pilot.ForCoaching) {
			fresh = answer(s.RefreshDays > 0 && s.RefreshDays <= pol.CoachingRefresh) + fmt.Sprintf(", every %s (at most %d)", counted(s.RefreshDays, "day"), pol.CoachingRefresh)
		}
		feeds.Rows = append(feeds.Rows, []string{s.ID, use, fresh, answer(s.CSVExport)})
	}
	if len(feeds.Rows) == 0 {
		open++
		feeds.Text = "The plan names no feed."
	}

	list := Part{Title: "Checklist", Head: []string{"Item", "Answer", "What is known"}}
	item := func(name string, yes bool, known string) {
		list.Rows = append(list.Rows, []string{name, answer(yes), known})
	}
	item("Export test passed", f.ExportTest, "from the log")
	history := counted(f.HistoryDays, "day")
	if f.LongestHistory > f.HistoryDays {
		history = fmt.Sprintf("%d to %d days", f.HistoryDays, f.LongestHistory)
	}
	item("History of 6 to 8 weeks", f.HistoryDays >= pol.MinHistory && max(f.HistoryDays, f.LongestHistory) <= pol.MaxHistory,
		fmt.Sprintf("%s, want %d to %d", history, pol.MinHistory, pol.MaxHistory))
	item("Quality check passed", f.QualityCheck, "from the log")
	agreed := fmt.Sprintf("%d of %d", f.Consents, f.Leaders-f.Left)
	if f.Left > 0 {
		agreed += fmt.Sprintf("; %d left", f.Left)
	}
	item("Every leader who takes part has agreed", f.Consents > 0 && f.Consents >= f.Leaders-f.Left, agreed)
	item("Data owner and steward", !blank(p.Roles.DataOwner) && !blank(p.Roles.Steward),
		"data owner "+or(p.Roles.DataOwner, "nobody")+", steward "+or(p.Roles.Steward, "nobody"))
	item("Groups of a snapshot are large enough", p.Snapshot.MinGroup >= pol.MinGroup, fmt.Sprintf("at least %s, want %d", counted(p.Snapshot.MinGroup, "leader"), pol.MinGroup))
	small := "the smallest has as many"
	for _, finding := range p.Check() {
		if finding.Code == "C-15" && finding.Path == "snapshot.unit" {
			small = finding.Message
		}
	}
	item("Groups of a snapshot reach that number", small == "the smallest has as many", small)
	readings := p.Readings(p.KPI.CadenceDays)
	item("The KPI is read often enough", readings >= pol.KPIReadings, fmt.Sprintf("%s while it is measured, want %d", counted(readings, "reading"), pol.KPIReadings))
	item("Models that suggest show inputs and a card", f.Opaque == 0, fmt.Sprintf("%d of %d do not", f.Opaque, f.Suggesting))
	item("Compact with retention dates signed", f.Compact, "from the log")
	dates := map[string]string{}
	for _, m := range p.Milestones() {
		dates[m.ID] = m.Date.String()
	}
	known, first := "the plan has no dates", dates["raw_purge_oldest_baseline_trace"]
	if first != "" {
		known = fmt.Sprintf("raw traces of the baseline go from %s to %s, aggregates by %s", first, dates["raw_purge_last_baseline_trace"], dates["aggregate_retention_limit"])
	}
	item("Days of deletion", first != "", known)
	for _, name := range []string{"Complete for each leader", "Explainable by a person who is named", "Use restrictions stated for each feed", "Raw data kept apart from aggregates"} {
		open++
		list.Rows = append(list.Rows, []string{name, "not known", "neither plan nor log can tell; somebody has to look"})
	}
	d.add(Part{Title: "Are the data ready?", Text: fmt.Sprintf("%s open.", counted(open, "answer"))})
	d.add(feeds)
	d.add(list)
	return d, nil
}
