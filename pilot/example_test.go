package pilot_test

import (
	"fmt"
	"log"
	"math/big"
	"os"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
)

// examplePlan reads the plan of a 12-week pilot.
func examplePlan() *pilot.Plan {
	data, err := os.ReadFile("testdata/product_org_12w.yaml")
	if err != nil {
		log.Fatal(err)
	}
	p, findings := pilot.Decode("plan.yaml", data)
	if p == nil {
		log.Fatal(findings.Err())
	}
	return p
}

// examplePerson returns the pseudonym of somebody with a part in the programme.
func examplePerson(label string) coaching.PersonID {
	key := make([]byte, coaching.MinMasterKey) // a real one is random
	people, err := coaching.NewPseudonymizer(key, coaching.Domain{Programme: "product-org-12w", Purpose: "roles"})
	if err != nil {
		log.Fatal(err)
	}
	person, err := people.Person(label + "@example.com")
	if err != nil {
		log.Fatal(err)
	}
	return person
}

// exampleLock freezes the plan in the name of the sponsor.
func exampleLock(p *pilot.Plan) *pilot.Locked {
	locked, findings := p.Lock(examplePerson("P-CPO"), time.Date(2027, 1, 8, 12, 0, 0, 0, time.UTC))
	if locked == nil {
		log.Fatal(findings.Err())
	}
	return locked
}

// A plan without errors may be locked; its warnings point into the file.
func ExamplePlan_Check() {
	p := examplePlan()
	p.Roles.Sponsor = "" // break it
	for _, f := range p.Check() {
		fmt.Printf("%s %s line %d: %s\n", f.Code, f.Severity, f.Line, f.Path)
	}
	// Output:
	// PIL-027 error line 31: roles.sponsor
	// C-13 warning line 41: signals[0].refresh_days
	// C-13 warning line 42: signals[1].refresh_days
	// C-23 warning line 76: design.wave_starts[1]
}

// The seed message alone decides who starts when; anybody can derive it again.
func ExamplePlan_Allocate() {
	p := examplePlan()
	a, err := p.Allocate()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("week 5:", a.Wave(1))
	fmt.Println("week 9:", a.Wave(2))
	space, err := p.Space()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(space, "- smallest two-sided p", space.MinP().FloatString(4))
	// Output:
	// week 5: [L02 L04 L06 L07 L09]
	// week 9: [L01 L03 L05 L08 L10]
	// 120 allocations of 10 units to 2 groups - smallest two-sided p 0.0167
}

// How small an effect the design can see, before anything is locked.
func ExamplePlan_Precision() {
	x, err := examplePlan().Precision(0.5, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("detectable with 80 %% power: %.2f standard deviations\n", x.Detectable(0.80, 0.05))
	// Output:
	// detectable with 80 % power: 1.05 standard deviations
}

// Sessions keep their wall clock when the clocks change, and move off holidays.
func ExamplePlan_Schedule() {
	p := examplePlan()
	a, err := p.Allocate()
	if err != nil {
		log.Fatal(err)
	}
	s, err := p.Schedule(a, map[string]pilot.Slot{"L09": {Weekday: time.Monday, Hour: 10}}, time.LoadLocation)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(s.Sessions), "sessions,", len(s.Snapshots), "snapshots, decision in", s.Weeks, "weeks")
	for _, x := range s.Of("L09")[6:] {
		fmt.Println(x.Week, x.Date, x.Local, "=", x.Start.Format("15:04Z"), "moved:", !x.MovedFrom.IsZero())
	}
	// Output:
	// 60 sessions, 16 snapshots, decision in 12 weeks
	// 11 2027-03-22 10:00 = 09:00Z moved: false
	// 12 2027-03-30 10:00 = 08:00Z moved: true
}

// A closed gate names everything that is missing, not the first thing.
func ExampleLog_Append() {
	locked := exampleLock(examplePlan())
	record := pilot.NewLog(locked)
	at := time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, e := range []pilot.Event{
		{Kind: pilot.SignalsValidated, Count: 21},
		{Kind: pilot.RiskMemoSigned},
		{Kind: pilot.Advanced, To: pilot.Planned},
	} {
		e.At, e.By = at, locked.By()
		for _, f := range record.Append(e) {
			fmt.Println(f.Code, f.Message)
		}
	}
	fmt.Println("state:", record.State())
	// Output:
	// PIL-053 candidate signals were validated for 21 days, want 30
	// PIL-138 the export test has not passed
	// PIL-139 the export-and-validate clause is not agreed
	// state: draft
}

// Behaviour and KPI moved, and everything else is in order but one thing: nobody
// has ruled out that something else explains it.
func ExampleDecide() {
	locked := exampleLock(examplePlan())
	committed, err := locked.Plan().Allocate()
	if err != nil {
		log.Fatal(err)
	}
	result := func(estimate, low, high float64) effect.Result {
		return effect.Result{Estimate: estimate, Low: low, High: high, PCount: big.NewInt(2), PTotal: big.NewInt(120), Treated: 10, Control: 5}
	}
	kpi := result(0.08, 0.03, 0.13)
	stream := func(by string) roi.Stream {
		return roi.Stream{ID: "S-1", By: examplePerson(by), On: locked.Plan().End(), Movement: roi.Improved}
	}
	d := pilot.Decide(locked, pilot.Evidence{
		CarriedOut: committed,
		Behaviour: []pilot.Reading{
			{Signal: "meeting_hygiene", Result: result(-2.5, -4, -1)},
			{Signal: "async_documentation", Result: result(1.5, 0.5, 2.5)},
			{Signal: "review_turnaround", Result: result(-9, -15, -3)},
		},
		KPI:        &kpi,
		DataGates:  []pilot.DataGate{{Name: "completeness", Held: true}},
		LogClosed:  true,
		Streams:    pilot.Streams{Data: stream("P-ANALYTICS"), Narratives: []roi.Stream{stream("C1")}, Sponsor: stream("P-CPO")},
		Governance: &pilot.Governance{Compact: true},
		Adherence:  &pilot.Adherence{SessionsDue: 60, SessionsHeld: 57, Leaders: 10, Started: 10},
	})
	fmt.Println(d.Outcome, "-", d.Why)
	for _, c := range d.Criteria {
		fmt.Println(c.ID, c.Status)
	}
	// Output:
	// INCONCLUSIVE - A4 is missing, and missing evidence is never a pass
	// A1 pass
	// A2 pass
	// A3 pass
	// A4 missing
	// A5 pass
	// A6 pass
	// A7 pass
}
