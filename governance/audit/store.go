package audit

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// A Store keeps a log's records, in order. The host implements it over a file or
// a database; package audittest tests the implementation. A store is safe
// for concurrent use.
type Store interface {
	// Append adds the records after the first size records, all or none, and
	// returns nil only when they would survive a loss of power. When the store
	// does not hold exactly size records the error is [ErrConflict] and nothing
	// is added, so that one of two concurrent writers wins. After any other
	// error the records may or may not be there. It keeps no slice that it is
	// given, and gives up when the context is done.
	Append(ctx context.Context, size int64, records ...[]byte) error
	// Read yields the records from index first on, up to the end, in order, each
	// exactly as it was appended. What Append has added is read. It stops at its
	// first error. The receiver may keep and change what it is given.
	Read(ctx context.Context, first int64) iter.Seq2[[]byte, error]
	// Size returns the number of records. It never shrinks.
	Size(ctx context.Context) (int64, error)
}

// A MemoryStore is a Store in memory, for tests and examples: it survives
// nothing. The zero MemoryStore is empty and ready to use.
type MemoryStore struct {
	mu      sync.Mutex
	records [][]byte
}

// Append adds copies of the records.
func (s *MemoryStore) Append(ctx context.Context, size int64, records ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if size != int64(len(s.records)) {
		return fmt.Errorf("%w: append after %d records, the store holds %d", ErrConflict, size, len(s.records))
	}
	for _, r := range records {
		s.records = append(s.records, slices.Clone(r))
	}
	return nil
}

// Read yields copies of the records that the store holds when the reading
// begins.
func (s *MemoryStore) Read(ctx context.Context, first int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.mu.Lock()
		records := s.records[min(max(first, 0), int64(len(s.records))):]
		s.mu.Unlock()
		for _, r := range records {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(slices.Clone(r), nil) {
				return
			}
		}
	}
}

// Size returns the number of records.
func (s *MemoryStore) Size(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.records)), ctx.Err()
}
