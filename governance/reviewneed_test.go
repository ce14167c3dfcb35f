package governance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// What a decision lists is met by exactly those approvals and reviews that meet
// what every fired rule and floor waits for, in whatever order the rules stand;
// no listed approval implies another; and each rule stands with one need.
func TestReviewsAreWhatTheRulesWaitFor(t *testing.T) {
	var into Decision // used again, as DecideInto does
	var s scratch
	rapid.Check(t, func(t *rapid.T) {
		low := floorSet(rapid.SampledFrom([]int{0, 1 << floorCareer, 1 << floorCareerSignal, 1 << floorIdentityApproval, 1<<floorCareer | 1<<floorIdentityApproval}).Draw(t, "floors"))
		all := []*reviewNeed{}
		if low&(1<<floorCareer|1<<floorCareerSignal) != 0 {
			all = append(all, careerNeed)
		}
		if low&(1<<floorIdentityApproval) != 0 {
			all = append(all, identityNeed)
		}
		var fired []*rule
		for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
			n := &reviewNeed{as: rapid.SampledFrom([]string{"approval", "review"}).Draw(t, "as")}
			for _, r := range rapid.SliceOfN(rapid.SampledFrom([]coaching.Role{coaching.Coach, coaching.LegalPrivacy, coaching.PrivacyOfficer, coaching.HRReviewer}), 1, 3).Draw(t, "by") {
				n.by |= 1 << r
			}
			if n.as == "review" {
				n.minRationale = rapid.IntRange(0, 2).Draw(t, "rationale")
				n.expires = time.Duration(rapid.IntRange(0, 2).Draw(t, "expires"))
			}
			fired, all = append(fired, &rule{id: fmt.Sprint("rule", i), effect: Review, need: n}), append(all, n)
		}
		s.fired = append(s.fired[:0], fired...)
		into.Reviews = into.Reviews[:0]
		into.review(&s, low, RequestDigest{1})

		met := func(n ReviewNeed, f *facts) bool {
			need := reviewNeed{as: n.As, minRationale: n.MinRationale, expires: n.Expires}
			for _, role := range n.By {
				need.by |= 1 << role
			}
			return need.met(f)
		}
		var f facts
		f.set(attrApprovalCount, int64(rapid.IntRange(1, 3).Draw(t, "count")))
		f.set(attrApprovalRoles, int64(rapid.IntRange(1, 1<<len(roleNames)-1).Draw(t, "approved by")))
		f.setBool(attrReviewDone, true)
		for role := coaching.NoRole + 1; int(role) < len(roleNames); role++ {
			for rationale := range int64(minRationale + 2) {
				for age := range int64(4) {
					f.set(attrReviewRole, int64(role))
					f.set(attrReviewRationale, rationale)
					f.set(attrReviewAge, age)
					want := !slices.ContainsFunc(all, func(n *reviewNeed) bool { return !n.met(&f) })
					got := !slices.ContainsFunc(into.Reviews, func(n ReviewNeed) bool { return !met(n, &f) })
					require.Equal(t, want, got, "%s %d %d: %+v", role, rationale, age, into.Reviews)
				}
			}
		}

		var ids []string
		for i, n := range into.Reviews {
			require.NotEmpty(t, n.By)
			require.True(t, slices.IsSorted(n.Rules))
			require.True(t, i == 0 || into.Reviews[i-1].Rules[0] < n.Rules[0])
			require.Equal(t, RequestDigest{1}, n.Request)
			ids = append(ids, n.Rules...)
		}
		require.Len(t, ids, len(all))
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), len(all))
		for i := range s.needs {
			for j := range s.needs {
				require.True(t, i == j || !s.needs[i].implies(s.needs[j]))
			}
		}

		var fresh Decision
		slices.Reverse(fired)
		fresh.review(&scratch{fired: fired}, low, RequestDigest{1})
		require.Equal(t, shown(into.Reviews), shown(fresh.Reviews))
	})
}

// shown returns needs without the rules, whose place among equals is that of the
// first.
func shown(needs []ReviewNeed) string {
	var lines []string
	for _, n := range needs {
		lines = append(lines, fmt.Sprint(n.As, n.By, n.Not, n.MinRationale, n.Expires))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
