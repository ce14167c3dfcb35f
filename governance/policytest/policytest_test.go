package policytest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/policytest"
)

// A host's own test looks like this.
func TestPolicyOfAHost(t *testing.T) {
	policy := policytest.Load(t, "../builtin.yaml")
	policytest.Table(t, policy, "../testdata/decisions.tsv")
}

// An overlay stands beside its base, in any order.
func TestLoadAStack(t *testing.T) {
	overlay := write(t, "eu.yaml", `apiVersion: governance-overlay/v1
id: eu
layer: region
over: coaching-core
version: 1.0.0
owner: privacy_officer
params:
  - {id: group_size, value: 8}
tests: []
`)
	group := func(p *governance.Policy) int {
		for _, q := range p.Params() {
			if q.ID == "group_size" {
				return q.Value
			}
		}
		return 0
	}
	require.Equal(t, 5, group(policytest.Load(t, "../builtin.yaml")))
	require.Equal(t, 8, group(policytest.Load(t, overlay, "../builtin.yaml")))

	r := &recorder{TB: t}
	require.Nil(t, policytest.Load(r, overlay), "there is no base")
	require.True(t, r.stopped)
	r = &recorder{TB: t}
	require.Nil(t, policytest.Load(r))
	require.True(t, r.stopped)
}

// A recorder is a test that notes what it is told. It stops as a test does.
type recorder struct {
	testing.TB
	errors, logs []string
	stopped      bool
}

func (r *recorder) Helper()         {}
func (r *recorder) Log(args ...any) { r.logs = append(r.logs, fmt.Sprint(args...)) }
func (r *recorder) Error(args ...any) {
	r.errors = append(r.errors, fmt.Sprint(args...))
}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) FailNow() { r.stopped = true }
func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	r.stopped = true
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestLoadFails(t *testing.T) {
	tests := []struct {
		name, old, new string
		errors         int
		want           string
	}{
		{"sound", "", "", 0, ""},
		{"a test that fails", "value: 5, min: 3, max: 1000", "value: 50, min: 3, max: 1000", 3, "POL-TEST"},
		{"two mistakes", "resource.class == \"raw\"", "resource.clas == \"raw\"", 2, "POL-ATTRIBUTE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{TB: t}
			p := policytest.Load(r, write(t, "policy.yaml", strings.ReplaceAll(governance.BuiltInSource(), tt.old, tt.new)))
			require.Equal(t, tt.errors > 0, r.stopped)
			require.Equal(t, tt.errors == 0, p != nil)
			require.GreaterOrEqual(t, len(r.errors), tt.errors)
			require.Contains(t, strings.Join(r.errors, "\n"), tt.want)
		})
	}
	r := &recorder{TB: t}
	require.Nil(t, policytest.Load(r, "no-such-file.yaml"))
	require.True(t, r.stopped)

	r = &recorder{TB: t}
	source, _, _ := strings.Cut(governance.BuiltInSource(), "\ntests:")
	require.NotNil(t, policytest.Load(r, write(t, "policy.yaml", source+"\ntests: []\n")))
	require.Empty(t, r.errors)
	require.Contains(t, strings.Join(r.logs, "\n"), "POL-UNTESTED")
}

func TestTableFails(t *testing.T) {
	policy := policytest.Load(t, "../builtin.yaml")
	text, err := os.ReadFile("../testdata/decisions.tsv")
	require.NoError(t, err)
	table := string(text)

	r := &recorder{TB: t}
	rows := policytest.Table(r, policy, write(t, "decisions.tsv", strings.Replace(table, "permit\tGOV-015", "deny\tGOV-015", 1)))
	require.Greater(t, len(rows), 50)
	require.False(t, r.stopped)
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "decisions.tsv:4: May the assigned coach read a leader's pack?: answered permit (GOV-015), expected deny (GOV-015)\nPERMIT")

	r = &recorder{TB: t}
	require.Nil(t, policytest.Table(r, policy, write(t, "decisions.tsv", strings.Replace(table, "\tcoach\t", "\tcoahc\t", 2))))
	require.True(t, r.stopped)
	require.Len(t, r.errors, 3, "two cells, and the whole")

	r = &recorder{TB: t}
	require.Nil(t, policytest.Table(r, policy, "no-such-file.tsv"))
	require.True(t, r.stopped)
}
