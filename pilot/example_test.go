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

// What the decision itself would make of a pilot, before anything is locked: how
// often a programme that moves the KPI by 0.10 ends in GO, and one that does not.
func ExamplePlan_Simulate() {
	truth := pilot.Truth{
		KPI:       pilot.Course{Effect: 0.10, SD: 0.06, ICC: 0.5, Readings: 2},
		Behaviour: pilot.Course{Effect: 2, SD: 1, ICC: 0.5, Readings: 4},
	}
	s, err := examplePlan().Simulate(truth, 400, [32]byte{1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("GO when it works: %.2f (standard error %.2f)\n", s.Power(), s.Error(s.Power()))
	fmt.Printf("GO when it does not: %.2f\n", s.FalseGo())
	fmt.Println("inconclusive when it works:", s.With.Outcomes[pilot.Inconclusive], "of", s.Runs)
	// Output:
	// GO when it works: 0.88 (standard error 0.02)
	// GO when it does not: 0.01
	// inconclusive when it works: 50 of 400
}

// Ten exits a year and eight the year after cannot be told apart.
func ExampleCounts() {
	c := pilot.Counts{Before: 10, After: 8}
	power, err := c.Power(0.05)
	if err != nil {
		log.Fatal(err)
	}
	events, _, err := c.Detectable(0.80, 0.05)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("a fall to 8 is found with power %.1f %%; 80 %% needs a fall to %.1f\n", 100*power, events)
	// Output:
	// a fall to 8 is found with power 4.7 %; 80 % needs a fall to 0.8
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
	evidence := exampleEvidence()
	evidence.Reviews = nil // nobody has ruled out other changes
	d := pilot.Decide(exampleLock(examplePlan()), evidence)
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

// The integration slips by four weeks: who signs, what it costs, and what becomes
// of the claim.
func ExampleLocked_Amend() {
	locked := exampleLock(examplePlan())
	p := locked.Plan()
	p.SlipWeeks = 4
	amended, findings := locked.Amend(pilot.Amendment{
		Plan: p, By: examplePerson("P-IT"), Role: coaching.IntegrationOwner, CoSigned: []coaching.Role{coaching.Sponsor},
		At: time.Date(2027, 1, 29, 12, 0, 0, 0, time.UTC), Reason: "one-off middleware",
	})
	for _, f := range findings {
		if f.Path == "slip_weeks" || f.Path == "budget" {
			fmt.Println(f.Code, f.Severity, f.Message)
		}
	}
	last := amended.Chain()[1]
	fmt.Println(last.Class, last.Paths, "exploratory:", amended.Exploratory())
	// Output:
	// PIL-061 warning a slip of 4 weeks and the budget stays; state what the slip costs
	// PIL-041 warning baseline ends 2027-01-10, 56 full days before the new run start 2027-03-08; re-extract or extend
	// schedule [slip_weeks] exploratory: false
}

// Ten leaders and two coaches, one of whom stands in the reporting line of one of
// them.
func ExamplePlan_Match() {
	p := examplePlan()
	p.Cohort.Leaders[0].ReportsTo = "C1"
	pairs, findings := p.Match([]pilot.Preference{{Leader: "L02", Coach: "C1", Cost: 5}})
	for _, x := range pairs {
		fmt.Print(x.Leader, ":", x.Coach, " ")
	}
	fmt.Println(len(findings))
	// Output:
	// L01:C2 L02:C2 L03:C1 L04:C1 L05:C1 L06:C1 L07:C1 L08:C2 L09:C2 L10:C2 0
}

// What a notifier sends in week 5.
func ExampleLog_Due() {
	record := pilot.NewLog(exampleLock(examplePlan()))
	for _, t := range record.Due(coaching.MustDate("2027-02-09"), coaching.MustDate("2027-02-14")) {
		fmt.Println(t.On, t.Role, t.What, t.Rule)
	}
	// Output:
	// 2027-02-09 steward snapshot PIL-049
	// 2027-02-11 steward snapshot PIL-049
	// 2027-02-14 data_owner raw_purge_oldest_baseline_trace GOV-016
}

// A host keeps events where it likes; the log asks it to keep each one first.
func ExampleOpenLog() {
	locked := exampleLock(examplePlan())
	var store pilot.Memory // or a table of the host
	record, _ := pilot.OpenLog(locked, &store)
	record.Append(pilot.Event{At: locked.At(), By: locked.By(), Kind: pilot.CompactSigned})
	again, findings := pilot.OpenLog(locked, &store)
	fmt.Println(len(again.Events()), len(findings))
	// Output:
	// 1 0
}

// A programme of two pilots shares a leader.
func ExampleOverlaps() {
	first, second := examplePlan(), examplePlan()
	second.Week0 = second.Week0.AddDays(28)
	people := map[string]coaching.PersonID{"L01": examplePerson("somebody")}
	for _, f := range pilot.Overlaps([]pilot.Enrolment{{Plan: first, People: people}, {Plan: second, People: people}}) {
		fmt.Println(f)
	}
	// Output:
	// PIL-091 warning plans[1].cohort.leaders[0]: the leader is also in plans[0] until 2027-04-04; want one plan at a time
}

// A sponsor stops a pilot against what the rules came to: it takes a reason and
// somebody else who reviewed it, and stays on the decision.
func ExampleDecision_Override() {
	d := pilot.Decide(exampleLock(examplePlan()), exampleEvidence())
	overridden, findings := d.Override(pilot.Override{
		To: pilot.NoGo, Sponsor: examplePerson("P-CPO"), On: coaching.MustDate("2027-04-06"), Reason: "the product is sold in May",
	})
	fmt.Println(overridden.Outcome, findings.Err())

	overridden, findings = d.Override(pilot.Override{
		To: pilot.NoGo, Sponsor: examplePerson("P-CPO"), Reviewer: examplePerson("P-HR"), On: coaching.MustDate("2027-04-06"), Reason: "the product is sold in May",
	})
	fmt.Println(len(findings), overridden.Outcome, "instead of", overridden.Against.Recommended)
	// Output:
	// GO PIL-160 error: override: nobody reviewed it
	// 0 NO_GO instead of GO
}

// What follows a GO: how many cohorts, what the platform must offer now, and what
// keeps the next plan from starting.
func ExampleDecision_Successor() {
	locked := exampleLock(examplePlan())
	next, findings := pilot.Decide(locked, exampleEvidence()).Successor(locked, pilot.Scale{
		Functions: []string{"sales", "support"}, Leaders: 30, CadenceStable: true,
		Coaches: []pilot.Coach{{ID: "C1", Kind: pilot.InternalCoach, Capacity: 6}, {ID: "C9", Kind: pilot.ExternalCoach, Capacity: 10}},
	})
	if next == nil {
		log.Fatal(findings)
	}
	fmt.Println(next.Scope, next.Cohorts, "cohorts,", next.Seats, "seats")
	fmt.Println(next.Demands)
	for _, f := range next.Unmet {
		fmt.Println(f)
	}
	// Output:
	// [sales support] 3 cohorts, 16 seats
	// [lineage role_governance kpi_joins]
	// PIL-075 error: coaches are added before the cadence and the quality of the data are stable
	// PIL-081 error: coaches can take 16 of 30 leaders
	// PIL-142 error: no vendors were chosen: the analytics platform must show lineage, govern access by role and join HR, performance and business figures
}

// exampleEvidence passes every criterion of the plan.
func exampleEvidence() pilot.Evidence {
	plan := examplePlan()
	committed, err := plan.Allocate()
	if err != nil {
		log.Fatal(err)
	}
	result := func(estimate, low, high float64) effect.Result {
		return effect.Result{Estimate: estimate, Low: low, High: high, PCount: big.NewInt(2), PTotal: big.NewInt(120), Treated: 10, Control: 5}
	}
	kpi := result(0.08, 0.03, 0.13)
	stream := func(by string) roi.Stream {
		return roi.Stream{ID: "S-1", By: examplePerson(by), On: plan.End(), Movement: roi.Improved}
	}
	return pilot.Evidence{
		Confirmed:  &pilot.Confirmation{Criteria: "default-v1", Role: coaching.Sponsor, By: examplePerson("P-CPO"), On: coaching.MustDate("2027-01-08")},
		CarriedOut: committed,
		Behaviour: []pilot.Reading{
			{Signal: "meeting_hygiene", Result: result(-2.5, -4, -1)},
			{Signal: "async_documentation", Result: result(1.5, 0.5, 2.5)},
			{Signal: "review_turnaround", Result: result(-9, -15, -3)},
		},
		KPI:        &kpi,
		DataGates:  []pilot.DataGate{{Name: "completeness", Held: true}},
		LogClosed:  true,
		Reviews:    []pilot.Review{{Window: plan.Measurement(), Role: coaching.AttributionReviewer, By: examplePerson("P-HR")}},
		Streams:    pilot.Streams{Data: stream("P-ANALYTICS"), Narratives: []roi.Stream{stream("C1")}, Sponsor: stream("P-CPO")},
		Governance: &pilot.Governance{Compact: true},
		Adherence:  &pilot.Adherence{SessionsDue: 60, SessionsHeld: 57, Leaders: 10, Started: 10},
	}
}
