package governance_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// rulesOf splits the built-in policy into what comes before its rules, the
// rules, and the tests.
func rulesOf(t *testing.T) (head string, rules []string, tests string) {
	t.Helper()
	text := governance.BuiltInSource()
	head, rest, ok := strings.Cut(text, "\nrules:\n")
	require.True(t, ok)
	rest, tests, ok = strings.Cut(rest, "\ntests:\n")
	require.True(t, ok)
	rest, _, ok = strings.Cut(rest, "\ninvariants:\n")
	require.True(t, ok)
	for line := range strings.SplitSeq(rest, "\n") {
		switch {
		case strings.HasPrefix(line, "  - "):
			rules = append(rules, line)
		case strings.HasPrefix(line, "    "):
			rules[len(rules)-1] += "\n" + line
		}
	}
	require.Greater(t, len(rules), 30)
	return head, rules, tests
}

// The order in which rules are written changes neither the digest nor any
// decision, and spacing inside a condition does not change the digest.
func TestRuleOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	head, rules, tests := rulesOf(t)
	want := builtIn(t)
	r := packRequest(t)
	r.Resource.Identifiable, r.Resource.Standing, r.Subject.Trained, r.Consents = governance.Unknown, signal.Paused, false, nil
	decision := want.Decide(r)
	require.Greater(t, len(decision.Reasons), 4)
	rng := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		rng.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		p := parse(t, head+"\nrules:\n"+strings.Join(rules, "\n")+"\ntests:\n"+tests)
		require.Equal(t, want.Digest(), p.Digest())
		require.Equal(t, decision, p.Decide(r))
		require.Equal(t, want.Explain(r), p.Explain(r))
	}
	spaced := strings.Replace(governance.BuiltInSource(), "resource.age > param.raw_retention", "resource.age>param.raw_retention", 1)
	require.Equal(t, want.Digest(), parse(t, spaced).Digest())
}

// Whatever can change a decision or what people are told changes the digest.
func TestDigestSeesEveryChange(t *testing.T) {
	t.Parallel()
	seen := map[string]string{builtIn(t).Digest(): "the policy itself"}
	for _, change := range [][2]string{
		{"version: 1.0.0", "version: 1.0.1"},
		{"owner: privacy_officer", "owner: sponsor"},
		{"value: 90, min: 1", "value: 89, min: 1"},
		{"value: 5, min: 3, max: 1000", "value: 5, min: 4, max: 1000"},
		{"code: GOV-013\n", "code: GOV-999\n"},
		{"controls: [GDPR-7.3]", ""},
		{"GDPR-7.3", "GDPR-7.4"},
		{"raw messages and traces are never", "raw traces are never"},
		{"Tell the participant.", "Tell no one."},
		{"as: review, by: [hr_reviewer, legal_privacy]", "as: review, by: [hr_reviewer]"},
		{"roles: [program_admin, legal_privacy, privacy_officer]\n    when: resource.type == \"identity\"", "roles: [program_admin, legal_privacy]\n    when: resource.type == \"identity\""},
		{"group_size < param.group_size", "group_size <= param.group_size"},
	} {
		text := strings.Replace(governance.BuiltInSource(), change[0], change[1], 1)
		if change[1] == "" || text == governance.BuiltInSource() {
			continue
		}
		head, _, _ := strings.Cut(text, "\ntests:\n")
		digest := parse(t, head+"\ntests: []\n").Digest()
		require.NotContains(t, seen, digest, change[1])
		seen[digest] = change[1]
	}
	require.Greater(t, len(seen), 10)
}

// A policy that fails one of its own tests is no policy.
func TestPolicyFailsItsOwnTests(t *testing.T) {
	text := strings.Replace(governance.BuiltInSource(), "resource.age > param.raw_retention", "resource.age >= param.raw_retention", 1)
	p, report, err := governance.Parse("policy.yaml", []byte(text))
	require.Nil(t, p)
	require.ErrorContains(t, err, "POL-TEST error tests[18]: answered deny by [retention.person], expected permit by [stewardship]")
	require.Equal(t, report.Tests-1, report.Passed)
}

