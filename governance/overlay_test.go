package governance

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// region is an overlay of the built-in policy that passes.
const region = `apiVersion: governance-overlay/v1
id: eu
layer: region
over: coaching-core
version: 1.0.0
owner: privacy_officer
residency: eu
params:
  - {id: raw_retention, value: 60}
add:
  - rule: coach.pack
    obligations: [{id: tell-leader, text: Tell the leader that the pack was read.}]
    controls: [DE-BetrVG-87]
rules:
  - id: eu.export
    effect: deny
    code: GOV-030
    actions: [export]
    roles: [any]
    when: resource.class != "aggregate"
    message: data about one person is not exported
tests:
  - {name: kept elsewhere, role: coach, as: assigned_coach, trained: true, action: view, purpose: coaching, type: pack, class: pseudonymous, residency: us, age_hours: 24, identifiable: "no", standing: cleared, automated: "no", affects: [none], consents: [coaching], expect: deny, fires: [residency]}
  - {name: nobody knows where, role: coach, as: assigned_coach, trained: true, action: view, purpose: coaching, type: pack, class: pseudonymous, age_hours: 24, identifiable: "no", standing: cleared, automated: "no", affects: [none], consents: [coaching], expect: deny, fires: [residency]}
  - {name: kept here, role: coach, as: assigned_coach, trained: true, action: view, purpose: coaching, type: pack, class: pseudonymous, residency: eu, age_hours: 24, identifiable: "no", standing: cleared, automated: "no", affects: [none], consents: [coaching], expect: permit, fires: [coach.pack]}
  - {name: an export about one person, role: program_admin, action: export, purpose: evaluation, type: dataset, class: pseudonymous, residency: eu, age_hours: 24, identifiable: "no", automated: "no", affects: [none], consents: [evaluation, export], approvals: [legal_privacy], expect: deny, fires: [eu.export]}
`

// tenant is an overlay over both that passes.
const tenant = `apiVersion: governance-overlay/v1
id: acme
layer: tenant
over: coaching-core
version: 1.0.0
owner: privacy_officer
params:
  - {id: raw_retention, value: 30}
  - {id: group_size, value: 8}
rules:
  - id: acme.use
    effect: review
    code: GOV-001
    actions: [use]
    roles: [coach]
    when: "!approval.roles.hasAny([\"coaching_lead\"])"
    message: the coaching lead agrees to each use
    review: {as: approval, by: [coaching_lead]}
tests:
  - {name: a use without the lead, role: coach, as: assigned_coach, trained: true, action: use, purpose: coaching, type: pack, class: pseudonymous, residency: eu, age_hours: 24, identifiable: "no", standing: cleared, automated: "no", affects: [none], consents: [coaching], expect: review, fires: [acme.use]}
`

// stackOf stacks the built-in policy and the overlays.
func stackOf(overlays ...string) (*Policy, *Report, error) {
	files := []File{{"builtin.yaml", builtin}}
	for i, text := range overlays {
		files = append(files, File{fmt.Sprintf("overlay%d.yaml", i+1), []byte(text)})
	}
	return Stack(files...)
}

