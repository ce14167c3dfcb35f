// Command effect asks of a long table whether an outcome moved where coaching
// began, and prints the estimate with what is known about its uncertainty.
//
//	go run ./examples/effect
//	go run ./examples/effect -panel panel.csv -unit leader -time week -y cycle_time -first-treated first_coached
//	go run ./examples/effect -method callaway-santanna -json
//	go run ./examples/effect -out folder
//
// Alone it reads a small invented table: twelve leaders over twelve weeks, of whom
// four begin in week 5, four in week 9 and four not at all. The table is CSV with a
// header and one row for each unit and period; -first-treated names the column of
// the unit's first treated period, empty for never.
//
// -method is one of
//
//	exact              the average effect, by every allocation that the lot could have drawn
//	callaway-santanna  effects by wave and period, averaged, for fifty units a side and more
//	roth-santanna      the same with the smallest error, where the timing was drawn by lot
//
// -design names a JSON file that says whether the timing was drawn by lot, and
// within which blocks: {"drawn_by_lot": true, "blocks": {"L01": "north"}}. Without
// it the exact test is printed as if it had been drawn among all units. -places is
// how many decimal places the outcome was recorded with.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/coachgov/coaching/roi/effect"
)

//go:embed testdata/panel.csv
var own []byte

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "effect:", err)
		os.Exit(1)
	}
}

// options are the flags of the command.
type options struct {
	panel, design, method, out string
	columns                    effect.Columns
	places                     int
	json                       bool
}

// run is the command.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("effect", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.panel, "panel", "", "CSV `file`; default the table of the example")
	flags.StringVar(&o.columns.Unit, "unit", "leader", "`column` of the unit")
	flags.StringVar(&o.columns.Period, "time", "week", "`column` of the period, a whole number from 1")
	flags.StringVar(&o.columns.Outcome, "y", "cycle_time", "`column` of the outcome")
	flags.StringVar(&o.columns.First, "first-treated", "first_coached", "`column` of the unit's first treated period")
	flags.StringVar(&o.design, "design", "", "how the timing came about, a JSON `file`")
	flags.StringVar(&o.method, "method", "exact", "exact, callaway-santanna or roth-santanna")
	flags.StringVar(&o.out, "out", "", "write the figure into a `folder`")
	flags.IntVar(&o.places, "places", 1, "decimal `places` of the outcome, for the exact test")
	flags.BoolVar(&o.json, "json", false, "print one JSON document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	a, err := read(o)
	if err != nil {
		return err
	}
	d, err := readDesign(o.design, a)
	if err != nil {
		return err
	}
	r, err := estimate(o, a, d)
	if err != nil {
		return err
	}
	if o.out != "" && r.figure != nil {
		if err := errors.Join(os.MkdirAll(o.out, 0o755), os.WriteFile(filepath.Join(o.out, r.Method+".svg"), r.figure, 0o644)); err != nil {
			return err
		}
	}
	if o.json {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	_, err = io.WriteString(w, r.text())
	return err
}

// read returns the table.
func read(o options) (effect.Adoption, error) {
	if o.panel == "" {
		return effect.ReadAdoption(bytes.NewReader(own), o.columns)
	}
	f, err := os.Open(o.panel)
	if err != nil {
		return effect.Adoption{}, err
	}
	defer f.Close()
	a, err := effect.ReadAdoption(f, o.columns)
	if err != nil {
		return a, fmt.Errorf("%s: %s", o.panel, strings.ReplaceAll(err.Error(), "\n", "\n"+o.panel+": "))
	}
	return a, nil
}
