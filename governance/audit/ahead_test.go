package audit_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// A long log is parsed in pieces beside the comparison; where a fault is does not
// depend on the piece that it falls into.
func TestVerifyLongLog(t *testing.T) {
	signer, key := keys(t, origin, "k")
	kinds := batch(t, 0, 29)
	for _, n := range []int{255, 256, 257, 2500} {
		events := make([]audit.Event, n)
		for i := range events {
			events[i] = kinds[i%len(kinds)]
		}
		w := writeEvents(t, origin, events)
		all, head := text(w.lines), sign(t, w.log, signer)
		require.True(t, verify(all, key, head).OK())
		require.True(t, audit.Verify(iotest.HalfReader(strings.NewReader(all)), key, [][]byte{head}).OK())
		for _, at := range []int{0, 1, 100, 254, 255, 256, 511, 512, 1023, 1024, 1535, n - 1} {
			if at >= n {
				continue
			}
			before, line := text(w.lines[:at]), w.lines[at]
			after := all[len(before)+len(line)+1:]
			tests := []struct {
				name  string
				log   io.Reader
				want  audit.Verdict
				first int
			}{
				{"no record", strings.NewReader(before + "{}\n" + after), audit.Corrupt, at},
				{"a line lost", strings.NewReader(before + after), audit.Corrupt, at},
				{"too long", strings.NewReader(before + strings.Repeat("x", 5000) + "\n" + after), audit.Corrupt, at},
				{"cut", strings.NewReader(before + line[:len(line)/2]), audit.RolledBack, at},
				{"unreadable", io.MultiReader(strings.NewReader(before+line[:9]), iotest.ErrReader(errors.New("disk"))), audit.Unreadable, at},
			}
			for _, tt := range tests {
				r := audit.Verify(tt.log, key, [][]byte{head})
				want := tt.want
				if tt.name == "a line lost" && at == n-1 {
					want = audit.RolledBack
				}
				require.Equal(t, want, r.Verdict, "%s at %d of %d", tt.name, at, n)
				require.EqualValues(t, tt.first, r.First, "%s at %d of %d", tt.name, at, n)
				require.EqualValues(t, at, r.Records)
			}
		}
	}
}

// Verify leaves nothing running, and never more than a few pieces in memory.
func TestVerifyLeavesNothingRunning(t *testing.T) {
	_, key := keys(t, origin, "k")
	kinds := batch(t, 0, 29)
	events := make([]audit.Event, 3000)
	for i := range events {
		events[i] = kinds[i%len(kinds)]
	}
	w := writeEvents(t, origin, events)
	w.lines[300] = "{}"
	before := runtime.NumGoroutine()
	in := strings.NewReader(text(w.lines))
	require.Equal(t, audit.Corrupt, audit.Verify(in, key, nil).Verdict)
	require.Positive(t, in.Len(), "the rest is not read")
	for try := 0; runtime.NumGoroutine() > before && try < 100; try++ {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines are left")
}
