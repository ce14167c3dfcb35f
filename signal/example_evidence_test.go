package signal_test

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// What five weeks measured of a candidate signal, for whoever decides about its
// standing. A window of four weeks is no evidence.
func ExampleEvidenceOf() {
	panel, _ := readExport()
	day := coaching.MustDate("2027-01-12")
	spec := signal.EvidenceSpec{
		Window:    coaching.Window{From: coaching.MustDate("2026-12-07"), To: coaching.MustDate("2027-01-10")},
		Baselines: baselinesOf(panel, meetingHours()),
		Freshness: signal.Gate(panel, meetingHours(), day, nil),
	}
	e := signal.EvidenceOf(spec)
	fmt.Printf("sufficient %t: coverage %.0f%%, feed %s, stability %s, %d flag, %d pending\n", e.Sufficient, 100*e.Coverage, e.Feed, e.Stability, e.Flags, e.Pending)

	spec.Window.From = coaching.MustDate("2026-12-14")
	fmt.Println(signal.EvidenceOf(spec).Findings().Err())
	// Output:
	// sufficient true: coverage 100%, feed fresh, stability stable, 1 flag, 1 pending
	// SIG-029 error meeting_hours: the evidence is insufficient: a window of 28 days; want at least 30
}

// Twelve leaders' figures, released in steps of two hours, still predict the
// outcome. Released as six cells of two leaders each they are six observations,
// too few to say what is left.
func ExampleUtilityOf() {
	var rows []signal.UtilityRow
	for i := range 12 {
		figure := 10 + float64((i*5)%12)
		rows = append(rows, signal.UtilityRow{
			Subject: who(fmt.Sprintf("L%d", i)), Full: figure, Released: 2 * math.Floor(figure/2), Outcome: 2*figure + float64(i%3),
		})
	}
	spec := signal.UtilitySpec{
		Signal: "meeting_hours", Rows: rows,
		Window: coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-01-31")},
	}
	u := signal.UtilityOf(spec)
	fmt.Printf("rounded: %s; %.2f before, %.2f (%.2f to %.2f) after; %.0f%% retained\n", u.Verdict, u.Before.R, u.After.R, u.After.Low, u.After.High, 100*u.Retained)

	for i := range rows {
		rows[i].Group = fmt.Sprint(rows[i].Released)
	}
	u = signal.UtilityOf(spec)
	fmt.Printf("as six cells: %s\n%s\n", u.Verdict, u.Findings()[0])
	// Output:
	// rounded: useful; 1.00 before, 0.99 (0.95 to 1.00) after; 98% retained
	// as six cells: cannot tell
	// SIG-028 warning meeting_hours: whether the anonymised signal is useful cannot be told: 6 units or groups with released figures; want at least 10
}
