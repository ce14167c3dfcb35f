package filestore

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"sort"
)

// Read yields the records that are durable when the reading begins. A batch whose
// bytes have changed since is [ErrCorrupt].
func (s *Store) Read(ctx context.Context, first int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.mu.Lock()
		err, from, end, f := s.usable(ctx), s.before(first), s.end, s.file
		s.mu.Unlock()
		if err != nil {
			yield(nil, err)
			return
		}
		b := batches{in: bufio.NewReaderSize(io.NewSectionReader(f, from.offset, end-from.offset), int(min(end-from.offset, 1<<16))), next: from.index}
		for from.offset+b.read < end {
			records, at, err := b.records(first)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for len(records) > 0 {
				n := bytes.IndexByte(records, '\n')
				record := records[:n:n]
				records = records[n+1:]
				if at++; at > first && !yield(record, nil) {
					return
				}
			}
		}
	}
}

// before returns the place of a batch at or before the one of the record.
func (s *Store) before(record int64) place {
	if s.batches > 0 && s.last.index <= record {
		return s.last
	}
	n := sort.Search(len(s.places), func(i int) bool { return s.places[i].index > record })
	if n == 0 {
		return place{}
	}
	return s.places[n-1]
}

// batches reads one batch after the other.
type batches struct {
	in   *bufio.Reader
	next int64 // index of the record that the next batch begins with
	read int64 // bytes so far
}

// records returns the records of the next batch, with their line ends, and the
// index of the first; none when the batch ends before the record first.
func (b *batches) records(first int64) ([]byte, int64, error) {
	line, err := b.in.Peek(headerSize)
	if err != nil {
		return nil, 0, fmt.Errorf("filestore: reading record %d: %w", b.next, err)
	}
	h, ok := parseHeader(line)
	if !ok || h.index != b.next {
		return nil, 0, fmt.Errorf("%w: at record %d", ErrCorrupt, b.next)
	}
	b.read += headerSize + int64(h.bytes)
	b.next = h.end()
	if _, err := b.in.Discard(headerSize); err != nil {
		return nil, 0, fmt.Errorf("filestore: reading record %d: %w", h.index, err)
	}
	if b.next <= first {
		if _, err := b.in.Discard(int(h.bytes)); err != nil {
			return nil, 0, fmt.Errorf("filestore: reading record %d: %w", h.index, err)
		}
		return nil, h.index, nil
	}
	records := make([]byte, h.bytes)
	if _, err := io.ReadFull(b.in, records); err != nil {
		return nil, 0, fmt.Errorf("filestore: reading record %d: %w", h.index, err)
	}
	if !h.holds(records) {
		return nil, 0, fmt.Errorf("%w: at record %d", ErrCorrupt, h.index)
	}
	return records, h.index, nil
}
