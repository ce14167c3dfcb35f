package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

var update = flag.Bool("update", false, "write the sample and what it gives")

// sample is an invented export: four teams of six people, ten weeks. The second
// team has a launch in the last week.
func sample() string {
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,Collaboration_hours,Meeting_hours,Email_hours,After_hours_collaboration_hours,Organization\n")
	first := coaching.MustDate("2026-11-01")
	for week := range 10 {
		for person := range 24 {
			team := person / 6
			noise := float64((week*37+person*17)%23) / 10
			meetings := 9 + 1.5*float64(team) + noise
			if week == 9 && team == 1 {
				meetings += 7
			}
			fmt.Fprintf(&b, "E%02d,%s,%.2f,%.2f,%.2f,%.2f,Team %c\n", person, first.AddDays(7*week), 24+2*noise, meetings,
				5+float64((week*5+person*3)%11)/5, 1.5+0.4*float64(team)+noise/4, 'A'+rune(team))
		}
	}
	return b.String()
}

// reviewed is what the people of the sample decided: two leaders agree, two have
// not been asked, and the launch waits for the steward.
func reviewed(t *testing.T) string {
	people, err := coaching.NewPseudonymizer([]byte(demoKey), coaching.Domain{Programme: "weekly-pack", Purpose: "coaching", Epoch: 1})
	require.NoError(t, err)
	who := func(name string) coaching.PersonID {
		id, err := people.Person(name)
		require.NoError(t, err)
		return id
	}
	yes := signal.Judgement{Pass: true, Evidence: "design review of 2026-12-28", By: who("steward"), On: coaching.MustDate("2026-12-28")}
	r := review{Coach: who("coach"), Judgements: map[string]signal.Judgements{}, Standings: map[string]signal.StandingRecord{}, Decisions: []signal.StewardDecision{}}
	for _, id := range []string{"meeting_hours", "after_hours_share", "email_hours"} {
		r.Judgements[id] = signal.Judgements{Controllable: yes, Causal: yes, Interpretable: yes, Stewardship: yes}
		r.Standings[id] = signal.StandingRecord{Standing: signal.Cleared}
		for _, team := range []string{"Team A", "Team B"} {
			r.Consents = append(r.Consents, signal.Consent{
				Participant: who(team), Signal: id, Purpose: signal.CoachingPurpose, Granted: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC),
			})
		}
	}
	text, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	return string(text) + "\n"
}

// The embedded sample is what this file makes.
func TestSampleIsGenerated(t *testing.T) {
	for name, want := range map[string]string{"data/sample.csv": sample(), "data/review.json": reviewed(t)} {
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
		}
		have, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, want, string(have), "%s is stale: go test ./examples/weekly-pack -update", name)
	}
}
