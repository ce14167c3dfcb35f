package interop

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/worksheet"
)

// sheets are the names of a workbook's sheets, in their order.
var sheets = []string{"Inputs", "Calculation", "Assumptions", "Confounders", "Sign-off"}

// exits is the case of ten managers whose people leave less often.
func exits() roi.Case {
	return roi.Case{
		ID: "software-company", Title: "Avoidable exits", Timing: roi.Lagging, Direction: roi.Decrease,
		Baseline: roi.Baseline{KPI: "avoidable exits", Unit: "exits per year", Value: roi.Int(10), Headcount: 10, Source: "HR"},
		Delta:    roi.Delta{After: roi.Int(8), Projected: true, Source: "run rate"},
		Attribution: roi.Attribution{
			Factor: roi.MustExact("0.30"), Rationale: "agreed with finance",
		},
		Conversion: roi.Conversion{UnitValue: roi.MustMoney("120000", "USD"), Basis: roi.ReplacementCost, Source: "finance"},
		Costs:      []roi.CostLine{{Covers: []roi.CostCategory{roi.Coaching}, Amount: roi.MustMoney("30000", "USD"), Source: "ledger"}},
	}
}

// workbooks are statements whose traces hold every operation, in currencies of
// 0 to 4 places, with their files.
func workbooks(t *testing.T) (map[string]*roi.Statement, map[string][]byte) {
	t.Helper()
	statements, files := map[string]*roi.Statement{}, map[string][]byte{}
	for name, change := range map[string]func(*roi.Case){
		"example": func(*roi.Case) {},
		"loss":    func(c *roi.Case) { c.Delta.After = roi.Int(13) },
		"annualised thirds": func(c *roi.Case) {
			c.Delta.After = roi.Exact{}
			c.Delta.Annualised = &roi.Annual{Events: roi.Int(2), Window: roi.Int(12), Periods: roi.Int(52)}
			c.Confidence = roi.MustExact("0.85")
		},
		"interval": func(c *roi.Case) {
			c.Delta = roi.Delta{Change: roi.Int(-2), Low: roi.MustExact("-3.5"), High: roi.MustExact("0.5"), Level: roi.MustExact("0.95"),
				Design: roi.StaggeredCohort, Treated: 5, Control: 5, NetOfControl: true, Source: "analysis"}
		},
		"control in yen": func(c *roi.Case) {
			c.Direction = roi.Increase
			c.Delta = roi.Delta{After: roi.MustExact("12.7"), ControlBefore: roi.Int(9), ControlAfter: roi.MustExact("9.3"), Design: roi.ParallelControl, Source: "panel"}
			c.Conversion.UnitValue, c.Costs[0].Amount = roi.MustMoney("1200001", "JPY"), roi.MustMoney("299999", "JPY")
		},
		"forty costs in dinar": func(c *roi.Case) {
			c.Conversion.UnitValue, c.Costs = roi.MustMoney("0.0075", "KWD"), nil
			for i := range 40 {
				c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.ManagerTime}, Amount: roi.MustMoney(fmt.Sprintf("%d.%03d", i*i, 7*i+1), "KWD"), Source: "time"})
			}
		},
		"unidad in four places": func(c *roi.Case) {
			c.Conversion.UnitValue, c.Costs[0].Amount = roi.MustMoney("123456789.1234", "CLF"), roi.MustMoney("7.0003", "CLF")
		},
		"rounded up": func(c *roi.Case) {
			c.Rounding, c.Attribution.Factor = roi.Up, roi.MustExact("0.123456789")
			c.Conversion.UnitValue = roi.MustMoney("100000.005", "USD")
		},
		"hostile": func(c *roi.Case) {
			c.Title, c.Baseline.Source, c.Delta.Source = "</t><f>1</f>&", "=1+1", "_x000D_ and _x003D_"
			c.Conversion.Source, c.Costs[0].Source = "@SUM(A1)", "  +1"
		},
	} {
		c := exits()
		change(&c)
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err, name)
		digest, err := s.Digest()
		require.NoError(t, err)
		file, err := worksheet.XLSX(s, roi.Dossier{SignOff: roi.SignOff{Digest: digest}, Confounders: []roi.Confounder{{ID: "-freeze", Kind: roi.HiringFreeze}}})
		require.NoError(t, err, name)
		statements[name], files[name] = s, file
	}
	return statements, files
}

