package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// A Report says what a policy holds and how it was checked.
type Report struct {
	File     string            `json:"file"`               // the base
	Findings coaching.Findings `json:"findings,omitempty"` // sorted
	Digest   string            `json:"digest,omitempty"`   // of the policy; "" when there is none
	ID       string            `json:"id,omitempty"`
	Version  string            `json:"version,omitempty"`
	Owner    string            `json:"owner,omitempty"`
	Layers   []Layer           `json:"layers,omitempty"` // the files of the stack, in its order
	Params   []Param           `json:"params,omitempty"` // by id
	Rules    []RuleReport      `json:"rules,omitempty"`  // by effect, then id
	Tests    int               `json:"tests"`            // tests in the file
	Passed   int               `json:"passed"`           // of which these passed
	Floors   []string          `json:"floors,omitempty"` // what the code holds whatever the policy says
	// Proof holds what became of the file's invariants, in their order, then of
	// the [Canaries], and of absence last. Of a policy of more than 200 rules only
	// the invariants are asked, and absence where there are any; the others are
	// there as unproved, so that the proof does not hold. [Policy.Prove] asks them.
	Proof *Proof `json:"proof,omitempty"`
	// Overlaps holds the permits and denials that can fire together, each with a
	// request for which they do, by permit, then denial.
	Overlaps []Overlap `json:"overlaps,omitempty"`
	// Surveyed is true when every rule was looked at for whether it can fire and
	// decide, and every permit and denial for whether they overlap; false for a
	// policy of too many rules, or where that took too long.
	Surveyed bool `json:"surveyed"`
}

// A RuleReport is one rule of a policy.
type RuleReport struct {
	ID       string   `json:"id"`
	Effect   Outcome  `json:"effect"`
	Code     string   `json:"code"`
	When     string   `json:"when"`               // in canonical form
	Controls []string `json:"controls,omitempty"` // as the policy lists them
	Tests    int      `json:"tests"`              // tests of the file in which the rule fired
	// Parts holds the parts of the condition, from left to right, with the number
	// of tests on which each decides; nil for a rule that the CEL engine evaluates.
	Parts    []Part `json:"parts,omitempty"`
	Fallback bool   `json:"fallback,omitempty"` // evaluated by the CEL engine, not by a closure
	// Shadowed is true when every request would get the same outcome without
	// the rule: others decide first, or nothing is permitted where it fires. All
	// that such a rule can do is to give a better message.
	Shadowed bool `json:"shadowed,omitempty"`
}

