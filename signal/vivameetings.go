package signal

import (
	"errors"
	"io"
	"math"
)

// largeMeeting and shortMeeting bound what is called so: nine people or more,
// the organiser included, as in Microsoft's metric "Large and long meeting
// hours", and half an hour or less.
const (
	largeMeeting = 9
	shortMeeting = 0.5
)

// ReadVivaMeetings reads a Viva Insights meeting query, or one of the former
// Workplace Analytics: one row per meeting. It makes figures per organiser, who
// becomes a PersonID at the door, and week. The week is that of the meeting's day
// in UTC, as the source gives it.
//
// The metrics are meetings, meeting_hours (of the meetings, not of their
// attendees), attendees (all of them added), large_meetings (nine attendees or
// more), short_meetings (30 minutes or less) and recurring_meetings. Cancelled
// meetings, all-day entries and those with fewer than two attendees, such as
// focus time, are no meetings; the report counts them in LeftOut. Subjects are
// never read. A week in which an organiser has no row is missing, not zero, and
// the first and last week of a file may be cut short.
//
// A meeting given twice is one; given twice with different contents, what is made
// of it is missing. See [ReadViva] for the rest; the spec has no Attributes and
// its PeriodDays are 7.
func ReadVivaMeetings(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	if err := needPeople(spec); err != nil {
		return nil, ImportReport{}, err
	}
	if len(spec.Attributes) > 0 {
		return nil, ImportReport{}, errors.New("signal: a meeting query has no attributes of the organiser that hold for a week")
	}
	t, err := newTally(r, spec, []string{"meetings", "meeting_hours", "attendees", "large_meetings", "short_meetings", "recurring_meetings"})
	if err != nil {
		return nil, ImportReport{}, err
	}
	if err := t.weekly(); err != nil {
		return nil, ImportReport{}, err
	}
	t.once = oncePerFile
	c, err := t.meetingColumns()
	if err != nil {
		return nil, ImportReport{}, err
	}
	figures := []madeFigure{
		{"meetings", 0, sumOf(0)},
		{"meeting_hours", c.hours, sumOf(c.hours)},
		{"attendees", c.attendees, sumOf(c.attendees)},
		{"large_meetings", c.attendees, countOf(c.attendees, func(n float64) bool { return n >= largeMeeting })},
		{"short_meetings", c.hours, countOf(c.hours, func(h float64) bool { return h <= shortMeeting })},
		{"recurring_meetings", c.recurring, sumOf(c.recurring)},
	}
	for {
		more, err := t.file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return t.finish(t.weeks, figures)
		}
		if err := c.row(t); err != nil {
			return nil, ImportReport{}, err
		}
	}
}

// meetingColumns are the places of a meeting query's columns; hours, attendees
// and recurring are inputs.
type meetingColumns struct {
	id, organiser, date, start, cancelled, allDay int
	hours, attendees, recurring                   int
}

func (t *tally) meetingColumns() (c meetingColumns, err error) {
	organisers := []string{"Organizer", "Organizer_PersonId"}
	if t.spec.PersonColumn != "" {
		organisers = []string{t.spec.PersonColumn}
	}
	if c.id, err = t.column("MeetingId"); err != nil {
		return c, err
	}
	if c.organiser, err = t.column(organisers...); err != nil {
		return c, err
	}
	if c.date, err = t.column(t.dateOr("Collaboration_start_time", "StartDate")...); err != nil {
		return c, err
	}
	if c.cancelled, err = t.column("Cancelled", "IsCancelled"); err != nil {
		return c, err
	}
	if c.hours, err = t.input("Duration", "DurationHours"); err != nil {
		return c, err
	}
	if c.attendees, err = t.input("Number_of_attendees", "Attendees"); err != nil {
		return c, err
	}
	if c.recurring, err = t.input("Recurring", "IsRecurring"); err != nil {
		return c, err
	}
	t.inputs[c.recurring-1].read, t.inputs[c.recurring-1].want = truth, "TRUE or FALSE"
	if c.allDay, err = t.optional("All_Day_Meeting"); err != nil {
		return c, err
	}
	c.start, err = t.optional("StartTimeUTC")
	return c, err
}

// row takes the current row, or counts why it is no meeting. What it leaves out is
// checked too: a file is read whole or not at all.
func (c meetingColumns) row(t *tally) error {
	key, err := t.key(c.id, "the meeting's identifier")
	if err != nil {
		return err
	}
	reason, err := c.leftOut(t)
	if err != nil {
		return err
	}
	if reason != "" {
		t.leave(reason)
		if t.file.record[c.organiser] == "" {
			return nil
		}
	}
	organiser, ok, err := t.person(c.organiser)
	if err != nil || !ok || reason != "" {
		return err
	}
	d, err := t.dates.add(t.file, c.date)
	if err != nil {
		return err
	}
	// The meetings of a series may share an identifier; they differ in their start.
	start := t.file.record[c.date]
	if c.start >= 0 {
		start += " " + t.file.record[c.start]
	}
	return t.add(organiser, d, key+"\x00"+start)
}

// leftOut says why the current row is no meeting; "" when it is one.
func (c meetingColumns) leftOut(t *tally) (string, error) {
	for _, mark := range []struct {
		place  int
		reason string
	}{{c.cancelled, leftCancelled}, {c.allDay, leftAllDay}} {
		if mark.place < 0 {
			continue
		}
		yes, ok := truth(t.file.record[mark.place])
		if !ok {
			// Whether it counts at all would be a guess.
			return "", t.file.errorf(t.file.line, mark.place+1, "neither TRUE nor FALSE")
		}
		if yes == 1 {
			return mark.reason, nil
		}
	}
	if n, ok := decimalNumber(t.file.record[t.inputs[c.attendees-1].place]); ok && n >= 0 && n < 2 {
		return leftAlone, nil
	}
	return "", nil
}

// truth reads TRUE and FALSE in any case as 1 and 0.
func truth(text string) (float64, bool) {
	switch text {
	case "TRUE", "True", "true":
		return 1, true
	case "FALSE", "False", "false":
		return 0, true
	}
	return 0, false
}

// countOf counts the rows whose input is as asked; a count in which one is not
// known is missing.
func countOf(input int, is func(float64) bool) func([]tallyRow) float64 {
	return func(rows []tallyRow) float64 {
		n := 0.0
		for _, row := range rows {
			switch v := row.values[input]; {
			case math.IsNaN(v):
				return math.NaN()
			case is(v):
				n++
			}
		}
		return n
	}
}
