package governance

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// coveredPolicy returns the report on a policy with these tests.
func coveredPolicy(t *testing.T, tests ...string) *Report {
	t.Helper()
	text := smallPolicy(
		`  - {id: young, effect: deny, code: X-1, actions: [view], roles: [any], when: "resource.type == \"pack\" && (!has(resource.age) || resource.age > duration(\"24h\"))", message: old}`,
		`  - {id: named, effect: deny, code: X-1, actions: [view], roles: [any], when: "resource.id.startsWith(\"secret\")", message: secret}`,
		`  - {id: own, effect: permit, code: X-1, actions: [use], roles: [coach], when: "has(resource.owner) && subject.id == resource.owner && true", message: own}`,
		`  - {id: looked, effect: review, review: {as: review, by: [hr_reviewer]}, code: X-1, actions: [use], roles: [coach], when: "resource.type == \"report\" && !review.done", message: look}`,
	) + "tests:\n"
	if len(tests) == 0 {
		text = strings.TrimSuffix(text, "\n") + " []\n"
	}
	for _, x := range tests {
		text += "  - {name: test, role: coach, purpose: coaching, class: pseudonymous, identifiable: \"no\", automated: \"no\", affects: [none], trained: true, " + x + "}\n"
	}
	_, report, err := Parse("small.yaml", []byte(text))
	require.NoError(t, err)
	return report
}

// For each part of a condition the report counts the tests that hang on it: those
// in which the rule would have answered otherwise had the part.
func TestReportCoversParts(t *testing.T) {
	const view, use = "action: view, ", "action: use, age_hours: 1, type: pack, "
	const report = "action: use, age_hours: 1, type: report, "
	old := view + "type: pack, age_hours: 25, expect: deny, fires: [young]"
	young := view + "type: pack, age_hours: 1, expect: permit, fires: [open]"
	unknown := view + "type: pack, expect: deny, fires: [floor.retention, young]"
	other := view + "type: trend, age_hours: 25, expect: permit, fires: [open]"
	both := view + "type: trend, age_hours: 1, expect: permit, fires: [open]"
	own := use + "as: owner, expect: permit, fires: [open, own]"
	peer := use + "as: other, expect: permit, fires: [open]"
	nobody := use + "as: other, owner: unknown, expect: permit, fires: [open]"
	part := func(when string, yes, no int) Part { return Part{When: when, True: yes, False: no} }
	tests := []struct {
		name  string
		tests []string
		rule  string
		parts []Part
	}{
		{"nothing", nil, "young", []Part{part(`resource.type == "pack"`, 0, 0), part("!has(resource.age)", 0, 0), part(`resource.age > duration("24h0m0s")`, 0, 0)}},
		{"it fires", []string{old}, "young", []Part{part(`resource.type == "pack"`, 1, 0), part("!has(resource.age)", 0, 0), part(`resource.age > duration("24h0m0s")`, 1, 0)}},
		{"neither of two", []string{young}, "young", []Part{part(`resource.type == "pack"`, 0, 0), part("!has(resource.age)", 0, 1), part(`resource.age > duration("24h0m0s")`, 0, 1)}},
		{"absent", []string{unknown}, "young", []Part{part(`resource.type == "pack"`, 1, 0), part("!has(resource.age)", 1, 0), part(`resource.age > duration("24h0m0s")`, 0, 0)}},
		{"another type", []string{other}, "young", []Part{part(`resource.type == "pack"`, 0, 1), part("!has(resource.age)", 0, 0), part(`resource.age > duration("24h0m0s")`, 0, 0)}},
		{"two reasons not to", []string{both}, "young", []Part{part(`resource.type == "pack"`, 0, 0), part("!has(resource.age)", 0, 0), part(`resource.age > duration("24h0m0s")`, 0, 0)}},
		{"another action", []string{own}, "young", []Part{part(`resource.type == "pack"`, 0, 0), part("!has(resource.age)", 0, 0), part(`resource.age > duration("24h0m0s")`, 0, 0)}},
		{"own and not", []string{own, peer, nobody}, "own", []Part{part("has(resource.owner)", 1, 1), part("subject.id == resource.owner", 1, 1)}},
		{"a review by somebody else", []string{report + "reviewed_by: coach, expect: review, fires: [looked]"}, "looked", []Part{part(`resource.type == "report"`, 1, 0), part("!review.done", 1, 0)}},
		{"always", []string{own}, "open", []Part{}},
		{"the CEL engine's", []string{old}, "named", []Part{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, x := range coveredPolicy(t, tt.tests...).Rules {
				if x.ID == tt.rule {
					require.Equal(t, tt.parts, append([]Part{}, x.Parts...))
				}
			}
		})
	}
	text := coveredPolicy(t, old, peer).Text()
	require.Contains(t, text, "         no test hangs on its being false: resource.type == \"pack\"\n")
	require.Contains(t, text, "         no test hangs on: !has(resource.age)\n")
	require.Contains(t, text, "         no test hangs on its being true: subject.id == resource.owner\n")
	require.NotContains(t, coveredPolicy(t, old, young, unknown, other, own, peer, nobody, report+"expect: review, fires: [looked]", report+"reviewed_by: hr_reviewer, expect: permit, fires: [open]").Text(), "no test hangs")
}

