package filestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/coachgov/coaching/governance/audit"
)

// ErrLocked reports a file that another store has open, in this process or
// another.
var ErrLocked = errors.New("filestore: the file is in use")

// ErrCorrupt reports a file that is damaged where a crash cannot have damaged it,
// or that is no store at all.
var ErrCorrupt = errors.New("filestore: the file is damaged")

// A Store keeps the records of one audit log in one file. It is an [audit.Store]
// and safe for concurrent use. A Store comes from [Open]; the zero Store refuses.
type Store struct {
	mu       sync.Mutex
	file     file // nil when closed
	size     int64
	end      int64   // of the last batch in the file
	places   []place // of every stride-th batch, in order
	batches  int64
	last     place // of the last batch
	repaired int64
	failed   error // of a write or fsync: what the file holds is not known
	buf      []byte
}

var _ audit.Store = (*Store)(nil)

// A place is where a batch stands.
type place struct {
	index  int64 // of its first record
	offset int64
}

// stride is how many batches there are from one that is kept in memory to the
// next: a million batches take 256 kB.
const stride = 64

// Open opens the store in the file of the given path, and makes the file when it is
// not there; its folder must be. It reads the whole file, cuts a torn tail off
// ([Store.Repaired]), and returns [ErrCorrupt] for any other damage and
// [ErrLocked] when the file is in use.
func Open(path string) (*Store, error) { return open(machine{}, path) }

func open(sys system, path string) (*Store, error) {
	f, err := sys.open(path)
	if err != nil {
		return nil, fmt.Errorf("filestore: opening: %w", err)
	}
	s := &Store{file: f}
	if err := s.recover(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// The name of a file that was just made is durable only with its folder.
	if err := sys.syncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("filestore: opening: %w", err), f.Close())
	}
	return s, nil
}

// Repaired returns the number of bytes of a batch, never acknowledged, that Open
// cut off; 0 when there was nothing to repair.
func (s *Store) Repaired() int64 { return s.repaired }

// Close closes the file and gives the lock up. Closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}

// Size returns the number of records.
func (s *Store) Size(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size, s.usable(ctx)
}

// usable returns why nothing can be done.
func (s *Store) usable(ctx context.Context) error {
	if s.file == nil {
		return fmt.Errorf("filestore: %w", os.ErrClosed)
	}
	return ctx.Err()
}

// Append writes the records as one batch and makes it durable. A record is a line
// of text as package audit writes it, not empty and without a line end or zero
// byte; it does not begin with '#'. After any error but [audit.ErrConflict], a
// refused record and a done context, the store takes no more records until it is
// opened again.
func (s *Store) Append(ctx context.Context, size int64, records ...[]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	if s.failed != nil {
		return fmt.Errorf("filestore: open it again, after: %w", s.failed)
	}
	if size != s.size {
		return fmt.Errorf("%w: append after %d records, the file holds %d", audit.ErrConflict, size, s.size)
	}
	if len(records) == 0 {
		return nil
	}
	if err := s.frame(records); err != nil {
		return err
	}
	n, err := s.file.WriteAt(s.buf, s.end)
	if err == nil && n != len(s.buf) {
		err = errors.New("short write")
	}
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		s.failed = err
		return fmt.Errorf("filestore: writing %d bytes: %w", len(s.buf), err)
	}
	s.add(header{index: size, count: uint32(len(records))}, int64(len(s.buf)))
	return nil
}

// frame puts the records into the buffer as one batch.
func (s *Store) frame(records [][]byte) error {
	total := 0
	for i, r := range records {
		if len(r) == 0 || r[0] == mark || bytes.IndexByte(r, '\n') >= 0 || bytes.IndexByte(r, 0) >= 0 {
			return fmt.Errorf("filestore: record %d of %d is not a line of text", i+1, len(records))
		}
		if total += len(r) + 1; total > maxBytes {
			return fmt.Errorf("filestore: %d records of more than %d bytes in all", len(records), maxBytes)
		}
	}
	var room [headerSize]byte
	s.buf = append(s.buf[:0], room[:]...)
	for _, r := range records {
		s.buf = append(append(s.buf, r...), '\n')
	}
	payload := s.buf[headerSize:]
	header{index: s.size, count: uint32(len(records)), bytes: uint32(total), sum: checksum(payload)}.append(s.buf[:0])
	return nil
}

// add notes a batch of so many bytes at the end of the file.
func (s *Store) add(h header, bytes int64) {
	s.last = place{index: h.index, offset: s.end}
	if s.batches%stride == 0 {
		s.places = append(s.places, s.last)
	}
	s.batches++
	s.size = h.end()
	s.end += bytes
}
