package pilot

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// ICSOptions says what an iCalendar file holds besides the milestones.
type ICSOptions struct {
	// Stamp is written as DTSTAMP of every event; the zero time is an error,
	// because RFC 5545 requires one.
	Stamp time.Time
	// Leaders whose sessions are written, in this order; nil means every one,
	// in the plan's order, and an empty list none.
	Leaders []string
	// Sequence is the revision of the schedule (RFC 5545, 3.8.7.4): raise it
	// each time that a changed schedule is sent out, so that calendars replace
	// the old events. Not below 0.
	Sequence int
}

// ICS returns the schedule as an iCalendar file (RFC 5545): the milestones as
// all-day events, then the sessions, each an event of its own in UTC, because
// clients disagree about recurring events across a change of daylight saving.
// An event keeps its UID when the schedule is computed again. No event names a
// person; leaders appear by the plan's label in the UID only.
func (s *Schedule) ICS(o ICSOptions) ([]byte, error) {
	if o.Stamp.IsZero() || o.Stamp.Year() < 1 || o.Stamp.Year() > 9999 {
		return nil, fmt.Errorf("pilot: ics: no stamp, want the time at which the file is made")
	}
	if o.Sequence < 0 {
		return nil, fmt.Errorf("pilot: ics: sequence %d, want 0 or more", o.Sequence)
	}
	w := calendarWriter{stamp: o.Stamp, sequence: o.Sequence, domain: s.Plan + ".pilot.invalid"}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//pilot//schedule export//EN")
	w.line("CALSCALE:GREGORIAN")
	for _, m := range s.Milestones {
		w.day(m)
	}
	leaders := o.Leaders
	if leaders == nil {
		for _, session := range s.Sessions {
			if !slices.Contains(leaders, session.Leader) {
				leaders = append(leaders, session.Leader)
			}
		}
	}
	for _, leader := range leaders {
		for _, session := range s.Of(leader) {
			w.session(session, s.minutes)
		}
	}
	w.line("END:VCALENDAR")
	return w.out.Bytes(), nil
}

type calendarWriter struct {
	out      bytes.Buffer
	stamp    time.Time
	sequence int
	domain   string
}

func (w *calendarWriter) begin(uid string) {
	w.line("BEGIN:VEVENT")
	w.line("UID:" + escapeText(uid+"@"+w.domain))
	w.line("DTSTAMP:" + instant(w.stamp))
	w.line(fmt.Sprintf("SEQUENCE:%d", w.sequence))
}

func (w *calendarWriter) day(m Milestone) {
	w.begin(m.ID)
	w.line("DTSTART;VALUE=DATE:" + basicDate(m.Date))
	w.line("DTEND;VALUE=DATE:" + basicDate(m.Date.AddDays(1)))
	w.line("TRANSP:TRANSPARENT")
	w.line("SUMMARY:" + escapeText(m.ID))
	w.line("DESCRIPTION:" + escapeText("rule "+m.Rule))
	w.line("END:VEVENT")
}

// session writes the end rather than a duration, which Outlook ignores.
func (w *calendarWriter) session(s Session, minutes int) {
	w.begin(fmt.Sprintf("session-%s-w%02d", s.Leader, s.Week))
	w.line("DTSTART:" + instant(s.Start))
	w.line("DTEND:" + instant(s.Start.Add(time.Duration(minutes)*time.Minute)))
	w.line("SUMMARY:" + escapeText(fmt.Sprintf("Coaching session, week %d – one experiment", s.Week)))
	w.line("END:VEVENT")
}

func instant(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func basicDate(d coaching.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// escapeText writes a TEXT value (RFC 5545, 3.3.11). Control characters have no
// form there and are left out.
func escapeText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' && r != '\t' || r == 0x7f:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// maxLine is the most bytes of a content line without its line break
// (RFC 5545, 3.1).
const maxLine = 75

// line writes one content line, folded between characters, never within one.
func (w *calendarWriter) line(text string) {
	room := maxLine
	for len(text) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		w.out.WriteString(text[:cut] + "\r\n ")
		text = text[cut:]
		room = maxLine - 1 // the space counts
	}
	w.out.WriteString(text + "\r\n")
}
