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

// One record goes to another system in an envelope that brokers know.
func ExampleWriteCloudEvents() {
	ctx := context.Background()
	_, public, _ := audit.GenerateKey(strings.NewReader("thirty-two bytes, for a test only"), "example.com/pilot/audit")
	verifier, _ := audit.NewVerifier(public)
	var store audit.MemoryStore
	journal, err := audit.OpenJournal(ctx, &store, verifier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	purge, _ := audit.NewEvent(time.Date(2027, 2, 3, 2, 0, 0, 0, time.UTC), audit.Actor{Role: coaching.System},
		audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-04"), Items: 412})
	if _, err := journal.Append(ctx, purge); err != nil {
		fmt.Println(err)
		return
	}
	var out strings.Builder
	if err := audit.WriteCloudEvents(ctx, &out, &store, journal.Origin()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.ReplaceAll(out.String(), `,"`, "\n,\""))
	// Output:
	// {"specversion":"1.0"
	// ,"id":"example.com/pilot/audit#0"
	// ,"source":"https://example.com/pilot/audit"
	// ,"type":"com.github.coachgov.audit.v1.purge"
	// ,"time":"2027-02-03T02:00:00Z"
	// ,"datacontenttype":"application/json"
	// ,"data":{"v":"audit/v1"
	// ,"seq":0
	// ,"head":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// ,"kind":"purge"
	// ,"phase":"fact"
	// ,"at":"2027-02-03T02:00:00Z"
	// ,"by":""
	// ,"role":"system"
	// ,"body":{"class":"raw"
	// ,"through":"2026-11-04"
	// ,"items":412
	// ,"digest":""}}}
}

// The legal reviewer holds the public key and one proof, and nothing of the log:
// enough to see that a record is in it.
func ExampleInclusionProof() {
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
	var events []audit.Event
	for day := range 3 {
		event, _ := audit.NewEvent(time.Date(2027, 2, 3+day, 2, 0, 0, 0, time.UTC), audit.Actor{Role: coaching.System},
			audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-04").AddDays(day)})
		events = append(events, event)
	}
	receipts, err := journal.AppendAll(ctx, events...)
	if err != nil {
		fmt.Println(err)
		return
	}
	head, _ := journal.Sign(signer)
	hashes, _ := journal.ProveInclusion(receipts[1].Index(), journal.Head().Size)
	text, _ := audit.InclusionProof{Index: receipts[1].Index(), Proof: hashes, Head: head}.MarshalText()
	fmt.Print(string(text))

	var record []byte
	for r := range store.Read(ctx, receipts[1].Index()) {
		record = r
		break
	}
	var proof audit.InclusionProof
	if err := proof.UnmarshalText(text); err != nil {
		fmt.Println(err)
		return
	}
	checkpoint, err := proof.Verify(verifier, record)
	fmt.Println(checkpoint, err)
	record[len(record)-3] ^= 1
	_, err = proof.Verify(verifier, record)
	fmt.Println(err)
	// Output:
	// c2sp.org/tlog-proof@v1
	// index 1
	// m5RhudyvcMAugMtRRQTWksOIPYVf5uFitUF+Nf4mvSo=
	// YltIav7xAnyWrT4Z6c6TavvM4/nXivuz4qKUAelzC+E=
	//
	// example.com/pilot/audit
	// 3
	// hmlbaqVsN/WCQUOoLn6WWponoMciQTfmyjL3hIZRhWc=
	//
	// — example.com/pilot/audit ji3foUb7VcS70kApArbb/Gb3vTomNqZ5ltqzakGcNDQcYdWN6pU1XtJJl/GUOIGS4zdxNPm1Nv1TovD3vWEYKjlgewY=
	// example.com/pilot/audit@3 86695b6a <nil>
	// audit: the proof does not hold
}

// The key of a log is changed: what the old one has signed stays good, and it signs
// nothing new.
func ExampleVerifier_WithRetired() {
	const origin = "example.com/pilot/audit"
	oldSecret, oldPublic, _ := audit.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), origin)
	newSecret, newPublic, _ := audit.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{2}, 32)), origin)
	log, _ := audit.NewLog(origin)
	old, _ := audit.NewSigner(oldSecret)
	last, _ := log.Sign(old)

	key, _ := audit.NewVerifier(newPublic)
	key, err := key.WithRetired(oldPublic, log.Head().Size)
	fmt.Println(err)
	checkpoint, err := key.Open(last)
	fmt.Println(checkpoint, err)

	event, _ := audit.NewEvent(time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC), audit.Actor{Role: coaching.System},
		audit.Purge{Class: "raw", Through: coaching.MustDate("2026-10-06")})
	entry, _ := log.Prepare(event)
	_, _ = log.Commit(entry, audit.Ack{Index: 0, Stored: entry.Bytes()})
	stolen, _ := log.Sign(old)
	_, err = key.Open(stolen)
	fmt.Println(err)
	signer, _ := audit.NewSigner(newSecret)
	next, _ := log.Sign(signer)
	checkpoint, err = key.Open(next)
	fmt.Println(checkpoint.Size, err)
	// Output:
	// <nil>
	// example.com/pilot/audit@0 e3b0c442 <nil>
	// audit: checkpoint not signed by this key: by one that was retired at 0 records
	// 1 <nil>
}
