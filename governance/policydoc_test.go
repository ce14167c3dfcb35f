package governance

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// POLICY.md says of every attribute what the code does, every word that a rule may
// use, every function and every key of a file; and its examples are policies.
func TestPolicyReference(t *testing.T) {
	data, err := os.ReadFile("POLICY.md")
	require.NoError(t, err)
	text := string(data)
	for _, a := range attributes[:attrCount] {
		stated := "always"
		if a.optional {
			stated = "may be absent"
		}
		require.Contains(t, text, fmt.Sprintf("| `%s` | %s | %s | ", a.name, a.kind, stated))
		if len(a.names) == 0 {
			continue
		}
		row := ""
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "| ") && strings.Contains(strings.Split(line, "|")[1], "`"+a.name+"`") {
				row = line // the later table holds the words
			}
		}
		words := strings.Split(strings.TrimSpace(strings.Split(row, "|")[2]), ", ")
		for _, name := range a.names {
			if name != "unknown" {
				require.Contains(t, words, name, a.name)
			}
		}
		require.LessOrEqual(t, len(words), len(a.names), a.name)
	}
	for _, name := range []string{"size", "hasAny", "hasAll", "exists", "addMonths", "duration", "timestamp", "startsWith", "endsWith", "contains", "has", "in"} {
		require.Contains(t, text, name)
	}
	for _, file := range []any{policyFile{}, paramFile{}, extensionFile{}, ruleFile{}, obligationFile{}, reviewFile{}, invariantFile{}, caseFile{}, overlayFile{}, tightenFile{}, additionFile{}} {
		of := reflect.TypeOf(file)
		for field := range of.Fields() {
			key := field.Tag.Get("json")
			require.True(t, strings.Contains(text, key+":") || strings.Contains(text, "`"+key+"`"), "%s.%s", of.Name(), key)
		}
	}

	var blocks []string
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			blocks = append(blocks, strings.TrimPrefix(part, "yaml\n"))
		}
	}
	require.Len(t, blocks, 3, "a policy, extensions, an overlay")
	base := strings.Replace(blocks[0], "rules:\n", blocks[1]+"rules:\n", 1)
	p, report, err := Stack(File{"base.yaml", []byte(base)}, File{"overlay.yaml", []byte(blocks[2])})
	require.NoError(t, err)
	require.NotNil(t, p)
	require.Equal(t, report.Tests, report.Passed)
	require.Equal(t, 3, report.Tests)
	require.Equal(t, Proved, report.Proof.Results[0].Verdict)
}
