package enforce_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/coachgov/coaching/governance/audit"
)

// An answer on record in memory, without and with a shadow: what a candidate costs
// beside the record, which on a disk takes far longer.
func BenchmarkAuthorize(b *testing.B) {
	for _, shadowed := range []bool{false, true} {
		b.Run(fmt.Sprint("shadow=", shadowed), func(b *testing.B) {
			e := engine(b, new(audit.MemoryStore))
			if shadowed {
				e.Shadow(change(b, "B", start).Policy)
			}
			request := coachReads("pack-1", start)
			for b.Loop() {
				if d, _ := e.Authorize(context.Background(), request); !d.Allowed() {
					b.Fatal(d)
				}
			}
		})
	}
}
