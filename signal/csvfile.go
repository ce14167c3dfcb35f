package signal

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"unicode/utf8"
)

// errTooLarge reports a file beyond its limit of bytes.
var errTooLarge = errors.New("signal: the file is larger than its limit")

// A csvFile reads records under limits, hashes what it reads, and knows where it
// is. Its errors name file, line and column and quote no cell.
type csvFile struct {
	name   string
	limits ImportLimits
	scan   *scanner
	meter  *meter
	header []string
	record []string // the cells of the current record, after next
	line   int      // of the current record
	rows   int
}

// A meter counts, hashes and bounds the bytes that pass through it.
type meter struct {
	r    io.Reader
	n    int64
	most int64
	sum  hash.Hash
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.n += int64(n)
	m.sum.Write(b[:n])
	if m.n > m.most {
		return 0, errTooLarge
	}
	return n, err
}

// openCSV reads the header. A byte order mark before it is dropped.
func openCSV(r io.Reader, spec ImportSpec) (*csvFile, error) {
	f := &csvFile{name: spec.File, limits: spec.Limits.orDefault()}
	if f.name == "" {
		f.name = "input"
	}
	if r == nil {
		return nil, fmt.Errorf("signal: reading %s: there is no reader", f.name)
	}
	f.meter = &meter{r: r, most: f.limits.Bytes, sum: sha256.New()}
	f.scan = newScanner(newGuard(f.meter, f.limits))
	f.scan.skip("\xef\xbb\xbf")
	err := f.scan.next()
	if err == io.EOF {
		return nil, f.errorf(1, 0, "the file is empty; want a header row")
	}
	if err != nil {
		return nil, f.wrap(err)
	}
	if n := len(f.scan.cells); n > f.limits.Columns {
		return nil, f.errorf(1, 0, "%d columns; want at most %d", n, f.limits.Columns)
	}
	f.header = f.scan.strings(nil)
	for i, h := range f.header {
		if len(h) > f.limits.Field || !utf8.ValidString(h) || strings.ContainsRune(h, 0) {
			return nil, f.errorf(1, i+1, "the column's name is too long or no UTF-8 text")
		}
	}
	return f, nil
}

// eachOnce refuses a header that names a column twice.
func (f *csvFile) eachOnce() error {
	if i, j := repeated(f.header); j > 0 {
		return f.errorf(1, j+1, "two columns have the same name after normalisation, this and column %d; want each once", i+1)
	}
	return nil
}

// next reads a record of exactly the header's width; false at the end.
func (f *csvFile) next() (bool, error) {
	more, err := f.scanNext()
	if more {
		f.record = f.scan.strings(f.record)
	}
	return more, err
}

// scanNext is next for who wants a few of many cells: it leaves them in the
// scanner and makes no strings.
func (f *csvFile) scanNext() (bool, error) {
	if err := f.scan.next(); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, f.wrap(err)
	}
	f.line = f.scan.line
	if f.rows++; f.rows > f.limits.Rows {
		return false, f.errorf(f.line, 0, "more than %d rows", f.limits.Rows)
	}
	if n := len(f.scan.cells); n != len(f.header) {
		return false, f.errorf(f.line, 0, "the row has %d fields; the header has %d", n, len(f.header))
	}
	if len(f.scan.text) > f.limits.Field {
		for i := range f.header {
			if n := len(f.scan.cell(i)); n > f.limits.Field {
				return false, f.errorf(f.line, i+1, "a field of %d bytes; want at most %d", n, f.limits.Field)
			}
		}
	}
	return true, nil
}

// column finds a required column, or says what was wanted and what is nearest.
func (f *csvFile) column(names ...string) (int, error) {
	for _, name := range names {
		switch i := findColumn(f.header, name); i {
		case -1:
		case -2:
			return 0, f.errorf(1, 0, "two columns answer to %q; want one", clip(name))
		default:
			return i, nil
		}
	}
	wanted := clip(strings.Join(names, " or "))
	// A file without a header has a person in its first row, perhaps Arthur where
	// Author is wanted: only a long name with a slip or two is safe to quote.
	switch at, distance := nearestColumn(f.header, names[0]); {
	case distance*8 <= len(names[0]):
		return 0, f.errorf(1, 0, "no column %q among %d; the nearest is %q", wanted, len(f.header), clip(f.header[at]))
	case distance*2 <= len(names[0]):
		return 0, f.errorf(1, 0, "no column %q among %d; the nearest is column %d", wanted, len(f.header), at+1)
	}
	return 0, f.errorf(1, 0, "no column %q among %d, and none is near", wanted, len(f.header))
}

func (f *csvFile) sha256() string { return hex.EncodeToString(f.meter.sum.Sum(nil)) }

func (f *csvFile) errorf(line, column int, format string, args ...any) error {
	where := fmt.Sprintf("%s:%d", f.name, line)
	if column > 0 {
		where += fmt.Sprintf(": column %d", column)
	}
	return fmt.Errorf("signal: %s: %s", where, fmt.Sprintf(format, args...))
}

// wrap places an error of the CSV reader or of the caller's reader.
func (f *csvFile) wrap(err error) error {
	var p *csv.ParseError
	switch {
	case errors.Is(err, errTooLarge):
		return fmt.Errorf("%w: %s has more than %d bytes", errTooLarge, f.name, f.limits.Bytes)
	case errors.Is(err, errRecord):
		return fmt.Errorf("%w: %s:%d: want fields of at most %d bytes, at most %d columns and rows of at most %d bytes", errRecord, f.name, f.scan.line, f.limits.Field, f.limits.Columns, max(f.limits.Field, maxRecord))
	case errors.As(err, &p):
		return f.errorf(p.Line, 0, "at byte %d: %v", p.Column, p.Err)
	}
	return fmt.Errorf("signal: reading %s: %w", f.name, err)
}
