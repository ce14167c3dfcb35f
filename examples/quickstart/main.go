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
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	// A reader that has seen enough, such as head, must not cut the run short.
	signal.Ignore(syscall.SIGPIPE)
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	if err := run(os.Args[1:], os.Stdout, stopped); err != nil {
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

// run is the command. It stops between two steps when stopped receives something.
func run(args []string, w io.Writer, stopped <-chan os.Signal) error {
	stdout := &screen{w: w}
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
		select {
		case s := <-stopped:
			return fmt.Errorf("stopped by %s before step %d; nothing was written", s, i+1)
		default:
		}
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
	if stdout.err != nil && !errors.Is(stdout.err, syscall.EPIPE) {
		return fmt.Errorf("the results are in %s, but they could not be printed: %w", folder, stdout.err)
	}
	return nil
}

// A screen remembers that something could not be printed.
type screen struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.w.Write(text); err != nil && s.err == nil {
		s.err = err
	}
	return len(text), nil
}

// A printer prints the lines of a step.
type printer struct{ w io.Writer }

func (p printer) line(format string, args ...any) {
	for text := range strings.Lines(fmt.Sprintf(format, args...) + "\n") {
		fmt.Fprint(p.w, "   ", text)
	}
}

// An output gathers the result files beside their place and moves them there at
// the end, so that a run that fails leaves nothing behind.
type output struct {
	final   string // "" for a fresh folder
	exists  bool   // final is an empty folder that the user made, and keeps its permissions
	partial string
	written []string
}

func newOutput(folder string) (*output, error) {
	o := &output{final: folder}
	parent, name := os.TempDir(), "the system's temp folder"
	if folder != "" {
		entries, err := os.ReadDir(folder)
		switch {
		case err == nil && len(entries) > 0:
			return nil, fmt.Errorf("-out %s: the folder is not empty (%d entries); name an empty or a new one", folder, len(entries))
		case err == nil:
			o.exists, parent = true, folder
		case errors.Is(err, os.ErrNotExist):
			parent = filepath.Dir(filepath.Clean(folder))
		default:
			return nil, fmt.Errorf("-out %s: not a folder that can be written: %w", folder, err)
		}
		name = "-out " + folder
	}
	var err error
	if o.partial, err = os.MkdirTemp(parent, "coaching-quickstart-"); err != nil {
		return nil, fmt.Errorf("%s: cannot be written: %w", name, err)
	}
	return o, nil
}

// write adds a file; name may hold slashes.
func (o *output) write(name string, data []byte) error {
	path := filepath.Join(o.partial, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	o.written = append(o.written, name)
	return nil
}

// publish moves the files to their place and returns the place.
func (o *output) publish() (string, error) {
	switch {
	case o.final == "":
		o.final = o.partial
	case o.exists:
		entries, err := os.ReadDir(o.partial)
		if err != nil {
			return "", fmt.Errorf("-out %s: %w", o.final, err)
		}
		for _, e := range entries {
			if err := os.Rename(filepath.Join(o.partial, e.Name()), filepath.Join(o.final, e.Name())); err != nil {
				return "", fmt.Errorf("-out %s: %w", o.final, err)
			}
		}
		if err := os.Remove(o.partial); err != nil {
			return "", fmt.Errorf("-out %s: %w", o.final, err)
		}
	default:
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
