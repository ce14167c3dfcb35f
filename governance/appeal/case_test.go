package appeal_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/appeal"
	"github.com/coachgov/coaching/signal"
)

func person(identifier string) coaching.PersonID {
	key := sha256.Sum256([]byte("a key for tests"))
	p, err := coaching.NewPseudonymizer(key[:], coaching.Domain{Programme: "delivery", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(identifier)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	leader, coach, steward, reviewer, other = person("leader"), person("coach"), person("steward"), person("reviewer"), person("other")
	start                                   = time.Date(2027, time.February, 1, 9, 0, 0, 0, time.UTC)
	evidence                                = fmt.Sprintf("%x", sha256.Sum256([]byte("text")))
)

func day(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }

func claim() appeal.Claim {
	return appeal.Claim{ID: "appeal-1", Signal: "after_hours_ratio", Participant: leader, Coach: coach, Steward: steward, Text: evidence}
}

func opened(t require.TestingT) appeal.Case {
	c, fs := appeal.Open(claim(), day(0), appeal.Limits{})
	require.Empty(t, fs)
	return c
}

func reviewed(t require.TestingT) appeal.Case {
	c, fs := opened(t).Assign(reviewer, coaching.LegalPrivacy, day(1))
	require.Empty(t, fs)
	return c
}

func paths(fs coaching.Findings) string {
	var got []string
	for _, f := range fs {
		got = append(got, f.Path)
		if f.Code != "GOV-010" {
			got = append(got, f.Code)
		}
	}
	return strings.Join(got, " ")
}

func TestOpenRefuses(t *testing.T) {
	_, fs := appeal.Open(appeal.Claim{}, time.Time{}, appeal.Limits{Assign: 5, Decide: 4})
	require.Equal(t, "at coach id limits participant signal steward text", paths(fs))
	for name, tt := range map[string]struct {
		change func(*appeal.Claim)
		want   string
	}{
		"own coach":   {func(c *appeal.Claim) { c.Coach = leader }, "participant"},
		"own steward": {func(c *appeal.Claim) { c.Steward = leader }, "participant"},
		"a text":      {func(c *appeal.Claim) { c.Text = "they say I am lazy" }, "text"},
		"upper case":  {func(c *appeal.Claim) { c.Text = strings.ToUpper(evidence) }, "text"},
	} {
		c := claim()
		tt.change(&c)
		_, fs := appeal.Open(c, day(0), appeal.Limits{})
		require.Equal(t, tt.want, paths(fs), name)
	}
	for _, l := range []appeal.Limits{{Decide: 31}, {Assign: -1}, {Assign: 11}, {Decide: 2}} {
		_, fs := appeal.Open(claim(), day(0), l)
		require.Equal(t, "limits", paths(fs), "%+v", l)
	}
	_, fs = appeal.Open(claim(), day(0), appeal.Limits{Assign: 30, Decide: 30})
	require.Empty(t, fs)
}

// GOV-010: a reviewer is independent, and a refused move leaves the case as it
// was, with all its reasons.
func TestMovesAreRefused(t *testing.T) {
	tests := []struct {
		name string
		move func(appeal.Case) (appeal.Case, coaching.Findings)
		from appeal.Case
		want string
	}{
		{"the coach reviews", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Assign(coach, coaching.LegalPrivacy, day(1))
		}, opened(t), "by"},
		{"the steward reviews", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Assign(steward, coaching.LegalPrivacy, day(1))
		}, opened(t), "by"},
		{"the participant reviews", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Assign(leader, coaching.LegalPrivacy, day(1))
		}, opened(t), "by"},
		{"nobody reviews", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Assign(coaching.PersonID{}, coaching.LegalPrivacy, day(1))
		}, opened(t), "by"},
		{"another coach reviews", func(c appeal.Case) (appeal.Case, coaching.Findings) { return c.Assign(other, coaching.Coach, day(1)) }, opened(t), "role"},
		{"a clock that went back", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Assign(other, coaching.HRReviewer, day(-1))
		}, opened(t), "at"},
		{"a verdict without a reviewer", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Rejected, evidence, day(2))
		}, opened(t), "state"},
		{"another decides", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(other, appeal.Rejected, evidence, day(2))
		}, reviewed(t), "by"},
		{"no verdict", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.UnderReview, evidence, day(2))
		}, reviewed(t), "verdict"},
		{"withdrawn by verdict", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Withdrawn, evidence, day(2))
		}, reviewed(t), "verdict"},
		{"no rationale", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Rejected, "", day(2))
		}, reviewed(t), "rationale"},
		{"the coach withdraws", func(c appeal.Case) (appeal.Case, coaching.Findings) { return c.Withdraw(coach, day(2)) }, reviewed(t), "by"},
		{"everything at once", func(c appeal.Case) (appeal.Case, coaching.Findings) {
			return c.Decide(coach, appeal.NoState, "x", day(-1))
		}, reviewed(t), "at by rationale verdict"},
		{"no case", func(c appeal.Case) (appeal.Case, coaching.Findings) { return c.Withdraw(leader, day(1)) }, appeal.Case{}, "by state"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after, fs := tt.move(tt.from)
			require.Equal(t, tt.want, paths(fs))
			require.True(t, fs.Blocked())
			require.Equal(t, tt.from, after)
			for _, f := range fs {
				require.NotContains(t, f.Message, "p1_")
			}
		})
	}
}

