// Command roi-statement computes what a coaching programme was worth, and says
// what stands in the way of publishing it.
//
//	go run ./examples/roi-statement
//	go run ./examples/roi-statement -case case.json -json
//	go run ./examples/roi-statement -case case.json -xlsx statement.xlsx -html statement.html
//	go run ./examples/roi-statement -kpi cycle_time >case.json
//
// Alone it reads a small embedded case, the one of testdata/case.json: ten exits a
// year fall to a run rate of eight. It prints every figure with its formula and
// its source, break-even values, what each input does to the result when it is a
// fifth lower or higher, and each rule that publication has to pass. -json prints
// the stored form of the statement instead, which roi.Replay verifies byte for
// byte. -xlsx writes a spreadsheet with live formulas beside it, and -html the page
// for finance, which prints on one sheet (statement.png). -kpi prints a
// case to begin with, for one entry of the catalogue; -kpi list lists them.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/worksheet"
)

//go:embed testdata/case.json
var own []byte

// maxCase bounds a case file before it is read.
const maxCase = 1 << 20

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "roi-statement:", err)
		os.Exit(1)
	}
}

// run is the command.
func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("roi-statement", flag.ContinueOnError)
	flags.SetOutput(w)
	file := flags.String("case", "", "case and dossier, a JSON `file` of the schema "+roi.CaseSchema+"; default the case of the example")
	stored := flags.Bool("json", false, "print the stored form of the statement")
	page := flags.String("html", "", "write the page for finance into a `file`")
	xlsx := flags.String("xlsx", "", "write a spreadsheet with live formulas into a `file`")
	kpi := flags.String("kpi", "", "print a case to begin with, for an `entry` of the catalogue, or list")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	if *kpi != "" {
		return begin(*kpi, w)
	}
	name, data := "case.json", own
	if *file != "" {
		var err error
		if name, data, err = read(*file); err != nil {
			return err
		}
	}
	c, dossier, findings := roi.Decode(name, data)
	if err := findings.Err(); err != nil {
		return err
	}
	s, err := c.Compute(roi.DefaultPolicy())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if *page != "" {
		if err := os.WriteFile(*page, s.Page(dossier).HTML(), 0o644); err != nil {
			return err
		}
	}
	if *xlsx != "" {
		book, err := worksheet.XLSX(s, dossier)
		if err != nil {
			return err
		}
		if err := os.WriteFile(*xlsx, book, 0o644); err != nil {
			return err
		}
	}
	if *stored {
		out, err := s.JSON()
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	}
	if _, err := io.WriteString(w, s.Text()); err != nil {
		return err
	}
	return doubts(s, roi.CanPublish(s, dossier), w)
}

// read returns a file of at most maxCase bytes.
func read(name string) (string, []byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCase+1))
	if err != nil {
		return "", nil, err
	}
	if len(data) > maxCase {
		return "", nil, fmt.Errorf("%s: more than %d bytes", name, maxCase)
	}
	return name, data, nil
}

// begin prints a template, or the catalogue.
func begin(id string, w io.Writer) error {
	if id == "list" {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, k := range roi.KPIs() {
			fmt.Fprintf(t, "%s\t%s\t%s is good\t%s\t%s\n", k.ID, k.Unit, k.Direction, k.Timing, k.Conversion)
		}
		return t.Flush()
	}
	k, ok := roi.FindKPI(id)
	if !ok {
		return errors.New("-kpi names no entry of the catalogue; -kpi list prints them")
	}
	c := k.Template(strings.ReplaceAll(k.ID, "_", "-"))
	c.Conversion.UnitValue.Currency = "USD"
	data, err := roi.Encode(c, roi.Dossier{})
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// doubts prints what a reader asks next: how wrong may an input be, and may this
// be published?
func doubts(s *roi.Statement, p roi.Publication, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nHow wrong may an input be\n  input\tas stated\tnet is zero at\tROI a fifth lower\tROI a fifth higher\n")
	lines := map[string]roi.Exact{}
	for _, l := range s.Lines {
		lines[l.ID] = l.Value
	}
	be := s.BreakEven()
	zero := map[roi.Variable]roi.Exact{roi.TheDelta: be.Delta, roi.UnitValue: be.UnitValue, roi.AttributedShare: be.Attribution, roi.TheCost: be.Cost}
	var ranges []roi.Range
	for v := range zero {
		at := lines[v.String()]
		ranges = append(ranges, roi.Range{Variable: v, Low: at.Mul(roi.MustExact("0.8")), High: at.Mul(roi.MustExact("1.2"))})
	}
	bars, err := s.Tornado(ranges)
	if err != nil {
		return err
	}
	for _, bar := range bars {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", bar.Variable, lines[bar.Variable.String()].Round(4), rounded(zero[bar.Variable]), bar.AtLow.Round(2), bar.AtHigh.Round(2))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	verdict := "may be published"
	if !p.Allowed() {
		verdict = "may not be published"
	}
	fmt.Fprintf(w, "\nThe statement %s\n", verdict)
	for _, check := range p.Checks {
		mark := map[bool]string{true: "passed", false: "MISSED"}[check.Passed()]
		fmt.Fprintf(w, "  %s  %s %s\n", mark, check.Code, check.Title)
		for _, f := range check.Findings {
			if !slices.Contains(s.Findings, f) { // those are above
				fmt.Fprintf(w, "            %s\n", f.Message)
			}
		}
	}
	return nil
}

// rounded returns a number with at most four places, or that there is none.
func rounded(e roi.Exact) string {
	if !e.IsSet() {
		return "none"
	}
	return e.Round(4).String()
}
