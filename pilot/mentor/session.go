package mentor

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// MaxShown is the most signals shown in one session: the size of a leader's own
// pack (PIL-109). More turn a session into a review of a dashboard.
const MaxShown = 4

// A Session is one planned meeting of a coach and a leader: what was shown and
// used, and what was agreed. What was said is not recorded.
type Session struct {
	ID          string            `json:"id" doc:"ident"`
	Date        coaching.Date     `json:"date"`
	Leader      coaching.PersonID `json:"leader"`
	Coach       coaching.PersonID `json:"coach"`
	Attendance  Presence          `json:"attendance"`
	MovedTo     coaching.Date     `json:"moved_to,omitzero"`                     // of a rescheduled session
	Minutes     int               `json:"minutes,omitempty" doc:"max=1440"`      // it lasted
	PrepMinutes int               `json:"prep_minutes,omitempty" doc:"max=1440"` // the coach read and checked signals before (PIL-111)
	Shown       []string          `json:"shown,omitempty" doc:"ident"`           // signals shown to the leader (PIL-109)
	Used        []string          `json:"used,omitempty" doc:"ident"`            // those that the conversation turned on (PIL-118)
	Suggestions []Suggestion      `json:"suggestions,omitempty"`                 // of the platform
	Commitments []Commitment      `json:"commitments,omitempty"`                 // made in this session
	Followed    []Followed        `json:"followed,omitempty"`                    // commitments of earlier sessions
}

// A Presence says whether a session took place. The zero Presence is not
// recorded, and counts as no session.
type Presence uint8

const (
	NotRecorded Presence = iota
	Held
	Rescheduled // moved to another day, where it has a record of its own
	Missed
)

var presenceNames = [...]string{"not_recorded", "held", "rescheduled", "missed"}

// String returns the name used in files, such as "held".
func (p Presence) String() string { return enum.Name(presenceNames[:], p, "Presence") }

// MarshalText returns the name used in files.
func (p Presence) MarshalText() ([]byte, error) {
	return enum.Marshal(presenceNames[:], p, "mentor: attendance")
}

// UnmarshalText accepts "held", "rescheduled" and "missed".
func (p *Presence) UnmarshalText(text []byte) error {
	return unmarshalAnswer(presenceNames[:], p, "mentor: attendance", text)
}

// check reports what is wrong with one session on its own and against the gate.
func (s Session) check(f *finder, path string, g Gate) {
	if s.ID == "" || s.Date.IsZero() || s.Leader.IsZero() || s.Coach.IsZero() {
		f.err("MEN-006", path+"id", "a session needs an id, a date, a leader and a coach")
	}
	if s.Attendance == Rescheduled && (s.MovedTo.IsZero() || s.MovedTo == s.Date) {
		f.err("PIL-048", path+"moved_to", "the session was moved; want the day that it was moved to")
	}
	switch {
	case s.Attendance == NotRecorded || s.Attendance > Missed:
		f.err("PIL-048", path+"attendance", "whether the session took place is not recorded")
		return
	case s.Attendance != Held:
		if len(s.Shown)+len(s.Used)+len(s.Suggestions)+len(s.Commitments)+len(s.Followed) > 0 {
			f.err("MEN-006", path+"attendance", "a %s session cannot have shown signals or made commitments", s.Attendance)
		}
		return
	}
	if s.Minutes <= 0 {
		f.err("MEN-006", path+"minutes", "a session that was held has a length; found %d minutes", s.Minutes)
	}
	if s.PrepMinutes <= 0 {
		f.warn("PIL-111", path+"prep_minutes", "the coach had no time to read and check the signals before the session")
	}
	s.checkSignals(f, path, g)
	answered := make(map[string]bool, len(s.Suggestions))
	for i, one := range s.Suggestions {
		at := fmt.Sprintf("%ssuggestions[%d].", path, i)
		if one.ID != "" && answered[one.ID] {
			f.err("PIL-088", at+"id", "the suggestion is listed twice in this session; want one response")
		}
		answered[one.ID] = true
		one.check(f, at)
	}
	for i, c := range s.Commitments {
		c.check(f, fmt.Sprintf("%scommitments[%d].", path, i), s)
	}
}

// checkSignals asks the gate about each signal of a session that was held.
func (s Session) checkSignals(f *finder, path string, g Gate) {
	if len(s.Shown) > MaxShown {
		f.err("PIL-109", path+"shown", "%d signals shown, want at most %d", len(s.Shown), MaxShown)
	}
	var pack []string
	if g.Pack != nil {
		pack = g.Pack(s.Leader)
	}
	shown := make(map[string]bool, len(s.Shown))
	for i, id := range s.Shown {
		at := fmt.Sprintf("%sshown[%d]", path, i)
		if shown[id] {
			f.err("PIL-109", at, "signal %s is listed twice", id)
		}
		shown[id] = true
		if !slices.Contains(pack, id) {
			f.err("PIL-109", at, "signal %s is not in this leader's own pack", id)
		}
		if g.Can == nil || !g.Can(s, id) {
			f.err("PIL-110", at, "signal %s was not cleared for this session: validated by the steward, and allowed to this coach", id)
		}
	}
	for i, id := range s.Used {
		if !shown[id] {
			f.err("PIL-118", fmt.Sprintf("%sused[%d]", path, i), "signal %s was used; want one that was shown, once", id)
		}
		delete(shown, id)
	}
}
