package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

// A coach uses a signal in a session. The record is signed, kept, and verified
// against an anchor that the legal reviewer holds. Then somebody edits it.
func Example() {
	ctx := context.Background()
	secret, public, err := audit.GenerateKey(strings.NewReader("thirty-two bytes, for a test only"), "example.com/pilot/audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, _ := audit.NewSigner(secret)
	verifier, _ := audit.NewVerifier(public)

	var store audit.MemoryStore // the host's store
	journal, err := audit.OpenJournal(ctx, &store, verifier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	people, _ := coaching.NewPseudonymizer(bytes.Repeat([]byte{1}, 32), coaching.Domain{Programme: "pilot", Purpose: "coaching"})
	coach, _ := people.Person("staff 1041")
	leader, _ := people.Person("staff 2207")
	event, err := audit.NewEvent(
		time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC),
		audit.Actor{ID: coach, Role: coaching.Coach},
		audit.PackUse{Pack: "pack-L01-W05", Signal: "meeting_hygiene", Session: "S-17", Leader: leader},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := journal.Append(ctx, event)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("receipt", receipt)

	head, _ := journal.Sign(signer)
	anchor, _ := verifier.Open(head) // what the legal reviewer keeps

	var log bytes.Buffer
	if err := audit.WriteLines(ctx, &log, &store); err != nil {
		fmt.Println(err)
		return
	}
	edited := strings.Replace(log.String(), "S-17", "S-18", 1)
	for _, text := range []string{log.String(), edited, ""} {
		report := audit.Verify(strings.NewReader(text), verifier, [][]byte{head}, anchor)
		fmt.Println(report.OK(), report.Verdict, report.Records)
	}
	// Output:
	// receipt example.com/pilot/audit#0
	// true whole 1
	// false forked 1
	// false rolled-back 0
}

// A long log is not read whole each time that the host starts: what the journal
// signed when it stopped says where to go on.
func ExampleResumeJournal() {
	ctx := context.Background()
	secret, public, _ := audit.GenerateKey(strings.NewReader("thirty-two bytes, for a test only"), "example.com/pilot/audit")
	signer, _ := audit.NewSigner(secret)
	verifier, _ := audit.NewVerifier(public)
	var store audit.MemoryStore
	journal, err := audit.OpenJournal(ctx, &store, verifier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	at, sweep := time.Date(2027, 2, 3, 2, 0, 0, 0, time.UTC), audit.Actor{Role: coaching.System}
	for day := range 3 {
		event, _ := audit.NewEvent(at.AddDate(0, 0, day), sweep, audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-04").AddDays(day)})
		if _, err := journal.Append(ctx, event); err != nil {
			fmt.Println(err)
			return
		}
	}
	frontier, err := journal.SignFrontier(signer)
	if err != nil {
		fmt.Println(err)
		return
	}

	journal, err = audit.ResumeJournal(ctx, &store, verifier, frontier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	event, _ := audit.NewEvent(at.AddDate(0, 0, 3), sweep, audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-07")})
	receipt, err := journal.Append(ctx, event)
	fmt.Println(receipt, err)
	// Output:
	// example.com/pilot/audit#3 <nil>
}
