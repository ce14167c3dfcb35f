package mentor_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// Every code in the source is a rule, every rule is used, and they are in order.
func TestRules(t *testing.T) {
	rules := mentor.Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b coaching.Rule) int { return strings.Compare(a.Code, b.Code) }))
	var want []string
	for _, r := range rules {
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
		want = append(want, r.Code)
	}
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rules.go" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, code := range regexp.MustCompile(`"(PIL|FAI|MEN|C)-[0-9]+"`).FindAllString(string(text), -1) {
			used[strings.Trim(code, `"`)] = true
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(used)), want)
}
