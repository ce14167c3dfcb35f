package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/pilot"
)

var update = flag.Bool("update", false, "write the golden files")

// What the command prints and writes is what the golden files hold, twice the
// same.
func TestGolden(t *testing.T) {
	tests := []struct {
		golden string
		args   []string
	}{
		{"builtin.txt", nil},
		{"builtin.json", []string{"-json"}},
		{"simulated.txt", []string{"-sd", "0.06"}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			var got, again bytes.Buffer
			require.NoError(t, run(tt.args, &got))
			require.NoError(t, run(tt.args, &again))
			require.Equal(t, got.String(), again.String())
			compare(t, tt.golden, got.Bytes())
		})
	}
	t.Run("files", func(t *testing.T) {
		dir := t.TempDir()
		var got bytes.Buffer
		require.NoError(t, run([]string{"-out", filepath.Join(dir, "a", "b"), "-json"}, &got))
		var printed struct{ Files []string }
		require.NoError(t, json.Unmarshal(got.Bytes(), &printed))
		require.Len(t, printed.Files, 28)
		for _, name := range printed.Files {
			data, err := os.ReadFile(filepath.Join(dir, "a", "b", name))
			require.NoError(t, err)
			compare(t, filepath.Join("out", name), data)
		}
	})
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./examples/pilot-plan -update writes it again")
}

// What is written reads back: the plan under its digest.
func TestThePlanReadsBack(t *testing.T) {
	dir := t.TempDir()
	var got bytes.Buffer
	require.NoError(t, run([]string{"-out", dir}, &got))
	p, fs := pilot.Decode("plan.json", mustRead(t, filepath.Join(dir, "plan.json")))
	require.Empty(t, fs)
	digest, err := p.Digest()
	require.NoError(t, err)
	require.Contains(t, got.String(), digest.String())

	var again bytes.Buffer
	require.NoError(t, run([]string{"-plan", filepath.Join(dir, "plan.json"), "-out", filepath.Join(dir, "again")}, &again))
	require.Equal(t, mustRead(t, filepath.Join(dir, "schedule.ics")), mustRead(t, filepath.Join(dir, "again", "schedule.ics")))
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return data
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	changed := func(name, from, to string) string {
		require.Contains(t, string(builtIn), from)
		return write(name, strings.Replace(string(builtIn), from, to, 1))
	}
	tests := []struct {
		name   string
		args   []string
		want   string
		prints string
	}{
		{"no such plan", []string{"-plan", filepath.Join(dir, "none")}, "no such file", ""},
		{"no plan", []string{"-plan", write("bad.yaml", "hypothesis:\n  behavior: x\n")}, "there is no plan", "did you mean behaviour"},
		{"a plan that may not start", []string{"-plan", changed("short.yaml", "template_weeks: 12", "template_weeks: 6"), "-out", filepath.Join(dir, "never")}, "may not start", "PIL-001"},
		{"too large", []string{"-plan", write("large.yaml", strings.Repeat("#\n", maxPlan))}, "more than 1048576 bytes", ""},
		{"no such zone", []string{"-plan", changed("zone.yaml", "zone: Europe/Berlin", "zone: Europe/Nowhere")}, "zone", ""},
		{"no deviation", []string{"-sd", "-1"}, "want a deviation", "Plan product-org-12w"},
		{"a directory that is a file", []string{"-out", write("file", "")}, "file", "Plan product-org-12w"},
		{"a leader in a document", []string{"-plan", changed("named.yaml", "behaviour: Leaders shorten", "behaviour: L01 and others shorten"), "-out", filepath.Join(dir, "never")}, "may not go out", "PIL-169"},
		{"a word", []string{"plan.yaml"}, "all input is named by flags", ""},
		{"unknown flag", []string{"-unknown"}, "flag provided but not defined", "-out directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			require.ErrorContains(t, run(tt.args, &b), tt.want)
			require.Contains(t, b.String(), tt.prints)
		})
	}
	require.NoDirExists(t, filepath.Join(dir, "never"))

	// Without a design there is nothing to be precise about.
	var b bytes.Buffer
	require.NoError(t, run([]string{"-plan", changed("alone.yaml", "kind: staggered", "kind: none")}, &b))
	require.Contains(t, b.String(), "PIL-084 warning")
	require.NotContains(t, b.String(), "Precision")
}
