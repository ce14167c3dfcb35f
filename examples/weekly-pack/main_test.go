package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, run(args, &b))
	return b.String()
}

// decoded runs the command with -json.
func decoded(t *testing.T, args ...string) report {
	t.Helper()
	var r report
	decoder := json.NewDecoder(strings.NewReader(output(t, append(args, "-json")...)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&r))
	require.False(t, decoder.More(), "one document")
	return r
}

// What the sample gives, for people and as JSON, byte for byte.
func TestSample(t *testing.T) {
	for name, args := range map[string][]string{"testdata/sample.txt": nil, "testdata/sample.json": {"-json"}} {
		have := output(t, args...)
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(have), 0o644))
		}
		want, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), have, "%s is stale: go test ./examples/weekly-pack -update", name)
	}
	r := decoded(t)
	require.Len(t, r.Flags, 1)
	held := 0
	for _, p := range r.Packs {
		require.Equal(t, p.Held, p.Why.Blocked())
		require.Equal(t, p.Held, p.Text == "")
		if p.Held {
			held++
		}
	}
	require.Equal(t, 3, held, "one waits for the steward, two for consent")
	require.NotContains(t, output(t), "Team A", "no label of the file is printed")
}

// The same file without what people decide: every pack is held.
func TestNothingIsInvented(t *testing.T) {
	for _, p := range decoded(t, "-viva", "data/sample.csv").Packs {
		require.True(t, p.Held)
		for _, code := range []string{"SIG-011", "SIG-012", "SIG-014", "SIG-015"} {
			require.True(t, p.Why.Has(code), code)
		}
	}
	reviewed := decoded(t, "-viva", "data/sample.csv", "-review", "data/review.json", "-definitions", "data/definitions.yaml")
	reviewed.File = "sample.csv"
	require.Equal(t, decoded(t), reviewed, "the embedded files, given by name")
}

// A pack of a day knows nothing of later weeks.
func TestAsOf(t *testing.T) {
	r := decoded(t, "-asof", "2027-01-05")
	require.Equal(t, 9, r.Weeks)
	require.Equal(t, "2026-12-27", r.Newest.String())
	require.Empty(t, r.Flags)
}

func TestBadInput(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for want, args := range map[string][]string{
		"named by flags":        {"sample.csv"},
		"no such file":          {"-viva", filepath.Join(folder, "none.csv")},
		"ManagerId":             {"-team", "ManagerId"},
		"fewer than 2 weeks":    {"-asof", "2026-11-10"},
		"date":                  {"-asof", "12/01/2027"},
		"definitions.yaml:1":    {"-definitions", write("definitions.yaml", "schema: other\nsignals: []\n")},
		"unknown field":         {"-review", write("review.json", `{"Judges": {}}`)},
		"unknown flag of 4":     {"-review", write("decided.json", strings.Replace(contents(t, "data/review.json"), `"Decisions": []`, `"Decisions": [{"flag": "none", "verdict": "confirmed"}]`, 1))},
		"flag provided but not": {"-verbose"},
	} {
		require.ErrorContains(t, run(args, &bytes.Buffer{}), want)
	}
}

func contents(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// Exports of the modern and of the legacy format.
func TestRealExports(t *testing.T) {
	tests := []struct {
		file                 string
		people, weeks, teams int
		code                 string
	}{
		{"data/viva_pq_data.csv", 300, 23, 7, "DQ08"},
		{"data/wpa_sq_data.csv", 629, 7, 5, "SIG-011"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			r := decoded(t, "-viva", datadir.Find(t, tt.file))
			require.Equal(t, tt.people, r.People)
			require.Equal(t, tt.weeks, r.Weeks)
			require.Len(t, r.Packs, tt.teams)
			require.Len(t, r.Signals, 3)
			for _, p := range r.Packs {
				require.True(t, p.Held && p.Why.Has(tt.code), "%v", p.Why)
			}
		})
	}
}
