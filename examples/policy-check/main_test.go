package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
)

var update = flag.Bool("update", false, "write the golden files")

// What the command prints is what the golden files hold, twice the same.
func TestGolden(t *testing.T) {
	tests := []struct {
		golden string
		args   []string
	}{
		{"builtin.txt", nil},
		{"proof.txt", []string{"-prove"}},
		{"diff.txt", []string{"-policy", "testdata/trends", "-diff", "testdata/stricter.yaml"}},
		{"diff.json", []string{"-policy", "testdata/trends", "-diff", "testdata/stricter.yaml", "-prove", "-json"}},
		{"trends.txt", []string{"-policy", "testdata/trends", "-requests", "testdata/requests.jsonl"}},
		{"trends.json", []string{"-policy", "testdata/trends/trends.yaml", "-requests", "testdata/requests.jsonl", "-json"}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			var got, again bytes.Buffer
			require.NoError(t, run(tt.args, &got))
			require.NoError(t, run(tt.args, &again))
			require.Equal(t, got.String(), again.String())
			file := filepath.Join("testdata", tt.golden)
			if *update {
				require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String(), "go test ./examples/policy-check -update writes it again")
		})
	}
}

// The JSON holds the outcomes; nobody is named in the text.
func TestJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run([]string{"-policy", "testdata/trends", "-requests", "testdata/requests.jsonl", "-json"}, &b))
	var got struct {
		Decisions []struct {
			Decision governance.Decision `json:"decision"`
		} `json:"decisions"`
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	var outcomes []string
	for _, d := range got.Decisions {
		outcomes = append(outcomes, d.Decision.Outcome.String())
	}
	require.Equal(t, []string{"permit", "deny", "deny"}, outcomes)
	require.NotContains(t, b.String(), "p1_")
}

// A policy with an attribute of the host's own that the built-in one refuses.
const extended = `apiVersion: governance/v1
id: extended
version: 1.0.0
owner: privacy_officer
params: []
extensions:
  - {name: tier, type: int, min: 0, max: 9}
rules:
  - {id: low, effect: deny, code: X-1, actions: [view], roles: [any], when: "!has(ext.tier) || ext.tier < 3", message: "no"}
  - {id: view, effect: permit, code: X-2, actions: [view], roles: [sponsor], when: resource.class == "aggregate", message: "yes"}
tests: []
`

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	tests := []struct {
		name   string
		args   []string
		want   string
		prints string
	}{
		{"no such policy", []string{"-policy", filepath.Join(dir, "none")}, "no such file", ""},
		{"no policy inside", []string{"-policy", dir}, "", ""},
		{"a policy with errors", []string{"-policy", write("bad.yaml", "apiVersion: governance/v1\n")}, "there is no policy; see the findings", "DOC-MISSING"},
		{"no such requests", []string{"-requests", filepath.Join(dir, "none")}, "no such file", "Policy coaching-core"},
		{"lines that are no requests", []string{"-requests", write("r.jsonl", "{}\nx\n")}, "holds lines that are no requests", "line 2:1: DOC-SYNTAX"},
		{"no such policy to compare with", []string{"-diff", filepath.Join(dir, "none")}, "no such file", "Policy coaching-core"},
		{"an unsound policy to compare with", []string{"-diff", filepath.Join(dir, "bad.yaml")}, "there is no policy to compare with", "Policy coaching-core"},
		{"an attribute of which nothing is known", []string{"-policy", write("ext.yaml", extended), "-diff", "testdata/trends"}, "there may be more changes than are listed", "it depends on ext.tier"},
		{"a word", []string{"policy.yaml"}, "all input is named by flags", ""},
		{"unknown flag", []string{"-unknown"}, "flag provided but not defined", "-requests file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			require.ErrorContains(t, run(tt.args, &b), tt.want)
			require.Contains(t, b.String(), tt.prints)
		})
	}
}
