package appeal_test

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/appeal"
	"github.com/coachgov/coaching/signal"
)

// A leader on shifts says that a signal misrepresents her. The coach may not
// review it; legal does, and agrees.
func ExampleCase() {
	c, _ := appeal.Open(claim(), day(0), appeal.Limits{})
	fmt.Println(c.State(), appeal.Standing("after_hours_ratio", signal.Cleared, day(1), c))

	_, fs := c.Assign(coach, coaching.Coach, day(1))
	for _, f := range fs {
		fmt.Println(f)
	}
	c, _ = c.Assign(reviewer, coaching.LegalPrivacy, day(1))
	c, _ = c.Decide(reviewer, appeal.Upheld, evidence, day(4))
	fmt.Println(c.State(), appeal.Standing("after_hours_ratio", signal.Cleared, day(4), c))
	// Output:
	// received restricted
	// GOV-010 error by: the reviewer is the participant's coach
	// GOV-010 error role: this role does not review appeals; legal and privacy, the privacy officer and HR reviewers do
	// upheld paused
}