// An overlay that could loosen anything is refused, with its place and that of
// what it would loosen.
func TestOverlayOnlyTightens(t *testing.T) {
	t.Parallel()
	edit := func(of, from, to string) string {
		require.Contains(t, of, from)
		return strings.Replace(of, from, to, 1)
	}
	line := "  - {id: raw_retention, value: 60}"
	rule := "  - id: eu.export\n    effect: deny"
	tests := []struct {
		name     string
		overlays []string
		want     string // a part of the error; "" when there is none
	}{
		{"both as they are", []string{region, tenant}, ""},
		{"a parameter as below", []string{edit(region, line, "  - {id: raw_retention, value: 90}")}, ""},
		{"a longer retention", []string{edit(region, line, "  - {id: raw_retention, value: 91}")}, "overlay1.yaml:9:25: POL-OVERLAY error params[0].value: raw_retention of 91 days is looser than 90 days at builtin.yaml:14:37; lower is stricter"},
		{"a smaller group", []string{edit(region, line, "  - {id: group_size, value: 4}")}, "group_size of 4 is looser than 5 at builtin.yaml:16:35; higher is stricter"},
		{"fewer approvers", []string{edit(region, line, "  - {id: approvers, value: 1}")}, "approvers of 1 is looser than 2"},
		{"a shorter rationale", []string{edit(region, line, "  - {id: rationale, value: 19}")}, "rationale of 19 is looser than 20"},
		{"an older review", []string{edit(region, line, "  - {id: review_validity, value: 73}")}, "review_validity of 73 hours is looser than 72 hours"},
		{"a longer retention of aggregates", []string{edit(region, line, "  - {id: aggregate_retention, value: 13}")}, "aggregate_retention of 13 months is looser than 12 months"},
		{"beyond the bounds on the strict side", []string{edit(region, line, "  - {id: raw_retention, value: 0}")}, "raw_retention of 0 days is outside the bounds 1 to 90"},
		{"beyond the bounds above", []string{edit(region, line, "  - {id: group_size, value: 1001}")}, "outside the bounds 3 to 1000"},
		{"a tenant looser than the region", []string{region, edit(tenant, "raw_retention, value: 30", "raw_retention, value: 61")}, "overlay2.yaml:8:25: POL-OVERLAY error params[0].value: raw_retention of 61 days is looser than 60 days at overlay1.yaml:9:25"},
		{"a parameter twice", []string{edit(region, line, line+"\n"+line)}, "POL-PARAM error params[1].id"},
		{"a parameter that is not there", []string{edit(region, line, "  - {id: raw_retentoin, value: 60}")}, "no layer below has a parameter of this id, did you mean raw_retention?"},
		{"other bounds", []string{edit(region, line, "  - {id: raw_retention, value: 60, max: 400}")}, "DOC-"},
		{"another direction", []string{edit(region, line, "  - {id: raw_retention, value: 60, stricter: higher}")}, "DOC-"},
		{"another unit", []string{edit(region, line, "  - {id: raw_retention, value: 60, unit: months}")}, "DOC-"},
		{"a permit", []string{edit(region, rule, "  - id: eu.export\n    effect: permit")}, "POL-OVERLAY error rules[0].effect: an overlay permits nothing"},
		{"a denial in the place of the base's", []string{edit(region, "id: eu.export", "id: consent.missing")}, "POL-OVERLAY error rules[0].id: the rule at builtin.yaml:"},
		{"a denial in the place of a permit", []string{edit(region, "id: eu.export", "id: coach.pack")}, "an overlay changes no rule"},
		{"a tenant's rule in the place of the region's", []string{region, edit(tenant, "id: acme.use", "id: eu.export")}, "the rule at overlay1.yaml:"},
		{"a rule in the place of a floor", []string{edit(region, "id: eu.export", "id: floor.group")}, "this id is the library's own"},
		{"a rule in the place of the residency", []string{region, edit(tenant, "id: acme.use", "id: residency")}, "this id is the library's own"},
		{"a rule taken away", []string{edit(region, "params:", "remove: [consent.missing]\nparams:")}, "DOC-"},
		{"a rule switched off", []string{edit(region, "  - rule: coach.pack", "  - rule: consent.missing\n    enabled: false")}, "DOC-"},
		{"another condition", []string{edit(region, "  - rule: coach.pack", "  - rule: consent.missing\n    when: \"false\"")}, "DOC-"},
		{"fewer roles", []string{edit(region, "  - rule: coach.pack", "  - rule: consent.missing\n    roles: [system]")}, "DOC-"},
		{"an obligation in other words", []string{edit(region, "id: tell-leader", "id: log-use")}, "POL-OVERLAY error add[0].obligations[0].id: the rule at builtin.yaml:"},
		{"an addition to no rule", []string{edit(region, "rule: coach.pack", "rule: coach.pakc")}, "no layer below has a rule of this id, did you mean coach.pack?"},
		{"an addition of nothing", []string{edit(region, "    obligations: [{id: tell-leader, text: Tell the leader that the pack was read.}]\n    controls: [DE-BetrVG-87]\n", "")}, "neither obligations nor controls are added"},
		{"a rule that a stricter parameter loosens", []string{edit(region, `when: resource.class != "aggregate"`, "when: (!has(resource.age) || resource.age < param.raw_retention)")}, "POL-DIRECTION error rules[0].when: param.raw_retention is said to be stricter when it is lower"},
		{"a review that a stricter parameter loosens", []string{region, edit(tenant, "review: {as: approval, by: [coaching_lead]}", "review: {as: review, by: [hr_reviewer], min_rationale: rationale, expires: review_validity}")}, ""},
		{"an extension and its rule", []string{edit(edit(region, "params:", "extensions: [{name: seats, type: int, min: 0, max: 9}]\nparams:"), `when: resource.class != "aggregate"`, `when: resource.class != "aggregate" || !has(ext.seats) || ext.seats < 3`)}, ""},
		{"an extension declared anew", []string{edit(region, "params:", "extensions: [{name: seats, type: int, min: 0, max: 9}]\nparams:"), edit(tenant, "params:", "extensions: [{name: seats, type: int, min: 0, max: 99}]\nparams:")}, "overlay2.yaml:7:15: POL-EXTENSION error extensions[0].name: another extension has this name"},
		{"a residency of a tenant", []string{region, edit(tenant, "params:", "residency: us\nparams:")}, "POL-OVERLAY error residency: a region says where data is kept"},
		{"two regions", []string{region, edit(region, "id: eu\n", "id: us\n")}, "overlay1.yaml is a region as well"},
		{"two tenants", []string{tenant, edit(tenant, "id: acme\n", "id: other\n")}, "overlay1.yaml is a tenant as well"},
		{"a second base", []string{strings.Replace(string(builtin), "effect: deny", "effect: review", 1)}, "is a base as well"},
		{"an overlay of another base", []string{edit(region, "over: coaching-core", "over: another")}, "POL-OVERLAY error over: the base, builtin.yaml, has another id"},
		{"an unread attribute", []string{edit(region, `when: resource.class != "aggregate"`, "when: resource.group_size < 9")}, "overlay1.yaml:20:11: POL-GUARD"},
		{"a test of its own that fails", []string{edit(region, "expect: permit, fires: [coach.pack]", "expect: deny, fires: [eu.export]")}, "POL-TEST error tests[2]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, report, err := stackOf(tt.overlays...)
			if tt.want == "" {
				require.NoError(t, err)
				require.Empty(t, report.Findings)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, p)
			require.Empty(t, report.Digest)
		})
	}
	_, _, err := Stack()
	require.ErrorContains(t, err, "POL-POLICY")
	_, _, err = Stack(File{"eu.yaml", []byte(region)})
	require.ErrorContains(t, err, "there is no base policy")
}

