package signal

import (
	"slices"
	"strings"
	"unicode"
)

// softConstructs are names of states of mind and of relations that leave no trace
// of their own. The list catches what an author forgot to mark as soft; it does
// not claim to be complete.
var softConstructs = [...]string{
	"authenticity", "belonging", "charisma", "credibility", "emotional intelligence", "empathy", "executive presence",
	"humility", "morale", "political savvy", "political skill", "psychological safety", "self awareness", "trust",
}

// softConstruct returns the construct of the list that the definition says it
// measures, by its name, ID or the first part of its path; "" when it names none.
// The behaviour does not count: a leader may well act so as to be trusted.
func (d Definition) softConstruct() string {
	for _, text := range []string{d.Name, d.ID, d.Path.Signal} {
		words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
		for _, construct := range softConstructs {
			if strings.Contains(words, " "+construct+" ") {
				return construct
			}
		}
	}
	return ""
}

// softFromTraces says that the definition reads a soft construct from traces
// alone (SIG-002); "" when it does not.
func (d Definition) softFromTraces() string {
	construct := d.softConstruct()
	switch {
	case d.Source.asksPeople() || d.Trace == StatedAnswer:
		return ""
	case d.Soft:
		return "a soft construct is read from " + d.Source.String() + " alone, which rarely shows it"
	case construct != "":
		return "the name says " + construct + ", a soft construct, and " + d.Source.String() + " alone rarely shows it"
	}
	return ""
}

// calendarTotals are the columns, in lower case, that say how full a calendar is
// and nothing else, as Viva Insights, Workplace Analytics and this package's
// meeting reader name them.
var calendarTotals = [...]string{
	"attendee_meeting_hours", "group_meeting_count", "group_meeting_time_invested", "meeting_and_call_hours", "meeting_count",
	"meeting_hours", "meeting_hours_during_working_hours", "meetings",
}

// rawDensity reports whether the figure only adds or averages calendar totals
// (SIG-008): no part of a whole, no threshold, no band to be in.
func (d Definition) rawDensity() bool {
	if d.Source != CollaborationMetadata || len(d.Expr.Num) == 0 || d.Direction == TargetBand {
		return false
	}
	switch d.Expr.Op {
	case Mean, Median, Count:
	default:
		return false
	}
	for _, column := range d.Expr.Num {
		if !slices.Contains(calendarTotals[:], strings.ToLower(columnKey(column))) {
			return false
		}
	}
	return true
}
