package fairness_test

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// clinicReport checks how often clinicians and office staff are flagged as
// collaborating little. wrong of the ten sampled flags of clinicians are wrong.
func clinicReport(flagged, wrong int64, window coaching.Window, p fairness.Policy) *fairness.Report {
	table, err := fairness.FromCounts(fairness.Spec{
		Signal: "collaboration_level", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "function", Role: fairness.Operational, Levels: []string{"clinician", "office"}}},
		Features:   []fairness.Feature{{Name: "off_platform_tools", Levels: []string{"no", "yes"}}},
	}, []fairness.Count{
		{Levels: []string{"clinician"}, Factors: []string{"yes"}, Flagged: flagged, Total: 24},
		{Levels: []string{"office"}, Factors: []string{"no"}, Flagged: 6, Total: 30},
	})
	if err != nil {
		panic(err)
	}
	var results []fairness.ReviewResult
	for i := range min(10, flagged) {
		results = append(results, fairness.ReviewResult{Flagged: true, Group: "clinician", Wrong: i < wrong})
	}
	for range 6 {
		results = append(results, fairness.ReviewResult{Flagged: true, Group: "office"})
	}
	r, err := fairness.Check(table, results, window, p)
	if err != nil {
		panic(err)
	}
	return r
}

// Frontline clinicians coordinate on patient systems that the platform does not
// see, and are flagged as collaborating little. People who look at a sample find
// it out, and the signal is paused. An intake question and another threshold mend
// it; a stricter policy may come with that, a looser one may not. It comes back
// under a human control, and never straight to active.
func ExampleLifecycle() {
	steward, owner, privacy := pseudonym("steward"), pseudonym("owner"), pseudonym("privacy officer")
	day := coaching.MustDate
	first := coaching.Window{From: day("2026-12-20"), To: day("2027-01-20")}
	second := coaching.Window{From: day("2027-02-02"), To: day("2027-03-03")}
	policy := programme()
	policy.RatioMin, policy.DiffMax, policy.Review.StratifyBy = 0, 0.20, "function"
	stricter, looser := policy, policy
	stricter.DiffMax, looser.DiffMax = 0.15, 0.30
	control := &fairness.Control{
		Control: "A person looks at each flag beside the answer to the intake question before a coach sees it.",
		Owner:   owner, Approver: privacy, Evidence: "intake log", From: day("2027-03-04"), Expires: day("2027-06-01"),
	}
	life, err := fairness.NewLifecycle("collaboration_level")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range []fairness.Event{
		{Move: fairness.Open, On: day("2026-12-19"), Reason: "new signal", Policy: policy, Window: first, Seed: "beacon 2026-12-19"},
		{Move: fairness.Conclude, On: day("2027-01-21"), Reason: "9 of 10 sampled flags of clinicians are wrong", Report: clinicReport(15, 9, first, policy)},
		{Move: fairness.Open, On: day("2027-01-22"), Reason: "once more", Policy: policy, Window: second, Seed: "beacon 2027-01-22"},
		{Move: fairness.Remediate, On: day("2027-01-25"), Reason: "intake question on coordination off the platform"},
		{Move: fairness.Remediate, On: day("2027-02-01"), Reason: "threshold for clinicians from 10 h to 6 h"},
		{Move: fairness.Revalidate, On: day("2027-02-01"), Reason: "after the remedy", Policy: looser, Window: second, Seed: "beacon 2027-02-01"},
		{Move: fairness.Revalidate, On: day("2027-02-01"), Reason: "after the remedy", Policy: stricter, Window: second, Seed: "beacon 2027-02-01"},
		{Move: fairness.Conclude, On: day("2027-03-04"), Reason: "6 of 24 against 6 of 30", Report: clinicReport(6, 0, second, stricter)},
		{Move: fairness.Conclude, On: day("2027-03-04"), Reason: "6 of 24 against 6 of 30", Report: clinicReport(6, 0, second, stricter), Control: control},
	} {
		e.Actor, e.Second = steward, privacy
		next, err := life.Next(e)
		if err != nil {
			_, why, _ := strings.Cut(err.Error(), ": ")
			fmt.Println("   refused:", why)
			continue
		}
		life = next
		fmt.Printf("%v %v -> %v, %v\n", e.On, e.Move, life.Phase(), life.Standing(e.On))
	}
	fmt.Println("2027-06-02 the control has run out:", life.Standing(day("2027-06-02")))
	// Output:
	// 2026-12-19 open -> validating, candidate
	// 2027-01-21 conclude -> on_hold, paused
	//    refused: signal collaboration_level is on_hold and cannot open: a validation opens on a signal that is proposed or in use; a paused one is mended first
	// 2027-01-25 remediate -> remediating, paused
	// 2027-02-01 remediate -> remediating, paused
	//    refused: signal collaboration_level is remediating and cannot revalidate: the policy loosens DiffMax while the signal is paused
	// 2027-02-01 revalidate -> revalidating, paused
	//    refused: signal collaboration_level is revalidating and cannot conclude: insufficient evidence or a pause: want a human control with owner, approver, evidence and expiry
	// 2027-03-04 conclude -> under_control, restricted
	// 2027-06-02 the control has run out: paused
}

