package main

import "math/rand/v2"

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
	return append([]contest{
		{"decision-hand", atMost, 10, raceDecision("hand", false)},
		{"decision-hand-plain", atMost, 10, raceDecision("hand", true)},
		{"decision-digest", shown, 0, weighDigest},
		{"decision-allocations", atMost, 0, countAllocations},
		{"decision-expr", atLeast, 15, raceDecision("expr", false)},
		{"decision-expr-plain", atLeast, 15, raceDecision("expr", true)},
		{"decision-cedar", atLeast, 40, raceDecision("cedar", false)},
		{"decision-cedar-plain", atLeast, 40, raceDecision("cedar", true)},
		{"decision-opa", atLeast, 200, raceDecision("opa", false)},
		{"decision-opa-plain", atLeast, 200, raceDecision("opa", true)},
		{"decision-opa-parsed", shown, 0, raceDecision("opa-parsed", false)},
		{"decision-casbin", shown, 0, raceDecision("casbin", false)},
		{"rules-10000", atMost, 5, raceManyRules},
		{"rules-memory", atMost, 1024, weighRules},
		{"two-goroutines", atLeast, 0.95, raceTogether},
		{"load-1000", atMost, 0.3, timeLoad},
		{"proof-choices", atMost, 20e6, countChoices},
		{"proof-time", atMost, 5, timeProof},
		{"read-narrow", atLeast, 150, func(rounds int) (result, error) { return raceRead(rounds, narrow()) }},
		{"read-wide", atLeast, 150, func(rounds int) (result, error) { return raceRead(rounds, wide()) }},
		{"group-means", atMost, 0.5, raceMeans},
		{"fairness-count", atLeast, 5, raceNumpy(false)},
		{"fairness-count-narrow", shown, 0, raceNumpy(true)},
		{"fairness-row", atMost, 1, timeRows},
		{"fairness-memory", atMost, 64, weighCount},
		{"fairness-strings", atMost, 60, timeStrings},
		{"fairness-evaluate", atMost, 5, timeEvaluate},
		{"fairness-bootstrap", atMost, 50, raceBootstrap},
		{"fairness-interval", atMost, 3, timeInterval},
		{"pilot-plan", atMost, 20, timePilot},
		{"pilot-programme", atMost, 20, timeProgramme},
		{"pilot-space", atMost, 1, timeSpace},
		{"statement", atMost, 50, timeStatement},
		{"statements-100000", atMost, 6, weighStatements},
		{"effect-group-time", atMost, 0.5, raceGroupTime},
		{"effect-long", atMost, 30, raceRandomTiming(1, "282 ms R staggered")},
		{"effect-interval", atMost, 50, timeInterval24},
		{"effect-waves", atMost, 100, timeWaves16},
		{"effect-long-10", atMost, 200, raceRandomTiming(10, "2581 ms R staggered")},
	}, falseContests()...)
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
	near, err := edges()
	if err != nil {
		return 0, err
	}
	requests = append(append(requests, near...), more...)
	return len(requests), disagreement(requests)
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
