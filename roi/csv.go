package roi

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// CSV returns the lines as a table with a header, one line to a row, in the
// order of computation. Rows end in CRLF (RFC 4180). A text cell that a
// spreadsheet would read as a formula begins with an apostrophe; numbers are
// written by this package and need none.
func (s *Statement) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write([]string{"step", "id", "label", "value", "unit", "formula", "numerator", "denominator", "source"})
	for _, l := range s.Lines {
		w.Write([]string{
			strconv.Itoa(l.Step), cell(l.ID), cell(l.Label), l.Display, cell(l.Unit), cell(l.Formula()),
			l.Value.Num().String(), l.Value.Den().String(), cell(l.Source),
		})
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cell makes a text safe for spreadsheets (OWASP, CSV injection).
func cell(text string) string {
	if text == "" {
		return text
	}
	switch text[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return "'" + text
	}
	return text
}
