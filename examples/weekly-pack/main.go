// Command weekly-pack turns a Viva Insights person query into what a coach may
// read this week, or into the reasons why there is nothing to read yet.
//
//	go run ./examples/weekly-pack
//	go run ./examples/weekly-pack -viva person_query.csv -asof 2027-01-12 -team ManagerId
//
// The road from the file to the packs is the function weekly. Alone the command
// reads a small embedded sample. People with the same label in the column -team
// are a team; where the labels are managers' identifiers, the manager is the
// leader. What only people can say comes from -review: judgements, standings,
// consents and the steward's decisions. Without it every pack is held, and the
// output says what is missing. The output is for the steward of the data; a coach
// reads the text of a pack that is not held.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "weekly-pack:", err)
		os.Exit(1)
	}
}

// run is the command.
func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("weekly-pack", flag.ContinueOnError)
	flags.SetOutput(w)
	in, err := parse(flags, args)
	if err != nil {
		return err
	}
	r, err := weekly(in)
	if err != nil {
		return fmt.Errorf("%s: %w", in.file, err)
	}
	if in.json {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	_, err = io.WriteString(w, r.text())
	return err
}

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

// text is the report for people.
func (r *report) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s: %d people, %d weeks, as of %s\n\nQuality, %d findings", r.File, r.People, r.Weeks, r.AsOf, len(r.Quality))
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
	for _, p := range r.Packs {
		line("\nPack of %s, held: %t", p.Leader, p.Held)
		for _, f := range p.Why {
			line("   %s", f)
		}
		b.WriteString(p.Text)
	}
	return b.String()
}
