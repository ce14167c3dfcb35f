package signal

import (
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// CoachingPurpose is the purpose that consent to a coach view names.
const CoachingPurpose = "coaching"

// A CoachRequest is what a coach view needs to know about the moment. The zero
// request is refused.
type CoachRequest struct {
	Coach coaching.PersonID
	At    time.Time
	// Consents answers for the leader per signal, and for the author of each
	// excerpt, with purpose [CoachingPurpose].
	Consents Consents
	// Standings hold each signal's standing; a signal that is not in it is a
	// Candidate.
	Standings map[string]StandingRecord
	// Freshness holds what [Gate] said about each signal's feed; it is judged
	// again on the day of At, and no fresher than the pack's newest figure. A signal
	// that is not in it is stale.
	Freshness map[string]Freshness
	Log       *StewardLog
	// FollowUp is the window to compare with the baseline; zero means every
	// period after the baseline that has ended by At.
	FollowUp coaching.Window
	// LeaveOut takes signals out of this view, each for a reason that the view
	// states. Two inputs must stay, one of them with figures.
	LeaveOut []Omission
}

// A StandingRecord is a signal's standing and, when it is Restricted, the human
// control that is in place.
type StandingRecord struct {
	Standing Standing
	Control  string // such as "HR reviewer reads every pack before the coach"
}

// An Omission is a signal that a view leaves out, and why.
type Omission struct {
	Signal string
	Reason string
}

// barred says what keeps a signal about a leader from a coach, flags aside:
// FAI-005 its standing, SIG-026 its feed, GOV-012 the leader's consent. A late
// feed is a warning. Figures are no fresher than the newest of them, whatever the
// feed has delivered since.
func (b *Baselines) barred(leader coaching.PersonID, standings map[string]StandingRecord, freshness map[string]Freshness, consents Consents, at time.Time) coaching.Findings {
	d := b.series.definition
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: d.ID, Message: fmt.Sprintf(format, args...)})
	}
	switch s := standings[d.ID]; {
	case s.Standing == Cleared:
	case s.Standing == Restricted && strings.TrimSpace(s.Control) != "":
	case s.Standing == Restricted:
		add("FAI-005", coaching.Error, "the signal is restricted, and no human control is in place")
	default:
		add("FAI-005", coaching.Error, "the signal is %s; want cleared, or restricted with a control in place", s.Standing)
	}
	feed, known := freshness[d.ID]
	if n := len(b.series.periods); n > 0 && b.series.periods[n-1].Last().Before(feed.Newest) {
		feed.Newest = b.series.periods[n-1].Last()
	}
	feed = feed.On(coaching.DateOf(at))
	switch {
	case !known || feed.Signal != d.ID:
		add("SIG-026", coaching.Error, "nothing says how fresh the feed is")
	case feed.Status == Stale || feed.Status == OutcomeOnly:
		add("SIG-026", coaching.Error, "the feed is %s: %s", feed.Status, strings.Join(feed.Reasons, "; "))
	case feed.Status == Late:
		add("SIG-026", coaching.Warning, "the feed is late: %s", strings.Join(feed.Reasons, "; "))
	}
	if consents == nil || !consents.Holds(leader, d.ID, CoachingPurpose, at) {
		add("GOV-012", coaching.Error, "the leader's consent to this signal for coaching does not hold at the time")
	}
	return fs
}
