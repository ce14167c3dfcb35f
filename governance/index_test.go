package governance

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// withoutIndex returns the policy with rules that are asked as a whole, as
// programs are, for every request of their actions and roles.
func withoutIndex(p *Policy) *Policy {
	q := &Policy{id: p.id, version: p.version, owner: p.owner, params: p.params, exts: p.exts, layers: p.layers, invariants: p.invariants, digest: p.digest}
	for _, r := range p.rules {
		c := *r
		if c.run == nil {
			c.run = func(f *facts) (truth, string) { return (&rule{}).ask(f, r.test) }
			c.test, c.rest = nil, nil
		}
		q.rules = append(q.rules, &c)
	}
	q.index = newIndex(q.rules, attributesOf(p.exts))
	return q
}

// conjuncts returns a condition of the kind that an index sees through, among
// others, guarded or not.
func (g gen) conjuncts() string {
	var parts []string
	for range 1 + g.IntN(4) {
		switch g.IntN(9) {
		case 0:
			parts = append(parts, `(!has(resource.programme) || resource.programme == `+g.pick(`"alpha"`, `"delta"`, `"p3"`)+`)`)
		case 1:
			parts = append(parts, `has(resource.programme)`, `resource.programme == `+g.pick(`"alpha"`, `"delta"`, `"p3"`))
		case 2:
			parts = append(parts, `resource.programme in ["alpha", "p3"]`)
		case 3:
			parts = append(parts, `subject.programme `+g.pick("==", "!=", "<")+` "alpha"`)
		case 4:
			a := g.attr(kindEnum)
			parts = append(parts, a.name+g.pick(" == ", " != ")+g.names(a, 1))
		case 5:
			a := g.attr(kindEnum)
			parts = append(parts, "(!has("+g.optional()+") || "+a.name+" in ["+g.names(a, 2)+"])")
		case 6:
			parts = append(parts, g.pick("", "!")+g.attr(kindBool).name)
		case 7:
			parts = append(parts, g.pick(`resource.id in ["alpha", "beta"]`, `resource.residency == "eu"`, `resource.id != "beta"`, "true", "false", `!(resource.id == "alpha" || resource.id == "gamma")`))
		default:
			parts = append(parts, g.condition(g.IntN(2)))
		}
	}
	return strings.Join(parts, " && ")
}

// The index finds the rules in their order, and leaves out none that would fire
// or could not be evaluated: over random conditions and facts, absent attributes
// among them, what it leaves out is false, and what it leaves of a condition has
// the value of the whole.
func TestIndexIsExact(t *testing.T) {
	env, err := newCELEnv(testParams(), testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(21, 4))}
	policies, draws := 40, 400
	if testing.Short() {
		policies = 8
	}
	found, settled, left := 0, 0, [noValue + 1]int{}
	for n := range policies {
		p := &Policy{}
		for i := range []int{3, 20, 70, 150}[n%4] {
			source := g.conjuncts()
			e, run, problems := env.read(source)
			require.Empty(t, problems, source)
			r := &rule{
				id: fmt.Sprintf("r%03d", i), effect: Outcome(g.IntN(3)), when: e, run: run, reads: e.reads(),
				actions: uint32(g.Uint64() | g.Uint64()), roles: uint32(g.Uint64() | g.Uint64()),
			}
			if r.effect == Review && g.IntN(2) == 0 {
				r.need = &reviewNeed{as: g.pick("approval", "review"), by: uint32(g.Uint64())}
			}
			p.rules = append(p.rules, r)
		}
		p.index = newIndex(p.rules, testExts())
		for range draws {
			s := &scratch{facts: *g.facts()}
			var could []*rule
			at := 0
			could = p.index.find(&s.facts, could)
			for _, r := range p.rules {
				want := isFalse
				if r.actions&(1<<s.facts.num[attrAction]) != 0 && r.roles&(1<<s.facts.num[attrSubjectRole]) != 0 {
					want, _ = r.eval(&s.facts)
				}
				if at == len(could) || could[at] != r {
					require.Equal(t, isFalse, want, "%s is left out\n%+v", r.when, s.facts)
					continue
				}
				at++
				found++
				if r.rest == nil {
					settled++
				}
				got, _ := r.left(s)
				left[got]++
				require.Equal(t, want, got, "%s\n%+v", r.when, s.facts)
			}
			require.Equal(t, len(could), at, "the rules are not in their order")
		}
	}
	total := policies * draws * 60
	require.Less(t, found*3, total, "the index finds too much")
	require.Greater(t, settled*10, found, "the index settles too little")
	for v, n := range left {
		require.NotZero(t, n, "value %d", v)
	}
}

