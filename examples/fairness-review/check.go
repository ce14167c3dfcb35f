package main

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

//go:embed testdata/people.csv
var peopleCSV []byte

//go:embed testdata/policy.json
var policyJSON []byte

//go:embed testdata/memo.json
var memoJSON []byte

// A reviewed is what the command prints.
type reviewed struct {
	Report *fairness.Report       `json:"report"`
	Impact []fairness.ImpactTable `json:"impact"` // by each protected attribute, each pair and all of them, then the scores

	policy fairness.Policy
	// Unscored says why there are no tables of the scores, or none with figures; ""
	// where there are, or no score is named.
	Unscored string `json:"unscored,omitempty"`

	memo *fairness.Memo // nil where nobody told what only people know
}

// check does what the options ask for.
func check(o options) (*reviewed, error) {
	spec, err := o.spec()
	if err != nil {
		return nil, err
	}
	window, err := o.days()
	if err != nil {
		return nil, err
	}
	out := &reviewed{}
	if err := load(o.policy, policyJSON, &out.policy); err != nil {
		return nil, err
	}
	if err := out.policy.Validate(); err != nil {
		return nil, err
	}
	var p people
	if o.in == "" {
		p, err = read(asReader(peopleCSV), o, spec, out.policy.Review.StratifyBy)
	} else {
		p, err = readFile(o.in, o, spec, out.policy.Review.StratifyBy)
	}
	if err != nil {
		return nil, err
	}
	if out.Report, err = fairness.Check(p.table, p.reviews, window, out.policy); err != nil {
		return nil, err
	}
	if err := out.impact(p.table, names(o.protected), o.score != ""); err != nil {
		return nil, err
	}
	if !o.small {
		out.Impact = out.Report.Hide(out.Impact...)
		for _, t := range out.Impact {
			if t.Scoring && !slices.ContainsFunc(t.Rows, func(row fairness.ImpactRow) bool { return !row.Hidden }) {
				out.Unscored = "scoring rates by " + strings.Join(t.By, " x ") + " and perhaps others are not printed: a hidden figure would follow from them"
				break
			}
		}
	}
	if o.memo != "" || o.in == "" {
		var facts memoFacts
		if err := load(o.memo, memoJSON, &facts); err != nil {
			return nil, err
		}
		if out.memo, err = facts.memo(out.Report); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// impact makes the tables of New York City's rule.
func (r *reviewed) impact(t *fairness.Table, protected []string, scores bool) error {
	var by [][]string
	for _, name := range protected {
		by = append(by, []string{name})
	}
	by = append(by, intersections(protected)...)
	makers := []func(*fairness.Table, fairness.ImpactRule, ...string) (fairness.ImpactTable, error){fairness.SelectionRates}
	switch _, ok := t.Median(); {
	case scores && !t.ScoresKept():
		r.Unscored = "more different scores than a table keeps (1,048,576): no median, so no scoring rates; round the scores"
	case scores && !ok:
		r.Unscored = "nobody has a score, so no scoring rates"
	case scores:
		makers = append(makers, fairness.ScoringRates)
	}
	for _, make := range makers {
		for _, names := range by {
			table, err := make(t, fairness.ImpactRule{LeastShare: 0.02, Why: "a ratio to fewer than 2 % of people says little"}, names...)
			if err != nil {
				return err
			}
			r.Impact = append(r.Impact, table)
		}
	}
	return nil
}

// memoFacts is what only people know of a signal.
type memoFacts struct {
	Purpose     string              `json:"purpose"`
	FlagMeaning string              `json:"flag_meaning"`
	WhoIsHarmed string              `json:"who_is_harmed"`
	BlindSpots  []string            `json:"blind_spots"`
	Residual    string              `json:"residual"`
	Prepared    coaching.Date       `json:"prepared"`
	NextReview  coaching.Date       `json:"next_review"`
	PreparedBy  coaching.PersonID   `json:"prepared_by"`
	SignedBy    []coaching.PersonID `json:"signed_by"`
	Controls    []fairness.Control  `json:"controls"`
}

func (f memoFacts) memo(r *fairness.Report) (*fairness.Memo, error) {
	return fairness.NewMemo(fairness.MemoInput{Report: r, Purpose: f.Purpose, FlagMeaning: f.FlagMeaning, WhoIsHarmed: f.WhoIsHarmed, BlindSpots: f.BlindSpots,
		Controls: f.Controls, Residual: f.Residual, Prepared: f.Prepared, NextReview: f.NextReview, PreparedBy: f.PreparedBy, SignedBy: f.SignedBy})
}

// load reads a strict JSON file, or the example's own.
func load(name string, own []byte, into any) error {
	data := own
	if name != "" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		if data, err = io.ReadAll(io.LimitReader(f, 1<<20+1)); err != nil {
			return err
		}
		if len(data) > 1<<20 {
			return fmt.Errorf("%s: more than %d bytes", name, 1<<20)
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	// Not d.More, which takes a stray bracket for the end.
	if rest := bytes.TrimLeft(data[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		line, column := position(data, len(data)-len(rest))
		return fmt.Errorf("%s: line %d, byte %d: text after the document, want one JSON document", name, line, column)
	}
	return nil
}

// position returns the line of an offset and its byte in that line, from 1.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
}

// write puts everything into a folder, which is made where it is missing.
func (r *reviewed) write(folder string) error {
	report, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"report.json": append(report, '\n'), "report.txt": []byte(r.text()),
		"impact.csv": fairness.ImpactCSV(r.Impact...), "impact.md": fairness.ImpactMarkdown(r.Impact...), "impact.html": fairness.ImpactHTML(r.Impact...),
		"forest.svg": r.Report.Forest(), "funnel.svg": r.Report.Funnel(), "paths.svg": r.Report.PathShares(),
	}
	if r.memo != nil {
		files["memo.md"], files["memo.html"] = r.memo.Markdown(), r.memo.HTML()
	}
	failures := []error{os.MkdirAll(folder, 0o755)}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		failures = append(failures, os.WriteFile(filepath.Join(folder, name), files[name], 0o644))
	}
	return errors.Join(failures...)
}

// hides reports whether the figures of a group of one attribute are not printed.
func (r *reviewed) hides(attribute, level string) bool {
	for _, f := range r.Report.Families {
		for _, g := range f.Groups {
			if len(f.By) == 1 && f.By[0] == attribute && g.Label == level {
				return g.Suppressed
			}
		}
	}
	return true
}

// text returns everything for people.
func (r *reviewed) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	table := func(rows ...[]string) {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			fmt.Fprintln(w, "  "+strings.TrimRight(strings.Join(row, "\t"), "\t"))
		}
		w.Flush()
	}
	f := r.Report
	hash := r.policy.Hash()
	line("Signal %s (%v): %v flagged, %v", f.Signal, f.Polarity, f.Flagged, f.Window)
	line("Policy %s, adopted on %v", hex.EncodeToString(hash[:8]), r.policy.AdoptedOn)
	line("\nVerdict %v, so the signal is %v", f.Verdict, f.Standing)
	for _, finding := range f.Findings {
		line("  %v", finding)
	}
	line("\nStep 1, manual review: %v", f.Review.Verdict)
	rows := [][]string{{"cases", "to draw from", "reviewed", "wrong", "at most", "allowed", "verdict"}}
	for _, s := range []struct {
		name string
		side fairness.ReviewSide
	}{{"flagged", f.Review.FalseDiscovery}, {"unflagged", f.Review.Missed}} {
		rows = append(rows, []string{s.name, fmt.Sprint(s.side.Population), fmt.Sprint(s.side.Wrong.N), fmt.Sprint(s.side.Wrong.X),
			fmt.Sprintf("%.0f %%", 100*s.side.Bound), fmt.Sprintf("%.0f %%", 100*s.side.Most), s.side.Verdict.String()})
	}
	table(rows...)
	for _, family := range f.Families {
		line("\nStep 2, each group against everyone else: %s, %v", family.Name(), family.Verdict)
		rows := [][]string{{"group", "flagged", "everyone else", "ratio [interval]", "to decide", "verdict"}}
		for _, g := range family.Groups {
			row := []string{g.Label, "not printed", "", "", "", g.Verdict.String()}
			if !g.Suppressed {
				row = []string{g.Label, g.Rate.String(), g.Rest.String(), g.Ratio.String(), "", g.Verdict.String()}
				if g.Needed > 0 {
					row[4] = fmt.Sprintf("%d people", g.Needed)
				}
			}
			rows = append(rows, row)
		}
		table(rows...)
	}
	rows = [][]string{{"factor", "group", "ratio as it is", "ratio within the factor [interval]", "p of none", "p of one for all levels"}}
	for _, family := range f.Families {
		for _, a := range family.Adjusted {
			if !a.Suppressed {
				rows = append(rows, []string{a.Factor, a.Label, a.Crude.String(), a.Ratio.String(), fmt.Sprintf("%.2g", a.P), fmt.Sprintf("%.2g", a.PSame)})
			}
		}
	}
	if len(rows) > 1 {
		line("\nWithin factors that a person declared fair reasons, where no group is too small to print")
		table(rows...)
	}
	rows = [][]string{{"attributes", "rate", "group", "group's", "everyone else's", "difference [interval]", "adjusted p"}}
	for _, family := range f.Families {
		for _, m := range family.Metrics {
			for _, g := range m.Groups {
				if !m.Suppressed {
					rows = append(rows, []string{family.Name(), m.Metric.String(), g.Label, g.Rate.String(), g.Rest.String(), g.Diff.String(), fmt.Sprintf("%.2g", g.BH)})
				}
			}
		}
	}
	if len(rows) > 1 {
		line("\nBy what turned out to be true, where no group is too small to print; no threshold decides on it")
		table(rows...)
	}
	line("\nStep 3, proxies: %v", f.ProxyResult)
	rows = [][]string{{"factor", "attribute", "strength", "adjusted p", "share of the gap", "verdict"}}
	for _, p := range f.Proxies {
		row := []string{p.Factor, p.Attribute, "undefined", "", "", p.Verdict.String()}
		if p.Strength.Defined {
			row[2], row[3] = fmt.Sprintf("%.2f", p.Strength.Value), fmt.Sprintf("%.2g", p.Holm)
		}
		if share, ok := p.Path.Share(); ok && p.PathGroup != "" && !r.hides(p.Attribute, p.PathGroup) {
			row[4] = fmt.Sprintf("%.0f %% (%s)", math.Round(100*share)+0, p.PathGroup)
		}
		rows = append(rows, row)
	}
	table(rows...)
	line("\nImpact ratios (6 RCNY 5-301); no verdict rests on them")
	for _, t := range r.Impact {
		kind := "selection rate, selected means " + t.SelectedMeans
		if t.Scoring {
			kind = fmt.Sprintf("scoring rate, median %v with %d people at it", t.Split.Median, t.Split.At)
		}
		line("%s: %s; %d people of unknown category", strings.Join(t.By, " x "), kind, t.Unknown)
		rows := [][]string{{"category", "people", "selected", "rate", "impact ratio"}}
		for _, c := range t.Rows {
			row := []string{c.Label(), fmt.Sprint(c.Rate.N), fmt.Sprint(c.Rate.X), "undefined", "undefined"}
			if v, ok := c.Rate.Value(); ok {
				row[3] = fmt.Sprintf("%.1f %%", 100*v)
			}
			if c.ImpactDefined {
				row[4] = fmt.Sprintf("%.3f", c.Impact)
			}
			switch {
			case c.Hidden:
				row = []string{c.Label(), "not printed"}
			case c.Excluded:
				row[4] = "left out"
			case c.BelowFourFifths:
				row = append(row, "below 4/5")
			}
			rows = append(rows, row)
		}
		table(rows...)
	}
	if r.Unscored != "" {
		line("%s", r.Unscored)
	}
	return b.String()
}
