package governance

// lint returns what is wrong with a condition beyond its types: reads of
// attributes that may be absent, and conditions in which absence would help.
//
// A denial or a review must fire when what it asks about is absent, a permit
// must not. That holds when every optional attribute is read only where has()
// is known to be true, and has() stands where its being false can only make a
// denial or a review truer, and a permit falser.
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
		if at := attributes[e.attr]; at.optional && known&(1<<e.attr) == 0 {
			l.problems = append(l.problems, celProblem{e.at, "POL-GUARD",
				at.name + " may be absent; ask has(" + at.name + ") before it, as in has(x) && x, or !has(x) || x"})
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
			"absence of " + attributes[x.attr].name + " would help here: " + why})
	}
	switch e.op {
	case opHas:
		if !want {
			wrong(e, "a denial or a review asks !has(x) || ..., so that it fires when x is absent")
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
			a.each(func(x *expr) {
				if x.op == opHas {
					wrong(x, "has() is used only with !, && and ||")
				}
			})
		}
	}
}

// negated is signs below a negation.
func (l *linter) negated(e *expr, want bool) {
	wrong := celProblem{e.at, "POL-ABSENCE", ""}
	switch e.op {
	case opHas:
		if want {
			wrong.message = "absence of " + attributes[e.attr].name + " would help here: a permit asks has(x) && ..., so that it does not fire when x is absent"
			l.problems = append(l.problems, wrong)
		}
	case opNot:
		l.signs(e.args[0], want)
	case opAnd, opOr:
		for _, a := range e.args {
			l.negated(a, want)
		}
	default:
		l.signs(e, want)
	}
}
