package fairness_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// reviews returns n results of one stratum of which the first wrong are wrong.
func reviews(flagged bool, group string, wrong, n int) []fairness.ReviewResult {
	out := make([]fairness.ReviewResult, n)
	for i := range out {
		out[i] = fairness.ReviewResult{Flagged: flagged, Group: group, Wrong: i < wrong}
	}
	return out
}

// FAI-002: what a review shows, and what it does not.
func TestReview(t *testing.T) {
	table := rates(t, fairness.Unfavourable, map[string]fairness.Rate{"a": {X: 60, N: 200}, "b": {X: 60, N: 200}})
	p := adopted(t)
	p.Review.StratifyBy = ""
	tests := []struct {
		name            string
		results         []fairness.ReviewResult
		flagged, missed fairness.Verdict
		verdict         fairness.Verdict
	}{
		{"nothing reviewed", nil, fairness.Insufficient, fairness.Insufficient, fairness.Insufficient},
		{"flags alone say nothing of missed cases", reviews(true, "", 0, 40), fairness.Pass, fairness.Insufficient, fairness.Insufficient},
		{"clean on both sides", append(reviews(true, "", 0, 40), reviews(false, "", 0, 40)...), fairness.Pass, fairness.Pass, fairness.Pass},
		{"too few", append(reviews(true, "", 0, 10), reviews(false, "", 0, 40)...), fairness.Insufficient, fairness.Pass, fairness.Insufficient},
		{"9 of 10 flags wrong", reviews(true, "", 9, 10), fairness.Pause, fairness.Insufficient, fairness.Pause},
		{"1 of 10 wrong proves nothing", reviews(true, "", 1, 10), fairness.Insufficient, fairness.Insufficient, fairness.Insufficient},
		{"missed cases pause too", append(reviews(true, "", 0, 40), reviews(false, "", 20, 40)...), fairness.Pass, fairness.Pause, fairness.Pause},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := fairness.Review(table, tt.results, p)
			require.NoError(t, err)
			require.Equal(t, tt.flagged, f.FalseDiscovery.Verdict, "flagged: %+v", f.FalseDiscovery)
			require.Equal(t, tt.missed, f.Missed.Verdict, "missed: %+v", f.Missed)
			require.Equal(t, tt.verdict, f.Verdict)
			if f.FalseDiscovery.Verdict == fairness.Insufficient && f.FalseDiscovery.Needed > 0 {
				// The number that it names decides, when no further case is wrong.
				more := reviews(true, "", int(f.FalseDiscovery.Wrong.X), int(f.FalseDiscovery.Needed))
				again, err := fairness.Review(table, more, p)
				require.NoError(t, err)
				require.Equal(t, fairness.Pass, again.FalseDiscovery.Verdict)
			}
		})
	}
}

// FAI-002: a group whose flags are wrong pauses the signal though the others'
// are right, and a group that nobody looked at leaves the bound open.
func TestReviewByGroup(t *testing.T) {
	table := rates(t, fairness.Unfavourable, map[string]fairness.Rate{"a": {X: 60, N: 200}, "b": {X: 60, N: 200}})
	p := adopted(t)
	p.Review.StratifyBy = "group"
	f, err := fairness.Review(table, append(reviews(true, "a", 0, 40), reviews(true, "b", 6, 10)...), p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pause, f.FalseDiscovery.Verdict)
	require.Greater(t, f.FalseDiscovery.Strata[0].Holm, 0.05)
	require.Less(t, f.FalseDiscovery.Strata[1].Holm, 0.05)

	f, err = fairness.Review(table, reviews(true, "a", 0, 60), p)
	require.NoError(t, err)
	require.Equal(t, fairness.Insufficient, f.FalseDiscovery.Verdict)
	require.Equal(t, 1.0, f.FalseDiscovery.Bound)

	_, err = fairness.Review(table, reviews(true, "nobody knows", 0, 1), p)
	require.Error(t, err)
	_, err = fairness.Review(table, reviews(true, "a", 0, 61), p)
	require.Error(t, err, "more than there are")
	twice := []fairness.ReviewResult{{Person: somebody(t, "x"), Group: "a"}, {Person: somebody(t, "x"), Group: "a"}}
	_, err = fairness.Review(table, twice, p)
	require.Error(t, err)
}

// FAI-002: reviewers who do not agree show that the definition is the problem.
func TestReviewersMustAgree(t *testing.T) {
	table := rates(t, fairness.Unfavourable, map[string]fairness.Rate{"a": {X: 60, N: 200}, "b": {X: 60, N: 200}})
	p := adopted(t)
	results := append(reviews(true, "", 2, 60), reviews(false, "", 2, 200)...)
	for i := range results {
		results[i].Second = fairness.SaysRight
		if i%10 == 5 {
			results[i].Second = fairness.SaysWrong
		}
	}
	f, err := fairness.Review(table, results, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pass, f.FalseDiscovery.Verdict)
	require.True(t, f.KappaDefined)
	require.Less(t, f.Kappa, 0.6)
	require.Equal(t, fairness.Insufficient, f.Verdict)
}

