package effect

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// Limits of a long CSV file.
const (
	maxLine  = 1 << 16 // bytes
	maxBytes = 1 << 30
	maxCell  = 64 // bytes of a number
	maxName  = 256
)

// Columns names the four columns of a long CSV file that are read.
type Columns struct{ Unit, Period, Outcome, First string }

// ReadAdoption reads a long CSV file: a header, then one row for each unit and
// period, in any order. Columns that are not named are passed over. A period is
// a whole number from 1. A unit that is never treated has an empty first
// treated period, or 0, "Inf", "NA" or "never". An outcome is a number such as
// -12.5 or 1.2e-3; an empty one, "NA" and "NaN" are missing, and the unit is left
// out with a warning.
//
// Fields are separated by commas and may stand in quotes; none runs over a line
// end. A line has at most 65,536 bytes, a file 1 GiB. It fails as [NewAdoption]
// does, each finding with line and column, the latter in bytes, and on an error
// of the reader. No finding quotes a cell.
func ReadAdoption(r io.Reader, columns Columns) (Adoption, error) {
	if r == nil {
		return Adoption{}, errors.New("effect: there is no reader")
	}
	limited := &io.LimitedReader{R: r, N: maxBytes + 1}
	l := &lines{scan: bufio.NewScanner(limited), rest: limited}
	l.scan.Buffer(make([]byte, 0, 4096), maxLine)
	if !l.next() {
		if l.err == nil {
			l.fail("the file is empty; want a header row")
		}
		return Adoption{}, l.err
	}
	names := [4]string{columns.Unit, columns.Period, columns.Outcome, columns.First}
	at, err := l.header(names)
	if err != nil {
		return Adoption{}, err
	}
	b := newCollector()
	for l.next() {
		code, message, k := b.parse(l, at)
		if code == "" {
			continue
		}
		f := l.finding(code, message)
		if k >= 0 {
			f.Path, f.Column = names[k], l.position(at[k])
		}
		if !b.report(f) {
			break
		}
	}
	if l.err != nil {
		return Adoption{}, l.err
	}
	return b.finish(func(line int) coaching.Finding { return coaching.Finding{Line: line} })
}

// parse reads one row. k is the column that a problem is in, -1 for the row.
func (b *collector) parse(l *lines, at [4]int) (code, message string, k int) {
	if len(l.cells) != l.width {
		return "DQ01", fmt.Sprintf("the row has %d fields; the header has %d", len(l.cells), l.width), -1
	}
	name := l.cells[at[0]]
	if len(name) == 0 || len(name) > maxName || !utf8.Valid(name) {
		return "DQ01", fmt.Sprintf("the unit's name is empty, longer than %d bytes or no UTF-8 text", maxName), 0
	}
	period, ok := whole(l.cells[at[1]])
	if !ok || period < 1 {
		return "DQ07", "the period is not a whole number from 1", 1
	}
	y, ok := reading(l.cells[at[2]])
	if !ok {
		return "DQ07", "the outcome is not a plain decimal number in range", 2
	}
	first := 0
	switch string(l.cells[at[3]]) {
	case "", "0", "Inf", "NA", "never":
	default:
		if first, ok = whole(l.cells[at[3]]); !ok || first < 1 {
			return "DQ07", "the first treated period is not a whole number from 1, nor empty", 3
		}
	}
	u := b.last
	if u < 0 || b.ids[u] != string(name) {
		if u, ok = b.units[string(name)]; ok {
			b.last = u
		} else {
			u = b.unit(string(name), l.line)
		}
	}
	k = 1
	if code, message = b.add(u, period, first, y); code == "DQ13" {
		k = 3
	}
	return code, message, k
}

