package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

//go:embed data
var data embed.FS

// demoKey is for this demonstration. A host keeps its own in a key store, apart
// from the data, and never in a repository.
const demoKey = "a key of 32 bytes, for demos only"

// A review is what only people can say.
type review struct {
	Coach      coaching.PersonID
	Judgements map[string]signal.Judgements // by signal
	Standings  map[string]signal.StandingRecord
	Consents   signal.ConsentList
	Decisions  []signal.StewardDecision
}

// inputs are the files that the flags name, not yet read as a panel.
type inputs struct {
	review
	file        string
	viva        []byte
	definitions []signal.Definition
	people      *coaching.Pseudonymizer
	team        string
	asOf        coaching.Date // zero: three days after the last week
	json        bool
}

var errTooShort = errors.New("fewer than 2 weeks that ended before the day of the pack")

// parse reads the flags and the files that they name.
func parse(flags *flag.FlagSet, args []string) (in inputs, err error) {
	viva := flags.String("viva", "", "a Viva person query, CSV `file`")
	definitions := flags.String("definitions", "", "signal definitions of one outcome, YAML or JSON `file`")
	decided := flags.String("review", "", "what people decided, JSON `file` as data/review.json")
	flags.StringVar(&in.team, "team", "Organization", "the `column` that forms teams, such as ManagerId")
	flags.BoolVar(&in.json, "json", false, "print one JSON document")
	flags.TextVar(&in.asOf, "asof", coaching.Date{}, "the `day` of the pack, such as 2027-01-12; default three days after the last week")
	if err := flags.Parse(args); err != nil {
		return in, err
	}
	if flags.NArg() > 0 {
		return in, errors.New("all input is named by flags")
	}
	if in.people, err = coaching.NewPseudonymizer([]byte(demoKey), coaching.Domain{Programme: "weekly-pack", Purpose: "coaching", Epoch: 1}); err != nil {
		return in, err
	}
	if in.file, in.viva, err = open(*viva, "sample.csv"); err != nil {
		return in, err
	}
	name, text, err := open(*definitions, "definitions.yaml")
	if err != nil {
		return in, err
	}
	var fs coaching.Findings
	if in.definitions, fs = signal.ParseDefinitions(name, text); fs.Blocked() {
		return in, fs.Err()
	}
	if *decided == "" && *viva != "" {
		return in, nil // nobody has decided anything about other people's data
	}
	if name, text, err = open(*decided, "review.json"); err != nil {
		return in, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in.review); err != nil {
		return in, fmt.Errorf("%s: %w", name, err)
	}
	return in, nil
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

// log holds the decisions; nil, in which every flag is pending, when nobody
// coaches yet.
func (r review) log(flags []signal.Flag, leaders []coaching.PersonID) (*signal.StewardLog, error) {
	if r.Coach.IsZero() {
		return nil, nil
	}
	coachOf := map[coaching.PersonID]coaching.PersonID{}
	for _, leader := range leaders {
		coachOf[leader] = r.Coach
	}
	log, err := signal.NewStewardLog(flags, coachOf)
	if err != nil {
		return nil, err
	}
	for _, d := range r.Decisions {
		if err := log.Decide(d); err != nil {
			return nil, err
		}
	}
	return log, nil
}