// The age of a test is one that there can be: 5,124,096 hours in nanoseconds are
// 25 minutes to an int64, and what is 585 years old would pass for fresh.
func TestPolicyTestsHavePlausibleAges(t *testing.T) {
	const test = `apiVersion: governance/v1
id: ages
version: 1.0.0
owner: me
params: []
rules:
  - {id: open, effect: permit, code: X, actions: [view], roles: [coach], when: 'resource.type == "pack"', message: m}
tests:
  - {name: old, role: coach, action: view, purpose: coaching, type: pack, class: pseudonymous, identifiable: "no", age_hours: %s, expect: %s}
`
	_, _, err := governance.Parse("ages.yaml", fmt.Appendf(nil, test, "876000", "deny, fires: [floor.retention]"))
	require.ErrorContains(t, err, "POL-TEST error tests[0]: answered deny by [request]", "before 1970")
	_, _, err = governance.Parse("ages.yaml", fmt.Appendf(nil, test, "5124096", "permit, fires: [open]"))
	require.ErrorContains(t, err, "tests[0].age_hours: 5124096 is above the most allowed, 876000")
}

// Each mistake in a file has its code, its line and its column, all at once.
func TestMistakesHaveAPlace(t *testing.T) {
	text := `apiVersion: governance/v1
id: broken
version: 1.0.0
owner: me
params: []
rules:
  - {id: a, effect: permit, code: X, actions: [view], roles: [any], when: "true", message: m}
  - {id: a, effect: permit, code: X, actions: [any], roles: [coach], when: "true", message: m}
  - {id: floor.x, effect: deny, code: X, actions: [view, any], roles: [coach], when: "true", message: m}
  - {id: b, effect: review, code: X, actions: [view], roles: [coach], when: "true", message: m}
  - {id: c, effect: deny, code: X, actions: [], roles: [], when: "true", message: "{", review: {as: review, by: [coach]}}
  - {id: d, effect: review, code: X, actions: [view], roles: [coach], when: "true", message: "}", review: {as: approval, by: [system], expires: gone}}
  - {id: e, effect: review, code: X, actions: [view], roles: [coach], when: 'now > timestamp("2026-02-30T00:00:00Z")', message: "{resource.ovner}", review: {as: review, by: []}}
tests: []
`
	_, _, err := governance.Parse("policy.yaml", []byte(text))
	require.Error(t, err)
	for _, want := range []string{
		"policy.yaml:7:55: POL-RULE error rules[0].roles: any stands alone",
		"policy.yaml:8:6: POL-RULE error rules[1].id: another rule has this id",
		"policy.yaml:8:38: POL-RULE error rules[1].actions: any stands alone",
		"policy.yaml:9:6: POL-RULE error rules[2].id: this id is the library's own",
		"policy.yaml:9:42: POL-RULE error rules[2].actions: any stands alone",
		"policy.yaml:10:5: POL-RULE error rules[3]: a review rule says who may review",
		"rules[4].actions: no action is named",
		"rules[4].roles: no role is named",
		"rules[4].message: an opening brace without a closing one",
		"rules[4].review: only a review rule has a review",
		"rules[5].message: a closing brace without an opening one",
		"rules[5].review: an approval has no rationale and a time limit of its own",
		"rules[5].review.by: a reviewer is a human",
		"rules[5].review.expires: no parameter of kind duration has this id",
		`policy.yaml:13:84: POL-CONSTANT error rules[6].when: want a constant instant`,
		"rules[6].message: unknown attribute, did you mean resource.owner?",
		"rules[6].review.by: no role may review",
	} {
		require.ErrorContains(t, err, want)
	}
}

// A rule that no test makes fire is a warning, and one outside the typed
// fragment is named in the report.
func TestReportNamesWhatIsUntestedOrForeign(t *testing.T) {
	text := strings.Replace(permissive, `when: "true"`, `when: resource.id.startsWith("pack-")`, 1)
	p, report, err := governance.Parse("policy.yaml", []byte(text))
	require.NoError(t, err)
	require.True(t, report.Findings.Has("POL-UNTESTED"))
	require.Contains(t, report.Text(), "by the CEL engine")
	require.True(t, report.Rules[0].Fallback)
	r := packRequest(t)
	require.True(t, p.Decide(r).Allowed())
	r.Resource.ID = "trace-1"
	require.False(t, p.Decide(r).Allowed())
	require.Contains(t, p.Explain(r), `resource.id.startsWith("pack-")`)
}