// Text returns the report for people: parameters, rules with the number of
// tests that make them fire and the parts of them that no test decides, the floors
// of the code, findings. The same report gives the same bytes.
func (r *Report) Text() string {
	var b strings.Builder
	if r.Digest == "" {
		fmt.Fprintf(&b, "There is no policy: %s has errors.\n", r.File)
	} else {
		fmt.Fprintf(&b, "Policy %s %s, owned by %s\nDigest %s\n", r.ID, r.Version, r.Owner, r.Digest)
		for _, l := range r.overlays() {
			fmt.Fprintf(&b, "Under the %s %s %s, owned by %s", l.Layer, l.ID, l.Version, l.Owner)
			if l.Residency != "" {
				fmt.Fprintf(&b, ", which keeps its data in %s", l.Residency)
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "Tests inside the policy: %d, passed: %d. Rules: %d, made to fire by a test: %d, evaluated by the CEL engine: %d.\n",
			r.Tests, r.Passed, len(r.Rules), r.count(func(x RuleReport) bool { return x.Tests > 0 }), r.count(func(x RuleReport) bool { return x.Fallback }))
		b.WriteString("\nParameters\n")
		for _, p := range r.Params {
			fmt.Fprintf(&b, "  %-20s %s (may be %d to %d%s), for %s\n", p.ID, p.amount(), p.Min, p.Max, p.direction(), p.Code)
		}
		b.WriteString("\nRules\n")
		for _, x := range r.Rules {
			fmt.Fprintf(&b, "  %-6s %-28s %-8s fired in %s", x.Effect, x.ID, x.Code, plural(x.Tests, "test"))
			if x.Fallback {
				b.WriteString(", by the CEL engine")
			}
			if x.Shadowed {
				b.WriteString(", decides nothing that others do not")
			}
			if len(x.Controls) > 0 {
				b.WriteString("; " + strings.Join(x.Controls, ", "))
			}
			fmt.Fprintf(&b, "\n         when %s\n", x.When)
			x.partText(&b)
		}
		b.WriteString("\nFloors that no policy can lower\n")
		for _, f := range r.Floors {
			b.WriteString("  " + f + "\n")
		}
		if r.Proof != nil {
			b.WriteString("\nInvariants, over all requests\n" + r.Proof.Text())
		}
		r.overlapText(&b)
	}
	if len(r.Findings) > 0 {
		b.WriteString("\nFindings\n")
		for _, f := range r.Findings {
			b.WriteString("  " + f.String() + "\n")
		}
	}
	return b.String()
}

// overlays returns the layers over the base.
func (r *Report) overlays() []Layer { return r.Layers[min(1, len(r.Layers)):] }

// overlapText lists for each denial the permits that it can overrule.
func (r *Report) overlapText(b *strings.Builder) {
	if !r.Surveyed {
		b.WriteString("\nNot looked into, since there are too many rules: which of them can fire, decide, overrule a permit, or wait for a review that nobody can give.\n")
		return
	}
	for _, x := range r.Rules {
		var permits []string
		for _, o := range r.Overlaps {
			if o.Deny == x.ID {
				permits = append(permits, o.Permit)
			}
		}
		if len(permits) == 0 {
			continue
		}
		if x.ID == r.firstOverlap() {
			b.WriteString("\nDenials that can overrule a permit\n")
		}
		fmt.Fprintf(b, "  %-28s %s\n", x.ID, firstFew(permits))
	}
}

// firstOverlap returns the first denial, in the order of Rules, that can
// overrule a permit.
func (r *Report) firstOverlap() string {
	for _, x := range r.Rules {
		if slices.ContainsFunc(r.Overlaps, func(o Overlap) bool { return o.Deny == x.ID }) {
			return x.ID
		}
	}
	return ""
}

func (r *Report) count(want func(RuleReport) bool) int {
	n := 0
	for _, x := range r.Rules {
		if want(x) {
			n++
		}
	}
	return n
}

// fill takes over what the report says about a policy.
func (r *Report) fill(p *Policy, layers []*layer) {
	for _, l := range layers {
		r.Layers = append(r.Layers, l.describe())
	}
	r.Digest, r.ID, r.Version, r.Owner, r.Params = p.digest, p.id, p.version, p.owner, p.Params()
	for _, x := range p.rules {
		r.Rules = append(r.Rules, RuleReport{ID: x.id, Effect: x.effect, Code: x.code, When: x.when.String(), Controls: clone(x.controls), Fallback: x.run != nil})
	}
	r.Floors = []string{
		fmt.Sprintf("C-15     figures about fewer than %d people are never shown", minGroup),
		"GOV-013  a coach never gets raw data",
		"GOV-014  nobody is identified without having agreed to it",
		"GOV-015  a person without a role may do nothing",
		"GOV-015  nobody touches what belongs to another programme, or to one that is not known",
		fmt.Sprintf("GOV-015  %d different people approve before anybody is identified, one of them from legal or privacy, none of them the requester or the person concerned", minApprovers),
		fmt.Sprintf("GOV-016  data about one person is used for at most %d days", mostRawDays),
		fmt.Sprintf("GOV-017  aggregates are used for at most %d calendar months", mostAggregateMonths),
		fmt.Sprintf("GOV-022  what could affect a career waits for the review of HR or legal, by nobody who asks, is concerned or is the coach, with a rationale of at least %d characters", minRationale),
	}
}
