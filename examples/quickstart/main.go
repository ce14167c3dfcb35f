// Command quickstart runs a whole coaching pilot, from the files that a people
// analytics team exports to the decision that a sponsor signs, and writes what
// each party would get.
//
//	go run ./examples/quickstart
//
// It reads a 12-week staggered pilot of an invented product organisation (10
// leaders, their teams of about ten, 2 coaches) from embedded data, needs no
// network and ends in under a second. The flags -viva, -survey, -kpi, -plan and
// -policy put your own file in the place of one of its own.
//
// The code is a tour of the library: each file of this folder is one step and
// shows the few calls that a host would make.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// options are the flags of the command.
type options struct {
	viva, survey, kpi, plan, policy, out string
}

func run(args []string, stdout io.Writer) error {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stdout)
	flags.StringVar(&o.viva, "viva", "", "a Viva person query, CSV `file`")
	flags.StringVar(&o.survey, "survey", "", "a pulse survey, CSV `file` of one row a person and date, one column an item")
	flags.StringVar(&o.kpi, "kpi", "", "the KPI, CSV `file` with person,date,period_days,metric,value")
	flags.StringVar(&o.plan, "plan", "", "a pilot plan, YAML or JSON `file`")
	flags.StringVar(&o.policy, "policy", "", "a governance policy, YAML or JSON `file`")
	flags.StringVar(&o.out, "out", "", "an empty or new `folder` for the results; default a fresh one under the system's temp folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("argument %q is not wanted; all input is named by flags", flags.Arg(0))
	}
	out, err := newOutput(o.out)
	if err != nil {
		return err
	}
	defer out.discard()
	p := &programme{options: o, say: printer{stdout}, out: out}
	for i, step := range steps() {
		fmt.Fprintf(stdout, "\n%d. %s\n", i+1, step.title)
		slow := time.AfterFunc(time.Second, func() { fmt.Fprintf(stdout, "   ... still at it: %s\n", step.title) })
		err := step.run(p)
		slow.Stop()
		if err != nil {
			return err
		}
		if p.foreign && i == 1 {
			fmt.Fprintf(stdout, "\nThe steps after this need a roster, a plan and a KPI of the same people.\n")
			break
		}
	}
	folder, err := out.publish()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nThe results are in\n%s\n", folder)
	for _, name := range out.names() {
		fmt.Fprintf(stdout, "   %s\n", name)
	}
	if slices.Contains(out.written, "dashboard.html") {
		fmt.Fprintf(stdout, "Open %s in a browser.\n", filepath.Join(folder, "dashboard.html"))
	}
	return nil
}

// A printer prints the lines of a step.
type printer struct{ w io.Writer }

func (p printer) line(format string, args ...any) {
	for text := range strings.Lines(fmt.Sprintf(format, args...) + "\n") {
		fmt.Fprint(p.w, "   ", text)
	}
}

// An output gathers the result files beside their place and moves the whole
// folder there at the end, so that a run that fails leaves nothing behind.
type output struct {
	final   string
	partial string
	written []string
}

func newOutput(folder string) (*output, error) {
	parent := os.TempDir()
	if folder != "" {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			return nil, fmt.Errorf("-out %s: the folder holds %d entries already; name an empty or a new one", folder, len(entries))
		} else if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("-out %s: not a folder that can be written: %w", folder, err)
		}
		parent = filepath.Dir(filepath.Clean(folder))
	}
	partial, err := os.MkdirTemp(parent, "coaching-quickstart-")
	if err != nil {
		return nil, fmt.Errorf("-out %s: cannot write there: %w", folder, err)
	}
	if folder == "" {
		folder = partial
	}
	return &output{final: folder, partial: partial}, nil
}

// write adds a file; name may hold slashes.
func (o *output) write(name string, data []byte) error {
	path := filepath.Join(o.partial, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	o.written = append(o.written, name)
	return nil
}

// publish moves the folder to its place and returns the place.
func (o *output) publish() (string, error) {
	if err := os.Chmod(o.partial, 0o755); err != nil {
		return "", err
	}
	if o.final != o.partial {
		if err := os.Remove(o.final); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("-out %s: %w", o.final, err)
		}
		if err := os.Rename(o.partial, o.final); err != nil {
			return "", fmt.Errorf("-out %s: %w", o.final, err)
		}
	}
	o.partial = ""
	return o.final, nil
}

// discard removes what was not published.
func (o *output) discard() {
	if o.partial != "" {
		os.RemoveAll(o.partial)
	}
}

func (o *output) names() []string {
	return slices.Sorted(slices.Values(o.written))
}
