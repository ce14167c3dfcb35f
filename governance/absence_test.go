package governance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A missing attribute never helps: taking away any one thing that a request
// says leaves the outcome as it was or makes it stricter. Approvals and reviews
// are given anew to the request as it then reads, so that what is compared is
// the rules and not the digest.
func TestAMissingAttributeNeverHelps(t *testing.T) {
	t.Parallel()
	take := map[string]func(*Request){
		"owner":          func(r *Request) { r.Resource.Owner = coaching.PersonID{} },
		"assigned coach": func(r *Request) { r.Resource.AssignedCoach = coaching.PersonID{} },
		"created":        func(r *Request) { r.Resource.CreatedAt = time.Time{} },
		"group size":     func(r *Request) { r.Resource.GroupSize = 0 },
		"identifiable":   func(r *Request) { r.Resource.Identifiable = Unknown },
		"legal hold":     func(r *Request) { r.Resource.LegalHold = Unknown },
		"automated":      func(r *Request) { r.Resource.Automated = Unknown },
		"affects":        func(r *Request) { r.Resource.Affects = 0 },
		"signals":        func(r *Request) { r.Resource.Signals = nil },
		"standing":       func(r *Request) { r.Resource.Standing = signal.Candidate },
		"control":        func(r *Request) { r.Resource.Control = false },
		"model card":     func(r *Request) { r.Resource.ModelCard = false },
		"explained":      func(r *Request) { r.Resource.Explained = false },
		"trained":        func(r *Request) { r.Subject.Trained = false },
		"class":          func(r *Request) { r.Resource.Class = signal.Raw },
		"programme":      func(r *Request) { r.Subject.Programme = "" },
		"of a programme": func(r *Request) { r.Resource.Programme = "" },
		"residency":      func(r *Request) { r.Resource.Residency = "" },
		"notice":         func(r *Request) { r.Notice = "" },
		"role":           func(r *Request) { r.Subject.Role = coaching.NoRole },
		"subject":        func(r *Request) { r.Subject.ID = coaching.PersonID{} },
		"action":         func(r *Request) { r.Action = UnknownAction },
		"purpose":        func(r *Request) { r.Purpose = UnknownPurpose },
		"type":           func(r *Request) { r.Resource.Type = UnknownResource },
		"id":             func(r *Request) { r.Resource.ID = "" },
		"now":            func(r *Request) { r.Now = time.Time{} },
		"consents":       func(r *Request) { r.Consents = nil },
		"approvals":      func(r *Request) { r.Approvals = nil },
		"review":         func(r *Request) { r.Review = ReviewRecord{} },
	}
	builtIn, _, err := BuiltIn()
	require.NoError(t, err)
	s := newSampler(t, 11)
	stricter := map[string]int{}
	draws := 40_000
	if testing.Short() {
		draws /= 4
	}
	for i := range draws {
		r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(1+s.IntN(len(roleNames)-1)),
			ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
		if i%4 == 0 { // what a coach does all day
			r.Subject.Role, r.Resource.Type, r.Resource.Class = coaching.Coach, []ResourceType{ResourcePack, ResourceRecommendation}[s.IntN(2)], signal.Pseudonymous
			r.Action, r.Purpose, r.Subject.ID = []Action{View, Use, Recommend}[s.IntN(3)], ForCoaching, s.people[1]
		}
		if i%4 == 1 { // what a reviewer waits for
			r.Subject.Role, r.Resource.Type, r.Resource.Class = coaching.System, ResourceRecommendation, signal.Pseudonymous
			r.Action, r.Purpose, r.Resource.Affects = Publish, ForCoaching, EffectsOf(Promotion)
			r.Approvals, r.Review = nil, ReviewRecord{}
			s.approve(r)
		}
		if class(&r.Resource) == signal.Aggregate {
			// Nobody owns an aggregate; an owner that is stated nonetheless is
			// kept away from approving, and cannot be when it is not stated.
			r.Resource.Owner = coaching.PersonID{}
		}
		digest := r.Digest()
		before := builtIn.Decide(r).Outcome
		if before == Deny {
			continue
		}
		for name, away := range take {
			changed := *r
			away(&changed)
			changed.Approvals = append([]Approval(nil), changed.Approvals...)
			for i := range changed.Approvals {
				if changed.Approvals[i].Request == digest {
					changed.Approvals[i].Request = changed.Digest()
				}
			}
			if changed.Review.Request == digest {
				changed.Review.Request = changed.Digest()
			}
			after := builtIn.Decide(&changed).Outcome
			if after > before {
				t.Fatalf("without %s: %s became %s\n%s\n%s", name, before, after, builtIn.Explain(r), builtIn.Explain(&changed))
			}
			if after < before {
				stricter[name]++
			}
		}
	}
	for name := range take {
		if name != "signals" && name != "explained" && name != "residency" && name != "notice" { // these are rarely all that is wrong, or nothing that this policy asks
			require.Positive(t, stricter[name], name)
		}
	}
}

