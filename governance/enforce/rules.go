package enforce

import "github.com/coachgov/coaching"

// The codes of the reasons that an engine adds to a decision.
const (
	codeBatch    = "POL-BATCH"
	codeRecord   = "POL-RECORD"
	codeSequence = "POL-SEQUENCE"
)

// Rules returns the rules behind this package's reasons, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{
			Code:      codeBatch,
			Statement: "A request of a batch is answered and recorded as long as no answer before it settles the batch, which is of declared semantics.",
			Severity:  coaching.Error,
			Remedy:    "Ask for it alone, or ask for all with execute_all.",
		},
		{
			Code:      codeRecord,
			Statement: "Nothing is handed out before the decision to do so is on durable record.",
			Severity:  coaching.Error,
			Remedy:    "Mend the audit store, then ask again; nobody has seen the data.",
		},
		{
			Code:      codeSequence,
			Statement: "The time of a request is not before the time of an earlier one.",
			Severity:  coaching.Error,
			Remedy:    "Set the clock right; when hosts share a log, allow the slack by which their clocks differ.",
		},
	}
}
