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

// The built-in policy keeps its promises and those asked of every policy, for
// all requests.
func TestProveBuiltIn(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	proof, err := p.Prove()
	require.NoError(t, err)
	require.True(t, proof.Holds(), proof.Text())
	require.Len(t, proof.Results, len(p.Invariants())+len(Canaries())+1)
	require.Less(t, proof.States, maxStates/10)
	require.Greater(t, proof.Classes, 1e12)
	again, err := p.Prove()
	require.NoError(t, err)
	require.Equal(t, proof.Text(), again.Text())
}

// bare returns a copy of the built-in policy without its invariants and tests,
// with a piece of its text replaced.
func bare(t *testing.T, pieces ...string) *Policy {
	t.Helper()
	text, _, ok := strings.Cut(BuiltInSource(), "\n# What no request at all may get past")
	require.True(t, ok)
	for i := 0; i < len(pieces); i += 2 {
		require.Contains(t, text, pieces[i])
		text = strings.Replace(text, pieces[i], pieces[i+1], 1)
	}
	p, _, err := Parse("planted.yaml", []byte(text+"\ntests: []\n"))
	require.NoError(t, err)
	return p
}

// without returns the built-in policy without a rule.
func withoutRule(t *testing.T, p *Policy, id string) *Policy {
	t.Helper()
	q := &Policy{id: p.id, version: p.version, owner: p.owner, params: p.params}
	for _, r := range p.rules {
		if r.id != id {
			own := *r // an index marks the rules that it holds
			q.rules = append(q.rules, &own)
		}
	}
	require.Len(t, q.rules, len(p.rules)-1)
	q.finish()
	return q
}

// Each defect planted into a copy of the built-in policy breaks a promise, and
// the counterexample is a request that the copy really permits and the
// built-in policy does not.
func TestProveFindsPlantedDefects(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	defect := func(pieces ...string) func(t *testing.T) *Policy {
		return func(t *testing.T) *Policy { return bare(t, pieces...) }
	}
	gone := func(id string) func(t *testing.T) *Policy {
		return func(t *testing.T) *Policy { return withoutRule(t, p, id) }
	}
	tests := []struct {
		name   string
		plant  func(t *testing.T) *Policy
		broken string // an invariant that no longer holds
	}{
		{"group of four", defect("value: 5, min: 3", "value: 4, min: 3"), "never.small_group"},
		{"group compared the other way", defect("code: C-15, stricter: higher", "code: C-15", "resource.group_size < param.group_size", "resource.group_size > param.group_size"), "never.small_group"},
		{"a review of 73 hours", defect("value: 72, min: 1", "value: 73, min: 1"), "never.career_unreviewed"},
		{"a review of any age", defect(`!(review.done && review.role in ["hr_reviewer", "legal_privacy"] && review.rationale_length >= param.rationale && has(review.age) && review.age <= param.review_validity)
    message: a person must`, `!review.done
    message: a person must`, "by: [hr_reviewer, legal_privacy], min_rationale: rationale, expires: review_validity", "by: [hr_reviewer, legal_privacy], min_rationale: rationale"), "never.career_unreviewed"},
		{"a paused signal is used", defect(`resource.standing in ["candidate", "paused", "retired"]`, `resource.standing in ["candidate", "retired"]`), "never.stopped_signal"},
		{"another coach", defect("has(resource.assigned_coach) && subject.id == resource.assigned_coach && has(resource.owner) && subject.id != resource.owner)", "has(resource.owner) && subject.id != resource.owner)"), "never.other_coach"},
		{"a coach coaches for evaluation", defect(`resource.type == "pack" && purpose == "coaching"`, `resource.type == "pack"`), "never.coach_elsewhere"},
		{"an export approved by anybody", defect(`!approval.roles.hasAny(["legal_privacy", "privacy_officer"])
    message: an export`, `!(approval.count >= 1)
    message: an export`, "review: {as: approval, by: [legal_privacy, privacy_officer]}", "review: {as: approval, by: [legal_privacy, privacy_officer, coach]}"), "never.export_without_approval"},
		{"no denial of the untrained", gone("coach.untrained"), "never.untrained_coach"},
		{"no denial without a card", gone("model.card"), "never.without_card"},
		{"no denial without an explanation", gone("model.explained"), "never.unexplained"},
		{"no denial of a held purge", gone("purge.hold"), "never.purge_held"},
		{"no denial of raw data to sponsors", gone("raw.others"), "never.raw_sponsor"},
		{"no denial without consent", gone("consent.missing"), "never.without_consent"},
		{"no denial of an export without consent", gone("consent.export"), "never.export_without_consent"},
		{"no denial of small groups", gone("group.small"), "never.small_group"},
		{"no denial of stopped signals in use", gone("standing.use"), "never.stopped_signal"},
		{"no denial of stopped signals in view", gone("standing.view"), "never.stopped_signal"},
		{"no denial without the control", gone("standing.control"), "never.uncontrolled_signal"},
		{"no denial of other coaches", gone("assignment.coach"), "never.other_coach"},
		{"no review of exports", gone("export.approval"), "never.export_without_approval"},
		{"no review of careers", gone("career.automated"), "never.career_unreviewed"},
		{"no review of readiness", gone("career.signal"), "never.readiness_unreviewed"},
	}
	for i, tt := range tests {
		if testing.Short() && i%4 != 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			q := tt.plant(t)
			proof, err := q.Prove(p.Invariants()...)
			require.NoError(t, err)
			require.False(t, proof.Holds())
			for _, r := range proof.Results {
				if r.ID != tt.broken {
					continue
				}
				require.Equal(t, Refuted, r.Verdict)
				require.True(t, q.Decide(r.Witness).Allowed())
				require.False(t, p.Decide(r.Witness).Allowed())
				outcome, _ := reference(r.Witness)
				require.NotEqual(t, Permit, outcome, "by the reference")
				require.NotEmpty(t, r.Why)
				return
			}
			t.Fatal(proof.Text())
		})
	}
}

