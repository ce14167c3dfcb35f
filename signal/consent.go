package signal

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Consent is one participant's agreement that one signal is used for one
// purpose from a time on, until it expires or is withdrawn.
type Consent struct {
	Participant coaching.PersonID `json:"participant"`
	Signal      string            `json:"signal"`           // the definition's ID
	Purpose     string            `json:"purpose"`          // such as "coaching"
	Notice      string            `json:"notice,omitempty"` // the version of the participant notice that was read
	Granted     time.Time         `json:"granted"`
	Expires     time.Time         `json:"expires,omitzero"`   // zero: does not expire
	Withdrawn   time.Time         `json:"withdrawn,omitzero"` // zero: not withdrawn
}

// At reports whether the consent holds at t: granted at or before t, and
// neither expired nor withdrawn by then. The zero Consent never holds.
func (c Consent) At(t time.Time) bool {
	switch {
	case c.Granted.IsZero() || t.Before(c.Granted):
		return false
	case !c.Expires.IsZero() && !t.Before(c.Expires):
		return false
	case !c.Withdrawn.IsZero() && !t.Before(c.Withdrawn):
		return false
	}
	return true
}

// Consents answers whether a participant has agreed. The host's store of record
// implements it; an implementation that cannot find out answers false.
type Consents interface {
	Holds(participant coaching.PersonID, signal, purpose string, at time.Time) bool
}

// A ConsentList is a Consents over a slice. The empty list holds nothing.
type ConsentList []Consent

// Holds reports whether a consent in the list covers the participant, signal and
// purpose at the time. Who withdraws one withdraws all that were granted by then
// to the same signal and purpose, as when consent was given twice.
func (l ConsentList) Holds(participant coaching.PersonID, signal, purpose string, at time.Time) bool {
	var granted, withdrawn time.Time // the latest of each
	for _, c := range l {
		if c.Participant != participant || c.Signal != signal || c.Purpose != purpose {
			continue
		}
		if c.At(at) && c.Granted.After(granted) {
			granted = c.Granted
		}
		if !c.Withdrawn.After(at) && c.Withdrawn.After(withdrawn) {
			withdrawn = c.Withdrawn
		}
	}
	return granted.After(withdrawn) && !participant.IsZero()
}
