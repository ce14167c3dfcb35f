// Command pilot-plan says whether a pilot may start as it is planned, what it
// could show, and when everything happens.
//
//	go run ./examples/pilot-plan
//	go run ./examples/pilot-plan -plan plan.yaml -out plan/
//	go run ./examples/pilot-plan -plan plan.json -sd 0.06 -json
//
// Alone it reads a plan that is built in. It prints every finding with its place
// in the file, how the leaders are allocated, and how small an effect the design
// can see. With -sd, the standard deviation of one reading of the KPI in its own
// unit, it also simulates the decision: how often the plan would end in GO when
// coaching moves the KPI by the least effect worth having, and by twice that, and
// how often when it does not move it at all.
//
// With -out it writes into a directory: the plan as JSON, the allocation, the
// design matrix, the schedule as iCalendar, CSV, JSON, SVG and Mermaid, the
// coaches' playbook, the replication bundle, and as Markdown, HTML and JSON the
// charter, the blueprint, the success definition, the preregistration, the data
// readiness checklist and the vendor comparison; none when one of them names a
// leader. The plan is locked, and the calendar stamped, on the first day of week 0,
// so that the same plan gives the same bytes.
//
// It exits with 1 when there is no plan or when a finding blocks it.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

//go:embed plan.yaml
var builtIn []byte

// options are the flags of the command.
type options struct {
	plan, out string
	sd        float64
	json      bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "pilot-plan:", err)
		os.Exit(1)
	}
}

// run is the command. What it has found out is written also when the error is
// not nil.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("pilot-plan", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.plan, "plan", "", "the plan, a YAML or JSON `file`; default the built-in plan")
	flags.StringVar(&o.out, "out", "", "write schedule and documents into this `directory`")
	flags.Float64Var(&o.sd, "sd", 0, "simulate the decision with this standard deviation of one reading of the KPI")
	flags.BoolVar(&o.json, "json", false, "print one JSON document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	file, data := "plan.yaml", builtIn
	if o.plan != "" {
		var err error
		if file, data, err = read(o.plan); err != nil {
			return err
		}
	}
	r, err := look(file, data, o.sd)
	if err == nil && o.out != "" {
		err = r.write(o.out)
	}
	var writing error
	if o.json {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false) // causal paths are full of >
		enc.SetIndent("", "  ")
		writing = enc.Encode(r)
	} else {
		_, writing = io.WriteString(w, r.text())
	}
	return errors.Join(err, writing)
}

// maxPlan is the largest file that is read as a plan.
const maxPlan = 1 << 20

// read returns the name and the bytes of a plan.
func read(name string) (string, []byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPlan+1))
	if err == nil && len(data) > maxPlan {
		err = fmt.Errorf("%s: more than %d bytes", name, maxPlan)
	}
	return filepath.Base(name), data, err
}
