package main

import (
	"context"
	"io"
	"net/http"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/authzen"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// handler serves packs to coaches, and decisions to gateways.
func (h *host) handler() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /packs/{id}", h.pack)
	decisions, err := authzen.New(h, authzen.Settings{Identifier: "https://pdp.example.com", Decide: h.engine.DecideBatch})
	if err != nil {
		return nil, err
	}
	mux.Handle("/", decisions)
	return mux, nil
}

// request describes what a user asks of a pack, with what the host knows.
func (h *host) request(user, id string, action governance.Action) (*governance.Request, bool) {
	pack, ok := h.packs[id]
	person := h.person(user)
	return &governance.Request{
		Action: action, Purpose: governance.ForCoaching, Now: h.now(),
		Subject:  governance.Subject{ID: person, Role: h.roles[user], Trained: true, Programme: "pilot"},
		Resource: pack.Resource(),
		Consents: signal.ConsentList{{Participant: h.person("leader@example.com"), Signal: "meeting_hygiene", Purpose: "coaching", Granted: h.now().AddDate(0, -1, 0)}},
	}, ok && !person.IsZero()
}

// pack hands a pack out, once the permit is on durable record.
func (h *host) pack(w http.ResponseWriter, r *http.Request) {
	request, ok := h.request(r.Header.Get("X-User"), r.PathValue("id"), governance.View)
	if !ok {
		http.Error(w, "no such pack, or nobody we know", http.StatusNotFound)
		return
	}
	decision, grant := h.engine.Authorize(r.Context(), request)
	if !decision.Allowed() {
		http.Error(w, "denied: "+decision.Codes(), http.StatusForbidden)
		return
	}
	text, err := enforce.Unlock(grant, h.packs[request.Resource.ID], request.Subject.ID, request.Action, request.Now)
	done := enforce.Completion{Result: audit.Failed, At: request.Now}
	if err == nil {
		if _, err = io.WriteString(w, text); err == nil {
			done.Result, done.Items, done.Digest = audit.Completed, 1, audit.DigestOf([]byte(text))
		}
	}
	// An outcome that cannot be recorded shows in the review as an intent without one.
	_ = h.engine.Complete(context.WithoutCancel(r.Context()), grant, done)
	_ = h.sign()
}

// Request looks up what a gateway only names. Nothing of what it says besides is
// taken for granted.
func (h *host) Request(_ context.Context, e authzen.Evaluation) (*governance.Request, error) {
	if e.Subject.Type != "user" || e.Resource.Type != "pack" || e.Action.Name != "view" {
		return nil, authzen.ErrUnknown
	}
	request, ok := h.request(e.Subject.ID, e.Resource.ID, governance.View)
	if !ok {
		return nil, authzen.ErrUnknown
	}
	return request, nil
}