// Every order of nine moves, up to eight of them: the case goes only along the
// edges of this table, which is written here by hand.
func TestEveryOrder(t *testing.T) {
	type move struct {
		name string
		do   func(appeal.Case, time.Time) (appeal.Case, coaching.Findings)
		// from which states, by whom under review ("": whoever), it leads to which
		from map[appeal.State]string
		to   appeal.State
	}
	open := map[appeal.State]string{appeal.Received: "", appeal.UnderReview: ""}
	moves := []move{
		{"assign", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Assign(reviewer, coaching.LegalPrivacy, at)
		}, open, appeal.UnderReview},
		{"assign another", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Assign(other, coaching.HRReviewer, at)
		}, open, appeal.UnderReview},
		{"assign the coach", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Assign(coach, coaching.LegalPrivacy, at)
		}, nil, 0},
		{"uphold", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Upheld, evidence, at)
		}, map[appeal.State]string{appeal.UnderReview: reviewer.String()}, appeal.Upheld},
		{"correct", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Corrected, evidence, at)
		}, map[appeal.State]string{appeal.UnderReview: reviewer.String()}, appeal.Corrected},
		{"another rejects", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Decide(other, appeal.Rejected, evidence, at)
		}, map[appeal.State]string{appeal.UnderReview: other.String()}, appeal.Rejected},
		{"reject silently", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) {
			return c.Decide(reviewer, appeal.Rejected, "", at)
		}, nil, 0},
		{"withdraw", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) { return c.Withdraw(leader, at) }, open, appeal.Withdrawn},
		{"another withdraws", func(c appeal.Case, at time.Time) (appeal.Case, coaching.Findings) { return c.Withdraw(other, at) }, nil, 0},
	}
	orders, closed := 0, 0
	var walk func(c appeal.Case, depth int)
	walk = func(c appeal.Case, depth int) {
		orders++
		for _, m := range moves {
			before := c.Steps()
			last := before[len(before)-1]
			after, fs := m.do(c, day(depth))
			who, from := m.from[c.State()]
			legal := from && (who == "" || who == last.By.String())
			require.Equal(t, legal, !fs.Blocked(), "%s from %s", m.name, c.State())
			require.Equal(t, before, c.Steps(), "the case before is as it was")
			if !legal {
				require.Equal(t, c, after)
				continue
			}
			require.Equal(t, m.to, after.State())
			require.Len(t, after.Steps(), len(before)+1)
			if !after.State().IsOpen() {
				closed++
			}
			if depth < 8 {
				walk(after, depth+1)
			}
		}
	}
	walk(opened(t), 1)
	require.Greater(t, orders, 100)
	require.Greater(t, closed, 100)
}

// Two ways on from one case do not disturb each other.
func TestCasesAreValues(t *testing.T) {
	c, _ := reviewed(t).Assign(other, coaching.HRReviewer, day(2))
	withdrawn, _ := c.Withdraw(leader, day(3))
	rejected, _ := c.Decide(other, appeal.Rejected, evidence, day(3))
	require.Equal(t, []appeal.State{appeal.Withdrawn, appeal.Rejected}, []appeal.State{withdrawn.State(), rejected.State()})
	c.Steps()[0].State = appeal.Rejected
	require.Equal(t, appeal.Received, c.Steps()[0].State)
}

