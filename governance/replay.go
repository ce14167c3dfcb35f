package governance

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// An Impact says what a policy would have answered to the requests of the past,
// beside what was answered. Its text and its fields name rules, roles and
// positions in the log, and nobody.
type Impact struct {
	PolicyDigest string `json:"policy_digest"` // of the candidate
	Records      int    `json:"records"`       // replayed, that is all but those in Unreplayed
	Changed      int    `json:"changed"`       // with another outcome
	// Reworded counts records with the same outcome for other reasons.
	Reworded int `json:"reworded"`
	// Outcomes counts the records by the outcome of then and now, those that
	// stay included; by From, then To, and only where there are any.
	Outcomes []OutcomeCount `json:"outcomes"`
	// Rules counts the changed records by the rules that are responsible: those
	// that decide now and did not, and those that decided and do not now. By From,
	// To and rule, then those that decide before those that are gone; the first
	// [MaxRuleCounts] in that order.
	Rules []RuleCount `json:"rules"`
	// OtherRules is the sum of the counts behind them.
	OtherRules int `json:"other_rules,omitempty"`
	// Groups counts by role and action, in the order of their declaration.
	Groups []GroupCount `json:"groups"`
	// Examples holds the first records of each change, at most [MaxExamples], by
	// From, To and position.
	Examples []ReplayExample `json:"examples"`
	// Unreplayed counts the records that could not be replayed, and Problems
	// holds the first of them, at most [MaxExamples], in the order of the log.
	Unreplayed int      `json:"unreplayed"`
	Problems   []string `json:"problems,omitempty"`
}

// MaxExamples bounds the examples of one kind in an [Impact].
const MaxExamples = 3

// MaxRuleCounts bounds the rules in an [Impact], which come from the log: whoever
// wrote it may have named another rule in each record.
const MaxRuleCounts = 1024

// An OutcomeCount counts records by the outcome of then and now.
type OutcomeCount struct {
	From  Outcome `json:"from"`
	To    Outcome `json:"to"`
	Count int     `json:"count"`
}

// A RuleCount counts changed records for which one rule is responsible.
type RuleCount struct {
	From  Outcome `json:"from"`
	To    Outcome `json:"to"`
	Rule  string  `json:"rule"`
	Gone  bool    `json:"gone"` // it decided then and does not now; otherwise the reverse
	Count int     `json:"count"`
}

// A GroupCount counts the records of one role and action.
type GroupCount struct {
	Role      coaching.Role `json:"role"`
	Action    Action        `json:"action"`
	Records   int           `json:"records"`
	Loosened  int           `json:"loosened"`  // answered more freely than then
	Tightened int           `json:"tightened"` // answered more strictly than then
}

// A ReplayExample is one record whose outcome changes.
type ReplayExample struct {
	Record int           `json:"record"` // its position in the log, from 1
	From   Outcome       `json:"from"`
	To     Outcome       `json:"to"`
	Role   coaching.Role `json:"role"`
	Action Action        `json:"action"`
	Type   ResourceType  `json:"type"`
	Now    []string      `json:"now"`  // the rules that decide now, in the order of Decision.Reasons
	Then   []string      `json:"then"` // those that decided then, in their order
}

// Loosened returns the number of records that the candidate answers more freely:
// Review or Permit instead of Deny, Permit instead of Review.
func (i *Impact) Loosened() int { return i.moved(func(from, to Outcome) bool { return to > from }) }

// Tightened returns the number of records that it answers more strictly.
func (i *Impact) Tightened() int { return i.moved(func(from, to Outcome) bool { return to < from }) }

func (i *Impact) moved(want func(from, to Outcome) bool) int {
	n := 0
	for _, c := range i.Outcomes {
		if want(c.From, c.To) {
			n += c.Count
		}
	}
	return n
}

// Replay asks a policy what it would have answered to recorded requests, each at
// its own time, and counts what changes. Nothing is enforced and nothing is
// kept but counts and a few examples, so a log of any length can be replayed.
//
// A [*LineError] of the log, and a record whose outcome is not declared, count
// as not replayed. Any other error of the log ends the replay with that error
// and no impact. The order of the records changes nothing but the examples.
func Replay(p *Policy, log iter.Seq2[Recorded, error]) (*Impact, error) {
	if p.Digest() == "" {
		return nil, errors.New("governance: replay: there is no policy")
	}
	if log == nil {
		return nil, errors.New("governance: replay: there is no log")
	}
	t := replayTally{rules: map[RuleCount]int{}, groups: map[[2]uint8]*GroupCount{}, impact: &Impact{PolicyDigest: p.Digest()}}
	var d Decision
	position := 0
	for rec, err := range log {
		position++
		var bad *LineError
		switch {
		case errors.As(err, &bad):
			t.skip(position, bad.Error())
			continue
		case err != nil:
			return nil, fmt.Errorf("governance: replay: record %d: %w", position, err)
		case int(rec.Outcome) >= len(outcomeNames):
			t.skip(position, "its outcome is not declared")
			continue
		}
		p.DecideInto(&rec.Request, &d)
		t.add(position, &rec, &d)
	}
	return t.settle(), nil
}

// A replayTally is an Impact in the making.
type replayTally struct {
	impact   *Impact
	outcomes [len(outcomeNames)][len(outcomeNames)]int
	examples [len(outcomeNames)][len(outcomeNames)][]ReplayExample
	rules    map[RuleCount]int // without its Count
	groups   map[[2]uint8]*GroupCount
}

