package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata anew")

func TestGolden(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run(&b))
	if *update {
		require.NoError(t, os.WriteFile("testdata/session.txt", b.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/session.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
	require.NotContains(t, b.String(), "p1_", "nobody's pseudonym is printed")
}

// Whatever a role may not see is not there: a canary in each text of the records.
func TestWhoSeesWhat(t *testing.T) {
	p, err := people()
	require.NoError(t, err)
	log, gate, consents := engagement(p)
	log.Sessions[0].Suggestions[0].Reason = "canary of the suggestion"
	log.Sessions[0].Commitments[0].Text = "canary of the commitment"
	log.Trials[0].Learned = "canary of what was learned"
	at := time.Date(2027, 4, 20, 9, 0, 0, 0, time.UTC)
	sees := map[string]string{
		"coach": coachSees(p, log, gate), "leader": leaderSees(p, log), "sponsor": sponsorSees(log, consents, at), "programme": programmeSees(log, at),
	}
	for role, may := range map[string][]string{"coach": {"of the suggestion", "of the commitment"}, "leader": {"of what was learned"}, "sponsor": nil, "programme": nil} {
		require.Equal(t, len(may), strings.Count(sees[role], "canary"), role)
		for _, what := range may {
			require.Contains(t, sees[role], "canary "+what, role)
		}
	}
	require.NotContains(t, sees["coach"], paused, "no entry for a signal outside the leader's pack")
	require.Contains(t, sees["sponsor"], "A product leader")
	require.NotContains(t, sponsorSees(log, nil, at), "A product leader", "no narrative without consent")
	log.Agreements[0].SponsorSees = nil
	require.NotContains(t, sponsorSees(log, consents, at), ":", "nothing that is not disclosed")
	require.Empty(t, log.Check(gate))
}
