package vendor

import "github.com/coachgov/coaching"

// Rules returns every rule whose code this package can report, ordered by code.
// Severity is the worst that breaking the rule does here.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "DOC-ID", Statement: "Each vendor has an id of its own.", Remedy: "Give it one."},
		{Code: "DOC-LIMIT", Statement: "A choice stays within its bounds.", Number: "100 vendors; 1000 items in a list", Remedy: "Leave out vendors that are not considered."},
		{Code: "DOC-VALUE", Statement: "A profile is one of the three.", Number: "3 profiles", Remedy: "Choose microsoft, accenture or avva_thach."},
		{Code: "PIL-029", Statement: "The integration owner and the KPI are named before vendors are shortlisted.", Number: "1 and 1", Remedy: "Name both first."},
		{Code: "PIL-087", Statement: "A platform's suggestions are read in their local context before they are used.", Severity: coaching.Warning, Remedy: "Let the coach interpret each one."},
		{Code: "PIL-130", Statement: "A vendor belongs to one of the three buckets.", Number: "3 buckets", Remedy: "Say what it is bought for."},
		{Code: "PIL-131", Statement: "The bucket of the weakest link is bought, or covered inside.", Severity: coaching.Info, Remedy: "Buy it first."},
		{Code: "PIL-132", Statement: "The weakest link is named; of several, one comes first for a reason.", Number: "1 link", Remedy: "State which bottleneck you cannot solve internally."},
		{Code: "PIL-135", Statement: "Buckets and data flows that nobody covers are accepted as blind spots.", Severity: coaching.Warning, Remedy: "Buy or build what is missing, or accept the blind spot by name."},
		{Code: "PIL-136", Statement: "A vendor offers API-first access, SSO, SCIM, data residency and export rights.", Number: "5 must-haves", Remedy: "Insist, or choose another vendor."},
		{Code: "PIL-137", Statement: "Without export rights nothing is attributed.", Remedy: "Have the right written into the contract."},
		{Code: "PIL-138", Statement: "An export test is recorded and passed before procurement.", Number: "1 test", Remedy: "Ask for an export, validate it and record its digest."},
		{Code: "PIL-139", Statement: "A vendor accepts a short clause on export and validation.", Number: "1 clause", Remedy: "Choose a partner who does."},
		{Code: "PIL-141", Statement: "A pilot favours vendors with little to set up.", Severity: coaching.Info, Remedy: "Prefer a vendor that takes CSV files or calls to its interface."},
		{Code: "PIL-142", Statement: "Beyond a pilot an analytics platform offers lineage, access by role and joins with KPIs.", Number: "3 demands", Remedy: "Demand them before rolling out."},
		{Code: "PIL-143", Statement: "A vendor shows the inputs of its model, and the steward validates a sample.", Number: "a sample of at least 1", Remedy: "Demand the inputs; validate a sample."},
		{Code: "PIL-144", Statement: "A vendor whose model suggests gives a model card or a list of features.", Number: "1 card", Remedy: "Demand it."},
		{Code: "PIL-145", Statement: "Signal packs can be exported so that attribution runs outside the vendor's screens.", Remedy: "Demand export rights."},
	}
}
