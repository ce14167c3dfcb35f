package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/coachgov/coaching/governance"
)

// A result is what a contest found: what the library and the other took, least and
// median, and the value that is held against the budget.
type result struct {
	ours, other string
	value       float64
	unit        string  // of the value
	median      float64 // the value from the medians; 0 when there is none
	note        string
}

// A bound says how a value is held against a budget.
type bound uint8

const (
	shown bound = iota // it is not
	atMost
	atLeast
)

func (b bound) met(value, budget float64) bool {
	return b == shown || b == atMost && value <= budget || b == atLeast && value >= budget
}

// A contest is one line.
type contest struct {
	name   string
	bound  bound
	budget float64
	run    func(rounds int) (result, error)
}

// contests returns all of them, in the order in which they are printed.
func contests() []contest {
	return []contest{
		{"decision-hand", atMost, 10, raceHand(func(*governance.Request) bool { return true })},
		{"decision-hand-plain", atMost, 10, raceHand(func(r *governance.Request) bool { return len(r.Approvals) == 0 && !r.Review.Approved })},
		{"decision-allocations", atMost, 0, countAllocations},
		{"decision-expr", atLeast, 15, racePeer("expr")},
		{"decision-cedar", atLeast, 40, racePeer("cedar")},
		{"decision-opa", atLeast, 200, racePeer("opa")},
		{"decision-opa-parsed", shown, 0, racePeer("opa-parsed")},
		{"decision-casbin", shown, 0, racePeer("casbin")},
		{"rules-10000", atMost, 5, raceManyRules},
		{"rules-memory", atMost, 1024, weighRules},
		{"two-goroutines", atLeast, 0.95, raceTogether},
		{"load-1000", atMost, 0.3, timeLoad},
		{"proof-choices", atMost, 20e6, countChoices},
		{"proof-time", atMost, 5, timeProof},
		{"read-narrow", atLeast, 150, func(rounds int) (result, error) { return raceRead(rounds, narrow()) }},
		{"read-wide", atLeast, 150, func(rounds int) (result, error) { return raceRead(rounds, wide()) }},
		{"group-means", atMost, 0.5, raceMeans},
	}
}

// checkAnswers compares the contestants over the shapes and some more requests.
func checkAnswers() (int, error) {
	requests, err := shapeRequests()
	if err != nil {
		return 0, err
	}
	more, err := draw(rand.New(rand.NewPCG(1, 2)), 500)
	if err != nil {
		return 0, err
	}
	requests = append(requests, more...)
	return len(requests), disagreement(requests)
}

func shapeRequests() ([]*governance.Request, error) {
	all, err := shapes()
	if err != nil {
		return nil, err
	}
	var requests []*governance.Request
	for _, s := range all {
		requests = append(requests, s.done())
	}
	return requests, nil
}

