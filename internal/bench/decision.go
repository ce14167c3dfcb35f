package main

import (
	"fmt"
	"math"
	"slices"

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

// raceDecision races the library against another contestant over the twelve
// shapes, or over the plain ones: those without an approval or a review. What such
// a one costs the library is for the most part a hash, by which it checks that the
// yes is to this very request. The hand-written code makes it as well; the peers
// are given the result.
func raceDecision(name string, plain bool) func(int) (result, error) {
	return func(rounds int) (result, error) {
		requests, err := shapeRequests()
		if err != nil {
			return result{}, err
		}
		if plain {
			requests = slices.DeleteFunc(requests, func(r *governance.Request) bool { return len(r.Approvals) > 0 || r.Review.Approved })
		}
		_, all, err := contestants(requests)
		if err != nil {
			return result{}, err
		}
		took, err := turns(rounds, decisions(all["governance"], len(requests)), decisions(all[name], len(requests)))
		if err != nil {
			return result{}, err
		}
		ours, other := took[0].each(len(requests)), took[1].each(len(requests))
		r := result{ours: ours.String(), other: other.String(), value: other.least / ours.least, median: other.median / ours.median, unit: "x", note: fmt.Sprintf("%d shapes", len(requests))}
		if name == "hand" { // the one that is faster
			r.value, r.median = 1/r.value, 1/r.median
		}
		return r, nil
	}
}

// weighDigest shows what part of the library's time over the shapes goes into
// digests of requests: where an approval or a review is to be compared with this
// very request, and where the answer says what one would have to hold. The peers
// are given the result of the one and are not asked for the other.
func weighDigest(rounds int) (result, error) {
	requests, err := shapeRequests()
	if err != nil {
		return result{}, err
	}
	ours, err := newLibrary(0, len(rules), requests)
	if err != nil {
		return result{}, err
	}
	var bound []*governance.Request
	for _, r := range requests {
		if out, _ := hand(r); out == governance.Review || len(r.Approvals) > 0 || r.Review.Approved {
			bound = append(bound, r)
		}
	}
	took, err := turns(rounds, decisions(ours, len(requests)), func(n int) error {
		for i := range n * len(bound) {
			if bound[i%len(bound)].Digest() == "" {
				return fmt.Errorf("bench: request %d has no digest", i)
			}
		}
		return nil
	})
	if err != nil {
		return result{}, err
	}
	all, part := took[0].each(len(requests)), took[1].each(len(requests))
	return result{ours: all.String(), other: part.String() + " digests", value: part.least / all.least, median: part.median / all.median, unit: "of it",
		note: fmt.Sprintf("%d of %d shapes", len(bound), len(requests))}, nil
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