// A decision is the same without the index: the built-in policy and a book of
// rules for ten programmes, over random requests with attributes left out.
func TestIndexChangesNoDecision(t *testing.T) {
	builtIn, _, err := BuiltIn()
	require.NoError(t, err)
	book, _, err := Parse("book.json", ruleBook(160))
	require.NoError(t, err)
	draws := 40_000
	if testing.Short() {
		draws /= 10
	}
	s := newSampler(t, 23)
	for _, p := range []*Policy{builtIn, book} {
		q := withoutIndex(p)
		var outcomes [3]int
		for range draws {
			r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(s.IntN(len(roleNames))),
				ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
			if p == book && r.Resource.Programme != "" {
				r.Resource.Programme = fmt.Sprintf("p%d", s.IntN(12))
				r.Subject.Programme = r.Resource.Programme
			}
			if s.IntN(4) == 0 {
				r.Resource.CreatedAt = time.Time{}
			}
			want := q.Decide(r)
			require.Equal(t, want, p.Decide(r))
			outcomes[want.Outcome]++
		}
		for o, n := range outcomes {
			require.NotZero(t, n, "%s", Outcome(o))
		}
	}
}

// A program may cost more than it is allowed before it comes to a conjunct that
// is false, and then a denial fires: it is asked as a whole.
func TestProgramsAreAskedAsAWhole(t *testing.T) {
	env, err := newCELEnv(nil)
	require.NoError(t, err)
	e, run, problems := env.read(`resource.type == "pack" && resource.id.startsWith("a")`)
	require.Empty(t, problems)
	require.NotNil(t, run)
	costly := func(*facts) (truth, string) { return noValue, "it cost more than allowed" }
	p := &Policy{rules: []*rule{{id: "costly", when: e, run: costly, actions: ^uint32(0), roles: ^uint32(0), message: &message{}}}}
	p.finish()
	r := shapes(t)[0].Request
	require.Equal(t, ResourceSession, r.Resource.Type)
	require.Equal(t, []RuleError{{Rule: "costly", Message: "it cost more than allowed"}}, p.Decide(&r).Errors)
}

// A rule that names many texts stands under each of them, once: 8 MiB of such
// rules load in 130 MB of memory, and took 760 MB with a scope for each text.
func TestIndexOfManyTextsIsSmall(t *testing.T) {
	const rules, texts = 200, 250
	names := make([]string, texts)
	for i := range names {
		names[i] = fmt.Sprintf("%q", fmt.Sprintf("r%d", i))
	}
	var list []string
	for i := range rules {
		list = append(list, fmt.Sprintf(`  - {id: many%d, effect: deny, code: X-1, actions: [view], roles: [any], when: 'resource.id in [%s]', message: m}`, i, strings.Join(names, ", ")))
	}
	p, _, err := Parse("many.yaml", []byte(smallPolicy(list...)+"tests: []\n"))
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	newIndex(p.rules, nil)
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/(rules*texts), uint64(400), "bytes for each text of each rule")
}

// Rules that ask for one thing or another, some of which are never true, are found
// where they fire and nowhere else: alone, beside others, in more than one word of
// a set, and in groups that differ in nothing but who asks.
func TestIndexOfAlternatives(t *testing.T) {
	env, err := newCELEnv(nil)
	require.NoError(t, err)
	never := `(has(resource.identifiable) && resource.identifiable && !resource.identifiable || has(resource.legal_hold) && resource.legal_hold && !resource.legal_hold)`
	either := `(action == "use" || resource.type == "pack" || !has(resource.identifiable) || resource.identifiable)`
	other := `(resource.type == "trend" || resource.legal_hold)`
	var many []string
	for i := range 150 {
		many = append(many, []string{either, "true", other, never, `resource.type == "model"`}[i%5])
	}
	of := func(id, when string) string {
		return fmt.Sprintf(`has(resource.programme) && resource.programme == %q && %s`, id, when)
	}
	for _, sources := range [][]string{{never}, {never, "true"}, {either}, {either, other, "true"}, many, {of("p1", never), of("p2", "true")}} {
		p := &Policy{}
		for i, source := range sources {
			e, run, problems := env.read(source)
			require.Empty(t, problems, source)
			p.rules = append(p.rules, &rule{id: fmt.Sprintf("r%03d", i), when: e, run: run, reads: e.reads(), actions: ^uint32(0), roles: ^uint32(0)})
		}
		p.index = newIndex(p.rules, nil)
		for n := range 2 * 4 * 9 * 2 {
			s := &scratch{}
			f := &s.facts
			f.set(attrAction, int64(View)+int64(n%2))
			f.set(attrType, int64(n/8%9+1))
			f.set(attrSubjectRole, 1)
			f.setText(attrProgramme, []string{"p1", "p2"}[n/72])
			f.present |= 1 << attrProgramme
			if n/2%4 > 0 {
				f.setBool(attrIdentifiable, n/2%4 == 2)
				f.setBool(attrLegalHold, n/2%4 == 3)
			}
			var want, got []string
			for _, r := range p.rules {
				if v, _ := r.eval(f); v != isFalse {
					want = append(want, r.id)
				}
			}
			for _, r := range p.index.find(f, nil) {
				if v, _ := r.left(s); v != isFalse {
					got = append(got, r.id)
				}
			}
			require.Equal(t, want, got, "%+v", *f)
		}
	}
}
