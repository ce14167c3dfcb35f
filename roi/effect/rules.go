package effect

import "github.com/coachgov/coaching"

// Rules returns the rules that this package reports on, in the order of their
// codes.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "EFF-001", Severity: coaching.Warning, Number: "5 studies",
			Statement: "Enough pilots are pooled to show how much their effects vary.",
			Remedy:    "Read the interval of the mean and the prediction, and pool more pilots."},
		{Code: "EFF-002", Severity: coaching.Warning, Number: "50 units a side",
			Statement: "An adjusted comparison has enough units for its errors to be believed.",
			Remedy:    "Decide by the exact test of the changes; print the adjusted figures beside it."},
		{Code: "PIL-083", Severity: coaching.Warning,
			Statement: "The design has enough possible allocations for a p-value and an interval at the level asked for.",
			Remedy:    "Pool cohorts, add leaders or strata of equal size, or read the estimate without a verdict."},
		{Code: "PIL-084", Severity: coaching.Warning,
			Statement: "A change is read against a control or a staggered cohort.",
			Remedy:    "Start half of the leaders later, drawn by lot before anything is measured."},
		{Code: "ROI-002", Severity: coaching.Warning,
			Statement: "What leaders changed and what their KPI did is an association, not an effect.",
			Remedy:    "Print it as an association, beside the effect of the randomised start."},
	}
}
