package worksheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/worksheet"
)

// softwareCompany is a 12-week pilot of ten managers. Ten avoidable exits a
// year at 120,000 dollars each fall to a run rate of eight.
func softwareCompany() roi.Case {
	return roi.Case{
		ID:        "software-company",
		Title:     "Avoidable exits, software company",
		Timing:    roi.Lagging,
		Direction: roi.Decrease,
		Baseline: roi.Baseline{
			KPI: "avoidable exits", Unit: "exits per year", Value: roi.MustExact("10"),
			Window:    coaching.Window{From: coaching.MustDate("2026-01-01"), To: coaching.MustDate("2026-12-31")},
			Headcount: 10, Source: "HR information system",
		},
		Delta: roi.Delta{
			After: roi.MustExact("8"), Projected: true,
			Window: coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-03-28")},
			Source: "run rate after 12 weeks",
		},
		Attribution: roi.Attribution{Factor: roi.MustExact("0.30"), Rationale: "conservative share agreed with finance"},
		Conversion: roi.Conversion{
			UnitValue: roi.MustMoney("120000", "USD"), Basis: roi.ReplacementCost, Source: "finance, cost of replacing a manager's report",
		},
		Costs: []roi.CostLine{{
			Covers: []roi.CostCategory{roi.Coaching, roi.Analytics, roi.Admin},
			Amount: roi.MustMoney("30000", "USD"), Source: "programme ledger",
		}},
	}
}

// The benefit is a formula over two other cells, and the cell also holds what
// the library computed. Nothing lies beside the statement yet, and the sheets
// say so.
func ExampleXLSX() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := worksheet.XLSX(s, roi.Dossier{})
	if err != nil {
		fmt.Println(err)
		return
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		fmt.Println(err)
		return
	}
	calculation, err := z.Open("xl/worksheets/sheet2.xml")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(calculation)
	if err != nil {
		fmt.Println(err)
		return
	}
	for row := range bytes.SplitSeq(text, []byte("<row ")) {
		if bytes.Contains(row, []byte(">Attributed benefit<")) || bytes.Contains(row, []byte(">Net benefit<")) {
			_, cell, _ := bytes.Cut(row, []byte("<f>"))
			cell, _, _ = bytes.Cut(cell, []byte("</v>"))
			fmt.Printf("=%s\n", bytes.ReplaceAll(cell, []byte("</f><v>"), []byte(" is ")))
		}
	}
	// Output:
	// =E7*Inputs!E10 is 72000
	// =E9-E10 is 42000
}
