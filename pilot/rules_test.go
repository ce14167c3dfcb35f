package pilot_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document/hostile"
	"github.com/coachgov/coaching/pilot"
)

// Rules lists exactly the codes that stand in the package's source, in order.
func TestRulesListEveryCode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	code := regexp.MustCompile(`"((?:PIL|SIG|GOV|FAI|MEN|ROI|C|M|DOC)-[A-Z0-9]+|A[1-7])"`)
	var used []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rules.go" || file == "criterion.go" {
			continue // criteria are named A1 to A7; the policy's own are found in policy.go
		}
		for _, m := range code.FindAllStringSubmatch(string(read(t, file)), -1) {
			used = append(used, m[1])
		}
	}
	for _, m := range code.FindAllStringSubmatch(string(read(t, "criterion.go")), -1) {
		if m[1][0] != 'A' {
			used = append(used, m[1])
		}
	}
	slices.Sort(used)
	var listed []string
	for _, r := range pilot.Rules() {
		listed = append(listed, r.Code)
		require.NotEmpty(t, r.Statement, r.Code)
		require.NotEmpty(t, r.Remedy, r.Code)
	}
	require.Equal(t, slices.Compact(used), listed)
}

// No rule is graded milder than what a broken plan is told.
func TestRuleSeverityIsTheWorst(t *testing.T) {
	worst := map[string]coaching.Severity{}
	for _, r := range pilot.Rules() {
		worst[r.Code] = r.Severity
	}
	for _, f := range new(pilot.Plan).Check() {
		require.LessOrEqual(t, worst[f.Code], f.Severity, f.Code)
	}
}

// The schema in the repository is the one of the types.
func TestPlanSchemaIsFresh(t *testing.T) {
	const file = "plan.schema.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, pilot.PlanSchema(), 0o644))
	}
	require.Equal(t, string(read(t, file)), string(pilot.PlanSchema()))
}

// Of the variants of a valid plan that no reader may accept, none is accepted;
// of those that say the same in other words, none is refused.
func TestHostilePlans(t *testing.T) {
	for kind, file := range map[string]string{"yaml": "product_org_12w.block.yaml", "json": "product_org_12w.json"} {
		t.Run(kind, func(t *testing.T) {
			hostile.Run(t, kind, read(t, filepath.Join("testdata", file)), func(data []byte) (any, bool) {
				p, fs := pilot.Decode(file, data)
				if p == nil {
					return nil, !fs.Blocked()
				}
				text, err := p.Canonical()
				require.NoError(t, err)
				return string(text), !fs.Blocked()
			})
		})
	}
}

// Reading never panics, and what was read writes down and reads back the same.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"product_org_12w.yaml", "product_org_12w.block.yaml", "product_org_12w.json"} {
		f.Add(strings.HasSuffix(file, ".json"), read(f, filepath.Join("testdata", file)))
	}
	f.Add(false, append(read(f, planFile), "\nscope: {in: [a], out: [b]}\npeer_learning_weeks: [6, 8]\nwaivers: []\n"...))
	f.Add(false, []byte("hypothesis:\n  behavior: x\n"))
	f.Fuzz(func(t *testing.T, json bool, data []byte) {
		file := "p.yaml"
		if json {
			file = "p.json"
		}
		p, fs := pilot.Decode(file, data)
		require.Equal(t, p == nil, fs.Blocked())
		if p == nil {
			return
		}
		p.Check()
		text, err := p.Canonical()
		require.NoError(t, err)
		written, err := p.JSON()
		require.NoError(t, err)
		back, found := pilot.Decode("written.json", written)
		require.NotNil(t, back, "%v", found)
		third, err := back.Canonical()
		require.NoError(t, err)
		require.Equal(t, string(text), string(third))
		again := p.Clone()
		twin, err := again.Canonical()
		require.NoError(t, err)
		require.Equal(t, string(text), string(twin))
	})
}
