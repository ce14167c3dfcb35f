package mentor

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// Bounds on what prepares a coach (C-1): half a day of workshop is the least, a
// whole day is recommended.
const (
	MinWorkshopMinutes = 210
	WorkshopMinutes    = 420
	// PassMark is the least score of a teach-back, out of 100. It is ours: the
	// field has no figure.
	PassMark = 70
)

// Enablement is the evidence that one coach can read signals: not that the
// coach attended, but that the coach could teach it back.
type Enablement struct {
	Coach           coaching.PersonID `json:"coach"`
	Workshop        coaching.Date     `json:"workshop"`         // last day of the workshop
	WorkshopMinutes int               `json:"workshop_minutes"` // in all
	TeachBack       int               `json:"teach_back" doc:"max=100"`
	Assessor        coaching.PersonID `json:"assessor"` // who heard the teach-back
	// Analyst is the people-analytics owner who checks signals with this coach
	// before sessions (PIL-031).
	Analyst coaching.PersonID `json:"analyst"`
}

// Check reports what keeps the coach from starting, sorted.
func (e Enablement) Check() coaching.Findings {
	var f finder
	e.check(&f, "")
	return f.sorted()
}

func (e Enablement) check(f *finder, path string) {
	if e.Coach.IsZero() {
		f.err("PIL-105", path+"coach", "the record names no coach")
	}
	switch {
	case e.Workshop.IsZero():
		f.err("PIL-105", path+"workshop", "no workshop took place")
	case e.WorkshopMinutes < MinWorkshopMinutes:
		f.err("C-1", path+"workshop_minutes", "workshop of %s hours, want at least %s", hours(e.WorkshopMinutes), hours(MinWorkshopMinutes))
	case e.WorkshopMinutes < WorkshopMinutes:
		f.warn("C-1", path+"workshop_minutes", "workshop of %s hours; %s are recommended", hours(e.WorkshopMinutes), hours(WorkshopMinutes))
	}
	if e.TeachBack < PassMark {
		f.err("MEN-005", path+"teach_back", "teach-back scored %d of 100, want at least %d: attendance alone is no evidence", e.TeachBack, PassMark)
	}
	if e.Assessor.IsZero() || e.Assessor == e.Coach {
		f.err("MEN-005", path+"assessor", "the teach-back needs an assessor other than the coach")
	}
	if e.Analyst.IsZero() || e.Analyst == e.Coach {
		f.err("PIL-031", path+"analyst", "the coach is paired with no analyst; want one who is not the coach")
	}
}

// hours returns minutes as hours with at most two decimals, such as "3.5".
func hours(minutes int) string {
	text := fmt.Sprintf("%d.%02d", minutes/60, minutes%60*100/60)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
