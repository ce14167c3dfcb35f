package main

import (
	"fmt"

	"github.com/coachgov/coaching/governance"
)

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

// timeLoad reads, checks and compiles 1,000 rules. Of more than 200 rules a load
// proves no canaries and does not look into which rules can fire or overlap: that
// time is not in it.
func timeLoad(rounds int) (result, error) {
	const n = 1_000
	files := policyFiles(n/programmes(len(rules))+1, n)
	took, err := turns(min(rounds, 5), repeat(func() error { _, _, err := governance.Stack(files...); return err }))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: fmt.Sprintf("%d KB", len(files[0].Data)/1000), value: took[0].least / 1e9, median: took[0].median / 1e9, unit: "s"}, nil
}
