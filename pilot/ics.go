package pilot

import (
	"bytes"
	"fmt"
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
	// Earlier is the schedule that was sent out before, nil for none. Its events
	// that the schedule no longer holds are written as cancelled, so that
	// calendars take them away. It belongs to the same plan, and Sequence is
	// above 0.
	Earlier *Schedule
}

// ICS returns the schedule as an iCalendar file (RFC 5545): the milestones as
// all-day events, then the sessions, each an event of its own in UTC, because
// clients disagree about recurring events across a change of daylight saving;
// last what is cancelled, in the same order. An event keeps its UID when the
// schedule is computed again. No event names a person; leaders appear by the
// plan's label in the UID only.
func (s *Schedule) ICS(o ICSOptions) ([]byte, error) {
	switch {
	case o.Stamp.IsZero() || o.Stamp.Year() < 1 || o.Stamp.Year() > 9999:
		return nil, fmt.Errorf("pilot: ics: no stamp, want the time at which the file is made")
	case o.Sequence < 0:
		return nil, fmt.Errorf("pilot: ics: sequence %d, want 0 or more", o.Sequence)
	case o.Earlier != nil && o.Earlier.Plan != s.Plan:
		return nil, fmt.Errorf("pilot: ics: the earlier schedule is of another plan")
	case o.Earlier != nil && o.Sequence == 0:
		return nil, fmt.Errorf("pilot: ics: sequence 0 after an earlier schedule, want the number of the revision")
	}
	w := calendarWriter{stamp: o.Stamp, sequence: o.Sequence, domain: s.Plan + ".pilot.invalid"}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//pilot//schedule export//EN")
	w.line("CALSCALE:GREGORIAN")
	kept := map[string]bool{}
	for _, e := range s.events(o.Leaders) {
		kept[e.uid] = true
		w.event(e, false)
	}
	if o.Earlier != nil {
		for _, e := range o.Earlier.events(o.Leaders) {
			if !kept[e.uid] {
				w.event(e, true)
			}
		}
	}
	w.line("END:VCALENDAR")
	return w.out.Bytes(), nil
}

// An event is one entry of a calendar. An all-day event has a rule and no time.
type event struct {
	uid, summary string
	rule         string
	day          coaching.Date
	start, end   time.Time
}

// events returns the milestones and then the sessions of the leaders, nil for
// every leader.
func (s *Schedule) events(leaders []string) []event {
	var es []event
	for _, m := range s.Milestones {
		es = append(es, event{uid: m.ID, summary: m.ID, rule: m.Rule, day: m.Date})
	}
	sessions := s.Sessions
	if leaders != nil {
		own := map[string][]Session{}
		for _, x := range s.Sessions {
			own[x.Leader] = append(own[x.Leader], x)
		}
		sessions = nil
		for _, leader := range leaders {
			sessions = append(sessions, own[leader]...)
			delete(own, leader) // a leader who is listed twice has one calendar
		}
	}
	for _, x := range sessions {
		es = append(es, event{
			uid:     fmt.Sprintf("session-%s-w%02d", x.Leader, x.Week),
			summary: fmt.Sprintf("Coaching session, week %d – one experiment", x.Week),
			start:   x.Start, end: x.Start.Add(time.Duration(s.Minutes) * time.Minute),
		})
	}
	return es
}

type calendarWriter struct {
	out      bytes.Buffer
	stamp    time.Time
	sequence int
	domain   string
}

// event writes the end of a session rather than a duration, which Outlook
// ignores.
func (w *calendarWriter) event(e event, cancelled bool) {
	w.line("BEGIN:VEVENT")
	w.line("UID:" + escapeText(e.uid+"@"+w.domain))
	w.line("DTSTAMP:" + instant(w.stamp))
	w.line(fmt.Sprintf("SEQUENCE:%d", w.sequence))
	if cancelled {
		w.line("STATUS:CANCELLED")
	}
	if e.day.IsZero() {
		w.line("DTSTART:" + instant(e.start))
		if e.end.After(e.start) { // RFC 5545, 3.8.2.2
			w.line("DTEND:" + instant(e.end))
		}
	} else {
		w.line("DTSTART;VALUE=DATE:" + basicDate(e.day))
		w.line("DTEND;VALUE=DATE:" + basicDate(e.day.AddDays(1)))
		w.line("TRANSP:TRANSPARENT")
	}
	w.line("SUMMARY:" + escapeText(e.summary))
	if e.rule != "" {
		w.line("DESCRIPTION:" + escapeText("rule "+e.rule))
	}
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
