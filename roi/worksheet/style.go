package worksheet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// A look is the index of a cell's style. The zero look is that of no style.
type look int

const (
	blank look = iota
	title
	quiet // notes
	strong
	head
	headRight
	body
	figure // a number as text
	truth
	looks // number formats follow
)

// A role says what part a number plays. Modellers expect inputs in blue on
// yellow and calculations in black.
type role int

const (
	given      role = iota // an input
	calculated             // a formula
	result                 // a formula whose figure is what the statement is about
	checked                // a figure of the tie-out
)

// styles are the number styles in the order of their first use.
type styles []numberStyle

type numberStyle struct {
	role   role
	format string
}

// number returns the look of a number.
func (s *styles) number(r role, format string) look {
	want := numberStyle{r, format}
	i := slices.Index(*s, want)
	if i < 0 {
		i = len(*s)
		*s = append(*s, want)
	}
	return looks + look(i)
}

// firstFormat is the first number format that a file may define.
const firstFormat = 164

// xml returns the part. The first two fills are reserved by the format.
func (s styles) xml() []byte {
	var formats, xfs strings.Builder
	for i, n := range s {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="`, firstFormat+i)
		xml.EscapeText(&formats, []byte(n.format))
		formats.WriteString(`"/>`)
		font, fill := [...]int{given: 3, calculated: 0, result: 1, checked: 4}[n.role], 0
		if n.role == given {
			fill = 3
		}
		fmt.Fprintf(&xfs, `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="top" indent="1"/></xf>`,
			firstFormat+i, font, fill)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
	if len(s) > 0 {
		fmt.Fprintf(&b, `<numFmts count="%d">%s</numFmts>`, len(s), formats.String())
	}
	fmt.Fprintf(&b, fixedStyles, int(looks)+len(s), xfs.String())
	return b.Bytes()
}

const fixedStyles = `<fonts count="6">` +
	`<font><sz val="10"/><name val="Calibri"/></font>` +
	`<font><b/><sz val="10"/><name val="Calibri"/></font>` +
	`<font><b/><sz val="14"/><name val="Calibri"/></font>` +
	`<font><sz val="10"/><color rgb="FF0000FF"/><name val="Calibri"/></font>` +
	`<font><sz val="10"/><color rgb="FF595959"/><name val="Calibri"/></font>` +
	`<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts>` +
	`<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FF1F3864"/></patternFill></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FFFFF9DB"/></patternFill></fill></fills>` +
	`<borders count="2"><border/><border><left/><right/><top/><bottom style="hair"><color rgb="FFA6A6A6"/></bottom><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="%d">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="0" fontId="4" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="0" fontId="5" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>` +
	`<xf numFmtId="0" fontId="5" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment horizontal="right" vertical="center" wrapText="1" indent="1"/></xf>` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="top" indent="1"/></xf>` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="top"/></xf>` +
	`%s</cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>` +
	`<dxfs count="1"><dxf><font><b/><color rgb="FF9C0006"/></font><fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf></dxfs></styleSheet>`