// These rules say what a floor of the code says too, or what no permit allows:
// without one of them every promise still holds.
func TestFloorsStandInForRules(t *testing.T) {
	t.Parallel()
	p, report, err := BuiltIn()
	require.NoError(t, err)
	for _, id := range []string{"raw.coach", "identity.consent", "identity.identifiable", "retention.aggregate", "retention.person", "identity.approval", "assignment.participant"} {
		proof, err := withoutRule(t, p, id).Prove(p.Invariants()...)
		require.NoError(t, err)
		require.True(t, proof.Holds(), "%s\n%s", id, proof.Text())
	}
	// Whomever a rule lets review, the floor wants HR or legal.
	q := bare(t, `!(review.done && review.role in ["hr_reviewer", "legal_privacy"] && review.rationale_length >= param.rationale && has(review.age) && review.age <= param.review_validity)
    message: a person must`, `!review.done
    message: a person must`, "by: [hr_reviewer, legal_privacy], min_rationale: rationale, expires: review_validity", "by: [hr_reviewer, legal_privacy, coach], min_rationale: rationale, expires: review_validity")
	proof, err := q.Prove(p.Invariants()...)
	require.NoError(t, err)
	require.True(t, proof.Holds(), proof.Text())
	for _, r := range report.Rules {
		require.Equal(t, r.ID == "assignment.participant", r.Shadowed, r.ID)
	}
	require.True(t, report.Surveyed)
	for _, o := range report.Overlaps {
		d := p.Decide(o.Witness)
		require.Equal(t, Deny, d.Outcome)
		both := 0
		for _, r := range d.Reasons {
			if r.Rule == o.Permit || r.Rule == o.Deny {
				both++
			}
		}
		require.Equal(t, 2, both, "%s %s", o.Permit, o.Deny)
	}
	require.Greater(t, len(report.Overlaps), 50)
}

// smallPolicy returns a policy of one permit and other rules, with parameters.
func smallPolicy(rules ...string) string {
	return `apiVersion: governance/v1
id: small
version: "1"
owner: test
params:
  - {id: k, unit: count, value: 6, min: 3, max: 50, code: X-1}
rules:
  - {id: open, effect: permit, code: X-1, actions: [view, use], roles: [coach, steward], when: "true", message: open}
` + strings.Join(rules, "\n") + "\n"
}

