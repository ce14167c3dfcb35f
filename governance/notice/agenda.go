package notice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// An Agenda is what the governance checkpoint in the middle of a pilot talks
// about: six topics, in this order. Fill in what is known of each; a topic that
// nobody has reported is on the agenda too, and says so.
type Agenda struct {
	Programme string // in words
	Window    coaching.Window
	On        coaching.Date // the day of the checkpoint

	Log         Topic // the review of the log for unusual patterns; each is one
	Withdrawals Topic // consents withdrawn since the start
	Pauses      Topic // signals paused or restricted for fairness
	Retention   Topic // what is to be deleted
	Appeals     Topic // appeals, open and decided
	Confounders Topic // changes outside the programme that could explain the result
}

// A Topic is what has been reported for one item. The zero Topic has not been
// reported, which is not the same as nothing to report.
type Topic struct {
	Reported bool
	Count    int      // how many there are
	Overdue  int      // how many of them are past their date
	Notes    []string // a line each, without names or pseudonyms
}

// An agendaItem is what is fixed of a topic.
type agendaItem struct {
	path, title, one, many string
	owner                  coaching.Role
	asks, decides          string
	Topic
}

func (a Agenda) items() []agendaItem {
	return []agendaItem{
		{"log", "Log review", "unusual pattern", "unusual patterns", coaching.PrivacyOfficer, "Who looked at what, and was each pattern explained?", "Accept the review, or ask whoever is behind a pattern.", a.Log},
		{"withdrawals", "Consent withdrawals", "consent withdrawn", "consents withdrawn", coaching.ProgramAdmin, "Did each withdrawal take effect at once, and does a reason repeat?", "Go on as planned, or change what puts people off.", a.Withdrawals},
		{"pauses", "Fairness pauses", "signal paused or restricted", "signals paused or restricted", coaching.Steward, "What was found, what is the remedy, and is the human control in place?", "Clear, keep under control, or retire each signal.", a.Pauses},
		{"retention", "Retention", "deletion due", "deletions due", coaching.DataOwner, "What is deleted by when, and is every deletion so far on record?", "Confirm the dates, or name a legal hold.", a.Retention},
		{"appeals", "Appeals", "appeal", "appeals", coaching.LegalPrivacy, "Was each appeal decided in time, by somebody independent, with a rationale?", "Correct the signal, or explain why it stands.", a.Appeals},
		{"confounders", "Confounders", "change outside the programme", "changes outside the programme", coaching.ProductOwner, "What else changed for these teams, and from when?", "Record each, and decide whether the comparison still holds.", a.Confounders},
	}
}

// Check returns what stands in the way of the checkpoint, all of it GOV-028.
// Errors: a topic has not been reported; the day is not inside the pilot, between its first and
// its last day; a count is negative, or more is overdue than there is; a note
// holds a pseudonym. What is overdue is a warning. The findings are sorted.
func (a Agenda) Check() coaching.Findings {
	var fs coaching.Findings
	add := func(severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "GOV-028", Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !a.On.After(a.Window.From) || !a.On.Before(a.Window.To) || a.Window.From.IsZero() {
		add(coaching.Error, "on", "the checkpoint is not between the first and the last day of the pilot")
	}
	for _, item := range a.items() {
		switch {
		case !item.Reported:
			add(coaching.Error, item.path, "nobody has reported; ask %s", roleWords(item.owner))
		case item.Count < 0 || item.Overdue < 0 || item.Overdue > item.Count:
			add(coaching.Error, item.path, "%d of %d overdue cannot be", item.Overdue, item.Count)
		case item.Overdue > 0:
			add(coaching.Warning, item.path, "%d overdue", item.Overdue)
		}
		if slices.ContainsFunc(item.Notes, func(n string) bool { return len(pseudonyms(n)) > 0 }) {
			add(coaching.Error, item.path, "a note holds a person's pseudonym; the agenda names nobody")
		}
	}
	fs.Sort()
	return fs
}

// Markdown returns the agenda in GitHub's dialect. Notes with a pseudonym are
// withheld. The same agenda gives the same bytes.
func (a Agenda) Markdown() []byte { return a.page().markdown() }

// HTML returns the same as one self-contained, accessible page.
func (a Agenda) HTML() []byte { return a.page().html() }

func (a Agenda) page() *page {
	p := &page{title: "Governance checkpoint: " + a.Programme}
	p.paragraph(fmt.Sprintf("Held on %s, day %d of %d of the pilot. Each topic ends with a decision and a name.", or(a.On.String(), "a day not yet set"), a.Window.From.DaysUntil(a.On)+1, a.Window.Days()))
	for i, item := range a.items() {
		p.heading(fmt.Sprintf("%d. %s", i+1, item.title))
		report := "Not reported. Ask " + roleWords(item.owner) + " before the meeting."
		if item.Reported {
			report = fmt.Sprintf("%s: %s%s.", capital(roleWords(item.owner)), counted(item.Count, item.one, item.many), when(item.Overdue > 0, ", %d of them overdue", item.Overdue))
		}
		p.paragraph(report)
		var notes []string
		for _, n := range item.Notes {
			if len(pseudonyms(n)) > 0 {
				n = "Withheld: the note points at one person."
			}
			notes = append(notes, n)
		}
		p.list(append(notes, "Ask: "+item.asks, "Decide: "+item.decides)...)
	}
	return p
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return number(n) + " " + many
}

// pseudonyms returns where the text forms of PersonIDs begin.
func pseudonyms(text string) []int {
	const length = len("p1_") + 26
	var at []int
	for i := 0; i+length <= len(text); {
		next := strings.Index(text[i:], "p1_")
		if next < 0 || i+next+length > len(text) {
			break
		}
		i += next
		if _, err := coaching.ParsePersonID(text[i : i+length]); err == nil {
			at = append(at, i)
			i += length
		} else {
			i++
		}
	}
	return at
}
