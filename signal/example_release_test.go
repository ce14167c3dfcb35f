package signal_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// organisations is a panel of two weeks: 4 people in Audit, 6 in Finance, 9 in IT
// and 12 in Sales, and in the second week one fewer in IT.
func organisations() *signal.Panel {
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,Meeting_hours,Organization\n")
	person := 0
	for _, org := range []struct {
		name   string
		people int
	}{{"Audit", 4}, {"Finance", 6}, {"IT", 9}, {"Sales", 12}} {
		for i := range org.people {
			person++
			fmt.Fprintf(&b, "E%02d,2026-11-02,%d.5,%s\n", person, 8+person%5, org.name)
			if org.name != "IT" || i > 0 {
				fmt.Fprintf(&b, "E%02d,2026-11-09,%d.5,%s\n", person, 8+person%4, org.name)
			}
		}
	}
	panel, _, err := signal.ReadViva(strings.NewReader(b.String()), signal.ImportSpec{
		File: "person_query.csv", People: directory(), WeekStart: time.Monday,
		Metrics: []string{"Meeting_hours"}, Attributes: []string{"Organization"},
	})
	if err != nil {
		panic(err)
	}
	return panel
}

func printFigures(figures []signal.GroupFigure) {
	for _, f := range figures {
		name := f.Groups[0]
		if name == "" {
			name = "all"
		}
		if f.Status == signal.OK {
			fmt.Printf("%s %s: %.2f hours, %d people\n", f.Period.Start, name, f.Value, f.N)
			continue
		}
		fmt.Printf("%s %s: %s\n", f.Period.Start, name, f.Reason)
	}
}

// The four in Audit are too few to show. Finance goes with them, or the total less
// the others would be the four; what can be worked out is the two together. The
// next week IT has lost one. The ledger remembers the nine, and everybody, and
// hides what differs from these by one.
func ExampleNewRelease() {
	panel, ledger := organisations(), new(signal.Ledger)
	for _, monday := range []string{"2026-11-02", "2026-11-09"} {
		first := coaching.MustDate(monday)
		release, findings := signal.NewRelease(panel, meetingHours(), signal.ReleaseSpec{
			By: []string{"Organization"}, Window: coaching.Window{From: first, To: first.AddDays(6)}, Ledger: ledger,
		})
		if findings.Blocked() {
			fmt.Println(findings.Err())
			continue
		}
		if err := ledger.Record(release); err != nil {
			fmt.Println(err)
			return
		}
		printFigures(release.Figures())
	}
	// Output:
	// 2026-11-02 all: 10.47 hours, 31 people
	// 2026-11-02 Audit: hidden to protect a small group
	// 2026-11-02 Finance: hidden to protect a small group
	// 2026-11-02 IT: 10.72 hours, 9 people
	// 2026-11-02 Sales: 10.25 hours, 12 people
	// 2026-11-09 all: hidden to protect a small group
	// 2026-11-09 Audit: hidden to protect a small group
	// 2026-11-09 Finance: hidden to protect a small group
	// 2026-11-09 IT: hidden to protect a small group
	// 2026-11-09 Sales: 10.00 hours, 12 people
}

// The audit works from what the release shows, as a reader would.
func ExampleRelease_Audit() {
	release, findings := signal.NewRelease(organisations(), meetingHours(), signal.ReleaseSpec{
		By: []string{"Organization"}, Window: coaching.Window{From: coaching.MustDate("2026-11-02"), To: coaching.MustDate("2026-11-08")},
	})
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	audit, _ := release.Audit()
	for _, c := range audit.Cells {
		fmt.Printf("%s: %d to %d people, known only as part of a group of %d\n", c.Groups[0], c.Least, c.Most, c.Together)
	}
	fmt.Println("exposed:", audit.Exposed)
	// Output:
	// Audit: 1 to 9 people, known only as part of a group of 10
	// Finance: 1 to 9 people, known only as part of a group of 10
	// exposed: 0
}

// A release leaves as an aggregated file, which is read back only with its
// manifest, whole and unchanged.
func ExampleRelease_WriteCSV() {
	release, findings := signal.NewRelease(organisations(), meetingHours(), signal.ReleaseSpec{
		By: []string{"Organization"}, Window: coaching.Window{From: coaching.MustDate("2026-11-02"), To: coaching.MustDate("2026-11-08")},
	})
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	var file bytes.Buffer
	manifest, err := release.WriteCSV(&file, signal.ExportSpec{
		Programme: "product-org-12w", Created: time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC), KeyID: "2026-a", Steward: who("S1"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(file.String())
	fmt.Println(manifest.Level, "by", manifest.By[0], "with at least", manifest.K, "people")
	back, err := signal.ReadRelease(bytes.NewReader(file.Bytes()), manifest)
	fmt.Println(len(back.Figures()), err)
	_, err = signal.ReadRelease(strings.NewReader(strings.Replace(file.String(), ",31,", ",30,", 1)), manifest)
	fmt.Println(err != nil)
	// Output:
	// group,subgroup,period_start,period_days,signal,value,n,status,flags
	// ,,2026-11-02,7,meeting_hours,10.47,31,ok,
	// Audit,,2026-11-02,7,meeting_hours,,,suppressed,
	// Finance,,2026-11-02,7,meeting_hours,,,suppressed,
	// IT,,2026-11-02,7,meeting_hours,10.72,9,ok,
	// Sales,,2026-11-02,7,meeting_hours,10.25,12,ok,
	// aggregated by Organization with at least 5 people
	// 5 <nil>
	// true
}
