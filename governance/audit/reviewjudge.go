package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// review turns what was kept into the review.
func (s *survey) review() *MonthlyReview {
	s.found(s.terms.At)
	s.latest = s.terms.At
	if day := s.dayOf(s.latest); day != s.today {
		s.today = day
		s.expire()
	}
	s.abandoned()
	for _, c := range s.counts {
		c[0].fold()
		c[1].fold()
	}
	r := &MonthlyReview{
		Window: s.terms.Window, Before: s.before, At: s.terms.At.Round(0).UTC(),
		Unusual: []Pattern{}, TooLittle: []Pattern{}, Findings: coaching.Findings{},
	}
	for k, t := range s.totals {
		if t.Records+t.Before > 0 {
			r.Records += t.Records
			r.Totals = append(r.Totals, KindTotal{Kind(k).String(), t.Records, t.Before})
		}
	}
	s.judge(r)
	s.overdue(r)
	return r
}

// abandoned counts the intents of the window, or before it, that have waited too
// long for an outcome.
func (s *survey) abandoned() {
	var open []int64
	for index, at := range s.intents {
		if !s.dayOf(at).After(s.terms.Window.To) && s.terms.At.Sub(at) > s.terms.OutcomeWithin {
			open = append(open, index)
		}
	}
	slices.Sort(open)
	for _, index := range open {
		s.add(s.terms.Window.To, index, 0, patternOpen, Actor{}, "")
	}
}

// judge compares each count with what was to be expected.
func (s *survey) judge(r *MonthlyReview) {
	keys := slices.SortedFunc(maps.Keys(s.counts), subjectKey.compare)
	people := int64(0)
	for _, first := range s.seen {
		if !first.After(s.terms.Window.To) {
			people++
		}
	}
	r.Comparisons = perPerson*people + 1 // the swaps of policy
	for _, k := range keys {
		if k.pattern == patternPair {
			r.Comparisons++
		}
	}
	alpha := min(s.terms.FalseAlarms/float64(r.Comparisons), 0.05)
	r.OneIn = oneIn(alpha)
	peers := s.peers(keys)
	days := int64(s.days())
	likely := map[subjectKey]float64{}
	for _, k := range keys {
		in := s.counts[k][1]
		if in.sum == 0 {
			continue
		}
		p := Pattern{Pattern: k.pattern, Person: k.by.ID, Role: k.by.Role, Signal: k.signal, Count: in.sum, First: in.first}
		if k.pattern == patternOpen || k.pattern == patternClock || k.pattern == patternUndone {
			p.ComparedWith = "none is expected"
			r.Unusual = append(r.Unusual, p)
			continue
		}
		known, with := s.known(k, peers)
		if p.ComparedWith = with; known.days == 0 {
			r.TooLittle = append(r.TooLittle, p)
			continue
		}
		p.Compared, p.Days = known.count, int(known.days)
		c := chance(p.Count, days, known)
		if c > alpha {
			continue
		}
		p.ExpectedMost, p.OneIn = most(days, known, alpha), oneIn(c)
		likely[k] = c
		r.Unusual = append(r.Unusual, p)
	}
	// The list is in the order of the keys; those of which none is expected have
	// no chance and come first.
	slices.SortStableFunc(r.Unusual, func(a, b Pattern) int { return cmp.Compare(likely[a.key()], likely[b.key()]) })
}

func (p Pattern) key() subjectKey { return subjectKey{p.Pattern, Actor{p.Person, p.Role}, p.Signal} }

// days returns the days of the window that have begun.
func (s *survey) days() int {
	w := s.terms.Window
	if today := s.dayOf(s.terms.At); today.Before(w.To) {
		w.To = today
	}
	return w.Days()
}

// known returns what says how many events of a key are usual, and its name; no
// days where nothing does.
func (s *survey) known(k subjectKey, peers peers) (spread, string) {
	before := s.counts[k][0]
	first, ok := s.seen[k.by]
	if k.by == (Actor{}) {
		first, ok = s.start, true
	}
	if first.Before(s.before.From) {
		first = s.before.From
	}
	days := int64(first.DaysUntil(s.terms.Window.From))
	// A signal that is new to a coach has no history, however old the coach.
	if ok && days >= int64(s.terms.MinHistory) && (k.pattern != patternPair || before.sum > 0) {
		return spread{before.sum, before.squares, days}, "own history"
	}
	others := peers.active[k.by.Role]
	if s.active[k.by] {
		others--
	}
	if k.by == (Actor{}) || others < s.terms.MinPeers {
		return spread{}, "nothing"
	}
	top := peers.most[subjectKey{k.pattern, Actor{Role: k.by.Role}, k.signal}]
	c := top.counts[0]
	if top.by == k.by {
		c = top.counts[1]
	}
	return spread{c.sum, c.squares, int64(s.days())}, "busiest peer"
}

// peers say what the people of each role did in the window.
type peers struct {
	active map[coaching.Role]int
	// most holds, for each pattern, role and signal, who did most, and how much
	// that person and the next did.
	most map[subjectKey]leaders
}

type leaders struct {
	by     Actor
	counts [2]count
}

// peers looks at the counts of the window. The keys are in their order, which
// breaks ties.
func (s *survey) peers(keys []subjectKey) peers {
	out := peers{map[coaching.Role]int{}, map[subjectKey]leaders{}}
	for a := range s.active {
		out.active[a.Role]++
	}
	for _, k := range keys {
		role := subjectKey{k.pattern, Actor{Role: k.by.Role}, k.signal}
		top, c := out.most[role], s.counts[k][1]
		switch {
		case c.sum > top.counts[0].sum:
			top = leaders{k.by, [2]count{c, top.counts[0]}}
		case c.sum > top.counts[1].sum:
			top.counts[1] = c
		}
		out.most[role] = top
	}
	return out
}

// overdue warns when the log was last reviewed more than a calendar month ago.
func (s *survey) overdue(r *MonthlyReview) {
	today := s.dayOf(s.terms.At)
	since, what := s.reviewed, "the log was last reviewed on"
	if since.IsZero() {
		since, what = s.start, "nobody has reviewed the log; it begins on"
	}
	if due := since.AddMonths(1); !since.IsZero() && today.After(due) {
		r.Findings = append(r.Findings, coaching.Finding{
			Code: ruleReview, Severity: coaching.Warning,
			Message: fmt.Sprintf("%s %s; a review was due on %s", what, since, due),
		})
	}
}