// whole reads up to nine digits.
func whole(cell []byte) (int, bool) {
	if len(cell) == 0 || len(cell) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range cell {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// reading reads an outcome.
func reading(cell []byte) (float64, bool) {
	switch string(cell) {
	case "", "NA", "NaN":
		return math.NaN(), true
	}
	if len(cell) <= 15 { // a whole number of few digits is exact
		if n, ok := whole(cell); ok {
			return float64(n), true
		}
	}
	if len(cell) > maxCell {
		return 0, false
	}
	for _, c := range cell {
		switch {
		case c >= '0' && c <= '9', c == '-', c == '+', c == '.', c == 'e', c == 'E':
		default: // ParseFloat also takes hexadecimal, underscores and infinities
			return 0, false
		}
	}
	y, err := strconv.ParseFloat(string(cell), 64)
	return y, err == nil && y >= -largest && y <= largest
}

// lines cuts a file into lines and a line into cells.
type lines struct {
	scan  *bufio.Scanner
	line  int
	text  []byte
	cells [][]byte
	width int
	rest  *io.LimitedReader // nothing is left of it when the file is too large
	err   error
}

// next reads the next line that is not empty; false at the end or on an error.
func (l *lines) next() bool {
	for l.scan.Scan() {
		l.line++
		l.text = l.scan.Bytes()
		if l.rest.N <= 0 {
			l.fail(fmt.Sprintf("the file has more than %d bytes", maxBytes))
			return false
		}
		if l.line == 1 {
			l.text = bytes.TrimPrefix(l.text, []byte("\xef\xbb\xbf"))
		}
		if len(l.text) == 0 {
			continue
		}
		return l.cut()
	}
	if l.rest.N <= 0 {
		l.fail(fmt.Sprintf("the file has more than %d bytes", maxBytes))
		return false
	}
	switch err := l.scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		l.line++
		l.fail(fmt.Sprintf("the line has more than %d bytes", maxLine))
	case err != nil:
		l.err = fmt.Errorf("effect: reading line %d: %w", l.line+1, err)
	}
	return false
}

// cut splits the line at its commas, with encoding/csv where a quote stands.
func (l *lines) cut() bool {
	l.cells = l.cells[:0]
	if bytes.IndexByte(l.text, '"') < 0 {
		rest := l.text
		for {
			i := bytes.IndexByte(rest, ',')
			if i < 0 {
				break
			}
			l.cells = append(l.cells, rest[:i])
			rest = rest[i+1:]
		}
		l.cells = append(l.cells, rest)
		return true
	}
	r := csv.NewReader(bytes.NewReader(l.text))
	record, err := r.Read()
	if err != nil {
		f := l.finding("DQ01", "a quote is not closed on its line, or stands inside a field that does not start with one")
		var p *csv.ParseError
		if errors.As(err, &p) {
			f.Column = p.Column
		}
		l.err = coaching.Findings{f}.Err()
		return false
	}
	for _, cell := range record {
		l.cells = append(l.cells, []byte(cell))
	}
	return true
}

// position returns the byte of the line, from 1, at which cell k starts.
func (l *lines) position(k int) int {
	if bytes.IndexByte(l.text, '"') >= 0 {
		r := csv.NewReader(bytes.NewReader(l.text))
		if _, err := r.Read(); err == nil {
			_, column := r.FieldPos(k)
			return column
		}
	}
	at := 1
	for _, cell := range l.cells[:k] {
		at += len(cell) + 1
	}
	return at
}

// header finds the columns that are wanted.
func (l *lines) header(names [4]string) (at [4]int, err error) {
	l.width = len(l.cells)
	var found coaching.Findings
	for k, name := range names {
		n := 0
		for i, cell := range l.cells {
			if name != "" && string(cell) == name {
				at[k] = i
				n++
			}
		}
		if n != 1 {
			f := l.finding("DQ01", fmt.Sprintf("%d columns of this name among %d; want 1", n, l.width))
			f.Path = name
			found = append(found, f)
		}
	}
	found.Sort()
	return at, found.Err()
}

func (l *lines) finding(code, message string) coaching.Finding {
	return coaching.Finding{Code: code, Line: l.line, Message: message}
}

func (l *lines) fail(message string) { l.err = coaching.Findings{l.finding("DQ01", message)}.Err() }