// A policy of the first format reads as it did, with the same digest.
func TestFirstFormatIsStillRead(t *testing.T) {
	p, report, err := governance.Load(os.DirFS("testdata"), "policy_v1.yaml")
	require.NoError(t, err)
	require.Equal(t, 2, report.Passed)
	require.Equal(t, "dcbea729aa35ba3940abef96e5bfbe69b237279f54ce3a491c842307bc549190", p.Digest())
}

// Load takes exactly one file.
func TestLoadTakesOneFile(t *testing.T) {
	files := fstest.MapFS{"a/one.yaml": {Data: []byte(permissive)}, "b/two.yaml": {Data: []byte(permissive)}, "c.txt": {Data: []byte("x")}}
	p, _, err := governance.Load(files, "a/*.yaml", "a/one.*")
	require.NoError(t, err)
	require.Equal(t, "permissive", p.ID())
	for _, patterns := range [][]string{{}, {"z*"}, {"*/*.yaml"}, {"["}, {"c.txt"}} {
		_, _, err := governance.Load(files, patterns...)
		require.Error(t, err, patterns)
	}
}

// Every code that the package can emit is a rule of the room, or of another
// room where the built-in policy names one (GOV-018 is governance/audit's).
func TestEveryCodeIsARule(t *testing.T) {
	known := map[string]bool{}
	var codes []string
	for _, r := range governance.Rules() {
		require.NotEmpty(t, r.Statement+r.Remedy, r.Code)
		known[r.Code] = true
		codes = append(codes, r.Code)
	}
	require.True(t, slices.IsSorted(codes))
	require.Len(t, known, len(codes))
	used := regexp.MustCompile(`\b(POL-[A-Z]+|GOV-\d+|C-\d+|FAI-\d+|PIL-\d+|SIG-\d+)\b`)
	for _, text := range append(sources(t), governance.BuiltInSource()) {
		for _, code := range used.FindAllString(text, -1) {
			elsewhere := strings.HasPrefix(code, "FAI-") || strings.HasPrefix(code, "SIG-") || code == "C-15" || code == "GOV-018"
			require.NotEqual(t, elsewhere, known[code], code)
		}
	}
}

