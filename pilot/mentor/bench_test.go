package mentor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// bigLog holds this many sessions, ten of each leader, fifty leaders of each
// coach; every session shows two signals and takes up the commitment before.
// One leader in ten tells a narrative.
func bigLog(tb testing.TB, sessions int) mentor.Log {
	tb.Helper()
	p, err := coaching.NewPseudonymizer([]byte("mentor-test-key-of-32-bytes-len!"), coaching.Domain{Programme: "big", Purpose: "coaching"})
	require.NoError(tb, err)
	who := func(kind string, n int) coaching.PersonID {
		id, err := p.Person(fmt.Sprint(kind, n))
		require.NoError(tb, err)
		return id
	}
	sponsor, expert := who("sponsor", 0), who("expert", 0)
	start := coaching.MustDate("2027-02-08")
	l := mentor.Log{Schema: mentor.LogV1, Programme: "big"}
	for n := range sessions / 10 {
		leader, coach := who("leader", n), who("coach", n/50)
		if n%50 == 0 {
			l.Enablement = append(l.Enablement, mentor.Enablement{Coach: coach, Workshop: start.AddDays(-7), WorkshopMinutes: 420, TeachBack: 90, Assessor: expert, Analyst: expert})
		}
		l.Agreements = append(l.Agreements, mentor.Agreement{Leader: leader, Coach: coach, Sponsor: sponsor, Signed: start.AddDays(-10),
			Kind: mentor.Internal, Confidentiality: "What is said stays here", AnyoneMayStop: true})
		l.Trials = append(l.Trials, mentor.Trial{Leader: leader, Owner: leader, Experiment: "E-MEET", Signal: "meeting_hygiene", Measure: "cross_team_meeting_hours",
			Declared: start, Run: coaching.Window{From: start.AddDays(1), To: start.AddDays(56)}})
		for i := range 10 {
			s := mentor.Session{ID: fmt.Sprintf("S-%d-%d", n, i), Date: start.AddDays(7 * i), Leader: leader, Coach: coach, Attendance: mentor.Held,
				Minutes: 60, PrepMinutes: 15, Shown: []string{"meeting_hygiene", "review_turnaround"}, Used: []string{"meeting_hygiene"}}
			if i > 0 {
				s.Followed = []mentor.Followed{{Commitment: fmt.Sprintf("K-%d-%d", n, i-1), Outcome: mentor.Kept}}
			}
			s.Commitments = []mentor.Commitment{{ID: fmt.Sprintf("K-%d-%d", n, i), Text: "One agenda", Owner: leader, Due: s.Date.AddDays(4)}}
			l.Sessions = append(l.Sessions, s)
		}
		if n%10 == 0 {
			l.Narratives = append(l.Narratives, mentor.Narrative{ID: fmt.Sprint("N-", n), Author: coach, Leader: leader, Written: start.AddDays(70),
				Sessions: []string{fmt.Sprintf("S-%d-0", n)}, Speaker: "a product leader", Situation: "Meetings had no agenda", Behaviour: "Agendas were sent",
				Experiment: "E-MEET", Change: "Two meetings were dropped", Alternative: "A release had ended"})
		}
	}
	return l
}

// A large log of good records keeps every rule.
func TestBigLogKeepsEveryRule(t *testing.T) {
	require.Empty(t, bigLog(t, 1000).Check(open()))
}

// Ten times the sessions are to take ten times as long.
func BenchmarkLog_Check(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		l := bigLog(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Check(open())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/session")
		})
	}
}

func BenchmarkLog_Measures(b *testing.B) {
	l := bigLog(b, 10_000)
	for b.Loop() {
		l.Measures(coaching.MustDate("2027-12-31"), 3)
	}
}
