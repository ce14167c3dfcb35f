package mentor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

func codebook() mentor.Codebook {
	return mentor.Codebook{ID: "mechanisms", Codes: []mentor.Code{
		{ID: "delegation", Definition: "Somebody else decides what the leader decided before", Include: "A second reviewer was named", Exclude: "The leader reviews faster"},
		{ID: "writing", Definition: "Something is written down that was said before", Include: "A decision note", Exclude: "A longer meeting"},
	}}
}

// told is a number of narratives of one leader each, with sessions and consents.
func told(n int) (narratives []mentor.Narrative, sessions []mentor.Session, consents signal.ConsentList) {
	day := coaching.MustDate("2027-02-08")
	for i := range n {
		p := people(fmt.Sprint("L", i), "C1")
		id := fmt.Sprint("S-", i)
		sessions = append(sessions, mentor.Session{ID: id, Date: day, Leader: p[0], Coach: p[1], Attendance: mentor.Held})
		one := mentor.Narrative{
			ID: fmt.Sprint("N-", i), Author: p[1], Leader: p[0], Written: day.AddDays(30), Sessions: []string{id},
			Speaker: "a product leader", Situation: "Reviews waited", Behaviour: "A reviewer was named", Experiment: "E-REVIEW", Change: "They came sooner", Alternative: "Fewer changes",
		}
		narratives = append(narratives, one)
		consents = append(consents, signal.Consent{Participant: p[0], Signal: one.Digest(), Purpose: mentor.ResearchPurpose, Granted: time.Date(2027, 3, 22, 9, 0, 0, 0, time.UTC)})
	}
	return narratives, sessions, consents
}

var later = time.Date(2027, 4, 1, 9, 0, 0, 0, time.UTC)

// coded returns codings of the first code: both, first alone, second alone,
// neither, as many narratives as said.
func coded(narratives []mentor.Narrative, counts [4]int) (codings []mentor.Coding) {
	coders := people("R1", "R2")
	if coders[1].Compare(coders[0]) < 0 {
		coders[0], coders[1] = coders[1], coders[0]
	}
	at := 0
	for kind, n := range counts {
		for range n {
			for i, has := range [4][2]bool{{true, true}, {true, false}, {false, true}, {}}[kind] {
				c := mentor.Coding{Narrative: narratives[at].Digest(), Coder: coders[i]}
				if has {
					c.Codes = []string{"delegation"}
				}
				codings = append(codings, c)
			}
			at++
		}
	}
	return codings
}

// MEN-022: kappa is that of the fairness room, which has golden values, and of a
// published table: 20, 5, 10 and 15 of 50 give 0.40.
func TestKappa(t *testing.T) {
	narratives, sessions, consents := told(50)
	r, f := codebook().Reliability(coded(narratives, [4]int{20, 5, 10, 15}), narratives, sessions, consents, later)
	require.InDelta(t, 0.40, r.Codes[0].Kappa, 1e-12)
	require.Equal(t, 50, r.Narratives)
	require.Len(t, r.Discuss, 15)
	require.False(t, r.Codes[1].Defined, "nobody ever found it")
	require.Contains(t, fmt.Sprint(f), "MEN-022")
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SliceOfN(rapid.IntRange(0, 9), 4, 4).Draw(rt, "counts")
		counts := [4]int(n)
		narratives, sessions, consents := told(n[0] + n[1] + n[2] + n[3])
		codings := rapid.Permutation(coded(narratives, counts)).Draw(rt, "order")
		r, f := codebook().Reliability(codings, narratives, sessions, consents, later)
		if len(narratives) == 0 {
			require.Contains(rt, fmt.Sprint(f), "0 coders")
			return
		}
		want, ok := fairness.CohenKappa([2][2]int64{{int64(n[0]), int64(n[1])}, {int64(n[2]), int64(n[3])}})
		require.Equal(rt, ok, r.Codes[0].Defined)
		require.InDelta(rt, want, r.Codes[0].Kappa, 1e-12)
		require.Equal(rt, mentor.CodeAgreement{Code: "delegation", Both: n[0], First: n[1], Second: n[2], Neither: n[3], Kappa: r.Codes[0].Kappa, Defined: ok}, r.Codes[0])
	})
}

