package governance

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Brute force over programmes, regions and ids finds what the search finds,
// where conditions compare these texts with constants and with one another.
func TestProveTextsAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	conditions := []string{
		`!(has(resource.residency) && resource.residency == "eu")`,
		`!has(resource.residency) || resource.residency in ["us", "eu"]`,
		`!(has(resource.programme) && resource.programme == "p1")`,
		`!has(subject.programme) || subject.programme != "p2"`,
		`!(has(resource.programme) && resource.id == resource.programme)`,
		`!has(resource.residency) || !has(subject.programme) || resource.residency == subject.programme`,
		`resource.id == "eu"`,
		`!(has(resource.programme) && has(subject.programme) && subject.programme == resource.programme)`,
		`!(has(resource.residency) && resource.residency == resource.id)`,
		`subject.role == "steward"`,
	}
	var requests []*Request
	texts := []string{"", "p1", "p2", "eu", "us", "x1", "x2", "x3"}
	now := time.Date(2028, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, a := range []Action{View, Use} {
		for _, role := range []coaching.Role{coaching.Coach, coaching.Steward} {
			for _, member := range texts {
				for _, prog := range texts {
					for _, place := range texts {
						for _, id := range texts[1:] {
							requests = append(requests, &Request{Action: a, Purpose: ForCoaching, Now: now,
								Subject: Subject{ID: standIn('s'), Role: role, Trained: true, Programme: member},
								Resource: Resource{Type: ResourceTrend, ID: id, Programme: prog, Residency: place, Class: signal.Aggregate, GroupSize: 60,
									Identifiable: No, LegalHold: No, Automated: No, Standing: signal.Cleared, Affects: EffectsOf(NoEffect), CreatedAt: now}})
						}
					}
				}
			}
		}
	}
	rng := rand.New(rand.NewPCG(6, 2))
	verdicts := map[Verdict]int{}
	for round := range 60 {
		var rules []string
		for i := range 1 + rng.IntN(3) {
			rules = append(rules, smallRule(rng, fmt.Sprintf("r%d", i), conditions))
		}
		never := conditions[rng.IntN(len(conditions))]
		if round%2 == 0 {
			rules = append(rules, "  - {id: kept, effect: deny, code: X-1, actions: [any], roles: [any], when: '"+conditions[rng.IntN(len(conditions))]+"', message: no}")
		}
		p, _, err := Parse("small.yaml", []byte(smallPolicy(rules...)+"tests: []\n"))
		require.NoError(t, err)
		ready, err := p.ready([]Invariant{{ID: "never", Never: never}})
		require.NoError(t, err)
		proof, err := p.prove(ready, maxStates)
		require.NoError(t, err)
		want := Proved
		var d Decision
		for _, r := range requests {
			if p.DecideInto(r, &d); d.Allowed() {
				var f facts
				if p.read(&f, r); ready[0].holds(&f) == isTrue {
					want = Refuted
					break
				}
			}
		}
		verdicts[want]++
		require.Equal(t, want, proof.Results[0].Verdict, "%s\n%s", strings.Join(rules, "\n"), never)
		require.Equal(t, Proved, proof.Results[1].Verdict, "absence: %s", proof.Text())
	}
	require.Greater(t, verdicts[Refuted], 5)
	require.Greater(t, verdicts[Proved], 5)
}

// hosted returns a policy with attributes of the host's own.
func hosted(t *testing.T, rules ...string) *Policy {
	t.Helper()
	text := strings.Replace(smallPolicy(rules...), "rules:\n", `extensions:
  - {name: flag, type: bool}
  - {name: heads, type: int, min: 0, max: 50}
rules:
`, 1)
	p, _, err := Parse("small.yaml", []byte(text+"tests: []\n"))
	require.NoError(t, err)
	return p
}

// What depends on an attribute of the host's own is not proved, and the result
// says on which condition; what does not is.
func TestProveNamesTheHostsAttributes(t *testing.T) {
	deny := func(when string) string {
		return "  - {id: host, effect: deny, code: X-1, actions: [any], roles: [any], when: '" + when + "', message: no}"
	}
	never := func(when string) []Invariant { return []Invariant{{ID: "promise", Code: "X-1", Never: when}} }
	few := deny("!has(ext.heads) || ext.heads < 10")
	tests := []struct {
		name, rule, never string
		verdict           Verdict
		why               string
	}{
		{"a floor holds it", few, `subject.role == "none"`, Proved, ""},
		{"the attribute holds it", few, `has(ext.heads) && ext.heads < 10`, Unproved, "has(ext.heads)"},
		{"asked about by presence", few, `!has(ext.heads)`, Unproved, "has(ext.heads)"},
		{"of another attribute", deny(`!has(ext.flag) || ext.flag`), `subject.role == "coach"`, Unproved, "ext.flag"},
		{"nothing to do with it", few, `action == "purge"`, Proved, ""},
		{"compared with an attribute", deny(`!has(ext.heads) || !has(resource.group_size) || ext.heads < resource.group_size`), `subject.role == "steward"`, Unproved, "has(ext.heads)"},
		{"in a list", deny(`!has(ext.heads) || ext.heads in [1, 2]`), `subject.role == "steward"`, Unproved, "has(ext.heads)"},
		{"sure without it", deny(`subject.role == "coach" || !has(ext.heads) || ext.heads < 10`), `subject.role == "coach"`, Proved, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proof, err := hosted(t, tt.rule).Prove(never(tt.never)...)
			require.NoError(t, err)
			require.Equal(t, tt.verdict, proof.Results[0].Verdict, proof.Text())
			require.Contains(t, proof.Results[0].Why, tt.why)
			require.Nil(t, proof.Results[0].Witness)
			require.Equal(t, Proved, proof.Results[1].Verdict, "absence: %s", proof.Text())
		})
	}
	// A policy that reads none of them is proved as ever, and a witness needs none.
	proof, err := hosted(t).Prove(never(`subject.role == "coach"`)...)
	require.NoError(t, err)
	require.Equal(t, Refuted, proof.Results[0].Verdict)
	require.Empty(t, proof.Results[0].Witness.Ext)
}

