package coaching_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/appeal"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/consent"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/pilot/vendor"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/signal"
)

var update = flag.Bool("update", false, "write RULES.md")

// rooms lists every package that emits findings, in the order of RULES.md.
func rooms() []struct {
	name  string
	rules []coaching.Rule
} {
	return []struct {
		name  string
		rules []coaching.Rule
	}{
		{"signal", signal.Rules()},
		{"fairness", fairness.Rules()},
		{"governance", governance.Rules()},
		{"governance/appeal", appeal.Rules()},
		{"governance/audit", audit.Rules()},
		{"governance/consent", consent.Rules()},
		{"governance/enforce", enforce.Rules()},
		{"governance/notice", notice.Rules()},
		{"pilot", pilot.Rules()},
		{"pilot/mentor", mentor.Rules()},
		{"pilot/report", report.Rules()},
		{"pilot/vendor", vendor.Rules()},
		{"roi", roi.Rules()},
		{"roi/effect", effect.Rules()},
		{"documents (policies, plans, definitions, cases)", document.Rules()},
	}
}

// RULES.md is what the code says, and the test fails when it is stale.
func TestRulesAreListed(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Rules\n\nEvery rule that the library checks, by room. The code of a finding is the code in this list. Generated from the code:\n`go test -run TestRules . -update`.\n\n" +
		"Severity is the worst that breaking a rule does: an *error* blocks, a *warning* may be waived by a named role with a reason, an *info* rides on the\nreport. A code that several rooms check is listed in each, with what that room checks of it.\n")
	code := regexp.MustCompile(`^[A-Z]+(-[A-Z0-9]+)*[0-9]*$`)
	for _, room := range rooms() {
		require.NotEmpty(t, room.rules, room.name)
		fmt.Fprintf(&b, "\n## %s\n\n| code | rule | number | severity | what to do |\n|---|---|---|---|---|\n", room.name)
		last := ""
		for _, r := range room.rules {
			require.Regexp(t, code, r.Code, room.name)
			require.Less(t, last, r.Code, "%s: rules stand in the order of their codes, each once", room.name)
			require.NotEmpty(t, r.Statement, r.Code)
			require.NotEmpty(t, r.Remedy, r.Code)
			last = r.Code
			cell := func(text string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text) }
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Code, cell(r.Statement), cell(r.Number), r.Severity, cell(r.Remedy))
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("RULES.md", b.Bytes(), 0o644))
	}
	have, err := os.ReadFile("RULES.md")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(have), "RULES.md is stale: go test -run TestRules . -update")
}

// Every code that the built-in policy answers with is in RULES.md.
func TestRulesOfTheBuiltInPolicy(t *testing.T) {
	listed := map[string]bool{}
	for _, room := range rooms() {
		for _, r := range room.rules {
			listed[r.Code] = true
		}
	}
	_, report, err := governance.BuiltIn()
	require.NoError(t, err)
	for _, r := range report.Rules {
		require.True(t, listed[r.Code], "%s of rule %s is in no room's Rules", r.Code, r.ID)
	}
	for _, p := range report.Params {
		require.True(t, listed[p.Code], "%s of parameter %s is in no room's Rules", p.Code, p.ID)
	}
}
