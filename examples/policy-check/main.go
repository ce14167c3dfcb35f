// Command policy-check says what a policy holds, whether it is sound, and what
// it answers.
//
//	go run ./examples/policy-check
//	go run ./examples/policy-check -policy policies/ -requests requests.jsonl
//	go run ./examples/policy-check -policy policy.yaml -prove -json
//	go run ./examples/policy-check -policy next.yaml -diff policy.yaml
//
// Alone it reads the built-in policy. It prints the report: parameters, rules with
// the tests that make them fire, the floors that no policy can lower, findings.
// With -prove it adds what is proved of the policy over all requests: its own
// promises and those that every policy keeps. With -diff it adds every kind of
// request that the policy answers otherwise than another one does, and with
// -requests what it answers to each line of a file, and why.
//
// It exits with 1 when there is no sound policy, when a promise is not proved,
// when not every change could be found, or when a line could not be read.
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
	policy, diff, requests string
	prove, json            bool
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
	flags.StringVar(&o.policy, "policy", "", "the policy, a YAML or JSON `file` or a directory that holds one with its overlays; default the built-in policy")
	flags.BoolVar(&o.prove, "prove", false, "prove the policy's promises, and those of every policy, over all requests")
	flags.StringVar(&o.diff, "diff", "", "show what changes to the policy from another one, a `file` or a directory as for -policy, or builtin")
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
	if name == "" || name == "builtin" {
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
