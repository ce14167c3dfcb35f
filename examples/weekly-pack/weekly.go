package main

import (
	"bytes"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// weekly reads, checks, takes baselines, raises flags and makes the packs.
func weekly(in inputs) (*report, error) {
	spec := signal.ImportSpec{File: in.file, People: in.people, Attributes: []string{in.team}, PersonAttributes: []string{in.team}}
	for _, d := range in.definitions {
		spec.Metrics = append(spec.Metrics, d.Expr.Columns()...)
	}
	spec.Metrics = slices.Compact(slices.Sorted(slices.Values(spec.Metrics)))
	panel, imported, err := signal.ReadViva(bytes.NewReader(in.viva), spec)
	if err != nil {
		return nil, err
	}
	if in.asOf.IsZero() {
		in.asOf = imported.Last.AddDays(9) // three days after the end of the last week
	}
	panel = panel.AsOf(in.asOf)
	teams, err := signal.TeamsBy(panel, in.team, coaching.ParsePersonID)
	if err != nil {
		return nil, err
	}
	weeks := panel.Periods()
	if len(weeks) < 2 {
		return nil, errTooShort
	}
	newest := weeks[len(weeks)-1]
	window := coaching.Window{From: weeks[max(0, len(weeks)-9)].Start, To: newest.Start.AddDays(-1)} // the eight weeks before
	r := &report{File: in.file, AsOf: in.asOf, People: len(panel.Subjects()), Weeks: len(weeks), Baseline: window, Newest: newest.Start}
	r.Quality = signal.Check(panel, imported, signal.VivaQuality(panel), in.asOf).Findings()

	var signals []signal.PackSignal
	var flags []signal.Flag
	freshness := map[string]signal.Freshness{}
	away := signal.FindExclusions(panel, "Collaboration_hours", nil)
	for _, d := range in.definitions {
		series, fs := signal.Evaluate(panel, d, teams, away)
		if err := fs.Err(); err != nil {
			return nil, err
		}
		baselines, _ := signal.BaselinesOf(series, window, signal.BaselineConfig{})
		stability := signal.StabilityOf(series, window)
		freshness[d.ID] = signal.Gate(panel, d, in.asOf, nil)
		signals = append(signals, signal.PackSignal{Baselines: baselines, Checklist: signal.Assess(d, in.Judgements[d.ID], stability, freshness[d.ID])})
		flags = append(flags, signal.Detect(baselines)...)
		r.add(baselines, stability)
	}
	log, err := in.log(flags, teams.Leaders())
	if err != nil {
		return nil, err
	}
	r.flag(flags, log)
	for _, leader := range teams.Leaders() {
		pack, fs := signal.NewPack(signal.PackSpec{
			Programme: "weekly-pack", Outcome: in.definitions[0].Path.Outcome, Leader: leader, Signals: signals,
		})
		var view signal.CoachView
		fs = slices.AppendSeq(fs, r.Quality.Blocking()) // data that are wrong hold every pack
		if !fs.Blocked() {
			view, fs = pack.CoachView(signal.CoachRequest{
				Coach: in.Coach, At: in.asOf.At(9, 0, time.UTC), Log: log,
				Consents: in.Consents, Standings: in.Standings, Freshness: freshness,
			})
		}
		r.Packs = append(r.Packs, packReport{leader, view.IsZero(), fs, view.Text()})
	}
	return r, nil
}
