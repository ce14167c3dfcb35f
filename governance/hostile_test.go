package governance_test

import (
	"encoding/json"
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

func jsonTwin(t *testing.T) []byte {
	t.Helper()
	n, fs := yaml.Parse("builtin.yaml", []byte(governance.BuiltInSource()))
	require.Empty(t, fs)
	data, err := json.MarshalIndent(asJSON(t, n), "", "  ")
	require.NoError(t, err)
	return data
}

// The same policy in JSON has the same digest.
func TestJSONTwinHasTheSameDigest(t *testing.T) {
	p, _, err := governance.Parse("twin.json", jsonTwin(t))
	require.NoError(t, err)
	require.Equal(t, builtIn(t).Digest(), p.Digest())
}

// No hostile variant of the built-in policy is accepted and no honest one
// refused, in either syntax. A variant that only takes a test of the policy
// away, or an optional key of one, is honest in its own way and still has to
// decide alike, so the digest is what must be equal.
func TestHostilePolicies(t *testing.T) {
	accept := func(file string) func([]byte) (any, bool) {
		return func(data []byte) (any, bool) {
			p, _, err := governance.Parse(file, data)
			return p.Digest(), err == nil
		}
	}
	t.Run("yaml", func(t *testing.T) {
		hostile.Run(t, "yaml", []byte(governance.BuiltInSource()), accept("policy.yaml"))
	})
	t.Run("json", func(t *testing.T) { hostile.Run(t, "json", jsonTwin(t), accept("policy.json")) })
}
