package mentor

import (
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// A Suggestion records what a coach did with a suggestion of the platform. The
// coach may set it aside whenever the context says otherwise; that is a right
// and never a failure (PIL-088), so an override is no finding. One without a
// reason is: the reason is how the platform learns.
type Suggestion struct {
	ID       string   `json:"id" doc:"ident"`
	Response Response `json:"response"`
	Reason   string   `json:"reason,omitempty"` // of Ignored and Reweighted; about the context, in one sentence
}

// A Response is what a coach did with a suggestion. The zero Response is not
// recorded.
type Response uint8

const (
	NoResponse Response = iota
	Shown               // passed on to the leader as it was
	Ignored             // set aside
	Reweighted          // given more or less weight
)

var responseNames = [...]string{"none", "shown", "ignored", "reweighted"}

// String returns the name used in files, such as "ignored".
func (r Response) String() string { return enum.Name(responseNames[:], r, "Response") }

// MarshalText returns the name used in files.
func (r Response) MarshalText() ([]byte, error) {
	return enum.Marshal(responseNames[:], r, "mentor: response")
}

// UnmarshalText accepts "shown", "ignored" and "reweighted".
func (r *Response) UnmarshalText(text []byte) error {
	return unmarshalAnswer(responseNames[:], r, "mentor: response", text)
}

func (s Suggestion) check(f *finder, path string) {
	switch {
	case s.ID == "":
		f.err("PIL-088", path+"id", "a suggestion needs the platform's id")
	case s.Response == NoResponse || s.Response > Reweighted:
		f.err("PIL-088", path+"response", "what became of the suggestion is not recorded; want shown, ignored or reweighted")
	case s.Response != Shown && strings.TrimSpace(s.Reason) == "":
		f.err("PIL-088", path+"reason", "the suggestion was %s, as the coach may; want the reason beside it", s.Response)
	}
}
