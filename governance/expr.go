package governance

import (
	"strconv"
	"strings"
	"time"
)

// An op says what an expression node does.
type op uint8

const (
	opConst     op = iota // a value of kind; text constants that name an enum become enums when they meet one
	opAttr                // the value of an attribute
	opHas                 // whether an attribute is present
	opNot                 // !a
	opAnd                 // a && b && ...
	opOr                  // a || b || ...
	opIf                  // a ? b : c
	opEqual               // a == b
	opNotEqual            // a != b
	opLess                // a < b
	opLessEq              // a <= b
	opMore                // a > b
	opMoreEq              // a >= b
	opList                // [a, b, ...]
	opIn                  // a in b
	opHasAny              // a.hasAny(b)
	opHasAll              // a.hasAll(b)
	opSize                // size(a)
	opAddMonths           // addMonths(a, b)
	opForeign             // anything else of CEL; args are the attributes and presence tests inside it
)

// An expr is a checked expression in our own terms: what the lints read, what
// closures are made from and what an explanation prints. Only the reader of CEL
// makes one.
type expr struct {
	op       op
	kind     kind
	attr     attr // of opAttr and opHas
	month    bool // of a parameter: it counts months
	args     []*expr
	name     string   // of opAttr and opHas: what rules call it
	num      int64    // of a constant that is not text
	text     string   // of a text constant; the source of opForeign
	param    string   // the parameter that a constant came from
	stricter string   // of a parameter: "lower", "higher" or ""
	names    []string // of an enum or a set
	at       int      // where it begins in the source, in characters from 0; 0 once a policy is compiled
}

// foreign reports whether any part lies outside the typed fragment.
func (e *expr) foreign() bool {
	if e.op == opForeign {
		return true
	}
	for _, a := range e.args {
		if a.foreign() {
			return true
		}
	}
	return false
}

// each calls f for e and everything below it, parents first, left to right.
func (e *expr) each(f func(*expr)) {
	f(e)
	for _, a := range e.args {
		a.each(f)
	}
}

// reads returns the attributes that e reads or asks for, as a set of bits.
func (e *expr) reads() uint64 {
	var set uint64
	e.each(func(x *expr) {
		if x.op == opAttr || x.op == opHas {
			set |= 1 << x.attr
		}
	})
	return set
}

// opSigns is indexed by op.
var opSigns = [...]string{
	opAnd: "&&", opOr: "||", opEqual: "==", opNotEqual: "!=",
	opLess: "<", opLessEq: "<=", opMore: ">", opMoreEq: ">=", opIn: "in",
}

// String returns the expression as CEL in one canonical form: single spaces,
// and parentheses around every and, or and condition inside another.
func (e *expr) String() string {
	var b strings.Builder
	e.write(&b, loose)
	return b.String()
}

// How tightly the surroundings of an expression bind: whether it needs
// parentheses.
const (
	loose = iota // nothing around it
	inner        // in an and, an or or a condition
	tight        // in a comparison, a negation or before a dot
)

func (e *expr) write(b *strings.Builder, around int) {
	list := func(args []*expr, sep string, around int) {
		for i, a := range args {
			if i > 0 {
				b.WriteString(sep)
			}
			a.write(b, around)
		}
	}
	logic := e.op == opAnd || e.op == opOr || e.op == opIf
	compare := e.op >= opEqual && e.op <= opMoreEq || e.op == opIn
	open := logic && around >= inner || compare && around >= tight || e.op == opForeign && around >= inner
	if open {
		b.WriteByte('(')
	}
	switch e.op {
	case opConst:
		b.WriteString(e.constant())
	case opAttr:
		b.WriteString(e.name)
	case opHas:
		b.WriteString("has(" + e.name + ")")
	case opNot:
		b.WriteByte('!')
		e.args[0].write(b, tight)
	case opIf:
		e.args[0].write(b, inner)
		b.WriteString(" ? ")
		e.args[1].write(b, inner)
		b.WriteString(" : ")
		e.args[2].write(b, inner)
	case opList:
		b.WriteByte('[')
		list(e.args, ", ", loose)
		b.WriteByte(']')
	case opHasAny, opHasAll:
		e.args[0].write(b, tight)
		if e.op == opHasAny {
			b.WriteString(".hasAny(")
		} else {
			b.WriteString(".hasAll(")
		}
		e.args[1].write(b, loose)
		b.WriteByte(')')
	case opSize:
		b.WriteString("size(")
		list(e.args, ", ", loose)
		b.WriteByte(')')
	case opAddMonths:
		b.WriteString("addMonths(")
		list(e.args, ", ", loose)
		b.WriteByte(')')
	case opForeign:
		b.WriteString(e.text)
	case opAnd, opOr:
		list(e.args, " "+opSigns[e.op]+" ", inner)
	default:
		list(e.args, " "+opSigns[e.op]+" ", tight)
	}
	if open {
		b.WriteByte(')')
	}
}

// constant returns a constant as CEL writes it.
func (e *expr) constant() string {
	if e.param != "" {
		return "param." + e.param
	}
	switch e.kind {
	case kindBool:
		return strconv.FormatBool(e.num != 0)
	case kindText:
		return strconv.Quote(e.text)
	case kindEnum:
		return strconv.Quote(e.names[e.num])
	case kindDuration:
		return `duration("` + time.Duration(e.num).String() + `")`
	case kindTime:
		return `timestamp("` + time.Unix(0, e.num).UTC().Format(time.RFC3339Nano) + `")`
	}
	return strconv.FormatInt(e.num, 10)
}
