package signal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// A label that identifies somebody is a pseudonym from the door on, whichever
// reader reads it, and so is what is released by it.
func TestLabelsOfPeopleArePseudonyms(t *testing.T) {
	var wide, long strings.Builder
	wide.WriteString("PersonId,MetricDate,Meeting_hours,ManagerId\n")
	long.WriteString("person,date,metric,value,ManagerId\n")
	for _, who := range []string{"A1", "A2", "A3", "A4", "A5", "A6"} {
		wide.WriteString(who + ",2026-11-01,7,jane.doe\n")
		long.WriteString(who + ",2026-11-01,Meeting_hours,7,jane.doe\n")
	}
	s := spec(t, "Meeting_hours")
	s.Attributes, s.PersonAttributes = []string{"ManagerId"}, []string{"ManagerId"}
	m := Mapping{
		Schema: MappingV1, ID: "hours", Name: "Hours", Source: CollaborationMetadata, Person: "PersonId", Date: "MetricDate", Cadence: Weekly, WeekStart: "sunday",
		Metrics:    []MappedMetric{{Name: "Meeting_hours", Unit: "hours", Column: "Meeting_hours"}},
		Attributes: []MappedAttribute{{Name: "ManagerId", Column: "ManagerId", Person: true}},
	}
	panels := map[string]func() (*Panel, ImportReport, error){
		"wide":   func() (*Panel, ImportReport, error) { return ReadViva(strings.NewReader(wide.String()), s) },
		"long":   func() (*Panel, ImportReport, error) { return ReadLong(strings.NewReader(long.String()), s) },
		"mapped": func() (*Panel, ImportReport, error) { return ReadMapped(strings.NewReader(wide.String()), m, s) },
	}
	for name, read := range panels {
		t.Run(name, func(t *testing.T) {
			p, _, err := read()
			require.NoError(t, err)
			label, _ := p.Attribute(person(t, "A1"), "ManagerId")
			require.Equal(t, person(t, "jane.doe").String(), label)
			teams, err := TeamsBy(p, "ManagerId", coaching.ParsePersonID)
			require.NoError(t, err)
			require.Equal(t, []coaching.PersonID{person(t, "jane.doe")}, teams.Leaders())
			r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: []string{"ManagerId"}, Window: allWeeks(p)})
			require.NoError(t, fs.Err())
			var file bytes.Buffer
			_, err = r.WriteCSV(&file, ExportSpec{Programme: "x", Created: coaching.MustDate("2026-11-23").At(9, 0, time.UTC)})
			require.NoError(t, err)
			require.NotContains(t, file.String(), "jane")
		})
	}
	_, _, err := ReadViva(strings.NewReader(strings.ReplaceAll(wide.String(), "jane.doe", "=1+1")), s)
	require.ErrorContains(t, err, "column 4: the person's identifier begins like a formula")
	_, _, err = ReadMapped(strings.NewReader(strings.ReplaceAll(wide.String(), "jane.doe", "=1+1")), m, s)
	require.ErrorContains(t, err, "column 4: the person's identifier begins like a formula")
	s.Attributes = nil
	_, _, err = ReadViva(strings.NewReader(wide.String()), s)
	require.ErrorContains(t, err, `PersonAttributes names "ManagerId"`)
	blank := strings.Replace(wide.String(), "jane.doe", "", 1)
	s.Attributes = s.PersonAttributes
	p, _, err := ReadViva(strings.NewReader(blank), s)
	require.NoError(t, err)
	label, _ := p.Attribute(person(t, "A1"), "ManagerId")
	require.Empty(t, label, "nobody is nobody")
}

// SIG-033: raw traces leave the room in no file.
func TestWriteCSVRefusesRawTraces(t *testing.T) {
	s, _ := one(t, 1, 2, 3)
	s.definition.Class = Raw
	_, err := WriteCSV(&bytes.Buffer{}, ExportSpec{Programme: "x", Created: coaching.MustDate("2026-11-23").At(9, 0, time.UTC)}, s)
	require.ErrorContains(t, err, "SIG-033")
}

// What somebody has typed stays on its line: a reason cannot pose as another
// line of a view.
func TestTypedTextKeepsItsLine(t *testing.T) {
	c := newPilotCase(t, nil)
	p, fs := NewPack(c.spec)
	require.NoError(t, fs.Err())
	c.request.Standings[c.second.ID] = StandingRecord{Restricted, "HR reads\n   Since then: all is well\u2028and more"}
	v, fs := p.CoachView(c.request)
	require.NoError(t, fs.Err())
	require.Contains(t, v.Text(), "Control:    HR reads    Since then: all is well and more\n")
	require.NotContains(t, v.Text(), "\n   Since then: all is well")
}
