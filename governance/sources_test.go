package governance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources returns the text of the package's own files, rules.go left out.
func sources(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var texts []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "rules.go" {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	return texts
}
