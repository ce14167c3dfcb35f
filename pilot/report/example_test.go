package report_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/report"
)

// An empty dashboard lacks everything, and says so before anyone prints it.
func ExampleDashboard_Check() {
	var d report.Dashboard
	d.Decision = report.Decision{Outcome: "GO", Behaviour: "pass", Movement: "pass", Link: "pass"}
	for _, f := range d.Check() {
		fmt.Println(f)
	}
	// Output:
	// PIL-163 error delta: the page has no change of the KPI
	// PIL-163 error kpi: the page has no values of the KPI over time
	// PIL-167 error method.confounders: the page lacks the confounder checks
	// PIL-167 error method.control: the page lacks the control logic
	// PIL-167 error method.sample: the page lacks the sample size
	// PIL-163 error notes: 0 notes of coaches, want exactly 3
}

// A ratio that does not exist is written out.
func ExampleGroup_RatioText() {
	fmt.Println(report.Group{Ratio: 2.1, Low: 1.4, High: 3.2}.RatioText())
	fmt.Println(report.Group{}.RatioText())
	// Output:
	// 2.10 (1.40 to 3.20)
	// undefined
}

// The page prints what there is and names its gaps; a note that nobody agreed to
// is withheld.
func ExampleDashboard_Markdown() {
	d := report.Dashboard{
		Title: "Pilot",
		Delta: report.Figure{Label: "Predictability", Value: "+5.8 points"},
		Notes: []report.Note{{Text: "not agreed"}},
	}
	for line := range strings.Lines(string(d.Markdown())) {
		if strings.Contains(line, "points") || strings.Contains(line, "Withheld") || strings.Contains(line, "Decision") {
			fmt.Print(line)
		}
	}
	// Output:
	// ## Decision: no decision
	// | Predictability | +5.8 points |  |
	// 1. Withheld: no consent is recorded.
}

// The charter of a plan that is only begun says what is missing, and that the
// plan may not start.
func ExampleCharter() {
	charter, err := report.Charter(&pilot.Plan{
		ID: "sales-8w", Title: "Faster deals",
		PrimaryConstraint: pilot.CoachingCapacity,
		Hypothesis:        pilot.Hypothesis{Behaviour: "Managers review deals weekly", Direction: pilot.Decrease},
		KPI:               pilot.KPI{Definition: "days from offer to contract", MinEffect: "3", Unit: "days"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(charter.Markdown())) {
		if strings.Contains(line, "may not start") {
			fmt.Println(strings.Split(line, ":")[0])
		}
		for _, want := range []string{"# Charter", "KPI", "Worth", "constraint", "| Sponsor", "Nobody"} {
			if strings.Contains(line, want) {
				fmt.Print(line)
			}
		}
	}
	// Output:
	// # Charter: Faster deals
	// **This plan may not start as it is
	// | KPI | days from offer to contract |
	// | Worth having | decrease of at least 3 (unit: days) |
	// | Primary constraint | coaching capacity; mini profile: not stated |
	// | Compared | Nobody: there is no control group. |
	// | Sponsor | nobody |
}

// Before the outcome is analysed a bundle names everything that the result will
// rest on; afterwards anybody can check it against what is at hand.
func ExampleReplication_Verify() {
	data, err := os.ReadFile("../../examples/pilot-plan/plan.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, findings := pilot.Decode("plan.yaml", data)
	if plan == nil {
		fmt.Println(findings)
		return
	}
	people, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "example", Purpose: "lock"})
	if err != nil {
		fmt.Println(err)
		return
	}
	owner, err := people.Person("owner of the plan")
	if err != nil {
		fmt.Println(err)
		return
	}
	locked, findings := plan.Lock(owner, plan.Week0.At(9, 0, time.UTC))
	if locked == nil {
		fmt.Println(findings)
		return
	}
	kpi := []byte("sprint,delivered,committed\n")
	files := []report.Material{{Name: "kpi.csv", Bytes: int64(len(kpi)), Digest: sha256.Sum256(kpi)}}
	bundle, err := report.NewReplication(locked, "analysis v1", files)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("differences:", len(bundle.Verify(locked, "analysis v1", files)))
	for _, f := range bundle.Verify(locked, "analysis v2", files) {
		fmt.Println(f)
	}
	// Output:
	// differences: 0
	// PIL-160 error code: the bundle states analysis v1, found analysis v2
}