// A written cell is what the file holds.
type writtenCell struct {
	Ref     string `xml:"r,attr"`
	Type    string `xml:"t,attr"`
	Formula string `xml:"f"`
	Value   string `xml:"v"`
	Text    string `xml:"is>t"`
}

// writtenCells returns the cells of each sheet.
func writtenCells(t *testing.T, file []byte) map[string][]writtenCell {
	t.Helper()
	out := map[string][]writtenCell{}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	for i, name := range sheets {
		r, err := z.Open(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1))
		require.NoError(t, err)
		var sheet struct {
			Cells []writtenCell `xml:"sheetData>row>c"`
		}
		require.NoError(t, xml.NewDecoder(r).Decode(&sheet))
		out[name] = sheet.Cells
	}
	return out
}

// sameFigures compares a program's own results with the cached values, and the
// derived lines with the library's fractions within half a unit of the last
// place that is printed. get returns the program's result of a cell.
func sameFigures(t *testing.T, s *roi.Statement, file []byte, get func(sheet, ref string) string) {
	t.Helper()
	lines := map[string]roi.Line{}
	for _, l := range s.Lines {
		lines[l.ID] = l
	}
	formulas, compared := 0, 0
	for _, sheet := range sheets {
		id := ""
		for _, c := range writtenCells(t, file)[sheet] {
			if strings.HasPrefix(c.Ref, "B") {
				id = c.Text
			}
			if c.Formula == "" {
				continue
			}
			formulas++
			got := get(sheet, c.Ref)
			if c.Type == "b" {
				require.Equal(t, map[string]string{"0": "FALSE", "1": "TRUE"}[c.Value], got, "%s!%s =%s", sheet, c.Ref, c.Formula)
				continue
			}
			cached, err := strconv.ParseFloat(c.Value, 64)
			require.NoError(t, err)
			value, err := strconv.ParseFloat(got, 64)
			require.NoError(t, err, "%s!%s =%s gives %q", sheet, c.Ref, c.Formula, got)
			require.InDelta(t, cached, value, 1e-6, "%s!%s =%s", sheet, c.Ref, c.Formula)
			if sheet != "Calculation" || !strings.HasPrefix(c.Ref, "E") {
				continue
			}
			l, ok := lines[id]
			require.True(t, ok, c.Ref)
			exact := new(big.Rat).SetFrac(l.Value.Num(), l.Value.Den())
			nearest, _ := exact.Float64()
			require.Equal(t, nearest, cached, "%s: the cached value is the library's", id)
			off := new(big.Rat).Sub(exact, new(big.Rat).SetFloat64(value))
			most, _ := new(big.Rat).SetString("0.5e-" + strconv.Itoa(l.Places))
			require.LessOrEqual(t, off.Abs(off).Cmp(most), 0, "%s: %s", id, got)
			compared++
		}
	}
	derived := 0
	for _, l := range s.Lines {
		if l.Op != roi.Input {
			derived++
		}
	}
	require.Equal(t, derived, compared)
	require.Equal(t, 3*derived+2, formulas, "value, difference and tie-out of each line, all lines, and the digest")
}

// excelize reads the file, sees the cached values, and comes to the same
// figures (ROI-006).
func TestExcelize(t *testing.T) {
	statements, files := workbooks(t)
	for name, s := range statements {
		t.Run(name, func(t *testing.T) {
			f, err := excelize.OpenReader(bytes.NewReader(files[name]))
			require.NoError(t, err)
			require.Equal(t, sheets, f.GetSheetList())
			for sheet, cells := range writtenCells(t, files[name]) {
				for _, c := range cells {
					formula, err := f.GetCellFormula(sheet, c.Ref)
					require.NoError(t, err)
					require.Equal(t, c.Formula, formula)
					shown, err := f.GetCellValue(sheet, c.Ref, excelize.Options{RawCellValue: true})
					require.NoError(t, err)
					require.Equal(t, c.Value+unescape(c.Text), shown, "%s!%s", sheet, c.Ref)
				}
			}
			sameFigures(t, s, files[name], func(sheet, ref string) string {
				v, err := f.CalcCellValue(sheet, ref, excelize.Options{RawCellValue: true})
				require.NoError(t, err, "%s!%s", sheet, ref)
				return v
			})
			formatted, err := f.GetCellValue("Calculation", "E9")
			require.NoError(t, err)
			if name == "example" {
				require.Equal(t, "72,000.00", formatted)
			}
		})
	}
}

// unescape reads "_x005F_" as the format says: an underscore.
func unescape(text string) string { return strings.ReplaceAll(text, "_x005F_", "_") }

