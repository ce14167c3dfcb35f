package governance

// lint returns what is wrong with a condition beyond its types: reads of
// attributes that may be absent, and conditions in which absence would help.
//
// A denial or a review must fire when what it asks about is absent, a permit
// must not. That holds when every optional attribute is read only where has()
// is known to be true, and has() stands where its being false can only make a
// denial or a review truer, and a permit falser. The same goes for what counts
// as not there when nobody states it: training, controls, cards, consents,
// approvals and reviews.
func lint(e *expr, effect Outcome) []celProblem {
	l := &linter{}
	l.guards(e, 0)
	l.signs(e, effect == Permit)
	return sortProblems(l.problems)
}

type linter struct{ problems []celProblem }

// guards walks from left to right with the set of attributes known to be
// present.
func (l *linter) guards(e *expr, known uint64) {
	switch e.op {
	case opAttr:
		if e.attr.optional() && known&(1<<e.attr) == 0 {
			l.problems = append(l.problems, celProblem{e.at, "POL-GUARD",
				e.name + " may be absent; ask has(" + e.name + ") before it, as in has(x) && x, or !has(x) || x"})
		}
	case opAnd:
		for _, a := range e.args {
			l.guards(a, known)
			known |= presentIf(a, true)
		}
	case opOr:
		for _, a := range e.args {
			l.guards(a, known)
			known |= presentIf(a, false)
		}
	case opIf:
		l.guards(e.args[0], known)
		l.guards(e.args[1], known|presentIf(e.args[0], true))
		l.guards(e.args[2], known|presentIf(e.args[0], false))
	default:
		for _, a := range e.args {
			l.guards(a, known)
		}
	}
}

// presentIf returns the attributes that must be present when e has this value.
func presentIf(e *expr, value bool) uint64 {
	switch {
	case e.op == opHas && value:
		return 1 << e.attr
	case e.op == opNot:
		return presentIf(e.args[0], !value)
	case e.op == opAnd && value, e.op == opOr && !value:
		var all uint64
		for _, a := range e.args {
			all |= presentIf(a, value)
		}
		return all
	case e.op == opAnd, e.op == opOr:
		common := ^uint64(0)
		for _, a := range e.args {
			common &= presentIf(a, value)
		}
		return common
	}
	return 0
}

// signs checks on which side of a negation has() stands; want is true where
// its being true may only make the condition truer.
func (l *linter) signs(e *expr, want bool) {
	wrong := func(x *expr, why string) {
		l.problems = append(l.problems, celProblem{x.at, "POL-ABSENCE",
			"absence of " + x.name + " would help here: " + why})
	}
	switch e.op {
	case opHas:
		if !want {
			wrong(e, "a denial or a review asks !has(x) || ..., so that it fires when x is absent")
		}
	case opConst:
	case opAttr, opEqual, opNotEqual, opLess, opLessEq, opMore, opMoreEq, opIn, opHasAny, opHasAll:
		if helps := leaning(e); helps == leansEither || helps == leansUp && !want || helps == leansDown && want {
			l.unstated(e, "a permit asks that it is there, a denial or a review that it is not")
		}
		if e.op != opAttr {
			for _, a := range e.args {
				l.below(a)
			}
		}
	case opNot:
		l.negated(e.args[0], want)
	case opAnd, opOr:
		for _, a := range e.args {
			l.signs(a, want)
		}
	default:
		// Under any other operator the direction cannot be told.
		for _, a := range e.args {
			l.below(a)
		}
		if leaning(e) != leansNot {
			l.unstated(e, "it is asked for with in, hasAny, a comparison, !, && and || only")
		}
	}
}

// below reports has() where it is no condition of its own.
func (l *linter) below(e *expr) {
	e.each(func(x *expr) {
		if x.op == opHas {
			l.problems = append(l.problems, celProblem{x.at, "POL-ABSENCE",
				"absence of " + x.name + " would help here: has() is used only with !, && and ||"})
		}
	})
}

