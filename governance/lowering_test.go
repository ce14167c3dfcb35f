package governance

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A wrongLowering makes a closure of one kind of expression with a mistake, and
// returns nil for every other.
type wrongLowering struct {
	name string
	make func(e *expr) test
}

// swapped lowers e with another operator.
func swapped(from, to op) func(e *expr) test {
	return rewritten(func(e *expr) bool {
		if e.op != from {
			return false
		}
		e.op = to
		return true
	})
}

// rewritten lowers a copy of e that change has changed, if it has.
func rewritten(change func(e *expr) bool) func(e *expr) test {
	return func(e *expr) test {
		c := *e
		c.args = slices.Clone(e.args)
		if !change(&c) {
			return nil
		}
		t, _ := lower(&c)
		return t
	}
}

// argument lowers e with a copy of an argument that change has changed, if it has.
func argument(change func(e, arg *expr) bool) func(e *expr) test {
	return rewritten(func(e *expr) bool {
		done := false
		for i, a := range e.args {
			c := *a
			c.args = slices.Clone(a.args)
			if change(e, &c) {
				e.args[i], done = &c, true
			}
		}
		return done
	})
}

// seeing lowers e over facts that look has changed.
func seeing(which func(e *expr) bool, look func(f *facts)) func(e *expr) test {
	return func(e *expr) test {
		t, ok := lower(e)
		if !ok || !which(e) {
			return nil
		}
		return func(f *facts) truth {
			g := *f
			look(&g)
			return t(&g)
		}
	}
}

func compares2(e *expr) bool { return e.op >= opEqual && e.op <= opMoreEq }

// wrongLowerings are mistakes that one makes in lowering. Those of and, or, not
// and ?: are in wrongLogic.
func wrongLowerings() []wrongLowering {
	number := func(by int64) func(e *expr) test {
		return argument(func(e, a *expr) bool {
			if a.op != opConst || a.kind != kindInt && a.kind != kindDuration || !compares2(e) {
				return false
			}
			a.num += by
			return true
		})
	}
	return []wrongLowering{
		{"< for <=", swapped(opLessEq, opLess)},
		{"<= for <", swapped(opLess, opLessEq)},
		{"> for >=", swapped(opMoreEq, opMore)},
		{">= for >", swapped(opMore, opMoreEq)},
		{"> for <", swapped(opLess, opMore)},
		{"!= for ==", swapped(opEqual, opNotEqual)},
		{"== for !=", swapped(opNotEqual, opEqual)},
		{"a limit one higher", number(1)},
		{"a limit one lower", number(-1)},
		{"the sides of a comparison in the other order", rewritten(func(e *expr) bool {
			if e.op < opLess || e.op > opMoreEq {
				return false
			}
			slices.Reverse(e.args)
			return true
		})},
		{"has() dropped", rewritten(func(e *expr) bool {
			if e.op != opHas {
				return false
			}
			*e = expr{op: opConst, kind: kindBool, num: 1}
			return true
		})},
		{"what is absent is zero", seeing(func(e *expr) bool { return e.op != opHas && e.op <= opSize }, func(f *facts) { f.present = ^uint64(0) })},
		{"a month too many", argument(func(_, a *expr) bool {
			if a.op != opAddMonths || a.args[1].op != opConst {
				return false
			}
			n := *a.args[1]
			n.num++
			a.args[1] = &n
			return true
		})},
		{"months not added", argument(func(_, a *expr) bool {
			if a.op != opAddMonths {
				return false
			}
			*a = *a.args[0]
			return true
		})},
		{"instants in seconds", seeing(compares2, func(f *facts) {
			for i := range attributes[:attrCount] {
				if attributes[i].kind == kindTime {
					f.num[i] -= f.num[i] % int64(time.Second)
				}
			}
		})},
		{"the last of a list left out", argument(func(e, a *expr) bool {
			if a.op != opList || len(a.args) < 2 {
				return false
			}
			a.args = a.args[:len(a.args)-1]
			return true
		})},
		{"the next name of a set", argument(func(e, a *expr) bool {
			if e.op != opIn || a.op != opConst || a.kind != kindEnum {
				return false
			}
			a.num = (a.num + 1) % int64(len(a.names))
			return true
		})},
		{"hasAny for hasAll", swapped(opHasAll, opHasAny)},
		{"hasAll for hasAny", swapped(opHasAny, opHasAll)},
		{"the coach for the owner", argument(func(_, a *expr) bool {
			if a.op != opAttr || a.attr != attrOwner {
				return false
			}
			a.attr = attrAssignedCoach
			return true
		})},
		{"the subject's programme for the resource's", argument(func(_, a *expr) bool {
			if a.op != opAttr || a.attr != attrProgramme {
				return false
			}
			a.attr = attrSubjectProgramme
			return true
		})},
		{"size in bytes", func(e *expr) test {
			if !compares2(e) || e.args[0].op != opSize || e.args[0].args[0].attr != attrID || e.args[1].op != opConst {
				return nil
			}
			return func(f *facts) truth { return truthOf(compares(e.op, int64(len(f.id)), e.args[1].num)) }
		}},
		{"a host's attribute of the next slot", func(e *expr) test {
			if e.op != opHas || e.attr < attrCount {
				return nil
			}
			return func(f *facts) truth { return truthOf(f.has(e.attr - 1)) }
		}},
	}
}

// A wrongLogic joins the values of its parts otherwise than CEL does.
type wrongLogic struct {
	name string
	op   op
	join func(values []truth) truth
}

