package pilot

import "github.com/coachgov/coaching/internal/document"

// PlanSchema returns the JSON Schema (draft 2020-12) of a plan document, for
// editors. It describes the form only; the rules are in [Plan.Check].
func PlanSchema() []byte {
	return document.Schema(Plan{}, "https://github.com/coachgov/coaching/pilot/plan.schema.json", "Coaching pilot plan, pilot/v1")
}
