package enforce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// A candidate is counted and never obeyed: outcomes, grants and records are those
// of the policy in force.
func TestShadow(t *testing.T) {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	e := begin(t, store, careful("a", ""))
	require.Zero(t, e.Comparison())
	review := `  - {id: wait, effect: review, code: WAIT-1, actions: [view], roles: [coach], when: 'purpose == "coaching"', message: wait, review: {as: approval, by: [privacy_officer]}}
`
	wide := changeTo(t, small("b", "", ""), start).Policy
	waits := changeTo(t, strings.Replace(careful("c", ""), "invariants: []", review+"invariants: []", 1), start).Policy
	elsewhere := coachReads("pack-2", start)
	elsewhere.Purpose = governance.ForEvaluation
	in := e.PolicyDigest()
	count := func(from, to governance.Outcome, n int) governance.OutcomeCount {
		return governance.OutcomeCount{From: from, To: to, Count: n}
	}
	for _, tt := range []struct {
		policy *governance.Policy
		want   enforce.Comparison
	}{
		{wide, enforce.Comparison{
			Compared: 3, Outcomes: []governance.OutcomeCount{count(governance.Deny, governance.Permit, 1), count(governance.Permit, governance.Permit, 2)},
			Differences: []enforce.Difference{{Request: elsewhere.Digest(), From: governance.Deny, To: governance.Permit, Decided: []string{"default"}, Instead: []string{"permit.b"}}},
		}},
		{waits, enforce.Comparison{
			Compared: 3, Outcomes: []governance.OutcomeCount{count(governance.Deny, governance.Deny, 1), count(governance.Permit, governance.Review, 2)},
			Differences: []enforce.Difference{
				{Request: coachReads("pack-1", start).Digest(), From: governance.Permit, To: governance.Review, Decided: []string{"note.a", "permit.a"}, Instead: []string{"wait"}},
				{Request: coachReads("pack-1", start).Digest(), From: governance.Permit, To: governance.Review, Decided: []string{"note.a", "permit.a"}, Instead: []string{"wait"}},
			},
		}},
		{nil, enforce.Comparison{}},
		{new(governance.Policy), enforce.Comparison{}},
	} {
		e.Shadow(tt.policy)
		if tt.want.Compared > 0 {
			tt.want.Policy, tt.want.Candidate = in, tt.policy.Digest()
			require.Equal(t, enforce.Comparison{Policy: in, Candidate: tt.policy.Digest()}, e.Comparison(), "counted anew")
		}
		for _, asked := range []*governance.Request{coachReads("pack-1", start), elsewhere, coachReads("pack-1", start)} {
			d, g := e.Authorize(ctx, asked)
			require.Equal(t, asked != elsewhere, d.Allowed())
			require.Equal(t, asked != elsewhere, !g.IsZero())
			require.Equal(t, in, d.PolicyDigest)
		}
		got := e.Comparison()
		require.Equal(t, tt.want, got)
		require.Equal(t, [2]int{got.Loosened(), got.Tightened()}, map[*governance.Policy][2]int{wide: {1, 0}, waits: {0, 2}}[tt.policy])
		require.Equal(t, in, e.PolicyDigest())
	}
	for _, entry := range entries(t, store) {
		if body, ok := entry.Event().Body().(audit.Decision); ok {
			require.Equal(t, in, body.Policy.String())
		}
	}
	var none *enforce.Engine
	none.Shadow(wide)
	require.Zero(t, none.Comparison())
	zero := new(enforce.Engine)
	zero.Shadow(wide)
	require.Zero(t, zero.Comparison())
}

// A comparison is with one policy in force. A swap keeps the candidate and starts
// the count anew.
func TestShadowOverSwap(t *testing.T) {
	ctx := context.Background()
	e := begin(t, new(audit.MemoryStore), careful("a", ""))
	candidate := changeTo(t, small("b", "", ""), start)
	e.Shadow(candidate.Policy)
	elsewhere := coachReads("pack-2", start)
	elsewhere.Purpose = governance.ForEvaluation
	e.Authorize(ctx, elsewhere)
	require.Equal(t, 1, e.Comparison().Loosened())
	require.NoError(t, e.Swap(ctx, changeTo(t, small("c", "", ""), start)))
	require.Equal(t, enforce.Comparison{Policy: e.PolicyDigest(), Candidate: candidate.Policy.Digest()}, e.Comparison())
	e.Authorize(ctx, elsewhere)
	require.Equal(t, []governance.OutcomeCount{{From: governance.Permit, To: governance.Permit, Count: 1}}, e.Comparison().Outcomes)
	// A swap that is refused changes nothing.
	next := changeTo(t, careful("a", ""), start)
	next.Withdrawn = []string{"unknown"}
	require.Error(t, e.Swap(ctx, next))
	require.Equal(t, 1, e.Comparison().Compared)
}