// 32 goroutines share one policy.
func TestPolicyIsSafeForConcurrentUse(t *testing.T) {
	p := builtIn(t)
	good, bad := packRequest(t), packRequest(t)
	bad.Resource.Standing = signal.Paused
	wantGood, wantBad := p.Decide(good), p.Decide(bad)
	var wg sync.WaitGroup
	wrong := make([]int, 32)
	for i := range wrong {
		wg.Go(func() {
			var d governance.Decision
			for range 300 {
				p.DecideInto(good, &d)
				if d.Outcome != wantGood.Outcome || d.Codes() != wantGood.Codes() {
					wrong[i]++
				}
				p.DecideInto(bad, &d)
				if d.Outcome != wantBad.Outcome || d.Codes() != wantBad.Codes() {
					wrong[i]++
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, make([]int, 32), wrong)
}

// A decision in a log holds neither messages nor identifiers.
func TestLogValueRedacts(t *testing.T) {
	r := packRequest(t)
	r.Subject.Trained = false
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("decided", "decision", builtIn(t).Decide(r))
	require.Contains(t, b.String(), "decision.outcome=deny")
	require.Contains(t, b.String(), "coach.untrained")
	for _, secret := range []string{"pack-7", "p1_", "workshop"} {
		require.NotContains(t, b.String(), secret)
	}
}

// A review says who may give it, on what, and for how long.
func TestReviewNeed(t *testing.T) {
	r := packRequest(t)
	r.Action, r.Resource.Type, r.Subject.Role = governance.Publish, governance.ResourceRecommendation, coaching.ProgramAdmin
	r.Resource.Automated, r.Resource.ModelCard, r.Resource.Explained = governance.Yes, true, true
	r.Resource.Affects = governance.EffectsOf(governance.Promotion, governance.TalentReview)
	d := builtIn(t).Decide(r)
	require.Equal(t, governance.Review, d.Outcome)
	require.Equal(t, "career.automated career.signal recommendation.operate", ruleIDs(d))
	require.Len(t, d.Reviews, 1)
	require.Equal(t, r.Digest(), d.Reviews[0].Request.String())
	d.Reviews[0].Request = governance.RequestDigest{}
	require.Equal(t, governance.ReviewNeed{
		Rules: []string{"career.automated", "career.signal", "floor.career"}, As: "review", By: []coaching.Role{coaching.LegalPrivacy, coaching.HRReviewer},
		Not: []string{"assigned_coach", "owner", "subject"}, MinRationale: 20, Expires: 72 * time.Hour,
	}, d.Reviews[0])
	review(t, r, "hr", coaching.HRReviewer, "The delivery record supports it.")
	require.True(t, builtIn(t).Decide(r).Allowed())
}

// What a review rule says of its review is what counts: its condition need not
// say again who may give it, how long the rationale is and how old it may be.
func TestReviewIsOfTheKindThatIsNeeded(t *testing.T) {
	const why = "The delivery record and two peers support it."
	rule := func(as, when, more string) *governance.Policy {
		return parse(t, strings.Replace(strings.Replace(permissive, "params: []", `params:
  - {id: rationale, unit: count, value: 40, min: 20, max: 90, code: X}
  - {id: fresh, unit: hours, value: 2, min: 1, max: 9, code: X}`, 1), "tests: []", `  - id: waits
    effect: review
    code: GOV-022
    actions: [use]
    roles: [any]
    when: "`+when+`"
    message: somebody must look first
    review: {as: `+as+`, by: [legal_privacy]`+more+`}
tests: []`, 1))
	}
	reviewed := rule("review", "!review.done", ", min_rationale: rationale, expires: fresh")
	approved := rule("approval", "approval.count < 2", "")
	tests := []struct {
		name   string
		policy *governance.Policy
		change func(r *governance.Request)
		want   governance.Outcome
	}{
		{"no review", reviewed, func(*governance.Request) {}, governance.Review},
		{"a review by legal", reviewed, func(r *governance.Request) { review(t, r, "lawyer", coaching.LegalPrivacy, why) }, governance.Permit},
		{"a review by a coach", reviewed, func(r *governance.Request) { review(t, r, "peer", coaching.Coach, why) }, governance.Review},
		{"a review of 39 characters", reviewed, func(r *governance.Request) { review(t, r, "lawyer", coaching.LegalPrivacy, strings.Repeat("x", 39)) }, governance.Review},
		{"a review of 40 characters", reviewed, func(r *governance.Request) { review(t, r, "lawyer", coaching.LegalPrivacy, strings.Repeat("x", 40)) }, governance.Permit},
		{"a review two hours old", reviewed, func(r *governance.Request) {
			review(t, r, "lawyer", coaching.LegalPrivacy, why)
			r.Now = r.Review.At.Add(2 * time.Hour)
		}, governance.Permit},
		{"a review a nanosecond older", reviewed, func(r *governance.Request) {
			review(t, r, "lawyer", coaching.LegalPrivacy, why)
			r.Now = r.Review.At.Add(2*time.Hour + 1)
		}, governance.Review},
		{"two approvals, none of them by legal", approved, func(r *governance.Request) {
			approve(t, r, "a", coaching.CoachingLead)
			approve(t, r, "b", coaching.Sponsor)
		}, governance.Review},
		{"two approvals, one of them by legal", approved, func(r *governance.Request) {
			approve(t, r, "a", coaching.CoachingLead)
			approve(t, r, "b", coaching.LegalPrivacy)
		}, governance.Permit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := packRequest(t)
			tt.change(r)
			require.Equal(t, tt.want, tt.policy.Decide(r).Outcome, tt.policy.Explain(r))
		})
	}
	r := packRequest(t)
	review(t, r, "peer", coaching.Coach, why)
	require.Contains(t, reviewed.Explain(r), "the review on record is not of the kind that this rule waits for")
}

// The obligations of the rules that fired are there, in their order, and no others.
func TestObligations(t *testing.T) {
	const rule = `  - {id: %, effect: permit, code: X, actions: [use], roles: [coach], when: "WHEN", message: m, obligations: [{id: do-%, text: Do it.}]}
`
	var rules strings.Builder
	for id, when := range []string{"true", "false", "true", "false", "false", "true"} {
		rules.WriteString(strings.NewReplacer("%", string(rune('a'+id)), "WHEN", when).Replace(rule))
	}
	p := parse(t, strings.Replace(permissive, "tests: []", rules.String()+"tests: []", 1))
	var ids []string
	for _, o := range p.Decide(packRequest(t)).Obligations {
		ids = append(ids, o.ID)
	}
	require.Equal(t, []string{"do-a", "do-c", "do-f"}, ids)
}

// A rationale is not counted in months.
func TestReviewTakesNoMonths(t *testing.T) {
	_, report, err := governance.Parse("policy.yaml", []byte(strings.Replace(governance.BuiltInSource(), "min_rationale: rationale", "min_rationale: aggregate_retention", 1)))
	require.Error(t, err)
	require.True(t, report.Findings.Has("POL-PARAM"), err)
}

// A floor's own need is stated although a rule has reported the floor's code.
func TestReviewNeedHoldsTheFloors(t *testing.T) {
	p := parse(t, strings.Replace(permissive, "tests: []", `  - id: waits
    effect: review
    code: GOV-022
    actions: [use]
    roles: [any]
    when: "!review.done"
    message: somebody must look first
    review: {as: review, by: [coach, legal_privacy]}
tests: []`, 1))
	r := packRequest(t)
	r.Resource.Automated, r.Resource.Affects = governance.Yes, governance.EffectsOf(governance.Promotion)
	d := p.Decide(r)
	require.Equal(t, "waits everything", ruleIDs(d))
	require.Len(t, d.Reviews, 1)
	require.Equal(t, []string{"floor.career", "waits"}, d.Reviews[0].Rules)
	require.Equal(t, 20, d.Reviews[0].MinRationale)
	require.Equal(t, []coaching.Role{coaching.LegalPrivacy}, d.Reviews[0].By)
}

func ruleIDs(d governance.Decision) string {
	var ids []string
	for _, r := range d.Reasons {
		ids = append(ids, r.Rule)
	}
	return strings.Join(ids, " ")
}

func BenchmarkDecide(b *testing.B) {
	p, permit, deny := builtIn(b), packRequest(b), packRequest(b)
	deny.Resource.Standing = signal.Paused
	for _, c := range []struct {
		name string
		r    *governance.Request
	}{{"permit", permit}, {"deny", deny}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var d governance.Decision
			for b.Loop() {
				p.DecideInto(c.r, &d)
			}
		})
	}
}

func BenchmarkBuiltIn(b *testing.B) {
	for b.Loop() {
		if _, _, err := governance.BuiltIn(); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(permissive))
	f.Add([]byte(governance.BuiltInSource()))
	head, _, _ := strings.Cut(permissive, "tests:")
	for _, when := range []string{`has(resource.age) && resource.age > duration("1h")`, `resource.id.startsWith("x")`, `!(purpose in consent.purposes)`} {
		f.Add([]byte(strings.Replace(head, `"true"`, when, 1) + "tests: []\n"))
	}
	r := packRequest(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, report, err := governance.Parse("policy.yaml", data)
		_ = report.Text()
		if err != nil {
			require.Nil(t, p)
			return
		}
		again, _, err := governance.Parse("policy.yaml", data)
		require.NoError(t, err)
		require.Equal(t, p.Digest(), again.Digest())
		require.Equal(t, p.Decide(r), again.Decide(r))
		require.Equal(t, p.Explain(r), again.Explain(r))
	})
}

