package worksheet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// headRow is the row of a sheet's first table head. It stays in sight and is
// repeated on each printed page.
const headRow = 5

// A cell is one value with its look. The zero cell is empty.
type cell struct {
	look    look
	kind    kind
	text    string  // of a text, untrusted
	formula string  // made here, without the equals sign
	number  float64 // of a number, or what a formula gives
	truth   bool    // of a truth value, or what a formula gives
}

// A kind says what a cell holds. The zero kind is a text.
type kind uint8

const (
	aText kind = iota
	aNumber
	aTruth
)

// A sheet collects its rows.
type sheet struct {
	name      string
	widths    []int // of the columns, in characters
	body      bytes.Buffer
	rows      int
	stray     string // cells whose text looks like a number on purpose
	condition string // cells that are red when false
}

// add appends a row and returns its number.
func (s *sheet) add(cells ...cell) int {
	s.rows++
	b := &s.body
	fmt.Fprintf(b, `<row r="%d"`, s.rows)
	// Not every program finds the height of a row with long texts by itself.
	if n := s.lines(cells); n > 1 {
		fmt.Fprintf(b, ` ht="%d" customHeight="1"`, n*lineHeight+2)
	}
	b.WriteByte('>')
	for i, c := range cells {
		if c.kind == aText && c.text == "" && c.look == blank {
			continue
		}
		b.WriteString(`<c r="`)
		b.WriteString(column(i))
		b.WriteString(strconv.Itoa(s.rows))
		b.WriteString(`" s="`)
		b.WriteString(strconv.Itoa(int(c.look)))
		b.WriteByte('"')
		switch c.kind {
		case aNumber:
			b.WriteByte('>')
			s.formula(c.formula)
			b.WriteString("<v>" + strconv.FormatFloat(c.number, 'g', -1, 64) + "</v></c>")
		case aTruth:
			b.WriteString(` t="b">`)
			s.formula(c.formula)
			v := "0"
			if c.truth {
				v = "1"
			}
			b.WriteString("<v>" + v + "</v></c>")
		default:
			// An inline string is never read as a formula.
			b.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
			xml.EscapeText(b, []byte(plain(c.text)))
			b.WriteString("</t></is></c>")
		}
	}
	b.WriteString("</row>")
	return s.rows
}

func (s *sheet) formula(f string) {
	if f == "" {
		return
	}
	s.body.WriteString("<f>")
	xml.EscapeText(&s.body, []byte(f))
	s.body.WriteString("</f>")
}

// lineHeight is that of a line of ten points.
const lineHeight = 13

// lines returns how many lines the longest text of a row fills in its column.
func (s *sheet) lines(cells []cell) int {
	most := 1
	for i, c := range cells {
		if c.kind != aText || c.look < head || c.look == figure {
			continue
		}
		// A width is in digits, which are wider than most letters.
		width, n, used := s.widths[i], 1, 0
		for word := range strings.FieldsSeq(c.text) {
			size := utf8.RuneCountInString(word)
			if used > 0 && used+1+size > width {
				n, used = n+1, 0
			} else if used > 0 {
				used++
			}
			n += (used + size - 1) / width
			used = (used+size-1)%width + 1
		}
		most = max(most, n)
	}
	return min(most, mostLines)
}

// mostLines keeps a row below the 409 points that a spreadsheet allows.
const mostLines = 31

// head appends the head of a table below an empty row. A title that begins
// with ">" stands on the right, as the figures below it do.
func (s *sheet) head(titles ...string) {
	s.add()
	cells := make([]cell, len(titles))
	for i, t := range titles {
		cells[i] = cell{look: head, text: t}
		if right, ok := strings.CutPrefix(t, ">"); ok {
			cells[i] = cell{look: headRight, text: right}
		}
	}
	s.add(cells...)
}

// texts appends a row of texts.
func (s *sheet) texts(values ...string) int {
	cells := make([]cell, len(values))
	for i, v := range values {
		cells[i] = cell{look: body, text: v}
	}
	return s.add(cells...)
}

// xml returns the part. The parts of a sheet stand in the order of the schema
// (ECMA-376 part 1, CT_Worksheet).
func (s *sheet) xml(selected bool) []byte {
	var b bytes.Buffer
	b.Grow(s.body.Len() + 4<<10)
	b.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView showGridLines="0"`)
	if selected {
		b.WriteString(` tabSelected="1"`)
	}
	fmt.Fprintf(&b, ` workbookViewId="0"><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/>`+
		`<selection pane="bottomLeft" activeCell="A%d" sqref="A%d"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`,
		headRow, headRow+1, headRow+1, headRow+1)
	for i, w := range s.widths {
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, w)
	}
	b.WriteString("</cols><sheetData>")
	b.Write(s.body.Bytes())
	b.WriteString("</sheetData>")
	if s.condition != "" {
		fmt.Fprintf(&b, `<conditionalFormatting sqref="%s"><cfRule type="cellIs" dxfId="0" priority="1" operator="equal"><formula>FALSE</formula></cfRule></conditionalFormatting>`, s.condition)
	}
	b.WriteString(`<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>` +
		`<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>` +
		`<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>`)
	if s.stray != "" {
		fmt.Fprintf(&b, `<ignoredErrors><ignoredError sqref="%s" numberStoredAsText="1"/></ignoredErrors>`, s.stray)
	}
	b.WriteString("</worksheet>")
	return b.Bytes()
}

// column returns the letter of a column, from 0. No sheet has more than 26.
func column(i int) string { return string(rune('A' + i)) }
