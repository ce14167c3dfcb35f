package audit_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// batch returns n events, the first of which is event first.
func batch(t testing.TB, first, n int) []audit.Event {
	t.Helper()
	events := make([]audit.Event, n)
	for i := range n {
		events[i] = event(t, first+i)
	}
	return events
}

// Many at once are what they are one by one: the same bytes, the same receipts.
func TestAppendAllIsAppendOfEach(t *testing.T) {
	ctx := context.Background()
	one, many := new(audit.MemoryStore), new(faulty)
	a, b := openJournal(t, one), openJournal(t, many)
	var want []audit.Receipt
	for i := range 100 {
		r, err := a.Append(ctx, event(t, i))
		require.NoError(t, err)
		want = append(want, r)
	}
	var got []audit.Receipt
	for _, n := range []int{1, 64, 0, 35} {
		receipts, err := b.AppendAll(ctx, batch(t, len(got), n)...)
		require.NoError(t, err)
		require.Len(t, receipts, n)
		got = append(got, receipts...)
	}
	require.Equal(t, want, got)
	require.Equal(t, 3, many.appends, "one durable write for each batch")
	require.Equal(t, a.Head(), b.Head())
	var x, y bytes.Buffer
	require.NoError(t, audit.WriteLines(ctx, &x, one))
	require.NoError(t, audit.WriteLines(ctx, &y, many))
	require.Equal(t, x.String(), y.String())
}

// An event that cannot be recorded keeps its whole batch out, and nobody else's.
func TestAppendAllIsAllOrNone(t *testing.T) {
	ctx := context.Background()
	store := new(faulty)
	j := openJournal(t, store)
	early, err := audit.NewEvent(start, coach(t), audit.Outcome{Intent: 2, Result: audit.Completed})
	require.NoError(t, err)
	for i := range 3 {
		events := batch(t, 0, 3)
		events[i] = audit.Event{}
		receipts, err := j.AppendAll(ctx, events...)
		require.Error(t, err)
		require.Nil(t, receipts)
		events[i] = early // ends an intent that is not there yet
		receipts, err = j.AppendAll(ctx, events...)
		require.Error(t, err)
		require.Nil(t, receipts)
	}
	require.Zero(t, store.appends)
	// An outcome may follow its intent in the same batch.
	events := batch(t, 0, 4)
	receipts, err := j.AppendAll(ctx, append(events, early)[:4]...)
	require.NoError(t, err)
	require.Len(t, receipts, 4)

	receipts, err = j.AppendAll(ctx, make([]audit.Event, audit.MaxBatch+1)...)
	require.Error(t, err)
	require.Nil(t, receipts)
	_, err = new(audit.Journal).AppendAll(ctx, events...)
	require.Error(t, err)
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err = j.AppendAll(done)
	require.ErrorIs(t, err, context.Canceled)
}

// A held store keeps every append waiting until it is let go.
type held struct {
	audit.MemoryStore
	gate  chan struct{} // one token lets one append through
	fails error
	sizes []int // records of each append
	ended []bool
}

func (s *held) Append(ctx context.Context, size int64, records ...[]byte) error {
	<-s.gate
	s.sizes = append(s.sizes, len(records))
	s.ended = append(s.ended, ctx.Err() != nil)
	if s.fails != nil {
		return s.fails
	}
	return s.MemoryStore.Append(ctx, size, records...)
}

// What is appended while the store is busy shares the next write, whoever asked
// for it; each gets its own receipts or its own error.
func TestAppendsShareAWrite(t *testing.T) {
	tests := []struct {
		name    string
		sizes   []int        // events of each caller; -1 stands for an event that cannot be recorded
		gone    map[int]bool // callers who give up before their turn
		leaves  map[int]bool // callers who give up while the store writes
		fails   error
		want    []int // records of each write
		refused map[int]bool
	}{
		{name: "one each", sizes: []int{1, 1, 1, 1, 1}, want: []int{1, 4}},
		{name: "some have many", sizes: []int{1, 3, 2, 5}, want: []int{1, 10}},
		{name: "one cannot be recorded", sizes: []int{1, 2, -1, 2}, want: []int{1, 4}, refused: map[int]bool{2: true}},
		{name: "none can be recorded", sizes: []int{1, -1, -1}, want: []int{1}, refused: map[int]bool{1: true, 2: true}},
		{name: "more than one batch", sizes: []int{1, 1000, 24, 1, 1023, 1}, want: []int{1, 1024, 1024, 1}},
		{name: "one gave up waiting", sizes: []int{1, 1, 2, 1}, gone: map[int]bool{2: true}, want: []int{1, 2}},
		{name: "the first to wait gave up", sizes: []int{1, 1, 2, 1}, gone: map[int]bool{1: true}, want: []int{1, 3}},
		{name: "one leaves during the write", sizes: []int{1, 1, 2, 1}, leaves: map[int]bool{1: true}, want: []int{1, 4}},
		{name: "two leave during the write", sizes: []int{1, 1, 2, 1}, leaves: map[int]bool{1: true, 3: true}, want: []int{1, 4}},
		{name: "all leave during the write", sizes: []int{1, 1, 2}, leaves: map[int]bool{1: true, 2: true}, want: []int{1, 3}},
		{name: "the store fails", sizes: []int{1, 1, 1}, fails: errors.New("no space left on device"), want: []int{1, 2}},
	}
	events := batch(t, 0, 1100)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &held{gate: make(chan struct{})}
				j := openJournal(t, store)
				receipts, errs := make([][]audit.Receipt, len(tt.sizes)), make([]error, len(tt.sizes))
				cancels := make([]context.CancelFunc, len(tt.sizes))
				var wait sync.WaitGroup
				for i, n := range tt.sizes {
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					cancels[i] = cancel
					list := events[:max(n, 0)]
					if n < 0 {
						list = []audit.Event{events[0], {}}
					}
					wait.Go(func() { receipts[i], errs[i] = j.AppendAll(ctx, list...) })
					synctest.Wait() // the first one writes; the others wait in this order
				}
				for i := range tt.gone {
					cancels[i]()
				}
				store.gate <- struct{}{}
				synctest.Wait()
				store.fails = tt.fails
				for i := range tt.leaves {
					cancels[i]()
				}
				for range len(tt.want) - 1 {
					time.Sleep(time.Second)
					store.gate <- struct{}{}
				}
				wait.Wait()

				require.Equal(t, tt.want, store.sizes)
				require.NoError(t, errs[0])
				at := int64(0)
				for i, n := range tt.sizes {
					switch {
					case i > 0 && tt.fails != nil:
						require.ErrorIs(t, errs[i], tt.fails)
					case tt.gone[i] || tt.leaves[i]:
						require.ErrorIs(t, errs[i], context.Canceled)
					case tt.refused[i]:
						require.Error(t, errs[i])
					default:
						require.NoError(t, errs[i])
						require.Len(t, receipts[i], n)
					}
					require.Equal(t, errs[i] == nil, receipts[i] != nil)
					if errs[i] == nil {
						require.EqualValues(t, at, receipts[i][0].Index())
						at += int64(n)
					} else if tt.leaves[i] {
						at += int64(n) // recorded, although nobody waited for it
					}
				}
				// The store gives up when nobody wants the records any more.
				for i, ended := range store.ended {
					require.Equal(t, i > 0 && len(tt.leaves) == len(tt.sizes)-1, ended, "write %d", i)
				}
				// The journal works on.
				go func() { store.gate <- struct{}{} }()
				store.fails = nil
				_, err := j.Append(context.Background(), events[0])
				require.NoError(t, err)
			})
		})
	}
}
