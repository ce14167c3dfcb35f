package signal

import (
	"bytes"
	"errors"
	"io"
)

// errRecord reports a field or a record beyond its limits.
var errRecord = errors.New("signal: a field or a record is larger than its limit")

// A guard stops a file whose fields or records never end before the CSV reader
// has gathered them: one open quote would otherwise pull the whole file into one
// field. Its bounds are loose by a read; csvFile.next applies the exact ones.
type guard struct {
	r             io.Reader
	field, commas int // limits
	record        int
	inField       int // bytes since the last separator
	inRecord      int // commas since the last end of a record
	bytes         int // since then
	quoted        bool
}

// guardSlack is the most that one read adds beyond a limit.
const guardSlack = 64 << 10

// maxRecord bounds the bytes of a record, for which there is more room than its
// text takes: the limits of columns and fields together would allow 128 MiB.
const maxRecord = 16 << 20

func newGuard(r io.Reader, limits ImportLimits) *guard {
	// Escaped quotes double a field.
	field := 2*limits.Field + 2 + guardSlack
	return &guard{r: r, field: field, commas: limits.Columns + guardSlack, record: max(field, maxRecord+guardSlack)}
}

func (g *guard) Read(b []byte) (int, error) {
	n, err := g.r.Read(b[:min(len(b), guardSlack)])
	if !g.admits(b[:n]) {
		return 0, errRecord
	}
	return n, err
}

func (g *guard) admits(b []byte) bool {
	if g.quoted || bytes.IndexByte(b, '"') >= 0 {
		for _, c := range b {
			g.inField++
			g.bytes++
			switch {
			case c == '"':
				g.quoted = !g.quoted
			case g.quoted:
			case c == ',':
				g.inField, g.inRecord = 0, g.inRecord+1
			case c == '\n':
				g.inField, g.inRecord, g.bytes = 0, 0, 0
			}
			if !g.within() {
				return false
			}
		}
		return true
	}
	line := bytes.LastIndexByte(b, '\n')
	if line >= 0 {
		g.inRecord, g.bytes = 0, 0
	}
	g.bytes += len(b) - 1 - line
	g.inRecord += bytes.Count(b[line+1:], []byte{','})
	if last := max(line, bytes.LastIndexByte(b, ',')); last >= 0 {
		g.inField = len(b) - 1 - last
	} else {
		g.inField += len(b)
	}
	return g.within()
}

func (g *guard) within() bool {
	return g.inField <= g.field && g.inRecord <= g.commas && g.bytes <= g.record
}
