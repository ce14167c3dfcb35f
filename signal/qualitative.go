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
// Excerpt, the one that needs its author's consent.
type QualitativeKind uint8

const (
	Excerpt    QualitativeKind = iota // words of one person, who agrees to their use
	Theme                             // what several people said, in the analyst's words
	Favourable                        // the share of a team that answers 4 or more
)

var qualitativeNames = [...]string{"excerpt", "theme", "favourable"}

// String returns "excerpt", "theme" or "favourable".
func (k QualitativeKind) String() string {
	return enum.Name(qualitativeNames[:], k, "QualitativeKind")
}

// A QualitativeItem is one input of a pack that is not counted from traces.
type QualitativeItem struct {
	ID     string // the survey item or interview that consent names, as a signal's ID
	Kind   QualitativeKind
	Source string // such as "team pulse"
	Text   string // the excerpt or theme, or the survey's question
	// Author is the person whose words they are; zero for a figure of a group.
	Author coaching.PersonID
	Share  float64 // Favourable: 0 to 1
	N      int     // people behind a theme or share, at least MinGroup
	On     coaching.Date
}

// maxExcerpt bounds an item's text, in bytes: a pack is read in ten minutes.
const maxExcerpt = 600

// wrong says what keeps the item out of a pack; "" when nothing does.
func (q QualitativeItem) wrong() string {
	switch {
	case !validSignalID(q.ID):
		return "its id is not a lower-case letter and 1 to 47 of a-z, 0-9 and _"
	case int(q.Kind) >= len(qualitativeNames):
		return "its kind is not declared"
	case strings.TrimSpace(q.Source) == "" || strings.TrimSpace(q.Text) == "":
		return "it has no source or no text"
	case len(q.Text) > maxExcerpt || strings.ContainsAny(q.Text, "\r\n"):
		return fmt.Sprintf("its text is longer than %d bytes or breaks the line", maxExcerpt)
	case q.Kind == Excerpt && q.Author.IsZero():
		return "an excerpt has an author, whose consent is needed"
	case q.Kind != Excerpt && q.N < MinGroup:
		return fmt.Sprintf("a %s needs at least %d people behind it", q.Kind, MinGroup)
	case q.Kind == Favourable && !(q.Share >= 0 && q.Share <= 1):
		return "a share lies between 0 and 1"
	}
	return ""
}

// consented reports whether the item may be shown at the time.
func (q QualitativeItem) consented(c Consents, purpose string, at time.Time) bool {
	return q.Kind != Excerpt || c.Holds(q.Author, q.ID, purpose, at)
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
