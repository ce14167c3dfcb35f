package pilot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// A plan that a program built may hold numbers that no document can: an exponent
// of nine digits is refused, and never written out.
func TestHugeExponentsAreRefused(t *testing.T) {
	const huge = "1e999999999"
	p := plan(t)
	p.Design.Balance = &pilot.Balance{Covariate: "team_size", MaxGap: "1"}
	for i := range p.Cohort.Leaders {
		p.Cohort.Leaders[i].Covariate = "7"
	}
	_, err := p.Allocate()
	require.NoError(t, err)
	for name, change := range map[string]func(*pilot.Plan){
		"a covariate": func(p *pilot.Plan) { p.Cohort.Leaders[3].Covariate = huge },
		"the gap":     func(p *pilot.Plan) { p.Design.Balance.MaxGap = huge },
	} {
		q := p.Clone()
		change(q)
		_, err := q.Allocate()
		require.ErrorContains(t, err, "decimals", name)
		require.True(t, q.Check().Blocked(), name)
	}
	q := plan(t)
	q.KPI.MinEffect = huge
	require.True(t, q.Check().Has("PIL-023"))
	s, err := q.Simulate(pilot.Truth{KPI: pilot.Course{SD: 1, Readings: 1}, Behaviour: pilot.Course{SD: 1, Readings: 1}}, 10, [32]byte{})
	if err == nil {
		require.Zero(t, s.With.Outcomes[pilot.Go], "no least effect, no GO")
	}
}

// C-15: a snapshot by coach describes the leaders that each coach has, not an
// even share of them.
func TestSmallestGroupOfACoach(t *testing.T) {
	p := plan(t)
	p.Snapshot.Unit = "coach"
	matched := func(ofC1 int) bool {
		for i := range p.Cohort.Leaders {
			p.Cohort.Leaders[i].Coach = "C2"
			if i < ofC1 {
				p.Cohort.Leaders[i].Coach = "C1"
			}
		}
		return hasPath(p.Check(), "C-15", "snapshot.unit")
	}
	require.False(t, hasPath(p.Check(), "C-15", "snapshot.unit"), "nobody is matched yet")
	require.False(t, matched(5))
	require.True(t, matched(4), "four leaders, below five")
	require.True(t, matched(1))
}

func hasPath(fs coaching.Findings, code, path string) bool {
	for _, f := range fs {
		if f.Code == code && f.Path == path {
			return true
		}
	}
	return false
}
