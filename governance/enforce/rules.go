package enforce

import "github.com/coachgov/coaching"

// The codes of the reasons that an engine adds to a decision, and of what the
// workflow of re-identification refuses and an erasure says.
const (
	codePurge    = "GOV-004"
	codeOptIn    = "GOV-014"
	codeApproval = "GOV-015"
	codeBatch    = "POL-BATCH"
	codeRecord   = "POL-RECORD"
	codeReplay   = "POL-REPLAY"
	codeSequence = "POL-SEQUENCE"
)

// The codes of package governance by which a change is refused here.
const (
	codeInvariant = "POL-INVARIANT"
	codePolicy    = "POL-POLICY"
	codeTest      = "POL-TEST"
)

// engineRule stands where a reason names its rule. No policy has a rule of this id.
const engineRule = "engine"

// Rules returns the rules behind this package's reasons, by code.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{
			Code:      codePurge,
			Statement: "Whoever is erased is found by nobody: the secret behind the pseudonym is deleted, unless a legal hold stands, and the log keeps its integrity.",
			Severity:  coaching.Error,
			Remedy:    "State whether a legal hold stands; when it ends, erase again.",
		},
		{
			Code:      codeOptIn,
			Statement: "Nobody is identified unless their opt-in is on record before the request, and still is; a withdrawal ends every open request.",
			Severity:  coaching.Error,
			Remedy:    "Ask the person; when they agree, record the opt-in and make a new request.",
		},
		{
			Code:      codeApproval,
			Statement: "A request to identify somebody is approved by people who have no part in it, ends by itself, and is carried out once, for one person, by the one whom it names.",
			Number:    "2 people, 1 reveal, 14 days",
			Severity:  coaching.Error,
			Remedy:    "Obtain the approvals, or make a new request with the facts as they are now.",
		},
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
			Code:      codeReplay,
			Statement: "A policy that is put in force answers the recorded decisions as they were answered, apart from as many as are acknowledged.",
			Severity:  coaching.Error,
			Remedy:    "Look at what changes, and acknowledge it or correct the policy.",
		},
		{
			Code:      codeSequence,
			Statement: "The time of a request is not before the time of an earlier one.",
			Severity:  coaching.Error,
			Remedy:    "Set the clock right; when hosts share a log, allow the slack by which their clocks differ; when a record is dated too late, record the correction.",
		},
	}
}