// repeat makes a work of something that is done once.
func repeat(do func() error) work {
	return func(n int) error {
		for range n {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}
}

// decisions is the work of deciding n times over the requests, one after another.
func decisions(c contestant, requests int) work {
	return func(n int) error {
		for i := range n * requests {
			if _, err := c.decide(i % requests); err != nil {
				return err
			}
		}
		return nil
	}
}

// each divides what a pass over the requests took.
func (f figure) each(requests int) figure {
	return figure{f.least / float64(requests), f.median / float64(requests)}
}

// raceHand races the library against the hand-written Go over those of the twelve
// shapes that are wanted. Both hash a request that carries an approval or a review,
// which is most of what such a one costs the hand-written code: the plain ones show
// the rules alone.
func raceHand(want func(*governance.Request) bool) func(int) (result, error) {
	return func(rounds int) (result, error) {
		all, err := shapeRequests()
		if err != nil {
			return result{}, err
		}
		var requests []*governance.Request
		for _, r := range all {
			if want(r) {
				requests = append(requests, r)
			}
		}
		ours, err := newLibrary(0, len(rules), requests)
		if err != nil {
			return result{}, err
		}
		took, err := turns(rounds, decisions(ours, len(requests)), decisions(&handWritten{requests: requests}, len(requests)))
		if err != nil {
			return result{}, err
		}
		a, b := took[0].each(len(requests)), took[1].each(len(requests))
		return result{ours: a.String(), other: b.String(), value: a.least / b.least, median: a.median / b.median, unit: "x", note: fmt.Sprintf("%d shapes", len(requests))}, nil
	}
}

// racePeer races the library against a peer over the twelve shapes.
func racePeer(name string) func(int) (result, error) {
	return func(rounds int) (result, error) {
		requests, err := shapeRequests()
		if err != nil {
			return result{}, err
		}
		_, all, err := contestants(requests)
		if err != nil {
			return result{}, err
		}
		took, err := turns(rounds, decisions(all["governance"], len(requests)), decisions(all[name], len(requests)))
		if err != nil {
			return result{}, err
		}
		a, b := took[0].each(len(requests)), took[1].each(len(requests))
		return result{ours: a.String(), other: b.String(), value: b.least / a.least, median: b.median / a.median, unit: "x"}, nil
	}
}

func countAllocations(int) (result, error) {
	requests, err := shapeRequests()
	if err != nil {
		return result{}, err
	}
	ours, err := newLibrary(0, len(rules), requests)
	if err != nil {
		return result{}, err
	}
	total, by := 0.0, ""
	for i := range requests {
		n, err := allocations(repeat(func() error { _, err := ours.decide(i); return err }), 1_000)
		if err != nil {
			return result{}, err
		}
		n = math.Round(n)
		total += n
		by += fmt.Sprintf(" %.0f", n)
	}
	return result{ours: fmt.Sprintf("%.0f in all", total), value: total / float64(len(requests)), unit: "a decision", note: "by shape" + by}, nil
}

// many is how many programmes there are in the policy of 10,000 rules.
const many, manyRules = 10_000 / programmes(len(rules)), 10_000

// manyRequests returns the twelve shapes, each in another of the many programmes.
func manyRequests() ([]*governance.Request, error) {
	all, err := shapes()
	if err != nil {
		return nil, err
	}
	var requests []*governance.Request
	for i, s := range all {
		name := programme(i * int(many) / len(all))
		s.request.Subject.Programme, s.request.Resource.Programme = name, name
		requests = append(requests, s.done())
	}
	return requests, nil
}

// newManyRules loads the policy of 10,000 rules, and checks that it gives the
// answers that are wanted.
func newManyRules() (*library, error) {
	requests, err := manyRequests()
	if err != nil {
		return nil, err
	}
	l, err := newLibrary(many, manyRules, requests)
	if err != nil {
		return nil, err
	}
	for i, r := range requests {
		want, set := hand(r)
		if got, _ := l.decide(i); got != want {
			return nil, fmt.Errorf("bench: with %d rules the answer to shape %d is %s, want %s", manyRules, i, got, want)
		}
		if got, _ := l.fired(); got != set {
			return nil, fmt.Errorf("bench: with %d rules %016b fire for shape %d, want %016b", manyRules, got, i, set)
		}
	}
	return l, nil
}

// raceManyRules races 10,000 rules against 16.
func raceManyRules(rounds int) (result, error) {
	ours, err := newManyRules()
	if err != nil {
		return result{}, err
	}
	few, err := newLibrary(0, len(rules), ours.requests)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds, decisions(ours, len(ours.requests)), decisions(few, len(ours.requests)))
	if err != nil {
		return result{}, err
	}
	a, b := took[0].each(len(ours.requests)), took[1].each(len(ours.requests))
	return result{ours: a.String(), other: b.String() + " of 16", value: a.least / b.least, median: a.median / b.median, unit: "x"}, nil
}

// weighRules weighs what 10,000 rules keep alive.
func weighRules(int) (result, error) {
	_, bytes, err := retained(newManyRules)
	if err != nil {
		return result{}, err
	}
	return result{ours: fmt.Sprintf("%.1f MB", bytes/1e6), other: fmt.Sprintf("%d rules", manyRules), value: bytes / manyRules, unit: "bytes"}, nil
}

// raceTogether compares the processor time of a decision when one goroutine
// decides with that when two do, over one policy.
func raceTogether(rounds int) (result, error) {
	requests, err := shapeRequests()
	if err != nil {
		return result{}, err
	}
	one, err := newLibrary(0, len(rules), requests)
	if err != nil {
		return result{}, err
	}
	two := &library{policy: one.policy, requests: requests}
	alone, both, err := together(rounds, []work{decisions(one, len(requests)), decisions(two, len(requests))})
	if err != nil {
		return result{}, err
	}
	alone, both = alone.each(len(requests)), both.each(len(requests))
	return result{ours: both.String(), other: alone.String() + " alone", value: alone.least / both.least, median: alone.median / both.median, unit: "of one"}, nil
}

// timeLoad reads, checks and compiles 1,000 rules.
func timeLoad(rounds int) (result, error) {
	const n = 1_000
	files := policyFiles(n/programmes(len(rules))+1, n)
	took, err := turns(min(rounds, 5), repeat(func() error { _, _, err := governance.Stack(files...); return err }))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: fmt.Sprintf("%d KB", len(files[0].Data)/1000), value: took[0].least / 1e9, median: took[0].median / 1e9, unit: "s"}, nil
}

// countChoices counts the choices that the proof of the built-in policy takes.
func countChoices(int) (result, error) {
	proof, err := proveBuiltIn()
	if err != nil {
		return result{}, err
	}
	return result{ours: fmt.Sprintf("%d invariants", len(proof.Results)), other: fmt.Sprintf("%.0e classes", proof.Classes), value: float64(proof.States), unit: "choices"}, nil
}

func proveBuiltIn() (*governance.Proof, error) {
	p, _, err := governance.BuiltIn()
	if err != nil {
		return nil, err
	}
	proof, err := p.Prove()
	if err == nil && !proof.Holds() {
		err = fmt.Errorf("bench: the built-in policy is not proved:\n%s", proof.Text())
	}
	return proof, err
}

func timeProof(rounds int) (result, error) {
	p, _, err := governance.BuiltIn()
	if err != nil {
		return result{}, err
	}
	took, err := turns(min(rounds, 3), repeat(func() error { _, err := p.Prove(); return err }))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), value: took[0].least / 1e9, median: took[0].median / 1e9, unit: "s"}, nil
}
