package mentor

import "github.com/coachgov/coaching"

// A Gate holds what the records are checked against. It comes from the other
// rooms through the host; the zero Gate allows no signal.
type Gate struct {
	// Pack returns the signals of the leader's own pack; nil means none.
	Pack func(leader coaching.PersonID) []string
	// Can reports whether the session's coach could use a signal on its day:
	// flags decided by a steward, standing and consent in order, such as that
	// CanCoach of the pilot's log found nothing against it. nil means no.
	Can func(s Session, signal string) bool
	// Playbook holds the entries that trials are compared with; with none they
	// are not compared.
	Playbook []Entry
	// Run is when the programme coaches and reads its figures; trials are not
	// held against the zero Window.
	Run coaching.Window
	// Raw returns the raw traces that a signal is made from; nil means that
	// none are known.
	Raw func(signal string) []string
}
