package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

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

// inputs are the files as they were read.
type inputs struct {
	definitions []signal.Definition
	panel       *signal.Panel
	imported    signal.ImportReport
	teams       signal.Teams
	review      review
	asOf        coaching.Date
}

// read opens the files. Nothing but pseudonyms leaves it.
func read(o options) (in inputs, err error) {
	name, text, err := open(o.definitions, "definitions.yaml")
	if err != nil {
		return in, err
	}
	definitions, fs := signal.ParseDefinitions(name, text)
	if err := fs.Err(); err != nil {
		return in, err
	}
	in.definitions = definitions
	if o.review != "" || o.viva == "" {
		name, text, err := open(o.review, "review.json")
		if err != nil {
			return in, err
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in.review); err != nil {
			return in, fmt.Errorf("%s: %w", name, err)
		}
	}
	people, err := coaching.NewPseudonymizer([]byte(demoKey), coaching.Domain{Programme: "weekly-pack", Purpose: "coaching", Epoch: 1})
	if err != nil {
		return in, err
	}
	if name, text, err = open(o.viva, "sample.csv"); err != nil {
		return in, err
	}
	spec := signal.ImportSpec{File: name, People: people, Attributes: []string{o.team}}
	for _, d := range definitions {
		spec.Metrics = append(spec.Metrics, d.Expr.Columns()...)
	}
	spec.Metrics = distinct(spec.Metrics)
	if in.panel, in.imported, err = signal.ReadViva(bytes.NewReader(text), spec); err != nil {
		return in, err
	}
	in.asOf = in.imported.Last.AddDays(9) // three days after the end of the last week
	if o.asOf != "" {
		if in.asOf, err = coaching.ParseDate(o.asOf); err != nil {
			return in, err
		}
		in.panel = in.panel.AsOf(in.asOf)
	}
	in.teams = signal.Teams{}
	for _, member := range in.panel.Subjects() {
		if label, _ := in.panel.Attribute(member, o.team); label != "" {
			if in.teams[member], err = people.Person(label); err != nil {
				return in, err
			}
		}
	}
	if n := len(in.panel.Periods()); n < 2 {
		return in, fmt.Errorf("%s: %d weeks that ended before %s; want at least 2", name, n, in.asOf)
	}
	return in, nil
}

// weekly reads, checks, takes baselines, raises flags and makes the packs.
func weekly(o options) (*report, error) {
	in, err := read(o)
	if err != nil {
		return nil, err
	}
	weeks := in.panel.Periods()
	newest := weeks[len(weeks)-1]
	window := coaching.Window{From: weeks[max(0, len(weeks)-9)].Start, To: newest.Start.AddDays(-1)} // the eight weeks before
	r := &report{File: in.imported.File, AsOf: in.asOf, People: len(in.panel.Subjects()), Weeks: len(weeks), Baseline: window, Newest: newest.Start}
	r.Quality = signal.Check(in.panel, in.imported, signal.VivaQuality(in.panel), in.asOf).Findings()

	freshness := map[string]signal.Freshness{}
	var signals []signal.PackSignal
	var flags []signal.Flag
	for _, d := range in.definitions {
		series, fs := signal.Evaluate(in.panel, d, in.teams, signal.FindExclusions(in.panel, "Collaboration_hours", nil))
		if err := fs.Err(); err != nil {
			return nil, err
		}
		baselines, _ := signal.BaselinesOf(series, window, signal.BaselineConfig{})
		stability := signal.StabilityOf(series, window)
		freshness[d.ID] = signal.Gate(in.panel, d, in.asOf, nil)
		signals = append(signals, signal.PackSignal{Baselines: baselines, Checklist: signal.Assess(d, in.review.Judgements[d.ID], stability, freshness[d.ID])})
		flags = append(flags, signal.Detect(baselines)...)
		r.add(baselines, stability)
	}

	log, err := stewardLog(in, flags)
	if err != nil {
		return nil, err
	}
	r.flag(flags, log)
	for _, leader := range in.teams.Leaders() {
		pack, fs := signal.NewPack(signal.PackSpec{
			Programme: "weekly-pack", Outcome: in.definitions[0].Path.Outcome, Leader: leader, Signals: signals,
		})
		var view signal.CoachView
		fs = slices.Concat(r.Quality, fs) // data that are wrong hold every pack
		if !fs.Blocked() {
			view, fs = pack.CoachView(signal.CoachRequest{
				Coach: in.review.Coach, At: in.asOf.At(9, 0, time.UTC), Log: log,
				Consents: in.review.Consents, Standings: in.review.Standings, Freshness: freshness,
			})
		}
		r.pack(leader, view, fs)
	}
	return r, nil
}

// stewardLog holds the decisions; nil, in which every flag is pending, when nobody
// coaches yet.
func stewardLog(in inputs, flags []signal.Flag) (*signal.StewardLog, error) {
	if in.review.Coach.IsZero() {
		return nil, nil
	}
	coachOf := map[coaching.PersonID]coaching.PersonID{}
	for _, leader := range in.teams.Leaders() {
		coachOf[leader] = in.review.Coach
	}
	log, err := signal.NewStewardLog(flags, coachOf)
	if err != nil {
		return nil, err
	}
	for _, d := range in.review.Decisions {
		if err := log.Decide(d); err != nil {
			return nil, err
		}
	}
	return log, nil
}
