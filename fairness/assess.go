package fairness

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

func sha(b []byte) Digest { return sha256.Sum256(b) }

// An Assessment is everything that one call needs to check one signal.
type Assessment struct {
	Spec   Spec
	Policy Policy
	Window coaching.Window // the days that the data cover
	People []Observation
	// Seed is the text that the review sample was drawn with. With it, a result
	// for somebody who was not drawn is an error, its group is that of the draw,
	// and while a drawn case has no result the review does not pass; without it
	// the report says that nothing ties the review to a draw.
	Seed    string
	Reviews []ReviewResult
}

// Assess counts the people, evaluates the reviews and carries out the three
// steps. The order of people and reviews does not matter; nothing is kept or
// changed. Errors are those of NewTable, Add, DrawSample and Check.
func Assess(a Assessment) (*Report, error) {
	t, err := NewTable(a.Spec)
	if err != nil {
		return nil, err
	}
	for i, o := range a.People {
		if err := t.Add(o); err != nil {
			return nil, fmt.Errorf("fairness: person %d: %w", i, err)
		}
	}
	undone, reviews := 0, slices.Clone(a.Reviews)
	if a.Seed != "" {
		cases, err := DrawSample(a.Spec, a.Policy, a.Seed, a.People)
		if err != nil {
			return nil, err
		}
		drawn := make(map[coaching.PersonID]Case, len(cases))
		for _, c := range cases {
			drawn[c.Person] = c
		}
		undone = len(drawn)
		for i, r := range reviews {
			c, ok := drawn[r.Person]
			if !ok || c.Flagged != r.Flagged {
				return nil, fmt.Errorf("fairness: review result %d is of a person who was not drawn, or not on this side of the flag", i)
			}
			reviews[i].Group = c.Group
			undone--
		}
	}
	r, err := Check(t, reviews, a.Window, a.Policy)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Seed == "" && len(a.Reviews) > 0:
		r.find("FAI-002", coaching.Info, "review", "nothing ties the reviewed cases to a draw: they may have been chosen")
	case undone > 0:
		r.find("FAI-002", coaching.Warning, "review", "%d drawn cases have no result: those left out may differ from those reviewed, so the review is no pass", undone)
		if r.Verdict == Pass {
			r.Verdict, r.Standing = Insufficient, signal.Restricted
			if a.Policy.OnInsufficient == PauseSignal {
				r.Standing = signal.Paused
			}
		}
		if r.Review.Verdict == Pass {
			r.Review.Verdict = Insufficient
		}
	}
	r.Findings.Sort()
	r.seal = r.digest()
	return r, nil
}