// A file whose invariant is broken, or cannot be proved, is no policy, and says
// where and by which request.
func TestParseProvesInvariants(t *testing.T) {
	deny := `  - {id: small, effect: deny, code: X-1, actions: [any], roles: [any], when: "resource.class == \"aggregate\" && (!has(resource.group_size) || resource.group_size < param.k)", message: small}`
	foreign := `  - {id: name, effect: deny, code: X-1, actions: [any], roles: [any], when: "resource.id.startsWith(\"secret\")", message: secret}`
	never := func(when string) string {
		return `
invariants:
  - {id: promise, code: X-1, never: '` + when + `'}
tests: []
`
	}
	tests := []struct {
		name, text, code, message string
	}{
		{"kept", smallPolicy(deny) + never(`resource.class == "aggregate" && resource.type != "model" && resource.type != "identity" && has(resource.group_size) && resource.group_size < 6`), "", ""},
		{"off by one", smallPolicy(deny) + never(`resource.class == "aggregate" && has(resource.group_size) && resource.group_size < 7`), "POL-INVARIANT", "resource.group_size 6"},
		// It holds, since "secret-1" begins so; the engine confirms no witness.
		{"not analysable", smallPolicy(foreign) + never(`resource.id == "secret-1" && resource.class != "raw"`), "POL-UNPROVED", "startsWith"},
		{"depends on what is not analysable", smallPolicy(foreign) + never(`resource.id.startsWith("secret")`), "POL-UNPROVED", `resource.id.startsWith("secret")`},
		{"unguarded", smallPolicy() + never(`resource.group_size < 3`), "POL-GUARD", "has("},
		{"no condition", smallPolicy() + never(`resource.id`), "POL-TYPE", "true or false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, report, err := Parse("small.yaml", []byte(tt.text))
			if tt.code == "" {
				require.NoError(t, err)
				require.True(t, report.Proof.Holds())
				require.Contains(t, report.Text(), "proved   promise")
				return
			}
			require.Error(t, err)
			require.Contains(t, err.Error(), tt.code)
			require.Contains(t, err.Error(), tt.message)
			require.Contains(t, err.Error(), "small.yaml:")
		})
	}
}

// The floors in terms of a search are the floors of the engine.
func TestFloorClausesAreTheFloors(t *testing.T) {
	t.Parallel()
	var d domain
	clauses := d.floorClauses()
	s := newSampler(t, 11)
	seen := map[string]int{}
	for a := View; int(a) < len(actionNames); a++ {
		for role := coaching.NoRole; role <= coaching.System; role++ {
			for typ := ResourceTrace; int(typ) < len(resourceNames); typ++ {
				for class := signal.Raw; class <= signal.Aggregate; class++ {
					for range 8 {
						var f facts
						f.read(s.request(a, role, typ, class))
						var want, got []string
						for _, fl := range floors(&f) {
							want = append(want, fl.id)
							seen[fl.id]++
						}
						for _, c := range clauses {
							if c.fires(&f, ^uint64(0)) == isTrue {
								got = append(got, c.id)
							}
						}
						require.Equal(t, want, got)
					}
				}
			}
		}
	}
	require.Len(t, seen, len(clauses))
}

// The request made of a class has the facts of that class, whatever is chosen.
func TestClassesAreRequests(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	var d domain
	clauses := d.clauses(p)
	s := d.space()
	w := newSearch(s, maxStates)
	rng := rand.New(rand.NewPCG(2, 3))
	slices := d.slices(clauses)
	for range 20_000 {
		w.reset(slices[rng.IntN(len(slices))])
		for i := range s.dims {
			if rng.IntN(3) > 0 && !w.choose(i, rng.IntN(len(s.dims[i].cands))) {
				w.forget(i)
			}
		}
		f := w.whole()
		var g facts
		r := f.request()
		require.Empty(t, problems(r))
		g.read(r)
		require.Equal(t, f.present, g.present, describe(r))
		require.Equal(t, f.num, g.num, describe(r))
		require.Equal(t, f.person, g.person)
		require.Equal(t, []string{f.id, f.prog, f.member, f.place}, []string{g.id, g.prog, g.member, g.place})
	}
}

// Every request is of a class: what the built-in policy's conditions say of a
// random request, they say of some candidate of each dim.
func TestEveryRequestHasAClass(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	var d domain
	d.clauses(p)
	sp := d.space()
	s := newSampler(t, 17)
	for range 20_000 {
		var f facts
		f.read(s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(s.IntN(len(roleNames))), ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3))))
		for i := range sp.dims {
			found := false
			for _, c := range sp.dims[i].cands {
				same := true
				for _, l := range d.leaves {
					if l.reads&dimAttrs[i] == 0 || l.split && i != dimPeople {
						continue
					}
					same = same && l.test(&f) == l.test(&c.facts)
				}
				found = found || same
			}
			require.True(t, found, sp.dims[i].name)
		}
	}
}

