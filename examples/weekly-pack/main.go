// Command weekly-pack turns a Viva Insights person query into what a coach may
// read this week, or into the reasons why there is nothing to read yet.
//
//	go run ./examples/weekly-pack
//	go run ./examples/weekly-pack -viva person_query.csv -asof 2027-01-12 -team ManagerId
//
// Alone it reads a small embedded sample. People with the same label in the
// column -team are a team; where the labels are managers' identifiers, the
// manager is the leader. What only people can say comes from -review: judgements,
// standings, consents and the steward's decisions. Without it every pack is held,
// and the output says what is missing. The output is for the steward of the data;
// a coach reads the text of a pack that is not held.
package main

import (
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

//go:embed data
var data embed.FS

// options are the flags of the command.
type options struct {
	viva, definitions, review, asOf, team string
	json                                  bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "weekly-pack:", err)
		os.Exit(1)
	}
}

// run is the command.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("weekly-pack", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.viva, "viva", "", "a Viva person query, CSV `file`")
	flags.StringVar(&o.definitions, "definitions", "", "signal definitions of one outcome, YAML or JSON `file`")
	flags.StringVar(&o.review, "review", "", "what people decided, JSON `file` as data/review.json")
	flags.StringVar(&o.asOf, "asof", "", "the `day` of the pack, such as 2027-01-12; default three days after the last week")
	flags.StringVar(&o.team, "team", "Organization", "the `column` that forms teams, such as ManagerId")
	flags.BoolVar(&o.json, "json", false, "print one JSON document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	r, err := weekly(o)
	if err != nil {
		return err
	}
	text := []byte(r.text())
	if o.json {
		if text, err = json.MarshalIndent(r, "", "  "); err != nil {
			return err
		}
		text = append(text, '\n')
	}
	_, err = w.Write(text)
	return err
}

// open returns the user's file, or the embedded one where there is none, and the
// name to use in messages.
func open(flagged, embedded string) (string, []byte, error) {
	if flagged != "" {
		text, err := os.ReadFile(flagged)
		return flagged, text, err
	}
	text, err := data.ReadFile("data/" + embedded)
	return embedded, text, err
}
