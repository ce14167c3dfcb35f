package signal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A QualitativeKind says what people said in which form. The zero kind is an
// Excerpt, one of the two that need their author's consent.
type QualitativeKind uint8

const (
	Excerpt         QualitativeKind = iota // words that one person wrote, such as in a pulse survey
	Theme                                  // what several people said, in the words of who coded it
	Favourable                             // the share of a team that answers 4 or more
	InterviewAnswer                        // words of one person to an interviewer
)

var qualitativeNames = [...]string{"excerpt", "theme", "favourable", "interview answer"}

// String returns "excerpt", "theme", "favourable" or "interview answer".
func (k QualitativeKind) String() string {
	return enum.Name(qualitativeNames[:], k, "QualitativeKind")
}

// verbatim reports whether the item holds one person's own words.
func (k QualitativeKind) verbatim() bool { return k == Excerpt || k == InterviewAnswer }

// A QualitativeItem is one input of a pack that is not counted from traces.
type QualitativeItem struct {
	ID     string // the survey item or interview that consent names, as a signal's ID
	Kind   QualitativeKind
	Source string // such as "team pulse"
	Text   string // the words or the theme, or the survey's question
	// Author is the person whose words they are, for an excerpt and an interview
	// answer. No view carries it.
	Author coaching.PersonID
	// Coder is who formed a theme from what people said.
	Coder     coaching.PersonID
	Redaction Redaction // of an excerpt or interview answer
	Share     float64   // Favourable: 0 to 1
	// N is the number of people behind a theme or share, and for words the number
	// of people who were asked together and any of whom could be their author. At
	// least MinGroup, since in a smaller group a reader can tell who speaks; only
	// the leader's own words need no N.
	N  int
	On coaching.Date
}

// A Redaction says who read a person's words before they enter a pack, and what
// was taken out so that they name nobody. The zero Redaction is of words that
// nobody has read, which are never shown.
type Redaction struct {
	State RedactionState
	By    coaching.PersonID // neither the leader nor the coach, unless the words are the leader's own
	On    coaching.Date
	// TakenOut says what, by kind and never by value, such as "two names".
	TakenOut string
}

// A RedactionState says whether words were read for what identifies people. The
// zero state is NotRedacted.
type RedactionState uint8

const (
	NotRedacted     RedactionState = iota
	Redacted                       // something was taken out
	NothingToRedact                // read, and there was nothing to take out
)

var redactionNames = [...]string{"not redacted", "redacted", "nothing to redact"}

// String returns "not redacted", "redacted" or "nothing to redact".
func (s RedactionState) String() string { return enum.Name(redactionNames[:], s, "RedactionState") }

// wrong says why words may not enter a pack; "" when they may.
func (r Redaction) wrong(author, leader coaching.PersonID) string {
	switch {
	case r.State != Redacted && r.State != NothingToRedact:
		return "nobody has read its words for names and other traces of a person"
	case r.By.IsZero() || r.On.IsZero():
		return "its redaction names no person or no day"
	case r.By == leader && author != leader:
		return "its words were redacted by the leader, who may then know the author; want someone else"
	case (r.State == Redacted) != (strings.TrimSpace(r.TakenOut) != ""):
		return "its redaction says what was taken out exactly when something was"
	case len(r.TakenOut) > maxExcerpt || strings.ContainsAny(r.TakenOut, "\r\n"):
		return fmt.Sprintf("its redaction is longer than %d bytes or breaks the line", maxExcerpt)
	}
	return ""
}

// maxExcerpt bounds an item's text, in bytes: a pack is read in ten minutes.
const maxExcerpt = 600

