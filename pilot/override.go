package pilot

import (
	"strings"

	"github.com/coachgov/coaching"
)

// An Override is a decision against what the rules came to. It is the sponsor's,
// and somebody else has reviewed it.
type Override struct {
	Recommended Outcome           `json:"recommended"` // what the rules came to; filled in by [Decision.Override]
	To          Outcome           `json:"to"`
	Sponsor     coaching.PersonID `json:"sponsor"`
	Reviewer    coaching.PersonID `json:"reviewer"` // not the sponsor
	Reason      string            `json:"reason"`
	On          coaching.Date     `json:"on"`
}

// sprint reports whether an outcome is one of a learning sprint.
func (o Outcome) sprint() bool { return o == ProceedToPilot || o == Repeat || o == Stop }

// Override returns the decision with another outcome and the record of who
// wanted it, with a warning that stays on it. It is refused, with the decision
// as it was and every reason (PIL-160), without a sponsor, another reviewer, a
// reason and a day; for a second time; when the design was not followed; from a
// pilot's outcome to a sprint's or back; and for GO and SCOPED_GO while evidence
// is missing, governance is not clean or GO is barred: an override weighs the
// evidence otherwise, it does not take its place.
func (d Decision) Override(o Override) (Decision, coaching.Findings) {
	var fs coaching.Findings
	refuse := func(when bool, format string, args ...any) {
		if when {
			fs = append(fs, errorf("PIL-160", "", "override: "+format, args...))
		}
	}
	refuse(o.Sponsor.IsZero(), "no sponsor wants it")
	refuse(o.Reviewer.IsZero(), "nobody reviewed it")
	refuse(!o.Reviewer.IsZero() && o.Reviewer == o.Sponsor, "the sponsor reviewed it; want somebody else")
	refuse(strings.TrimSpace(o.Reason) == "", "no reason is given")
	refuse(o.On.IsZero(), "no day is given")
	refuse(d.Against != nil, "the decision was overridden before")
	refuse(o.To > Stop || o.To == d.Outcome || o.To == Invalid, "%s cannot become %s", d.Outcome, o.To)
	refuse(d.Outcome == Invalid, "the design was not followed, so there is no result to weigh otherwise")
	refuse(o.To.sprint() != d.Outcome.sprint(), "a learning sprint and a pilot do not end in the same outcomes")
	if o.To == Go || o.To == ScopedGo {
		for _, c := range d.Criteria {
			refuse(c.Status == Missing, "%s is missing, and missing evidence is never a pass", c.ID)
		}
		refuse(d.Criteria[5].Status == Fail, "governance is not clean")
		refuse(d.Barred != "", "%s", d.Barred)
	}
	if fs.Sort(); len(fs) > 0 {
		return d, fs
	}
	o.Recommended = d.Outcome
	d.Against, d.Outcome, d.Why = &o, o.To, "the sponsor decided against the recommendation "+o.Recommended.String()
	d.Findings = append(coaching.Findings{warnf("PIL-160", "", "decided against the recommendation %s; somebody other than the sponsor reviewed it", o.Recommended)}, d.Findings...)
	d.Findings.Sort()
	return d, nil
}
