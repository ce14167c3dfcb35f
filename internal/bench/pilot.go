package main

import (
	"fmt"
	"os"
	"time"

	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/pilot/vendor"
)

// pilotFile is the plan of twelve weeks that the races enlarge, from the folder
// of this module.
const pilotFile = "../../pilot/testdata/product_org_12w.yaml"

// pilotPlan reads the plan with a number of leaders of the same two strata.
func pilotPlan(leaders int) (*pilot.Plan, error) {
	data, err := os.ReadFile(pilotFile)
	if err != nil {
		return nil, err
	}
	p, fs := pilot.Decode("plan.yaml", data)
	if p == nil {
		return nil, fs.Err()
	}
	for i := len(p.Cohort.Leaders); i < leaders; i++ {
		l := p.Cohort.Leaders[i%len(p.Cohort.Leaders)]
		l.ID = fmt.Sprintf("L%02d", i+1)
		p.Cohort.Leaders = append(p.Cohort.Leaders, l)
	}
	for i := range p.Cohort.Coaches {
		p.Cohort.Coaches[i].Capacity = max(p.Cohort.Coaches[i].Capacity, (leaders+1)/2)
	}
	return p, nil
}

// prepare checks, allocates and schedules a plan.
func prepare(p *pilot.Plan, zones pilot.Zones) (*pilot.Schedule, error) {
	if err := p.Check().Err(); err != nil {
		return nil, err
	}
	a, err := p.Allocate()
	if err != nil {
		return nil, err
	}
	return p.Schedule(a, nil, zones)
}

// timePilot times one plan of twelve leaders: check, allocation, schedule and
// every document that a plan alone yields.
func timePilot(rounds int) (result, error) {
	p, err := pilotPlan(12)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds, repeat(func() error {
		s, err := prepare(p, time.LoadLocation)
		if err != nil {
			return err
		}
		ics, err := s.ICS(pilot.ICSOptions{Stamp: time.Date(2027, 1, 8, 12, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		book := mentor.Playbook{Title: p.Title, Entries: p.Playbook}
		for _, x := range p.Signals {
			book.Signals = append(book.Signals, mentor.Line{Signal: x.ID, Behaviour: x.Behaviour, Path: x.Path})
		}
		for _, write := range []func() (*report.Document, error){
			func() (*report.Document, error) { return report.Charter(p) },
			func() (*report.Document, error) { return report.Blueprint(p, s) },
			func() (*report.Document, error) { return report.SuccessDefinition(p) },
			func() (*report.Document, error) { return report.Readiness(p, pilot.Facts{}) },
			func() (*report.Document, error) { return report.VendorComparison(p, vendor.Run, nil) },
		} {
			d, err := write()
			if err != nil {
				return err
			}
			data, err := d.JSON()
			if err != nil {
				return err
			}
			if fs := d.Check(); fs.Blocked() || len(d.Markdown()) == 0 || len(d.HTML()) == 0 || len(data) == 0 {
				return fmt.Errorf("%s cannot go out", d.Name)
			}
		}
		if len(ics) == 0 || len(s.CSV()) == 0 || len(s.SVG()) == 0 || len(s.Mermaid(p.Title)) == 0 || len(book.HTML()) == 0 {
			return fmt.Errorf("a document is empty")
		}
		return nil
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "12 leaders", value: took[0].least / 1e6, unit: "ms"}, nil
}

// timeProgramme times 5,000 plans of their own seeds and first days, as a multiple
// of 100 of them.
func timeProgramme(rounds int) (result, error) {
	const all, some = 5_000, 100
	base, err := pilotPlan(12)
	if err != nil {
		return result{}, err
	}
	var plans []*pilot.Plan
	for i := range some {
		p := base.Clone()
		p.ID, p.Week0 = fmt.Sprintf("pilot-%04d", i), p.Week0.AddDays(7*(i%52))
		p.Design.SeedMessage = fmt.Sprint(p.Design.SeedMessage, i)
		plans = append(plans, p)
	}
	took, err := turns(rounds, repeat(func() error {
		for _, p := range plans {
			if _, err := prepare(p, time.LoadLocation); err != nil {
				return err
			}
		}
		return nil
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: fmt.Sprintf("%d pilots", some), value: took[0].least / 1e9 * all / some, unit: "s", note: "scaled to 5,000 pilots"}, nil
}

// timeSpace times a walk over the 2,704,156 allocations of 24 leaders to two
// halves.
func timeSpace(rounds int) (result, error) {
	p, err := pilotPlan(24)
	if err != nil {
		return result{}, err
	}
	p.Design.Strata = "none"
	s, err := p.Space()
	if err != nil {
		return result{}, err
	}
	const want = 2_704_156
	took, err := turns(rounds, repeat(func() error {
		n := 0
		for range s.All() {
			n++
		}
		if n != want {
			return fmt.Errorf("%d allocations, want %d", n, want)
		}
		return nil
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "2.7 M allocations", value: took[0].least / 1e9, unit: "s"}, nil
}
