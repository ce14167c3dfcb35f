// Command policy-check says what a policy holds, whether it is sound, and what
// it answers.
//
//	go run ./examples/policy-check
//	go run ./examples/policy-check -policy policies/ -requests requests.jsonl
//	go run ./examples/policy-check -policy policy.yaml -requests requests.jsonl -json
//
// Alone it reads the built-in policy. It prints the report: parameters, rules with
// the tests that make them fire, the floors that no policy can lower, findings.
// With -requests it adds what the policy answers to each line of the file, and
// why. It exits with 1 when there is no sound policy, or when a line could not be
// read.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/coachgov/coaching/governance"
)

// options are the flags of the command.
type options struct {
	policy, requests string
	json             bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "policy-check:", err)
		os.Exit(1)
	}
}

// run is the command. What it has found out is written also when the error is
// not nil.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("policy-check", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.policy, "policy", "", "the policy, a YAML or JSON `file` or a directory that holds one; default the built-in policy")
	flags.StringVar(&o.requests, "requests", "", "requests to decide, JSON Lines `file`")
	flags.BoolVar(&o.json, "json", false, "print one JSON document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	c, err := check(o)
	if c == nil {
		return err
	}
	var writing error
	if o.json {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false) // conditions are full of < and &
		enc.SetIndent("", "  ")
		writing = enc.Encode(c)
	} else {
		_, writing = io.WriteString(w, c.text())
	}
	return errors.Join(err, writing)
}

// load reads the policy that is named, or the built-in one.
func load(name string) (*governance.Policy, *governance.Report, error) {
	if name == "" {
		return governance.BuiltIn()
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, nil, err
	case info.IsDir():
		return governance.Load(os.DirFS(name), "*.yaml", "*.yml", "*.json")
	}
	return governance.Load(os.DirFS(filepath.Dir(name)), filepath.Base(name))
}
