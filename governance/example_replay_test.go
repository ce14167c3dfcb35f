package governance_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// Before a stricter group size is enforced, it is tried on what was asked last
// week: the log is JSON Lines, and the impact says what would change.
func ExampleReplay() {
	const rules = `
apiVersion: governance/v1
id: trends
version: 1.0.0
owner: privacy_officer
params:
  - {id: group_size, unit: count, value: 5, min: 3, max: 100, code: C-15}
tests: []
rules:
  - {id: group, effect: deny, code: C-15, actions: [view], roles: [any], when: "!has(resource.group_size) || resource.group_size < param.group_size", message: too few people}
  - {id: trends, effect: permit, code: GOV-026, actions: [view], roles: [program_admin], when: resource.class == "aggregate", message: aggregates are open}
`
	current, _, err := governance.Parse("current.yaml", []byte(rules))
	if err != nil {
		fmt.Println(err)
		return
	}
	candidate, _, err := governance.Parse("candidate.yaml", []byte(strings.Replace(rules, "value: 5", "value: 8", 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	for _, size := range []int{4, 6, 7, 12} {
		r := governance.Request{
			Action: governance.View, Purpose: governance.ForEvaluation, Now: now,
			Subject: governance.Subject{ID: people("admin"), Role: coaching.ProgramAdmin, Programme: "leaders-2027"},
			Resource: governance.Resource{
				Type: governance.ResourceReport, ID: "report", Programme: "leaders-2027", Class: signal.Aggregate, CreatedAt: now.AddDate(0, 0, -1),
				GroupSize: size, Identifiable: governance.No,
			},
		}
		if err := governance.WriteRecorded(&log, current.Decide(&r).Record(&r)); err != nil {
			fmt.Println(err)
			return
		}
	}

	impact, err := governance.Replay(candidate, governance.ReadRecorded(&log))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(impact.Loosened(), "loosened,", impact.Tightened(), "tightened")
	_, tables, _ := strings.Cut(impact.Text(), "\n\n")
	fmt.Print(tables)
	// Output:
	// 0 loosened, 2 tightened
	// Outcomes
	//   deny   -> deny   1
	//   permit -> deny   2
	//   permit -> permit 1
	//
	// Rules responsible
	//   permit -> deny   group decides: 2
	//   permit -> deny   trends no longer decides: 2
	//
	// Roles and actions
	//   program_admin        view       4, more freely 0, more strictly 2
	//
	// Examples
	//   record 2: permit -> deny, view by program_admin of a report; now group; then trends
	//   record 3: permit -> deny, view by program_admin of a report; now group; then trends
}
