package pilot

import (
	"fmt"
	"iter"
	"slices"

	"github.com/coachgov/coaching"
)

// A Store keeps the events of one programme. The host's own may be a table or a
// file; [Memory] is one.
type Store interface {
	// Append keeps an event after those before it. When it returns nil the event
	// is kept for good.
	Append(Event) error
	// Events yields every event in the order in which it was kept. An error ends it.
	Events() iter.Seq2[Event, error]
}

// Memory is a Store that forgets when the program ends. The zero Memory is
// empty. It is not safe for concurrent use.
type Memory struct{ events []Event }

// Append keeps a copy of the event. It never fails.
func (m *Memory) Append(e Event) error {
	e.Confounder = copied(e.Confounder)
	m.events = append(m.events, e)
	return nil
}

// Events yields copies of the events.
func (m *Memory) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for _, e := range m.events {
			e.Confounder = copied(e.Confounder)
			if !yield(e, nil) {
				return
			}
		}
	}
}

// maxEvents bounds what a log reads from a store.
const maxEvents = 100_000

// OpenLog reads the record of a locked plan from a store and goes on with it:
// [Log.Append] puts an event into the store first, and when the store fails the
// log is as before (DOC-STORE). Each stored event is judged anew, so a record that
// could not have been written is refused with what is wrong with it.
func OpenLog(plan *Locked, store Store) (*Log, coaching.Findings) {
	l := NewLog(plan)
	if l == nil || store == nil {
		return nil, coaching.Findings{errorf("DOC-STORE", "", "want a locked plan and a store")}
	}
	var fs coaching.Findings
	n := 0
	for e, err := range store.Events() {
		if err != nil {
			fs = append(fs, errorf("DOC-STORE", fmt.Sprintf("events[%d]", n), "the store did not yield the event"))
			break
		}
		if n == maxEvents {
			fs = append(fs, errorf("DOC-LIMIT", fmt.Sprintf("events[%d]", n), "want at most %d events", maxEvents))
			break
		}
		for f := range l.Append(e).Blocking() {
			f.Path = fmt.Sprintf("events[%d]", n)
			fs = append(fs, f)
		}
		n++
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	l.store = store
	return l, fs
}

// coachOf returns who coaches a leader: as assigned last, else as the plan says;
// "" when nobody does.
func (l *Log) coachOf(leader string) string {
	for _, e := range slices.Backward(l.events) {
		if e.Kind == CoachAssigned && e.Label == leader {
			return e.Coach
		}
	}
	for _, x := range l.plan.Cohort.Leaders {
		if x.ID == leader {
			return x.Coach
		}
	}
	return ""
}
