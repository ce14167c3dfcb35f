package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/coachgov/coaching/governance"
)

// programs is expr: one program for a rule, and around them the loop, the index by
// action and the combination that a host writes.
type programs struct {
	by    map[string][]int // action: rules
	all   []*vm.Program
	facts []*Facts
	vm    vm.VM
	set   uint32
}

func newExpr(requests []*governance.Request) (*programs, error) {
	e := &programs{by: map[string][]int{}}
	for i := range rules {
		r := &rules[i]
		text := r.expr
		if r.roles != "" {
			text = "SubjectRole in [" + list(r.roles, `"`) + "] && " + text
		}
		program, err := expr.Compile(text, expr.Env(&Facts{}), expr.AsBool())
		if err != nil {
			return nil, fmt.Errorf("bench: expr %s: %w", r.id, err)
		}
		e.all = append(e.all, program)
		for a := governance.View; a <= governance.Purge; a++ {
			if r.actions == "" || slices.Contains(strings.Fields(r.actions), a.String()) {
				e.by[a.String()] = append(e.by[a.String()], i)
			}
		}
	}
	for _, r := range requests {
		e.facts = append(e.facts, factsOf(r))
	}
	return e, nil
}

func (e *programs) decide(i int) (governance.Outcome, error) {
	e.set = 0
	for _, rule := range e.by[e.facts[i].Action] {
		v, err := e.vm.Run(e.all[rule], e.facts[i])
		if err != nil {
			return governance.Deny, err
		}
		if v == true {
			e.set |= 1 << rule
		}
	}
	return combine(e.set), nil
}

func (e *programs) fired() (uint32, bool) { return e.set, true }
