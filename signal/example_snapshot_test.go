package signal_test

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// On Friday the second snapshot of the week says that nothing is new; on the
// Tuesday after, the release week is in, and half of what is new is noise.
func ExampleNewSnapshot() {
	panel, _ := readExport()
	day := coaching.MustDate("2027-01-12")
	meetings, after := baselinesOf(panel, meetingHours()), baselinesOf(panel, afterHours())
	pack, findings := signal.NewPack(signal.PackSpec{
		Programme: "product-org-12w", Outcome: "sprint predictability", Leader: who("L0"),
		Signals:         []signal.PackSignal{judged(meetings, panel, day), judged(after, panel, day)},
		UnblendedReason: "the pulse starts in February",
	})
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	var before signal.Snapshot
	for _, on := range []string{"2027-01-05", "2027-01-08", "2027-01-12"} {
		snapshot, findings := signal.NewSnapshot(pack, nil, coaching.MustDate(on), before)
		if findings.Blocked() {
			fmt.Println(findings.Err())
			return
		}
		fmt.Print(snapshot.Text())
		before = snapshot
	}
	// Output:
	// First snapshot, 2027-01-05: 2 signals.
	//    meeting_hours: 0 new, 0 restated, 0 flags waiting for a steward
	//    after_hours_ratio: 0 new, 0 restated, 0 flags waiting for a steward
	// Snapshot of 2027-01-08: 0 of 2 signals with a new period since 2027-01-05.
	// Nothing is new to act on.
	//    meeting_hours: 0 new, 0 restated, 0 flags waiting for a steward
	//    after_hours_ratio: 0 new, 0 restated, 0 flags waiting for a steward
	// Snapshot of 2027-01-12: 2 of 2 signals with a new period since 2027-01-08.
	// 1 of 2 new figures within the limits of the baseline: noise, as far as anybody can tell.
	//    meeting_hours: 1 new, 0 restated, 1 flag waiting for a steward
	//    after_hours_ratio: 1 new, 0 restated, 0 flags waiting for a steward
}