// wrong says what keeps the item out of a leader's pack; "" when nothing does.
func (q QualitativeItem) wrong(leader coaching.PersonID) string {
	switch {
	case !validSignalID(q.ID):
		return "its id is not a lower-case letter and 1 to 47 of a-z, 0-9 and _"
	case int(q.Kind) >= len(qualitativeNames):
		return "its kind is not declared"
	case strings.TrimSpace(q.Source) == "" || strings.TrimSpace(q.Text) == "":
		return "it has no source or no text"
	case len(q.Text) > maxExcerpt || strings.ContainsAny(q.Text, "\r\n"):
		return fmt.Sprintf("its text is longer than %d bytes or breaks the line", maxExcerpt)
	case q.Kind.verbatim() && q.Author.IsZero():
		return "an " + q.Kind.String() + " has an author, whose consent is needed"
	case !q.Kind.verbatim() && !q.Author.IsZero():
		return "a " + q.Kind.String() + " has no author; it is about a group"
	case q.Kind == Theme && q.Coder.IsZero():
		return "a theme has a coder, who formed it from what people said"
	case q.N < MinGroup && (q.Author.IsZero() || q.Author != leader):
		return fmt.Sprintf("%s needs at least %d people of whom it could be", q.Kind, MinGroup)
	case q.Kind == Favourable && !(q.Share >= 0 && q.Share <= 1):
		return "a share lies between 0 and 1"
	case q.Kind.verbatim():
		return q.Redaction.wrong(q.Author, leader)
	}
	return ""
}

// hidden says why the item is not shown to a coach at the time; "" when it is.
func (q QualitativeItem) hidden(leader, coach coaching.PersonID, c Consents, at time.Time) (code, reason string) {
	switch {
	case !q.Kind.verbatim():
	case !c.Holds(q.Author, q.ID, CoachingPurpose, at):
		return "GOV-012", "its author's consent does not hold"
	case q.Redaction.By == coach && q.Author != leader:
		return "SIG-017", "its words were redacted by the coach, who has then read them whole"
	}
	return "", ""
}

// anonymous returns the item without the people behind it.
func (q QualitativeItem) anonymous() QualitativeItem {
	q.Author, q.Coder, q.Redaction.By = coaching.PersonID{}, coaching.PersonID{}, coaching.PersonID{}
	return q
}

// favourableFrom is the least favourable answer on a 1 to 5 scale.
const favourableFrom = 4

// FavourableShare returns, per leader, the share of team members whose latest
// answer to a 1 to 5 item in the window is 4 or 5, as an item of a pack. A
// median or z of such answers means little: on each of thirteen engagement items
// tried, most people's spread was zero. Leaders with fewer than [MinGroup]
// answers are left out; the list is sorted by leader. An answer outside 1 to 5
// is not counted.
func FavourableShare(p *Panel, column, source, question string, teams Teams, window coaching.Window) []LeaderItem {
	p = p.orEmpty()
	values := p.column(column)
	if values == nil {
		return nil
	}
	var items []LeaderItem
	for _, leader := range teams.Leaders() {
		answered, favourable := 0, 0
		var latest coaching.Date
		for _, member := range teams.Members(leader) {
			s, ok := slices.BinarySearchFunc(p.subjects, member, coaching.PersonID.Compare)
			if !ok {
				continue
			}
			for t := len(p.periods) - 1; t >= 0; t-- {
				v := values[s*len(p.periods)+t]
				if !p.periods[t].within(window) || !(v >= 1 && v <= 5) {
					continue
				}
				answered++
				if v >= favourableFrom {
					favourable++
				}
				if last := p.periods[t].Last(); last.After(latest) {
					latest = last
				}
				break
			}
		}
		if answered >= MinGroup {
			items = append(items, LeaderItem{Leader: leader, Item: QualitativeItem{
				ID: strings.ToLower(columnKey(column)), Kind: Favourable, Source: source, Text: question,
				Share: float64(favourable) / float64(answered), N: answered, On: latest,
			}})
		}
	}
	return items
}

// A LeaderItem is a qualitative item about a leader's team.
type LeaderItem struct {
	Leader coaching.PersonID
	Item   QualitativeItem
}
