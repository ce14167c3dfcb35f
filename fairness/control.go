package fairness

import (
	"errors"
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// MaxControlDays is the longest that a compensating control holds before
// somebody must look at it again.
const MaxControlDays = 90

// A Control is what a person does so that a signal with insufficient evidence
// does no harm: look at each flag before a coach sees it, ask the intake
// question. It is approved by somebody other than its owner.
type Control struct {
	Control  string            `json:"control"` // what is done, in a sentence
	Owner    coaching.PersonID `json:"owner"`
	Approver coaching.PersonID `json:"approver"`
	Evidence string            `json:"evidence"` // where it can be seen that it is done
	From     coaching.Date     `json:"from"`
	Expires  coaching.Date     `json:"expires"` // the last day on which it holds, at most 90 days after From
}

// Validate returns nil, or everything that is wrong with the control.
func (c Control) Validate() error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("fairness: control: "+format, args...))
	}
	if strings.TrimSpace(c.Control) == "" || strings.TrimSpace(c.Evidence) == "" {
		wrong("want what is done, and where it can be seen that it is")
	}
	if len(c.Control)+len(c.Evidence) > 8192 {
		wrong("text of %d bytes, want at most 8192", len(c.Control)+len(c.Evidence))
	}
	if c.Owner.IsZero() || c.Approver.IsZero() {
		wrong("want an owner and an approver")
	} else if c.Owner == c.Approver {
		wrong("the approver is the owner, want two people")
	}
	if c.From.IsZero() || c.Expires.IsZero() || c.Expires.Before(c.From) {
		wrong("from %v to %v, want two days in order", c.From, c.Expires)
	} else if days := c.From.DaysUntil(c.Expires); days > MaxControlDays {
		wrong("holds for %d days, want at most %d", days, MaxControlDays)
	}
	return errors.Join(problems...)
}

// HoldsOn reports whether a valid control holds on the day.
func (c Control) HoldsOn(d coaching.Date) bool {
	return c.Validate() == nil && !d.Before(c.From) && !d.After(c.Expires)
}
