package roi

import "slices"

// A KPI is an entry of the catalogue: an outcome that coaching programmes are
// measured by, and what it takes to turn it into money (ROI-019).
type KPI struct {
	ID         string
	Name       string
	Definition string
	Unit       string // of a baseline
	Direction  Direction
	Timing     Timing
	// Basis is what a unit value can rest on; NoBasis where no conversion is
	// credible, and the KPI is listed as an intangible instead.
	Basis      Basis
	Conversion string           // how one unit becomes money, in words
	Confounded []ConfounderKind // what typically moves it besides coaching
}

// KPIs returns the catalogue, in the order of the IDs, in a slice of its own.
func KPIs() []KPI {
	return []KPI{
		{"absence_days", "Absence", "days of absence of direct reports, without holidays and leave", "days per head and year", Decrease, Lagging,
			ProductivityPerFTE, "a day of absence at the loaded cost of a working day", []ConfounderKind{Seasonality, PolicyChange, IndividualContext}},
		{"account_churn", "Accounts lost", "accounts that end their contract and that the review calls avoidable", "accounts per year", Decrease, Lagging,
			RevenuePerAccount, "an account kept at its yearly margin", []ConfounderKind{MarketSwing, PortfolioChange, PolicyChange}},
		{"account_nps", "Account NPS", "net promoter score of the accounts that the team looks after", "points", Increase, Lagging,
			NoBasis, "none without a study of the firm's own that ties points to renewals; list it as an intangible", []ConfounderKind{MarketSwing, Seasonality, DataChange}},
		{"avoidable_exits", "Avoidable exits", "voluntary exits of direct reports that the exit interview calls avoidable", "exits per year", Decrease, Lagging,
			ReplacementCost, "an exit avoided at the cost of replacing the person: search, ramp-up, work left undone", []ConfounderKind{Reorganisation, HiringFreeze, MarketSwing, PolicyChange}},
		{"cycle_time", "Cycle time", "mean time from the start of work on an item to its delivery", "days per item", Decrease, Leading,
			ProductivityPerFTE, "a day shorter at the cost of the people-days that it frees, where they are used for something else", []ConfounderKind{PortfolioChange, Reorganisation, Seasonality, DataChange}},
		{"decision_time", "Time to decision", "time from a question that needs several teams to its decision", "days per decision", Decrease, Leading,
			ProductivityPerFTE, "a day shorter at the cost of the people-days that wait for it", []ConfounderKind{Reorganisation, PolicyChange, PortfolioChange}},
		{"engagement", "Engagement", "mean answer to the engagement questions of the pulse, groups of five or more", "points", Increase, Leading,
			NoBasis, "none; list it as an intangible", []ConfounderKind{Seasonality, Reorganisation, DataChange}},
		{"escaped_defects", "Escaped defects", "defects found after release", "defects per release", Decrease, Leading,
			ProductivityPerFTE, "a defect at the mean cost of finding and mending it", []ConfounderKind{PortfolioChange, DataChange, PolicyChange}},
		{"revenue_per_fte", "Revenue per FTE", "revenue of the unit over its full-time equivalents", "currency per FTE and year", Increase, Lagging,
			ProductivityPerFTE, "the margin on one more unit of revenue per FTE, times the FTEs", []ConfounderKind{MarketSwing, HiringFreeze, PortfolioChange, Reorganisation}},
		{"sprint_predictability", "Sprint predictability", "share of the work committed to at the start of a sprint that its end finds done", "share", Increase, Leading,
			ProductivityPerFTE, "a point of the share at the cost of the work that spills over", []ConfounderKind{PortfolioChange, Seasonality, DataChange}},
		{"throughput", "Throughput", "items delivered across teams", "items per month", Increase, Leading,
			ProductivityPerFTE, "an item more at its mean cost, as long as items are alike", []ConfounderKind{PortfolioChange, Reorganisation, Seasonality, DataChange}},
		{"voluntary_attrition", "Voluntary attrition", "direct reports who leave of their own will, over the headcount", "share per month", Decrease, Lagging,
			ReplacementCost, "a share of the headcount kept at the cost of replacing it", []ConfounderKind{HiringFreeze, MarketSwing, Reorganisation, Seasonality}},
	}
}

// FindKPI returns the entry with this ID, and false when there is none.
func FindKPI(id string) (KPI, bool) {
	all := KPIs()
	i := slices.IndexFunc(all, func(k KPI) bool { return k.ID == id })
	if i < 0 {
		return KPI{}, false
	}
	return all[i], true
}

// Template returns a case with what the entry settles: KPI, unit, direction,
// timing and basis. Every figure and every source is for people to state, and
// [Case.Compute] lists what is missing.
func (k KPI) Template(id string) Case {
	return Case{
		ID: id, Title: k.Name, Timing: k.Timing, Direction: k.Direction,
		Baseline:   Baseline{KPI: k.Definition, Unit: k.Unit},
		Conversion: Conversion{Basis: k.Basis},
	}
}
