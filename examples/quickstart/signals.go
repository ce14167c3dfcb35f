package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// baselineWindow is the eight weeks before the pilot in the source's calendar:
// Viva's weeks begin on the Sunday before the plan's Monday.
var baselineWindow = coaching.Window{From: coaching.MustDate("2026-11-15"), To: coaching.MustDate("2027-01-09")}

// packDay is when the coaches get their first packs: the Friday before the run.
const packDay = "2027-02-05"

// definitions are the pilot's three signals. A definition is a hypothesis with
// its blind spots, never a finding about a person.
func definitions() []signal.Definition {
	outcome := "sprint predictability"
	return []signal.Definition{
		{
			ID: "meeting_hygiene", Version: 1, Name: "Meeting hours", Source: signal.CollaborationMetadata, Kind: signal.Quantitative,
			Unit: "hours per member and week", Direction: signal.Lower, Cadence: signal.Weekly, Class: signal.Aggregate, Grain: signal.Team, Timing: signal.Leading,
			Expr: signal.Expr{Op: signal.Mean, Num: []string{"Meeting_hours"}}, Range: &signal.Band{Low: 0, High: 168}, Transform: signal.Sqrt,
			Behaviour: "meeting hygiene", Path: signal.CausalPath{Signal: "meeting overload", Behaviour: "agenda or cancel", Outcome: outcome},
			Explain:    "mean hours that a team member spends in meetings of the calendar",
			ProxyRisks: []string{"part-time work", "nonstandard schedule"}, BlindSpots: []string{"meetings outside the calendar", "whether an hour was well spent"},
			Trace: signal.DigitalTrace, Noise: signal.Medium, Opacity: signal.Low, Interpretability: signal.High, PrivacyRisk: signal.Low,
		},
		{
			ID: "async_documentation", Version: 1, Name: "Decision notes", Source: signal.CollaborationMetadata, Kind: signal.Quantitative,
			Unit: "notes per member and week", Direction: signal.Higher, Cadence: signal.Weekly, Class: signal.Aggregate, Grain: signal.Team, Timing: signal.Leading,
			Expr: signal.Expr{Op: signal.Mean, Num: []string{"decision_notes"}}, Range: &signal.Band{Low: 0, High: 100}, Transform: signal.Sqrt,
			Behaviour: "async documentation", Path: signal.CausalPath{Signal: "few written decisions", Behaviour: "a note for each decision", Outcome: outcome},
			Explain:    "mean number of decision notes that a team member files in the wiki",
			ProxyRisks: []string{"work site"}, BlindSpots: []string{"notes in other tools", "what was decided by word of mouth"},
			Trace: signal.DigitalTrace, Noise: signal.Medium, Opacity: signal.Low, Interpretability: signal.High, PrivacyRisk: signal.Low,
		},
		{
			ID: "review_turnaround", Version: 1, Name: "Hours to first review", Source: signal.CollaborationMetadata, Kind: signal.Quantitative,
			Unit: "hours per review", Direction: signal.Lower, Cadence: signal.Weekly, Class: signal.Aggregate, Grain: signal.Team, Timing: signal.Leading,
			Expr: signal.Expr{Op: signal.RatioOfSums, Num: []string{"review_wait_hours"}, Den: []string{"reviews"}}, Range: &signal.Band{Low: 0, High: 1000}, Transform: signal.Log1p,
			Behaviour: "review SLA", Path: signal.CausalPath{Signal: "long review loops", Behaviour: "first review within a day", Outcome: outcome},
			Explain:    "hours waited for a first review, all reviews of the team together",
			ProxyRisks: []string{"nonstandard schedule", "time zone"}, BlindSpots: []string{"reviews by word of mouth", "the size of a change"},
			Trace: signal.DigitalTrace, Noise: signal.Medium, Opacity: signal.Low, Interpretability: signal.High, PrivacyRisk: signal.Low,
		},
	}
}

// understand is step 2: what is in the files, what is normal, what stands out,
// and which of it a coach may read.
func (p *programme) understand() error {
	asOf := coaching.MustDate(packDay)
	if p.foreign {
		periods := p.panel.Periods()
		asOf = periods[len(periods)-1].Last().AddDays(3)
	}
	if err := p.check(); err != nil {
		return err
	}
	if p.foreign {
		return p.understandForeign(asOf)
	}

	known := p.panel.AsOf(asOf)
	p.exclusions = signal.FindExclusions(p.panel, "Collaboration_hours", nil)
	for _, e := range p.exclusions {
		if e.Subject.IsZero() {
			p.say.line("Week of %s left out for everybody: %s.", e.Period.Start, e.Reason)
		}
	}
	p.series, p.baselines = map[string]*signal.Series{}, map[string]*signal.Baselines{}
	var flags []signal.Flag
	for _, d := range definitions() {
		series, fs := signal.Evaluate(known, d, p.teams, p.exclusions)
		if err := fs.Err(); err != nil {
			return err
		}
		baselines, fs := signal.BaselinesOf(series, baselineWindow, signal.BaselineConfig{})
		if err := fs.Err(); err != nil {
			return fmt.Errorf("%s: too little history for %s:\n%w", p.reports[0].File, d.ID, err)
		}
		p.series[d.ID], p.baselines[d.ID] = series, baselines
		stability := signal.StabilityOf(series, baselineWindow)
		p.stability = append(p.stability, stability)
		p.say.line("%-20s baselines of %d leaders; ICC(k) %.2f, %s; a change below %.2f %s is noise",
			d.ID, len(series.Leaders()), stability.ICCk, stability.Verdict, stability.MDC95, d.Unit)
		flags = append(flags, signal.Detect(baselines)...)
	}
	var err error
	if p.steward, err = signal.NewStewardLog(flags, p.coachOf); err != nil {
		return err
	}
	f, err := open("", "steward.yaml")
	if err != nil {
		return err
	}
	if err := p.steward.ReadDecisions(f.name, f.data).Err(); err != nil {
		return err
	}
	p.flags = flags
	for _, f := range flags {
		verdict := "PENDING: nobody has decided, so no coach sees it"
		if d, ok := p.steward.Decision(f.ID); ok {
			verdict = fmt.Sprintf("%s by the steward on %s: %s", d.Verdict, d.On, d.Reason)
		}
		p.say.line("Flag: %s of %s in the week of %s, %.2f against %.2f. %s", f.Signal, p.names[f.Leader], f.Period.Start, f.Value, f.Level, verdict)
	}
	return nil
}

