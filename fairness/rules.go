package fairness

import "github.com/coachgov/coaching"

// Rules returns every rule whose code a finding of this package can carry, in
// the order of the codes.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "FAI-001", Statement: "A new signal is checked in three steps before anybody acts on it.", Number: "3 steps", Severity: coaching.Error,
			Remedy: "Carry out the steps that the report names; until then the signal stays a candidate."},
		{Code: "FAI-002", Statement: "People look at a reproducible sample of flagged and unflagged cases, and the share of wrong ones is bounded.", Number: "the policy's MaxFalseDiscovery, MaxMissed and MinKappa", Severity: coaching.Error,
			Remedy: "Draw the sample, review it with two people, and mend the signal when too many cases are wrong."},
		{Code: "FAI-003", Statement: "Protected and operational groups are compared, each with everyone else.", Number: "2 kinds of group", Severity: coaching.Error,
			Remedy: "Declare the attributes and their levels; where the evidence is thin, collect the number that the report names or use a human control."},
		{Code: "FAI-004", Statement: "Factors that may stand in for a group, such as work schedules and third-party tools, are probed.", Number: "2 examples", Severity: coaching.Error,
			Remedy: "Declare the factors as features; a named person may declare one legitimate, with a reason."},
		{Code: "FAI-005", Statement: "A signal whose groups differ by more than the programme threshold is paused until it is remedied or a compensating control is in place.", Number: "the policy's RatioMin and DiffMax", Severity: coaching.Error,
			Remedy: "Pause the signal, remedy it, and validate it again on data from after the remedy, or have a control approved by somebody other than its owner."},
		{Code: "FAI-006", Statement: "The aim is to remove material harm; parity cannot be guaranteed, so what remains is documented and human review compensates for it.", Severity: coaching.Warning,
			Remedy: "Record a human control with owner, approver, evidence and expiry."},
		{Code: "FAI-007", Statement: "A signal does not act as a proxy for a protected attribute.", Number: "the policy's MinV, MinAUC and MinPathShare", Severity: coaching.Error,
			Remedy: "Remove the factor from the signal, or have a named person declare it legitimate with a reason."},
		{Code: "FAI-009", Statement: "The risk memo names the blind spots that people know of and the human controls that compensate for them.", Number: "1 blind spot at least", Severity: coaching.Error,
			Remedy: "State what the signal cannot see, such as offline work or assistive tools, and name the controls."},
		{Code: "FAI-012", Statement: "A signal is not worded as blame of a person.", Severity: coaching.Warning,
			Remedy: "Describe what is observed, not who is at fault."},
		{Code: "M-4", Statement: "The programme threshold is a decision of the programme: it has no default.", Severity: coaching.Error,
			Remedy: "State the thresholds in the policy, and who adopted them and when."},
		{Code: "SIG-029", Statement: "A candidate signal is validated over a fixed window under a frozen policy; looks before its end can pause and never pass.", Number: "30 days", Severity: coaching.Warning,
			Remedy: "Wait for the end of the window, collect what is missing, and validate again where the signal was not stable."},
	}
}
