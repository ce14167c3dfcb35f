package governance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// batchRequests returns a request that the built-in policy permits, one that it
// denies and one that it wants reviewed.
func batchRequests(t testing.TB) (yes, no, wait governance.Request) {
	yes, no, wait = *packRequest(t), *packRequest(t), *packRequest(t)
	no.Subject.Trained = false
	wait.Action, wait.Resource.Type, wait.Subject.Role = governance.Publish, governance.ResourceRecommendation, coaching.ProgramAdmin
	wait.Resource.Automated, wait.Resource.ModelCard, wait.Resource.Explained = governance.Yes, true, true
	wait.Resource.Affects = governance.EffectsOf(governance.Promotion)
	return yes, no, wait
}

// POL-BATCH: the examples of the OpenID AuthZEN Authorization API 1.0, section
// 7.1.2.1: three documents, answered true, false, true when all are asked. Where
// its response ends early, the rest is denied here. Review is no yes.
func TestDecideBatch(t *testing.T) {
	yes, no, wait := batchRequests(t)
	letters := map[byte]governance.Request{'y': yes, 'n': no, 'w': wait}
	tests := []struct {
		semantics governance.Semantics
		asked     string
		want      string // y, n, w, and - for what is not decided
	}{
		{governance.ExecuteAll, "yny", "yny"},
		{governance.DenyOnFirstDeny, "yny", "yn-"},
		{governance.PermitOnFirstPermit, "yny", "y--"},
		{governance.ExecuteAll, "wnyw", "wnyw"},
		{governance.DenyOnFirstDeny, "ywy", "yw-"},
		{governance.DenyOnFirstDeny, "yyy", "yyy"},
		{governance.DenyOnFirstDeny, "nyy", "n--"},
		{governance.PermitOnFirstPermit, "wny", "wny"},
		{governance.PermitOnFirstPermit, "wyn", "wy-"},
		{governance.PermitOnFirstPermit, "nwn", "nwn"},
		{governance.Semantics(9), "yn", "--"},
		{governance.ExecuteAll, "", ""},
		{governance.DenyOnFirstDeny, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.semantics.String()+" "+tt.asked, func(t *testing.T) {
			var requests []governance.Request
			for i := range len(tt.asked) {
				requests = append(requests, letters[tt.asked[i]])
			}
			decisions := builtIn(t).DecideBatch(requests, tt.semantics)
			require.Len(t, decisions, len(requests))
			for i, d := range decisions {
				if tt.want[i] == '-' {
					require.Equal(t, governance.Deny, d.Outcome)
					require.Equal(t, "POL-BATCH", d.Codes())
					require.Equal(t, builtIn(t).Digest(), d.PolicyDigest)
					require.Equal(t, requests[i].Now, d.At)
					continue
				}
				require.Equal(t, builtIn(t).Decide(&requests[i]), d)
				require.Equal(t, strings.IndexByte("nwy", tt.want[i]), int(d.Outcome))
			}
		})
	}
	var none *governance.Policy
	for _, d := range none.DecideBatch([]governance.Request{yes, yes}, governance.PermitOnFirstPermit) {
		require.Equal(t, "POL-POLICY", d.Codes())
	}
}

// A batch is what && and || are: its first answers are those given one by one, up
// to and including the one that settles it, and there is a yes among them just
// when || finds one, a no just when && does.
func TestDecideBatchIsAndOr(t *testing.T) {
	yes, no, wait := batchRequests(t)
	p := builtIn(t)
	rapid.Check(t, func(r *rapid.T) {
		requests := rapid.SliceOfN(rapid.SampledFrom([]governance.Request{yes, no, wait}), 0, 12).Draw(r, "requests")
		and, or := true, false
		ends := [3]int{len(requests), len(requests), len(requests)} // by semantics
		for i := range requests {
			one := p.Decide(&requests[i]).Allowed()
			if and && !one {
				and, ends[1] = false, i+1
			}
			if !or && one {
				or, ends[2] = true, i+1
			}
		}
		for s, end := range ends {
			all, any := true, false
			for i, d := range p.DecideBatch(requests, governance.Semantics(s)) {
				require.Equal(r, i >= end, d.Codes() == "POL-BATCH")
				if i < end {
					require.Equal(r, p.Decide(&requests[i]), d)
				}
				all, any = all && d.Allowed(), any || d.Allowed()
			}
			require.Equal(r, or, any || s == 1 && or)
			require.Equal(r, and, all || s == 2 && and)
		}
	})
}

// The names are those of AuthZEN, and nothing else is read.
func TestSemanticsText(t *testing.T) {
	for i, name := range []string{"execute_all", "deny_on_first_deny", "permit_on_first_permit"} {
		text, err := governance.Semantics(i).MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		var s governance.Semantics
		require.NoError(t, s.UnmarshalText(text))
		require.EqualValues(t, i, s)
	}
	_, err := governance.Semantics(3).MarshalText()
	require.Error(t, err)
	s := governance.DenyOnFirstDeny
	require.Error(t, s.UnmarshalText([]byte("deny_on_first")))
	require.Equal(t, governance.DenyOnFirstDeny, s)
	require.True(t, governance.Semantics(3).Settles(governance.Permit))
}