// The answer of the policy is compared, not what the engine makes of it for want
// of a record.
func TestShadowWithoutRecord(t *testing.T) {
	store := &faulty{}
	e := begin(t, store, small("a", "", ""))
	e.Shadow(changeTo(t, small("b", "", ""), start).Policy)
	store.fault = "no space"
	d, _ := e.Authorize(context.Background(), coachReads("pack-1", start))
	require.Equal(t, governance.Deny, d.Outcome)
	e.Authorize(context.Background(), nil)
	require.Equal(t, []governance.OutcomeCount{{From: governance.Permit, To: governance.Permit, Count: 1}}, e.Comparison().Outcomes)
}

// Whatever goes wrong in a candidate stays inside, and is counted: the answer, the
// grant and the record are there before it is asked.
func TestShadowFailsAlone(t *testing.T) {
	for name, candidate := range map[string]func(*governance.Request) governance.Decision{
		"panics":                func(*governance.Request) governance.Decision { panic("canary") },
		"panics with nothing":   func(*governance.Request) governance.Decision { panic(nil) },
		"answers what is not":   func(*governance.Request) governance.Decision { return governance.Decision{Outcome: 7} },
		"writes to the request": func(r *governance.Request) governance.Decision { *r = governance.Request{}; panic("canary") },
	} {
		t.Run(name, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e := begin(t, store, small("a", "", ""))
			e.ShadowFunc(func(r *governance.Request) governance.Decision {
				require.Len(t, entries(t, store), 2, "recorded before the candidate is asked")
				return candidate(r)
			})
			request := coachReads("pack-1", start)
			d, g := e.Authorize(context.Background(), request)
			require.Equal(t, changeTo(t, small("a", "", ""), start).Policy.Decide(request), d)
			got, err := enforce.Unlock(g, enforce.Seal(pack("pack-1"), 1), person("coach 1"), governance.View, start)
			require.NoError(t, err)
			require.Equal(t, 1, got)
			c := e.Comparison()
			require.Equal(t, 1, c.Failed)
			require.Zero(t, c.Compared)
			require.Empty(t, c.Differences)
			require.Equal(t, coachReads("pack-1", start), request)
		})
	}
}

// The differences are bounded, whoever asks at the same time, and hold nobody.
func TestShadowBounded(t *testing.T) {
	e := begin(t, new(audit.MemoryStore), careful("a", ""))
	e.Shadow(changeTo(t, small("b", "", ""), start).Policy)
	var wait sync.WaitGroup
	digests := make(map[string]bool)
	for i := range 16 {
		r := coachReads(fmt.Sprint("Jane.Doe-", i), start)
		r.Purpose = governance.ForEvaluation
		digests[r.Digest()] = true
		wait.Go(func() {
			for range 4 {
				e.Authorize(context.Background(), r)
				e.Comparison()
			}
		})
	}
	wait.Wait()
	c := e.Comparison()
	require.Equal(t, 64, c.Compared)
	require.Equal(t, 64, c.Loosened())
	require.Len(t, c.Differences, enforce.MaxDifferences)
	require.True(t, slices.IsSortedFunc(c.Differences, func(a, b enforce.Difference) int { return strings.Compare(a.Request, b.Request) }))
	for _, d := range c.Differences {
		require.True(t, digests[d.Request])
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	for _, secret := range []string{"Jane", "p1_", "says"} {
		require.NotContains(t, string(text)+fmt.Sprintf("%+v %#v", c, c), secret)
	}
	c.Differences[0].Request = ""
	require.NotEqual(t, c, e.Comparison(), "the caller's own")
}