// Brute force over every class finds what the search finds, for invariants that
// hold and that do not, over random small policies. Each request is made once
// and put to all of them.
func TestProveAgreesWithBruteForce(t *testing.T) {
	if testing.Short() {
		t.Skip("726,000 requests to 48 policies; go test without -short runs it")
	}
	t.Parallel()
	conditions := smallConditions()
	rng := rand.New(rand.NewPCG(4, 9))
	type question struct {
		*Policy
		text   string
		never  test
		proof  *Proof
		broken bool
	}
	var questions []*question
	for round := range 48 {
		var rules []string
		for i := range 1 + rng.IntN(3) {
			rules = append(rules, smallRule(rng, fmt.Sprintf("r%d", i), conditions))
		}
		never := conditions[rng.IntN(len(conditions))]
		if round%2 == 0 {
			rules = append(rules, "  - {id: kept, effect: deny, code: X-1, actions: [any], roles: [any], when: '"+never+"', message: no}")
		}
		p, _, err := Parse("small.yaml", []byte(smallPolicy(rules...)+"tests: []\n"))
		require.NoError(t, err)
		ready, err := p.ready([]Invariant{{ID: "never", Never: never}})
		require.NoError(t, err)
		proof, err := p.prove(ready, maxStates)
		require.NoError(t, err)
		closure, ok := lower(ready[0].never)
		require.True(t, ok)
		questions = append(questions, &question{Policy: p, text: strings.Join(rules, "\n") + "\n" + never, never: closure, proof: proof})
	}
	everyRequest(func(f *facts) {
		for _, q := range questions {
			if !q.broken && q.never(f) == isTrue {
				q.broken = ruleByRule(q.Policy, f) == Permit
			}
		}
	})
	refuted, proved := 0, 0
	for _, q := range questions {
		want := Proved
		if q.broken {
			want = Refuted
			refuted++
		} else {
			proved++
		}
		require.Equal(t, want, q.proof.Results[0].Verdict, q.text)
		require.Equal(t, Proved, q.proof.Results[1].Verdict, "absence: %s\n%s", q.proof.Text(), q.text)
	}
	require.Positive(t, refuted)
	require.Positive(t, proved)
}

// smallConditions are conditions for denials and reviews over few attributes.
func smallConditions() []string {
	return []string{
		`!has(resource.group_size) || resource.group_size < param.k`,
		`resource.class == "aggregate" && (!has(resource.group_size) || resource.group_size < 9)`,
		`!(purpose in consent.purposes)`,
		`!has(resource.age) || resource.age > duration("720h")`,
		`!has(resource.created_at) || now > addMonths(resource.created_at, 1)`,
		`!(has(resource.owner) && subject.id == resource.owner)`,
		`resource.type in ["pack", "trend"] && purpose == "coaching"`,
		`subject.role == "coach" && resource.class == "pseudonymous"`,
		`action == "use" && !(approval.count >= 1)`,
		`resource.type == "pack" && (!has(resource.age) || resource.age > duration("24h"))`,
		`!has(resource.created_at) || now > resource.created_at`,
		`!has(resource.created_at) || now == resource.created_at`,
		`!has(resource.assigned_coach) || (subject.id == resource.assigned_coach) == (resource.type == "pack")`,
	}
}

func smallRule(rng *rand.Rand, id string, conditions []string) string {
	when := conditions[rng.IntN(len(conditions))]
	roles := []string{"[any]", "[coach]", "[steward, coach]"}[rng.IntN(3)]
	actions := []string{"[any]", "[use]", "[view, use]"}[rng.IntN(3)]
	rule := "effect: deny"
	if rng.IntN(3) == 0 {
		rule = "effect: review, review: {as: approval, by: [legal_privacy]}"
	}
	return fmt.Sprintf("  - {id: %s, %s, code: X-1, actions: %s, roles: %s, when: '%s', message: no}", id, rule, actions, roles, when)
}

