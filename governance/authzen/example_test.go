package authzen_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/authzen"
	"github.com/coachgov/coaching/signal"
)

// A directory is a host that knows its people and what is kept about them.
type directory struct {
	pseudonyms *coaching.Pseudonymizer
	now        func() time.Time
}

// Request looks up what the caller only names. Nothing of the properties is
// taken for granted.
func (d directory) Request(_ context.Context, e authzen.Evaluation) (*governance.Request, error) {
	if e.Subject.Type != "user" || e.Subject.ID != "sponsor@example.com" || e.Action.Name != "view" || e.Resource.Type != "report" {
		return nil, authzen.ErrUnknown
	}
	person, err := d.pseudonyms.Person(e.Subject.ID)
	if err != nil {
		return nil, err
	}
	now := d.now()
	return &governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: now,
		Subject: governance.Subject{ID: person, Role: coaching.LDSponsor, Programme: "pilot-1"},
		Resource: governance.Resource{
			Type: governance.ResourceReport, ID: e.Resource.ID, Programme: "pilot-1", Class: signal.Aggregate, Standing: signal.Cleared,
			CreatedAt: now.AddDate(0, 0, -2), GroupSize: 4, Identifiable: governance.No, Automated: governance.No,
		},
	}, nil
}

// A sponsor asks, over HTTP, for a report about four people.
func ExampleNew() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	pseudonyms, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "pilot-1", Purpose: "people"})
	if err != nil {
		fmt.Println(err)
		return
	}
	host := directory{pseudonyms, func() time.Time { return time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC) }}
	handler, err := authzen.New(host, authzen.Settings{
		Identifier: "https://pdp.example.com",
		Decide: func(_ context.Context, requests []governance.Request, s governance.Semantics) []governance.Decision {
			return policy.DecideBatch(requests, s)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	question := `{"subject": {"type": "user", "id": "sponsor@example.com"}, "action": {"name": "view"}, "resource": {"type": "report", "id": "q1"}}`
	r := httptest.NewRequest(http.MethodPost, handler.Metadata().AccessEvaluationEndpoint, strings.NewReader(question))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code)
	_, reason, _ := strings.Cut(w.Body.String(), `"reason":`)
	fmt.Println(strings.Contains(w.Body.String(), `"decision":false`), reason)
	// Output:
	// 200
	// true "C-15","reasons":[{"id":"group.small","code":"C-15","reason_user":{"en":"the figures are about 4 people; at least 5 are needed"}}]}}
}
