package main

import (
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
)

// The contestants give the same answers to the twelve shapes, for the same rules.
func TestContestantsDecideTheShapesAlike(t *testing.T) {
	all, err := shapes()
	require.NoError(t, err)
	require.Len(t, all, 12)
	var requests []*governance.Request
	for _, s := range all {
		r := s.done()
		got, _ := hand(r)
		require.Equal(t, s.want, got, s.name)
		requests = append(requests, r)
	}
	require.NoError(t, disagreement(requests))
}

// They agree on requests from all enums and around all thresholds, among which
// every outcome is frequent and every rule fires, often alone.
func TestContestantsDecideAlike(t *testing.T) {
	requests, err := edges()
	require.NoError(t, err)
	require.Len(t, requests, 18)
	for i := range 6 { // three of each: some are permitted and some are not
		permits := 0
		for j := range 3 {
			if out, _ := hand(requests[i+6*j]); out == governance.Permit {
				permits++
			}
		}
		require.True(t, permits == 1 || permits == 2, "%d of the edges %d are permitted", permits, i)
	}
	drawn, err := draw(rand.New(rand.NewPCG(16, 12)), 3_000)
	require.NoError(t, err)
	requests = append(requests, drawn...)
	require.NoError(t, disagreement(requests))
	var outcomes [3]int
	var fired, decisive [len(rules)]int
	for _, r := range requests {
		want, set := hand(r)
		require.Equal(t, want, combine(set))
		outcomes[want]++
		for b := range rules {
			if set&(1<<b) != 0 {
				fired[b]++
				if combine(set&^(1<<b)) != want {
					decisive[b]++
				}
			}
		}
	}
	t.Logf("deny, review, permit: %v; by rule %v, of which alone %v", outcomes, fired, decisive)
	for o, n := range outcomes {
		require.Greater(t, n, 200, governance.Outcome(o))
	}
	for b := range rules {
		require.Greater(t, fired[b], 40, rules[b].id)
		require.Greater(t, decisive[b], 2, "%s decides alone in too few requests: %v", rules[b].id, decisive)
	}
}

// Repeated for many programmes the rules give the same answers, and only those of
// the resource's programme fire.
func TestRepeatedRulesDecideAlike(t *testing.T) {
	n := 1_600 // as many as the race has take too long to load here; the race asks them the shapes
	requests, err := draw(rand.New(rand.NewPCG(16, 12)), 2_000)
	require.NoError(t, err)
	l, err := newLibrary(programmes(n/len(rules)), n, requests)
	require.NoError(t, err)
	for i, r := range requests {
		want, set := hand(r)
		got, _ := l.decide(i)
		fired, _ := l.fired()
		require.Equal(t, want, got)
		require.Equal(t, set, fired)
		named := 0
		for _, reason := range l.decision.Reasons {
			if strings.HasPrefix(reason.Rule, "p") {
				named++
			}
		}
		require.Equal(t, bits.OnesCount32(set), named)
	}
}
