package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/casbin/casbin/v2"
	casbinmodel "github.com/casbin/casbin/v2/model"
	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/expr-lang/expr"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
)

// What a peer answers to one question. Where it ought to refuse, allow means that
// it fails open.
const (
	allow   = "allow"
	deny    = "deny"
	failed  = "error"   // it gives no answer, and says so
	refused = "refused" // it does not load the policy
	panics  = "panic"   // it takes the program down
)

func answer(yes bool) string {
	if yes {
		return allow
	}
	return deny
}

// askCEL asks plain cel-go for the condition under which something is allowed,
// with variables without a type, as hosts often have them.
func askCEL(t *testing.T, condition string, vars map[string]any) string {
	t.Helper()
	var opts []cel.EnvOption
	for name := range vars {
		opts = append(opts, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(opts...)
	require.NoError(t, err)
	checked, issues := env.Compile(condition)
	if issues.Err() != nil {
		return refused
	}
	program, err := env.Program(checked)
	if err != nil {
		return refused
	}
	v, _, err := program.Eval(vars)
	if err != nil {
		return failed
	}
	yes, ok := v.Value().(bool)
	if !ok {
		return fmt.Sprintf("%v of type %s", v.Value(), v.Type().TypeName())
	}
	return answer(yes)
}

// askOPA asks OPA for data.x.allow.
func askOPA(t *testing.T, module string, input map[string]any) (out string) {
	t.Helper()
	defer func() {
		if recover() != nil {
			out = panics
		}
	}()
	query, err := rego.New(rego.Query("data.x.allow"), rego.Module("x.rego", "package x\n"+module)).PrepareForEval(context.Background())
	if err != nil {
		return refused
	}
	found, err := query.Eval(context.Background(), rego.EvalInput(input))
	switch {
	case err != nil:
		return failed
	case len(found) == 0:
		return deny
	}
	yes, ok := found[0].Expressions[0].Value.(bool)
	if !ok {
		return fmt.Sprintf("%v of type %[1]T", found[0].Expressions[0].Value)
	}
	return answer(yes)
}

// unless is a module that allows what a rule does not bar.
func unless(body string) string {
	return "default allow := false\nallow if not barred\nbarred if { " + body + " }"
}

// askCedar asks cedar-go whether something is allowed that everybody may do,
// except where the condition of a forbid holds of the resource. With the answer
// goes the number of policies that it skipped, since they failed.
func askCedar(t *testing.T, forbid string, attributes types.RecordMap) (string, int) {
	t.Helper()
	set, err := cedar.NewPolicySetFromBytes("x.cedar", []byte("permit (principal, action, resource);\nforbid (principal, action, resource) when { "+forbid+" };"))
	if err != nil {
		return refused, 0
	}
	what := cedar.NewEntityUID("Resource", "r")
	got, why := cedar.Authorize(set, types.EntityMap{what: {UID: what, Attributes: types.NewRecord(attributes)}},
		cedar.Request{Principal: cedar.NewEntityUID("Person", "p"), Action: cedar.NewEntityUID("Action", "view"), Resource: what})
	return answer(got == cedar.Allow), len(why.Errors)
}

// askExpr asks expr for the condition under which something is allowed.
func askExpr(t *testing.T, condition string, env map[string]any) string {
	t.Helper()
	program, err := expr.Compile(condition, expr.AllowUndefinedVariables())
	if err != nil {
		return refused
	}
	v, err := expr.Run(program, env)
	if err != nil {
		return failed
	}
	yes, ok := v.(bool)
	if !ok {
		return fmt.Sprintf("%v of type %[1]T", v)
	}
	return answer(yes)
}

// askCasbin asks casbin whether something is allowed that everybody may do, except
// where a condition holds.
func askCasbin(t *testing.T, denied string, request any) string {
	t.Helper()
	m, err := casbinmodel.NewModelFromString(casbinModel)
	require.NoError(t, err)
	e, err := casbin.NewEnforcer(m)
	require.NoError(t, err)
	for _, p := range [][]string{{"everybody", "true", "allow"}, {"but", denied, "deny"}} {
		if _, err := e.AddPolicy(p); err != nil {
			return refused
		}
	}
	yes, err := e.Enforce(request)
	if err != nil {
		return failed
	}
	return answer(yes)
}

// refusedFor wants a policy with such a rule to be refused, with this code at the
// line of the rule.
func refusedFor(t *testing.T, code, effect, when string) {
	t.Helper()
	text := "apiVersion: governance/v1\nid: x\nversion: 1.0.0\nowner: privacy_officer\nparams: []\nrules:\n" +
		"  - {id: r, effect: " + effect + ", code: GOV-016, actions: [view], roles: [coach], when: '" + when + "', message: no}\ntests: []\n"
	p, report, err := governance.Parse("policy.yaml", []byte(text))
	require.Error(t, err, when)
	require.Nil(t, p)
	for f := range report.Findings.Blocking() {
		if f.Code == code {
			require.Equal(t, 7, f.Line)
			require.Positive(t, f.Column)
			return
		}
	}
	t.Fatalf("%s is refused, but not for %s: %v", when, code, err)
}

// What must not be allowed, of which an attribute is not there: OPA and cedar-go
// permit it, since a rule that cannot be evaluated is left out. Both give the
// right answer while the attribute is there. The library does not permit it, and
// names the attribute.
func TestMissingAttributeOfWhatMustNotBe(t *testing.T) {
	all, err := shapes()
	require.NoError(t, err)
	p, _, err := governance.Stack(policyFiles(0, len(rules))...)
	require.NoError(t, err)
	tests := []struct {
		attribute string // of the resource
		shape     int
		change    func(res *governance.Resource) // for which it must not be allowed, for that attribute alone
		leave     func(res *governance.Resource)
		want      governance.Outcome
	}{
		{"age", 1, func(*governance.Resource) {}, func(res *governance.Resource) { res.CreatedAt = time.Time{} }, governance.Deny},
		{"group_size", 3, func(res *governance.Resource) { res.GroupSize = 4 }, func(res *governance.Resource) { res.GroupSize = 0 }, governance.Deny},
		{"identifiable", 0, func(res *governance.Resource) { res.Identifiable = governance.Yes }, func(res *governance.Resource) { res.Identifiable = governance.Unknown }, governance.Deny},
		{"automated", 10, func(*governance.Resource) {}, func(res *governance.Resource) { res.Automated = governance.Unknown }, governance.Deny},
		{"programme", 0, func(res *governance.Resource) { res.Programme = programme(7) }, func(res *governance.Resource) { res.Programme = "" }, governance.Deny},
		{"affects", 5, func(*governance.Resource) {}, func(res *governance.Resource) { res.Affects = 0 }, governance.Review},
	}
	for _, tt := range tests {
		t.Run(tt.attribute, func(t *testing.T) {
			draft := all[tt.shape].draft
			tt.change(&draft.request.Resource)
			whole := draft.done()
			got, _ := hand(whole)
			require.Equal(t, tt.want, got)
			require.NoError(t, disagreement([]*governance.Request{whole}))

			o, err := newOPA(false, nil)
			require.NoError(t, err)
			input := regoInput(factsOf(whole))
			delete(input["resource"].(map[string]any), tt.attribute)
			o.inputs = append(o.inputs, rego.EvalInput(input))
			got, err = o.decide(0)
			require.NoError(t, err)
			require.Equal(t, governance.Permit, got, "OPA")

			c, err := newCedar([]*governance.Request{whole})
			require.NoError(t, err)
			what := c.requests[0].Resource
			entity, attributes := c.entities[0][what], types.RecordMap{}
			for name, v := range entity.Attributes.All() {
				if name != types.String(tt.attribute) {
					attributes[name] = v
				}
			}
			entity.Attributes = types.NewRecord(attributes)
			c.entities[0][what] = entity
			main, why := cedar.Authorize(c.main, c.entities[0], c.requests[0])
			review, whyReview := cedar.Authorize(c.review, c.entities[0], c.requests[0])
			require.True(t, main == cedar.Allow && review == cedar.Deny, "Cedar permits it, and wants no review")
			require.Positive(t, len(why.Errors)+len(whyReview.Errors), "the policies that it skips")

			tt.leave(&draft.request.Resource)
			d := p.Decide(draft.done())
			require.Equal(t, tt.want, d.Outcome)
			require.Contains(t, d.Missing, "resource."+tt.attribute)
		})
	}
}

// An error that logic absorbs: "not (an attribute that is missing, and false)" is
// true. The library does not load a condition that reads what may be missing
// without asking whether it is there.
func TestAbsorbedErrors(t *testing.T) {
	coach := map[string]any{"who": map[string]any{"role": "coach"}}
	require.Equal(t, allow, askCEL(t, `!(who.barred == "yes" && who.role == "admin")`, coach))
	require.Equal(t, allow, askCEL(t, `who.trained == "yes" || who.role == "coach"`, coach))
	require.Equal(t, allow, askExpr(t, `!(who.barred == "yes" && who.role == "admin")`, coach))
	require.Equal(t, allow, askOPA(t, unless(`input.who.barred == "yes"`), coach))

	refusedFor(t, "POL-GUARD", "permit", `!(resource.automated && subject.role == "program_admin")`)
	refusedFor(t, "POL-GUARD", "permit", `resource.automated || subject.role == "coach"`)
	refusedFor(t, "POL-ATTRIBUTE", "permit", `!(subject.barred && subject.role == "program_admin")`)
	refusedFor(t, "POL-ABSENCE", "deny", `has(resource.age) && resource.age > duration("2160h")`)
}

// Nobody at all has approved, so all who have are from legal.
func TestVacuousAll(t *testing.T) {
	nobody := map[string]any{"approvals": []any{}}
	require.Equal(t, allow, askCEL(t, `approvals.all(a, a == "legal")`, nobody))
	require.Equal(t, allow, askExpr(t, `all(approvals, # == "legal")`, nobody))
	require.Equal(t, allow, askOPA(t, `allow if { every a in input.approvals { a == "legal" } }`, nobody))
	got, skipped := askCedar(t, `!(resource.approvals.containsAll(resource.wanted))`, types.RecordMap{"approvals": types.NewSet(), "wanted": types.NewSet()})
	require.Equal(t, allow, got)
	require.Zero(t, skipped)
	somebody := map[string]any{"approvals": []any{"hr"}} // as it should be
	require.Equal(t, deny, askCEL(t, `approvals.all(a, a == "legal")`, somebody))
	require.Equal(t, deny, askExpr(t, `all(approvals, # == "legal")`, somebody))
	require.Equal(t, deny, askOPA(t, `allow if { every a in input.approvals { a == "legal" } }`, somebody))

	refusedFor(t, "POL-ALL", "permit", `approval.roles.all(r, r == "legal_privacy")`)
	refusedFor(t, "POL-TYPE", "permit", `approval.roles.hasAll([])`)
}

// A group whose size is no number is not smaller than five. Cedar has no floats.
func TestNotANumber(t *testing.T) {
	cell := map[string]any{"people": math.NaN()}
	require.Equal(t, allow, askCEL(t, `!(people < 5.0)`, cell))
	require.Equal(t, allow, askExpr(t, `!(people < 5)`, cell))
	require.Equal(t, allow, askCasbin(t, `r.q.People < 5`, struct{ People float64 }{math.NaN()}))
	require.Equal(t, panics, askOPA(t, unless(`input.people < 5`), cell))
	three := map[string]any{"people": 3.0}
	require.Equal(t, deny, askCEL(t, `!(people < 5.0)`, three))
	require.Equal(t, deny, askExpr(t, `!(people < 5)`, three))
	require.Equal(t, deny, askCasbin(t, `r.q.People < 5`, struct{ People float64 }{3}))
	require.Equal(t, deny, askOPA(t, unless(`input.people < 5`), three))

	refusedFor(t, "POL-FLOAT", "deny", `!has(resource.group_size) || resource.group_size < 5.0`)
	refusedLine(t, `"group_size":3`, `"group_size":NaN`, "DOC-SYNTAX")
	refusedLine(t, `"group_size":3`, `"group_size":3.5`, "DOC-TYPE")
}

// A size that is a text is not smaller than five, and a role is no number.
func TestTypeConfusion(t *testing.T) {
	three := map[string]any{"people": "3", "role": "coach"}
	require.Equal(t, allow, askOPA(t, unless(`input.people < 5`), three))
	got, skipped := askCedar(t, `resource.people < 5`, types.RecordMap{"people": types.String("3")})
	require.Equal(t, allow, got)
	require.Equal(t, 1, skipped)
	require.Equal(t, allow, askCEL(t, `role != 1`, three))
	require.Equal(t, allow, askExpr(t, `role != 1`, three))
	require.Equal(t, deny, askOPA(t, unless(`input.people < 5`), map[string]any{"people": 3}))
	got, _ = askCedar(t, `resource.people < 5`, types.RecordMap{"people": types.Long(3)})
	require.Equal(t, deny, got)
	// These two say that they cannot compare.
	require.Equal(t, failed, askExpr(t, `!(people < 5)`, three))
	require.Equal(t, failed, askCasbin(t, `r.q.People < 5`, struct{ People string }{"3"}))

	refusedFor(t, "POL-TYPE", "deny", `subject.role != 1`)
	refusedFor(t, "POL-TYPE", "deny", `!has(resource.group_size) || resource.group_size < "5"`)
	refusedLine(t, `"group_size":3`, `"group_size":"3"`, "DOC-TYPE")
}

// Constants that no calendar has are found when the first request comes, and what
// stands behind them does not hold then. expr and cel-go give an error to the
// host at that time.
func TestConstantsThatFailAtRunTime(t *testing.T) {
	old := map[string]any{"age": int64(400 * 24 * time.Hour), "at": "x"}
	require.Equal(t, allow, askOPA(t, unless(`input.age > time.parse_duration_ns("90 days")`), old))
	for _, constant := range []string{`resource.at < datetime("2026-02-30")`, `resource.age > duration("90 days")`} {
		got, skipped := askCedar(t, constant, types.RecordMap{"at": types.Long(3), "age": types.Long(4)})
		require.Equal(t, allow, got)
		require.Equal(t, 1, skipped)
	}
	require.Equal(t, deny, askOPA(t, unless(`input.age > time.parse_duration_ns("2160h")`), old))
	got, _ := askCedar(t, `duration("91d") > duration("90d")`, nil)
	require.Equal(t, deny, got)
	require.Equal(t, failed, askCEL(t, `!(age > duration("90d"))`, old))
	require.Equal(t, failed, askCEL(t, `at > timestamp("2026-02-30T00:00:00Z")`, old))
	require.Equal(t, failed, askExpr(t, `!(age > duration("90d"))`, old))

	refusedFor(t, "POL-CONSTANT", "deny", `!has(resource.age) || resource.age > duration("90d")`)
	refusedFor(t, "POL-CONSTANT", "deny", `!has(resource.created_at) || resource.created_at < timestamp("2026-02-30T00:00:00Z")`)
	refusedFor(t, "POL-CONSTANT", "deny", `resource.type == "recomendation"`)
}

// A denial that names a role, with a character in it that nobody sees, is for
// nobody.
func TestInvisibleCharacters(t *testing.T) {
	got, _ := askCedar(t, `resource.role == "coach"`, types.RecordMap{"role": types.String("coach")})
	require.Equal(t, deny, got)
	require.Equal(t, deny, askOPA(t, unless(`input.role == "coach"`), map[string]any{"role": "coach"}))
	require.Equal(t, deny, askCasbin(t, `r.q.Role == 'coach'`, struct{ Role string }{"coach"}))
	tests := []struct {
		name, text string
		readers    string // that refuse it
	}{
		{"zero-width space", "co\u200bach", ""},
		{"bidirectional override", "co\u202each", ""},
		{"NUL", "co\x00ach", "cedar opa"},
		{"invalid UTF-8", "coach\xff", "cedar opa"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			coach := map[string]any{"role": "coach"}
			got, skipped := askCedar(t, `resource.role == "`+tt.text+`"`, types.RecordMap{"role": types.String("coach")})
			require.Zero(t, skipped)
			answers := map[string]string{
				"cel":    askCEL(t, `!(role == "`+tt.text+`")`, coach),
				"expr":   askExpr(t, `!(role == "`+tt.text+`")`, coach),
				"casbin": askCasbin(t, `r.q.Role == '`+tt.text+`'`, struct{ Role string }{"coach"}),
				"opa":    askOPA(t, unless(`input.role == "`+tt.text+`"`), coach),
				"cedar":  got,
			}
			for peer, got := range answers {
				want := allow
				if slices.Contains(strings.Fields(tt.readers), peer) {
					want = refused
				}
				require.Equal(t, want, got, peer)
			}
			refusedFor(t, "DOC-ENCODING", "deny", `subject.role == "`+tt.text+`"`)
			refusedFor(t, "DOC-ENCODING", "deny", `resource.id == "`+tt.text+`"`)
		})
	}
}

// An answer that is neither yes nor no, to a host that tests for nothing else.
func TestAnswersThatAreNotBool(t *testing.T) {
	require.Equal(t, "no of type string", askCEL(t, `"no"`, nil))
	require.Equal(t, "no of type string", askExpr(t, `"no"`, nil))
	require.Equal(t, "no of type string", askOPA(t, `allow := "no"`, nil))

	refusedFor(t, "POL-TYPE", "permit", `"no"`)
	refusedFor(t, "POL-TYPE", "permit", `1`)
	refusedFor(t, "POL-TYPE", "permit", `null`)
}

// A key that stands twice in a map: the last one counts, and a reviewer reads the
// first.
func TestRepeatedKeys(t *testing.T) {
	require.Equal(t, allow, askCEL(t, `{"coach": false, "coach": true}["coach"]`, nil))

	refusedFor(t, "POL-FUNCTION", "permit", `{"coach": false, "coach": true}["coach"]`)
	refusedLine(t, `"group_size":3`, `"group_size":3,"group_size":8`, "DOC-DUPLICATE")
}

// Arithmetic that overflows: the forbid is skipped in Cedar, and wrong in expr.
// cel-go gives an error.
func TestOverflow(t *testing.T) {
	most := map[string]any{"people": math.MaxInt64}
	got, skipped := askCedar(t, `resource.people + 1 > 0`, types.RecordMap{"people": types.Long(math.MaxInt64)})
	require.Equal(t, allow, got)
	require.Equal(t, 1, skipped)
	require.Equal(t, allow, askExpr(t, `!(people + 1 > 0)`, most))
	require.Equal(t, failed, askCEL(t, `!(people + 1 > 0)`, most))

	refusedFor(t, "POL-FUNCTION", "deny", `!has(resource.group_size) || resource.group_size + 9223372036854775807 > 0`)
}

// refusedLine writes a request as a line of JSON, replaces a part of it, and wants
// the line to be refused for this code.
func refusedLine(t *testing.T, part, with, code string) {
	t.Helper()
	all, err := shapes()
	require.NoError(t, err)
	r := all[3].done()
	r.Resource.GroupSize = 3
	var b strings.Builder
	require.NoError(t, governance.WriteRecorded(&b, governance.Recorded{Request: *r}))
	require.Contains(t, b.String(), part)
	for _, err := range governance.ReadRecorded(strings.NewReader(b.String())) {
		require.NoError(t, err, "the line as it was")
	}
	for _, err := range governance.ReadRecorded(strings.NewReader(strings.Replace(b.String(), part, with, 1))) {
		var line *governance.LineError
		require.True(t, errors.As(err, &line), "%v", err)
		require.True(t, line.Findings.Has(code), "%v", line.Findings)
	}
}
