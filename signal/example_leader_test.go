package signal_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A leader reads what is held about them, also while a figure is being checked
// and before a coach may read anything.
func ExampleNewLeaderView() {
	panel, _ := readExport()
	day := coaching.MustDate("2027-01-12")
	meetings := baselinesOf(panel, meetingHours())
	log, err := signal.NewStewardLog(signal.Detect(meetings), map[coaching.PersonID]coaching.PersonID{who("L0"): who("C1")})
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := signal.LeaderSpec{
		Programme: "product-org-12w", Leader: who("L0"), At: day.At(9, 0, time.UTC),
		Signals:   []*signal.Baselines{meetings},
		Standings: map[string]signal.StandingRecord{"meeting_hours": {Standing: signal.Cleared}},
		Freshness: map[string]signal.Freshness{"meeting_hours": signal.Gate(panel, meetingHours(), day, nil)},
		Log:       log,
		Readers: []signal.Reader{
			{Role: coaching.Coach, Reads: "level and change, before each session"},
			{Role: coaching.Steward, Reads: "flagged figures"},
		},
	}
	_, findings := signal.NewLeaderView(spec)
	fmt.Println(findings.Err())

	spec.Appeals = signal.AppealsRoute{Text: "write to the privacy office, which answers within 10 days", Role: coaching.PrivacyOfficer}
	view, findings := signal.NewLeaderView(spec)
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	fmt.Print(view.Text())
	// Output:
	// GOV-010 error appeals: no appeals route; say what a misrepresented leader does and which role decides
	// What product-org-12w holds about you and your team, 2027-01-12.
	// These are figures of groups and working hypotheses, not verdicts.
	//
	// 1. Meeting hours (hours per person and week)
	//    Hypothesis: meeting hours -> fewer recurring meetings -> sprint predictability
	//    What it is: mean hours that a team member spends in meetings
	//    Cannot see: unscheduled calls
	//    2026-11-02: 9.42
	//    2026-11-09: 10.2
	//    2026-11-16: 9.98
	//    2026-11-23: 9.77
	//    2026-11-30: 9.55
	//    2026-12-07: 10.2
	//    2026-12-14: 9.95
	//    2026-12-21: 9.73
	//    2026-12-28: 9.35
	//    2027-01-04: being checked by a steward
	//    Note:       level and change are not stated while a figure is being checked
	//    Read from:  collaboration_metadata; aggregate data; standing cleared
	//    Your coach: does not read it now, because the leader's consent to this signal for coaching does not hold at the time; 1 figure flagged and not yet decided by a steward
	//
	// Who else reads about you
	//    - coach: level and change, before each session
	//    - steward: flagged figures
	//
	// The day by which this is deleted is not stated here; ask for it.
	// If this misrepresents you: write to the privacy office, which answers within 10 days. Who decides: privacy_officer.
}
