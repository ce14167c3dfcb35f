package fairness_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/coachgov/coaching/fairness"
)

// Two groups are flagged equally often, but the flags of one are wrong more
// often. Labels show it.
func ExampleGroups() {
	spec := fairness.Spec{Signal: "late_replies", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "contract"}}}
	table, err := fairness.FromCounts(spec, []fairness.Count{
		{Levels: []string{"full time"}, Label: fairness.Positive, Flagged: 150, Total: 170},
		{Levels: []string{"full time"}, Label: fairness.Negative, Flagged: 50, Total: 430},
		{Levels: []string{"part time"}, Label: fairness.Positive, Flagged: 10, Total: 110},
		{Levels: []string{"part time"}, Label: fairness.Negative, Flagged: 190, Total: 490},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	policy := programme()
	families, err := fairness.Groups(table, policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	contract := families[0]
	fmt.Printf("flagged: %v and %v, %v\n", contract.Groups[0].Rate, contract.Groups[1].Rate, contract.Verdict)
	for _, m := range contract.Metrics[:2] {
		fmt.Printf("%v: %v and %v, difference %v\n", m.Metric, m.Groups[0].Rate, m.Groups[1].Rate, m.Groups[0].Diff)
	}
	fmt.Printf("equalised odds difference %.2f\n", contract.EqualisedOdds.Difference.Value)
	// Output:
	// flagged: 200 of 600 and 200 of 600, pass
	// true_positive_rate: 150 of 170 and 10 of 110, difference 0.79 [0.72, 0.84]
	// false_positive_rate: 50 of 430 and 190 of 490, difference -0.27 [-0.32, -0.23]
	// equalised odds difference 0.79
}

// Two data centres draw one sample: each looks at its own people, and the merged
// draw is that of the whole.
func ExampleSampler() {
	spec := fairness.Spec{Signal: "late_replies", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "contract"}}}
	policy := programme()
	var shards [2]*fairness.Sampler
	var whole []fairness.Observation
	for i := range shards {
		s, err := fairness.NewSampler(spec, policy, "published on Monday")
		if err != nil {
			fmt.Println(err)
			return
		}
		for j := range 300 {
			o := fairness.Observation{Person: pseudonym(fmt.Sprint(i, " ", j)), Levels: []string{"full time"}, Flagged: j%4 == 0}
			whole = append(whole, o)
			if err := s.Add(o); err != nil {
				fmt.Println(err)
				return
			}
		}
		shards[i] = s
	}
	if err := shards[0].Merge(shards[1]); err != nil {
		fmt.Println(err)
		return
	}
	merged := shards[0].Sample()
	again, err := fairness.DrawSample(spec, policy, "published on Monday", whole)
	fmt.Println(len(merged), "cases; the same as in one place:", fmt.Sprint(merged) == fmt.Sprint(again), err)
	// Output: 82 cases; the same as in one place: true <nil>
}

// Eight teams of ten: the best and the worst are 40 points apart, which is
// what chance makes of equal teams.
func ExampleMaxGap() {
	var teams []fairness.Rate
	for _, flagged := range []int64{2, 3, 5, 1, 3, 4, 2, 4} {
		teams = append(teams, fairness.Rate{X: flagged, N: 10})
	}
	g, ok := fairness.MaxGap(teams, 10_000, rand.New(rand.NewPCG(1, 2)))
	fmt.Printf("gap %.2f, by chance %.2f, beyond chance %.2f, p %.1f, %v\n", g.Gap, g.Null.Mean, g.Excess, g.ByDeviate.P, ok)

	s, ok := fairness.Shrink(teams, 0.90)
	fmt.Printf("best estimate of the third team: %.2f, %v\n", s.Groups[2].Value, ok)
	// Output:
	// gap 0.40, by chance 0.41, beyond chance 0.00, p 0.9, true
	// best estimate of the third team: 0.30, true
}

// Women were admitted to Berkeley less often, and within departments they were
// not (Bickel, Hammel and O'Connell, Science 1975;187:398).
func ExampleMantelHaenszel() {
	var departments []fairness.Stratum
	var women, men []fairness.Rate
	for _, d := range [][4]int64{{89, 108, 512, 825}, {17, 25, 353, 560}, {202, 593, 120, 325}, {131, 375, 138, 417}, {94, 393, 53, 191}, {24, 341, 22, 373}} {
		w, m := fairness.Rate{X: d[0], N: d[1]}, fairness.Rate{X: d[2], N: d[3]}
		women, men = append(women, w), append(men, m)
		departments = append(departments, fairness.Stratum{First: w, Second: m})
	}
	within, _ := fairness.MantelHaenszel(departments, 0.95)
	fmt.Printf("ratio within departments %.2f [%.2f, %.2f]\n", within.Ratio, within.RatioCI.Low, within.RatioCI.High)
	fmt.Printf("departments agree: p %.3f\n", within.PTarone)
	path, _ := fairness.Kitagawa(women, men)
	share, _ := path.Share()
	fmt.Printf("of the gap of %.1f points the choice of department carries %.0f %%\n", 100*path.Gap, 100*share)
	// Output:
	// ratio within departments 1.06 [0.97, 1.15]
	// departments agree: p 0.002
	// of the gap of -14.2 points the choice of department carries 125 %
}

// A role tells little of gender, and the dice say how little could be chance.
func ExamplePermuteInformation() {
	table := [][]int64{{12, 30, 8}, {20, 28, 22}} // women and men, by role
	i, _ := fairness.MutualInformation(table)
	p, _ := fairness.PermuteInformation(table, 10_000, rand.New(rand.NewPCG(7, 7)))
	fmt.Printf("%.4f nats, by chance %.4f, p %.2f\n", i.Mutual, p.Mean, p.P)
	// Output: 0.0231 nats, by chance 0.0085, p 0.07
}
