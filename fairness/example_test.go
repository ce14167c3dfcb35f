package fairness_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// pseudonym is how a host makes the PersonIDs of the examples.
func pseudonym(name string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{1}, 32), coaching.Domain{Programme: "product-org-12w", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(name)
	if err != nil {
		panic(err)
	}
	return id
}

// meetingHygiene is a signal whose flag burdens the person who gets it.
func meetingHygiene() fairness.Spec {
	return fairness.Spec{
		Signal:   "meeting_hygiene",
		Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{
			{Name: "gender", Levels: []string{"man", "woman"}},
			{Name: "function", Role: fairness.Operational, Levels: []string{"engineering", "product"}},
		},
		Features: []fairness.Feature{{Name: "part_time", Levels: []string{"no", "yes"}}},
	}
}

// programme is the policy that the sponsor adopted.
func programme() fairness.Policy {
	p := fairness.ProposedPolicy()
	p.AdoptedBy, p.AdoptedOn = pseudonym("sponsor"), coaching.MustDate("2026-12-01")
	return p
}

// team returns 100 members, of whom every fourth is flagged.
func team() []fairness.Observation {
	members := make([]fairness.Observation, 100)
	for i := range members {
		members[i] = fairness.Observation{
			Person:  pseudonym(fmt.Sprint("member ", i)),
			Levels:  []string{[]string{"man", "woman"}[i%2], []string{"engineering", "product"}[i/2%2]},
			Factors: []string{[]string{"no", "no", "no", "no", "yes"}[i%5]},
			Flagged: i%4 == i/4%4,
		}
	}
	return members
}

// A hundred people with equal rates are too few to show that a signal is fair.
// The answer says so, says how many would decide, and opens the path of a human
// control.
func ExampleAssess() {
	a := fairness.Assessment{
		Spec: meetingHygiene(), Policy: programme(), People: team(), Seed: "committed in week -5",
		Window: coaching.Window{From: coaching.MustDate("2026-11-23"), To: coaching.MustDate("2026-12-22")},
	}
	cases, err := fairness.DrawSample(a.Spec, a.Policy, a.Seed, a.People)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range cases { // two reviewers look at each; here they find nothing wrong
		a.Reviews = append(a.Reviews, fairness.ReviewResult{Person: c.Person, Flagged: c.Flagged, Second: fairness.SaysRight})
	}
	r, err := fairness.Assess(a)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict, "->", r.Standing)
	for _, f := range r.Findings {
		fmt.Println(f)
	}
	for _, g := range r.Families[0].Groups { // a row of a forest plot
		fmt.Println(g.Label, g.Rate, "against", g.Rest, "ratio", g.Ratio, g.Verdict)
	}
	// Output:
	// insufficient -> restricted
	// FAI-006 warning: the evidence is insufficient, which is no pass: use the signal only under a recorded human control, or not at all
	// FAI-003 warning groups.function: evidence is insufficient for engineering; product; about 750 people in a group would decide
	// FAI-003 warning groups.gender: evidence is insufficient for man; woman; about 750 people in a group would decide
	// FAI-004 warning proxies: the data do not rule out a proxy in 2 of 2 pairs; 790 people would decide
	// man 13 of 50 against 12 of 50 ratio 1.08 [0.61, 1.91] insufficient
	// woman 12 of 50 against 13 of 50 ratio 0.92 [0.52, 1.63] insufficient
}

