package signal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// SIG-030: a signal is called one of five words.
func TestLabel(t *testing.T) {
	for standing, want := range map[Standing][2]string{
		Candidate:   {"hypothesis", "held"},
		Cleared:     {"validated", "held"},
		Restricted:  {"validated", "held"},
		Paused:      {"paused", "paused"},
		Retired:     {"retired", "retired"},
		Standing(9): {"hypothesis", "held"},
	} {
		require.Equal(t, want[0], standing.Label(false), standing)
		require.Equal(t, want[1], standing.Label(true), standing)
	}
}

// SIG-030: no text that the package can print calls a signal a finding or a
// verdict, or judges a person. Keys of files and codes are not texts.
func TestNoTextJudgesAPerson(t *testing.T) {
	judges := regexp.MustCompile(`(?i)\b((findings?|verdicts?) (about|on|against)|diagnos\w*|blam\w*|guilt\w*|(low|poor|under|weak)[- ]?perform\w*|bad (leader|manager)|problem (leader|manager))\b`)
	require.True(t, judges.MatchString("a finding about her") && judges.MatchString("low performer"))
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	texts := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				return n.Tag == nil // a tag is a key of a file
			case *ast.BasicLit:
				if n.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(n.Value)
				require.NoError(t, err)
				texts++
				require.False(t, judges.MatchString(text), "%s: %q", file, text)
			}
			return true
		})
	}
	require.Greater(t, texts, 100)
	require.False(t, judges.Match(catalogueFile))
}
