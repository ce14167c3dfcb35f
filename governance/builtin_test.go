package governance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
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

// GOV-015: nobody coaches themselves, and figures about a leader's team are the
// assigned coach's with the leader's consent, as the pack is.
func TestPacksAreOneLeaders(t *testing.T) {
	p := builtIn(t)
	tests := []struct {
		name   string
		change func(r *governance.Request)
		codes  string
	}{
		{"as asked", func(*governance.Request) {}, "GOV-015"},
		{"the coach's own", func(r *governance.Request) { r.Resource.Owner = r.Subject.ID }, "GOV-015 GOV-015"},
		{"an aggregate", func(r *governance.Request) { r.Resource.Class, r.Resource.GroupSize = signal.Aggregate, 8 }, "GOV-015"},
		{"an aggregate without consent", func(r *governance.Request) {
			r.Resource.Class, r.Resource.GroupSize, r.Consents = signal.Aggregate, 8, nil
		}, "GOV-012 GOV-015"},
		{"an aggregate of nobody knows whom", func(r *governance.Request) {
			r.Resource.Class, r.Resource.GroupSize, r.Resource.Owner = signal.Aggregate, 8, coaching.PersonID{}
		}, "GOV-015 GOV-012 GOV-015"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := packRequest(t)
			tt.change(r)
			d := p.Decide(r)
			require.Equal(t, tt.codes, d.Codes())
			require.Equal(t, len(d.Reasons) == 1, d.Allowed())
		})
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
	require.Equal(t, "POL-POLICY", none.Decide(packRequest(t)).Codes())
	require.Equal(t, "POL-POLICY", new(governance.Policy).Decide(packRequest(t)).Codes())
	require.False(t, new(governance.Policy).Decide(&governance.Request{Subject: governance.Subject{Role: coaching.Coach}}).Allowed())
	require.False(t, governance.Decision{}.Allowed())
}