// unstated reports a condition that what is not stated could turn the wrong way.
func (l *linter) unstated(e *expr, why string) {
	for a := range attributes {
		if e.reads()&unstatedAttrs&(1<<a) != 0 {
			l.problems = append(l.problems, celProblem{e.at, "POL-ABSENCE",
				"not stating " + attributes[a].name + " would help here: " + why})
		}
	}
}

// unstatedAttrs are the attributes that are always there, and false, empty, 0 or
// none when nobody states them, in which more helps the subject. Class and
// standing are not among them: they begin at raw and candidate, which a rule of
// their own denies.
const unstatedAttrs = 1<<attrSubjectTrained | 1<<attrControl | 1<<attrModelCard | 1<<attrExplained |
	1<<attrConsentPurposes | 1<<attrApprovalCount | 1<<attrApprovalRoles |
	1<<attrReviewDone | 1<<attrReviewRole | 1<<attrReviewRationale

// A lean says what stating an unstated attribute does to a condition.
type lean uint8

const (
	leansNot    lean = iota // nothing: it reads none
	leansUp                 // it can only become true
	leansDown               // it can only become false
	leansEither             // cannot be told
)

func (v lean) opposite() lean {
	switch v {
	case leansUp:
		return leansDown
	case leansDown:
		return leansUp
	}
	return v
}

// leaning returns how a condition without logic in it leans.
func leaning(e *expr) lean {
	if e.reads()&unstatedAttrs == 0 {
		return leansNot
	}
	switch e.op {
	case opAttr:
		return leansUp
	case opHasAny, opHasAll:
		return leansUp
	case opIn:
		switch in := e.args[1]; {
		case in.op == opAttr && e.args[0].reads()&unstatedAttrs == 0:
			return leansUp
		case in.op == opList && in.reads() == 0 && !holdsZero(in) && e.args[0].kind == kindEnum:
			return leansUp
		}
		return leansEither
	}
	if len(e.args) != 2 || e.op < opEqual || e.op > opMoreEq {
		return leansEither
	}
	l, r, o := e.args[0], e.args[1], e.op
	if l.reads()&unstatedAttrs == 0 {
		l, r, o = r, l, mirrored(o)
	}
	if l.op != opAttr && !(l.op == opSize && l.args[0].op == opAttr) || r.reads()&unstatedAttrs != 0 {
		return leansEither
	}
	switch o {
	case opMore, opMoreEq:
		return leansUp
	case opLess, opLessEq:
		return leansDown
	}
	up := leansEither
	switch {
	case l.kind == kindEnum && r.op == opAttr: // nobody asks in no role
		up = leansUp
	case r.op == opConst && r.num != 0 && l.kind == kindInt: // two approvals are not "more" than three
	case r.op == opConst && r.num != 0:
		up = leansUp
	case r.op == opConst:
		up = leansDown
	}
	if o == opNotEqual {
		return up.opposite()
	}
	return up
}

func holdsZero(list *expr) bool {
	for _, a := range list.args {
		if a.num == 0 && a.kind != kindText {
			return true
		}
	}
	return false
}

// mirrored returns the operator that says the same of the operands in the other
// order.
func mirrored(o op) op {
	switch o {
	case opLess:
		return opMore
	case opLessEq:
		return opMoreEq
	case opMore:
		return opLess
	case opMoreEq:
		return opLessEq
	}
	return o
}

// negated is signs below a negation.
func (l *linter) negated(e *expr, want bool) {
	wrong := celProblem{e.at, "POL-ABSENCE", ""}
	switch e.op {
	case opHas:
		if want {
			wrong.message = "absence of " + e.name + " would help here: a permit asks has(x) && ..., so that it does not fire when x is absent"
			l.problems = append(l.problems, wrong)
		}
	case opNot:
		l.signs(e.args[0], want)
	case opAnd, opOr:
		for _, a := range e.args {
			l.negated(a, want)
		}
	default:
		l.signs(e, !want)
	}
}
