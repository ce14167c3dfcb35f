package audit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// WriteLines writes the store's records to w, one to a line (JSON Lines), from
// the first to the last.
func WriteLines(ctx context.Context, w io.Writer, store Store) error {
	at := 0
	for record, err := range store.Read(ctx, 0) {
		if err != nil {
			return fmt.Errorf("audit: reading record %d: %w", at, err)
		}
		if _, err := w.Write(append(record, '\n')); err != nil {
			return fmt.Errorf("audit: writing record %d: %w", at, err)
		}
		at++
	}
	return ctx.Err()
}

// ReadLines yields the entries of a log that WriteLines wrote, in order, and
// stops at its first error. It checks each record by itself; whether they are
// a whole log is for [Verify].
func ReadLines(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		lines := lineReader{in: bufio.NewReaderSize(r, MaxRecord+1)}
		var s scribe
		for at := 0; ; at++ {
			line, err := lines.next()
			if err == io.EOF {
				return
			}
			var entry Entry
			if err == nil {
				entry, err = s.read(string(line))
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("audit: line %d: %w", at+1, err))
				return
			}
			if !yield(entry, nil) {
				return
			}
		}
	}
}

var (
	errTorn = errors.New("audit: the last line has no end")
	errLong = errors.New("audit: line of more than 4096 bytes")
)

// A lineReader reads lines of bounded length that each end in one line feed.
type lineReader struct {
	in *bufio.Reader
}

// next returns the next line without its end, valid until the call after. The
// error is io.EOF after a whole last line and errTorn after a part of one.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.in.ReadSlice('\n')
	switch {
	case err == nil:
		return line[:len(line)-1], nil
	case err == io.EOF && len(line) == 0:
		return nil, io.EOF
	case err == io.EOF:
		return nil, errTorn
	case err == bufio.ErrBufferFull:
		// A lost block at the end of a file reads as zeros, however many.
		for err == bufio.ErrBufferFull && len(bytes.Trim(line, "\x00")) == 0 {
			line, err = l.in.ReadSlice('\n')
		}
		if err == io.EOF && len(bytes.Trim(line, "\x00")) == 0 {
			return nil, errTorn
		}
		return nil, errLong
	}
	return nil, err
}
