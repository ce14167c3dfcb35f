package report

import (
	"strings"

	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
)

// DecisionOf carries over a pilot's decision: its rule as the summary, and as
// reasons the criteria that did not pass, in their order.
func DecisionOf(d pilot.Decision) Decision {
	out := Decision{
		Outcome:   d.Outcome.String(),
		Summary:   d.Why,
		Behaviour: d.Answers.BehaviourChanged.String(),
		Movement:  d.Answers.OutcomeMeasurable.String(),
		Link:      d.Answers.Linked.String(),
	}
	for _, c := range d.Criteria {
		if c.ID != "" && c.Status != pilot.Pass {
			out.Reasons = append(out.Reasons, c.ID+" "+c.Status.String()+": "+c.Reason)
		}
	}
	return out
}

// MethodOf carries over what a pilot's decision puts beside its percentages.
func MethodOf(d pilot.Decision) Method {
	return Method{Sample: d.Beside.Leaders, Control: d.Beside.Control, Confounders: d.Beside.Confounders}
}

// GatesOf returns the criteria of a pilot's decision as gates, in their order.
// Only a pass is met.
func GatesOf(d pilot.Decision) []Gate {
	var gates []Gate
	for _, c := range d.Criteria {
		if c.ID != "" {
			name := strings.TrimSpace(c.ID + " " + criterionName(c.ID))
			gates = append(gates, Gate{Name: name, Met: c.Status == pilot.Pass, Detail: c.Reason})
		}
	}
	return gates
}

// criterionName returns what a criterion asks, in a few words, and "" for one
// that is not known.
func criterionName(id string) string {
	switch id {
	case "A1":
		return "Behaviour changed as declared"
	case "A2":
		return "KPI moved enough to matter"
	case "A3":
		return "Data gates held"
	case "A4":
		return "No confounder unresolved"
	case "A5":
		return "Data, narratives and sponsor agree"
	case "A6":
		return "Governance clean"
	case "A7":
		return "Carried out as planned"
	}
	return ""
}

// NotesOf returns the notes that anecdotes make, in their order, at most three.
// They come from [mentor.Anecdotes], which has checked the consents.
func NotesOf(anecdotes []mentor.Anecdote) []Note {
	var notes []Note
	for _, a := range anecdotes[:min(len(anecdotes), mentor.MinAnecdotes)] {
		notes = append(notes, Note{Text: a.String(), Trace: "narrative " + a.Narrative + ", " + a.Digest, Consented: true})
	}
	return notes
}
