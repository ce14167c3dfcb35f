package signal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A StewardVerdict is what a steward says about a flag. The zero verdict is
// Undecided, which decides nothing.
type StewardVerdict uint8

const (
	Undecided StewardVerdict = iota
	Confirmed                // the figure is right, and the coach may see it
	Rejected                 // the figure is wrong; it leaves the baseline
	Explained                // the figure is right and has a known cause, such as a launch
)

var stewardVerdictNames = [...]string{"undecided", "confirmed", "rejected", "explained"}

// String returns the name used in files, such as "confirmed".
func (v StewardVerdict) String() string {
	return enum.Name(stewardVerdictNames[:], v, "StewardVerdict")
}

// MarshalText returns the name used in files.
func (v StewardVerdict) MarshalText() ([]byte, error) {
	return enum.Marshal(stewardVerdictNames[:], v, "signal: verdict")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (v *StewardVerdict) UnmarshalText(text []byte) error {
	return enum.Unmarshal(stewardVerdictNames[:], v, "signal: verdict", text)
}

// A StewardDecision is a steward's answer to one flag.
type StewardDecision struct {
	Flag    string            `json:"flag" doc:"text"` // the flag's ID
	Verdict StewardVerdict    `json:"verdict"`
	Reason  string            `json:"reason" doc:"text"`
	Steward coaching.PersonID `json:"steward"`
	On      coaching.Date     `json:"on"`
}

// A StewardLog holds the flags that were raised and what stewards decided about
// them. Decisions are only ever added. The nil log knows no flag and no
// decision.
type StewardLog struct {
	flags     map[string]Flag
	coaches   map[coaching.PersonID]coaching.PersonID
	decisions []StewardDecision
}

// NewStewardLog returns a log over the flags. The map names each leader's coach,
// who may not decide about that leader; every flag's leader needs one.
func NewStewardLog(flags []Flag, coachOf map[coaching.PersonID]coaching.PersonID) (*StewardLog, error) {
	l := &StewardLog{flags: map[string]Flag{}, coaches: maps.Clone(coachOf)}
	if err := l.Raise(flags); err != nil {
		return nil, err
	}
	return l, nil
}

// Raise adds flags to the ones that the log knows. It refuses them all when one
// of their leaders has no coach.
func (l *StewardLog) Raise(flags []Flag) error {
	if l == nil {
		return fmt.Errorf("signal: a steward log is needed; want one from NewStewardLog")
	}
	for _, f := range flags {
		if l.coaches[f.Leader].IsZero() {
			return fmt.Errorf("signal: the leader of flag %q has no coach; want one, so that the steward can be someone else", f.ID)
		}
	}
	for _, f := range flags {
		l.flags[f.ID] = f
	}
	return nil
}

// Decide adds a decision, which is about the flagged figure: when the source
// restates it, the new figure is pending again. It is refused, and the log
// unchanged, when the flag is unknown, the verdict is none, the reason or the day is missing, or the steward
// is nobody, the leader, or the leader's coach. A second decision on a flag
// replaces the first and both stay in the log.
func (l *StewardLog) Decide(d StewardDecision) error {
	if l == nil {
		return fmt.Errorf("signal: a steward log is needed; want one from NewStewardLog")
	}
	flag, ok := l.flags[d.Flag]
	switch {
	case !ok:
		return fmt.Errorf("signal: decision on an unknown flag of %d bytes; %d flags are known", len(d.Flag), len(l.flags))
	case d.Verdict == Undecided || int(d.Verdict) >= len(stewardVerdictNames):
		return fmt.Errorf("signal: flag %q: no verdict; want one of %s", d.Flag, strings.Join(stewardVerdictNames[1:], ", "))
	case strings.TrimSpace(d.Reason) == "":
		return fmt.Errorf("signal: flag %q: no reason; a decision needs one", d.Flag)
	case d.On.IsZero():
		return fmt.Errorf("signal: flag %q: no day", d.Flag)
	case d.Steward.IsZero():
		return fmt.Errorf("signal: flag %q: no steward", d.Flag)
	case d.Steward == flag.Leader:
		return fmt.Errorf("signal: flag %q: the steward is the leader; want someone else", d.Flag)
	case d.Steward == l.coaches[flag.Leader]:
		return fmt.Errorf("signal: flag %q: the steward is the leader's coach; want someone else", d.Flag)
	case d.On.Before(flag.Period.Last()):
		return fmt.Errorf("signal: flag %q: decided on %s, before the figure existed", d.Flag, d.On)
	}
	l.decisions = append(l.decisions, d)
	return nil
}

// Decision returns the latest decision on a flag; false while it is pending.
func (l *StewardLog) Decision(flagID string) (StewardDecision, bool) {
	if l == nil {
		return StewardDecision{}, false
	}
	for _, d := range slices.Backward(l.decisions) {
		if d.Flag == flagID {
			return d, true
		}
	}
	return StewardDecision{}, false
}

// asOf returns the log with the decisions taken up to a day.
func (l *StewardLog) asOf(day coaching.Date) *StewardLog {
	if l == nil {
		return nil
	}
	known := &StewardLog{flags: l.flags, coaches: l.coaches}
	for _, d := range l.decisions {
		if !d.On.After(day) {
			known.decisions = append(known.decisions, d)
		}
	}
	return known
}

// Decisions returns every decision in the order in which they were added.
func (l *StewardLog) Decisions() []StewardDecision {
	if l == nil {
		return nil
	}
	return slices.Clone(l.decisions)
}

// Pending returns those of the flags on which nothing is decided, in the order
// given.
func (l *StewardLog) Pending(flags []Flag) []Flag {
	var pending []Flag
	for _, f := range flags {
		if _, ok := l.Decision(f.ID); !ok {
			pending = append(pending, f)
		}
	}
	return pending
}
