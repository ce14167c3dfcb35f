package effect

import "github.com/coachgov/coaching"

// Rules returns the rules that this package reports on, in the order of their
// codes.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "DQ01", Severity: coaching.Error,
			Statement: "A long table has each of the four columns once, and every row has as many fields as the header and names a unit.",
			Number:    "65,536 bytes a line, 1 GiB a file",
			Remedy:    "Export the missing column, or correct its name; write one row a line."},
		{Code: "DQ04", Severity: coaching.Error,
			Statement: "Each unit and period occurs once.",
			Remedy:    "Export again; which of two readings holds is not for a program to choose."},
		{Code: "DQ05", Severity: coaching.Error,
			Statement: "Each unit has a reading in each period; one that has not is left out.",
			Number:    "2 units and 2 periods, 16,777,216 cells",
			Remedy:    "Say why units joined or left, in each wave; leaving may itself be an effect."},
		{Code: "DQ07", Severity: coaching.Error,
			Statement: "Periods are whole numbers from 1, and outcomes are plain decimal numbers.",
			Remedy:    "Number the periods, and export without thousands separators and with a decimal point."},
		{Code: "DQ13", Severity: coaching.Error,
			Statement: "A unit is first treated once: all of its rows give the same period.",
			Remedy:    "Keep the wave that was drawn, also for a unit that started late: the comparison is of what was assigned."},
		{Code: "EFF-001", Severity: coaching.Warning, Number: "5 studies",
			Statement: "Enough pilots are pooled to show how much their effects vary.",
			Remedy:    "Read the interval of the mean and the prediction, and pool more pilots."},
		{Code: "EFF-002", Severity: coaching.Warning,
			Statement: "Units whose outcome is not known, and units that did not do what was drawn, are counted beside the effect.",
			Remedy:    "Read the effect by what was drawn, and say why units were lost in each group."},
		{Code: "EFF-003", Severity: coaching.Warning, Number: "2 times",
			Statement: "The smaller of two groups does not spread much more than the larger.",
			Remedy:    "Read Welch's test beside the exact one, and draw groups of one size next time."},
		{Code: "PIL-083", Severity: coaching.Error,
			Statement: "The design has enough possible allocations for a p-value and an interval at the level asked for, and enough units for a standard error.",
			Number:    "50 units on each side; 2 in each wave",
			Remedy:    "Pool cohorts, add leaders or strata of equal size, use the exact test, or read the estimate without a verdict."},
		{Code: "PIL-084", Severity: coaching.Error,
			Statement: "A change is read against a control or a staggered cohort, and against a period before it.",
			Remedy:    "Start half of the leaders later, drawn by lot before anything is measured."},
		{Code: "ROI-002", Severity: coaching.Warning,
			Statement: "What leaders changed and what their KPI did is an association, not an effect.",
			Remedy:    "Print it as an association, beside the effect of the randomised start."},
	}
}
