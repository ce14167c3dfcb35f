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
	reviews, undone := a.Reviews, 0
	if a.Seed != "" {
		cases, err := DrawSample(a.Spec, a.Policy, a.Seed, a.People)
		if err != nil {
			return nil, err
		}
		if reviews, undone, err = tie(a.Reviews, cases); err != nil {
			return nil, err
		}
	}
	r, err := Check(t, reviews, a.Window, a.Policy)
	if err != nil {
		return nil, err
	}
	r.explainDraw(a.Seed != "", len(a.Reviews), undone)
	r.Findings.Sort()
	r.seal = r.digest()
	return r, nil
}

// tie returns the results with the groups of the draw, and how many drawn cases
// have none. A result for somebody who was not drawn is an error.
func tie(results []ReviewResult, cases []Case) (tied []ReviewResult, undone int, err error) {
	drawn := make(map[coaching.PersonID]Case, len(cases))
	for _, c := range cases {
		drawn[c.Person] = c
	}
	tied = slices.Clone(results)
	for i, r := range tied {
		c, ok := drawn[r.Person]
		if !ok || c.Flagged != r.Flagged {
			return nil, 0, fmt.Errorf("fairness: review result %d is of a person who was not drawn, or not on this side of the flag", i)
		}
		tied[i].Group = c.Group
	}
	return tied, len(drawn) - len(tied), nil
}

// explainDraw says what ties the reviewed cases to a draw, and takes back a pass
// while drawn cases have no result.
func (r *Report) explainDraw(tied bool, results, undone int) {
	switch {
	case !tied && results > 0:
		r.find("FAI-002", coaching.Info, "review", "nothing ties the reviewed cases to a draw: they may have been chosen")
	case undone > 0:
		r.find("FAI-002", coaching.Warning, "review", "%d drawn cases have no result: those left out may differ from those reviewed, so the review is no pass", undone)
		r.doubt()
		if r.Review.Verdict == Pass {
			r.Review.Verdict = Insufficient
		}
	}
}

// doubt turns a pass into insufficient evidence, and what follows from it.
func (r *Report) doubt() {
	if r.Verdict != Pass {
		return
	}
	r.Verdict = Insufficient
	if r.Standing == signal.Cleared {
		r.Standing = signal.Restricted
		if r.policy.OnInsufficient == PauseSignal {
			r.Standing = signal.Paused
		}
	}
}