// rewritten returns the workbook with its parts changed.
func rewritten(t *testing.T, file []byte, change func(name, text string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		part, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = io.WriteString(part, change(f.Name, string(data)))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

var cachedValue = regexp.MustCompile(`</f><v>[^<]*</v>`)

// withoutValues takes the cached values out: LibreOffice trusts them, and
// would show them whatever the formulas say.
func withoutValues(_, text string) string { return cachedValue.ReplaceAllString(text, "</f>") }

// libreOffice converts workbooks to one table per sheet with numbers in full,
// by workbook and sheet.
func libreOffice(t *testing.T, files map[string][]byte) map[string]map[string][][]string {
	t.Helper()
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("soffice is not installed (Debian: libreoffice-calc-nogui), so LibreOffice cannot calculate the workbooks")
	}
	dir := t.TempDir()
	names := slices.Sorted(maps.Keys(files))
	args := []string{"-env:UserInstallation=file://" + dir + "/profile", "--headless",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", dir}
	for i, name := range names {
		path := fmt.Sprintf("%s/book%d.xlsx", dir, i)
		require.NoError(t, os.WriteFile(path, files[name], 0o600))
		args = append(args, path)
	}
	out, err := exec.Command("soffice", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	tables := map[string]map[string][][]string{}
	for i, name := range names {
		tables[name] = map[string][][]string{}
		for _, sheet := range sheets {
			data, err := os.ReadFile(fmt.Sprintf("%s/book%d-%s.csv", dir, i, sheet))
			require.NoError(t, err, string(out))
			r := csv.NewReader(bytes.NewReader(data))
			r.FieldsPerRecord = -1
			rows, err := r.ReadAll()
			require.NoError(t, err)
			tables[name][sheet] = rows
		}
	}
	return tables
}

// LibreOffice calculates every formula without its cached value and comes to
// the same figures; texts stay texts (ROI-006).
func TestLibreOffice(t *testing.T) {
	statements, files := workbooks(t)
	stripped := map[string][]byte{}
	for name, file := range files {
		stripped[name] = rewritten(t, file, withoutValues)
	}
	tables := libreOffice(t, stripped)
	for name, s := range statements {
		t.Run(name, func(t *testing.T) {
			get := func(sheet, ref string) string {
				row, err := strconv.Atoi(ref[1:])
				require.NoError(t, err)
				text := tables[name][sheet][row-1][ref[0]-'A']
				if share, ok := strings.CutSuffix(text, "%"); ok && ref[0] != 'C' { // of a number in per cent
					r, ok := new(big.Rat).SetString(share)
					require.True(t, ok, text)
					return r.Quo(r, big.NewRat(100, 1)).FloatString(20)
				}
				return text
			}
			sameFigures(t, s, files[name], get)
			for sheet, cells := range writtenCells(t, files[name]) {
				for _, c := range cells {
					if c.Type == "inlineStr" {
						require.Equal(t, unescape(c.Text), get(sheet, c.Ref), "%s!%s", sheet, c.Ref)
					}
				}
			}
		})
	}
}

// A changed input goes through all formulas, and the lines no longer tie out.
func TestLibreOfficeFollowsAnInput(t *testing.T) {
	_, files := workbooks(t)
	calc := libreOffice(t, map[string][]byte{"changed": rewritten(t, files["example"], func(name, text string) string {
		text = withoutValues(name, text)
		if name == "xl/worksheets/sheet1.xml" {
			require.Equal(t, 1, strings.Count(text, "<v>0.3</v>"))
			text = strings.Replace(text, "<v>0.3</v>", "<v>0.2</v>", 1)
		}
		return text
	})})["changed"]["Calculation"]
	want := map[string][2]string{
		"delta": {"2", "TRUE"}, "benefit": {"48000", "FALSE"}, "cost": {"30000", "TRUE"}, "net": {"18000", "FALSE"}, "roi": {"0.6", "FALSE"}, "bcr": {"1.6", "FALSE"},
	}
	found := 0
	for _, row := range calc {
		if w, ok := want[row[1]]; ok {
			got, err := strconv.ParseFloat(row[4], 64)
			require.NoError(t, err)
			expected, err := strconv.ParseFloat(w[0], 64)
			require.NoError(t, err)
			require.Less(t, math.Abs(got-expected), 1e-9, row[1])
			require.Equal(t, w[1], row[11], row[1])
			found++
		}
	}
	require.Equal(t, len(want), found)
	require.Equal(t, "FALSE", calc[len(calc)-1][11])
}
