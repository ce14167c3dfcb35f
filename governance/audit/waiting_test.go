package audit

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// A hung store answers nothing until it is let go.
type hung struct {
	MemoryStore
	gate chan struct{}
}

func (s *hung) Append(ctx context.Context, size int64, records ...[]byte) error {
	<-s.gate
	return s.MemoryStore.Append(ctx, size, records...)
}

// Whoever gives up behind a store that hangs leaves nothing behind, and takes
// nobody along.
func TestWaitingKeepsNobodyWhoGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, key, err := GenerateKey(strings.NewReader(strings.Repeat("k", 32)), "example.com/audit")
		require.NoError(t, err)
		verifier, err := NewVerifier(key)
		require.NoError(t, err)
		store := &hung{gate: make(chan struct{})}
		j, err := OpenJournal(context.Background(), store, verifier, nil)
		require.NoError(t, err)
		event, err := NewEvent(time.Now(), Actor{Role: coaching.System}, Purge{Class: "raw", Through: june.From})
		require.NoError(t, err)

		patient := make(chan error, 2)
		go func() { _, err := j.Append(context.Background(), event); patient <- err }()
		synctest.Wait()
		for i := range 100 {
			if i == 50 {
				go func() { _, err := j.Append(context.Background(), event); patient <- err }()
				synctest.Wait()
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			_, err := j.Append(ctx, event)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		j.mu.Lock()
		require.Equal(t, 1, len(j.waiting))
		j.mu.Unlock()
		close(store.gate)
		require.NoError(t, <-patient)
		require.NoError(t, <-patient)
		require.EqualValues(t, 2, j.Head().Size)
	})
}
