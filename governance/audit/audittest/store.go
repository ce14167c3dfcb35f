// Package audittest tests that a store keeps what package audit relies on.
//
// A host that keeps the audit log in its own file or database calls [TestStore]
// from a test of its own. The suite covers what can be seen from outside:
// order, exact bytes, compare-and-append, reading one's own writes, contexts.
// That a record survives a loss of power cannot be seen from here; test it by
// killing the process, and by cutting the file, at every write.
package audittest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/coachgov/coaching/governance/audit"
)

// TestStore runs the suite. Open returns a new, empty store each time that it is
// called; it fails the test that it is given when it cannot.
func TestStore(t *testing.T, open func(t *testing.T) audit.Store) {
	t.Run("empty", func(t *testing.T) { testEmpty(t, open(t)) })
	t.Run("order and bytes", func(t *testing.T) { testOrder(t, open(t)) })
	t.Run("compare and append", func(t *testing.T) { testConflict(t, open(t)) })
	t.Run("all or none", func(t *testing.T) { testBatch(t, open(t)) })
	t.Run("a full batch", func(t *testing.T) { testFull(t, open(t)) })
	t.Run("keeps no slice", func(t *testing.T) { testOwnership(t, open(t)) })
	t.Run("done context", func(t *testing.T) { testContext(t, open(t)) })
	t.Run("one winner", func(t *testing.T) { testConcurrent(t, open(t)) })
	t.Run("reading stops", func(t *testing.T) { testBreak(t, open(t)) })
}

func record(n int) []byte {
	return fmt.Appendf(nil, `{"n":%d,"pad":"%0*d"}`, n, n%70+1, n)
}

// content reads the whole store from first on.
func content(t *testing.T, s audit.Store, first int64) [][]byte {
	t.Helper()
	var all [][]byte
	for r, err := range s.Read(context.Background(), first) {
		if err != nil {
			t.Fatalf("Read(%d): %v", first, err)
		}
		all = append(all, r)
	}
	return all
}

// holds fails unless the store holds records 0 to n-1 and nothing else.
func holds(t *testing.T, s audit.Store, n int) {
	t.Helper()
	size, err := s.Size(context.Background())
	if err != nil || size != int64(n) {
		t.Fatalf("Size() = %d, %v; want %d", size, err, n)
	}
	all := content(t, s, 0)
	if len(all) != n {
		t.Fatalf("Read(0) gives %d records, want %d", len(all), n)
	}
	for i, r := range all {
		if !bytes.Equal(r, record(i)) {
			t.Fatalf("record %d is %q, want %q", i, r, record(i))
		}
	}
}

func fill(t *testing.T, s audit.Store, n int) {
	t.Helper()
	for i := range n {
		if err := s.Append(context.Background(), int64(i), record(i)); err != nil {
			t.Fatalf("Append after %d records: %v", i, err)
		}
	}
}

func testEmpty(t *testing.T, s audit.Store) {
	holds(t, s, 0)
	if got := content(t, s, 5); len(got) != 0 {
		t.Errorf("Read(5) of an empty store gives %d records", len(got))
	}
}

func testOrder(t *testing.T, s audit.Store) {
	const n = 100
	for i := range n {
		if err := s.Append(context.Background(), int64(i), record(i)); err != nil {
			t.Fatalf("Append after %d records: %v", i, err)
		}
		// Read your own write.
		if got := content(t, s, int64(i)); len(got) != 1 || !bytes.Equal(got[0], record(i)) {
			t.Fatalf("Read(%d) right after its append gives %q", i, got)
		}
	}
	holds(t, s, n)
	for first := range n + 2 {
		if got := content(t, s, int64(first)); len(got) != max(0, n-first) || len(got) > 0 && !bytes.Equal(got[0], record(first)) {
			t.Fatalf("Read(%d) of %d records gives %d", first, n, len(got))
		}
	}
}

func testConflict(t *testing.T, s audit.Store) {
	fill(t, s, 3)
	for _, size := range []int64{0, 2, 4, 100, -1} {
		err := s.Append(context.Background(), size, []byte(`{"wrong":"place"}`))
		if !errors.Is(err, audit.ErrConflict) {
			t.Errorf("Append after %d records of a store of 3: %v, want ErrConflict", size, err)
		}
	}
	holds(t, s, 3)
}

func testBatch(t *testing.T, s audit.Store) {
	var batch [][]byte
	for i := range 64 {
		batch = append(batch, record(i))
	}
	if err := s.Append(context.Background(), 0, batch...); err != nil {
		t.Fatalf("Append of %d records: %v", len(batch), err)
	}
	holds(t, s, len(batch))
	if err := s.Append(context.Background(), 0, batch...); !errors.Is(err, audit.ErrConflict) {
		t.Errorf("the same batch again: %v, want ErrConflict", err)
	}
	holds(t, s, len(batch))
}

// testFull appends as much at once as a journal does at most.
func testFull(t *testing.T, s audit.Store) {
	fill(t, s, 1)
	batch := make([][]byte, audit.MaxBatch)
	for i := range batch {
		batch[i] = fmt.Appendf(nil, `{"n":%d,"pad":"%0*d"}`, i, audit.MaxRecord-len(fmt.Sprintf(`{"n":%d,"pad":""}`, i)), i)
	}
	if err := s.Append(context.Background(), 1, batch...); err != nil {
		t.Fatalf("Append of %d records of %d bytes: %v", len(batch), audit.MaxRecord, err)
	}
	for _, first := range []int{1, 2, 700, audit.MaxBatch} {
		all := content(t, s, int64(first))
		if want := batch[first-1:]; len(all) != len(want) || !bytes.Equal(all[0], want[0]) || !bytes.Equal(all[len(all)-1], want[len(want)-1]) {
			t.Fatalf("Read(%d) gives %d records, want %d", first, len(all), len(want))
		}
	}
}

func testOwnership(t *testing.T, s audit.Store) {
	given := record(0)
	if err := s.Append(context.Background(), 0, given); err != nil {
		t.Fatalf("Append: %v", err)
	}
	clear(given)
	holds(t, s, 1)
	clear(content(t, s, 0)[0])
	holds(t, s, 1)
}

func testContext(t *testing.T, s audit.Store) {
	fill(t, s, 2)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Append(done, 2, record(2)); err == nil {
		t.Error("Append with a done context succeeds")
	}
	if _, err := s.Size(done); err == nil {
		t.Error("Size with a done context succeeds")
	}
	for _, err := range s.Read(done, 0) {
		if err == nil {
			t.Error("Read with a done context yields a record")
		}
	}
	holds(t, s, 2)
}

func testConcurrent(t *testing.T, s audit.Store) {
	const writers, rounds = 8, 20
	for round := range rounds {
		var (
			wait sync.WaitGroup
			mu   sync.Mutex
			won  int
		)
		for range writers {
			wait.Go(func() {
				err := s.Append(context.Background(), int64(round), record(round))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, audit.ErrConflict) {
					t.Errorf("a losing Append: %v, want ErrConflict", err)
				}
			})
		}
		wait.Wait()
		if won != 1 {
			t.Fatalf("%d of %d concurrent appends after %d records succeed, want 1", won, writers, round)
		}
	}
	holds(t, s, rounds)
}

func testBreak(t *testing.T, s audit.Store) {
	fill(t, s, 5)
	for range s.Read(context.Background(), 0) {
		break
	}
	// A reader that stopped early holds nothing that a writer needs.
	if err := s.Append(context.Background(), 5, record(5)); err != nil {
		t.Fatalf("Append after a reading that stopped early: %v", err)
	}
	holds(t, s, 6)
}