// That leaving out an attribute of the host's own never helps is shown rule by
// rule, and where it cannot be, the result says so.
func TestHostsAttributesThatHelpByAbsence(t *testing.T) {
	p := hosted(t, "  - {id: host, effect: deny, code: X-1, actions: [any], roles: [any], when: 'subject.role == \"coach\" && (!has(ext.heads) || ext.heads < 10)', message: no}")
	env, err := newCELEnv(nil, attributesOf(p.exts)...)
	require.NoError(t, err)
	heads := attrCount + 1
	tests := []struct {
		when         string
		deny, permit bool // could absence help
	}{
		{`!has(ext.heads) || ext.heads < 10`, false, true},
		{`has(ext.heads) && ext.heads < 10`, true, false},
		{`has(ext.heads)`, true, false},
		{`!has(ext.heads)`, false, true},
		{`!(has(ext.heads) && ext.heads >= 10)`, false, true},
		{`subject.trained && (!has(ext.heads) || ext.heads < 10) && purpose == "coaching"`, false, true},
		{`has(ext.heads) && ext.heads >= 10 && has(resource.group_size) && resource.group_size > 4`, true, false},
		{`!has(ext.flag) || ext.flag`, false, false},
		{`has(ext.heads) ? ext.heads < 10 : true`, false, true},
		{`has(ext.heads) ? ext.heads < 10 : false`, true, false},
		{`has(ext.heads) ? false : subject.trained`, false, true},
		{`(has(ext.heads) && ext.heads < 10) == true`, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.when, func(t *testing.T) {
			e, _, problems := env.read(tt.when)
			require.Empty(t, problems)
			var d domain
			n := d.add(e)
			require.Equal(t, tt.deny, (&testedClause{node: n, effect: Deny}).helpedWithout(heads))
			require.Equal(t, tt.deny, (&testedClause{node: n, effect: Review}).helpedWithout(heads))
			require.Equal(t, tt.permit, (&testedClause{node: n, effect: Permit}).helpedWithout(heads))
		})
	}
	// A rule that the reader of policies does not let through.
	e, _, problems := env.read(`has(ext.heads) && ext.heads < 10`)
	require.Empty(t, problems)
	p.rules[len(p.rules)-1].when = e
	for _, r := range p.rules {
		if r.id == "host" {
			r.when = e
		} else {
			r.when, _, _ = env.read("true")
		}
	}
	proof, err := p.Prove(Invariant{ID: "x", Code: "X-1", Never: `subject.role == "none"`})
	require.NoError(t, err)
	require.Equal(t, Unproved, proof.Results[1].Verdict, proof.Text())
	require.Contains(t, proof.Results[1].Why, "ext.heads")
}

// The invariants of a base are proved of the whole stack: what a region adds
// counts, and what is broken is found in the base's file.
func TestStackProvesInvariants(t *testing.T) {
	promise := `
invariants:
  - {id: place, code: X-1, never: '!(has(resource.residency) && resource.residency == "eu") && action == "use"'}
tests: []
`
	base := File{"base.yaml", []byte(smallPolicy() + promise)}
	_, report, err := Stack(base)
	require.Error(t, err)
	require.Contains(t, err.Error(), "POL-INVARIANT")
	require.Contains(t, err.Error(), "base.yaml:")
	require.Equal(t, Refuted, report.Proof.Results[0].Verdict)
	require.NotEqual(t, "eu", report.Proof.Results[0].Witness.Resource.Residency)

	overlay := `apiVersion: governance-overlay/v1
layer: region
over: small
id: eu
version: "1"
owner: test
residency: eu
rules:
  - {id: idle, effect: deny, code: X-1, actions: [view], roles: [coach], when: 'action == "use"', message: never}
tests: []
`
	p, report, err := Stack(base, File{"eu.yaml", []byte(overlay)})
	require.NoError(t, err)
	require.True(t, report.Proof.Holds(), report.Proof.Text())
	require.Equal(t, "place", p.Invariants()[0].ID)
	require.Contains(t, report.Text(), "eu.yaml")
	var never []string
	for _, f := range report.Findings {
		if f.Code == "POL-NEVER" {
			never = append(never, fmt.Sprintf("%s %s", f.File, f.Path))
		}
	}
	require.Equal(t, []string{"eu.yaml rules[0].when"}, never)
}

// Two programmes that no condition names are alike, or not, or not known.
func TestProgrammesAlikeOrNot(t *testing.T) {
	var d domain
	d.floorClauses()
	seen := map[string]bool{}
	for _, c := range d.candidates(dimProgramme) {
		seen[fmt.Sprint(c.has(attrSubjectProgramme), c.has(attrProgramme), c.member == c.prog)] = true
	}
	for _, want := range []string{"true true true", "true true false", "true false false", "false true false", "false false true"} {
		require.True(t, seen[want], want)
	}
}
