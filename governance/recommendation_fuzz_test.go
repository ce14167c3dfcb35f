package governance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Whatever a stored record says, nothing panics, a record that is at fault goes
// no further and is a candidate, and nobody may use what its stage does not allow.
func FuzzRecommendation(f *testing.F) {
	p, _, err := BuiltIn()
	require.NoError(f, err)
	c := proposal(EffectsOf(NoEffect))
	for _, a := range acts6(p) {
		if a.name == "refuse" || a.name == "veto" {
			continue
		}
		var findings coaching.Findings
		c, findings = a.do(c)
		require.Empty(f, findings)
		text, err := json.Marshal(c)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c Recommendation
		if json.Unmarshal(text, &c) != nil {
			return
		}
		stage := c.Stage()
		require.Equal(t, stage == "none", c.Check().Blocked())
		r := c.request(proposedAt.Add(5 * time.Hour))
		usable := stage == "reviewed" || stage == "sampled" || stage == "in_session" || stage == "answered"
		if !usable {
			require.Equal(t, signal.Candidate, r.Resource.Standing)
			require.False(t, p.Decide(r).Allowed())
		}
		for _, a := range acts6(p) {
			next, findings := a.do(c)
			if stage == "none" {
				require.True(t, findings.Blocked())
			}
			if findings.Blocked() {
				require.Equal(t, c, next)
			} else {
				require.NotEqual(t, "none", next.Stage())
			}
		}
	})
}
