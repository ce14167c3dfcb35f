package roi_test

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// softwareCompany is a 12-week pilot of ten managers. Ten avoidable exits a
// year at 120,000 dollars each fall to a run rate of eight.
func softwareCompany() roi.Case {
	return roi.Case{
		ID:        "software-company",
		Title:     "Avoidable exits, software company",
		Timing:    roi.Lagging,
		Direction: roi.Decrease,
		Baseline: roi.Baseline{
			KPI: "avoidable exits", Unit: "exits per year", Value: roi.MustExact("10"),
			Window:    coaching.Window{From: coaching.MustDate("2026-01-01"), To: coaching.MustDate("2026-12-31")},
			Headcount: 10, Source: "HR information system",
		},
		Delta: roi.Delta{
			After: roi.MustExact("8"), Projected: true,
			Window: coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-03-28")},
			Source: "run rate after 12 weeks",
		},
		Attribution: roi.Attribution{Factor: roi.MustExact("0.30"), Rationale: "conservative share agreed with finance"},
		Conversion: roi.Conversion{
			UnitValue: roi.MustMoney("120000", "USD"), Basis: roi.ReplacementCost, Source: "finance, cost of replacing a manager's report",
		},
		Costs: []roi.CostLine{{
			Covers: []roi.CostCategory{roi.Coaching, roi.Analytics, roi.Admin},
			Amount: roi.MustMoney("30000", "USD"), Source: "programme ledger",
		}},
	}
}

// Ten avoidable exits a year fall to a run rate of eight. No control is stated,
// so the statement computes and says what stands in the way of publishing it.
func ExampleCase_Compute() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("benefit", s.Benefit, "cost", s.Cost)
	fmt.Println("net", s.Net, "ROI", s.ROI.Round(1), "BCR", s.BCR.Round(1), s.Label)
	for _, f := range s.Findings {
		fmt.Println(f.Code, f.Severity, f.Message)
	}
	// Output:
	// benefit USD 72000.00 cost USD 30000.00
	// net USD 42000.00 ROI 1.4 BCR 2.4 provisional
	// ROI-011 error 30 % without staggered cohort and survey; the cap is 25 %
	// ROI-012 info the benefit is a cost avoided; it does not show in the ledger
	// C-18 warning integration not stated; give its cost, or zero with a reason
	// C-18 warning manager_time not stated; give its cost, or zero with a reason
	// ROI-014 error the control logic is not stated; say no_control when there was none
	// ROI-004 warning the delta has no interval, so the reader cannot see how sure it is
	// C-10 warning the level after is a projected run rate, not one that was measured
	// ROI-014 error the sample size is not stated
	// ROI-008 error lagging KPI read after 84 days; needs 3 to 6 months
}

// What stands between the statement and its publication, check by check.
func ExampleCanPublish() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	p := roi.CanPublish(s, roi.Dossier{})
	fmt.Println("allowed", p.Allowed())
	for _, c := range p.Checks {
		fmt.Println(c.Passed(), c.Code, c.Title)
	}
	// Output:
	// allowed false
	// true ROI-006 the statement comes out of its own inputs again
	// true ROI-007 step 1: the baseline is an average with a source
	// false ROI-008 step 2: the delta is read in its validation window
	// false ROI-009 step 3: the share is within what the evidence supports
	// true ROI-012 step 4: the unit value has a source and the cost is fully loaded
	// false ROI-014 sample size, control logic and confounder checks are shown
	// true ROI-015 no other change explains the delta
	// false ROI-018 the KPI and the attribution rule were locked before the start
	// false ROI-001 the behaviour was measured as well as the KPI
	// false PIL-161 data, narratives and sponsor agree
	// false PIL-166 a steward or HR has signed these figures
}

// How much of the change would have to be ours for the programme to have paid
// for itself, and what the ROI is at the cap of 25 %.
func ExampleStatement_BreakEven() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	atCap, err := s.At(roi.AttributedShare, roi.MustExact("0.25"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("break-even share", s.BreakEven().Attribution, "ROI at the cap", atCap)
	// Output:
	// break-even share 0.125 ROI at the cap 1
}

// A stored statement is computed again from its inputs when it is read.
func ExampleReplay() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := s.JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := roi.Replay(data)
	fmt.Println(again, err)
	_, err = roi.Replay(append(data[:len(data)-3], " }\n"...))
	fmt.Println(err)
	// Output:
	// provisional: net USD 42000.00 ROI 1.4 BCR 2.4 <nil>
	// roi: the statement does not replay
}

// A hundred dollars over three teams, to the cent.
func ExampleMoney_Allocate() {
	third := roi.Int(1)
	parts, err := roi.MustMoney("100", "USD").Allocate([]roi.Exact{third, third, third})
	fmt.Println(parts, err)
	// Output:
	// [USD 33.34 USD 33.33 USD 33.33] <nil>
}
