package main

import (
	"fmt"
	"math"

	"github.com/coachgov/coaching/governance"
)

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
	alone, both, err := together(2*rounds, []work{decisions(one, len(requests)), decisions(two, len(requests))})
	if err != nil {
		return result{}, err
	}
	alone, both = alone.each(len(requests)), both.each(len(requests))
	return result{ours: both.String(), other: alone.String() + " alone", value: alone.least / both.least, median: alone.median / both.median, unit: "of one"}, nil
}
