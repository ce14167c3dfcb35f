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

func (g gen) condition(depth int) string {
	if depth > 0 {
		switch g.IntN(6) {
		case 0, 1:
			return "(" + g.condition(depth-1) + " && " + g.condition(depth-1) + ")"
		case 2, 3:
			return "(" + g.condition(depth-1) + " || " + g.condition(depth-1) + ")"
		case 4:
			return "!(" + g.condition(depth-1) + ")"
		default:
			if g.IntN(2) == 0 {
				return "(" + g.condition(depth-1) + " ? " + g.condition(depth-1) + " : " + g.condition(depth-1) + ")"
			}
			return "((" + g.condition(depth-1) + ") == (" + g.condition(depth-1) + "))"
		}
	}
	cmp := g.pick(" == ", " != ", " < ", " <= ", " > ", " >= ")
	eq := g.pick(" == ", " != ")
	switch g.IntN(14) {
	case 0:
		return g.attr(kindBool).name
	case 1:
		return "has(" + g.optional() + ")"
	case 2:
		a := g.attr(kindInt)
		return a.name + cmp + g.pick("0", "2", "param.k", "5", "-1", "approval.count")
	case 3:
		return g.attr(kindDuration).name + cmp + g.pick("param.days", `duration("2160h")`, `duration("1h")`, "review.age")
	case 4:
		return g.attr(kindTime).name + cmp + g.pick("now", "resource.created_at", `timestamp("2027-01-04T09:00:00Z")`, "addMonths(resource.created_at, 12)", "addMonths(resource.created_at, param.m)", "addMonths(now, -700)")
	case 5, 6:
		a := g.attr(kindEnum)
		return a.name + eq + g.names(a, 1)
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
		return "size(" + g.attr(g2(g, kindSet, kindText)).name + ")" + cmp + g.pick("0", "1", "2", "10")
	case 11:
		return g.attr(kindPerson).name + eq + g.attr(kindPerson).name
	case 12:
		return g.attr(kindText).name + cmp + g.pick(`"alpha"`, `"beta"`, "resource.programme", "resource.id", "subject.programme", "resource.residency")
	default:
		return g.pick("purpose in consent.purposes", "subject.role in approval.roles", "subject.role == review.role",
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
	f := &facts{id: g.pick("alpha", "beta", "gamma"), prog: g.pick("alpha", "delta"), member: g.pick("alpha", "delta"), place: g.pick("alpha", "eu")}
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

// A closure and the CEL program of the same text have the same value on the
// same request: true, false or none. 600 conditions over 200 requests each, 150
// under -short.
func TestClosuresAgreeWithCEL(t *testing.T) {
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(1, 2))}
	var values [3]int
	conditions, enough := 600, 10_000
	if testing.Short() {
		conditions, enough = 150, 2_500
	}
	for range conditions {
		source := g.condition(g.IntN(4))
		checked, problems := c.check(source)
		require.Empty(t, problems, source)
		r := &celReader{c: c, a: checked.NativeRep(), source: []rune(source)}
		e := r.convert(r.a.Expr())
		require.Empty(t, r.problems, source)
		closure, ok := lower(e)
		require.True(t, ok, "no closure for %s", source)
		run, err := c.program(checked)
		require.NoError(t, err, source)
		// The canonical form says the same and is its own canonical form.
		again, _, problems := c.read(e.String())
		require.Empty(t, problems, "%s\n%s", source, e)
		require.Equal(t, e.String(), again.String())
		reread, ok := lower(again)
		require.True(t, ok)
		for range 200 {
			f := g.facts()
			want, _ := run(f)
			got := closure(f)
			if got != want || reread(f) != want {
				t.Fatalf("%s\nclosure %d, reread %d, CEL %d\nfacts %+v", source, got, reread(f), want, f)
			}
			values[got]++
		}
	}
	for v, n := range values {
		require.Greater(t, n, enough, "value %d", v)
	}
}

// withoutIndex decides facts by asking every rule and every floor: the outcome
// that the index has to leave as it is.
func withoutIndex(p *Policy, f *facts) Outcome {
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
