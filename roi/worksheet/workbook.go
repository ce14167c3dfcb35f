package worksheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/coachgov/coaching/roi"
)

// Names of the sheets, in their order.
const (
	inputs      = "Inputs"
	calculation = "Calculation"
	assumptions = "Assumptions"
	confounders = "Confounders"
	signOff     = "Sign-off"
)

// XLSX returns the statement and what lies beside it as a spreadsheet. A
// dossier that lacks something gives sheets that say so; the zero Dossier lacks
// everything. It fails when the statement is nil, when one of its lines refers
// to a line that is not before it, and when a figure or a formula is beyond
// what a spreadsheet can hold. Neither argument is kept or changed.
//
// The workbook is stored without compression, because the bytes of a
// compressor change with its version.
func XLSX(s *roi.Statement, d roi.Dossier) ([]byte, error) {
	if s == nil {
		return nil, errors.New("roi/worksheet: there is no statement")
	}
	digest, err := s.Digest()
	if err != nil {
		return nil, err
	}
	b := &book{statement: s, dossier: d, digest: digest, publication: roi.CanPublish(s, d)}
	b.assumed = assumed(s)
	if err := b.figures(); err != nil {
		return nil, err
	}
	b.assumptions()
	b.confounders()
	b.signOff()
	return b.pack()
}

// A book is the workbook while it is written.
type book struct {
	statement   *roi.Statement
	dossier     roi.Dossier
	digest      string
	publication roi.Publication
	assumed     []assumption
	sheets      []*sheet
	styles      styles
}

// sheet appends a sheet with its heads and the widths of its columns.
func (b *book) sheet(name, note string, widths ...int) *sheet {
	s := &sheet{name: name, widths: widths}
	s.body.Grow(16 << 10)
	b.sheets = append(b.sheets, s)
	s.add(cell{look: title, text: name + ": " + b.statement.Facts.Title})
	s.add(cell{look: quiet, text: "Case " + b.statement.Facts.Case + ", " + b.statement.Label.String() + ". " + note})
	failed := 0
	for _, c := range b.publication.Checks {
		if !c.Passed() {
			failed++
		}
	}
	verdict := "Publication: every check has passed, see Sign-off."
	if failed > 0 {
		verdict = fmt.Sprintf("Not for publication: %d of %d checks have failed, see Sign-off.", failed, len(b.publication.Checks))
	}
	s.add(cell{look: quiet, text: verdict})
	return s
}

// pack writes the parts of the file in a fixed order.
func (b *book) pack() ([]byte, error) {
	var types, sheets, names, links strings.Builder
	parts := []part{{"[Content_Types].xml", nil}, {"_rels/.rels", []byte(xml.Header + packageLinks)}}
	for i, s := range b.sheets {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, s.name, n, n)
		fmt.Fprintf(&names, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">'%s'!$%d:$%d</definedName>`, i, s.name, headRow, headRow)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, n, n)
	}
	fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>`, len(b.sheets)+1)
	parts[0].data = fmt.Appendf(nil, "%s"+contentTypes, xml.Header, types.String())
	parts = append(parts,
		part{"xl/workbook.xml", fmt.Appendf(nil, "%s"+workbook, xml.Header, sheets.String(), names.String())},
		part{"xl/_rels/workbook.xml.rels", fmt.Appendf(nil, "%s"+workbookLinks, xml.Header, links.String())},
		part{"xl/styles.xml", b.styles.xml()})
	for i, s := range b.sheets {
		parts = append(parts, part{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), s.xml(i == 0)})
	}
	return archive(parts)
}

// A part is one file of the package.
type part struct {
	name string
	data []byte
}

// archive stores the parts with a fixed time. Sizes stand before the data:
// some readers refuse a stored part whose size follows it.
func archive(parts []part) ([]byte, error) {
	const heads = 256 // bytes of a part's two heads, more than they take
	size := 0
	for _, p := range parts {
		size += len(p.data) + heads
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	z := zip.NewWriter(out)
	for _, p := range parts {
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(p.data),
			CompressedSize64: uint64(len(p.data)), UncompressedSize64: uint64(len(p.data)),
			//lint:ignore SA1019 CreateRaw writes this field, and not Modified. 1980-01-01 is the first day that it can hold.
			ModifiedDate: 1<<5 | 1,
		})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(p.data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

const (
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>%s</Types>`

	packageLinks = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`

	// A reader that calculates does so when it opens the file, so what it shows
	// is its own result.
	workbook = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<bookViews><workbookView activeTab="0"/></bookViews><sheets>%s</sheets><definedNames>%s</definedNames><calcPr fullCalcOnLoad="1"/></workbook>`

	workbookLinks = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
)