// A validation pass of thirty days with two looks before its end. Halfway, women
// are flagged 1.6 times as often as men, which a plain check would call a breach:
// a look must not, or a signal that is looked at often is paused by chance. Twice
// as often is too much at any look.
func ExampleValidation_Look() {
	plan := fairness.Validation{
		Window:    coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")},
		Looks:     []coaching.Date{coaching.MustDate("2027-01-15"), coaching.MustDate("2027-01-22")},
		MinPeople: 500, MinDays: 25, MaxShift: 0.10, MaxPSI: 0.25,
	}
	spec := fairness.Spec{Signal: "meeting_hygiene", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "gender", Levels: []string{"man", "woman"}}}}
	for _, women := range []int64{190, 240} {
		soFar, err := fairness.FromCounts(spec, []fairness.Count{
			{Levels: []string{"man"}, Flagged: 120, Total: 400}, {Levels: []string{"woman"}, Flagged: women, Total: 400},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		r, err := plan.Look(coaching.MustDate("2027-01-15"), soFar, nil, programme())
		if err != nil {
			fmt.Println(err)
			return
		}
		woman := r.Families[0].Groups[1]
		fmt.Printf("%.2f times as often: p %.2g, may spend %.2g: %v, %v\n", woman.Ratio.Value, woman.PAdverseHolm, r.Validation.Alpha, r.Verdict, r.Standing)
	}
	// Output:
	// 1.58 times as often: p 0.0099, may spend 0.0056: insufficient, candidate
	// 2.00 times as often: p 1.4e-08, may spend 0.0056: pause, paused
}

// At the end of the window, beside the three steps: enough people and days, and
// a signal that was the same in both halves.
func ExampleValidation_Conclude() {
	plan := fairness.Validation{
		Window:    coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")},
		MinPeople: 500, MinDays: 1, MaxShift: 0.10, MaxPSI: 0.25,
	}
	half := func(flagged, night int64) *fairness.Table {
		table, err := fairness.FromCounts(fairness.Spec{Signal: "meeting_hygiene", Polarity: fairness.Unfavourable,
			Attributes: []fairness.Attribute{{Name: "gender", Levels: []string{"man", "woman"}}},
			Features:   []fairness.Feature{{Name: "shift", Levels: []string{"day", "night"}}},
		}, []fairness.Count{
			{Levels: []string{"man"}, Factors: []string{"day"}, Flagged: flagged, Total: 200 - night}, {Levels: []string{"woman"}, Factors: []string{"day"}, Flagged: flagged, Total: 200},
			{Levels: []string{"man"}, Factors: []string{"night"}, Flagged: 0, Total: night},
		})
		if err != nil {
			panic(err)
		}
		return table
	}
	first, second := half(60, 5), half(110, 60)
	people := half(60, 5)
	if err := people.Merge(second); err != nil {
		fmt.Println(err)
		return
	}
	r, err := plan.Conclude(fairness.ValidationData{People: people, First: first, Second: second,
		Days: []coaching.Date{plan.Window.From, plan.Window.To}, BlindSpots: []string{"Meetings outside the calendar."}}, programme())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Findings {
		if f.Code == "SIG-029" {
			fmt.Println(f.Message)
		}
	}
	// Output:
	// feature shift moved between the halves: stability index 0.35, more than 0.25
	// the flag rate moved by 0.25 [0.19, 0.30] from the first half of the window to the second, more than 0.1
}

// The table that New York City's rule wants published. The group of nine is less
// than 2 % of the people and is left out of the ratios, with the reason.
func ExampleSelectionRates() {
	table, err := fairness.FromCounts(fairness.Spec{Signal: "screening", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "race"}}}, []fairness.Count{
		{Levels: []string{"A"}, Flagged: 412, Total: 797}, {Levels: []string{"B"}, Flagged: 170, Total: 390},
		{Levels: []string{"C"}, Flagged: 8, Total: 9}, {Levels: []string{""}, Flagged: 20, Total: 50},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rates, err := fairness.SelectionRates(table, fairness.ImpactRule{LeastShare: 0.02, Why: "nine people"}, "race")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, markdown, _ := strings.Cut(string(fairness.ImpactMarkdown(rates)), "## ")
	fmt.Print(markdown)
	// Output:
	// Selection rates by race
	//
	// | race | people | selected | selection rate | share of people | impact ratio | note |
	// |---|---:|---:|---:|---:|---:|---|
	// | A | 797 | 412 | 51.7 % | 66.6 % | 1.000 |  |
	// | B | 390 | 170 | 43.6 % | 32.6 % | 0.843 |  |
	// | C | 9 | 8 | 88.9 % | 0.8 % |  | left out |
	//
	// - 50 people of unknown category are left out
	// - selected means flagged
	// - categories of less than 2 % of people, which have no ratio: 1. Why: nine people
}

// How much error the looks at a fifth, half and all of a window may have spent.
func ExampleOBrienFleming() {
	for _, share := range []float64{0.2, 0.5, 1} {
		fmt.Printf("%.6f\n", fairness.OBrienFleming(0.05, share))
	}
	// Output:
	// 0.000012
	// 0.005575
	// 0.050000
}
