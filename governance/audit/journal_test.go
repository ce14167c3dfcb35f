package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/audit/audittest"
)

func TestMemoryStore(t *testing.T) {
	audittest.TestStore(t, func(*testing.T) audit.Store { return new(audit.MemoryStore) })
}

// A faulty is a store that does wrong when told to.
type faulty struct {
	audit.MemoryStore
	fault string
	// cancel ends the context of the caller, for the faults that need it.
	cancel  context.CancelFunc
	appends int
}

// faults are all the ways in which a store can fail an append.
func faults() []string {
	return []string{
		"error before", "error after", "no space", "timeout", "cancelled in between", "cancelled before",
		"short write", "changed write", "another record", "nothing written", "written twice", "conflict",
		"half written", "half written and error", "other order",
		"panic before", "panic after", "panic with error", "read error", "read panics", "reads nothing", "reads another", "cancelled at the end",
	}
}

func (s *faulty) Append(ctx context.Context, size int64, records ...[]byte) error {
	store, last := &s.MemoryStore, len(records)-1
	s.appends++
	switch s.fault {
	case "error before":
		return errors.New("disk on fire")
	case "error after":
		_ = store.Append(ctx, size, records...)
		return errors.New("fsync failed")
	case "no space":
		return errors.New("no space left on device")
	case "timeout":
		return context.DeadlineExceeded
	case "cancelled in between":
		err := store.Append(ctx, size, records...)
		s.cancel()
		return err
	case "cancelled before":
		s.cancel()
		return store.Append(ctx, size, records...)
	case "short write":
		records = slices.Clone(records)
		records[last] = records[last][:len(records[last])/2]
	case "changed write":
		records = slices.Clone(records)
		records[last] = slices.Clone(records[last])
		records[last][len(records[last])-3] ^= 1
	case "another record":
		// As well formed as the one that it stands for.
		records = slices.Clone(records)
		records[last] = bytes.Replace(records[last], []byte(`"at":"2027-`), []byte(`"at":"2026-`), 1)
	case "half written":
		records = records[:len(records)/2]
	case "half written and error":
		_ = store.Append(ctx, size, records[:len(records)/2]...)
		return errors.New("disk on fire")
	case "other order":
		records = slices.Clone(records)
		slices.Reverse(records)
	case "nothing written":
		return nil
	case "written twice":
		records = append(slices.Clone(records), records[last])
	case "conflict":
		return audit.ErrConflict
	case "panic before":
		panic("Jane Doe")
	case "panic after":
		_ = store.Append(ctx, size, records...)
		panic("Jane Doe")
	case "panic with error":
		panic(errors.New("Jane Doe"))
	}
	return store.Append(ctx, size, records...)
}

func (s *faulty) Read(ctx context.Context, first int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		switch s.fault {
		case "read error":
			yield(nil, errors.New("disk on fire"))
			return
		case "read panics":
			panic("Jane Doe")
		case "reads nothing":
			return
		case "reads another":
			first = max(0, first-1)
		}
		for r, err := range s.MemoryStore.Read(ctx, first) {
			if !yield(r, err) {
				return
			}
		}
		if s.fault == "cancelled at the end" {
			s.cancel()
		}
	}
}

func openJournal(t testing.TB, store audit.Store) *audit.Journal {
	t.Helper()
	_, key := keys(t, origin, "k")
	j, err := audit.OpenJournal(context.Background(), store, key, nil)
	require.NoError(t, err)
	return j
}

// Whatever fails in the store, at whichever append, of one event or of many: there
// is no receipt, the journal never says what it does not know, and it works again
// as soon as the store does, unless the store holds something that was never
// prepared.
func TestAppendFaults(t *testing.T) {
	spoiled := map[string]bool{"short write": true, "changed write": true, "another record": true, "written twice": true, "other order": true}
	signer, key := keys(t, origin, "k")
	for _, fault := range faults() {
		for _, at := range []int{0, 1, 2, 3} {
			for _, n := range []int{1, 2, 5} {
				t.Run(fmt.Sprintf("%s at append %d of %d", fault, at, n), func(t *testing.T) {
					store := &faulty{}
					j := openJournal(t, store)
					for i := range at {
						_, err := j.Append(context.Background(), event(t, i))
						require.NoError(t, err)
					}
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					store.fault, store.cancel = fault, cancel
					receipts, err := j.AppendAll(ctx, batch(t, at, n)...)
					switch {
					case fault == "reads another" && at == 0, fault == "other order" && n == 1:
						return // there is no other
					case fault == "half written" && n == 1:
						require.ErrorIs(t, err, audit.ErrNotStored)
					}
					require.Error(t, err)
					require.Nil(t, receipts)
					require.NotContains(t, err.Error(), "Jane")

					store.fault = ""
					receipt, err := j.Append(context.Background(), event(t, at+58))
					if spoiled[fault] {
						require.ErrorIs(t, err, audit.ErrTampered)
						require.True(t, receipt.IsZero())
						return
					}
					require.NoError(t, err)
					require.False(t, receipt.IsZero())
					head, err := j.Sign(signer)
					require.NoError(t, err)
					var log bytes.Buffer
					require.NoError(t, audit.WriteLines(context.Background(), &log, store))
					require.True(t, verify(log.String(), key, head).OK())
				})
			}
		}
	}
}

