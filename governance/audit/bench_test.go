package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/coachgov/coaching/governance/audit"
)

// One entry, prepared, stored in memory, read back, committed, its root
// computed; without a signature.
func BenchmarkAppend(b *testing.B) {
	ctx, e := context.Background(), event(b, 0)
	j := openJournal(b, new(audit.MemoryStore))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Append(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
}

// One entry of 64 that are appended at once.
func BenchmarkAppendAll64(b *testing.B) {
	ctx, events := context.Background(), batch(b, 0, 64)
	j := openJournal(b, new(audit.MemoryStore))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(events) != 0 {
			continue
		}
		if _, err := j.AppendAll(ctx, events...); err != nil {
			b.Fatal(err)
		}
	}
}

// One entry with a signed checkpoint for each.
func BenchmarkAppendSigned(b *testing.B) {
	ctx, e := context.Background(), event(b, 0)
	signer, _ := keys(b, origin, "k")
	j := openJournal(b, new(audit.MemoryStore))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Append(ctx, e); err != nil {
			b.Fatal(err)
		}
		if _, err := j.Sign(signer); err != nil {
			b.Fatal(err)
		}
	}
}

// A log of 10,000 records, read and verified against one checkpoint.
func BenchmarkVerify10k(b *testing.B) {
	signer, key := keys(b, origin, "k")
	events := make([]audit.Event, 10_000)
	for i := range events {
		events[i] = event(b, i%29)
	}
	w := writeEvents(b, origin, events)
	lines, head := text(w.lines), sign(b, w.log, signer)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		if r := audit.Verify(strings.NewReader(lines), key, [][]byte{head}); !r.OK() {
			b.Fatal(r)
		}
	}
}