// A parameter whose direction the rules contradict, or that states none, is not
// for an overlay to move.
func TestBaseStatesDirections(t *testing.T) {
	base := func(from, to string) File {
		require.Contains(t, string(builtin), from)
		return File{"base.yaml", []byte(strings.Replace(string(builtin), from, to, 1))}
	}
	for name, tt := range map[string]struct{ from, to, want string }{
		"retention":  {"code: GOV-016, stricter: lower", "code: GOV-016, stricter: higher", "POL-DIRECTION error rules[0].when"},
		"aggregates": {"code: GOV-017, stricter: lower", "code: GOV-017, stricter: higher", "POL-DIRECTION"},
		"group":      {"code: C-15, stricter: higher", "code: C-15, stricter: lower", "POL-DIRECTION"},
		"approvers":  {"code: GOV-015, stricter: higher", "code: GOV-015, stricter: lower", "POL-DIRECTION"},
		"rationale":  {"code: GOV-021, stricter: higher", "code: GOV-021, stricter: lower", "review.min_rationale: param.rationale is said"},
		"validity":   {"code: GOV-023, stricter: lower", "code: GOV-023, stricter: higher", "review.expires: param.review_validity is said"},
		"none":       {"code: GOV-016, stricter: lower", "code: GOV-016", "which does not say in which direction it may move"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Stack(base(tt.from, tt.to), File{"eu.yaml", []byte(region)})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// How the growth of a parameter moves a condition, against what it does: the
// condition is asked at each value of the parameter.
func TestLeanOfParameter(t *testing.T) {
	for source, want := range map[string]lean{
		"approval.count < param.k":                                                leansUp,
		"param.k > approval.count":                                                leansUp,
		"approval.count >= param.k":                                               leansDown,
		"!(approval.count >= param.k)":                                            leansUp,
		"approval.count == param.k":                                               leansEither,
		"approval.count in [param.k, 3]":                                          leansEither,
		"approval.count < param.k || approval.count > param.k":                    leansEither,
		"review.done ? approval.count < param.k : approval.count < 2":             leansUp,
		"(approval.count < param.k) == review.done":                               leansEither,
		"approval.count < param.k ? review.done : subject.trained":                leansEither,
		"now > addMonths(resource.created_at, param.m)":                           leansNot,
		"approval.count < 2":                                                      leansNot,
		`consent.purposes.exists(p, p == "coaching") && approval.count < param.k`: leansUp,
		`consent.purposes.exists(p, size(resource.id) < param.k)`:                 leansEither,
	} {
		up, down := false, false
		var e *expr
		for count := range int64(8) {
			for _, others := range []bool{false, true} {
				before := noValue
				for k := range int64(8) {
					params := testParams()
					params[0].num = k
					c, err := newCELEnv(params)
					require.NoError(t, err)
					read, _, problems := c.read(source)
					require.Empty(t, problems, source)
					e = read
					test, ok := lower(e)
					if !ok {
						break
					}
					f := &facts{present: ^uint64(0)}
					f.setBool(attrReviewDone, others)
					f.set(attrApprovalCount, count)
					f.set(attrNow, 1)
					now := test(f)
					up = up || before == isFalse && now == isTrue
					down = down || before == isTrue && now == isFalse
					before = now
				}
			}
		}
		got := leanOf(e, "k")
		require.Equal(t, want, got, source)
		require.False(t, up && got != leansUp && got != leansEither, source)
		require.False(t, down && got != leansDown && got != leansEither, source)
	}
}

// No stack permits what its base does not, nor lets through what its base sends
// to a human, whatever an overlay says that is accepted.
func TestStackIsNeverLooser(t *testing.T) {
	t.Parallel()
	draws := 30_000
	if testing.Short() {
		draws /= 6
	}
	base, _, err := BuiltIn()
	require.NoError(t, err)
	eu, _, err := stackOf(region)
	require.NoError(t, err)
	acme, _, err := stackOf(tenant, region)
	require.NoError(t, err)
	s := newSampler(t, 5)
	stricter := 0
	for range draws {
		r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(1+s.IntN(len(roleNames)-1)),
			ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
		if s.IntN(2) == 0 {
			r.Subject.Role, r.Resource.Type, r.Resource.Class = coaching.Coach, ResourcePack, signal.Pseudonymous
			r.Action, r.Purpose, r.Subject.ID = []Action{View, Use}[s.IntN(2)], ForCoaching, s.people[1]
		}
		r.Resource.Residency = []string{"", "us", "eu", "eu", "eu"}[s.IntN(5)]
		r.Approvals, r.Review = nil, ReviewRecord{}
		s.approve(r)
		below := base.Decide(r).Outcome
		for _, over := range []*Policy{eu, acme} {
			d := over.Decide(r)
			if d.Outcome > below {
				t.Fatalf("%s became %s\n%s", below, d.Outcome, over.Explain(r))
			}
			if d.Outcome < below {
				stricter++
			}
			if r.Resource.Residency != "eu" && r.Action != Purge {
				require.Equal(t, Deny, d.Outcome)
				require.Contains(t, d.Codes(), "GOV-030")
			}
			below = d.Outcome
		}
	}
	require.Greater(t, stricter, draws/200)
}

// What was kept in the wrong place can be purged.
func TestResidencyLetsPurge(t *testing.T) {
	p, _, err := stackOf(region)
	require.NoError(t, err)
	person, err := casePeople()
	require.NoError(t, err)
	age := 2184
	c := caseFile{Role: coaching.System, Action: Purge, Purpose: ForEvaluation, Type: ResourceTrace, Residency: "us", AgeHours: &age, LegalHold: No}
	require.True(t, p.Decide(c.request(person)).Allowed())
	c.Action = View
	d := p.Decide(c.request(person))
	require.Equal(t, Deny, d.Outcome)
	require.Contains(t, d.Codes(), "GOV-030")
	c.Residency = ""
	require.Contains(t, p.Decide(c.request(person)).Missing, "resource.residency")
}

// A stack is the same in whatever order its files are given, from files and from
// memory, and its digest changes with everything in it that decides.
func TestStackHasOneOrderAndOneDigest(t *testing.T) {
	t.Parallel()
	files := []File{{"builtin.yaml", builtin}, {"eu.yaml", []byte(region)}, {"acme.yaml", []byte(tenant)}}
	p, report, err := Stack(files...)
	require.NoError(t, err)
	want := report.Text()
	require.Contains(t, want, "Under the region eu 1.0.0, owned by privacy_officer, which keeps its data in eu\nUnder the tenant acme 1.0.0, owned by privacy_officer\n")
	require.Contains(t, want, "raw_retention        30 days (may be 1 to 90, lower is stricter)")
	for i := range 6 {
		rand.New(rand.NewPCG(uint64(i), 1)).Shuffle(3, func(i, j int) { files[i], files[j] = files[j], files[i] })
		_, again, err := Stack(files...)
		require.NoError(t, err)
		require.Equal(t, want, again.Text())
	}
	fsys := fstest.MapFS{"p/a.yaml": {Data: []byte(region)}, "p/b.yaml": {Data: builtin}, "p/c.yaml": {Data: []byte(tenant)}}
	loaded, _, err := Load(fsys, "p/*.yaml")
	require.NoError(t, err)
	require.Equal(t, p.Digest(), loaded.Digest())
	fsys["p/d.yaml"] = &fstest.MapFile{Data: []byte(tenant)}
	_, _, err = Load(fsys, "p/*.yaml")
	require.Error(t, err)

	base, _, err := BuiltIn()
	require.NoError(t, err)
	alone, _, err := stackOf(region)
	require.NoError(t, err)
	seen := map[string]string{base.Digest(): "the base", p.Digest(): "the stack", alone.Digest(): "the region"}
	for _, change := range [][2]string{
		{"version: 1.0.0", "version: 1.0.1"}, {"id: eu\n", "id: eea\n"}, {"owner: privacy_officer", "owner: steward"},
		{"value: 60", "value: 59"}, {"id: tell-leader", "id: tell-the-leader"}, {"DE-BetrVG-87", "DE-BetrVG-88"}, {"one person is not", "one person is never"},
	} {
		changed, _, err := stackOf(strings.Replace(region, change[0], change[1], 1))
		require.NoError(t, err)
		require.NotContains(t, seen, changed.Digest(), change[1])
		seen[changed.Digest()] = change[1]
	}
	elsewhere, _, err := stackOf(strings.ReplaceAll(strings.Replace(region, "residency: eu", "residency: ch", 1), "residency: eu,", "residency: ch,"))
	require.NoError(t, err)
	require.NotContains(t, seen, elsewhere.Digest())
}

// The obligation that an overlay adds is there when the rule fires.
func TestOverlayAddsObligations(t *testing.T) {
	p, _, err := stackOf(region)
	require.NoError(t, err)
	person, err := casePeople()
	require.NoError(t, err)
	age := 24
	c := caseFile{Role: coaching.Coach, As: "assigned_coach", Trained: true, Action: View, Purpose: ForCoaching, Type: ResourcePack, Class: signal.Pseudonymous,
		Residency: "eu", AgeHours: &age, Identifiable: No, Standing: signal.Cleared, Automated: No, Affects: []Effect{NoEffect}, Consents: []Purpose{ForCoaching}}
	d := p.Decide(c.request(person))
	require.True(t, d.Allowed())
	require.Equal(t, []string{"log-use", "tell-leader"}, []string{d.Obligations[0].ID, d.Obligations[1].ID})
	require.Contains(t, d.Reasons[len(d.Reasons)-1].Controls.String(), "DE-BetrVG-87")
	hours := int(60*24*time.Hour/time.Hour) + 1
	c.AgeHours = &hours
	require.Contains(t, p.Decide(c.request(person)).Codes(), "GOV-016")
}