// Nine of ten sampled flags of clinicians are wrong: the manual review pauses
// the signal, though the groups are too small for their gap to be proof.
func ExampleCheck() {
	table, err := fairness.FromCounts(fairness.Spec{
		Signal: "collaboration_level", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "function", Role: fairness.Operational, Levels: []string{"clinician", "office"}}},
		Features:   []fairness.Feature{{Name: "off_platform_tools", Levels: []string{"no", "yes"}}},
	}, []fairness.Count{
		{Levels: []string{"clinician"}, Factors: []string{"yes"}, Flagged: 15, Total: 24},
		{Levels: []string{"office"}, Factors: []string{"no"}, Flagged: 6, Total: 30},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := programme()
	policy.RatioMin, policy.DiffMax, policy.Review.StratifyBy = 0, 0.20, "function"
	var results []fairness.ReviewResult
	for i := range 10 {
		results = append(results, fairness.ReviewResult{Flagged: true, Group: "clinician", Wrong: i < 9})
	}
	window := coaching.Window{From: coaching.MustDate("2026-12-20"), To: coaching.MustDate("2027-01-20")}
	r, err := fairness.Check(table, results, window, policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict, "->", r.Standing, "| groups:", r.Families[0].Verdict)
	for f := range r.Findings.Blocking() {
		fmt.Println(f.Code, f.Message)
	}
	// Output:
	// pause -> paused | groups: insufficient
	// FAI-002 9 of 10 sampled flags of group clinician wrong: more than 10 % of them are, at 95 % confidence
}

// The memo for the sponsors states what the signal cannot see.
func ExampleNewMemo() {
	table, err := fairness.FromCounts(meetingHygiene(), []fairness.Count{
		{Levels: []string{"man", "engineering"}, Factors: []string{"no"}, Flagged: 12, Total: 40},
		{Levels: []string{"woman", "engineering"}, Factors: []string{"no"}, Flagged: 6, Total: 22},
		{Levels: []string{"woman", "product"}, Factors: []string{"yes"}, Flagged: 11, Total: 34},
		{Levels: []string{"man", "product"}, Factors: []string{"no"}, Flagged: 2, Total: 4},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var results []fairness.ReviewResult
	for range 20 {
		results = append(results, fairness.ReviewResult{Flagged: true}, fairness.ReviewResult{})
	}
	window := coaching.Window{From: coaching.MustDate("2026-11-23"), To: coaching.MustDate("2026-12-22")}
	r, err := fairness.Check(table, results, window, programme())
	if err != nil {
		fmt.Println(err)
		return
	}
	memo, err := fairness.NewMemo(fairness.MemoInput{
		Report:      r,
		Purpose:     "Start a conversation about how a team meets.",
		FlagMeaning: "More meeting hours than the team's own baseline explains.",
		WhoIsHarmed: "Leaders whose work is meetings by nature.",
		BlindSpots:  []string{"Meetings outside the calendar.", "Part-time schedules."},
		Controls: []fairness.Control{{
			Control: "The steward looks at each flag before a coach sees it.", Owner: pseudonym("steward"), Approver: pseudonym("privacy officer"),
			Evidence: "steward log", From: coaching.MustDate("2026-12-23"), Expires: coaching.MustDate("2027-03-20"),
		}},
		Residual: "A wrong flag may reach a coach.", Prepared: coaching.MustDate("2026-12-23"), NextReview: coaching.MustDate("2027-03-01"),
		PreparedBy: pseudonym("steward"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	before, after, _ := strings.Cut(string(memo.Markdown()), "## Compensating human controls")
	_, spots, _ := strings.Cut(before, "## Known blind spots")
	fmt.Println(strings.TrimSpace(spots))
	fmt.Println(strings.Contains(after, r.PolicyHash.String()))
	// Output:
	// Stated by people:
	//
	// - Meetings outside the calendar.
	// - Part-time schedules.
	//
	// From the data:
	//
	// - gender: too few people to judge group man; about 490 would decide.
	// - gender: too few people to judge group woman; about 650 would decide.
	// - function: too few people to judge group engineering; about 760 would decide.
	// - function: too few people to judge group product; about 440 would decide.
	// - function: one person more or less would move the ratio of group product across the threshold.
	// - Proxy part_time for gender: some levels have people of one group only.
	// - Proxy part_time for function: they go together; whether it carries a gap is open.
	// - Proxy part_time for function: some levels have people of one group only.
	// true
}