// everyRequest calls use with the facts of requests: action view or use, coach,
// steward or sponsor, and every value of the attributes that small conditions
// read, built independently of the search from whole requests. Attributes that
// the conditions do not read are fixed at harmless values. The facts are
// overwritten by the next ones.
func everyRequest(use func(*facts)) {
	// After a short month, and, for ages above 30 days inside one, after a long one.
	short, long := time.Date(2028, 3, 1, 12, 0, 0, 0, time.UTC), time.Date(2028, 4, 1, 12, 0, 0, 0, time.UTC)
	hour := time.Hour
	ages := []time.Duration{-1, 0, 1, 24 * hour, 24*hour + 1, 29 * 24 * hour, 29*24*hour + 1, 720 * hour, 720*hour + 1, 31 * 24 * hour, 31*24*hour + 1, 90 * 24 * hour, 90*24*hour + 1, 366 * 24 * hour, 367 * 24 * hour}
	times := len(ages)
	ages = append(ages, 720*hour+1, 31*24*hour, 31*24*hour+1)
	subject, other, approver := standIn('s'), standIn('o'), standIn('a')
	var g facts
	for _, a := range []Action{View, Use} {
		for _, role := range []coaching.Role{coaching.Coach, coaching.Steward, coaching.Sponsor} {
			for _, typ := range []ResourceType{ResourceTrend, ResourcePack, ResourceModel, ResourceSession} {
				for class := signal.Raw; class <= signal.Aggregate; class++ {
					for _, purpose := range []Purpose{ForCoaching, ForEvaluation} {
						for owner := range 5 {
							for _, size := range []int{0, 2, 3, 5, 6, 8, 9} {
								for i, age := range ages {
									now := short
									if i >= times {
										now = long
									}
									for more := range 8 {
										r := &Request{Action: a, Purpose: purpose, Now: now,
											Subject: Subject{ID: subject, Role: role, Trained: true, Programme: "programme-1"},
											Resource: Resource{Type: typ, ID: "resource-1", Programme: "programme-1", Class: class, GroupSize: size, Identifiable: No, LegalHold: No,
												Automated: No, Standing: signal.Cleared, Affects: EffectsOf(NoEffect), Signals: []string{"signal-1"}}}
										if owner > 0 {
											r.Resource.Owner = []coaching.PersonID{{}, subject, other, other, other}[owner]
											r.Resource.AssignedCoach = []coaching.PersonID{{}, {}, {}, subject, approver}[owner]
										}
										if age >= 0 {
											r.Resource.CreatedAt = now.Add(-age)
										}
										if more&1 != 0 && owner > 0 {
											r.Consents = signal.ConsentList{{Participant: r.Resource.Owner, Signal: "signal-1", Purpose: purpose.String(), Granted: now}}
										}
										if more&6 != 0 {
											by := []coaching.Role{coaching.NoRole, coaching.LegalPrivacy, coaching.Coach, coaching.Steward}[more>>1]
											r.Approvals = []Approval{{By: approver, Role: by, At: now, Expires: now.Add(hour), Request: r.Digest()}}
										}
										g.read(r)
										use(&g)
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// Of data that is recorded at this moment the clock says something else than of
// data recorded a moment ago, also where no age is compared with a constant so
// short.
func TestProveTellsThisMomentFromTheNext(t *testing.T) {
	p, _, err := Parse("small.yaml", []byte(smallPolicy()+"tests: []\n"))
	require.NoError(t, err)
	for _, never := range []string{"now > resource.created_at", "resource.created_at != now", "now == resource.created_at", "!(now > resource.created_at)"} {
		proof, err := p.Prove(Invariant{ID: "never", Never: `has(resource.created_at) && has(resource.age) && resource.age < duration("24h") && ` + never})
		require.NoError(t, err)
		require.Equal(t, Refuted, proof.Results[0].Verdict, never)
	}
}

// Who is who matters also where a condition hangs it together with something
// else.
func TestProveTellsPeopleApart(t *testing.T) {
	p, _, err := Parse("small.yaml", []byte(smallPolicy()+"tests: []\n"))
	require.NoError(t, err)
	for _, same := range []string{
		"has(resource.assigned_coach) && subject.id == resource.assigned_coach",
		"has(resource.owner) && subject.id == resource.owner",
		"has(resource.owner) && has(resource.assigned_coach) && resource.owner == resource.assigned_coach",
	} {
		proof, err := p.Prove(Invariant{ID: "never", Never: "((" + same + ") && resource.model_card) == resource.explained && resource.explained"})
		require.NoError(t, err)
		require.Equal(t, Refuted, proof.Results[0].Verdict, same)
	}
}

// A constant splits whole numbers into below, at and above, inside their range.
func TestAround(t *testing.T) {
	require.Equal(t, []int64{1, 4, 5, 6}, around([]int64{5}, 1, 100))
	require.Equal(t, []int64{1, 2, 15, 16}, around([]int64{1, 16, -4, 90}, 1, 16))
	require.Equal(t, []interval{{0, 4}, {5, 5}, {6, 9}}, interval{0, 9}.cut([]int64{5, 12, 5}))
}
