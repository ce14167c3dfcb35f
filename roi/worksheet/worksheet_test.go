package worksheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/worksheet"
)

var update = flag.Bool("update", false, "write the golden parts again")

// parts are the files of a workbook, in their order.
var parts = []string{
	"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
	"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml", "xl/worksheets/sheet5.xml",
}

// unpack returns the parts by name.
func unpack(t require.TestingT, file []byte) map[string]string {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	out := map[string]string{}
	for i, f := range z.File {
		require.Equal(t, parts[i], f.Name)
		require.Equal(t, "1980-01-01 00:00:00", f.Modified.Format(time.DateTime))
		require.Equal(t, zip.Store, f.Method)
		require.Zero(t, f.Flags&8, "the sizes follow the data")
		r, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		out[f.Name] = string(data)
	}
	require.Len(t, out, len(parts))
	return out
}

// A table is a sheet as encoding/xml reads it.
type table struct {
	Rows []struct {
		Cells []struct {
			Ref     string  `xml:"r,attr"`
			Type    string  `xml:"t,attr"`
			Formula *string `xml:"f"`
			Value   string  `xml:"v"`
			Text    string  `xml:"is>t"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
}

func read(t require.TestingT, part string) table {
	var out table
	require.NoError(t, xml.Unmarshal([]byte(part), &out))
	return out
}

// cells returns the cells of a sheet by address: a formula as "=f", anything
// else as its text.
func cells(t require.TestingT, part string) (content, value map[string]string) {
	content, value = map[string]string{}, map[string]string{}
	for _, r := range read(t, part).Rows {
		for _, c := range r.Cells {
			switch {
			case c.Formula != nil:
				content[c.Ref], value[c.Ref] = "="+*c.Formula, c.Value
			case c.Type == "inlineStr":
				content[c.Ref], value[c.Ref] = c.Text, c.Text
			default:
				content[c.Ref], value[c.Ref] = c.Value, c.Value
			}
		}
	}
	return content, value
}

func person(t testing.TB, label string) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "roi"})
	require.NoError(t, err)
	id, err := p.Person(label)
	require.NoError(t, err)
	return id
}

// publishable is a statement with everything that lies beside it.
func publishable(t testing.TB) (*roi.Statement, roi.Dossier) {
	t.Helper()
	c := softwareCompany()
	c.Delta = roi.Delta{
		Change: roi.Int(-2), Low: roi.MustExact("-3.5"), High: roi.MustExact("-0.5"), Level: roi.MustExact("0.95"),
		Window:       coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-04-30")},
		NetOfControl: true, Design: roi.StaggeredCohort, Treated: 5, Control: 5, Method: "staggered adoption, exact randomisation inference", Source: "analysis 7",
	}
	c.Attribution.Survey = roi.Survey{ID: "pulse-2", On: coaching.MustDate("2027-05-01"), By: person(t, "analyst"), Corroborates: true}
	c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.ManagerTime, roi.Integration}, Amount: roi.MustMoney("4000", "USD"), Source: "time sheets"})
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	digest, err := s.Digest()
	require.NoError(t, err)
	stream := func(id, by string) roi.Stream {
		return roi.Stream{ID: id, By: person(t, by), On: coaching.MustDate("2027-05-03"), Movement: roi.Improved}
	}
	return s, roi.Dossier{
		KPILocked: coaching.MustDate("2026-12-18"), Start: coaching.MustDate("2027-01-04"),
		Behaviour: stream("meeting hours", "analyst"), Data: stream("exits", "analyst"),
		Narratives: []roi.Stream{stream("n1", "coach 1"), stream("n2", "coach 2"), stream("n3", "coach 1")},
		Sponsor:    stream("memo", "sponsor"),
		Confounders: []roi.Confounder{{ID: "freeze", Kind: roi.HiringFreeze, Disposition: roi.RuledOut, By: person(t, "product owner"),
			Window: coaching.Window{From: coaching.MustDate("2027-03-15"), To: coaching.MustDate("2027-03-29")}}},
		LogClosed: coaching.MustDate("2027-05-02"), LogClosedBy: person(t, "product owner"),
		SignOff: roi.SignOff{By: person(t, "steward"), Role: coaching.Steward, On: coaching.MustDate("2027-05-04"), Digest: digest},
	}
}

// The parts of a published statement's workbook are those of testdata, which
// -update writes and a reader has looked at in LibreOffice 7.4.
func TestGolden(t *testing.T) {
	s, d := publishable(t)
	file, err := worksheet.XLSX(s, d)
	require.NoError(t, err)
	got := unpack(t, file)
	for _, name := range parts {
		path := "testdata/" + strings.NewReplacer("/", "_", "[", "", "]", "").Replace(name)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got[name]), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), got[name], path)
	}
	again, err := worksheet.XLSX(s, d)
	require.NoError(t, err)
	require.True(t, bytes.Equal(file, again), "the same arguments give other bytes")
}

// ROI-013: the example of ten managers, cell by cell.
func TestWorkedExample(t *testing.T) {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	file, err := worksheet.XLSX(s, roi.Dossier{})
	require.NoError(t, err)
	content, value := cells(t, unpack(t, file)["xl/worksheets/sheet2.xml"])
	rows := map[string]string{}
	for ref, text := range content {
		if strings.HasPrefix(ref, "B") {
			rows[text] = ref[1:]
		}
	}
	for id, want := range map[string][5]string{ // formula, cached value, printed, tolerance, ties out
		"delta":            {"=Inputs!E6-Inputs!E7", "2", "2", "0.005", "1"},
		"attributed_delta": {"=E6*Inputs!E8", "0.6", "0.6", "0.005", "1"},
		"benefit":          {"=E7*Inputs!E10", "72000", "72000.00", "0.005", "1"},
		"cost":             {"=SUM(Inputs!E11)", "30000", "30000.00", "0.005", "1"},
		"net":              {"=E9-E10", "42000", "42000.00", "0.005", "1"},
		"roi":              {"=E11/E10", "1.4", "1.4000", "5e-05", "1"},
		"bcr":              {"=E9/E10", "2.4", "2.4000", "5e-05", "1"},
	} {
		r := rows[id]
		require.Equal(t, want, [5]string{content["E"+r], value["E"+r], content["H"+r], value["K"+r], value["L"+r]}, id)
	}
}

// ROI-005 and ROI-006: every derived line is one formula over other cells and
// every input a number, so that anybody can repeat the four steps.
func TestEveryLineIsAFormula(t *testing.T) {
	constant := regexp.MustCompile(`(^|[^A-Z0-9])[0-9]`)
	s, d := publishable(t)
	file, err := worksheet.XLSX(s, d)
	require.NoError(t, err)
	got := unpack(t, file)
	in, _ := cells(t, got[parts[5]])
	calc, cached := cells(t, got[parts[6]])
	inputs, derived := 6, 6
	for _, step := range []int{1, 2, 3, 4} {
		for _, l := range s.Lines {
			if l.Step != step {
				continue
			}
			want := strconv.Itoa(step) + " " + l.ID + " " + l.Label + " " + l.Unit
			at := func(sheet map[string]string, columns string, row int) string {
				var out []string
				for _, c := range columns {
					out = append(out, sheet[string(c)+strconv.Itoa(row)])
				}
				return strings.Join(out, " ")
			}
			if l.Op == roi.Input {
				require.Equal(t, want, at(in, "ABCD", inputs))
				require.Equal(t, l.Source, at(in, "G", inputs))
				require.Regexp(t, `^-?[0-9.]+$`, at(in, "E", inputs))
				inputs++
				continue
			}
			require.Equal(t, want, at(calc, "ABCD", derived))
			require.NotEmpty(t, at(calc, "F", derived))
			require.True(t, strings.HasPrefix(at(calc, "E", derived), "="), l.ID)
			require.Equal(t, "1", at(cached, "L", derived), l.ID)
			derived++
		}
	}
	for _, part := range parts[5:] {
		for ref, text := range first(cells(t, got[part])) {
			if strings.HasPrefix(text, "=") {
				require.False(t, constant.MatchString(text[1:]), "%s %s holds a constant: %s", part, ref, text)
			}
		}
	}
	require.Equal(t, "=AND(L6:L"+strconv.Itoa(derived-1)+")", calc["L"+strconv.Itoa(derived)])
}

func first(a, _ map[string]string) map[string]string { return a }

// ROI-014: the figures do not leave without sample size, control logic,
// confounders and what stands in the way of publishing them.
func TestWhatStandsBesideTheFigures(t *testing.T) {
	s, d := publishable(t)
	all := func(s *roi.Statement, d roi.Dossier) []string {
		file, err := worksheet.XLSX(s, d)
		require.NoError(t, err)
		got := unpack(t, file)
		var out []string
		for _, p := range parts[5:] {
			out = append(out, got[p])
		}
		return out
	}
	sheets := all(s, d)
	for _, text := range sheets {
		require.Contains(t, text, "every check has passed")
	}
	for _, want := range []string{"10 leaders, 5 treated, 5 control", "staggered cohort", "pulse-2", "net of a control", "0.3 to 0.4", "does not show in the ledger"} {
		require.Contains(t, sheets[2], want)
	}
	for _, want := range []string{"hiring freeze", "ruled out", "2027-03-15", "validation", person(t, "product owner").String()} {
		require.Contains(t, sheets[3], want)
	}
	digest, err := s.Digest()
	require.NoError(t, err)
	for _, want := range []string{digest, person(t, "steward").String(), "steward", "EXACT(B6,B7)</f><v>1", "PIL-166", "2026-12-18"} {
		require.Contains(t, sheets[4], want)
	}

	d.SignOff.Digest = strings.Repeat("0", 64)
	d.Confounders[0].Window = coaching.Window{}
	sheets = all(s, d)
	for _, text := range sheets {
		require.Contains(t, text, "Not for publication: 2 of 11 checks have failed")
	}
	require.Contains(t, sheets[3], "not known")
	require.Contains(t, sheets[4], "EXACT(B6,B7)</f><v>0")

	exits, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	sheets = all(exits, roi.Dossier{})
	for _, f := range exits.Findings {
		require.Contains(t, sheets[2], f.Code)
	}
	require.Contains(t, sheets[3], "no entry")
	require.Contains(t, sheets[4], "nobody")
}

// Places follow the currency, shares are in per cent, and negative amounts are
// red with a sign: a loss is a loss.
func TestNumberFormats(t *testing.T) {
	for currency, want := range map[roi.Currency][2]string{ // format, half a minor unit
		"USD": {"#,##0.00;[Red]-#,##0.00", "0.005"}, "JPY": {"#,##0;[Red]-#,##0", "0.5"},
		"KWD": {"#,##0.000;[Red]-#,##0.000", "0.0005"}, "CLF": {"#,##0.0000;[Red]-#,##0.0000", "5e-05"},
	} {
		c := softwareCompany()
		c.Delta.After = roi.Int(12)
		c.Conversion.UnitValue = roi.MustMoney("120000", currency)
		c.Costs[0].Amount = roi.MustMoney("30000", currency)
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		file, err := worksheet.XLSX(s, roi.Dossier{})
		require.NoError(t, err)
		got := unpack(t, file)
		require.Contains(t, got["xl/styles.xml"], `formatCode="`+want[0]+`"`)
		require.Contains(t, got["xl/styles.xml"], `formatCode="0%"`)
		_, value := cells(t, got[parts[6]])
		require.Equal(t, [2]string{"-102000", want[1]}, [2]string{value["E11"], value["K11"]})
	}
}

// A figure whose cell is further from the library's than half a minor unit does
// not tie out: a double holds no cents of 2e20.
func TestTieOutCanFail(t *testing.T) {
	c := softwareCompany()
	c.Conversion.UnitValue = roi.MustMoney("100000000000000000000.37", "USD")
	c.Attribution.Factor = roi.MustExact("0.2999")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	file, err := worksheet.XLSX(s, roi.Dossier{})
	require.NoError(t, err)
	content, value := cells(t, unpack(t, file)[parts[6]])
	last := 6
	for content["L"+strconv.Itoa(last+1)] != "" {
		last++
	}
	require.Equal(t, "0", value["L"+strconv.Itoa(last)])

	edited, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	for i, l := range edited.Lines {
		if l.ID == "net" {
			edited.Lines[i].Value = roi.MustExact("42000.01")
		}
	}
	file, err = worksheet.XLSX(edited, roi.Dossier{})
	require.NoError(t, err)
	_, value = cells(t, unpack(t, file)[parts[6]])
	require.Equal(t, "0", value["L11"])
}

// A sum takes cells below one another as a range, and no cell between others.
func TestSumOfRanges(t *testing.T) {
	for want, args := range map[string][]string{
		"=SUM(Inputs!E6:E8)":           {"baseline", "after", "attribution"},
		"=SUM(Inputs!E6,Inputs!E8)":    {"baseline", "attribution"},
		"=SUM(Inputs!E7,Inputs!E6)":    {"after", "baseline"},
		"=SUM(Inputs!E6:E7,E6,E9:E10)": {"baseline", "after", "delta", "benefit", "cost"},
	} {
		s, err := softwareCompany().Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		for i, l := range s.Lines {
			if l.ID == "net" {
				s.Lines[i].Op, s.Lines[i].Args = roi.Sum, args
			}
		}
		file, err := worksheet.XLSX(s, roi.Dossier{})
		require.NoError(t, err)
		content, _ := cells(t, unpack(t, file)[parts[6]])
		require.Equal(t, want, content["E11"])
	}
}

// What a spreadsheet cannot hold is an error, and so is a statement that
// nobody computed.
func TestRefuses(t *testing.T) {
	compute := func() *roi.Statement {
		s, err := softwareCompany().Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		return s
	}
	big := roi.MustExact("1" + strings.Repeat("0", 37))
	huge := big
	for range 8 {
		huge = huge.Mul(big)
	}
	for name, change := range map[string]func(*roi.Statement){
		"no lines":            func(s *roi.Statement) { s.Lines = nil },
		"inputs only":         func(s *roi.Statement) { s.Lines = s.Lines[:1] },
		"a later line":        func(s *roi.Statement) { s.Lines[2].Args = []string{"baseline", "net"} },
		"itself":              func(s *roi.Statement) { s.Lines[2].Args = []string{"baseline", "delta"} },
		"no argument":         func(s *roi.Statement) { s.Lines[2].Args = nil },
		"one ID twice":        func(s *roi.Statement) { s.Lines = append(s.Lines, s.Lines[0]) },
		"an unknown op":       func(s *roi.Statement) { s.Lines[2].Op = 99 },
		"minus of two":        func(s *roi.Statement) { s.Lines[2].Op = roi.Negated },
		"beyond a double":     func(s *roi.Statement) { s.Lines[0].Value = huge },
		"below a double":      func(s *roi.Statement) { s.Lines[0].Value, _ = roi.Int(1).Quo(huge) },
		"division by zero":    func(s *roi.Statement) { s.Lines[1].Value = roi.Int(0); s.Lines[2].Op = roi.Over },
		"a sum of 256 ranges": func(s *roi.Statement) { s.Lines[2].Op = roi.Sum; s.Lines[2].Args = many("after", 256) },
		"a long formula":      func(s *roi.Statement) { s.Lines[2].Op = roi.Minus; s.Lines[2].Args = many("baseline", 1000) },
	} {
		s := compute()
		change(s)
		file, err := worksheet.XLSX(s, roi.Dossier{})
		require.Error(t, err, name)
		require.Nil(t, file, name)
		require.True(t, strings.HasPrefix(err.Error(), "roi"), "%s: %v", name, err)
	}
	_, err := worksheet.XLSX(nil, roi.Dossier{})
	require.Error(t, err)
	_, err = worksheet.XLSX(&roi.Statement{}, roi.Dossier{})
	require.Error(t, err)
}

func many(id string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = id
	}
	return out
}

// Text cannot become a formula, markup, or a character that nobody sees; a
// reader of the cell gets back what was written.
func TestTextsStayTexts(t *testing.T) {
	for text, want := range map[string]string{
		"=HYPERLINK(1)":  "'=HYPERLINK(1)",
		"+1":             "'+1",
		"-1+1":           "'-1+1",
		"-":              "'-",
		"-0.8640":        "-0.8640",
		"@sum":           "'@sum",
		"  =1":           "'  =1",
		"\u00a0=1":       "'\u00a0=1",
		"＝1":             "'＝1",
		"\t=1":           "\ufffd=1",
		"a\r\nb":         "a\ufffd\ufffdb",
		"a\x00b":         "a\ufffdb",
		"a\u202eb":       "a\ufffdb",
		"a\u200bb":       "a\ufffdb",
		"\ufeffa":        "\ufffda",
		"a\ufffeb":       "a\ufffdb",
		"a\xffb":         "a\ufffdb",
		"<f>1</f>&amp;":  "<f>1</f>&amp;",
		"]]>":            "]]>",
		"_x000D_":        "_x005F_x000D_",
		"_x_x0041_":      "_x_x005F_x0041_",
		"Größe 大小 🙂":     "Größe 大小 🙂",
		" two  spaces ":  " two  spaces ",
		"12":             "12",
		"'quoted'":       "'quoted'",
		"#REF!":          "#REF!",
		"2027-01-04 = 1": "2027-01-04 = 1",
	} {
		s, err := softwareCompany().Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		s.Lines[0].Source = text
		file, err := worksheet.XLSX(s, roi.Dossier{Confounders: []roi.Confounder{{ID: text}}})
		require.NoError(t, err)
		got := unpack(t, file)
		content, _ := cells(t, got[parts[5]])
		require.Equal(t, want, content["G6"], "%q", text)
		content, _ = cells(t, got[parts[8]])
		require.Equal(t, want, content["A6"], "%q", text)
	}
}

// A loss is printed as the statement prints it, in a column that has room for
// it, and long texts have the rows that they need.
func TestRoom(t *testing.T) {
	c := softwareCompany()
	c.Delta.After = roi.Int(12)
	c.Conversion.UnitValue = roi.MustMoney("1200000000000", "USD")
	c.Conversion.Source = strings.Repeat("a long word ", 20)
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	file, err := worksheet.XLSX(s, roi.Dossier{})
	require.NoError(t, err)
	got := unpack(t, file)
	calc, _ := cells(t, got[parts[6]])
	require.Equal(t, "-720000030000.00", calc["H11"])
	require.Contains(t, got[parts[6]], `<col min="5" max="5" width="24" customWidth="1"/>`)
	require.Contains(t, got[parts[5]], `<row r="10" ht="80" customHeight="1">`)
	require.Contains(t, got[parts[5]], `<row r="9"><`)
}

// A text longer than a cell is cut and says so.
func TestLongText(t *testing.T) {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	s.Lines[0].Source = strings.Repeat("🙂", 40_000)
	file, err := worksheet.XLSX(s, roi.Dossier{})
	require.NoError(t, err)
	content, _ := cells(t, unpack(t, file)[parts[5]])
	require.Equal(t, strings.Repeat("🙂", 16_000)+" [cut]", content["G6"])
}

// Any text of a host gives a workbook of well-formed XML with the same cells
// and the same formulas as a plain text gives.
func FuzzXLSX(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "_x003D_1+1", "\x00", "a\u2028b", "</t></is></c><c><f>1</f></c>", "\xc3\x28", "&L&G", "'-1", strings.Repeat("=", 40_000)} {
		f.Add(seed)
	}
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(f, err)
	formulas := func(t require.TestingT, s *roi.Statement, d roi.Dossier) (out []string) {
		file, err := worksheet.XLSX(s, d)
		require.NoError(t, err)
		got := unpack(t, file)
		for i, p := range parts {
			for dec := xml.NewDecoder(strings.NewReader(got[p])); ; {
				if _, err := dec.Token(); err == io.EOF {
					break
				} else {
					require.NoError(t, err, p)
				}
			}
			if i < 5 {
				continue
			}
			for _, r := range read(t, got[p]).Rows {
				for _, c := range r.Cells {
					if c.Formula != nil {
						out = append(out, c.Ref+*c.Formula)
					}
					require.True(t, c.Formula == nil || c.Type != "inlineStr")
					require.False(t, begins(c.Text), "%q", c.Text)
					require.NotContains(t, strings.ReplaceAll(c.Text, "_x005F_", ""), "_x003D_")
				}
			}
		}
		return out
	}
	want := formulas(f, s, roi.Dossier{Confounders: make([]roi.Confounder, 1), Narratives: make([]roi.Stream, 1)})
	f.Fuzz(func(t *testing.T, text string) {
		h := *s
		h.Facts.Title, h.Facts.Case, h.Facts.KPI, h.Facts.Rationale, h.Facts.Survey, h.Facts.Policy = text, text, text, text, text, text
		h.Facts.Override = &roi.OverrideFacts{Reason: text}
		h.Lines = append([]roi.Line(nil), s.Lines...)
		for i := range h.Lines {
			h.Lines[i].Label, h.Lines[i].Unit, h.Lines[i].Source, h.Lines[i].Display = text, text, text, text
		}
		h.Findings = coaching.Findings{{Code: text, Path: text, Message: text}}
		d := roi.Dossier{
			Confounders: []roi.Confounder{{ID: text}}, Narratives: []roi.Stream{{ID: text}},
			Sponsor: roi.Stream{ID: text}, SignOff: roi.SignOff{Digest: text},
		}
		require.Equal(t, want, formulas(t, &h, d))
	})
}

// begins reports whether typing the text would begin a formula.
func begins(text string) bool {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	if _, err := strconv.ParseFloat(text, 64); err == nil && !strings.HasPrefix(text, "+") {
		return false
	}
	return text != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(text)[0])
}

// The formulas, evaluated here by their own text, give the cached values of
// any case with amounts of up to a thousand million.
func TestFormulasGiveTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := softwareCompany()
		amount := func(name string, most int64) roi.Money {
			n := rapid.Int64Range(1, most).Draw(t, name)
			return roi.Money{Amount: decimal.New(n, -2), Currency: "USD"}
		}
		c.Conversion.UnitValue = amount("unit value", 1e8)
		c.Delta.After = roi.Exact{}
		c.Delta.Annualised = &roi.Annual{
			Events: roi.Int(rapid.Int64Range(0, 40).Draw(t, "events")),
			Window: roi.Int(rapid.Int64Range(1, 30).Draw(t, "window")), Periods: roi.Int(52),
		}
		if rapid.Bool().Draw(t, "confident") {
			c.Confidence = roi.MustExact("0.85")
		}
		if rapid.Bool().Draw(t, "other direction") {
			c.Direction = roi.Increase
		}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.ManagerTime}, Amount: amount("cost", 1e10), Source: "x"})
		}
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		file, err := worksheet.XLSX(s, roi.Dossier{})
		require.NoError(t, err)
		got := unpack(t, file)
		in, _ := cells(t, got[parts[5]])
		calc, cached := cells(t, got[parts[6]])
		library := map[string]float64{}
		for _, l := range s.Lines {
			library[l.ID], _ = new(big.Rat).SetFrac(l.Value.Num(), l.Value.Den()).Float64()
		}
		var value func(ref string) float64
		value = func(ref string) float64 {
			text, isInput := calc[ref], false
			if ref, isInput = strings.CutPrefix(ref, "Inputs!"); isInput {
				text = in[ref]
			}
			if !strings.HasPrefix(text, "=") {
				f, err := strconv.ParseFloat(text, 64)
				require.NoError(t, err, ref)
				return f
			}
			return evaluate(t, text[1:], value)
		}
		for row := 6; calc["B"+strconv.Itoa(row)] != ""; row++ {
			at := strconv.Itoa(row)
			want, err := strconv.ParseFloat(cached["E"+at], 64)
			require.NoError(t, err)
			require.Equal(t, library[calc["B"+at]], want)
			require.InDelta(t, want, value("E"+at), 1e-12*math.Max(1, math.Abs(want)), "%s %s", calc["B"+at], calc["E"+at])
			require.Equal(t, "1", cached["L"+at])
		}
	})
}

// evaluate works out one operator over references, from left to right.
func evaluate(t require.TestingT, formula string, value func(string) float64) float64 {
	if list, ok := strings.CutPrefix(formula, "SUM("); ok {
		sum := 0.0
		for ref := range strings.SplitSeq(strings.TrimSuffix(list, ")"), ",") {
			from, to, isRange := strings.Cut(ref, ":E")
			if !isRange {
				sum += value(from)
				continue
			}
			sheet, row, _ := strings.Cut(from, "E")
			low, err := strconv.Atoi(row)
			require.NoError(t, err)
			high, err := strconv.Atoi(to)
			require.NoError(t, err)
			for ; low <= high; low++ {
				sum += value(fmt.Sprintf("%sE%d", sheet, low))
			}
		}
		return sum
	}
	if ref, ok := strings.CutPrefix(formula, "-"); ok {
		return -value(ref)
	}
	i := strings.IndexAny(formula, "-*/")
	out := value(formula[:i])
	for rest := formula[i:]; rest != ""; {
		op := rest[0]
		n := strings.IndexAny(rest[1:], "-*/") + 1
		if n == 0 {
			n = len(rest)
		}
		v := value(rest[1:n])
		switch op {
		case '-':
			out -= v
		case '*':
			out *= v
		default:
			out /= v
		}
		rest = rest[n:]
	}
	return out
}

func BenchmarkXLSX(b *testing.B) {
	s, d := publishable(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := worksheet.XLSX(s, d); err != nil {
			b.Fatal(err)
		}
	}
}
