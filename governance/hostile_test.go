package governance_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/hostile"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// asJSON writes a document tree as JSON: the twin of a YAML policy.
func asJSON(t *testing.T, n *document.Node) any {
	t.Helper()
	switch n.Kind {
	case document.Object:
		m := map[string]any{}
		for _, member := range n.Members {
			m[member.Key] = asJSON(t, member.Value)
		}
		return m
	case document.Array:
		list := []any{}
		for _, item := range n.Items {
			list = append(list, asJSON(t, item))
		}
		return list
	case document.Number:
		return json.Number(n.Text)
	case document.Bool:
		return n.Text == "true"
	}
	return n.Text
}

func jsonTwin(t *testing.T, policy string) []byte {
	t.Helper()
	n, fs := yaml.Parse("builtin.yaml", []byte(policy))
	require.Empty(t, fs)
	data, err := json.MarshalIndent(asJSON(t, n), "", "  ")
	require.NoError(t, err)
	return data
}

// The same policy in JSON has the same digest.
func TestJSONTwinHasTheSameDigest(t *testing.T) {
	p, _, err := governance.Parse("twin.json", jsonTwin(t, governance.BuiltInSource()))
	require.NoError(t, err)
	require.Equal(t, builtIn(t).Digest(), p.Digest())
}

// excerpt returns the head of the built-in policy, its parameters, and of its
// rules, invariants and tests some that have every key. It is read ten times as
// fast as the whole, and the variants of it hit each key more often.
func excerpt(t *testing.T) string {
	t.Helper()
	head, rules, tests := rulesOf(t)
	keep := func(lines []string, starts ...string) (out []string) {
		for _, line := range lines {
			if slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(line, s) }) {
				out = append(out, line)
			}
		}
		require.Len(t, out, len(starts))
		return out
	}
	_, promises, _ := strings.Cut(governance.BuiltInSource(), "\ninvariants:\n")
	return head + "\nrules:\n" + strings.Join(keep(rules, "  - id: retention.person", "  - id: purge.hold", "  - id: group.small",
		"  - id: career.automated", "  - id: coach.pack", "  - id: trends.view", "  - id: purge.programme"), "\n") +
		"\ninvariants:\n" + strings.Join(keep(strings.Split(promises, "\n"), "  - {id: never.nobody,", "  - {id: never.purge_held,"), "\n") +
		"\ntests:\n" + strings.Join(keep(strings.Split(tests, "\n"), "  - {name: a coach reads the pack of an assigned leader,",
		"  - {name: the sponsor reads a trend of four people,", "  - {name: a purge of old traces,"), "\n") + "\n"
}

// No hostile variant of a policy is accepted and no honest one refused, in
// either syntax. A variant that only takes a test of the policy away, or an
// optional key of one, is honest in its own way and still has to decide alike,
// so the digest is what must be equal.
func TestHostilePolicies(t *testing.T) {
	accept := func(file string) func([]byte) (any, bool) {
		return func(data []byte) (any, bool) {
			p, _, err := governance.Parse(file, data)
			// A file may promise nothing. One that lost its promises decides
			// alike, and is not this one.
			return p.Digest(), err == nil && len(p.Invariants()) > 0
		}
	}
	policy := excerpt(t)
	t.Run("yaml", func(t *testing.T) { hostile.Run(t, "yaml", []byte(policy), accept("policy.yaml")) })
	if !testing.Short() {
		t.Run("json", func(t *testing.T) { hostile.Run(t, "json", jsonTwin(t, policy), accept("policy.json")) })
	}
}

// Conditions and messages that are deep, long or costly are refused with a code
// of their own, each in a moment.
func TestCostlyConditions(t *testing.T) {
	when := func(condition string) string {
		return strings.Replace(permissive, `when: "true"`, "when: '"+condition+"'", 1)
	}
	tests := []struct{ name, policy, code string }{
		{"brackets inside brackets", when(strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000)), "POL-COST"},
		{"lists inside lists", when("1 in " + strings.Repeat("[", 900) + "1" + strings.Repeat("]", 900)), "POL-COST"},
		{"words after words", when("a" + strings.Repeat(".a", 900)), "POL-COST"},
		{"more than 400 parts", when("true" + strings.Repeat(" && true", 249)), "POL-COST"},
		{"a condition in a condition", when(strings.Repeat("true ? true : ", 140) + "true"), "POL-COST"},
		{"loops in loops", when("consent.purposes.exists(a, consent.purposes.exists(b, consent.purposes.exists(c, a == b && b == c)))"), "POL-COST"},
		{"2,049 characters", when("true" + strings.Repeat(" ", 2045-len("||true")) + "||true"), "POL-LENGTH"},
		{"17 values in a message", strings.Replace(permissive, "message: go ahead", `message: "`+strings.Repeat("{now}", 17)+`"`, 1), "POL-LENGTH"},
		{"201 parameters", strings.Replace(permissive, "params: []", "params:"+strings.Repeat("\n  - {id: p, unit: count, value: 1, min: 0, max: 2, code: X}", 201), 1), "POL-LENGTH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, report, err := governance.Parse("policy.yaml", []byte(tt.policy))
			require.Error(t, err)
			require.Nil(t, p)
			require.True(t, report.Findings.Has(tt.code), err)
		})
	}
	_, _, err := governance.Parse("policy.yaml", []byte(strings.Replace(permissive, "message: go ahead", `message: "`+strings.Repeat("{now}", 16)+`"`, 1)))
	require.NoError(t, err)
}