// Where everything is present, the parts that count are those without which, put
// to the opposite, the rule would have done otherwise.
func TestPartsDecide(t *testing.T) {
	p := builtInPolicy(t)
	g := gen{rand.New(rand.NewPCG(4, 4))}
	counted := 0
	for _, r := range split(p) {
		for range 300 {
			f := g.facts()
			if f.present = ^uint64(0); f.num[attrReviewDone] == 0 {
				f.num[attrReviewRole] = 0
			}
			f = r.view(f)
			c := newCoverage()
			c.begin([]coveredRule{r})
			c.count(r, f)
			for i, part := range r.parts {
				at, ok := lower(part)
				require.True(t, ok)
				opposite := &expr{op: opConst, kind: kindBool, num: 1 - int64(at(f))}
				without, ok := lower(replaced(r.when, part, opposite))
				require.True(t, ok)
				hangs := without(f) != r.test(f)
				counted += c.parts[r.id][i].True + c.parts[r.id][i].False
				require.Equal(t, hangs, c.parts[r.id][i].True+c.parts[r.id][i].False == 1, "%s: %s", r.id, part)
				require.Equal(t, hangs && at(f) == isTrue, c.parts[r.id][i].True == 1, "%s: %s", r.id, part)
			}
		}
	}
	require.Greater(t, counted, 3_000)
}

// replaced returns e with another expression in the place of one.
func replaced(e, old, fresh *expr) *expr {
	if e == old {
		return fresh
	}
	c := *e
	c.args = nil
	for _, a := range e.args {
		c.args = append(c.args, replaced(a, old, fresh))
	}
	return &c
}

// The tests of the built-in policy show of every part of every rule what
// difference it makes.
func TestBuiltInPartsAreDecided(t *testing.T) {
	_, report, err := BuiltIn()
	require.NoError(t, err)
	parts := 0
	for _, x := range report.Rules {
		for _, p := range x.Parts {
			parts++
			require.True(t, p.Decided(), "%s: %s", x.ID, p.untested())
		}
	}
	require.Greater(t, parts, 90)
	require.NotContains(t, report.Text(), "no test hangs")
}

// A report as JSON has the names of its parts, in one manner.
func TestReportAsJSON(t *testing.T) {
	_, report, err := Parse("builtin.yaml", []byte(BuiltInSource()))
	require.NoError(t, err)
	data, err := json.Marshal(report)
	require.NoError(t, err)
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				require.Equal(t, strings.ToLower(key), key, path)
				walk(inner, path+"."+key)
			}
		case []any:
			for _, inner := range v {
				walk(inner, path)
			}
		}
	}
	var all any
	require.NoError(t, json.Unmarshal(data, &all))
	walk(all, "report")
	require.Contains(t, string(data), `"verdict":"proved"`)
	require.Contains(t, string(data), `"parts":[{"when":"resource.class == \"pseudonymous\"","true":`)
	_, err = Verdict(9).MarshalText()
	require.Error(t, err)
}
