package mentor

import (
	"slices"

	"github.com/coachgov/coaching/signal"
)

// A Seed is where an entry of a playbook can begin: what coaches do with one
// class of sources (PIL-115). Its words are general; a programme puts its own in
// their place.
type Seed struct {
	Source           signal.Source
	Use              string // what the class is good for in coaching
	Prompts          []string
	Text             string // what the leader could try
	Measure          string
	Days             int
	Kind             ExperimentKind
	InterpretiveRule string
	DoNotConclude    string
}

// Seeds returns the five seeds, in the order of their sources, in a slice of
// their own.
func Seeds() []Seed {
	return []Seed{
		{
			Source: signal.CollaborationMetadata, Use: "meeting hygiene and templates for asynchronous work",
			Prompts: []string{"Which recurring meeting would nobody miss next week?", "Which decision could have been a note?"},
			Text:    "Every recurring meeting carries an agenda the day before, or is cancelled", Measure: "hours in recurring meetings, per member and week",
			Days: 56, Kind: RuleChange,
			InterpretiveRule: "A trace counts what one platform sees; ask what takes place elsewhere, and compare full weeks only",
			DoNotConclude:    "that more hours in meetings mean worse leadership",
		},
		{
			Source: signal.SurveyAnswers, Use: "qualitative anchors beside the figures, and feedback at mid-pilot",
			Prompts: []string{"Which answer surprised you, and whom could you ask about it?", "What would the team say changed since the last pulse?"},
			Text:    "Ten minutes of every second team meeting belong to one theme of the pulse, and end in one agreement", Measure: "agreement with one pulse question, asked again at mid-pilot",
			Days: 42, Kind: RecurringRitual,
			InterpretiveRule: "Few people answered; read themes and their direction, not differences between decimals",
			DoNotConclude:    "who said what",
		},
		{
			Source: signal.PeopleAnalytics, Use: "interventions timed with talent reviews, which people decide",
			Prompts: []string{"What does this figure leave out about the people it counts?", "What would you want to have tried before the next talent review?"},
			Text:    "One development conversation with each direct report before the next talent review", Measure: "share of direct reports who had the conversation",
			Days: 90, Kind: Process,
			InterpretiveRule: "A score about people is an estimate of a model; ask for its explanation before it is used, and never use it alone",
			DoNotConclude:    "that somebody will leave, or should be promoted",
		},
		{
			Source: signal.BusinessKPI, Use: "the outcome that a change is read against, and its attribution",
			Prompts: []string{"What else changed for this outcome in the same weeks?", "Which part of it can your own behaviour reach?"},
			Text:    "Name the one step before the outcome that the team controls, and hold it to a time limit", Measure: "share of items that keep the time limit, per week",
			Days: 56, Kind: RuleChange,
			InterpretiveRule: "An outcome moves late and for many reasons; read it beside the confounder log and the design's comparison",
			DoNotConclude:    "that the leader caused the movement",
		},
		{
			Source: signal.Learning, Use: "a leading indicator of engagement, and of readiness for stretch work",
			Prompts: []string{"What did you try at work after the last thing you learned?", "Which stretch of the work would you like to be asked to take?"},
			Text:    "After each course, one page on what is tried at work next, read by one colleague", Measure: "pages written within two weeks of a course",
			Days: 56, Kind: ArtefactRule,
			InterpretiveRule: "A completed course shows access and time; ask what was used",
			DoNotConclude:    "that somebody who took few courses is not ready",
		},
	}
}

// Entry returns the seed as the entry of one signal, with an id for its
// experiment. What it says is to be put into the programme's own words.
func (s Seed) Entry(signalID, experimentID string) Entry {
	return Entry{
		Signal: signalID, Prompts: slices.Clone(s.Prompts),
		Experiment:       Experiment{ID: experimentID, Text: s.Text, Measure: s.Measure, Days: s.Days, Kind: s.Kind},
		InterpretiveRule: s.InterpretiveRule, DoNotConclude: s.DoNotConclude,
	}
}
