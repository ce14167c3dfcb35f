package main

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// A contestant decides requests that it has been given before the clock starts.
type contestant interface {
	// decide answers the i-th request.
	decide(i int) (governance.Outcome, error)
	// fired returns the rules that fired for the request decided last, and whether
	// that is all of them.
	fired() (set uint32, all bool)
}

// handWritten is the physical limit.
type handWritten struct {
	requests []*governance.Request
	set      uint32
}

func (h *handWritten) decide(i int) (out governance.Outcome, err error) {
	out, h.set = hand(h.requests[i])
	return out, nil
}
func (h *handWritten) fired() (uint32, bool) { return h.set, true }

// library decides with a policy, from the request as a host holds it: that it
// checks the request, its consents, approvals and review is part of its time.
type library struct {
	of       programmes
	policy   *governance.Policy
	requests []*governance.Request
	decision governance.Decision
}

func newLibrary(of programmes, n int, requests []*governance.Request) (*library, error) {
	p, report, err := governance.Stack(policyFiles(of, n)...)
	if err != nil {
		return nil, err
	}
	if len(report.Rules) != n {
		return nil, fmt.Errorf("bench: %d rules fit into the files, want %d", len(report.Rules), n)
	}
	for _, r := range report.Rules {
		if r.Fallback {
			return nil, fmt.Errorf("bench: rule %s is left to the CEL engine", r.ID)
		}
	}
	return &library{of: of, policy: p, requests: requests}, nil
}

func (l *library) decide(i int) (governance.Outcome, error) {
	l.policy.DecideInto(l.requests[i], &l.decision)
	return l.decision.Outcome, nil
}

func (l *library) fired() (set uint32, all bool) {
	for i := range l.decision.Reasons {
		id := l.decision.Reasons[i].Rule
		if l.of > 0 {
			_, id, _ = strings.Cut(id, ".") // the programme
		}
		for b := range rules {
			if id == rules[b].id {
				set |= 1 << b
			}
		}
	}
	return set, true
}

// contestants returns all of them, each with the requests, by name; the library
// first, then those beside it in the order of their speed.
func contestants(requests []*governance.Request) (names []string, all map[string]contestant, err error) {
	all = map[string]contestant{}
	add := func(name string, c contestant, failed error) {
		names = append(names, name)
		all[name] = c
		if err == nil {
			err = failed
		}
	}
	ours, failed := newLibrary(0, len(rules), requests)
	add("governance", ours, failed)
	add("hand", &handWritten{requests: requests}, nil)
	programs, failed := newExpr(requests)
	add("expr", programs, failed)
	sets, failed := newCedar(requests)
	add("cedar", sets, failed)
	parsed, failed := newOPA(true, requests)
	add("opa-parsed", parsed, failed)
	mapped, failed := newOPA(false, requests)
	add("opa", mapped, failed)
	enforcers, failed := newCasbin(requests)
	add("casbin", enforcers, failed)
	return names, all, err
}

// disagreement returns the first request to which two contestants answer
// differently, or name different rules as having fired, as an error.
func disagreement(requests []*governance.Request) error {
	names, all, err := contestants(requests)
	if err != nil {
		return err
	}
	for i, r := range requests {
		want, set := hand(r)
		for _, name := range names {
			got, err := all[name].decide(i)
			if err != nil {
				return err
			}
			if fired, whole := all[name].fired(); got != want || whole && fired != set || fired&^set != 0 {
				return fmt.Errorf("bench: of request %d %s says %s for rules %016b, by hand it is %s for %016b\n%+v", i, name, got, fired, want, set, *r)
			}
		}
	}
	return nil
}