func (t *replayTally) skip(position int, problem string) {
	t.impact.Unreplayed++
	if len(t.impact.Problems) < MaxExamples {
		t.impact.Problems = append(t.impact.Problems, fmt.Sprintf("record %d: %s", position, problem))
	}
}

func (t *replayTally) add(position int, rec *Recorded, d *Decision) {
	r, from, to := &rec.Request, rec.Outcome, d.Outcome
	t.impact.Records++
	t.outcomes[from][to]++
	key := [2]uint8{uint8(r.Subject.Role), uint8(r.Action)}
	g := t.groups[key]
	if g == nil {
		g = &GroupCount{Role: r.Subject.Role, Action: r.Action}
		t.groups[key] = g
	}
	g.Records++
	var then, now []string
	for _, reason := range rec.Reasons {
		if reason.Effect == from {
			then = append(then, reason.Rule)
		}
	}
	for _, reason := range d.Reasons {
		if reason.Effect == to {
			now = append(now, reason.Rule)
		}
	}
	if from == to {
		if !slices.Equal(then, now) {
			t.impact.Reworded++
		}
		return
	}
	t.impact.Changed++
	if to > from {
		g.Loosened++
	} else {
		g.Tightened++
	}
	for _, rule := range uniq(now) {
		t.rules[RuleCount{From: from, To: to, Rule: rule}]++
	}
	for _, rule := range uniq(then) {
		t.rules[RuleCount{From: from, To: to, Rule: strings.Clone(rule), Gone: true}]++ // and not the line around it
	}
	if len(t.rules) > 2*MaxRuleCounts {
		t.trim()
	}
	if examples := &t.examples[from][to]; len(*examples) < MaxExamples {
		*examples = append(*examples, ReplayExample{
			Record: position, From: from, To: to, Role: r.Subject.Role, Action: r.Action, Type: r.Resource.Type, Now: now, Then: then,
		})
	}
}

// trim keeps the first rules in their order. One that is left out once is behind
// as many others for ever, so what is kept has its whole count, whatever the order
// of the log.
func (t *replayTally) trim() []RuleCount {
	var rules []RuleCount
	for rule, n := range t.rules {
		rule.Count = n
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b RuleCount) int {
		gone := 0
		if a.Gone != b.Gone {
			gone = 1
			if b.Gone {
				gone = -1
			}
		}
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Rule, b.Rule), gone)
	})
	for len(rules) > MaxRuleCounts {
		last := rules[len(rules)-1]
		t.impact.OtherRules += last.Count
		rules, last.Count = rules[:len(rules)-1], 0
		delete(t.rules, last)
	}
	return rules
}

// uniq returns the names once each, sorted.
func uniq(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

func (t *replayTally) settle() *Impact {
	i := t.impact
	for from := range t.outcomes {
		for to, n := range t.outcomes[from] {
			if n > 0 {
				i.Outcomes = append(i.Outcomes, OutcomeCount{Outcome(from), Outcome(to), n})
			}
			i.Examples = append(i.Examples, t.examples[from][to]...)
		}
	}
	i.Rules = t.trim()
	for _, g := range t.groups {
		i.Groups = append(i.Groups, *g)
	}
	slices.SortFunc(i.Groups, func(a, b GroupCount) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Action, b.Action))
	})
	return i
}

// Text returns the impact for people. The same impact gives the same bytes.
func (i *Impact) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Replayed %s: %d answered otherwise, %d more freely and %d more strictly; %d the same for other reasons.\n",
		plural(i.Records, "record"), i.Changed, i.Loosened(), i.Tightened(), i.Reworded)
	fmt.Fprintf(&b, "Policy %s\n", i.PolicyDigest)
	if len(i.Outcomes) > 0 {
		b.WriteString("\nOutcomes\n")
	}
	for _, c := range i.Outcomes {
		fmt.Fprintf(&b, "  %-6s -> %-6s %d\n", c.From, c.To, c.Count)
	}
	if len(i.Rules) > 0 {
		b.WriteString("\nRules responsible\n")
	}
	for _, c := range i.Rules {
		verb := "decides"
		if c.Gone {
			verb = "no longer decides"
		}
		fmt.Fprintf(&b, "  %-6s -> %-6s %s %s: %d\n", c.From, c.To, c.Rule, verb, c.Count)
	}
	if i.OtherRules > 0 {
		fmt.Fprintf(&b, "  other rules: %d\n", i.OtherRules)
	}
	if len(i.Groups) > 0 {
		b.WriteString("\nRoles and actions\n")
	}
	for _, g := range i.Groups {
		fmt.Fprintf(&b, "  %-20s %-10s %d, more freely %d, more strictly %d\n", g.Role, g.Action, g.Records, g.Loosened, g.Tightened)
	}
	if len(i.Examples) > 0 {
		b.WriteString("\nExamples\n")
	}
	for _, e := range i.Examples {
		fmt.Fprintf(&b, "  record %d: %s -> %s, %s by %s of a %s; now %s; then %s\n",
			e.Record, e.From, e.To, e.Action, e.Role, e.Type, listOf(e.Now), listOf(e.Then))
	}
	if i.Unreplayed > 0 {
		fmt.Fprintf(&b, "\nNot replayed: %d\n", i.Unreplayed)
	}
	for _, p := range i.Problems {
		b.WriteString("  " + p + "\n")
	}
	return b.String()
}

func listOf(rules []string) string {
	if len(rules) == 0 {
		return "not recorded"
	}
	return firstFew(rules)
}
