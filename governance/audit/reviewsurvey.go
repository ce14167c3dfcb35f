package audit

import (
	"cmp"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// The patterns that are counted for each person, in the order of their names.
const (
	patternPair     = "coach_and_signal"
	patternRetried  = "denied_then_permitted"
	patternExports  = "exports"
	patternOffHours = "off_hours_days"
	patternUnused   = "packs_without_session"
	patternReveals  = "reveals"
	patternSwaps    = "policy_swaps"
	patternUndone   = "policy_swapped_back"
	patternOpen     = "intents_without_outcome"
	patternClock    = "clock_back"
)

// perPerson is how many patterns are compared for each person.
const perPerson = 5

// A subjectKey names what is counted.
type subjectKey struct {
	pattern string
	by      Actor
	signal  string
}

func (k subjectKey) compare(o subjectKey) int {
	return cmp.Or(cmp.Compare(k.pattern, o.pattern), cmp.Compare(k.by.Role, o.by.Role), k.by.ID.Compare(o.by.ID), cmp.Compare(k.signal, o.signal))
}

// A count is the events of one key on the days of one stretch.
type count struct {
	sum, squares int64
	day          coaching.Date
	today        [2]int64 // by what recorded them: the act itself, the decision before it
	first        int64    // index of the first record
	any          bool
}

func (c *count) add(day coaching.Date, source int, index int64) {
	if day != c.day {
		c.fold()
		c.day = day
	}
	if !c.any {
		c.any, c.first = true, index
	}
	c.today[source] = min(c.today[source]+1, maxDaily)
}

// fold closes a day. A host records an export as a decision, as an event, or as
// both; the larger number is how many there were.
func (c *count) fold() {
	n := max(c.today[0], c.today[1])
	c.sum, c.squares, c.today = c.sum+n, c.squares+n*n, [2]int64{}
}

// An opened pack is one that a coach has read, used or both.
type openedPack struct {
	read, used coaching.Date // zero: not
	index      int64         // of the reading
}

type packKey struct {
	coach coaching.PersonID
	pack  string
}

// A retryKey names what was denied.
type retryKey struct {
	by                                 Actor
	action, purpose, resourceType, res string
	person                             coaching.PersonID
}

// A survey is what a review keeps of the entries.
type survey struct {
	terms  ReviewTerms
	before coaching.Window
	latest time.Time // of any record, and not after the review
	today  coaching.Date
	astray struct { // records whose dates are not to be trusted, since the last one whose is
		count, first int64
		since        coaching.Date // of that one
	}

	totals   [len(kindNames)]KindTotal
	start    coaching.Date            // the first day of any record
	seen     map[Actor]coaching.Date  // their first day
	active   map[Actor]bool           // in the window
	counts   map[subjectKey]*[2]count // before and in the window
	packs    map[packKey]*openedPack  // awaiting a session
	denied   map[retryKey]time.Time   // awaiting a permit
	intents  map[int64]time.Time      // awaiting an outcome
	reviewed coaching.Date            // the last review of the log
	swap     swapAt                   // the last one
	swapped  swapAt                   // the one before it
}

// A swapAt is a change of the policy with its time.
type swapAt struct {
	PolicySwap
	at time.Time
}

func newSurvey(terms ReviewTerms) *survey {
	return &survey{
		terms:  terms,
		before: coaching.Window{From: terms.Window.From.AddDays(-terms.History), To: terms.Window.From.AddDays(-1)},
		seen:   map[Actor]coaching.Date{}, active: map[Actor]bool{}, counts: map[subjectKey]*[2]count{},
		packs: map[packKey]*openedPack{}, denied: map[retryKey]time.Time{}, intents: map[int64]time.Time{},
	}
}

func (s *survey) tracked() int {
	return len(s.seen) + len(s.counts) + len(s.packs) + len(s.denied) + len(s.intents)
}

// dayOf returns the day of t at the office.
func (s *survey) dayOf(t time.Time) coaching.Date { return coaching.DateOf(t.In(s.terms.Office.Zone)) }

// add counts an event of a day for a person.
func (s *survey) add(day coaching.Date, index int64, source int, pattern string, by Actor, signal string) {
	stretch := 0
	switch {
	case s.terms.Window.Contains(day):
		stretch = 1
	case !s.before.Contains(day):
		return
	}
	key := subjectKey{pattern, by, signal}
	c := s.counts[key]
	if c == nil {
		c = new([2]count)
		s.counts[key] = c
	}
	c[stretch].add(day, source, index)
}

// look takes one entry into account.
func (s *survey) look(e Entry) {
	at, by, day := e.event.at, e.event.by, s.dayOf(e.event.at)
	s.clock(e, at)
	kind := e.event.Kind()
	switch {
	case s.terms.Window.Contains(day):
		s.totals[kind].Records++
		if by != (Actor{}) {
			s.active[by] = true
		}
	case s.before.Contains(day):
		s.totals[kind].Before++
	}
	if s.start.IsZero() || day.Before(s.start) {
		s.start = day
	}
	if first, ok := s.seen[by]; by != (Actor{}) && (!ok || day.Before(first)) {
		s.seen[by] = day
	}
	if e.event.phase == Intent {
		s.intents[e.index] = at
	}
	switch b := e.event.body.(type) {
	case Outcome:
		delete(s.intents, b.Intent)
	case Decision:
		s.decision(b, by, at, day, e.index)
	case Export:
		s.add(day, e.index, 0, patternExports, by, "")
		s.access(by, at, day, e.index)
	case IdentityReveal:
		s.add(day, e.index, 0, patternReveals, by, "")
		s.access(by, at, day, e.index)
	case PackUse:
		s.add(day, e.index, 0, patternPair, by, b.Signal)
		s.pack(packKey{by.ID, b.Pack}).used = day
		s.packs[packKey{by.ID, b.Pack}].read = coaching.Date{}
	case PolicySwap:
		s.add(day, e.index, 0, patternSwaps, Actor{}, "")
		s.policy(b, at, day, e.index)
	case PolicyRefusal:
		s.add(day, e.index, 0, patternSwaps, Actor{}, "")
		if b.From == s.swap.From && b.To == s.swap.To {
			s.swap = s.swapped // its record is durable, and it did not happen
		}
	case Review:
		if b.Scope == OfLog && by.Role != coaching.System && day.After(s.reviewed) && !at.After(s.terms.At) {
			s.reviewed = day
		}
	}
}

// policy takes a policy into account that has come into force, and counts one that
// was so shortly before.
func (s *survey) policy(b PolicySwap, at time.Time, day coaching.Date, index int64) {
	if since := at.Sub(s.swap.at); !b.From.IsZero() && b.To == s.swap.From && b.From == s.swap.To && 0 <= since && since <= s.terms.RetryWithin {
		s.add(day, index, 0, patternUndone, Actor{}, "")
	}
	s.swapped, s.swap = s.swap, swapAt{b, at}
}

// clock looks at the record's time, and lets time pass for what is open.
func (s *survey) clock(e Entry, at time.Time) {
	if at.After(s.terms.At) || at.Before(s.latest.Add(-s.terms.ClockSlack)) {
		if s.astray.count++; s.astray.count == 1 {
			s.astray.first, s.astray.since = e.index, s.dayOf(s.latest)
		}
		if _, ok := e.event.body.(ClockCorrection); ok {
			s.latest = e.event.Latest(s.latest)
		}
	} else {
		s.found(at)
		if at.After(s.latest) {
			s.latest = at
		}
	}
	if day := s.dayOf(s.latest); day != s.today {
		s.today = day
		s.expire()
	}
}

// found counts the records whose dates are not to be trusted, now that a date after
// them is: they were made between it and the one before them, whichever is the
// later, and count in the window when any day between the two lies in it. Otherwise one that is dated a
// thousand years ahead would be in the review of no month at all.
func (s *survey) found(at time.Time) {
	if s.astray.count == 0 {
		return
	}
	from, to, w := s.astray.since, s.dayOf(at), s.terms.Window
	if to.Before(from) {
		// Somebody corrected the clock: the date before them was wrong, or the
		// correction was, and then what follows it only claims to be of another month.
		from, to = to, from
	}
	day := to
	if !from.After(w.To) && !to.Before(w.From) {
		day = w.From
	}
	for range s.astray.count {
		s.add(day, s.astray.first, 0, patternClock, Actor{}, "")
	}
	s.astray.count = 0
}

// expire counts the packs that have waited too long for a session, and forgets
// what no longer matters.
func (s *survey) expire() {
	type overdue struct {
		packKey
		openedPack
	}
	var list []overdue
	old := func(d coaching.Date) bool { return d.IsZero() || d.DaysUntil(s.today) > s.terms.SessionDays }
	for k, p := range s.packs {
		if !p.read.IsZero() && old(p.read) {
			list = append(list, overdue{k, *p})
		}
		if old(p.read) && old(p.used) {
			delete(s.packs, k)
		}
	}
	slices.SortFunc(list, func(a, b overdue) int {
		return cmp.Or(a.read.Compare(b.read), cmp.Compare(a.index, b.index))
	})
	for _, o := range list {
		s.add(o.read, o.index, 0, patternUnused, Actor{o.coach, coaching.Coach}, "")
	}
	for k, at := range s.denied {
		if s.latest.Sub(at) > s.terms.RetryWithin {
			delete(s.denied, k)
		}
	}
}

func (s *survey) pack(k packKey) *openedPack {
	if s.packs[k] == nil {
		s.packs[k] = &openedPack{}
	}
	return s.packs[k]
}

// decision takes the answer to a request into account.
func (s *survey) decision(b Decision, by Actor, at time.Time, day coaching.Date, index int64) {
	if by.ID.IsZero() {
		return
	}
	key := retryKey{by, b.Action, b.Purpose, b.ResourceType, b.ResourceID, b.Person}
	switch b.Answer {
	case Denied:
		s.denied[key] = at
		return
	case Referred:
		return
	}
	if before, ok := s.denied[key]; ok {
		if since := at.Sub(before); 0 <= since && since <= s.terms.RetryWithin {
			s.add(day, index, 0, patternRetried, by, "")
		}
		delete(s.denied, key)
	}
	switch {
	case b.Action == "export":
		s.add(day, index, 1, patternExports, by, "")
	case b.Action == "reidentify":
		s.add(day, index, 1, patternReveals, by, "")
	case b.ResourceType == "pack" && by.Role == coaching.Coach && b.ResourceID != "":
		p := s.pack(packKey{by.ID, b.ResourceID})
		if p.read.IsZero() && p.used.IsZero() { // a use that is too long ago is forgotten
			p.read, p.index = day, index
		}
	}
	s.access(by, at, day, index)
}

// access counts a day on which a person had access outside office hours, once.
func (s *survey) access(by Actor, at time.Time, day coaching.Date, index int64) {
	if by.Role == coaching.System || s.terms.Office.open(at) {
		return
	}
	s.add(day, index, 0, patternOffHours, by, "")
	if c := s.counts[subjectKey{patternOffHours, by, ""}]; c != nil {
		for i := range c {
			c[i].today[0] = min(c[i].today[0], 1)
		}
	}
}
