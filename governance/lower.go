package governance

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// A truth is the value of a condition: false, true, or no value because an
// attribute is absent. They combine as CEL's errors do (Kleene's logic).
type truth uint8

const (
	isFalse truth = iota
	isTrue
	noValue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// A test is a condition made ready to run. A number is the same for a value of
// a numeric kind; it answers false when there is none.
type (
	test   func(*facts) truth
	number func(*facts) (int64, bool)
)

// lower makes a closure of a condition inside the typed fragment; ok is false
// outside it.
func lower(e *expr) (t test, ok bool) {
	if e.kind != kindBool {
		return nil, false
	}
	switch e.op {
	case opConst:
		v := truthOf(e.num != 0)
		return func(*facts) truth { return v }, true
	case opAttr:
		a := e.attr
		return func(f *facts) truth {
			if !f.has(a) {
				return noValue
			}
			return truthOf(f.num[a] != 0)
		}, true
	case opHas:
		a := e.attr
		return func(f *facts) truth { return truthOf(f.has(a)) }, true
	case opNot:
		return lowerNot(e.args[0])
	case opAnd:
		return lowerLogic(e.args, isFalse)
	case opOr:
		return lowerLogic(e.args, isTrue)
	case opIf:
		return lowerIf(e)
	case opEqual, opNotEqual, opLess, opLessEq, opMore, opMoreEq:
		return lowerCompare(e)
	case opIn:
		return lowerIn(e.args[0], e.args[1], true)
	case opHasAny, opHasAll:
		return lowerOverlap(e)
	}
	return nil, false
}

// lowerNot makes a closure of the negation of a condition. It goes as deep as it
// can, where it costs nothing.
func lowerNot(e *expr) (test, bool) {
	switch e.op {
	case opNot:
		return lower(e.args[0])
	case opAnd, opOr:
		n := &expr{op: opAnd + opOr - e.op, kind: kindBool, args: make([]*expr, len(e.args))}
		for i, a := range e.args {
			n.args[i] = &expr{op: opNot, kind: kindBool, args: []*expr{a}}
			if a.op == opNot {
				n.args[i] = a.args[0]
			}
		}
		return lower(n)
	case opEqual, opNotEqual:
		n := *e
		n.op = opEqual + opNotEqual - e.op
		return lower(&n)
	case opIn:
		return lowerIn(e.args[0], e.args[1], false)
	}
	inner, ok := lower(e)
	return func(f *facts) truth {
		switch inner(f) {
		case isFalse:
			return isTrue
		case isTrue:
			return isFalse
		}
		return noValue
	}, ok
}

// lowerLogic joins conditions: stop is the value that decides whatever the
// others are, false for "and", true for "or".
func lowerLogic(args []*expr, stop truth) (test, bool) {
	var needs uint64
	var tests []test
	for _, e := range args {
		if a, ok := guard(e, stop); ok {
			needs |= 1 << a
			continue
		}
		t, ok := lower(e)
		if !ok {
			return nil, false
		}
		tests = append(tests, t)
	}
	return joined(needs, tests, stop), true
}

// guard returns the attribute whose absence alone makes a condition the value
// stop: has(x) of an "and", !has(x) of an "or".
func guard(e *expr, stop truth) (a attr, ok bool) {
	if stop == isTrue && e.op == opNot {
		e = e.args[0]
	} else if stop == isTrue {
		return 0, false
	}
	return e.attr, e.op == opHas
}

// joined joins tests, before which the attributes that are needed are looked for:
// stop is the value of the whole where one is absent, or where a test has it.
func joined(needs uint64, tests []test, stop truth) test {
	rest := isTrue - stop // the other of false and true
	switch len(tests) {
	case 0:
		return func(f *facts) truth {
			if f.present&needs != needs {
				return stop
			}
			return rest
		}
	case 1:
		t := tests[0]
		if needs == 0 {
			return t
		}
		return func(f *facts) truth {
			if f.present&needs != needs {
				return stop
			}
			return t(f)
		}
	case 2:
		a, b := tests[0], tests[1]
		return func(f *facts) truth {
			if f.present&needs != needs {
				return stop
			}
			v := a(f)
			if v == stop {
				return stop
			}
			w := b(f)
			if w == stop {
				return stop
			}
			if v == noValue || w == noValue {
				return noValue
			}
			return rest
		}
	}
	return func(f *facts) truth {
		if f.present&needs != needs {
			return stop
		}
		out := rest
		for _, t := range tests {
			switch t(f) {
			case stop:
				return stop
			case noValue:
				out = noValue
			}
		}
		return out
	}
}

func lowerIf(e *expr) (test, bool) {
	c, ok1 := lower(e.args[0])
	a, ok2 := lower(e.args[1])
	b, ok3 := lower(e.args[2])
	return func(f *facts) truth {
		switch c(f) {
		case isTrue:
			return a(f)
		case isFalse:
			return b(f)
		}
		return noValue
	}, ok1 && ok2 && ok3
}

// lowerNumber makes a closure of a value that is held as an int64.
func lowerNumber(e *expr) (number, bool) {
	switch e.op {
	case opConst:
		if e.kind == kindText {
			return nil, false
		}
		v := e.num
		return func(*facts) (int64, bool) { return v, true }, true
	case opAttr:
		if e.kind == kindText || e.kind == kindPerson {
			return nil, false
		}
		a := e.attr
		return func(f *facts) (int64, bool) { return f.num[a], f.has(a) }, true
	case opSize:
		return lowerSize(e.args[0])
	case opAddMonths:
		at, ok1 := lowerNumber(e.args[0])
		n, ok2 := lowerNumber(e.args[1])
		return func(f *facts) (int64, bool) {
			t, ok1 := at(f)
			m, ok2 := n(f)
			if !ok1 || !ok2 {
				return 0, false
			}
			return monthsLater(t, m)
		}, ok1 && ok2
	}
	if e.kind == kindBool {
		t, ok := lower(e)
		return func(f *facts) (int64, bool) {
			v := t(f)
			return int64(v), v != noValue
		}, ok
	}
	return nil, false
}

// monthsLater adds calendar months to an instant in nanoseconds. It has no value
// beyond 50 years, nor where the sum would leave the range of an int64.
func monthsLater(at, months int64) (int64, bool) {
	if months < -maxMonths || months > maxMonths {
		return 0, false
	}
	days, clock, year := monthsOn(at, int(months))
	// Nanoseconds since 1970 reach from 1678 to 2262.
	if year < 1700 || year > 2250 {
		return 0, false
	}
	return days*nanosPerDay + clock, true
}

const maxMonths = 600

func lowerSize(e *expr) (number, bool) {
	if e.op != opAttr {
		return nil, false
	}
	a := e.attr
	switch e.kind {
	case kindSet:
		return func(f *facts) (int64, bool) { return setSize(f.num[a]), f.has(a) }, true
	case kindText:
		return func(f *facts) (int64, bool) { return int64(utf8.RuneCountInString(f.text(a))), f.has(a) }, true
	}
	return nil, false
}

func lowerCompare(e *expr) (test, bool) {
	l, r := e.args[0], e.args[1]
	if l.kind != r.kind {
		return nil, false
	}
	ordered := e.op != opEqual && e.op != opNotEqual
	switch l.kind {
	case kindPerson:
		return lowerPersons(e)
	case kindText:
		return lowerTexts(e)
	case kindEnum, kindBool:
		if ordered { // CEL orders texts by their letters, which our codes do not
			return nil, false
		}
	case kindInt, kindDuration, kindTime:
	default:
		return nil, false
	}
	if l.kind == kindEnum && !sameNames(l.names, r.names) {
		return nil, false
	}
	if l.op == opAttr && r.op == opConst {
		return lowerAgainstConst(e.op, l.attr, r.num), true
	}
	a, ok1 := lowerNumber(l)
	b, ok2 := lowerNumber(r)
	o := e.op
	return func(f *facts) truth {
		x, ok1 := a(f)
		y, ok2 := b(f)
		if !ok1 || !ok2 {
			return noValue
		}
		return truthOf(compares(o, x, y))
	}, ok1 && ok2
}

func compares(o op, x, y int64) bool {
	switch o {
	case opEqual:
		return x == y
	case opNotEqual:
		return x != y
	case opLess:
		return x < y
	case opLessEq:
		return x <= y
	case opMore:
		return x > y
	}
	return x >= y
}

// lowerAgainstConst is the commonest comparison, one closure for each operator.
func lowerAgainstConst(o op, a attr, c int64) test {
	guard := func(hit func(int64) bool) test {
		return func(f *facts) truth {
			if !f.has(a) {
				return noValue
			}
			return truthOf(hit(f.num[a]))
		}
	}
	switch o {
	case opEqual:
		return func(f *facts) truth {
			if !f.has(a) {
				return noValue
			}
			return truthOf(f.num[a] == c)
		}
	case opNotEqual:
		return func(f *facts) truth {
			if !f.has(a) {
				return noValue
			}
			return truthOf(f.num[a] != c)
		}
	case opLess:
		return guard(func(v int64) bool { return v < c })
	case opLessEq:
		return guard(func(v int64) bool { return v <= c })
	case opMore:
		return guard(func(v int64) bool { return v > c })
	}
	return guard(func(v int64) bool { return v >= c })
}

func lowerPersons(e *expr) (test, bool) {
	l, r := e.args[0], e.args[1]
	if l.op != opAttr || r.op != opAttr || e.op != opEqual && e.op != opNotEqual {
		return nil, false
	}
	want := e.op == opEqual
	a, b := l.attr.person(), r.attr.person()
	needs := uint64(1)<<l.attr | 1<<r.attr
	return func(f *facts) truth {
		if f.present&needs != needs {
			return noValue
		}
		return truthOf((f.person[a] == f.person[b]) == want)
	}, true
}

func lowerText(e *expr) (func(*facts) (string, bool), bool) {
	switch e.op {
	case opConst:
		v := e.text
		return func(*facts) (string, bool) { return v, true }, e.kind == kindText
	case opAttr:
		a := e.attr
		return func(f *facts) (string, bool) { return f.text(a), f.has(a) }, e.kind == kindText
	}
	return nil, false
}

func lowerTexts(e *expr) (test, bool) {
	o := e.op
	if l, r := e.args[0], e.args[1]; l.op == opAttr && r.op == opAttr && (o == opEqual || o == opNotEqual) {
		a, b := l.attr, r.attr
		needs := uint64(1)<<a | 1<<b
		return func(f *facts) truth {
			if f.present&needs != needs {
				return noValue
			}
			return truthOf((f.text(a) == f.text(b)) == (o == opEqual))
		}, true
	}
	a, ok1 := lowerText(e.args[0])
	b, ok2 := lowerText(e.args[1])
	return func(f *facts) truth {
		x, ok1 := a(f)
		y, ok2 := b(f)
		if !ok1 || !ok2 {
			return noValue
		}
		return truthOf(compares(o, int64(strings.Compare(x, y)), 0))
	}, ok1 && ok2
}

// lowerIn handles an enum in a set, and a value in a list of constants: whether it
// is there, or with want false whether it is not.
func lowerIn(l, r *expr, want bool) (test, bool) {
	switch {
	case r.kind == kindSet && r.op == opAttr && l.kind == kindEnum && sameNames(l.names, r.names):
		a := r.attr
		if l.op == opAttr {
			e := l.attr
			needs := uint64(1)<<a | 1<<e
			return func(f *facts) truth {
				if f.present&needs != needs {
					return noValue
				}
				return truthOf((f.num[a]&(1<<uint(f.num[e])) != 0) == want)
			}, true
		}
		x, ok := lowerNumber(l)
		return func(f *facts) truth {
			v, ok := x(f)
			if !ok || !f.has(a) {
				return noValue
			}
			return truthOf((f.num[a]&(1<<uint(v)) != 0) == want)
		}, ok
	case r.op != opList || len(r.args) == 0:
		return nil, false
	case l.kind == kindEnum:
		mask, ok := maskOf(r.args, l.names)
		x, ok2 := lowerNumber(l)
		return func(f *facts) truth {
			v, ok := x(f)
			if !ok {
				return noValue
			}
			return truthOf((mask&(1<<uint(v)) != 0) == want)
		}, ok && ok2
	case l.kind == kindInt:
		x, ok := lowerNumber(l)
		return lowerAmong(r.args, kindInt, x, ok, func(a *expr) int64 { return a.num }, want)
	case l.kind == kindText:
		x, ok := lowerText(l)
		return lowerAmong(r.args, kindText, x, ok, func(a *expr) string { return a.text }, want)
	}
	return nil, false
}

// lowerAmong tests whether a value is one of a list's constants of its kind, or
// with want false whether it is none.
func lowerAmong[V comparable](list []*expr, k kind, value func(*facts) (V, bool), ok bool, constant func(*expr) V, want bool) (test, bool) {
	var values []V
	for _, a := range list {
		if a.op != opConst || a.kind != k {
			return nil, false
		}
		values = append(values, constant(a))
	}
	return func(f *facts) truth {
		v, ok := value(f)
		if !ok {
			return noValue
		}
		return truthOf(slices.Contains(values, v) == want)
	}, ok
}

// maskOf returns the set of enum constants, which must be of these names.
func maskOf(args []*expr, names []string) (int64, bool) {
	var mask int64
	for _, a := range args {
		if a.op != opConst || a.kind != kindEnum || !sameNames(a.names, names) {
			return 0, false
		}
		mask |= 1 << uint(a.num)
	}
	return mask, true
}

func lowerOverlap(e *expr) (test, bool) {
	l, r := e.args[0], e.args[1]
	if l.op != opAttr || l.kind != kindSet || r.op != opList || len(r.args) == 0 {
		return nil, false
	}
	mask, ok := maskOf(r.args, l.names)
	a, all := l.attr, e.op == opHasAll
	return func(f *facts) truth {
		if !f.has(a) {
			return noValue
		}
		if all {
			return truthOf(f.num[a]&mask == mask)
		}
		return truthOf(f.num[a]&mask != 0)
	}, ok
}

// sameNames reports whether two enums are the same one.
func sameNames(a, b []string) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}

// namesIn returns the names of a set in the order of their declaration.
func namesIn(set int64, names []string) []string {
	out := make([]string, 0, bits.OnesCount64(uint64(set)))
	for i, name := range names {
		if set&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}
