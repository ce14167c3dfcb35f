package pilot

import "github.com/coachgov/coaching/internal/enum"

// A State says how far a programme has come. The zero State is Draft.
type State uint8

// The states in order, then the two beside them.
const (
	Draft      State = iota
	Planned          // plan locked, signals validated, exports tested
	Baseline         // compact signed, allocation committed
	Enablement       // consent and baseline complete
	Running          // coaching, weeks 5 to 8
	Iterating        // coaching, weeks 9 to 12
	Validating       // final measurement
	Decided          // the outcome stands
	Held             // interrupted; resumes where it was
	Stopped          // for good; a new plan names this one
)

var stateNames = [...]string{"draft", "planned", "baseline", "enablement", "running", "iterating", "validating", "decided", "held", "stopped"}

// String returns the name used in files, such as "running".
func (s State) String() string { return enum.Name(stateNames[:], s, "State") }

// MarshalText returns the name used in files.
func (s State) MarshalText() ([]byte, error) {
	return enum.Marshal(stateNames[:], s, "pilot: state")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *State) UnmarshalText(text []byte) error {
	return enum.Unmarshal(stateNames[:], s, "pilot: state", text)
}

// Coaches reports whether sessions are held in this state.
func (s State) Coaches() bool { return s == Running || s == Iterating || s == Validating }
