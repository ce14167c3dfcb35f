package governance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// testParams are parameters to compare with.
func testParams() []*expr {
	return []*expr{
		{op: opConst, param: "k", kind: kindInt, num: 5},
		{op: opConst, param: "m", kind: kindInt, num: 12, month: true},
		{op: opConst, param: "days", kind: kindDuration, num: int64(90 * 24 * time.Hour)},
	}
}

// testExts are attributes of a host's own.
func testExts() []attribute {
	return []attribute{
		{name: "ext.tier", kind: kindEnum, names: []string{"gold", "silver", "none"}, optional: true},
		{name: "ext.heads", kind: kindInt, optional: true},
		{name: "ext.council", kind: kindBool, optional: true},
		{name: "ext.agreed_on", kind: kindTime, optional: true},
	}
}

// A gen writes random conditions of the typed fragment, guarded or not.
type gen struct{ *rand.Rand }

func (g gen) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g gen) attr(k kind) *attribute {
	exts := testExts()
	for {
		i := g.IntN(int(attrCount) + len(exts))
		if i >= int(attrCount) && exts[i-int(attrCount)].kind == k {
			return &exts[i-int(attrCount)]
		}
		if a := &attributes[i]; a.kind == k {
			return a
		}
	}
}

// optional returns the name of an attribute that may be absent.
func (g gen) optional() string {
	if g.IntN(4) == 0 {
		return testExts()[g.IntN(4)].name
	}
	for {
		if a := &attributes[g.IntN(int(attrCount))]; a.optional {
			return a.name
		}
	}
}

func (g gen) names(a *attribute, n int) string {
	var out []string
	for range n {
		name := "unknown"
		for name == "unknown" {
			name = a.names[g.IntN(len(a.names))]
		}
		out = append(out, fmt.Sprintf("%q", name))
	}
	return strings.Join(out, ", ")
}

// condition returns a random condition of at most this depth. Below a depth of 0
// it is one comparison, presence test, membership or flag; between them they use
// every attribute and every operator.
func (g gen) condition(depth int) string {
	if depth > 0 {
		switch g.IntN(7) {
		case 0, 1:
			return "(" + g.condition(depth-1) + " && " + g.condition(depth-1) + ")"
		case 2, 3:
			return "(" + g.condition(depth-1) + " || " + g.condition(depth-1) + ")"
		case 4:
			return "!(" + g.condition(depth-1) + ")"
		case 5:
			return "(" + g.condition(depth-1) + " && " + g.condition(depth-1) + " && " + g.condition(depth-1) + ")"
		default:
			if g.IntN(2) == 0 {
				return "(" + g.condition(depth-1) + " ? " + g.condition(depth-1) + " : " + g.condition(depth-1) + ")"
			}
			return "((" + g.condition(depth-1) + ")" + g.pick(" == ", " != ") + "(" + g.condition(depth-1) + "))"
		}
	}
	cmp := g.pick(" == ", " != ", " < ", " <= ", " > ", " >= ")
	eq := g.pick(" == ", " != ")
	// either puts the sides of a comparison in one order or the other.
	either := func(l, cmp, r string) string {
		if g.IntN(3) == 0 {
			l, r = r, l
		}
		return l + cmp + r
	}
	switch g.IntN(16) {
	case 0:
		return g.attr(kindBool).name
	case 1:
		return "has(" + g.optional() + ")"
	case 2, 14:
		return either(g.attr(kindInt).name, cmp, g.pick("0", "2", "param.k", "5", "-1", "approval.count", "ext.heads"))
	case 3:
		return either(g.attr(kindDuration).name, cmp, g.pick("param.days", `duration("2160h")`, `duration("1h")`, "review.age"))
	case 4, 15:
		return either(g.attr(kindTime).name, cmp, g.pick("now", "resource.created_at", `timestamp("2027-01-04T09:00:00Z")`,
			"addMonths(resource.created_at, 12)", "addMonths(resource.created_at, param.m)", "addMonths(now, -12)", "addMonths(now, -700)", "addMonths(addMonths(now, 1), -1)"))
	case 5, 6:
		a := g.attr(kindEnum)
		return either(a.name, eq, g.names(a, 1))
	case 7:
		a := g.attr(kindEnum)
		return a.name + " in [" + g.names(a, 1+g.IntN(3)) + "]"
	case 8:
		a := g.attr(kindSet)
		return g.names(a, 1) + " in " + a.name
	case 9:
		a := g.attr(kindSet)
		return a.name + g.pick(".hasAny([", ".hasAll([") + g.names(a, 1+g.IntN(3)) + "])"
	case 10:
		return either("size("+g.attr(g2(g, kindSet, kindText)).name+")", cmp, g.pick("0", "1", "2", "5", "6"))
	case 11:
		return g.attr(kindPerson).name + eq + g.attr(kindPerson).name
	case 12:
		return g.attr(kindText).name + g.pick(" == ", " != ", " < ", " >= ") + g.pick(`"alpha"`, `"beta"`, "resource.programme", "resource.id", "subject.programme", "resource.residency")
	default:
		return g.pick("purpose in consent.purposes", "subject.role in approval.roles", "subject.role == review.role", "review.role != subject.role",
			`resource.id in ["alpha", "beta"]`, "approval.count in [1, 2, 5]", "true", "false")
	}
}

