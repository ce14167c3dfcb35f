package appeal

import "github.com/coachgov/coaching/internal/enum"

// A State is how far a case has come. The zero State is none: there is no case.
// In package audit, Received is raised, Upheld and Corrected are upheld, and Rejected
// is dismissed.
type State uint8

const (
	NoState     State = iota
	Received          // waits for a reviewer
	UnderReview       // has a reviewer
	Upheld            // the signal misrepresents the participant, and cannot be put right yet
	Corrected         // it did, and the figure has been put right
	Rejected          // it does not
	Withdrawn         // the participant took the claim back
)

var stateNames = [...]string{"none", "received", "under_review", "upheld", "corrected", "rejected", "withdrawn"}

// String returns the name used in files, such as "under_review".
func (s State) String() string { return enum.Name(stateNames[:], s, "State") }

// MarshalText returns the name used in files.
func (s State) MarshalText() ([]byte, error) {
	return enum.Marshal(stateNames[:], s, "appeal: state")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *State) UnmarshalText(text []byte) error {
	return enum.Unmarshal(stateNames[:], s, "appeal: state", text)
}

// IsOpen reports whether a case in this state waits for a decision.
func (s State) IsOpen() bool { return s == Received || s == UnderReview }

// verdict reports whether a reviewer can end a case with this state.
func (s State) verdict() bool { return s == Upheld || s == Corrected || s == Rejected }
