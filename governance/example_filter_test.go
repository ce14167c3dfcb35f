package governance_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// A dashboard lists reports. The database gives only those that the programme's
// administrator may see today: about five people or more, at most twelve months
// old.
func ExamplePolicy_Filter() {
	policy, _, err := governance.Parse("trends.yaml", []byte(`
apiVersion: governance/v1
id: trends
version: 1.0.0
owner: privacy_officer
params:
  - {id: group_size, unit: count, value: 5, min: 3, max: 100, code: C-15}
tests: []
rules:
  - id: group
    effect: deny
    code: C-15
    actions: [view]
    roles: [any]
    when: (!has(resource.group_size) || resource.group_size < param.group_size)
    message: too few people
  - id: trends
    effect: permit
    code: GOV-026
    actions: [view]
    roles: [program_admin]
    when: resource.class == "aggregate"
    message: aggregates are open
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	request := governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC),
		Subject: governance.Subject{ID: people("admin"), Role: coaching.ProgramAdmin, Programme: "leaders-2027"},
		// The same for every row of this table.
		Resource: governance.Resource{
			Type: governance.ResourceReport, ID: "reports", Programme: "leaders-2027", Class: signal.Aggregate, Identifiable: governance.No,
		},
	}
	filter, err := policy.Filter(&request, governance.Table{
		Dialect: governance.PostgreSQL,
		Columns: []governance.Column{
			{Attribute: "resource.created_at", Name: "made_at"},
			{Attribute: "resource.group_size", Name: "people"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filter.Rows)
	fmt.Println("SELECT id FROM reports WHERE", filter.Clause)
	for i, a := range filter.Args {
		fmt.Printf("$%d %v\n", i+1, a)
	}
	// Output:
	// some
	// SELECT id FROM reports WHERE ("made_at" IS NULL OR ("made_at" >= $1 AND "made_at" < $2)) AND ("people" IS NULL OR "people" >= 0) AND "people" <> 0 AND "people" >= $3 AND "people" >= $4 AND "made_at" IS NOT NULL AND "made_at" >= $5
	// $1 1970-01-01 00:00:00 +0000 UTC
	// $2 2027-03-01 09:00:00.000001 +0000 UTC
	// $3 5
	// $4 3
	// $5 2026-03-01 09:00:00 +0000 UTC
}
