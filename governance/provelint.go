package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// An Overlap is a permit and a denial that can fire for the same request; the
// denial wins. Most are meant: a permit opens a door, a denial says when not.
type Overlap struct {
	Permit  string   `json:"permit"`
	Deny    string   `json:"deny"`
	Witness *Request `json:"-"` // such a request; its people are nobody real
}

// A survey holds what can be said of the rules of a policy over all requests.
type survey struct {
	never    []*rule // no request makes it fire
	shadowed []*rule // without it every request would get the same outcome
	overlaps []Overlap
	clashes  []clash
	cut      bool // the search was too long, and the survey is not complete
}

// A clash is a review rule and others, or a floor, that can wait for a review at the
// same time although no role may give all of them.
type clash struct {
	rule *rule
	with string
}

// look asks of every rule whether it can fire and whether it can decide, and
// of every permit and denial whether they can fire together. A rule that only
// says again what a floor of the code says is not shadowed: it has a message of
// its own. What depends on parts that cannot be analysed is not reported.
func (p *Policy) look(budget int) survey {
	var out survey
	var d domain
	var clauses []*testedClause
	for _, r := range p.rules {
		clauses = append(clauses, d.ruleClause(r))
	}
	floors := d.floorClauses() // the others for their constants
	career := floors[slices.IndexFunc(floors, func(c *testedClause) bool { return c.id == floorRules[floorCareer].id })]
	q := &prover{policy: p, clauses: clauses, space: d.space(), slices: d.slices(clauses), budget: budget}
	for _, c := range clauses {
		switch fires, _ := q.find(c, false); {
		case q.budget == 0:
			out.cut = true
			return out
		case fires == isFalse:
			out.never = append(out.never, c.rule)
			continue
		}
		if decides, _ := q.find(c, true); decides == isFalse {
			out.shadowed = append(out.shadowed, c.rule)
		}
		if q.budget == 0 {
			out.cut = true
			return out
		}
	}
	for _, permit := range clauses {
		for _, deny := range clauses {
			if permit.effect != Permit || deny.effect != Deny || slices.Contains(out.never, permit.rule) || slices.Contains(out.never, deny.rule) {
				continue
			}
			if _, witness := q.find(permit, false, deny); witness != nil {
				out.overlaps = append(out.overlaps, Overlap{Permit: permit.id, Deny: deny.id, Witness: witness})
			}
			if q.budget == 0 {
				out.cut = true
				return out
			}
		}
	}
	q.clauses = append(q.clauses, career)
	q.slices = d.slices(q.clauses)
	out.clashes = q.clashes(nil, q.clauses)
	out.cut = q.budget == 0
	return out
}

// clashes returns those of some clauses, all of which wait for a review, with one or
// more of those behind them in which no role may give all the reviews, none of them
// can be left out, and a request makes all fire.
func (q *prover) clashes(some, behind []*testedClause) (out []clash) {
	for i, c := range behind {
		if q.budget == 0 {
			return out
		}
		all := append(slices.Clip(some), c)
		if c.reviewers() == 0 || len(some) > 0 && shared(all) == shared(some) {
			continue
		}
		if shared(all) != 0 {
			if len(some) > 0 {
				if _, witness := q.find(c, false, some...); witness == nil {
					continue
				}
			}
			out = append(out, q.clashes(all, behind[i+1:])...)
			continue
		}
		if slices.ContainsFunc(all, func(x *testedClause) bool {
			return shared(slices.DeleteFunc(slices.Clone(all), func(y *testedClause) bool { return x == y })) == 0
		}) {
			continue
		}
		if _, witness := q.find(c, false, some...); witness != nil {
			var with []string
			for _, x := range all[1:] {
				with = append(with, x.id)
			}
			out = append(out, clash{all[0].rule, strings.Join(with, " and ")})
		}
	}
	return out
}

// shared returns the roles that may give the review that each of some clauses waits
// for, as a set.
func shared(clauses []*testedClause) uint32 {
	set := ^uint32(0)
	for _, c := range clauses {
		set &= c.reviewers()
	}
	return set
}

// reviewers returns the roles that may give the review that a clause waits for, as
// a set; none where it waits for none.
func (c *testedClause) reviewers() uint32 {
	switch {
	case c.rule == nil:
		return careerReviewers
	case c.rule.need == nil || c.rule.need.as != "review":
		return 0
	}
	return c.rule.need.by
}

// find looks for a request that makes a clause fire, and others with it; with
// alone, one of which the outcome would be another without the clause. It returns isFalse when there is none, and the witness when there is
// one for certain.
func (q *prover) find(c *testedClause, alone bool, with ...*testedClause) (truth, *Request) {
	w := newSearch(q.space, q.budget)
	asked := append([]*testedClause{c}, with...)
	var clauses []*testedClause
	w.ask = func() (truth, attr, *expr) {
		var want wish
		all := isTrue
		for _, x := range asked {
			switch x.fires(&w.f, w.known) {
			case isFalse:
				return isFalse, 0, nil
			case undecided:
				all = undecided
				want.of(x, &w.f, w.known)
			}
		}
		if alone {
			switch decides(c, clauses, &w.f, w.known, &want) {
			case isFalse:
				return isFalse, 0, nil
			case undecided:
				all = undecided
			}
		}
		if all == isTrue {
			return isTrue, 0, nil
		}
		return want.answer()
	}
	found, witness := isFalse, (*Request)(nil)
	w.hit = func(sure bool) bool {
		if !sure {
			found = undecided
			return true
		}
		f := w.whole()
		found, witness = isTrue, f.request()
		return false
	}
	for _, s := range q.slices {
		clauses = s.during(q.clauses)
		if slices.ContainsFunc(asked, func(x *testedClause) bool { return !slices.Contains(clauses, x) }) {
			continue
		}
		w.reset(s)
		if !w.run() {
			break
		}
	}
	q.budget = max(0, q.budget-w.states)
	if w.over {
		q.budget = 0
		return undecided, nil
	}
	return found, witness
}

