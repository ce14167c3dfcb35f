package notice

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// roleWords returns a role as a participant would call it; "" for one that is
// not declared.
func roleWords(r coaching.Role) string {
	words := [...]string{
		coaching.Participant: "other participants", coaching.Coach: "coaches", coaching.ProgramAdmin: "programme administrators",
		coaching.LegalPrivacy: "legal and privacy reviewers", coaching.PrivacyOfficer: "the privacy officer",
		coaching.LDSponsor: "the learning and development sponsor", coaching.Sponsor: "the sponsor",
		coaching.CoachingLead: "the coaching lead", coaching.PeopleAnalytics: "people analytics", coaching.DataOwner: "data owners",
		coaching.Steward: "data stewards", coaching.IntegrationOwner: "the integration owner", coaching.ProductOwner: "the product owner",
		coaching.AttributionReviewer: "the reviewer of results", coaching.HRReviewer: "HR reviewers", coaching.System: "software of the programme",
	}
	if int(r) >= len(words) {
		return ""
	}
	return words[r]
}

func purposeWords(p governance.Purpose) string {
	switch p {
	case governance.ForCoaching:
		return "to coach the person whom the data is about"
	case governance.ForEvaluation:
		return "to measure the programme as a whole"
	case governance.ForOversight:
		return "to check that the programme keeps its rules"
	case governance.ForExport:
		return "to hand data to somebody outside the programme"
	case governance.ForReidentification:
		return "to tell who somebody is, where that person has agreed to it"
	}
	return ""
}

// traceWords says what a figure is made of.
func traceWords(c signal.TraceClass) string {
	switch c {
	case signal.DigitalTrace:
		return "traces of work in a tool"
	case signal.StatedAnswer:
		return "answers that people gave"
	case signal.RecordedOutcome:
		return "recorded results"
	case signal.ModelScore:
		return "a score that a model computes"
	}
	return "not stated"
}

// sentenceList joins words as a sentence does: "a, b and c".
func sentenceList(words ...string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

func rolesList(roles []coaching.Role, last string) string {
	var words []string
	for _, r := range roles {
		words = append(words, roleWords(r))
	}
	text := sentenceList(words...)
	if n := len(words); n > 1 {
		text = strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return text
}

// number returns small numbers as words.
func number(n int) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return fmt.Sprint(n)
}

func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return string(text[0]-'a'+'A') + text[1:]
}

// when returns the sentence where it is promised, and "" where it is not.
func when(promised bool, format string, args ...any) string {
	if !promised {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// String returns the reach as a cell of a table: "no", "yes", or on which
// conditions.
func (r Reach) String() string {
	if !r.May {
		return "no"
	}
	var with []string
	switch {
	case r.OptIn:
		with = append(with, "opt-in")
	case r.Agreed:
		with = append(with, "consent")
	case r.Oversight:
		with = append(with, "consent, or for oversight")
	}
	if r.Approvals > 0 {
		with = append(with, number(r.Approvals)+" approvals")
	}
	conditions := "with " + sentenceList(with...)
	switch {
	case r.Own && len(with) > 0:
		return "own coach only, " + conditions
	case r.Own:
		return "own coach only"
	case len(with) > 0:
		return conditions
	}
	return "yes"
}
