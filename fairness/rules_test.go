package fairness_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// Every code that the package writes is a rule, each rule is written somewhere,
// and the list is in order.
func TestRulesListEveryCode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	written := map[string]bool{"M-4": true} // carried by an error
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rules.go" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"((?:FAI|SIG)-\d{3})"`).FindAllStringSubmatch(string(text), -1) {
			written[m[1]] = true
		}
	}
	rules := fairness.Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b coaching.Rule) int { return strings.Compare(a.Code, b.Code) }))
	for _, r := range rules {
		require.True(t, written[r.Code], "%s is never found", r.Code)
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
		delete(written, r.Code)
	}
	require.Empty(t, written, "codes without a rule")
}
