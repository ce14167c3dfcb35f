package governance_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// A page shows two reports or none: the batch ends at the first that is denied.
func ExamplePolicy_DecideBatch() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	var requests []governance.Request
	for _, size := range []int{12, 4, 9} {
		requests = append(requests, governance.Request{
			Action: governance.View, Purpose: governance.ForEvaluation, Now: now,
			Subject: governance.Subject{ID: people("sponsor"), Role: coaching.Sponsor, Programme: "pilot-1"},
			Resource: governance.Resource{
				Type: governance.ResourceReport, ID: fmt.Sprintf("report-%d", size), Programme: "pilot-1", Class: signal.Aggregate,
				CreatedAt: now.AddDate(0, 0, -2), GroupSize: size, Identifiable: governance.No,
			},
		})
	}
	for _, d := range policy.DecideBatch(requests, governance.DenyOnFirstDeny) {
		fmt.Println(d.Outcome, d.Reasons[0].Code)
	}
	// Output:
	// permit GOV-026
	// deny C-15
	// deny POL-BATCH
}
