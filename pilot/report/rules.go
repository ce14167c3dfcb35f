package report

import "github.com/coachgov/coaching"

// Rules returns the rules behind the findings of this package, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "PIL-033", Statement: "The charter fits on one page.", Number: "1 page (500 words)", Severity: coaching.Warning,
			Remedy: "Shorten the plan's own texts, which the charter repeats."},
		{Code: "PIL-160", Statement: "What a replication bundle states follows from the locked plan, the files and the code at hand.", Severity: coaching.Error,
			Remedy: "Find the plan, file or version that the bundle was made from; do not make the bundle anew."},
		{Code: "PIL-163", Statement: "The dashboard is one page with the change of the KPI and exactly three consented, traceable notes of coaches.", Number: "1 page (500 words); 3 notes", Severity: coaching.Error,
			Remedy: "Obtain the missing consents or narratives, name the change of the KPI, and shorten the texts."},
		{Code: "PIL-165", Statement: "The decision answers three questions: did behaviour change, did the outcome move measurably, and are the two linked?", Number: "3 answers", Severity: coaching.Error,
			Remedy: "Take the answers over from the pilot's decision."},
		{Code: "PIL-167", Statement: "Sample size, control logic and confounder checks stand beside any percentage.", Number: "3 items", Severity: coaching.Error,
			Remedy: "Fill in the method from the pilot's decision; where a check was not made, say so."},
		{Code: "PIL-169", Statement: "A report carries aggregated trends only; nothing on it points at one person, by pseudonym or by label.", Severity: coaching.Error,
			Remedy: "Replace the pseudonym or label with a role in general words."},
	}
}
