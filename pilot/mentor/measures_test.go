package mentor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// PIL-113: by hand. A commitment of the first session is kept in the third, one of
// the second in the third; the leader's own change is found 14 days after the
// first session. What the coach kept is follow-through and no changed behaviour.
func TestFollowThrough(t *testing.T) {
	p := people("L01", "C1")
	day := coaching.MustDate("2027-02-08")
	session := func(n int, made []mentor.Commitment, followed ...mentor.Followed) mentor.Session {
		return mentor.Session{ID: fmt.Sprint("S-", n), Date: day.AddDays(7 * n), Leader: p[0], Coach: p[1], Attendance: mentor.Held, Commitments: made, Followed: followed}
	}
	l := mentor.Log{Sessions: []mentor.Session{
		session(0, []mentor.Commitment{{ID: "K1", Owner: p[0], Due: day.AddDays(7)}}),
		session(1, []mentor.Commitment{{ID: "K2", Owner: p[1], Due: day.AddDays(14)}}, mentor.Followed{Commitment: "K1", Outcome: mentor.NotKept}),
		session(2, nil, mentor.Followed{Commitment: "K1", Outcome: mentor.Kept}, mentor.Followed{Commitment: "K2", Outcome: mentor.Kept}),
		session(3, nil, mentor.Followed{Commitment: "K1", Outcome: mentor.Kept}),
	}}
	m := l.Measures(day.AddDays(100), 3)
	require.Equal(t, []int{1, 2}, m.SessionsToKept)
	require.Equal(t, []int{14}, m.DaysToChange)
	early := l.Measures(day.AddDays(13), 3)
	require.Empty(t, early.SessionsToKept)
	require.Empty(t, early.DaysToChange)
	l.Sessions[2].Attendance = mentor.Missed // what a missed session says counts for nothing
	m = l.Measures(day.AddDays(100), 3)
	require.Equal(t, []int{2}, m.SessionsToKept)
	require.Equal(t, []int{21}, m.DaysToChange)
}

// The order of the records changes nothing, and a leader more changes no figure
// of the others.
func TestMeasuresIgnoreOrderAndOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		day := coaching.MustDate("2027-02-08")
		of := func(name string) []mentor.Session {
			p := people(name, "C1")
			var out []mentor.Session
			for i := range rapid.IntRange(1, 6).Draw(rt, name) {
				s := mentor.Session{ID: fmt.Sprint(name, i), Date: day.AddDays(7 * i), Leader: p[0], Coach: p[1], Attendance: mentor.Presence(rapid.IntRange(1, 3).Draw(rt, "attendance"))}
				s.Commitments = []mentor.Commitment{{ID: fmt.Sprint(name, "-K", i), Owner: p[rapid.IntRange(0, 1).Draw(rt, "owner")], Due: s.Date.AddDays(7)}}
				if i > 0 {
					s.Followed = []mentor.Followed{{Commitment: fmt.Sprint(name, "-K", rapid.IntRange(0, i-1).Draw(rt, "of")), Outcome: mentor.Outcome(rapid.IntRange(1, 4).Draw(rt, "outcome"))}}
				}
				out = append(out, s)
			}
			return out
		}
		one, two := of("L01"), of("L02")
		measure := func(s []mentor.Session) mentor.Measures { return mentor.Log{Sessions: s}.Measures(day.AddDays(100), 3) }
		both := slices.Concat(one, two)
		m := measure(both)
		require.Equal(rt, m, measure(rapid.Permutation(both).Draw(rt, "order")))
		a, b := measure(one), measure(two)
		sum := slices.Concat(a.SessionsToKept, b.SessionsToKept)
		slices.Sort(sum)
		require.Equal(rt, len(sum), len(m.SessionsToKept))
		require.True(rt, slices.Equal(sum, m.SessionsToKept))
		require.Len(rt, m.DaysToChange, len(a.DaysToChange)+len(b.DaysToChange))
		for _, n := range m.SessionsToKept {
			require.Positive(rt, n)
		}
		require.Nil(rt, m.Coaches, "two leaders are too few for a row about a coach")
	})
}