// A store that lost what it had acknowledged is never appended to again.
func TestAppendAfterLoss(t *testing.T) {
	store := &faulty{}
	j := openJournal(t, store)
	for i := range 3 {
		_, err := j.Append(context.Background(), event(t, i))
		require.NoError(t, err)
	}
	store.MemoryStore = audit.MemoryStore{}
	for range 2 {
		receipt, err := j.Append(context.Background(), event(t, 3))
		require.Error(t, err)
		require.True(t, receipt.IsZero())
	}
	require.ErrorIs(t, func() error { _, err := j.Append(context.Background(), event(t, 3)); return err }(), audit.ErrTampered)
}

// Two journals over one store take turns: the one that lost its place reads what
// the other wrote, and goes on after it.
func TestTwoWriters(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "k")
	store := new(audit.MemoryStore)
	a, b := openJournal(t, store), openJournal(t, store)
	for i := range 6 {
		j := a
		if i%2 == 1 {
			j = b
		}
		receipt, err := j.Append(ctx, event(t, i))
		if i > 0 {
			require.ErrorIs(t, err, audit.ErrConflict)
			require.True(t, receipt.IsZero())
			receipt, err = j.Append(ctx, event(t, i))
		}
		require.NoError(t, err)
		require.EqualValues(t, i, receipt.Index())
	}
	head, err := b.Sign(signer)
	require.NoError(t, err)
	var log bytes.Buffer
	require.NoError(t, audit.WriteLines(ctx, &log, store))
	require.True(t, verify(log.String(), key, head).OK())
}

// Nor is one that has changed its last record.
func TestAppendAfterChange(t *testing.T) {
	ctx := context.Background()
	store := &faulty{}
	j := openJournal(t, store)
	for i := range 3 {
		_, err := j.Append(ctx, event(t, i))
		require.NoError(t, err)
	}
	store.fault = "error before"
	_, err := j.Append(ctx, event(t, 3))
	require.Error(t, err)
	store.fault, store.MemoryStore = "", audit.MemoryStore{}
	lines := write(t, origin, 3).lines
	lines[2] = strings.Replace(lines[2], `"deny"`, `"review"`, 1)
	for i, line := range lines {
		require.NoError(t, store.MemoryStore.Append(ctx, int64(i), []byte(line)))
	}
	receipt, err := j.Append(ctx, event(t, 3))
	require.ErrorIs(t, err, audit.ErrTampered)
	require.True(t, receipt.IsZero())
}

// Zero values refuse, and do not wait or panic.
func TestZeroValues(t *testing.T) {
	var none *audit.Journal
	signer, _ := keys(t, origin, "k")
	for _, j := range []*audit.Journal{none, {}} {
		r, err := j.Append(context.Background(), event(t, 0))
		require.Error(t, err)
		require.True(t, r.IsZero())
		_, err = j.Sign(signer)
		require.Error(t, err)
		_, err = j.ProveInclusion(0, 1)
		require.Error(t, err)
		_, err = j.ProveConsistency(1, 1)
		require.Error(t, err)
		require.Empty(t, j.Origin())
		require.True(t, j.Latest().IsZero())
		require.Equal(t, audit.Checkpoint{}, j.Head())
	}
	require.Empty(t, new(audit.Signer).Origin())
	require.Empty(t, new(audit.Verifier).Origin())
	_, err := new(audit.Log).Prepare(event(t, 0))
	require.Error(t, err)
	_, err = new(audit.Log).Sign(new(audit.Signer))
	require.Error(t, err)
	_, err = audit.OpenJournal(context.Background(), new(audit.MemoryStore), new(audit.Verifier), nil)
	require.Error(t, err)
	require.Equal(t, audit.NoKind, audit.Event{}.Kind())
	require.Nil(t, audit.Event{}.Body())
	require.Equal(t, "no receipt", audit.Receipt{}.String())
}

// A journal waits for its turn no longer than its context.
func TestAppendGivesUpWaiting(t *testing.T) {
	store := &blocking{entered: make(chan struct{}), leave: make(chan struct{})}
	j := openJournal(t, store)
	first, second := event(t, 0), event(t, 1)
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = j.Append(context.Background(), first) })
	<-store.entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := j.Append(ctx, second)
	require.ErrorIs(t, err, context.Canceled)
	deadline, stop := context.WithTimeout(context.Background(), time.Millisecond)
	defer stop()
	_, err = j.Append(deadline, second)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(store.leave)
	wait.Wait()
}

type blocking struct {
	audit.MemoryStore
	entered, leave chan struct{}
}

func (s *blocking) Append(ctx context.Context, size int64, records ...[]byte) error {
	close(s.entered)
	<-s.leave
	return s.MemoryStore.Append(ctx, size, records...)
}