// decides asks whether a clause that fires makes the outcome what it is.
func decides(c *testedClause, clauses []*testedClause, f *facts, known uint64, want *wish) truth {
	out := isTrue
	permits := isFalse
	for _, x := range clauses {
		if x == c {
			continue
		}
		switch v := x.fires(f, known); {
		case x.effect == Permit && c.effect != Permit:
			if v == isTrue || v == undecided && permits == isFalse {
				permits = v
			}
		case c.effect == Deny && x.effect == Review, v == isFalse:
		case v == isTrue:
			return isFalse // x decides the same, or comes first
		default:
			out = undecided
			want.of(x, f, known)
		}
	}
	switch {
	case c.effect == Permit:
		return out
	case permits == isFalse:
		return isFalse // it is denied without c as well
	case permits == undecided:
		for _, x := range clauses {
			if x.effect == Permit {
				want.of(x, f, known)
			}
		}
		return undecided
	}
	return out
}

// Bounds on what Parse looks into, in choices. A policy beyond them is read all
// the same, and the report says that it was not looked into.
const (
	maxSurvey      = 200_000
	maxSurveyRules = 200
	maxCanary      = 1_000_000 // of a file without invariants
)

// show proves the invariants of the file and, of a policy that is not too large,
// the canaries; those that were not asked stand in the proof as unproved. What is
// refuted blocks any file. What cannot be proved blocks one that makes promises,
// since they would be taken for proved; for one that makes none the search is
// shorter, and the report says where it was cut off.
func (c *compiler) show(p *Policy) {
	canaries, err := c.cel.ready(Canaries())
	if err != nil {
		c.fail("POL-INVARIANT", "", "%v", err)
		return
	}
	asked, small := p.invariants, len(p.rules) <= maxSurveyRules
	if small {
		asked = slices.Concat(asked, canaries)
	}
	budget := maxStates
	if len(p.invariants) == 0 {
		budget = maxCanary
	}
	proof := &Proof{PolicyDigest: p.Digest()}
	if len(asked) > 0 {
		if proof, err = p.prove(asked, budget); err != nil {
			c.fail("POL-INVARIANT", "invariants", "%v", err)
			return
		}
	}
	c.report.Proof = proof
	for i, r := range proof.Results {
		path := "invariants"
		if i < len(p.invariants) {
			path = fmt.Sprintf("invariants[%d]", i)
		}
		switch {
		case r.Verdict == Refuted:
			c.fail("POL-INVARIANT", path, "%s is broken: %s", r.ID, r.Why)
		case r.Verdict == Unproved && len(p.invariants) > 0:
			c.fail("POL-UNPROVED", path, "%s: %s", r.ID, r.Why)
		}
	}
	if small {
		return
	}
	var left []ProofResult
	for _, v := range canaries {
		left = append(left, ProofResult{Invariant: v.Invariant, Why: notAsked()})
	}
	if len(asked) == 0 {
		left = append(left, ProofResult{Invariant: absent(), Why: notAsked()})
	}
	proof.Results = slices.Insert(proof.Results, len(p.invariants), left...)
}

func notAsked() string {
	return fmt.Sprintf("not asked when the policy was read, since it has more than %d rules; Policy.Prove asks", maxSurveyRules)
}

// survey reports which rules can fire, decide, overlap and wait for one review.
func (c *compiler) survey(p *Policy, layers []*layer) {
	if len(p.rules) > maxSurveyRules {
		return
	}
	s := p.look(maxSurvey)
	c.report.Overlaps, c.report.Surveyed = s.overlaps, !s.cut
	warn := func(code, path, message string) {
		line, column := c.at.At(path)
		c.add(coaching.Finding{Code: code, Severity: coaching.Warning, Path: path, Line: line, Column: column, Message: message})
	}
	for _, l := range layers {
		c.enter(l)
		for i, rf := range l.rules() {
			path := fmt.Sprintf("rules[%d]", i)
			if slices.ContainsFunc(s.never, func(r *rule) bool { return r.id == rf.ID }) {
				warn("POL-NEVER", path+".when", "no request makes this rule fire")
			}
			for _, x := range s.clashes {
				if x.rule.id == rf.ID {
					warn("POL-REVIEW", path+".review.by", "it can wait for a review together with "+x.with+", and no role may give all of them; a request holds one review")
				}
			}
		}
	}
	for i := range c.report.Rules {
		x := &c.report.Rules[i]
		x.Shadowed = slices.ContainsFunc(s.shadowed, func(r *rule) bool { return r.id == x.ID })
	}
}
