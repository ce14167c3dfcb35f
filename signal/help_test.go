package signal

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// people returns a pseudonymizer under a key for tests only.
func people(t testing.TB) *coaching.Pseudonymizer {
	t.Helper()
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "test", Purpose: "coaching"})
	require.NoError(t, err)
	return p
}

// person returns the PersonID of a test name.
func person(t testing.TB, name string) coaching.PersonID {
	t.Helper()
	id, err := people(t).Person(name)
	require.NoError(t, err)
	return id
}

// table reads a CSV file of reference figures into rows by column name. Lines
// that begin with # are about the file.
func table(t testing.TB, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment = '#'
	records, err := r.ReadAll()
	require.NoError(t, err)
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	if text == "NA" || text == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return v
}

// near asks for a relative tolerance, and an absolute one of the same size near
// zero.
func near(t testing.TB, want, got, tolerance float64, what ...any) {
	t.Helper()
	if math.IsNaN(want) || math.IsInf(want, 0) {
		require.Equal(t, want, got, what...)
		return
	}
	require.LessOrEqual(t, math.Abs(want-got), tolerance*max(1, math.Abs(want)), "want %v got %v: %v", want, got, what)
}

// teamHours is a definition that passes every check but one: it reads a calendar
// total, of which SIG-008 warns.
func teamHours() Definition {
	return Definition{
		ID: "meeting_hours", Version: 1, Name: "Meeting hours", Source: CollaborationMetadata, Unit: "hours per person and week",
		Direction: Lower, Cadence: Weekly, Class: Aggregate, Grain: Team, Timing: Leading,
		Expr:      Expr{Op: Mean, Num: []string{"Meeting_hours"}},
		Behaviour: "cancel or shorten recurring meetings",
		Path:      CausalPath{Signal: "meeting hours", Behaviour: "fewer recurring meetings", Outcome: "sprint predictability"},
		Explain:   "mean hours that a team member spends in meetings", ProxyRisks: []string{"function"}, BlindSpots: []string{"unscheduled calls"},
		Trace: DigitalTrace, Noise: Medium, Opacity: Low, Interpretability: High, PrivacyRisk: Low,
	}
}
