package coaching_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// May a model's promotion recommendation go out without a human review?
func Example_readme() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	leader, service := person("leader 17"), person("service account")
	now := time.Date(2027, 2, 5, 9, 0, 0, 0, time.UTC)
	decision := policy.Decide(&governance.Request{
		Action: governance.Publish, Purpose: governance.ForCoaching, Now: now,
		Subject: governance.Subject{ID: service, Role: coaching.System, Programme: "pilot-1"},
		Resource: governance.Resource{
			Type: governance.ResourceRecommendation, ID: "advice-17", Programme: "pilot-1", Owner: leader, CreatedAt: now.AddDate(0, 0, -1),
			Class: signal.Pseudonymous, Standing: signal.Cleared, Identifiable: governance.No,
			Automated: governance.Yes, ModelCard: true, Explained: true, Affects: governance.EffectsOf(governance.Promotion),
		},
		Consents: signal.ConsentList{{Participant: leader, Purpose: "coaching", Granted: now.AddDate(0, -1, 0)}},
	})
	fmt.Println(decision.Outcome, "allowed:", decision.Allowed())
	fmt.Println(decision.Reasons[0].Code, decision.Reasons[0].Message)
	fmt.Println("ask one of", decision.Reviews[0].By)
	// Output:
	// review allowed: false
	// GOV-022 a person must review an automated recommendation that could affect a career, and write down why
	// ask one of [legal_privacy hr_reviewer]
}

// person makes a pseudonym of an identifier.
func person(id string) coaching.PersonID {
	people, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "readme", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	p, err := people.Person(id)
	if err != nil {
		panic(err)
	}
	return p
}

// The snippet in README.md is the body of Example_readme, so that it compiles and
// prints what it says.
func TestReadmeSnippet(t *testing.T) {
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(source), "func Example_readme() {\n")
	require.True(t, ok)
	body, output, ok := strings.Cut(body, "\t// Output:\n")
	require.True(t, ok)
	output, _, _ = strings.Cut(output, "}\n")
	var want strings.Builder
	for line := range strings.Lines(body + output) {
		want.WriteString(strings.TrimPrefix(line, "\t"))
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok)
	snippet, _, _ := strings.Cut(rest, "```\n")
	require.Equal(t, want.String(), snippet)
}

// The table of packages in README.md says which modules each of them links.
func TestReadmeLinks(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if .Module}}{{.ImportPath}} {{.Module.Path}}{{end}}", "./...").Output()
	require.NoError(t, err)
	modules := map[string]string{}
	for line := range strings.Lines(string(out)) {
		importPath, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		modules[importPath] = path
	}
	short := map[string]string{
		"cel.dev/cel-go": "cel-go", "gonum.org/v1/gonum": "gonum", "go.yaml.in/yaml/v4": "yaml",
		"golang.org/x/mod": "x/mod", "github.com/shopspring/decimal": "decimal",
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, p := range list(t) {
		_, row, listed := strings.Cut(string(readme), "\n| `"+p.name()+"` |")
		if !listed {
			require.True(t, p.name() == "" || strings.HasPrefix(p.name(), "internal/") || strings.HasPrefix(p.name(), "examples/") || strings.HasSuffix(p.name(), "test"), "README.md does not list %s", p.name())
			continue
		}
		row, _, _ = strings.Cut(row, "\n")
		row = strings.ReplaceAll(row, "as governance", "cel-go, gonum, yaml")
		links := strings.Split(row, "|")[2]
		linked := map[string]bool{}
		for _, dep := range p.Deps {
			linked[short[modules[dep]]] = true
		}
		for _, name := range short {
			require.Equal(t, linked[name], strings.Contains(links, name), "README.md on %s and %s", p.name(), name)
		}
	}
}
