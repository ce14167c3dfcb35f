package notice

import "github.com/coachgov/coaching"

// Rules returns the rules of this room, by code.
func Rules() []coaching.Rule {
	rule := func(code, statement, number string, severity coaching.Severity, remedy string) coaching.Rule {
		return coaching.Rule{Code: code, Statement: statement, Number: number, Severity: severity, Remedy: remedy}
	}
	return []coaching.Rule{
		rule("GOV-003", "The data-use compact is short, complete, in force, and signed by a different person for each role that is a party to it, after its last change.", "500 words", coaching.Error, "Complete the plan, and have the compact signed again by those who are missing."),
		rule("GOV-004", "The compact states how long data is kept, as the policy holds it.", "", coaching.Error, "Let the policy bound the use of raw data and of aggregates."),
		rule("GOV-005", "The compact states that a human decides before an automated recommendation can affect a career, as the policy holds it.", "", coaching.Error, "Let the policy ask for a review with a rationale."),
		rule("GOV-008", "The participant notice is one page and names every signal, where it is read, who sees what about whom, and how recommendations are made.", "650 words with its tables", coaching.Error, "Give each signal an id, a name and an explanation, name it under its source, and shorten."),
		rule("GOV-009", "The notice has a section of technical detail for every signal, and participants can see what is held about them: their report asks every category.", "1 section, 10 categories", coaching.Error, "State expression, trace class and blind spots of each signal; let the policy show participants their own data; look into the category that the message names."),
		rule("GOV-010", "The notice links questions and answers in plain words and a route of appeal, decided within stated days by neither coach nor steward.", "2 links", coaching.Error, "Give the two addresses, the days and the role."),
		rule("GOV-011", "Leaders can read the notice.", "Flesch reading ease of 50", coaching.Warning, "Shorten the sentences and explanations of the signals and sources."),
		rule("GOV-012", "The policy behind a notice uses data about a participant only with consent.", "", coaching.Warning, "Let the policy ask for the consent to the purpose."),
		rule("GOV-020", "A model has a card with its nine sections, or a list of all its features with their meaning; each automated recommendation has a note that says what, why, how sure and what was not seen, out of that card.", "1 note each", coaching.Error, "Demand from the vendor what is missing."),
		rule("GOV-027", "The compact states for each source what its data may be used for only, and each signal has one source.", "1 restriction each", coaching.Error, "Write the restriction, and name each signal under one source."),
		rule("GOV-028", "The checkpoint in the middle of a pilot has six topics, each reported: log review, withdrawals, fairness pauses, retention, appeals, confounders; nothing on it points at one person.", "6 topics", coaching.Error, "Ask the role that the message names for its report."),
		rule("GOV-030", "The compact states where the data of each source is kept.", "", coaching.Error, "Get the guarantee from the vendor; let a region's overlay of the policy hold it."),
	}
}