// No policy has no name and no numbers, and says so as it denies: quietly.
func TestNoPolicy(t *testing.T) {
	var p *governance.Policy
	require.Empty(t, p.ID()+p.Version()+p.Digest())
	require.Empty(t, p.Params())
	require.Empty(t, p.Invariants())
	require.Equal(t, governance.Deny, p.Decide(nil).Outcome)
}

// What several rules wait for is listed need by need: two approvals by different
// roles and a review are three, and all of them together open the door.
func TestReviewsOfDifferentRolesAreAllNeeded(t *testing.T) {
	const rule = `  - {id: %, effect: review, code: X, actions: [use], roles: [any], when: "WHEN", message: m, review: {as: KIND, by: [BY]}}
`
	add := func(id, when, kind, by string) string {
		return strings.NewReplacer("%", id, "WHEN", when, "KIND", kind, "BY", by).Replace(rule)
	}
	p := parse(t, strings.Replace(permissive, "tests: []",
		add("by.legal", `!approval.roles.hasAny(['legal_privacy'])`, "approval", "legal_privacy")+
			add("by.steward", `!approval.roles.hasAny(['steward'])`, "approval", "steward")+
			add("by.steward.again", `!approval.roles.hasAny(['steward', 'data_owner'])`, "approval", "data_owner, steward")+
			add("looked.at", "!review.done", "review", "coaching_lead")+"tests: []", 1))
	r := packRequest(t)
	needs := func() (out []string) {
		for _, n := range p.Decide(r).Reviews {
			out = append(out, fmt.Sprint(n.Rules, " ", n.As, " ", n.By))
		}
		return out
	}
	require.Equal(t, []string{"[by.legal] approval [legal_privacy]", "[by.steward by.steward.again] approval [steward]", "[looked.at] review [coaching_lead]"}, needs())
	wait := p.Decide(r)
	approve(t, r, "lawyer", coaching.LegalPrivacy)
	require.Equal(t, []string{"[by.steward by.steward.again] approval [steward]", "[looked.at] review [coaching_lead]"}, needs())
	approve(t, r, "keeper", coaching.Steward)
	require.Equal(t, []string{"[looked.at] review [coaching_lead]"}, needs())
	require.Equal(t, wait.Reviews[0].Request.String(), r.Approvals[0].Request)
	review(t, r, "lead", coaching.CoachingLead, "I have read it.")
	require.True(t, p.Decide(r).Allowed())
	require.Empty(t, needs())
}

