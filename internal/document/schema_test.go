package document_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// The schema of the test's plan, read by eye once, then held.
func TestSchema(t *testing.T) {
	got := document.Schema(plan{}, "https://example.org/plan.json", "A plan")
	require.Equal(t, got, document.Schema(new(plan), "https://example.org/plan.json", "A plan"))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile("testdata/plan.schema.json", got, 0o644))
	}
	want, err := os.ReadFile("testdata/plan.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	require.True(t, json.Valid(got))
}

// A type that contains itself has an end in the schema too.
func TestSchemaOfARecursiveType(t *testing.T) {
	type tree struct {
		Name     string `json:"name" doc:"ident"`
		Children []tree `json:"children"`
	}
	require.Contains(t, string(document.Schema(tree{}, "x", "A tree")), `"items": {}`)
}

// An enumeration lists its names, and the map that it is the key of too.
func TestSchemaListsEnumerations(t *testing.T) {
	type finding struct {
		Severity coaching.Severity `json:"severity"`
	}
	require.Contains(t, string(document.Schema(finding{}, "x", "y")), "\"error\",\n        \"warning\",\n        \"info\"")
}
