package signal

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// Teams follow the latest label; a label is asked for once, and neither a blank
// nor an error is guessed at.
func TestTeamsBy(t *testing.T) {
	s := spec(t, "Meeting_hours")
	s.Attributes = []string{"ManagerId"}
	p, _, err := ReadViva(strings.NewReader("PersonId,MetricDate,Meeting_hours,ManagerId\n"+
		"E1,2026-11-01,1,M1\nE2,2026-11-01,1,M1\nE3,2026-11-01,1,M2\nE4,2026-11-01,1,\nE1,2026-11-08,1,M2\n"), s)
	require.NoError(t, err)
	asked := 0
	teams, err := TeamsBy(p, "ManagerId", func(label string) (coaching.PersonID, error) {
		asked++
		return people(t).Person(label)
	})
	require.NoError(t, err)
	require.Equal(t, Teams{person(t, "E1"): person(t, "M2"), person(t, "E2"): person(t, "M1"), person(t, "E3"): person(t, "M2")}, teams)
	require.Equal(t, 2, asked)

	teams, err = TeamsBy(p, "ManagerId", func(label string) (coaching.PersonID, error) { return coaching.PersonID{}, nil })
	require.NoError(t, err)
	require.Empty(t, teams)

	_, err = TeamsBy(p, "Organization", people(t).Person)
	require.EqualError(t, err, `signal: the panel has no attribute "Organization"; name it in ImportSpec.Attributes`)
	_, err = TeamsBy(nil, "Organization", people(t).Person)
	require.Error(t, err)
	_, err = TeamsBy(p, "ManagerId", func(string) (coaching.PersonID, error) { return coaching.PersonID{}, errors.New("no such manager") })
	require.EqualError(t, err, `signal: a label of attribute "ManagerId": no such manager`)
}
