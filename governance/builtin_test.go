package governance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

func builtIn(t testing.TB) *governance.Policy {
	t.Helper()
	p, report, err := governance.BuiltIn()
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	return p
}

// The built-in policy has no finding, every rule of it is made to fire by a
// test inside it, and none needs the CEL engine.
func TestBuiltInPolicyIsWhole(t *testing.T) {
	_, report, err := governance.BuiltIn()
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.Equal(t, report.Tests, report.Passed)
	require.Greater(t, report.Tests, 40)
	for _, r := range report.Rules {
		require.Positive(t, r.Tests, r.ID)
		require.False(t, r.Fallback, r.ID)
	}
}

// Nobody and nothing: every zero value denies, with a code.
func TestNothingIsDenied(t *testing.T) {
	p := builtIn(t)
	require.Equal(t, "POL-REQUEST", p.Decide(nil).Codes())
	require.Equal(t, governance.Deny, p.Decide(&governance.Request{}).Outcome)
	require.Contains(t, p.Decide(&governance.Request{}).Missing, "now")
	var none *governance.Policy
	require.Equal(t, "POL-REQUEST", none.Decide(nil).Codes())
	require.False(t, none.Decide(&governance.Request{}).Allowed())
	require.False(t, new(governance.Policy).Decide(&governance.Request{Subject: governance.Subject{Role: coaching.Coach}}).Allowed())
	require.False(t, governance.Decision{}.Allowed())
}