func g2(g gen, a, b kind) kind {
	if g.IntN(2) == 0 {
		return a
	}
	return b
}

// facts returns slots with random values near the constants above. Each
// optional attribute is absent every third time.
func (g gen) facts() *facts {
	f := &facts{id: g.pick("alpha", "beta", "gämma"), prog: g.pick("alpha", "delta"), member: g.pick("alpha", "delta"), place: g.pick("alpha", "eu")}
	var people [2]coaching.PersonID
	people[1] = personOne
	for i := range f.person {
		f.person[i] = people[g.IntN(2)]
	}
	now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	for i, at := range slices.Concat(attributes[:attrCount], testExts()) {
		a := attr(i)
		if at.optional && g.IntN(3) == 0 {
			continue
		}
		f.present |= 1 << a
		switch at.kind {
		case kindBool:
			f.num[a] = int64(g.IntN(2))
		case kindInt:
			f.num[a] = int64(g.IntN(7))
		case kindDuration:
			f.num[a] = int64(90*24*time.Hour) + int64(g.IntN(3)-1)
		case kindTime:
			f.num[a] = now.UnixNano() + int64(g.IntN(3)-1)*[]int64{1, int64(365 * 24 * time.Hour)}[g.IntN(2)]
		case kindEnum:
			f.num[a] = int64(g.IntN(len(at.names)))
		case kindSet:
			f.num[a] = int64(g.Uint64() & g.Uint64() & (1<<len(at.names) - 1))
		}
	}
	return f
}

var personOne = func() coaching.PersonID {
	person, err := casePeople()
	if err != nil {
		panic(err)
	}
	return person("one")
}()

// A sum of months that leaves the range of an instant has no value, in the closure
// and in CEL alike, so that a denial fires.
func TestMonthsStayInRange(t *testing.T) {
	c, err := newCELEnv(testParams())
	require.NoError(t, err)
	for _, tt := range []struct {
		when string
		want truth
	}{
		{"now < addMonths(now, 600)", isTrue},
		{"now < addMonths(addMonths(now, 600), 600)", noValue},
		{"now < addMonths(addMonths(addMonths(now, -600), 600), 600)", isTrue},
		{"now < addMonths(now, 601)", noValue},
	} {
		checked, problems := c.check(tt.when)
		require.Empty(t, problems)
		e, _, problems := c.read(tt.when)
		require.Empty(t, problems)
		closure, ok := lower(e)
		require.True(t, ok)
		run, err := c.program(checked)
		require.NoError(t, err)
		f := new(facts)
		f.set(attrNow, time.Date(2199, 12, 31, 23, 59, 59, 999_999_999, time.UTC).UnixNano())
		require.Equal(t, tt.want, closure(f), tt.when)
		got, _ := run(f)
		require.Equal(t, tt.want, got, tt.when)
	}
}

// A checkedCondition is a condition with what the engine and we make of it.
type checkedCondition struct {
	source  string
	expr    *expr
	closure test // nil outside the typed fragment
	run     program
}

func check(t testing.TB, c *celEnv, source string) checkedCondition {
	t.Helper()
	ast, problems := c.check(source)
	require.Empty(t, problems, source)
	r := &celReader{c: c, a: ast.NativeRep(), source: []rune(source)}
	x := checkedCondition{source: source, expr: r.convert(r.a.Expr())}
	require.Empty(t, r.problems, source)
	run, err := c.program(ast)
	require.NoError(t, err, source)
	x.run = run
	x.closure, _ = lower(x.expr)
	return x
}