// Opening compares what is stored with what was vouched for.
func TestOpenJournal(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "k")
	w := write(t, origin, 8)
	early := write(t, origin, 5)
	store := func(lines ...string) audit.Store {
		s := new(audit.MemoryStore)
		for i, l := range lines {
			require.NoError(t, s.Append(ctx, int64(i), []byte(l)))
		}
		return s
	}
	head, anchor := sign(t, w.log, signer), w.log.Head()
	other := rewritten(t, 8, 6, func(e []audit.Event) []audit.Event { e[6] = event(t, 29); return e })
	tests := map[string]struct {
		store   audit.Store
		head    []byte
		anchors []audit.Checkpoint
		want    error
	}{
		"as signed":              {store(w.lines...), head, []audit.Checkpoint{anchor}, nil},
		"more than signed":       {store(w.lines...), sign(t, early.log, signer), nil, nil},
		"empty, no head":         {store(), nil, nil, nil},
		"records and no head":    {store(w.lines...), nil, nil, audit.ErrTampered},
		"an anchor is no head":   {store(w.lines...), nil, []audit.Checkpoint{anchor}, audit.ErrTampered},
		"rolled back":            {store(early.lines...), head, nil, audit.ErrTampered},
		"rolled back with head":  {store(early.lines...), sign(t, early.log, signer), []audit.Checkpoint{anchor}, audit.ErrTampered},
		"forked":                 {store(other.lines...), head, nil, audit.ErrTampered},
		"forked and signed":      {store(other.lines...), sign(t, other.log, signer), []audit.Checkpoint{anchor}, audit.ErrTampered},
		"a line deleted":         {store(slices.Delete(slices.Clone(w.lines), 3, 4)...), head, nil, audit.ErrTampered},
		"no record":              {store("{}"), head, nil, audit.ErrTampered},
		"an anchor of another":   {store(w.lines...), head, []audit.Checkpoint{{Origin: "other", Size: 8, Root: anchor.Root}}, audit.ErrOrigin},
		"an unsigned head":       {store(w.lines...), []byte(anchor.Text()), nil, audit.ErrCheckpoint},
		"emptied, head of empty": {store(), sign(t, write(t, origin, 0).log, signer), []audit.Checkpoint{anchor}, audit.ErrTampered},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			j, err := audit.OpenJournal(ctx, tt.store, key, tt.head, tt.anchors...)
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
				require.Nil(t, j)
				return
			}
			require.NoError(t, err)
			receipt, err := j.Append(ctx, event(t, 29))
			require.NoError(t, err)
			size, err := tt.store.Size(ctx)
			require.NoError(t, err)
			require.Equal(t, size, receipt.Size())
			proof, err := j.ProveInclusion(receipt.Index(), size)
			require.NoError(t, err)
			signed, err := j.Sign(signer)
			require.NoError(t, err)
			c, err := key.Open(signed)
			require.NoError(t, err)
			for record := range tt.store.Read(ctx, receipt.Index()) {
				require.NoError(t, audit.VerifyInclusion(c, receipt.Index(), record, proof))
			}
			_, err = j.ProveConsistency(1, size)
			require.NoError(t, err)
		})
	}
	_, err := audit.OpenJournal(ctx, nil, key, nil)
	require.Error(t, err)
	_, err = audit.OpenJournal(ctx, store(), nil, nil)
	require.Error(t, err)
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err = audit.OpenJournal(done, store(w.lines...), key, head)
	require.ErrorIs(t, err, context.Canceled)
}

// Concurrent appends all get a receipt of their own, and the log is whole.
func TestAppendConcurrently(t *testing.T) {
	signer, key := keys(t, origin, "k")
	store := new(audit.MemoryStore)
	j := openJournal(t, store)
	first := event(t, 0)
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		seen = make(map[int64]bool)
	)
	for range 16 {
		wait.Go(func() {
			for range 10 {
				r, err := j.Append(context.Background(), first)
				mu.Lock()
				if err != nil || seen[r.Index()] {
					t.Errorf("append: %v, %v", r, err)
				}
				seen[r.Index()] = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	require.Len(t, seen, 160)
	head, err := j.Sign(signer)
	require.NoError(t, err)
	var log bytes.Buffer
	require.NoError(t, audit.WriteLines(context.Background(), &log, store))
	require.True(t, verify(log.String(), key, head).OK())
	n := 0
	for e, err := range audit.ReadLines(strings.NewReader(log.String())) {
		require.NoError(t, err)
		require.EqualValues(t, n, e.Index())
		n++
	}
	require.Equal(t, 160, n)
}

// Reading stops at the first line that is no record.
func TestReadLines(t *testing.T) {
	w := write(t, origin, 3)
	for _, bad := range []string{"\n", "{}\n", w.lines[0], strings.Repeat("x", 9000) + "\n", "\x00"} {
		n, failed := 0, false
		for e, err := range audit.ReadLines(strings.NewReader(text(w.lines) + bad)) {
			if err != nil {
				require.Equal(t, audit.Entry{}, e)
				failed = true
				continue
			}
			n++
		}
		require.Equal(t, 3, n)
		require.True(t, failed, "%q", bad)
	}
}
