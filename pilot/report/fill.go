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
	names := map[string]string{
		"A1": "Behaviour changed as declared",
		"A2": "KPI moved enough to matter",
		"A3": "Data gates held",
		"A4": "No confounder unresolved",
		"A5": "Data, narratives and sponsor agree",
		"A6": "Governance clean",
		"A7": "Carried out as planned",
	}
	var gates []Gate
	for _, c := range d.Criteria {
		if c.ID != "" {
			name := strings.TrimSpace(c.ID + " " + names[c.ID])
			gates = append(gates, Gate{Name: name, Met: c.Status == pilot.Pass, Detail: c.Reason})
		}
	}
	return gates
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
