package signal

import (
	"cmp"
	"fmt"

	"github.com/coachgov/coaching"
)

// A Period is a run of days that one figure covers. Periods are comparable.
type Period struct {
	Start coaching.Date `json:"start"`
	Days  int           `json:"days"`
}

// Last returns the period's last day.
func (p Period) Last() coaching.Date { return p.Start.AddDays(p.Days - 1) }

// Compare orders periods by their start, then by their length.
func (p Period) Compare(other Period) int {
	return cmp.Or(p.Start.Compare(other.Start), cmp.Compare(p.Days, other.Days))
}

// String returns "2006-01-02+7d".
func (p Period) String() string { return fmt.Sprintf("%s+%dd", p.Start, p.Days) }

// within reports whether the window holds the whole period.
func (p Period) within(w coaching.Window) bool {
	return w.Contains(p.Start) && w.Contains(p.Last())
}
