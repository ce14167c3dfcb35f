package consent

import "github.com/coachgov/coaching"

// Rules returns the rules of this room, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{
			Code: "GOV-012", Statement: "A consent is one participant's, to one signal and purpose that the notice in force names, and ends with its withdrawal, its expiry or the next notice.",
			Number: "per leader", Severity: coaching.Error, Remedy: "Have the participant read the notice in force, and record what they agree to.",
		},
		{
			Code: "GOV-027", Statement: "What the data of a source may be used for is on record before a consent to its signals, and no consent goes beyond it.",
			Number: "1 restriction each", Severity: coaching.Error, Remedy: "Record the restriction of the source first.",
		},
		{
			Code: "GOV-030", Statement: "The record of a source says where its data is kept.",
			Severity: coaching.Error, Remedy: "Record the place that the vendor guarantees.",
		},
	}
}