// Three can have no role in common although each two of them have one. The floor
// does not want the coaching lead.
func TestReviewsOfThreeThatNobodyCanGiveAreReported(t *testing.T) {
	const policy = `  - {id: first, effect: review, code: X, actions: [use], roles: [any], when: "!review.done", message: m, review: {as: review, by: [legal_privacy, coaching_lead]}}
  - {id: second, effect: review, code: X, actions: [use], roles: [any], when: "!review.done && purpose != 'export'", message: m, review: {as: review, by: [coaching_lead, hr_reviewer]}}
  - {id: third, effect: review, code: X, actions: [use], roles: [any], when: "!review.done && THREE", message: m, review: {as: review, by: [hr_reviewer, legal_privacy]}}
tests: []`
	for three, want := range map[string]string{
		"true":                  "second and third; second and floor.career",
		"purpose == 'coaching'": "second and third; second and floor.career",
		"purpose == 'export'":   "second and floor.career",
	} {
		text := strings.Replace(policy, "THREE", three, 1)
		_, report, err := governance.Parse("policy.yaml", []byte(strings.Replace(permissive, "tests: []", text, 1)))
		require.NoError(t, err)
		var got []string
		for _, f := range report.Findings {
			if f.Code == "POL-REVIEW" {
				require.Equal(t, "rules[1].review.by", f.Path)
				with, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "it can wait for a review together with "), ",")
				got = append(got, with)
			}
		}
		require.ElementsMatch(t, strings.Split(want, "; "), got, three)
	}
}

// Rules that wait for one review of different roles are reported, unless they
// never wait together; so is a rule that keeps out those whom a floor wants.
func TestReviewsThatNobodyCanGiveAreReported(t *testing.T) {
	const policy = `  - {id: first, effect: review, code: X, actions: [use], roles: [any], when: "!review.done && ONE", message: m, review: {as: review, by: [legal_privacy, coaching_lead]}}
  - {id: second, effect: review, code: X, actions: [use], roles: [any], when: "!review.done && TWO", message: m, review: {as: review, by: [BY]}}
tests: []`
	tests := []struct{ one, two, by, want string }{
		{"true", "true", "steward", "POL-REVIEW first with second; POL-REVIEW second with floor.career"},
		{"true", "true", "steward, legal_privacy", ""},
		{"purpose == 'export'", "purpose == 'coaching'", "hr_reviewer", ""},
		{"purpose != 'export'", "purpose == 'coaching'", "hr_reviewer", "POL-REVIEW first with second"},
	}
	for _, tt := range tests {
		t.Run(tt.one+" "+tt.two, func(t *testing.T) {
			text := strings.NewReplacer("ONE", tt.one, "TWO", tt.two, "BY", tt.by).Replace(policy)
			_, report, err := governance.Parse("policy.yaml", []byte(strings.Replace(permissive, "tests: []", text, 1)))
			require.NoError(t, err)
			var got []string
			for _, f := range report.Findings {
				if f.Code == "POL-REVIEW" {
					require.NotZero(t, f.Line)
					with, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "it can wait for a review together with "), ",")
					got = append(got, f.Code+" "+map[string]string{"rules[1].review.by": "first", "rules[2].review.by": "second"}[f.Path]+" with "+with)
				}
			}
			require.Equal(t, tt.want, strings.Join(got, "; "))
		})
	}
}

