package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

var (
	people = flag.Int("people", 2_000, "people in the narrow file; 100000 is full size")
	weeks  = flag.Int("weeks", 20, "weeks in the narrow file; 52 is full size")
)

// narrow is nine columns: 5.2 million rows at full size. wide is 73 columns:
// 276,000 rows at full size.
func narrow() Query { return Query{People: *people, Weeks: *weeks} }
func wide() Query   { return Query{People: max(*people*12/100, 1), Weeks: min(*weeks, 23), Extra: 64} }

// writeFile writes a query to disk, from where the races read it as a host would,
// and returns its size.
func (q Query) writeFile(path string) (int64, error) {
	out, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	size, err := q.WriteTo(out)
	if err != nil {
		out.Close()
		return 0, err
	}
	return size, out.Close()
}

// newPseudonymizer is under a key for races only.
func newPseudonymizer() (*coaching.Pseudonymizer, error) {
	return coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "bench", Purpose: "coaching"})
}

// definition is a signal over the first wanted column.
func definition(grain signal.Grain) signal.Definition {
	return signal.Definition{
		ID: "collaboration_hours", Version: 1, Name: "Collaboration hours", Source: signal.CollaborationMetadata, Unit: "hours per person and week",
		Direction: signal.Lower, Cadence: signal.Weekly, Class: signal.Aggregate, Grain: grain, Timing: signal.Leading,
		Expr:      signal.Expr{Op: signal.Mean, Num: []string{"Collaboration_hours"}},
		Behaviour: "cancel or shorten recurring meetings",
		Path:      signal.CausalPath{Signal: "collaboration hours", Behaviour: "fewer recurring meetings", Outcome: "sprint predictability"},
		Explain:   "mean hours that a person spends in meetings and messages", ProxyRisks: []string{"function"}, BlindSpots: []string{"unscheduled calls"},
	}
}

// panelOf reads the wanted columns of a file with the library.
func panelOf(path string, wanted []string, attributes ...string) (*signal.Panel, error) {
	key, err := newPseudonymizer()
	if err != nil {
		return nil, err
	}
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	p, _, err := signal.ReadViva(r, signal.ImportSpec{People: key, Metrics: wanted, Attributes: attributes})
	return p, err
}

// tableOf reads them with the peer.
func tableOf(path string, wanted []string) (*Table, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return ReadTable(r, wanted)
}

// raceRead races the readers over a file, in megabytes per second of processor time.
func raceRead(rounds int, q Query) (result, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "query.csv")
	size, err := q.writeFile(path)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds,
		repeat(func() error { _, err := panelOf(path, q.Wanted()); return err }),
		repeat(func() error { _, err := tableOf(path, q.Wanted()); return err }))
	if err != nil {
		return result{}, err
	}
	speed := func(f figure) string {
		return fmt.Sprintf("%.0f / %.0f MB/s", float64(size)*1e3/f.least, float64(size)*1e3/f.median)
	}
	return result{
		ours: speed(took[0]), other: speed(took[1]) + " encoding/csv",
		value: float64(size) * 1e3 / took[0].least, unit: "MB/s",
	}, nil
}

// raceMeans times the release of group means over all weeks, organisations of any
// size in it, and reports what 5.2 million rows would take at that speed.
func raceMeans(rounds int) (result, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	q := narrow()
	path := filepath.Join(dir, "query.csv")
	if _, err := q.writeFile(path); err != nil {
		return result{}, err
	}
	panel, err := panelOf(path, q.Wanted(), "Organization")
	if err != nil {
		return result{}, err
	}
	periods := panel.Periods()
	spec := signal.ReleaseSpec{By: []string{"Organization"}, Window: coaching.Window{From: periods[0].Start, To: periods[len(periods)-1].Last()}}
	took, err := turns(rounds, repeat(func() error {
		_, fs := signal.NewRelease(panel, definition(signal.Team), spec)
		return fs.Err()
	}))
	if err != nil {
		return result{}, err
	}
	const full = 5_200_000
	rows := q.People * q.Weeks
	r := result{ours: took[0].String(), other: fmt.Sprintf("%d rows", rows), value: took[0].least / 1e9 * full / float64(rows), unit: "s"}
	if rows < full {
		r.note = "scaled to 5.2 M rows"
	}
	return r, nil
}