// understandForeign ends the run on a file of other people: there is no roster,
// plan or KPI for them.
func (p *programme) understandForeign(asOf coaching.Date) error {
	periods := p.panel.Periods()
	window := coaching.Window{From: periods[0].Start, To: periods[min(8, len(periods))-1].Last()}
	var series []*signal.Series
	for _, column := range vivaMetrics {
		if !slices.Contains(p.panel.Metrics(), column) {
			continue
		}
		d := definitions()[0]
		d.ID, d.Name, d.Expr.Num = strings.ToLower(column), strings.ReplaceAll(column, "_", " "), []string{column}
		s, fs := signal.Evaluate(p.panel, d, p.teams, signal.FindExclusions(p.panel, "Collaboration_hours", nil))
		if err := fs.Err(); err != nil {
			return err
		}
		b, _ := signal.BaselinesOf(s, window, signal.BaselineConfig{})
		enough := 0
		for _, leader := range s.Leaders() {
			if b.Of(leader).Sufficient {
				enough++
			}
		}
		flags := signal.Detect(b)
		p.say.line("%-34s baselines of %d of %d groups over %s; %d flags for a steward", d.ID, enough, len(s.Leaders()), window, len(flags))
		series = append(series, s)
	}
	return p.export("groups", asOf, series)
}

// export writes the long CSV of series with its manifest.
func (p *programme) export(name string, on coaching.Date, series []*signal.Series) error {
	var csvText bytes.Buffer
	manifest, err := signal.WriteCSV(&csvText, signal.ExportSpec{Programme: "product-org-12w", Created: noon(on.String()), Groups: p.groupsOf(), Sources: p.reports}, series...)
	if err != nil {
		return err
	}
	text, err := manifest.JSON()
	if err != nil {
		return err
	}
	p.manifest = manifest
	if err := p.out.write("packs/"+name+".csv", csvText.Bytes()); err != nil {
		return err
	}
	return p.out.write("packs/"+name+".manifest.json", text)
}

// groupsOf labels the rows of an export with the wave, once there is one.
func (p *programme) groupsOf() map[coaching.PersonID]string {
	groups := map[coaching.PersonID]string{}
	if p.allocation == nil {
		return nil
	}
	for _, u := range p.allocation.Units {
		groups[p.labels[u.ID]] = fmt.Sprintf("wave %d", u.Wave)
	}
	return groups
}

// check runs the quick quality check over each file, as it was delivered.
func (p *programme) check() error {
	var text strings.Builder
	for i, panel := range p.files {
		report := p.reports[i]
		var config signal.QualityConfig
		switch i {
		case 0:
			config = signal.VivaQuality(panel)
		case 2:
			for _, item := range pulseItems {
				config.Scales = append(config.Scales, signal.ColumnBand{Column: item, Band: signal.Band{Low: 1, High: 5}})
			}
		}
		periods := panel.Periods()
		q := signal.Check(panel, report, config, periods[len(periods)-1].Last().AddDays(3))
		line := fmt.Sprintf("%s: %d rows, %d people, %d periods; %d of %d person-periods missing, %d people incomplete; %d duplicates",
			report.File, report.Rows, q.Subjects, q.Periods, q.MissingRows, q.Expected, q.Incomplete, q.Duplicates)
		p.say.line("%s", line)
		fmt.Fprintf(&text, "%s\n  sha256 %s\n", line, report.SHA256)
		for _, c := range q.Checks {
			found := fmt.Sprintf("  %-5s %-7s %s", c.Code, c.Severity, strings.TrimPrefix(c.Column+": "+c.Message, ": "))
			p.say.line("%s", found)
			fmt.Fprintln(&text, found)
		}
		p.quality = append(p.quality, q)
		if fs := q.Findings(); fs.Blocked() {
			p.blockedFeeds = append(p.blockedFeeds, report.File)
		}
	}
	return p.out.write("quality.txt", []byte(text.String()))
}
