package coaching_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/signal"
)

var (
	before = coaching.Window{From: coaching.MustDate("2027-01-03"), To: coaching.MustDate("2027-02-27")} // 8 weeks
	after  = coaching.Window{From: coaching.MustDate("2027-02-28"), To: coaching.MustDate("2027-04-24")} // 8 weeks
)

// export is the code host's: six members of each of eight teams, 16 weeks. The
// first four leaders are coached from week 9 on, and waiting falls by a fifth.
func export() string {
	var b strings.Builder
	b.WriteString("person,date,metric,value\n")
	for leader := range 8 {
		for member := range 6 {
			for week := range 16 {
				hours := 20 + float64(leader%3) + 2*math.Sin(float64(7*leader+5*member+3*week))
				if leader < 4 && week >= 8 {
					hours *= 0.8
				}
				fmt.Fprintf(&b, "member-%d-%d,%s,review_wait_hours,%.2f\n", leader, member, before.From.AddDays(7*week), hours)
			}
		}
	}
	return b.String()
}

// One weekly observation, from the reading of a file to dollars: what was
// observed becomes a signal, the signal is checked for fairness, its change is
// tested, and the change is put into money.
func Example() {
	// signal: what may we act on? Identifiers become pseudonyms at the door.
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "reviews", Purpose: "coaching"})
	if err != nil {
		fmt.Println(err)
		return
	}
	panel, report, err := signal.ReadLong(strings.NewReader(export()), signal.ImportSpec{File: "reviews.csv", People: people, Metrics: []string{"review_wait_hours"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	teams, leaders := roster(people)
	wait := signal.Definition{
		ID: "review_turnaround", Version: 1, Name: "Hours to first review", Source: signal.CollaborationMetadata, Unit: "hours",
		Direction: signal.Lower, Cadence: signal.Weekly, Class: signal.Aggregate, Timing: signal.Leading,
		Expr:      signal.Expr{Op: signal.Mean, Num: []string{"review_wait_hours"}},
		Behaviour: "reviews first", Path: signal.CausalPath{Signal: "long waits", Behaviour: "reviews first", Outcome: "cycle time"},
		Explain: "mean hours that a change waits for a first review", ProxyRisks: []string{"time zone"}, BlindSpots: []string{"reviews by word of mouth"},
		Trace: signal.DigitalTrace, Noise: signal.Medium, Opacity: signal.Low, Interpretability: signal.High, PrivacyRisk: signal.Low,
	}
	series, findings := signal.Evaluate(panel, wait, teams, nil)
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	baselines, _ := signal.BaselinesOf(series, before, signal.BaselineConfig{})
	first := baselines.Of(leaders[0])
	fmt.Printf("%d rows; the first leader's team waits %.1f hours, outside %.1f to %.1f is a spike\n", report.Rows, first.Level, first.Low, first.High)

	// fairness: may we act on it? Members who wait longest are looked at by site.
	values, _ := signal.PerSubject(panel, wait, before)
	var observed []fairness.Observation
	for i, v := range values {
		observed = append(observed, fairness.Observation{Person: v.Subject, Levels: []string{[]string{"home", "office"}[i%2]}, Flagged: v.Value > 21})
	}
	policy := fairness.ProposedPolicy()
	policy.AdoptedBy, policy.AdoptedOn = leaders[7], before.From
	checked, err := fairness.Assess(fairness.Assessment{
		Spec:   fairness.Spec{Signal: wait.ID, Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "site", Role: fairness.Operational}}},
		Policy: policy, Window: before, People: observed,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("fairness:", checked.Verdict, "evidence, standing", checked.Standing)

	// roi/effect: did it move? The change of each leader, under every way in which
	// the four coached leaders could have been drawn from the eight.
	changes := make([]float64, len(leaders))
	for i, leader := range leaders {
		for _, period := range series.Periods() {
			sign := -1.0
			if after.Contains(period.Start) {
				sign = 1
			}
			changes[i] += sign * series.At(leader, period).Value / 8
		}
	}
	exact, err := effect.Floats(changes, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	moved, err := effect.TwoGroup(exact, 1, []int{1, 1, 1, 1, 0, 0, 0, 0}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("effect %.2f hours, p %s/%s\n", moved.Estimate, moved.PCount, moved.PTotal)

	// roi: what was it worth? Exact until one rounding, and not yet publishable.
	change, err := roi.Ratio(moved.Exact.Num(), moved.Exact.Denom())
	if err != nil {
		fmt.Println(err)
		return
	}
	statement, err := roi.Case{
		ID: "reviews", Title: "Review turnaround", Timing: roi.Leading, Direction: roi.Decrease,
		Baseline:    roi.Baseline{KPI: "review turnaround", Unit: "hours", Value: roi.MustExact("21"), Window: before, Headcount: 8, Source: report.File},
		Delta:       roi.Delta{Change: change, NetOfControl: true, Window: after, Design: roi.ParallelControl, Treated: 4, Control: 4, Method: moved.Method, Source: report.File},
		Attribution: roi.Attribution{Factor: roi.MustExact("0.25"), Rationale: "a control group, and no survey"},
		Conversion:  roi.Conversion{UnitValue: roi.MustMoney("24000", "USD"), Basis: roi.ProductivityPerFTE, Source: "finance"},
		Costs:       []roi.CostLine{{Covers: []roi.CostCategory{roi.Coaching, roi.Analytics, roi.Admin, roi.ManagerTime, roi.Integration}, Amount: roi.MustMoney("18000", "USD"), Source: "ledger"}},
	}.Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statement.Label, "net", statement.Net, "ROI", statement.ROI.Round(2), "publishable", roi.CanPublish(statement, roi.Dossier{}).Allowed())
	// Output:
	// 768 rows; the first leader's team waits 20.0 hours, outside 19.3 to 20.7 is a spike
	// fairness: insufficient evidence, standing candidate
	// effect -4.16 hours, p 2/70
	// indicative net USD 6960.45 ROI 0.39 publishable false
}

// roster says who leads whom: eight leaders of six members each.
func roster(people *coaching.Pseudonymizer) (signal.Teams, []coaching.PersonID) {
	person := func(id string) coaching.PersonID {
		p, err := people.Person(id)
		if err != nil {
			panic(err)
		}
		return p
	}
	teams := signal.Teams{}
	var leaders []coaching.PersonID
	for l := range 8 {
		leader := person(fmt.Sprintf("leader-%d", l))
		leaders = append(leaders, leader)
		for m := range 6 {
			teams[person(fmt.Sprintf("member-%d-%d", l, m))] = leader
		}
	}
	return teams, leaders
}

// One coach's request, from question to grant: the policy answers, the answer is
// on record before it counts, and only then does the pack open.
func Example_request() {
	ctx := context.Background()
	now := time.Date(2027, 2, 5, 12, 0, 0, 0, time.UTC)
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "reviews", Purpose: "coaching"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, leaders := roster(people)
	leader, coach, officer := leaders[0], leaders[1], leaders[2]

	policy, report, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	secret, public, err := audit.GenerateKey(bytes.NewReader(make([]byte, 32)), "example.com/reviews/audit") // a real key is random
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := audit.NewSigner(secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := audit.NewVerifier(public)
	if err != nil {
		fmt.Println(err)
		return
	}
	var store audit.MemoryStore // the host's
	journal, err := audit.OpenJournal(ctx, &store, verifier, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := enforce.New(ctx, journal, enforce.Settings{Valid: 15 * time.Minute}, enforce.Change{
		Policy: policy, Report: report, At: now, By: audit.Actor{ID: officer, Role: coaching.PrivacyOfficer},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	sealed := enforce.Seal(governance.Resource{
		Type: governance.ResourcePack, ID: "pack-17", Programme: "pilot-1", Signals: []string{"review_turnaround"}, Class: signal.Pseudonymous, Owner: leader, AssignedCoach: coach,
		CreatedAt: now, Identifiable: governance.No, Standing: signal.Restricted, Control: true, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
	}, "the pack")
	request := &governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching, Subject: governance.Subject{ID: coach, Role: coaching.Coach, Trained: true, Programme: "pilot-1"},
		Resource: sealed.Resource(), Now: now,
	}
	decision, grant := engine.Authorize(ctx, request)
	fmt.Println(decision.Outcome, decision.Codes())
	_, err = enforce.Unlock(grant, sealed, coach, governance.View, now)
	fmt.Println(err)

	request.Consents = signal.ConsentList{{Participant: leader, Signal: "review_turnaround", Purpose: "coaching", Granted: now.AddDate(0, 0, -1)}}
	decision, grant = engine.Authorize(ctx, request)
	fmt.Println(decision.Outcome, decision.Codes())
	pack, err := enforce.Unlock(grant, sealed, coach, governance.View, now)
	fmt.Println(pack, err)

	head, err := journal.Sign(signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	var log bytes.Buffer
	if err := audit.WriteLines(ctx, &log, &store); err != nil {
		fmt.Println(err)
		return
	}
	verified := audit.Verify(&log, verifier, [][]byte{head})
	fmt.Println(verified.Records, "records,", verified.Verdict)
	// Output:
	// deny GOV-012 GOV-015
	// enforce: the grant does not open it: it is no grant
	// permit GOV-015
	// the pack <nil>
	// 3 records, whole
}
