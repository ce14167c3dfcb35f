package signal

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// crossSuffix ends the name of a figure that counts other groups only.
const crossSuffix = "_cross"

// groupFigures are the figures of a group-to-group query: today's, in minutes
// except the counts, then those of the former Workplace Analytics, in hours
// except the counts.
var groupFigures = [...]string{
	"Group_collaboration_time_invested", "Group_meeting_time_invested", "Group_email_time_invested", "Group_meeting_count", "Group_email_sent_count",
	"Collaboration_hours", "Meeting_hours", "Email_hours", "Meetings",
}

// ReadVivaGroup reads a Viva Insights group-to-group query, or one of the former
// Workplace Analytics: one row per pair of groups and period. The figures land on
// the row of the leader who owns the first group of the pair, by spec.Owners.
// People and Attributes of the spec are not used.
//
// For each figure of the file, such as Group_meeting_time_invested, there are two
// metrics: under its own name the sum over all groups, and with "_cross" behind
// it the sum over other groups. The own group ("Within Group", or the same name,
// or another group of the same leader) is not another one. Nor are people whose
// group the source does not know ("Unclassified Collaborators", "Other
// Collaborators"): they count in the sum over all groups only, so that a share
// of cross-group time is never overstated by ignorance.
//
// Units are the file's: today's export counts minutes, the former one hours.
// Nothing is converted. Today's export counts time with two groups at once for
// both (Microsoft Learn, Viva Insights metric descriptions, "Group meeting time
// invested"), so a sum over groups can be more than the time spent; a share of
// two such sums is a share of time by group.
//
// The date is the first day of a period of spec.PeriodDays days; two dates within
// one week are an error, since such a file is not weekly. A pair that occurs twice
// with different figures is missing, and with it the sums, unless
// spec.SharedNames says that groups share names. Figures below zero are missing
// (DQ08). See [ReadViva] for the rest.
func ReadVivaGroup(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	if err := needOwners(spec); err != nil {
		return nil, ImportReport{}, err
	}
	if len(spec.Attributes) > 0 {
		return nil, ImportReport{}, errors.New("signal: a group-to-group query has no attributes of persons")
	}
	var makes []string
	for _, f := range groupFigures {
		makes = append(makes, f, f+crossSuffix)
	}
	t, err := newTally(r, spec, makes)
	if err != nil {
		return nil, ImportReport{}, err
	}
	if !spec.SharedNames {
		t.once = oncePerPeriod
	}
	from, err := t.column("PrimaryCollaborator_Organization", "TimeInvestors_Organization")
	if err != nil {
		return nil, ImportReport{}, err
	}
	with, err := t.column("SecondaryCollaborator_Organization", "Collaborators_Organization")
	if err != nil {
		return nil, ImportReport{}, err
	}
	date, err := t.column(t.dateOr("MetricDate")...)
	if err != nil {
		return nil, ImportReport{}, err
	}
	var figures []madeFigure
	for _, name := range t.spec.Metrics {
		base, cross := strings.CutSuffix(name, crossSuffix)
		input, err := t.input(base)
		if err != nil {
			return nil, ImportReport{}, err
		}
		f := madeFigure{name: name, input: input, from: sumOf(input)}
		if cross {
			f.from = func(rows []tallyRow) float64 {
				return sumOf(input)(slices.DeleteFunc(slices.Clone(rows), func(row tallyRow) bool { return row.key[0] != otherGroup }))
			}
		}
		figures = append(figures, f)
	}
	for {
		more, err := t.file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return t.finish(t.runs, figures)
		}
		label := t.file.record[from]
		leader, owned := t.owner(label)
		if !owned {
			continue
		}
		other, err := t.key(with, "the other group's name")
		if err != nil {
			return nil, ImportReport{}, err
		}
		d, err := t.dates.add(t.file, date)
		if err != nil {
			return nil, ImportReport{}, err
		}
		// The pair, after a mark that says what the other group is.
		if err := t.add(leader, d, string(t.groupKind(label, other))+label+"\x00"+other); err != nil {
			return nil, ImportReport{}, err
		}
	}
}

const (
	otherGroup   byte = 'o'
	ownGroup     byte = 'w'
	unknownGroup byte = 'u'
)

// groupKind says what the second group of a pair is to the first.
func (t *tally) groupKind(label, other string) byte {
	switch strings.ToLower(columnKey(other)) {
	case "within_group", "collaborators_within_group":
		return ownGroup
	case "unclassified_collaborators", "unclassified", "other_collaborators":
		return unknownGroup
	}
	if t.spec.Owners[label] == t.spec.Owners[other] { // also the same label
		return ownGroup
	}
	return otherGroup
}
