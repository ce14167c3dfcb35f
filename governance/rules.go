package governance

import "github.com/coachgov/coaching"

// Rules returns the rules of this room, by code: those of the programme on
// privacy and oversight that the built-in policy or the floors enforce, and
// those for policy files and requests. Codes of the rooms that own signals,
// fairness (FAI-005, SIG-015 and others), which the built-in policy names too, are
// with those rooms.
func Rules() []coaching.Rule {
	rule := func(code, statement, number string, severity coaching.Severity, remedy string) coaching.Rule {
		return coaching.Rule{Code: code, Statement: statement, Number: number, Severity: severity, Remedy: remedy}
	}
	return []coaching.Rule{
		rule("C-14", "What is compared later is aggregated before its data about one person must be purged.", "90 days", coaching.Warning, "Aggregate before the day that the message names; raw data cannot be read again."),
		rule("C-19", "Readiness for a stretch assignment and input to a talent review count as effects on a career, whoever or whatever recommends them.", "2 uses", coaching.Error, "Have the recommendation reviewed by a human with a rationale."),
		rule("GOV-001", "Humans keep oversight: legal and privacy may look at everything that oversight needs.", "", coaching.Error, "Ask with the purpose oversight, in the role that has it."),
		rule("GOV-004", "Data is kept for a short time and deleted afterwards, unless a legal hold stands.", "", coaching.Error, "State whether a legal hold stands, and purge when it does not."),
		rule("GOV-009", "Participants can see what is held about them.", "", coaching.Error, "Give the participant's own PersonID as the subject and the owner."),
		rule("GOV-012", "Data about a participant is used only for a purpose to which the participant has agreed, having read the notice in force, and still agrees.", "", coaching.Error, "Obtain and log the participant's consent to the purpose."),
		rule("GOV-013", "A coach never gets raw messages or traces.", "", coaching.Error, "Give the coach the pack, which is aggregated or pseudonymised."),
		rule("GOV-014", "Nobody is identified without having opted in.", "", coaching.Error, "Obtain the person's consent to re-identification."),
		rule("GOV-015", "Each role gets only what it needs, in its own programme, and revealing an identity takes the approval of different people, one of them from legal or privacy.", "2 people", coaching.Error, "Map the person to a role in the programme, or obtain the approvals."),
		rule("GOV-016", "Raw traces and data about one person are used for a limited number of days.", "90 days", coaching.Error, "Purge the data, or work from aggregates."),
		rule("GOV-017", "Aggregates are used for a limited number of calendar months.", "12 months", coaching.Error, "Purge the aggregates."),
		rule("GOV-020", "A model has a card or a feature list, and each automated recommendation that is used has an explanation.", "1 note each", coaching.Error, "Demand the card from the vendor and the note with the recommendation."),
		rule("GOV-021", "Automated recommendations never touch pay or promotion without a human review that writes down why.", "20 characters of rationale", coaching.Error, "Have a human review it and write a rationale."),
		rule("GOV-022", "No automated recommendation that could affect promotion, pay or role assignment is used without a documented human review.", "3 kinds of decision", coaching.Error, "Have HR or legal review this very request, with a rationale."),
		rule("GOV-023", "A human can veto: the review is asked for each time, and an old one no longer counts.", "72 hours", coaching.Error, "Have the recommendation reviewed again."),
		rule("GOV-024", "Automated output alone never drives an action that affects a career.", "", coaching.Error, "Put a human between the output and the action."),
		rule("GOV-026", "The programme is open about aggregated trends, and shows nobody raw messages.", "", coaching.Error, "Show the trend instead."),
		rule("GOV-027", "What a participant has restricted is respected for each source: an export needs a consent of its own.", "", coaching.Error, "Obtain the participant's consent to the export."),
		rule("GOV-030", "Data stays where the region says that it is kept.", "", coaching.Error, "State where the resource is kept, and purge what has come elsewhere."),
		rule("PIL-088", "A coach may ignore or reweight what a model recommends; the reason is recorded, and it is no failure.", "", coaching.Error, "Record what became of it, with the coach's reason."),
		rule("PIL-104", "A coach works with signals only after the workshop on reading them, shown by teach-back.", "1 day", coaching.Error, "Have the coach take the workshop, and record the teach-back as the subject's training."),
		rule("PIL-143", "A vendor shows what its model is given, and a steward validates a sample of the output before any of it is used in a session.", "a sample of at least 1", coaching.Error, "Demand the inputs, and have a steward who is neither the coach nor the leader look at a sample."),

		rule("POL-ABSENCE", "Absence of an attribute never helps: a denial or a review fires when what it asks about is absent or not stated, a permit does not.", "", coaching.Error, "Write !has(x) || ... in denials and reviews, has(x) && ... in permits; ask for training, controls, consents, approvals and reviews in permits, and for their lack elsewhere."),
		rule("POL-ALL", "A condition does not use all, which is true of an empty set.", "", coaching.Error, "Use hasAll, or count."),
		rule("POL-ATTRIBUTE", "A condition names only attributes and parameters that exist.", "", coaching.Error, "Correct the name; the message suggests the nearest."),
		rule("POL-BATCH", "A request of a batch is decided as long as no answer before it settles the batch, which is of declared semantics.", "", coaching.Error, "Ask for it alone, or ask for all with execute_all."),
		rule("POL-CLOCK", "Nothing is recorded after the time of the decision.", "", coaching.Error, "Set the clock right, or correct the record's time."),
		rule("POL-CONSTANT", "A constant is a value that the attribute can have, and an instant or a duration that exists.", "", coaching.Error, "Correct the constant; the message suggests the nearest."),
		rule("POL-COST", "A condition is cheap, short and flat enough for its worst case to be bounded.", "10,000 cost units, 400 parts, 24 levels", coaching.Error, "Split the rule, or compute the value in the host."),
		rule("POL-DEFAULT", "What no rule permits is denied.", "", coaching.Error, "Add a permit if it should be allowed."),
		rule("POL-DIRECTION", "A parameter makes every rule that reads it stricter in the direction that the policy states.", "", coaching.Error, "Correct the direction, or leave it out, so that no overlay moves the parameter."),
		rule("POL-DYN", "Every value in a condition has a type.", "", coaching.Error, "Leave out dyn."),
		rule("POL-EXTENSION", "An attribute of the host's own is declared by the policy with a name, a type and a range, and a request holds it once, of that type and inside that range.", "16 attributes, 32 values", coaching.Error, "Declare it under extensions, or leave it out of the request."),
		rule("POL-FLOAT", "Conditions count in whole numbers.", "", coaching.Error, "Scale the number to a whole one."),
		rule("POL-FLOOR", "A parameter does not go below a floor of the code.", "", coaching.Error, "Keep the value and its bounds inside the floor."),
		rule("POL-FUNCTION", "A condition calls only functions that cannot fail and whose cost is bounded.", "", coaching.Error, "Use one of those that the message lists."),
		rule("POL-GUARD", "An attribute that may be absent is read only after has().", "", coaching.Error, "Ask has(x) before x."),
		rule("POL-INVARIANT", "No request at all breaks an invariant of the policy.", "", coaching.Error, "Correct the rules, with the request that the message shows, or the invariant."),
		rule("POL-LENGTH", "Conditions, messages and policies have a bounded length.", "2,048 characters of a condition", coaching.Error, "Split the rule."),
		rule("POL-LIMIT", "A request has a bounded size.", "16 approvals, 256 consents, 64 signals", coaching.Error, "Send only what concerns the resource."),
		rule("POL-MESSAGE", "A host's message is for one rule or one code that a decision can name.", "", coaching.Error, "Correct the name; the message suggests the nearest."),
		rule("POL-MISSING", "A request names action, purpose, subject, resource and time.", "", coaching.Error, "Fill in the attribute that the message names."),
		rule("POL-NEVER", "Every rule can fire for some request.", "", coaching.Warning, "Correct the condition, or delete the rule."),
		rule("POL-OVERLAY", "An overlay only tightens: it moves parameters in the stricter direction, adds denials, reviews, obligations and controls, and neither permits, changes nor removes.", "one region, one tenant", coaching.Error, "Take out what loosens; the message says where the lower layer stands."),
		rule("POL-PARAM", "A parameter is declared once, lies inside its own bounds and is of the kind that is asked for.", "", coaching.Error, "Correct the parameter."),
		rule("POL-POLICY", "Requests are decided by a policy that has been compiled.", "", coaching.Error, "Use a policy from Parse, Load or BuiltIn."),
		rule("POL-REQUEST", "There is a request to decide.", "", coaching.Error, "Pass a request."),
		rule("POL-REVIEW", "Rules and floors that wait for a review at the same time accept one role in common, since a request holds one review.", "", coaching.Warning, "Give the rules a role in common, or let one of them wait for an approval."),
		rule("POL-ROLE", "Each role of the host maps onto one role of the closed list, once.", "1,000 roles", coaching.Error, "Correct the mapping; a role that maps onto nothing may do nothing."),
		rule("POL-RULE", "A rule has an id of its own, names its actions and roles, and a review says who may review.", "", coaching.Error, "Correct the rule as the message says."),
		rule("POL-SYNTAX", "A condition is one CEL expression, and a message has its braces in pairs.", "", coaching.Error, "Correct the text at the place that is given."),
		rule("POL-TEST", "A policy passes its own tests, each of which states nothing twice or in vain.", "", coaching.Error, "Correct the rule, or the test."),
		rule("POL-TYPE", "A condition compares like with like, months only with months, and is true or false.", "", coaching.Error, "Correct the condition at the place that is given."),
		rule("POL-UNPROVED", "An invariant can be proved: what it depends on can be analysed, in at most 20 million choices.", "", coaching.Error, "Write the condition that the message names with comparisons, membership, presence and calendar months."),
		rule("POL-UNTESTED", "Every rule is made to fire by a test inside the policy.", "", coaching.Warning, "Add a test in which the rule fires."),
		rule("POL-VALUE", "A request holds only declared values, identifiers and plausible times.", "", coaching.Error, "Correct the attribute that the message names."),
	}
}
