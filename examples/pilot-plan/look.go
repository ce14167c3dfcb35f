package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	papers "github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/pilot/vendor"
)

// A report is what the command prints. What could not be found out is absent.
type report struct {
	Plan       string            `json:"plan,omitempty"`
	Digest     string            `json:"digest,omitempty"`
	Findings   coaching.Findings `json:"findings"`
	Allocation *pilot.Allocation `json:"allocation,omitempty"`
	Space      string            `json:"space,omitempty"`
	MinP       string            `json:"min_p,omitempty"` // smallest two-sided p that an exact test can reach
	Precision  []detectable      `json:"precision,omitempty"`
	Simulation []simulated       `json:"simulation,omitempty"`
	Files      []string          `json:"files,omitempty"` // in the order of their names

	plan     *pilot.Plan
	schedule *pilot.Schedule
}

// A detectable effect is found in 80 of 100 pilots at level 0.05.
type detectable struct {
	ICC      float64 `json:"icc"`      // share of the variance between leaders
	Readings int     `json:"readings"` // of the KPI in each period
	Effect   string  `json:"effect"`   // in standard deviations of one reading
}

// A simulated effect is how often Decide says GO.
type simulated struct {
	Effect  string `json:"effect"` // in the KPI's unit
	Go      string `json:"go"`
	FalseGo string `json:"false_go"` // had the KPI not moved
}

// readings is how often the KPI is read in each period of four weeks, at least
// once.
func readings(p *pilot.Plan) int { return max(1, 28/max(1, p.KPI.CadenceDays)) }

// look reads, checks, allocates and schedules a plan. The report is never nil;
// the error says why there is not more of it.
func look(file string, data []byte, sd float64) (*report, error) {
	r := new(report)
	p, fs := pilot.Decode(file, data)
	if r.Findings = fs; p == nil {
		return r, errors.New("there is no plan; see the findings")
	}
	r.plan, r.Plan = p, p.ID
	r.Findings = append(r.Findings, p.Check()...)
	r.Findings.Sort()
	if r.Findings.Blocked() {
		return r, errors.New("the plan may not start; see the findings")
	}
	digest, err := p.Digest()
	if err != nil {
		return r, err
	}
	r.Digest = digest.String()
	if r.Allocation, err = p.Allocate(); err != nil {
		return r, err
	}
	if r.schedule, err = p.Schedule(r.Allocation, nil, time.LoadLocation); err != nil {
		return r, err
	}
	if p.Design.Groups() < 2 {
		return r, nil // nothing is compared
	}
	space, err := p.Space()
	if err != nil {
		return r, err
	}
	r.Space, r.MinP = space.String(), space.MinP().FloatString(4)
	for _, icc := range []float64{0.2, 0.5, 0.8} {
		x, err := p.Precision(icc, readings(p))
		if err != nil {
			return r, err
		}
		r.Precision = append(r.Precision, detectable{icc, readings(p), fmt.Sprintf("%.2f", x.Detectable(0.80, 0.05))})
	}
	if sd != 0 {
		return r, r.simulate(sd)
	}
	return r, nil
}

// simulate asks what Decide would say. Behaviour is taken to change by two
// standard deviations, so that the KPI is what is in doubt.
func (r *report) simulate(sd float64) error {
	least, err := strconv.ParseFloat(r.plan.KPI.MinEffect, 64)
	if err != nil {
		return err
	}
	for _, times := range []float64{1, 2} {
		truth := pilot.Truth{
			KPI:       pilot.Course{Effect: times * least, SD: sd, ICC: 0.5, Readings: readings(r.plan)},
			Behaviour: pilot.Course{Effect: 2, SD: 1, ICC: 0.5, Readings: 4},
		}
		s, err := r.plan.Simulate(truth, 500, [32]byte{})
		if err != nil {
			return err
		}
		r.Simulation = append(r.Simulation, simulated{fmt.Sprintf("%g", times*least), fmt.Sprintf("%.2f", s.Power()), fmt.Sprintf("%.2f", s.FalseGo())})
	}
	return nil
}

