package mentor_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// changed is the golden log in which leader 1 has another coach from the first
// of March, whom this leader meets a week later; nothing is wrong with it.
func changed(t testing.TB) mentor.Log {
	l, _ := readLog(t)
	day := coaching.MustDate
	second := l.Agreements[0]
	l.Agreements[0].Ended = day("2027-02-28")
	second.Coach, second.Signed = person(t, coach2), day("2027-03-01")
	l.Agreements = append(l.Agreements, second)
	ready := l.Enablement[0]
	ready.Coach = person(t, coach2)
	l.Enablement = append(l.Enablement, ready)
	l.Reassignments = []mentor.Reassignment{{Leader: person(t, leader1), From: person(t, coach1), To: person(t, coach2), Date: day("2027-03-01")}}
	l.Sessions = append(l.Sessions, mentor.Session{
		ID: "S-L01-09", Date: day("2027-03-08"), Leader: person(t, leader1), Coach: person(t, coach2), Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15,
		Followed: []mentor.Followed{{Commitment: "K-2", Outcome: mentor.Kept}},
	})
	return l
}

// MEN-016, by one change each of a log in which a reassignment went well, and
// the rules of before it that bind the new coach too.
func TestReassignment(t *testing.T) {
	day := coaching.MustDate
	require.Empty(t, changed(t).Check(open()))
	tests := []struct {
		name, code, path string
		change           func(l *mentor.Log)
	}{
		{"no day", "MEN-016", "reassignments[0].date", func(l *mentor.Log) { l.Reassignments[0].Date = coaching.Date{} }},
		{"no coach after", "MEN-016", "reassignments[0].date", func(l *mentor.Log) { l.Reassignments[0].To = coaching.PersonID{} }},
		{"the same coach", "MEN-016", "reassignments[0].to", func(l *mentor.Log) { l.Reassignments[0].To = l.Reassignments[0].From }},
		{"the leader as coach", "MEN-016", "reassignments[0].to", func(l *mentor.Log) { l.Reassignments[0].To = l.Reassignments[0].Leader }},
		{"the former agreement holds", "MEN-016", "reassignments[0].from", func(l *mentor.Log) { l.Agreements[0].Ended = day("2027-03-01") }},
		{"two on one day", "MEN-016", "reassignments[1].date", func(l *mentor.Log) {
			l.Reassignments = append(l.Reassignments, l.Reassignments[0])
		}},
		{"not from the coach whom the leader had", "MEN-016", "reassignments[1].from", func(l *mentor.Log) {
			l.Reassignments = append(l.Reassignments, mentor.Reassignment{
				Leader: l.Reassignments[0].Leader, From: person(t, coach1), To: person(t, analyst), Date: day("2027-04-01"),
			})
		}},
		{"the former coach goes on", "MEN-016", "sessions[7].coach", func(l *mentor.Log) { l.Sessions[7].Coach = person(t, coach1) }},
		{"the new coach begins early", "MEN-016", "sessions[2].coach", func(l *mentor.Log) { l.Sessions[2].Coach = person(t, coach2) }},
		{"nothing on record", "MEN-016", "sessions[7].coach", func(l *mentor.Log) { l.Reassignments = nil }},
		{"a promise of the former coach", "MEN-016", "sessions[2].commitments[0].owner", func(l *mentor.Log) {
			l.Sessions[2].Commitments[0].Owner, l.Sessions[2].Commitments[0].Due = person(t, coach1), day("2027-03-05")
			l.Sessions[7].Followed = nil
		}},
		{"the new coach is not prepared", "PIL-105", "sessions[7].coach", func(l *mentor.Log) { l.Enablement = l.Enablement[:1] }},
		{"no agreement with the new coach", "MEN-001", "sessions[7].date", func(l *mentor.Log) { l.Agreements = l.Agreements[:3] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := changed(t)
			tt.change(&l)
			findings := l.Check(open())
			require.True(t, slices.ContainsFunc(findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Path == tt.path }), "%v", findings)
			requireRules(t, findings)
		})
	}
}

// A promise that was taken up is settled, and one that fell due before the day
// was the former coach's to keep.
func TestReassignmentLeavesSettledPromises(t *testing.T) {
	l := changed(t)
	l.Sessions[2].Commitments[0].Owner = person(t, coach1)
	l.Sessions[2].Commitments[0].Due = coaching.MustDate("2027-03-05")
	require.Empty(t, l.Check(open()), "taken up")
	l.Sessions[7].Followed, l.Sessions[2].Commitments[0].Owner = nil, person(t, leader1)
	require.False(t, l.Check(open()).Has("MEN-016"), "the leader stays")
	l.Sessions[2].Commitments[0].Due = coaching.MustDate("2027-02-28")
	l.Sessions[7].Followed = nil
	require.False(t, l.Check(open()).Has("MEN-016"))
	require.True(t, l.Check(open()).Has("MEN-010"))
}

// Sessions keep their own coach in the measures.
func TestReassignmentKeepsWhoHeldASession(t *testing.T) {
	m := changed(t).Measures(coaching.MustDate("2027-03-31"), 0)
	require.Equal(t, 3, m.Leaders)
	require.Empty(t, m.Coaches, "the new coach has one leader")
}

// Against the coach of each day, worked out day by day: a session is found at
// fault just when it is of another coach.
func TestReassignmentsDayByDay(t *testing.T) {
	day := coaching.MustDate("2027-01-01")
	leader, coaches := people("A")[0], people("X", "Y", "Z")
	rapid.Check(t, func(r *rapid.T) {
		var l mentor.Log
		of := map[coaching.Date]coaching.PersonID{}
		coach, on := rapid.SampledFrom(coaches).Draw(r, "first"), day
		for range rapid.IntRange(1, 4).Draw(r, "moves") {
			next := on.AddDays(rapid.IntRange(1, 6).Draw(r, "days"))
			for ; on.Before(next); on = on.AddDays(1) {
				of[on] = coach
			}
			to := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(coaches), func(c coaching.PersonID) bool { return c == coach })).Draw(r, "to")
			l.Reassignments = append(l.Reassignments, mentor.Reassignment{Leader: leader, From: coach, To: to, Date: next})
			coach = to
		}
		of[on] = coach
		l.Reassignments = rapid.Permutation(l.Reassignments).Draw(r, "order")
		at := day.AddDays(rapid.IntRange(0, day.DaysUntil(on)).Draw(r, "at"))
		who := rapid.SampledFrom(coaches).Draw(r, "who")
		l.Sessions = []mentor.Session{{ID: "S", Date: at, Leader: leader, Coach: who, Attendance: mentor.Missed}}
		require.Equal(r, of[at] != who, l.Check(open()).Has("MEN-016"))
	})
}
