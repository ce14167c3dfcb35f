package filestore_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/audit/filestore"
)

// A log in a file. The process ends in the middle of a write; the next one opens
// the file, and the journal, and goes on.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "audit.log")
	secret, public, _ := audit.GenerateKey(strings.NewReader("thirty-two bytes, for a test only"), "example.com/pilot/audit")
	signer, _ := audit.NewSigner(secret)
	verifier, _ := audit.NewVerifier(public)

	store, err := filestore.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	journal, err := audit.OpenJournal(ctx, store, verifier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2027, 2, 3, 2, 0, 0, 0, time.UTC)
	sweep := audit.Actor{Role: coaching.System}
	raw, _ := audit.NewEvent(at, sweep, audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-04"), Items: 412})
	trends, _ := audit.NewEvent(at, sweep, audit.Purge{Class: "aggregate", Through: coaching.MustDate("2026-02-02")})
	receipts, err := journal.AppendAll(ctx, raw, trends) // one write, one fsync
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipts)
	head, _ := journal.Sign(signer) // kept elsewhere
	_ = store.Close()

	file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	_, _ = file.WriteString("#1:0000000000000002:00000001:000001") // a write that came to no end
	_ = file.Close()

	store, err = filestore.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	journal, err = audit.OpenJournal(ctx, store, verifier, head)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("cut off", store.Repaired(), "bytes; records", journal.Head().Size)

	var log bytes.Buffer
	_ = audit.WriteLines(ctx, &log, store)
	fmt.Println(audit.Verify(&log, verifier, [][]byte{head}).Verdict)
	// Output:
	// [example.com/pilot/audit#0 example.com/pilot/audit#1]
	// cut off 35 bytes; records 2
	// whole
}