// people returns n invented team members, alike but for their group.
func people(t require.TestingT, n int, flagged func(i int) bool) []fairness.Observation {
	out := make([]fairness.Observation, n)
	for i := range out {
		gender := "woman"
		if i%2 == 1 {
			gender = "man"
		}
		shift := "no"
		if i%3 == 0 {
			shift = "yes"
		}
		out[i] = fairness.Observation{
			Person: somebody(t, strconv.Itoa(i)), Levels: []string{gender, []string{"sales", "office"}[i/2%2]},
			Factors: []string{shift}, Values: []float64{float64(i % 7)}, Flagged: flagged(i),
		}
	}
	return out
}

// FAI-002: a result for somebody who was not drawn is refused, a drawn case
// without a result stands in the way of a pass, and the order of everything is
// no matter.
func TestAssessTiesReviewToDraw(t *testing.T) {
	members := people(t, 100, func(i int) bool { return i%5 == 0 })
	p := adopted(t)
	p.Review.StratifyBy = "gender"
	a := fairness.Assessment{Spec: spec(), Policy: p, Window: coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, People: members, Seed: "committed before"}
	cases, err := fairness.DrawSample(a.Spec, a.Policy, a.Seed, members)
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		a.Reviews = append(a.Reviews, fairness.ReviewResult{Person: c.Person, Flagged: c.Flagged})
	}
	first, err := fairness.Assess(a)
	require.NoError(t, err)
	require.Equal(t, signal.Restricted, first.Standing)
	require.Equal(t, fairness.Pass, first.Review.Verdict)

	shuffled := a
	shuffled.People = append([]fairness.Observation{}, members...)
	shuffled.Reviews = append([]fairness.ReviewResult{}, a.Reviews...)
	dice(1).Shuffle(len(shuffled.People), func(i, j int) {
		shuffled.People[i], shuffled.People[j] = shuffled.People[j], shuffled.People[i]
	})
	dice(2).Shuffle(len(shuffled.Reviews), func(i, j int) {
		shuffled.Reviews[i], shuffled.Reviews[j] = shuffled.Reviews[j], shuffled.Reviews[i]
	})
	again, err := fairness.Assess(shuffled)
	require.NoError(t, err)
	require.Equal(t, jsonOf(t, first), jsonOf(t, again))
	redrawn, err := fairness.DrawSample(a.Spec, a.Policy, a.Seed, shuffled.People)
	require.NoError(t, err)
	require.Equal(t, cases, redrawn)

	short := a
	short.Reviews = a.Reviews[:len(a.Reviews)-1]
	r, err := fairness.Assess(short)
	require.NoError(t, err)
	require.NotEqual(t, fairness.Pass, r.Review.Verdict)

	wrongSide := a
	wrongSide.Reviews = append([]fairness.ReviewResult{}, a.Reviews...)
	wrongSide.Reviews[0].Flagged = !wrongSide.Reviews[0].Flagged
	_, err = fairness.Assess(wrongSide)
	require.ErrorContains(t, err, "not on this side")

	drawn := map[coaching.PersonID]bool{}
	for _, c := range cases {
		drawn[c.Person] = true
	}
	for _, m := range members {
		if !drawn[m.Person] {
			chosen := a
			chosen.Reviews = append(append([]fairness.ReviewResult{}, a.Reviews...), fairness.ReviewResult{Person: m.Person, Flagged: m.Flagged})
			_, err = fairness.Assess(chosen)
			require.ErrorContains(t, err, "not drawn")
			break
		}
	}
	a.Seed = ""
	r, err = fairness.Assess(a)
	require.Error(t, err, "without the draw, results must name their group")
	require.Nil(t, r)
}

// Allocations never exceed a stratum, meet the floors, and add up to the total
// where that is possible.
func TestAllocate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 50), 0, 8).Draw(rt, "sizes")
		total, floor := rapid.IntRange(0, 200).Draw(rt, "total"), rapid.IntRange(0, 5).Draw(rt, "floor")
		people, floors, given := 0, 0, 0
		got := fairness.Allocate(sizes, total, floor)
		for i, k := range got {
			require.LessOrEqual(rt, k, sizes[i])
			require.GreaterOrEqual(rt, k, min(floor, sizes[i]))
			people, floors, given = people+sizes[i], floors+min(floor, sizes[i]), given+k
		}
		require.Equal(rt, max(floors, min(total, people)), given)
	})
}
