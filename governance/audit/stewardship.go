package audit

import "github.com/coachgov/coaching"

// A StewardAssignment records who looks after a signal.
type StewardAssignment struct {
	Signal  string
	Steward coaching.PersonID
}

// Kind returns KindStewardAssigned.
func (StewardAssignment) Kind() Kind { return KindStewardAssigned }

func (b StewardAssignment) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.person("steward", &b.Steward)
	return b
}

// A StewardDecision records what the actor, a steward, made of a flagged value.
type StewardDecision struct {
	Signal    string
	Leader    coaching.PersonID
	Day       coaching.Date // the first day of the flagged period
	Confirmed bool          // false: the value is rejected
	Reason    Digest        // of the reason as written
}

// Kind returns KindStewardDecided.
func (StewardDecision) Kind() Kind { return KindStewardDecided }

func (b StewardDecision) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.person("leader", &b.Leader)
	c.day("day", &b.Day)
	c.flag("confirmed", &b.Confirmed)
	c.digest("reason", &b.Reason)
	return b
}

// A SignalChange records that a signal was paused, or is in use again.
type SignalChange struct {
	Signal  string
	Resumed bool   // false: paused
	Cause   string // a rule or review, such as "FAIR-012"
	Digest  Digest // of the memo; optional
}

// Kind returns KindSignal.
func (SignalChange) Kind() Kind { return KindSignal }

func (b SignalChange) fields(c *coder) Body {
	c.ident("signal", &b.Signal)
	c.flag("resumed", &b.Resumed)
	c.ident("cause", &b.Cause)
	c.optDigest("digest", &b.Digest)
	return b
}