// documents returns what -out writes, by file name.
func (r *report) documents() (map[string][]byte, error) {
	p, s := r.plan, r.schedule
	ics, err := s.ICS(pilot.ICSOptions{Stamp: p.Week0.At(0, 0, time.UTC)})
	if err != nil {
		return nil, err
	}
	plan, err := p.JSON()
	if err != nil {
		return nil, err
	}
	dates, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	allocation, err := json.MarshalIndent(r.Allocation, "", "  ")
	if err != nil {
		return nil, err
	}
	book := mentor.Playbook{Title: p.Title, Entries: p.Playbook}
	for _, x := range p.Signals {
		book.Signals = append(book.Signals, mentor.Line{Signal: x.ID, Behaviour: x.Behaviour, Path: x.Path})
	}
	files := map[string][]byte{
		"plan.json": plan, "allocation.json": append(allocation, '\n'), "playbook.md": book.Markdown(),
		"schedule.ics": ics, "schedule.csv": s.CSV(), "schedule.json": append(dates, '\n'), "schedule.svg": s.SVG(), "schedule.mmd": s.Mermaid(p.Title),
	}
	charter, err := papers.Charter(p)
	if err != nil {
		return nil, err
	}
	blueprint, err := papers.Blueprint(p, s)
	if err != nil {
		return nil, err
	}
	success, err := papers.SuccessDefinition(p)
	if err != nil {
		return nil, err
	}
	readiness, err := papers.Readiness(p, pilot.Facts{})
	if err != nil {
		return nil, err
	}
	vendors, err := papers.VendorComparison(p, vendor.Run, nil)
	if err != nil {
		return nil, err
	}
	locked, err := lock(p)
	if err != nil {
		return nil, err
	}
	registered, err := papers.Preregistration(locked, papers.NotAnalysed)
	if err != nil {
		return nil, err
	}
	bundle, err := papers.NewReplication(locked, "examples/pilot-plan", nil)
	if err != nil {
		return nil, err
	}
	if files["replication.json"], err = bundle.JSON(); err != nil {
		return nil, err
	}
	if files["design-matrix.csv"], err = papers.DesignMatrix(p, r.Allocation); err != nil {
		return nil, err
	}
	for _, d := range []*papers.Document{charter, blueprint, success, readiness, vendors, registered} {
		if files[d.Name+".json"], err = d.JSON(); err != nil {
			return nil, err
		}
		files[d.Name+".md"], files[d.Name+".html"] = d.Markdown(), d.HTML()
		r.Findings = append(r.Findings, d.Check()...)
	}
	r.Findings.Sort()
	if r.Findings.Blocked() {
		return nil, errors.New("a document may not go out; see the findings")
	}
	return files, nil
}

// lock locks the plan as the example's owner of it, at the start of week 0.
func lock(p *pilot.Plan) (*pilot.Locked, error) {
	people, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: p.ID, Purpose: "lock"})
	if err != nil {
		return nil, err
	}
	owner, err := people.Person("owner of the plan")
	if err != nil {
		return nil, err
	}
	l, fs := p.Lock(owner, p.Week0.At(9, 0, time.UTC))
	if l == nil {
		return nil, fs.Err()
	}
	return l, nil
}

// write fills a directory.
func (r *report) write(dir string) error {
	documents, err := r.documents()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		if err := os.WriteFile(filepath.Join(dir, name), documents[name], 0o644); err != nil {
			return err
		}
		r.Files = append(r.Files, name)
	}
	return nil
}

// text is the report for people.
func (r *report) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if r.Plan != "" {
		line("Plan %s", r.Plan)
	}
	if r.Digest != "" {
		line("  digest     %s", r.Digest)
	}
	if s := r.schedule; s != nil {
		line("  weeks      %d, from %s to %s", s.Weeks, s.Week0, s.End)
		line("  coaching   %s, %d sessions, %d missed", s.Run, len(s.Sessions), len(s.Missed))
	}
	line("\nFindings: %d", len(r.Findings))
	for _, f := range r.Findings {
		line("  %s", f)
	}
	if r.Allocation == nil {
		return b.String()
	}
	line("\nAllocation")
	for wave := 1; wave <= r.plan.Design.Groups(); wave++ {
		line("  wave %d     %s", wave, strings.Join(r.Allocation.Wave(wave), " "))
	}
	if r.Space != "" {
		line("  one of     %s; the smallest two-sided p is %s", r.Space, r.MinP)
	}
	if len(r.Precision) > 0 {
		line("\nPrecision: the effect that is found in 80 of 100 pilots at level 0.05")
		for _, d := range r.Precision {
			line("  %s standard deviations of one reading, at an ICC of %.1f and %d readings a period", d.Effect, d.ICC, d.Readings)
		}
	}
	if len(r.Simulation) > 0 {
		line("\nSimulation: 500 pilots each, ICC 0.5")
		for _, s := range r.Simulation {
			line("  coaching moves the KPI by %s: GO in %s; had it not moved: GO in %s", s.Effect, s.Go, s.FalseGo)
		}
	}
	if len(r.Files) > 0 {
		line("\nWritten: %s", strings.Join(r.Files, ", "))
	}
	return b.String()
}
