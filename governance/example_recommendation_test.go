package governance_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// A vendor's model suggests something about a leader. The coach would like to
// bring it into a session at once; the record and the policy say what is missing.
// Once a steward has validated a sample of the model's output the coach may, and
// then sets it aside.
func ExampleRecommendation() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	nudge := governance.Recommendation{
		ID: "rec-17", Programme: "pilot-1", Vendor: "nudge-ag", Model: "nudge", Version: "v3",
		Leader: people("leader"), Coach: people("coach"), Signals: []string{"meeting_hygiene"},
		Affects: governance.EffectsOf(governance.NoEffect), ProposedAt: monday,
	}
	request := func() *governance.Request {
		r := &governance.Request{
			Action: governance.Recommend, Purpose: governance.ForCoaching, Now: monday.AddDate(0, 0, 2),
			Subject:  governance.Subject{ID: people("coach"), Role: coaching.Coach, Trained: true, Programme: "pilot-1"},
			Resource: nudge.Resource(signal.Cleared, false),
			Consents: signal.ConsentList{{Participant: people("leader"), Signal: "meeting_hygiene", Purpose: "coaching", Granted: monday.AddDate(0, -1, 0)}},
		}
		r.Resource.Identifiable = governance.No
		return r
	}
	_, findings := nudge.Bring(policy, request(), "session-4")
	for _, f := range findings {
		fmt.Println(f.Code, f.Message)
	}

	nudge, findings = nudge.Explain(governance.ModelBasis{
		Inputs: []string{"meeting_hours", "focus_time"}, Card: "card-nudge-v3",
		Note: "Leaders with as many recurring meetings gained focus time by ending some.", At: monday,
	})
	fmt.Println(nudge.Stage(), len(findings))
	nudge, findings = nudge.Validate(governance.StewardSample{
		Vendor: "nudge-ag", Model: "nudge", Version: "v3", Size: 20, Validated: true,
		Steward: people("steward"), Reason: "18 of 20 fit what the teams said.", At: monday.AddDate(0, 0, 1),
	})
	fmt.Println(nudge.Stage(), len(findings))
	nudge, findings = nudge.Bring(policy, request(), "session-4")
	fmt.Println(nudge.Stage(), len(findings))
	nudge, findings = nudge.Respond(governance.CoachResponse{
		Response: coaching.Ignored, Reason: "The meetings belong to a release that ends this week.", At: monday.AddDate(0, 0, 2).Add(time.Hour),
	})
	fmt.Println(nudge.Stage(), nudge.Response.Response, len(findings))
	// Output:
	// FAI-005 a signal behind this is candidate; only cleared ones, and restricted ones under their control, are used
	// GOV-020 nothing comes into a session that the vendor has not explained
	// GOV-020 the model's card or feature list is not on file
	// GOV-020 the recommendation carries no explainability note
	// PIL-143 nothing comes into a session before a steward has validated a sample
	// explained 0
	// sampled 0
	// in_session 0
	// answered ignored 0
}