// A test that states a time twice, or something of a review that nobody gave, says
// something else than it does.
func TestTestsStateNothingInVain(t *testing.T) {
	const test = `tests:
  - {name: once, role: coach, action: use, purpose: coaching, type: pack, class: pseudonymous, owner: known, automated: "no", affects: [none], identifiable: "no", MORE, expect: permit, fires: [everything]}`
	tests := []struct{ more, path, message string }{
		{"age_hours: 1", "", ""},
		{"created: 2027-03-01T08:00:00Z", "", ""},
		{"age_hours: 1, created: 2027-03-01T08:00:00Z", "tests[0].age_hours", "state one of them"},
		{"age_hours: 1, reviewed_by: hr_reviewer, reviewed_at: 2027-03-01T08:00:00Z, rationale: because", "", ""},
		{"age_hours: 1, reviewed_at: 2027-03-01T08:00:00Z", "tests[0].reviewed_at", "nobody reviewed it"},
		{"age_hours: 1, rationale: because", "tests[0].rationale", "nobody reviewed it"},
	}
	for _, tt := range tests {
		t.Run(tt.more, func(t *testing.T) {
			_, report, err := governance.Parse("policy.yaml", []byte(strings.Replace(permissive, "tests: []", strings.Replace(test, "MORE", tt.more, 1), 1)))
			if tt.path == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Len(t, report.Findings, 1)
			require.Equal(t, "POL-TEST", report.Findings[0].Code)
			require.Equal(t, tt.path, report.Findings[0].Path)
			require.NotZero(t, report.Findings[0].Column)
			require.Contains(t, report.Findings[0].Message, tt.message)
		})
	}
}

// An explanation shows the value of every condition inside a rule's own, be it in
// a comparison or for the CEL engine, and of every attribute, parameter, size and
// time that one compares.
func TestExplainShowsEveryPart(t *testing.T) {
	const when = `subject.role in ["coach", "steward"] && (subject.role == "coach") == (purpose == "coaching") && !(size(resource.id) < param.most && purpose == "export") && (!has(resource.legal_hold) || !has(resource.identifiable) || resource.legal_hold == resource.identifiable) && (resource.id.startsWith("pack-") || ["x"].exists(x, resource.id == x)) && (!has(resource.created_at) || now > addMonths(resource.created_at, 2))`
	p := parse(t, strings.Replace(strings.Replace(permissive, "params: []", `params: [{id: most, unit: count, value: 4, min: 1, max: 9, code: X}]`, 1), "tests: []", `  - id: looks
    effect: deny
    code: X
    actions: [use]
    roles: [any]
    when: '`+when+`'
    message: no
tests: []`, 1))
	r := packRequest(t)
	r.Resource.LegalHold, r.Resource.Identifiable = governance.No, governance.No
	text := p.Explain(r)
	for _, line := range []string{
		`  true     subject.role in ["coach", "steward"]  # subject.role is coach`,
		`  true     (subject.role == "coach") == (purpose == "coaching")  # subject.role is coach, purpose is coaching`,
		`  true       subject.role == "coach"  # subject.role is coach`,
		`  true       purpose == "coaching"  # purpose is coaching`,
		`  false        size(resource.id) < param.most  # size(resource.id) is 6, resource.id is pack-7, param.most is 4`,
		`  true       resource.legal_hold == resource.identifiable  # resource.legal_hold is false, resource.identifiable is false`,
		`  true       resource.id.startsWith("pack-")  # resource.id is pack-7`,
		`  false      ["x"].exists(x, resource.id == x)  # resource.id is pack-7`,
		`  true         has(resource.created_at)`,
	} {
		require.Contains(t, text, line+"\n")
	}
	created := r.Resource.CreatedAt.UTC()
	require.Contains(t, text, "addMonths(resource.created_at, 2) is "+created.AddDate(0, 2, 0).Format(time.RFC3339)+", resource.created_at is "+created.Format(time.RFC3339)+"\n")
	require.NotContains(t, text, "?")
	require.NotContains(t, text, "p1_")
}
