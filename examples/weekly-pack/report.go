package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A report is what the command prints, for the steward. A coach reads the text of
// a pack that is not held, and nothing else.
type report struct {
	File     string            `json:"file"`
	AsOf     coaching.Date     `json:"as_of"`
	People   int               `json:"people"`
	Weeks    int               `json:"weeks"`
	Quality  coaching.Findings `json:"quality"`
	Baseline coaching.Window   `json:"baseline"`
	Newest   coaching.Date     `json:"newest"`
	Signals  []signalReport    `json:"signals"`
	Flags    []flagReport      `json:"flags"`
	Packs    []packReport      `json:"packs"`
}

type signalReport struct {
	Signal    string       `json:"signal"`
	Stability string       `json:"stability"`
	Teams     []teamReport `json:"teams"`
}

type teamReport struct {
	Leader  coaching.PersonID `json:"leader"`
	Level   float64           `json:"level,omitzero"`
	Low     float64           `json:"low,omitzero"`
	High    float64           `json:"high,omitzero"`
	Reasons []string          `json:"reasons,omitempty"` // why there is no baseline
}

type flagReport struct {
	ID      string  `json:"id"`
	Value   float64 `json:"value"`
	Level   float64 `json:"level"`
	Verdict string  `json:"verdict"`
}

type packReport struct {
	Leader coaching.PersonID `json:"leader"`
	Held   bool              `json:"held"`
	Why    coaching.Findings `json:"why,omitempty"`
	Text   string            `json:"text,omitempty"`
}

func (r *report) add(b *signal.Baselines, s signal.Stability) {
	one := signalReport{Signal: b.Series().Definition().ID, Stability: s.Verdict.String()}
	for _, i := range b.All() {
		one.Teams = append(one.Teams, teamReport{i.Leader, i.Level, i.Low, i.High, i.Reasons})
	}
	r.Signals = append(r.Signals, one)
}

func (r *report) flag(flags []signal.Flag, log *signal.StewardLog) {
	for _, f := range flags {
		verdict := "pending"
		if d, ok := log.Decision(f.ID); ok {
			verdict = d.Verdict.String() + ": " + d.Reason
		}
		r.Flags = append(r.Flags, flagReport{f.ID, f.Value, f.Level, verdict})
	}
}

func (r *report) pack(leader coaching.PersonID, view signal.CoachView, fs coaching.Findings) {
	r.Packs = append(r.Packs, packReport{leader, view.IsZero(), fs, view.Text()})
}

// text is the report for people.
func (r *report) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s: %d people, %d weeks, as of %s", r.File, r.People, r.Weeks, r.AsOf)
	line("\nQuality")
	if len(r.Quality) == 0 {
		line("   nothing found")
	}
	for _, f := range r.Quality {
		line("   %s", f)
	}
	line("\nBaselines, %s; the newest week begins on %s", r.Baseline, r.Newest)
	for _, s := range r.Signals {
		line("   %s, stability %s", s.Signal, s.Stability)
		for _, t := range s.Teams {
			if len(t.Reasons) > 0 {
				line("      %s none: %s", t.Leader, strings.Join(t.Reasons, "; "))
				continue
			}
			line("      %s level %.3g, a new week is usual from %.3g to %.3g", t.Leader, t.Level, t.Low, t.High)
		}
	}
	line("\nFlags, %d, for a steward", len(r.Flags))
	for _, f := range r.Flags {
		line("   %s\n      %.3g against a level of %.3g; %s", f.ID, f.Value, f.Level, f.Verdict)
	}
	line("\nPacks")
	var codes []string
	for _, p := range r.Packs {
		if !p.Held {
			line("   %s may be read:", p.Leader)
			for _, f := range p.Why {
				line("      %s", f)
			}
			line("")
			for text := range strings.Lines(p.Text) {
				b.WriteString(strings.TrimRight("      "+text, " \n") + "\n")
			}
			continue
		}
		var own []string
		for f := range p.Why.Blocking() {
			own, codes = append(own, f.Code), append(codes, f.Code)
		}
		line("   %s is held: %s", p.Leader, strings.Join(distinct(own), ", "))
	}
	if len(codes) > 0 {
		line("\nWhat holds a pack, and what to do about it")
	}
	codes = distinct(codes)
	for _, rule := range signal.Rules() {
		if slices.Contains(codes, rule.Code) {
			line("   %s %s %s", rule.Code, rule.Statement, rule.Remedy)
		}
	}
	return b.String()
}

// distinct returns the words, sorted, each once.
func distinct(words []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(words)))
}
