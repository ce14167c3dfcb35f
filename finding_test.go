package coaching

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindingString(t *testing.T) {
	tests := []struct {
		finding Finding
		want    string
	}{
		{Finding{}, " error: "},
		{Finding{Code: "PIL-080", Severity: Warning, File: "plan.yaml", Path: "cohort.leaders", Line: 4, Column: 3, Message: "7 leaders, want 8 to 12"},
			"plan.yaml:4:3: PIL-080 warning cohort.leaders: 7 leaders, want 8 to 12"},
		{Finding{Code: "DQ07", Severity: Info, Line: 9, Message: "not a number"}, "line 9: DQ07 info: not a number"},
		{Finding{Code: "ROI-011", Path: "attribution", Message: "above the cap"}, "ROI-011 error attribution: above the cap"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, tt.finding.String())
	}
}

// A finding that nobody graded blocks.
func TestZeroSeverityBlocks(t *testing.T) {
	require.True(t, Findings{{Code: "X"}}.Blocked())
	require.False(t, Findings{{Code: "X", Severity: Warning}, {Code: "Y", Severity: Info}}.Blocked())
	require.NoError(t, Findings{{Code: "X", Severity: Warning}}.Err())
	require.False(t, Findings(nil).Blocked())
	require.NoError(t, Findings(nil).Err())
}

func TestErrHoldsEveryFindingAndPrintsTheBlockingOnes(t *testing.T) {
	err := Findings{{Code: "A", Message: "one"}, {Code: "B", Severity: Warning, Message: "two"}, {Code: "C", Message: "three"}}.Err()
	require.EqualError(t, err, "A error: one\nC error: three")
	var listed *FindingsError
	require.True(t, errors.As(err, &listed))
	require.Len(t, listed.Findings, 3)
	require.True(t, listed.Findings.Has("B"))
	require.False(t, listed.Findings.Has("D"))
}

// Sort gives one order whatever order the findings came in.
func TestSortIgnoresTheOrderOfArrival(t *testing.T) {
	want := Findings{
		{Code: "A"},
		{Code: "A", File: "a", Line: 1, Column: 2},
		{Code: "B", File: "a", Line: 1, Column: 2, Path: "p"},
		{Code: "A", File: "a", Line: 2},
		{Code: "A", File: "b", Message: "m"},
		{Code: "A", Severity: Warning, File: "b", Message: "l"},
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		got := append(Findings(nil), want...)
		dice.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		got.Sort()
		require.Equal(t, want, got)
	}
}

func TestSeverityText(t *testing.T) {
	for _, s := range []Severity{Error, Warning, Info} {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var back Severity
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, s, back)
	}
	_, err := json.Marshal(Severity(7))
	require.Error(t, err)
	var s Severity
	require.Error(t, s.UnmarshalText([]byte("Error")))
	require.Equal(t, "Severity(7)", Severity(7).String())
}

func TestRoleNames(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Roles() {
		require.False(t, seen[r.String()])
		seen[r.String()] = true
		parsed, err := ParseRole(r.String())
		require.NoError(t, err)
		require.Equal(t, r, parsed)
		text, err := r.MarshalText()
		require.NoError(t, err)
		var back Role
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, r, back)
	}
	require.Len(t, seen, 16)
	// C-17: the viewers of L79 are three roles.
	for _, viewer := range []string{"coach", "program_admin", "legal_privacy"} {
		_, err := ParseRole(viewer)
		require.NoError(t, err, viewer)
	}
	for alias, want := range map[string]Role{"data_steward": Steward, "analytics_steward": Steward, "hris_owner": PeopleAnalytics, "leader": Participant, "executive_coaching_lead": CoachingLead} {
		got, err := ParseRole(alias)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	// An unmapped role gets nothing.
	for _, text := range []string{"", "Coach", "coach ", "admin", "none", "*"} {
		got, err := ParseRole(text)
		require.Error(t, err, text)
		require.Equal(t, NoRole, got)
		require.NotContains(t, err.Error(), "Coach ")
	}
	_, err := Role(99).MarshalText()
	require.Error(t, err)
	require.Equal(t, "Role(99)", Role(99).String())
	var r Role
	require.NoError(t, r.UnmarshalText([]byte("none")))
	require.Equal(t, NoRole, r)
	require.Error(t, r.UnmarshalText([]byte("king")))
}
