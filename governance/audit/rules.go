package audit

import "github.com/coachgov/coaching"

// The codes of this package's findings: of [Verify] and of [ReviewMonth].
const (
	ruleTrail  = "GOV-018"
	ruleReview = "GOV-019"
)

// Rules returns the rules behind this package's findings, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{{
		Code:      ruleTrail,
		Statement: "An audit trail records every export, every step of a re-identification, and which coach used which signal in which session; it can be shown to be whole.",
		Number:    "3 kinds of event",
		Severity:  coaching.Error,
		Remedy:    "Restore the log from a copy that its checkpoints and anchors vouch for, and find out who changed it.",
	}, {
		Code:      ruleReview,
		Statement: "Somebody reviews the log for unusual patterns every month.",
		Number:    "1 calendar month",
		Severity:  coaching.Warning,
		Remedy:    "Hold the review, and append the event that records it.",
	}}
}
