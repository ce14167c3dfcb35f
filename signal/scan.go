package signal

import (
	"bytes"
	"encoding/csv"
	"io"
)

// A scanner splits CSV (RFC 4180) into records and cells as encoding/csv does
// with its default settings, errors and their positions included: a quote inside
// an unquoted cell and text after a closing quote are errors, "\r\n" is "\n",
// and blank lines are no records. It leaves the cells where they were read, and
// copies only a record that has quotes. A record may have any number of cells.
type scanner struct {
	r     io.Reader
	block []byte // what was read and not yet scanned is block[at:end]
	at    int
	end   int
	err   error // what ended the reading
	lines int   // lines begun

	line   int    // where the record begins
	text   []byte // the record; valid until the next one
	cells  []span // its cells, places in text
	copied []byte // room for a text without its quotes
}

// A span is a place in a text.
type span struct{ from, to int }

// blockSize is what the scanner holds of a file, unless one line is longer.
const blockSize = 128 << 10

func newScanner(r io.Reader) *scanner { return &scanner{r: r, block: make([]byte, blockSize)} }

// cell returns a cell of the record, valid until the next one.
func (s *scanner) cell(i int) []byte { return s.text[s.cells[i].from:s.cells[i].to] }

// strings returns the record's cells in the room that the given list has.
func (s *scanner) strings(room []string) []string {
	room = room[:0]
	text := string(s.text)
	for _, c := range s.cells {
		room = append(room, text[c.from:c.to])
	}
	return room
}

// skip drops a prefix of the file, and reports whether it was there.
func (s *scanner) skip(prefix string) bool {
	for s.end-s.at < len(prefix) && s.err == nil {
		s.fill()
	}
	if !bytes.HasPrefix(s.block[s.at:s.end], []byte(prefix)) {
		return false
	}
	s.at += len(prefix)
	return true
}

// next reads a record. At the end of the file it answers io.EOF.
func (s *scanner) next() error {
	line, err := s.readLine()
	for err == nil && len(trimNewline(line)) == 0 {
		line, err = s.readLine()
	}
	if err == io.EOF {
		return err
	}
	s.line = s.lines
	if bytes.IndexByte(line, '"') >= 0 {
		return s.unquote(line, err)
	}
	s.text, s.cells = trimNewline(line), s.cells[:0]
	from := 0
	for i := bytes.IndexByte(s.text, ','); i >= 0; i = bytes.IndexByte(s.text[from:], ',') {
		s.cells = append(s.cells, span{from, from + i})
		from += i + 1
	}
	s.cells = append(s.cells, span{from, len(s.text)})
	return err
}

// unquote reads a record that begins with a line and has quotes. It takes the
// error of reading that line.
func (s *scanner) unquote(line []byte, err error) error {
	s.copied, s.cells = s.copied[:0], s.cells[:0]
	from, column := 0, 1 // of the cell in copied, and of the rest of the line
	done := func() {
		s.cells = append(s.cells, span{from, len(s.copied)})
		from = len(s.copied)
		s.text = s.copied
	}
	broken := func(line, column int, why error) error {
		return &csv.ParseError{StartLine: s.line, Line: line, Column: column, Err: why}
	}
	for {
		if len(line) == 0 || line[0] != '"' {
			field, rest, more := bytes.Cut(line, []byte{','})
			if !more {
				field = trimNewline(field)
			}
			if i := bytes.IndexByte(field, '"'); i >= 0 {
				return broken(s.lines, column+i, csv.ErrBareQuote)
			}
			s.copied = append(s.copied, field...)
			done()
			if !more {
				return err
			}
			line, column = rest, column+len(field)+1
			continue
		}
		line, column = line[1:], column+1
		for at := s.lines; ; { // until the closing quote; at is the last line that is not empty
			i := bytes.IndexByte(line, '"')
			if i < 0 {
				if len(line) == 0 {
					if err == nil {
						return broken(at, column, csv.ErrQuote)
					}
					return err
				}
				s.copied = append(s.copied, line...)
				if err != nil {
					return err
				}
				column += len(line)
				if line, err = s.readLine(); len(line) > 0 {
					at, column = at+1, 1
				}
				if err == io.EOF {
					err = nil
				}
				continue
			}
			s.copied = append(s.copied, line[:i]...)
			line, column = line[i+1:], column+i+1
			if len(line) > 0 && line[0] == '"' {
				s.copied = append(s.copied, '"')
				line, column = line[1:], column+1
				continue
			}
			break
		}
		switch {
		case len(trimNewline(line)) == 0:
			done()
			return err
		case line[0] == ',':
			done()
			line, column = line[1:], column+1
		default:
			return broken(s.lines, column-1, csv.ErrQuote)
		}
	}
}

// readLine returns the next line with its end, "\n" for "\r\n". The last line
// may have none; a "\r" there is dropped. What it returns is valid until the
// next call. It returns an error with the text before it, and io.EOF with none.
func (s *scanner) readLine() ([]byte, error) {
	s.lines++
	for searched := 0; ; {
		if i := bytes.IndexByte(s.block[s.at+searched:s.end], '\n'); i >= 0 {
			line := s.block[s.at : s.at+searched+i+1]
			s.at += len(line)
			if n := len(line); n >= 2 && line[n-2] == '\r' {
				line[n-2] = '\n'
				line = line[:n-1]
			}
			return line, nil
		}
		searched = s.end - s.at
		if s.err != nil {
			break
		}
		s.fill()
	}
	line := s.block[s.at:s.end]
	s.at = s.end
	if s.err != io.EOF || len(line) == 0 {
		return line, s.err
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

// fill reads more of the file behind what is not yet scanned.
func (s *scanner) fill() {
	copy(s.block, s.block[s.at:s.end])
	s.at, s.end = 0, s.end-s.at
	if s.end == len(s.block) {
		s.block = append(s.block, make([]byte, len(s.block))...)
	}
	for range 100 {
		n, err := s.r.Read(s.block[s.end:])
		s.end += n
		if s.err = err; n > 0 || err != nil {
			return
		}
	}
	s.err = io.ErrNoProgress
}

// trimNewline returns a line without its end.
func trimNewline(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		return line[:n-1]
	}
	return line
}