// MEN-021: what is coded once, twice by one person, by its author, or with a
// code that the book has not, is said. C-21: a narrative without consent, or
// whose consent was withdrawn, counts nowhere.
func TestReliabilityLeavesOut(t *testing.T) {
	narratives, sessions, consents := told(4)
	codings := coded(narratives, [4]int{2, 0, 0, 2})
	judge := func() (mentor.Reliability, string) {
		r, f := codebook().Reliability(codings, narratives, sessions, consents, later)
		return r, fmt.Sprint(f)
	}
	r, f := judge()
	require.Equal(t, 4, r.Narratives)
	require.NotContains(t, f, "MEN-021")

	withdrawn := consents
	consents = append(signal.ConsentList{}, consents...)
	consents[0].Withdrawn = later.Add(-time.Hour)
	r, f = judge()
	require.Equal(t, 3, r.Narratives)
	require.Equal(t, 1, r.Codes[0].Both)
	require.Contains(t, f, "C-21")
	require.Contains(t, f, "may not be coded")
	consents = nil
	r, _ = judge()
	require.Zero(t, r)
	consents = withdrawn

	all := codings
	codings = all[1:]
	r, f = judge()
	require.Equal(t, 3, r.Narratives)
	require.Contains(t, f, "one coder alone")
	codings = append(append([]mentor.Coding{}, all...), all[0])
	_, f = judge()
	require.Contains(t, f, "has coded the narrative already")
	codings = append([]mentor.Coding{}, all...)
	codings[0].Codes = []string{"courage"}
	_, f = judge()
	require.Contains(t, f, "courage is no code")
	codings[0] = all[0]
	codings[0].Coder = narratives[0].Author
	_, f = judge()
	require.Contains(t, f, "did not write the narrative")
	codings[0].Coder = people("R3")[0]
	_, f = judge()
	require.Contains(t, f, "3 coders, want two")
}

// MEN-020: a code without a definition, an example and a counterexample cannot
// be applied by two people alike.
func TestCodebookCheck(t *testing.T) {
	require.Empty(t, codebook().Check())
	require.Contains(t, fmt.Sprint(mentor.Codebook{}.Check()), "MEN-020")
	for _, spoil := range []func(c *mentor.Codebook){
		func(c *mentor.Codebook) { c.ID = " " },
		func(c *mentor.Codebook) { c.Codes[0].Definition = "" },
		func(c *mentor.Codebook) { c.Codes[0].Include = " " },
		func(c *mentor.Codebook) { c.Codes[0].Exclude = "" },
		func(c *mentor.Codebook) { c.Codes[1].ID = "delegation" },
	} {
		c := codebook()
		spoil(&c)
		require.True(t, c.Check().Blocked())
	}
}

// MEN-023, PIL-117: peer learning is optional; what is recorded of it is whole.
func TestPeerLearning(t *testing.T) {
	p := people("C1", "L01", "L02")
	meeting := func() mentor.PeerLearning {
		return mentor.PeerLearning{ID: "PL-1", Date: coaching.MustDate("2027-03-01"), Minutes: 60, Facilitator: p[0], Present: p[1:], Experiments: []string{"E-MEET"}}
	}
	require.Empty(t, mentor.CheckPeerLearning(nil, playbook()))
	require.Empty(t, mentor.CheckPeerLearning([]mentor.PeerLearning{meeting()}, playbook()))
	for want, spoil := range map[string]func(m *mentor.PeerLearning){
		"peer_learning[0].id":             func(m *mentor.PeerLearning) { m.ID = "" },
		"peer_learning[0].date":           func(m *mentor.PeerLearning) { m.Minutes = 0 },
		"peer_learning[0].facilitator":    func(m *mentor.PeerLearning) { m.Facilitator = p[1] },
		"peer_learning[0].present":        func(m *mentor.PeerLearning) { m.Present = []coaching.PersonID{p[1], p[1]} },
		"peer_learning[0].experiments[0]": func(m *mentor.PeerLearning) { m.Experiments[0] = "E-OTHER" },
	} {
		m := meeting()
		spoil(&m)
		f := mentor.CheckPeerLearning([]mentor.PeerLearning{m}, playbook())
		require.Len(t, f, 1, want)
		require.Equal(t, "MEN-023", f[0].Code)
		require.Equal(t, want, f[0].Path)
	}
	twice := mentor.CheckPeerLearning([]mentor.PeerLearning{meeting(), meeting()}, playbook())
	require.Equal(t, "peer_learning[1].id", twice[0].Path)
}
