package fairness

import "github.com/coachgov/coaching/internal/enum"

// A Verdict is what the evidence supports. The zero Verdict is Insufficient, so
// a check that was forgotten never passes.
type Verdict uint8

const (
	Insufficient Verdict = iota // neither shown; a first-class answer with its own path
	Pass                        // shown to be within the programme threshold
	Pause                       // shown to be beyond it
)

var verdictNames = [...]string{"insufficient", "pass", "pause"}

// String returns "insufficient", "pass" or "pause".
func (v Verdict) String() string { return enum.Name(verdictNames[:], v, "Verdict") }

// MarshalText returns the same word as String.
func (v Verdict) MarshalText() ([]byte, error) {
	return enum.Marshal(verdictNames[:], v, "fairness: verdict")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (v *Verdict) UnmarshalText(text []byte) error {
	return enum.Unmarshal(verdictNames[:], v, "fairness: verdict", text)
}

// worst is Pause when any verdict is, Pass when all are and there is one, and
// otherwise Insufficient.
func worst(verdicts ...Verdict) Verdict {
	all := len(verdicts) > 0
	for _, v := range verdicts {
		if v == Pause {
			return Pause
		}
		all = all && v == Pass
	}
	if all {
		return Pass
	}
	return Insufficient
}
