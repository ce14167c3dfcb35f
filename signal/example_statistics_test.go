package signal_test

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// The week of the release, read against the team's own baseline, by which less is
// better. A percentage is refused: this definition states no range from zero.
func ExampleBaselines_Normalise() {
	panel, _ := readExport()
	baselines := baselinesOf(panel, meetingHours())
	oriented, findings := baselines.Normalise(signal.OrientedZ)
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	weeks := oriented.Series().Periods()
	for _, week := range weeks[7:] {
		cell := oriented.At(who("L0"), week)
		fmt.Printf("%s %+.1f of %d people\n", week.Start, cell.Value, cell.N)
	}
	_, findings = baselines.Normalise(signal.PercentOfBaseline)
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// 2026-12-21 +0.4 of 6 people
	// 2026-12-28 +1.6 of 6 people
	// 2027-01-04 -25.8 of 6 people
	// SIG-023 error meeting_hours: a percentage needs a ratio scale: a range that starts at zero
}

// A chart for a reader. Its limits from eight weeks are trial limits, and it
// raises no flag.
func ExampleBaseline_XmR() {
	panel, _ := readExport()
	chart, ok := baselinesOf(panel, meetingHours()).Of(who("L0")).XmR()
	if !ok {
		fmt.Println("no chart: the baseline is insufficient")
		return
	}
	if chart.Trial {
		fmt.Println("trial limits")
	}
	fmt.Printf("mean %.2f, limits %.2f to %.2f\n", chart.Mean.Center, chart.Mean.Low, chart.Mean.High)
	fmt.Printf("ranges up to %.2f; longest run %d, crossings %d\n", chart.RangeHigh, chart.Runs.Longest, chart.Runs.Crossings)
	// Output:
	// trial limits
	// mean 9.85, limits 8.90 to 10.79
	// ranges up to 1.16; longest run 2, crossings 4
}

// Two weeks are no level yet, so nothing is guessed.
func ExampleBaselines_Shift() {
	panel, _ := readExport()
	baselines := baselinesOf(panel, meetingHours())
	after := coaching.Window{From: coaching.MustDate("2026-12-28"), To: coaching.MustDate("2027-01-10")}
	if shift := baselines.Shift(who("L0"), after); shift.Reason != "" {
		fmt.Println(shift.Reason)
	} else {
		fmt.Printf("%+.1f, smallest detectable %.1f, P %.3f\n", shift.Delta, shift.MDC95, shift.P)
	}
	// Output:
	// 2 periods behind the baseline; want at least 3
}

// A quick check before anything is computed: what it finds has a code, a count
// and what to do about it.
func ExampleCheck() {
	panel, report := readExport()
	config := signal.VivaQuality(panel)
	config.Teams = teams()
	config.Loads = []signal.Load{
		{On: coaching.MustDate("2027-01-11"), Newest: coaching.MustDate("2027-01-10")},
		{On: coaching.MustDate("2027-01-18"), Newest: coaching.MustDate("2027-01-10")},
	}
	quality := signal.Check(panel, report, config, coaching.MustDate("2027-01-19"))
	fmt.Println(quality.Subjects, "people,", quality.Periods, "weeks,", quality.MissingRows, "rows missing")
	for _, f := range quality.Findings() {
		fmt.Println(f)
	}
	// Output:
	// 24 people, 10 weeks, 0 rows missing
	// DQ19 error Collaboration_hours: the feed is stale: the last load did not advance beyond 2027-01-10
}
