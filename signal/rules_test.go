package signal

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every code in the package's source is a rule, and every rule's code is in the
// source.
func TestRulesListWhatIsEmitted(t *testing.T) {
	var codes []string
	for _, r := range Rules() {
		codes = append(codes, r.Code)
		require.NotEmpty(t, r.Statement, r.Code)
		require.NotEmpty(t, r.Remedy, r.Code)
	}
	require.True(t, slices.IsSorted(codes))
	require.Len(t, slices.Compact(slices.Clone(codes)), len(codes))

	emitted := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if file == "rules.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, code := range regexp.MustCompile(`"((?:SIG|DQ|FAI|GOV)-?(?:\d+|DEF|MAP))"`).FindAllStringSubmatch(string(source), -1) {
			emitted[code[1]] = true
		}
	}
	for code := range emitted {
		require.Contains(t, codes, code)
	}
	for _, code := range codes {
		require.True(t, emitted[code], "%s is a rule that nothing reports", code)
	}
}