// What a policy cannot say: a read without has(), absence that helps, and the
// other ways in which CEL fails open.
func TestLintRefusesWhatFailsOpen(t *testing.T) {
	c, err := newCELEnv(testParams())
	require.NoError(t, err)
	tests := []struct {
		effect Outcome
		when   string
		code   string
	}{
		{Deny, `!has(resource.age) || resource.age > param.days`, ""},
		{Deny, `resource.age > param.days`, "POL-GUARD"},
		{Deny, `resource.age > param.days || !has(resource.age)`, "POL-GUARD"},
		{Deny, `has(resource.age) && resource.age > param.days`, "POL-ABSENCE"},
		{Deny, `!(has(resource.age) && resource.age <= param.days)`, ""},
		{Permit, `has(resource.age) && resource.age <= param.days`, ""},
		{Permit, `!has(resource.age) || resource.age <= param.days`, "POL-ABSENCE"},
		{Permit, `!(resource.legal_hold && subject.trained)`, "POL-GUARD"}, // absorbs the error in CEL
		{Review, `has(resource.legal_hold) ? resource.legal_hold : true`, "POL-ABSENCE"},
		{Review, `has(resource.legal_hold) == false`, "POL-ABSENCE"},
		{Permit, `review.done && approval.count >= 2 && "coaching" in consent.purposes && subject.trained == true`, ""},
		{Deny, `!subject.trained || approval.count < param.k || !(purpose in consent.purposes)`, ""},
		{Review, `!(review.done && review.role in ["hr_reviewer"] && 20 <= review.rationale_length)`, ""},
		{Review, `!approval.roles.hasAny(["legal_privacy"]) || review.role == "none" || size(approval.roles) < 2`, ""},
		{Permit, `!subject.trained`, "POL-ABSENCE"},
		{Permit, `subject.trained != true`, "POL-ABSENCE"},
		{Permit, `resource.model_card == false`, "POL-ABSENCE"},
		{Permit, `approval.count < 2`, "POL-ABSENCE"},
		{Permit, `2 > approval.count`, "POL-ABSENCE"},
		{Permit, `approval.count == 2`, "POL-ABSENCE"},
		{Permit, `approval.count in [2, 3]`, "POL-ABSENCE"},
		{Permit, `!("coaching" in consent.purposes)`, "POL-ABSENCE"},
		{Permit, `review.role != "coach"`, "POL-ABSENCE"},
		{Permit, `review.role in ["none", "coach"]`, "POL-ABSENCE"},
		{Permit, `size(consent.purposes) < 2`, "POL-ABSENCE"},
		{Permit, `resource.control ? false : true`, "POL-ABSENCE"},
		{Permit, `subject.trained == resource.control`, "POL-ABSENCE"},
		{Permit, `!consent.purposes.exists(p, p == "coaching")`, "POL-ABSENCE"},
		{Deny, `review.done && review.role == "coach"`, "POL-ABSENCE"},
		{Deny, `resource.explained && resource.type == "pack"`, "POL-ABSENCE"},
		{Deny, `"coaching" in consent.purposes`, "POL-ABSENCE"},
		{Deny, `!(approval.count < 2)`, "POL-ABSENCE"},
		{Permit, `consent.purposes.all(p, p == "coaching")`, "POL-ALL"},
		{Permit, `dyn(resource.id) == "a"`, "POL-DYN"},
		{Permit, `approval.count > 1.5`, "POL-FLOAT"},
		{Permit, `resource.id in []`, "POL-TYPE"},
		{Permit, `resource.id`, "POL-TYPE"},
		{Permit, `null == null`, "POL-TYPE"},
		{Permit, `{"a": 1}["a"] == 1`, "POL-FUNCTION"},
		{Permit, `resource.id.matches("a+")`, "POL-FUNCTION"},
		{Permit, `approval.count + 1 > 2`, "POL-FUNCTION"},
		{Permit, `resource.id == 1`, "POL-TYPE"},
		{Permit, `subject.id == "p1_x"`, "POL-TYPE"},
		{Permit, `subject.role == resource.type`, "POL-TYPE"},
		{Permit, `subject.role == "coahc"`, "POL-CONSTANT"},
		{Permit, `"promoton" in resource.affects`, "POL-CONSTANT"},
		{Permit, `resource.affects.hasAny(["promotion", "x"])`, "POL-CONSTANT"},
		{Deny, `!has(resource.affects) || resource.affects.exists(x, x == "promoton")`, "POL-CONSTANT"},
		{Deny, `!has(resource.affects) || resource.affects.exists(now, now in ["promotion", "coaching"])`, "POL-CONSTANT"},
		{Deny, `!has(resource.affects) || resource.affects.exists(x, approval.roles.exists(y, y == "coach" && x == "coach"))`, "POL-CONSTANT"},
		{Permit, `resource.type == "unknown"`, "POL-CONSTANT"},
		{Permit, `now > timestamp("2026-02-30T00:00:00Z")`, "POL-CONSTANT"},
		{Permit, `review.done && duration(resource.id) > duration("1h")`, "POL-CONSTANT"},
		{Permit, `approval.count >= param.m`, "POL-TYPE"},
		{Permit, `param.m <= approval.count`, "POL-TYPE"},
		{Permit, `now < addMonths(now, param.k)`, "POL-TYPE"},
		{Deny, `now > addMonths(now, param.m)`, ""},
		{Permit, `resource.tpye == "pack"`, "POL-ATTRIBUTE"},
		{Permit, `param.missing > 2`, "POL-ATTRIBUTE"},
		{Permit, `subject == subject`, "POL-ATTRIBUTE"},
		{Permit, `resource.type == `, "POL-SYNTAX"},
		{Permit, ``, "POL-SYNTAX"},
	}
	for _, tt := range tests {
		t.Run(tt.effect.String()+" "+tt.when, func(t *testing.T) {
			e, _, problems := c.read(tt.when)
			if len(problems) == 0 {
				problems = lint(e, tt.effect)
			}
			var codes []string
			for _, p := range problems {
				codes = append(codes, p.code)
			}
			if tt.code == "" {
				require.Empty(t, codes)
			} else {
				require.Contains(t, codes, tt.code)
			}
		})
	}
}