func wrongLogics() []wrongLogic {
	any := func(values []truth, v truth) bool { return slices.Contains(values, v) }
	return []wrongLogic{
		{"&& does not absorb", opAnd, func(v []truth) truth {
			if any(v, noValue) {
				return noValue
			}
			return truthOf(!any(v, isFalse))
		}},
		{"&& stops at the first that has no value", opAnd, func(v []truth) truth {
			for _, x := range v {
				if x != isTrue {
					return x
				}
			}
			return isTrue
		}},
		{"&& takes no value for false", opAnd, func(v []truth) truth { return truthOf(!any(v, isFalse) && !any(v, noValue)) }},
		{"&& takes no value for true", opAnd, func(v []truth) truth { return truthOf(!any(v, isFalse)) }},
		{"&& leaves the last out", opAnd, func(v []truth) truth { return kleene(opAnd, v[:len(v)-1]) }},
		{"|| does not absorb", opOr, func(v []truth) truth {
			if any(v, noValue) {
				return noValue
			}
			return truthOf(any(v, isTrue))
		}},
		{"|| takes no value for false", opOr, func(v []truth) truth { return truthOf(any(v, isTrue)) }},
		{"|| leaves the last out", opOr, func(v []truth) truth { return kleene(opOr, v[:len(v)-1]) }},
		{"! of no value is true", opNot, func(v []truth) truth { return truthOf(v[0] != isTrue) }},
		{"! dropped", opNot, func(v []truth) truth { return v[0] }},
		{"?: takes no value for false", opIf, func(v []truth) truth {
			if v[0] == isTrue {
				return v[1]
			}
			return v[2]
		}},
		{"?: in the other order", opIf, func(v []truth) truth { return kleene(opIf, []truth{v[0], v[2], v[1]}) }},
	}
}

// kleene joins values as CEL does: the logic in which an error is a third value.
func kleene(o op, v []truth) truth {
	not := [...]truth{isTrue, isFalse, noValue}
	switch o {
	case opNot:
		return not[v[0]]
	case opIf:
		if v[0] == noValue {
			return noValue
		}
		return v[2-v[0]]
	case opOr:
		flipped := make([]truth, len(v))
		for i, x := range v {
			flipped[i] = not[x]
		}
		return not[kleene(opAnd, flipped)]
	}
	out := isTrue
	for _, x := range v {
		switch {
		case x == isFalse:
			return isFalse
		case x == noValue:
			out = noValue
		}
	}
	return out
}

// wrongly lowers a condition with one mistake in it, or with none.
func wrongly(e *expr, leaf func(*expr) test, op op, join func([]truth) truth) test {
	if leaf != nil {
		if t := leaf(e); t != nil {
			return t
		}
	}
	switch e.op {
	case opAnd, opOr, opNot, opIf:
	default:
		t, _ := lower(e)
		return t
	}
	parts := make([]test, len(e.args))
	for i, a := range e.args {
		parts[i] = wrongly(a, leaf, op, join)
	}
	values := make([]truth, len(parts))
	return func(f *facts) truth {
		for i, p := range parts {
			values[i] = p(f)
		}
		if e.op == op && join != nil {
			return join(values)
		}
		return kleene(e.op, values)
	}
}

// The comparison with CEL finds each mistake that is planted into a lowering, and
// finds nothing where none is.
func TestDifferentialFindsWrongLowerings(t *testing.T) {
	t.Parallel()
	c, err := newCELEnv(testParams(), testExts()...)
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(1, 2))}
	var conditions []checkedCondition
	for range 400 {
		conditions = append(conditions, check(t, c, g.condition(g.IntN(4))))
	}
	var pool []*facts
	for range 100 {
		pool = append(pool, g.facts())
	}
	values := make([][]truth, len(conditions))
	for i, x := range conditions {
		for _, f := range pool {
			v, _ := x.run(f)
			values[i] = append(values[i], v)
		}
	}
	finds := func(leaf func(*expr) test, op op, join func([]truth) truth) bool {
		for i, x := range conditions {
			wrong := wrongly(x.expr, leaf, op, join)
			for j, f := range pool {
				if wrong(f) != values[i][j] {
					return true
				}
			}
		}
		return false
	}
	require.False(t, finds(nil, opConst, nil), "no mistake")
	for _, w := range wrongLowerings() {
		require.True(t, finds(w.make, opConst, nil), w.name)
	}
	for _, w := range wrongLogics() {
		require.True(t, finds(nil, w.op, w.join), w.name)
	}
}

// Adding calendar months is what a calendar says: the same day of the month, or
// its last where it has no such day. Closures and CEL call the same function, so
// it is held against a table of the lengths of months.
func TestMonthsAreCalendarMonths(t *testing.T) {
	length := func(y int, m time.Month) int {
		if m == time.February && (y%4 == 0 && y%100 != 0 || y%400 == 0) {
			return 29
		}
		return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	}
	noon := 12*time.Hour + 34*time.Minute + 56*time.Second + 789
	for y := 2096; y <= 2104; y++ { // 2100 has no leap day, 2096 and 2104 have
		for m := time.January; m <= time.December; m++ {
			for d := 1; d <= length(y, m); d++ {
				at := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Add(noon)
				for n := -25; n <= 25; n++ {
					months := y*12 + int(m) - 1 + n
					wantYear, wantMonth := months/12, time.Month(months%12+1)
					want := time.Date(wantYear, wantMonth, min(d, length(wantYear, wantMonth)), 0, 0, 0, 0, time.UTC).Add(noon)
					got, ok := monthsLater(at.UnixNano(), int64(n))
					if !ok || got != want.UnixNano() {
						t.Fatalf("%s and %d months: %s, want %s", at, n, time.Unix(0, got).UTC(), want)
					}
				}
			}
		}
	}
}
