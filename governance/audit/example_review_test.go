package audit_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

// An administrator exported twice in three months, and nine times in April,
// most of them in one night. The event that records the review holds its digest.
func ExampleReviewMonth() {
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{1}, 32), coaching.Domain{Programme: "pilot", Purpose: "coaching"})
	if err != nil {
		fmt.Println(err)
		return
	}
	staff, _ := people.Person("staff 1041")
	admin := audit.Actor{ID: staff, Role: coaching.ProgramAdmin}
	log, err := audit.NewLog("example.com/pilot/audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	var lines strings.Builder
	export := func(at time.Time) {
		event, err := audit.NewEvent(at, admin, audit.Export{Dataset: "trends", Class: "aggregate", Format: "csv", Rows: 40, Digest: audit.DigestOf([]byte("csv"))})
		if err != nil {
			fmt.Println(err)
			return
		}
		entry, _ := log.Prepare(event)
		lines.Write(append(entry.Bytes(), '\n'))
		log.Commit(entry, audit.Ack{Index: entry.Index(), Stored: entry.Bytes()})
	}
	export(time.Date(2027, 1, 5, 10, 0, 0, 0, time.UTC))
	export(time.Date(2027, 2, 9, 10, 0, 0, 0, time.UTC))
	export(time.Date(2027, 4, 6, 10, 0, 0, 0, time.UTC))
	for minute := range 8 {
		export(time.Date(2027, 4, 18, 23, minute, 0, 0, time.UTC))
	}

	review, err := audit.ReviewMonth(audit.ReadLines(strings.NewReader(lines.String())), audit.ReviewTerms{
		Window: coaching.Window{From: coaching.MustDate("2027-04-01"), To: coaching.MustDate("2027-04-30")},
		At:     time.Date(2027, 5, 3, 9, 0, 0, 0, time.UTC),
		Office: audit.OfficeHours{Zone: time.UTC, Open: 8 * time.Hour, Close: 18 * time.Hour},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(review.Text())
	record, err := review.Record()
	fmt.Println(record.Scope, record.ID, record.Findings, err)
	// Output:
	// Review of the log, 2027-04-01 to 2027-04-30 (GOV-019)
	// 9 records, compared with 2026-12-31 to 2027-03-31
	// GOV-019 warning: nobody has reviewed the log; it begins on 2027-01-05; a review was due on 2027-02-05
	//
	// Unusual: 1 of 6 comparisons, each by chance in at most 1 of 60
	//   1. exports: 9 by program_admin p1_snjwt7in56ihejeu3xnsr4ztze; expected 0 to 4 (own history: 2 in 86 days), by chance 1 in 5000; first is record 2
	//
	// Records by kind, and in the days before
	//   export                   9       2
	// log M2027-04 1 <nil>
}