// A closure and the CEL program of the same text have the same value on the
// same request: true, false or none. More than 800,000 values of random
// conditions, of which 100,000 under -short.
func TestClosuresAgreeWithCEL(t *testing.T) {
	t.Parallel()
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(1, 2))}
	var values [3]int
	conditions := 1_200
	if testing.Short() {
		conditions = 150
	}
	pool := make([]*facts, 5_000)
	for i := range pool {
		pool[i] = g.facts()
	}
	ops, attrs := map[op]bool{}, uint64(0)
	for range conditions {
		x := check(t, c, g.condition(g.IntN(4)))
		require.NotNil(t, x.closure, "no closure for %s", x.source)
		x.expr.each(func(e *expr) { ops[e.op] = true })
		attrs |= x.expr.reads()
		// The canonical form says the same and is its own canonical form.
		again, _, problems := c.read(x.expr.String())
		require.Empty(t, problems, "%s\n%s", x.source, x.expr)
		require.Equal(t, x.expr.String(), again.String())
		reread, ok := lower(again)
		require.True(t, ok)
		for i := range 700 {
			f := pool[g.IntN(len(pool))]
			want, _ := x.run(f)
			got := x.closure(f)
			if got != want || i < 50 && reread(f) != want {
				t.Fatalf("%s\nclosure %d, reread %d, CEL %d\nfacts %+v", x.source, got, reread(f), want, f)
			}
			values[got]++
		}
	}
	for v, n := range values {
		require.Greater(t, n, 60*conditions, "value %d", v)
	}
	for o := range opForeign {
		require.True(t, ops[o], "no condition with operator %d", o)
	}
	require.Equal(t, uint64(1)<<(int(attrCount)+len(testExts()))-1, attrs, "conditions about every attribute")
}

// The same of the conditions of the built-in policy and of what lies over it:
// another 300,000 values.
func TestBuiltInClosuresAgreeWithCEL(t *testing.T) {
	t.Parallel()
	p, _, err := stackOf(tenant, region)
	require.NoError(t, err)
	var params []*expr
	for _, q := range p.params {
		params = append(params, paramExpr(q))
	}
	c, err := newCELEnv(params, testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(1, 3))}
	each := 8_000
	if testing.Short() {
		each = 1_000
	}
	pool := make([]*facts, each)
	for i := range pool {
		pool[i] = g.facts()
	}
	for _, r := range p.rules {
		x := check(t, c, r.when.String())
		require.NotNil(t, x.closure, r.id)
		for _, f := range pool {
			f = r.view(f)
			want, _ := x.run(f)
			if got := x.closure(f); got != want {
				t.Fatalf("%s: %s\nclosure %d, CEL %d\nfacts %+v", r.id, x.source, got, want, f)
			}
		}
	}
	require.Greater(t, len(p.rules), 35)
}

// Text that is a condition has one value, whoever evaluates it.
func FuzzClosuresAgreeWithCEL(f *testing.F) {
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(f, err)
	g := gen{rand.New(rand.NewPCG(9, 9))}
	for i := range 30 {
		f.Add(g.condition(i%4), uint64(i))
	}
	f.Fuzz(func(t *testing.T, source string, seed uint64) {
		if _, _, problems := c.read(source); len(problems) > 0 {
			return
		}
		x := check(t, c, source)
		if x.closure == nil {
			return
		}
		g := gen{rand.New(rand.NewPCG(seed, 1))}
		for range 20 {
			f := g.facts()
			want, why := x.run(f)
			if got := x.closure(f); got != want {
				t.Fatalf("%s\nclosure %d, CEL %d %s\nfacts %+v", source, got, want, why, f)
			}
		}
	})
}

// ruleByRule decides facts by asking every rule and every floor: the outcome
// that the index has to leave as it is.
func ruleByRule(p *Policy, f *facts) Outcome {
	var fired [len(outcomeNames)]bool
	for _, r := range p.rules {
		if r.actions>>f.num[attrAction]&1 == 0 || r.roles>>f.num[attrSubjectRole]&1 == 0 {
			continue
		}
		v, _ := r.eval(f)
		fired[r.effect] = fired[r.effect] || v == isTrue || v == noValue && r.effect != Permit
	}
	for _, fl := range floors(f) {
		fired[fl.effect] = true
	}
	return combined(fired)
}

// combined is the combining rule of the package's comment.
func combined(fired [len(outcomeNames)]bool) Outcome {
	switch {
	case fired[Deny], !fired[Permit]:
		return Deny
	case fired[Review]:
		return Review
	}
	return Permit
}
