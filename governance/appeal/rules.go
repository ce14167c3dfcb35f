package appeal

import "github.com/coachgov/coaching"

// Rules returns the rules of this room, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{{
		Code: "GOV-010", Statement: "An appeal is decided in time, with a rationale, by somebody who is neither the participant nor the coach nor the signal's steward, and the signal is restricted meanwhile.",
		Number: "3 days to a reviewer, 10 to a verdict, 30 at most", Severity: coaching.Error, Remedy: "Assign a reviewer from legal, privacy or HR, and have the verdict written down.",
	}}
}
