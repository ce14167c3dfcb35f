// Command audit-verify says whether an audit log is the one that its checkpoint
// and an anchor vouch for, and prints the proof of one of its records.
//
//	go run ./examples/audit-verify
//	go run ./examples/audit-verify -log trail.jsonl -key audit.key -checkpoint checkpoint.txt -anchor anchor.txt
//	go run ./examples/audit-verify -log trail.jsonl -key audit.key -checkpoint checkpoint.txt -record 17
//
// Alone it reads a small log that comes with it. The log is JSON Lines; the
// key is the public one; the checkpoint is signed. An anchor is a checkpoint that
// somebody else kept, signed or not: without one, whoever holds the signing key
// can have rewritten everything. It exits with 1 when the log is not whole.
package main

import (
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/coachgov/coaching/governance/audit"
)

//go:embed sample
var sample embed.FS

// options are the flags of the command.
type options struct {
	log, key, checkpoint, anchor string
	record                       int64
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "audit-verify:", err)
		os.Exit(1)
	}
}

// run is the command. What it has found out is written also when the error is
// not nil.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("audit-verify", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.log, "log", "", "the log, JSON Lines `file`; default a sample")
	flags.StringVar(&o.key, "key", "", "`file` with the log's public key")
	flags.StringVar(&o.checkpoint, "checkpoint", "", "`file` with the newest signed checkpoint")
	flags.StringVar(&o.anchor, "anchor", "", "`file` with a checkpoint that somebody else kept")
	flags.Int64Var(&o.record, "record", -1, "`index` of the record to prove; default the last")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	negative := false
	flags.Visit(func(f *flag.Flag) { negative = negative || f.Name == "record" && o.record < 0 })
	if negative {
		return fmt.Errorf("-record %d: records are counted from 0", o.record)
	}
	in, err := load(o)
	if err != nil {
		return err
	}
	return in.verify(w, o.record)
}

// input is what there is to verify.
type input struct {
	log    string
	key    *audit.Verifier
	head   []byte
	anchor []audit.Checkpoint
}

// load reads the files, or the sample when none is named.
func load(o options) (*input, error) {
	read := os.ReadFile
	if o.log == "" && o.key == "" && o.checkpoint == "" && o.anchor == "" {
		read = sample.ReadFile
		o.log, o.key, o.checkpoint, o.anchor = "sample/trail.jsonl", "sample/audit.key", "sample/checkpoint.txt", "sample/anchor.txt"
	}
	if o.log == "" || o.key == "" || o.checkpoint == "" {
		return nil, errors.New("a log needs its -key and its -checkpoint")
	}
	log, err := read(o.log)
	if err != nil {
		return nil, err
	}
	key, err := read(o.key)
	if err != nil {
		return nil, err
	}
	in := &input{log: string(log)}
	if in.key, err = audit.NewVerifier(strings.TrimSpace(string(key))); err != nil {
		return nil, err
	}
	if in.head, err = read(o.checkpoint); err != nil {
		return nil, err
	}
	if o.anchor == "" {
		return in, nil
	}
	text, err := read(o.anchor)
	if err != nil {
		return nil, err
	}
	anchor, err := audit.ParseCheckpoint(string(text))
	if strings.Contains(string(text), "\n\n") {
		anchor, err = in.key.Open(text)
	}
	if err != nil {
		return nil, fmt.Errorf("the anchor: %w", err)
	}
	in.anchor = append(in.anchor, anchor)
	return in, nil
}

// verify writes what there is to say about the log, and the proof of a record.
func (in *input) verify(w io.Writer, record int64) error {
	r := audit.Verify(strings.NewReader(in.log), in.key, [][]byte{in.head}, in.anchor...)
	fmt.Fprintf(w, "log        %s\n", in.key.Origin())
	fmt.Fprintf(w, "verdict    %s\n", r.Verdict)
	fmt.Fprintf(w, "records    %d, of which %d are vouched for\n", r.Records, r.Sealed)
	fmt.Fprintf(w, "root       %s\n", r.Root)
	if len(in.anchor) == 0 {
		fmt.Fprintln(w, "anchor     none: nothing here speaks against whoever holds the signing key")
	}
	for _, a := range in.anchor {
		fmt.Fprintf(w, "anchor     of %d records\n", a.Size)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "%-10s %s %s\n", f.Severity, f.Code, f.Message)
	}
	if !r.OK() {
		return fmt.Errorf("the log is %s", r.Verdict)
	}
	if r.Records == 0 {
		return nil
	}
	return in.prove(w, record)
}

// prove writes the proof of one record of a log that is whole.
func (in *input) prove(w io.Writer, record int64) error {
	log, err := audit.NewLog(in.key.Origin())
	if err != nil {
		return err
	}
	var proved audit.Entry
	for entry, err := range audit.ReadLines(strings.NewReader(in.log)) {
		if err != nil {
			return err
		}
		if err := log.Replay(entry); err != nil {
			return err
		}
		if record < 0 || entry.Index() == record {
			proved = entry
		}
	}
	if len(proved.Bytes()) == 0 {
		return fmt.Errorf("there is no record %d", record)
	}
	proof := audit.InclusionProof{Index: proved.Index(), Head: in.head}
	if proof.Proof, err = log.ProveInclusion(proved.Index(), log.Head().Size); err != nil {
		return err
	}
	if _, err := proof.Verify(in.key, proved.Bytes()); err != nil {
		return err
	}
	text, err := proof.MarshalText()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nrecord %d: %s at %s\n%s\n\n%s", proved.Index(), proved.Event(), proved.Event().At().Format("2006-01-02 15:04:05Z07:00"), proved.Bytes(), text)
	return err
}
