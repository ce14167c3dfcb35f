package filestore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// recover reads the file from its beginning, cuts a torn tail off, and makes
// durable what it found.
func (s *Store) recover() error {
	length, err := s.file.Size()
	if err != nil {
		return fmt.Errorf("filestore: opening: %w", err)
	}
	in := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, length), int(min(length, 1<<20)))
	var batch []byte
	for s.end < length {
		line, err := in.Peek(int(min(headerSize, length-s.end)))
		if err != nil {
			return fmt.Errorf("filestore: reading record %d: %w", s.size, err)
		}
		h, ok := parseHeader(line)
		ok = ok && h.index == s.size
		if !ok || headerSize+int64(h.bytes) > length-s.end {
			break
		}
		n := headerSize + int(h.bytes)
		batch = slices.Grow(batch[:0], n)[:n]
		if _, err := io.ReadFull(in, batch); err != nil {
			return fmt.Errorf("filestore: reading record %d: %w", s.size, err)
		}
		if !h.holds(batch[headerSize:]) {
			break
		}
		s.add(h, int64(n))
	}
	if s.end < length {
		if err := s.cut(length); err != nil {
			return err
		}
	}
	return s.settle()
}

// cut cuts off what stands between the last whole batch and the end of the file,
// when a crash can have left it there.
func (s *Store) cut(length int64) error {
	corrupt := fmt.Errorf("%w: after %d whole records, at byte %d of %d", ErrCorrupt, s.size, s.end, length)
	if length-s.end > headerSize+maxBytes {
		return corrupt // more than one batch
	}
	tail := make([]byte, length-s.end)
	if _, err := io.ReadFull(io.NewSectionReader(s.file, s.end, length-s.end), tail); err != nil {
		return fmt.Errorf("filestore: reading record %d: %w", s.size, err)
	}
	if !torn(tail, s.size) {
		return corrupt
	}
	if err := s.file.Truncate(s.end); err != nil {
		return fmt.Errorf("filestore: cutting %d bytes off: %w", len(tail), err)
	}
	s.repaired = int64(len(tail))
	return nil
}

// torn reports whether what follows the last whole batch can be a part of the
// batch with the record of the given index: a beginning of it, or one with blocks
// that were never written and read as zeros.
func torn(tail []byte, index int64) bool {
	if !begins(tail, index) {
		return false
	}
	if len(tail) < headerSize {
		return true
	}
	h, ok := parseHeader(tail[:headerSize])
	lost := bytes.IndexByte(tail, 0) >= 0
	if ok {
		whole := headerSize + int(h.bytes)
		return h.index == index && (len(tail) < whole || len(tail) == whole && lost)
	}
	if bytes.IndexByte(tail[:headerSize], 0) < 0 {
		return false
	}
	// The header was lost. Where a batch follows, this one had been acknowledged.
	for at := 0; ; at++ {
		next := bytes.IndexByte(tail[at:], mark)
		if next < 0 || len(tail)-at-next < headerSize {
			return true
		}
		at += next
		if _, ok := parseHeader(tail[at : at+headerSize]); ok {
			return false
		}
	}
}

// begins reports whether what follows the last whole batch can be what is left of
// the header of the batch with the record of the given index. A file of somebody
// else's is left alone, however short it is.
func begins(tail []byte, index int64) bool {
	var room [headerSize]byte
	known := header{index: index}.append(room[:0])
	for i, b := range tail[:min(len(tail), headerSize)] {
		_, digit := hex(tail[i : i+1])
		_, open := hex(known[i : i+1])
		if b != 0 && b != known[i] && !(i >= afterIndex && open && digit) {
			return false
		}
	}
	return true
}

// settle makes the records durable that were found: nobody may have been told
// that the last batch is stored, and the fsync before the crash may have failed.
func (s *Store) settle() error {
	if s.size > 0 {
		batch := make([]byte, s.end-s.last.offset)
		if _, err := io.ReadFull(io.NewSectionReader(s.file, s.last.offset, int64(len(batch))), batch); err != nil {
			return fmt.Errorf("filestore: reading record %d: %w", s.last.index, err)
		}
		n, err := s.file.WriteAt(batch, s.last.offset)
		if err == nil && n != len(batch) {
			err = errors.New("short write")
		}
		if err != nil {
			return fmt.Errorf("filestore: writing record %d again: %w", s.last.index, err)
		}
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("filestore: opening: %w", err)
	}
	return nil
}
