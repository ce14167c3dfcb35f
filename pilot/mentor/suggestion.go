package mentor

import (
	"strings"

	"github.com/coachgov/coaching"
)

// A Suggestion records what a coach did with a suggestion of the platform. The
// coach may set it aside whenever the context says otherwise; that is a right
// and never a failure (PIL-088), so an override is no finding. One without a
// reason is: the reason is how the platform learns.
type Suggestion struct {
	ID       string            `json:"id" doc:"ident"`
	Response coaching.Response `json:"response"`
	Reason   string            `json:"reason,omitempty"` // of [coaching.Ignored] and [coaching.Reweighted]; about the context, in one sentence
}

func (s Suggestion) check(f *finder, path string) {
	switch {
	case s.ID == "":
		f.err("PIL-088", path+"id", "a suggestion needs the platform's id")
	case s.Response == coaching.NoResponse || s.Response > coaching.Reweighted:
		f.err("PIL-088", path+"response", "what became of the suggestion is not recorded; want shown, ignored or reweighted")
	case s.Response != coaching.Shown && strings.TrimSpace(s.Reason) == "":
		f.err("PIL-088", path+"reason", "the suggestion was %s, as the coach may; want the reason beside it", s.Response)
	}
}