func TestDeadlines(t *testing.T) {
	require.Equal(t, []time.Time{day(3), day(10)}, []time.Time{opened(t).AssignBy(), opened(t).DecideBy()})
	for _, tt := range []struct {
		c    appeal.Case
		at   time.Time
		want string
	}{
		{opened(t), day(3), ""},
		{opened(t), day(3).Add(1), "GOV-010 warning appeal-1: no reviewer after 3 days"},
		{opened(t), day(10).Add(1), "GOV-010 error appeal-1: no verdict after 10 days\nGOV-010 warning appeal-1: no reviewer after 3 days"},
		{reviewed(t), day(10), ""},
		{reviewed(t), day(10).Add(1), "GOV-010 error appeal-1: no verdict after 10 days"},
		{appeal.Case{}, day(99), ""},
	} {
		var got []string
		for _, f := range tt.c.Overdue(tt.at) {
			got = append(got, f.String())
		}
		require.Equal(t, tt.want, strings.Join(got, "\n"))
	}
	late, fs := reviewed(t).Decide(reviewer, appeal.Rejected, evidence, day(11))
	require.Equal(t, appeal.Rejected, late.State())
	require.True(t, fs.Has("GOV-010") && !fs.Blocked())
	require.Empty(t, late.Overdue(day(99)))
	_, fs = reviewed(t).Decide(reviewer, appeal.Rejected, evidence, day(10))
	require.Empty(t, fs)
}

// While an appeal is open the signal is restricted, never looser than before, and
// an upheld or forgotten one pauses it; every present standing, every state,
// every order of two cases.
func TestStanding(t *testing.T) {
	end := func(s appeal.State) appeal.Case {
		c, fs := reviewed(t).Decide(reviewer, s, evidence, day(2))
		require.Empty(t, fs)
		return c
	}
	withdrawn, _ := opened(t).Withdraw(leader, day(2))
	cases := map[string]appeal.Case{"received": opened(t), "under review": reviewed(t), "upheld": end(appeal.Upheld), "corrected": end(appeal.Corrected), "rejected": end(appeal.Rejected), "withdrawn": withdrawn, "none": {}}
	want := map[string]string{ // for cleared, in time and late
		"received": "restricted paused", "under review": "restricted paused", "upheld": "paused paused",
		"corrected": "cleared cleared", "rejected": "cleared cleared", "withdrawn": "cleared cleared", "none": "cleared cleared",
	}
	rank := []signal.Standing{signal.Cleared, signal.Restricted, signal.Paused}
	for name, c := range cases {
		in, late := appeal.Standing("after_hours_ratio", signal.Cleared, day(5), c), appeal.Standing("after_hours_ratio", signal.Cleared, day(11), c)
		require.Equal(t, want[name], in.String()+" "+late.String(), name)
		require.Equal(t, signal.Cleared, appeal.Standing("another_signal", signal.Cleared, day(11), c))
		for _, present := range []signal.Standing{signal.Candidate, signal.Paused, signal.Retired} {
			require.Equal(t, present, appeal.Standing("after_hours_ratio", present, day(11), c), name)
		}
		for second, d := range cases {
			one, two := appeal.Standing("after_hours_ratio", signal.Restricted, day(5), c, d), appeal.Standing("after_hours_ratio", signal.Restricted, day(5), d, c)
			require.Equal(t, one, two, "%s, %s", name, second)
			require.GreaterOrEqual(t, slices.Index(rank, one), slices.Index(rank, signal.Restricted), "never looser")
		}
	}
}

func TestStateText(t *testing.T) {
	for s := appeal.NoState; s <= appeal.Withdrawn; s++ {
		text, err := s.MarshalText()
		require.NoError(t, err)
		var again appeal.State
		require.NoError(t, again.UnmarshalText(text))
		require.Equal(t, s, again)
	}
	require.Error(t, new(appeal.State).UnmarshalText([]byte("Upheld")))
}
