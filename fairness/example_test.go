package fairness_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
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
	// - Proxy part\_time for gender: some levels have people of one group only.
	// - Proxy part\_time for function: they go together; whether it carries a gap is open.
	// - Proxy part\_time for function: some levels have people of one group only.
	// true
}

// A data frame holds its levels as codes. A part of the rows is counted in a
// table of its own, by as many goroutines as there are parts; the merged table
// is the same for any parts in any order.
func ExampleTable_AddCoded() {
	spec := fairness.Spec{
		Signal: "meeting_hygiene", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "gender"}, {Name: "function", Role: fairness.Operational}},
	}
	parts := []fairness.Coded{{
		Levels: []fairness.CodedColumn{
			{Names: []string{"man", "woman"}, Bytes: []uint8{0, 1, 1, 0}},
			{Names: []string{"engineering", "product"}, Bytes: []uint8{0, 0, 1, 1}},
		},
		Flagged: []uint8{0, 1, 1, 1},
		Labels:  []fairness.Label{fairness.Negative, fairness.Negative, fairness.Positive, fairness.Positive},
	}, { // this part has met the levels in another order, and one of them not at all
		Levels: []fairness.CodedColumn{
			{Names: []string{"woman"}, Bytes: []uint8{0, 0}},
			{Names: []string{"product", "engineering"}, Bytes: []uint8{0, 1}},
		},
		Flagged: []uint8{0, 1},
	}}
	whole, err := fairness.NewTable(spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range parts {
		t, err := fairness.NewTable(spec)
		if err == nil {
			err = t.AddCoded(part)
		}
		if err == nil {
			err = whole.Merge(t)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	groups, _, err := whole.GroupBy("gender")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range groups {
		fmt.Println(g.Levels[0], "flagged", g.Selection(), "- false discoveries", g.FDR())
	}
	// Output:
	// man flagged 1 of 2 - false discoveries 0 of 1
	// woman flagged 3 of 4 - false discoveries 1 of 2
}

// The scoring rate of a group is its share above the median of everybody. Two of
// the six people lie at the median, so far fewer than half are above it.
func ExampleTable_Scores() {
	t, err := fairness.FromCounts(fairness.Spec{
		Signal: "meeting_hygiene", Polarity: fairness.Unfavourable, Score: "hours",
		Attributes: []fairness.Attribute{{Name: "gender"}},
	}, []fairness.Count{ // SELECT gender, hours, sum(flagged), count(*) ... GROUP BY gender, hours
		{Levels: []string{"man"}, Score: 10, HasScore: true, Total: 2},
		{Levels: []string{"man"}, Score: 14, HasScore: true, Flagged: 1, Total: 1},
		{Levels: []string{"woman"}, Score: 12, HasScore: true, Total: 2},
		{Levels: []string{"woman"}, Score: 20, HasScore: true, Flagged: 1, Total: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	split, _ := t.Median()
	fmt.Printf("median %g: %d above, %d at it\n", split.Median, split.Above, split.At)
	groups, err := t.Scores("gender")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range groups {
		fmt.Printf("%s %v, mean %.2f\n", g.Levels[0], g.ScoringRate(split), g.Group.Mean)
	}
	// Output:
	// median 12: 2 above, 2 at it
	// man 1 of 3, mean 11.33
	// woman 1 of 3, mean 14.67
}

// The equalised odds difference is the larger of two largest gaps. It has no
// interval of its own, so people are drawn again and again.
func ExampleBootstrap() {
	t, err := fairness.FromCounts(fairness.Spec{
		Signal: "meeting_hygiene", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "gender"}},
	}, []fairness.Count{
		{Levels: []string{"man"}, Label: fairness.Positive, Flagged: 300, Total: 400},
		{Levels: []string{"man"}, Label: fairness.Negative, Flagged: 60, Total: 600},
		{Levels: []string{"woman"}, Label: fairness.Positive, Flagged: 280, Total: 400},
		{Levels: []string{"woman"}, Label: fairness.Negative, Flagged: 120, Total: 600},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	odds := func(groups []fairness.GroupCount) (float64, bool) {
		a, b := groups[0], groups[1]
		gap := 0.0
		for _, pair := range [][2]fairness.Rate{{a.TPR(), b.TPR()}, {a.FPR(), b.FPR()}} {
			x, ok := pair[0].Value()
			y, also := pair[1].Value()
			if !ok || !also {
				return 0, false
			}
			gap = max(gap, x-y, y-x)
		}
		return gap, true
	}
	draws, err := fairness.Bootstrap(t, []string{"gender"}, 1000, rand.New(rand.NewPCG(2027, 1)), odds)
	if err != nil {
		fmt.Println(err)
		return
	}
	i := draws.Interval(0.95)
	fmt.Printf("observed 0.10, 95 %% of the draws from %.2f to %.2f\n", i.Low, i.High)
	// Output:
	// observed 0.10, 95 % of the draws from 0.06 to 0.14
}