// Outside the typed fragment a condition runs as a CEL program, says so in the
// report, and has no value when it fails.
func TestForeignConditionsRunAsCEL(t *testing.T) {
	c, err := newCELEnv(testParams())
	require.NoError(t, err)
	e, run, problems := c.read(`resource.id.startsWith("al") && consent.purposes.exists(p, p == "coaching")`)
	require.Empty(t, problems)
	require.True(t, e.foreign())
	require.Equal(t, `(resource.id.startsWith("al")) && (consent.purposes.exists(p, p == "coaching"))`, e.String())
	f := &facts{id: "alpha", present: ^uint64(0)}
	f.num[attrConsentPurposes] = 1 << ForCoaching
	v, _ := run(f)
	require.Equal(t, isTrue, v)
	f.id = "beta"
	v, _ = run(f)
	require.Equal(t, isFalse, v)

	e, run, problems = c.read(`has(resource.programme) && resource.programme.startsWith("al")`)
	require.Empty(t, problems)
	require.Empty(t, lint(e, Permit))
	v, _ = run(&facts{})
	require.Equal(t, isFalse, v)
	_, run, problems = c.read(`resource.programme.startsWith("al")`)
	require.Empty(t, problems)
	v, problem := run(&facts{})
	require.Equal(t, noValue, v)
	require.NotEmpty(t, problem)
}

// A denial or a review that has no value counts as fired, a permit does not.
func TestRulesWithoutAValue(t *testing.T) {
	fails := func(*facts) (truth, string) { return noValue, "it failed" }
	holds := func(*facts) (truth, string) { return isTrue, "" }
	make := func(id string, effect Outcome, run program) *rule {
		return &rule{id: id, effect: effect, actions: ^uint32(0), roles: ^uint32(0), when: &expr{op: opConst, kind: kindBool}, run: run, message: &message{}, need: &reviewNeed{as: "review", by: 1 << coaching.HRReviewer}}
	}
	tests := []struct {
		name    string
		rules   []*rule
		outcome Outcome
		errors  int
	}{
		{"a permit that holds", []*rule{make("p", Permit, holds)}, Permit, 0},
		{"a permit without a value", []*rule{make("p", Permit, fails)}, Deny, 1},
		{"a review without a value", []*rule{make("p", Permit, holds), make("r", Review, fails)}, Review, 1},
		{"a denial without a value", []*rule{make("p", Permit, holds), make("d", Deny, fails)}, Deny, 1},
		{"a review without a permit", []*rule{make("r", Review, holds)}, Deny, 0},
		{"no rule", nil, Deny, 0},
	}
	s := newSampler(t, 1)
	r := s.request(View, coaching.Steward, ResourceModel, signal.Pseudonymous)
	r.Resource.Identifiable = No
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &Policy{id: "test", rules: tt.rules}
			p.finish()
			d := p.Decide(r)
			require.Equal(t, tt.outcome, d.Outcome)
			require.Len(t, d.Errors, tt.errors)
		})
	}
}
