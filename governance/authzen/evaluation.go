package authzen

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching/governance"
)

// evaluationOf reads one question; what it lacks comes from the defaults, which
// may be nil.
func (o *object) evaluationOf(defaults *object) (Evaluation, error) {
	var e Evaluation
	var err error
	if e.Subject, err = o.entity("subject", defaults, true); err != nil {
		return e, err
	}
	if e.Action, err = o.action(defaults); err != nil {
		return e, err
	}
	if e.Resource, err = o.entity("resource", defaults, true); err != nil {
		return e, err
	}
	e.Context, err = o.context(defaults)
	return e, err
}

// evaluation answers one question.
func (h *Handler) evaluation(ctx context.Context, body *object) (any, error) {
	e, err := body.evaluationOf(nil)
	if err != nil {
		return nil, err
	}
	r, err := h.request(ctx, e)
	switch {
	case errors.Is(err, ErrUnknown):
		return unknown(), nil
	case err != nil:
		return nil, err
	}
	return h.answer(r, decide(ctx, h.set.Decide, []governance.Request{*r}, governance.ExecuteAll)[0]), nil
}

// A batch is what the evaluations endpoint returns.
type batch struct {
	Evaluations []response `json:"evaluations"`
}

// evaluations answers the parts of a batch in their order, up to the one that
// settles it. Without parts it is a single evaluation.
func (h *Handler) evaluations(ctx context.Context, body *object) (any, error) {
	semantics, err := body.semantics()
	if err != nil {
		return nil, err
	}
	var parts []json.RawMessage
	if data, ok := body.members["evaluations"]; ok {
		if json.Unmarshal(data, &parts) != nil {
			return nil, bad("evaluations must be a list")
		}
	}
	switch n := len(parts); {
	case n == 0:
		return h.evaluation(ctx, body)
	case n > h.set.MaxEvaluations:
		return nil, bad("%d evaluations, at most %d are allowed", n, h.set.MaxEvaluations)
	}

	// What cannot be understood is a no. In a batch that ends with the first no,
	// nothing behind it is decided.
	answers := make([]response, len(parts))
	var requests []governance.Request
	var places []int
	for i, data := range parts {
		r, failed, err := h.part(ctx, data, body)
		if err != nil {
			return nil, err
		}
		if failed != nil {
			answers[i] = *failed
			if semantics.Settles(governance.Deny) {
				answers = answers[:i+1]
				break
			}
			continue
		}
		requests, places = append(requests, *r), append(places, i)
	}
	for j, d := range decide(ctx, h.set.Decide, requests, semantics) {
		answers[places[j]] = h.answer(&requests[j], d)
		if semantics.Settles(d.Outcome) {
			answers = answers[:places[j]+1]
			break
		}
	}
	return batch{answers}, nil
}

// part reads one part of a batch: its request, or the no that it gets instead.
func (h *Handler) part(ctx context.Context, data json.RawMessage, defaults *object) (*governance.Request, *response, error) {
	var bad *badRequest
	o, err := readObject("an evaluation", data)
	var e Evaluation
	if err == nil {
		e, err = o.evaluationOf(defaults)
	}
	if errors.As(err, &bad) {
		return nil, &response{Context: &answers{Error: &itemError{bad.status, bad.message}}}, nil
	}
	r, err := h.request(ctx, e)
	switch {
	case errors.Is(err, ErrUnknown):
		no := unknown()
		return nil, &no, nil
	case err != nil:
		return nil, &response{Context: &answers{Error: &itemError{http.StatusInternalServerError, "the decision point failed"}}}, nil
	}
	return r, nil, nil
}

// semantics reads options.evaluations_semantic.
func (o *object) semantics() (governance.Semantics, error) {
	var s governance.Semantics
	data, err := o.inner("", "options")
	if err != nil || data == nil {
		return s, err
	}
	options, err := readObject("options", data)
	if err != nil {
		return s, err
	}
	if _, ok := options.members["evaluations_semantic"]; !ok {
		return s, nil
	}
	name, err := options.text("options", "evaluations_semantic")
	if err != nil {
		return s, err
	}
	if s.UnmarshalText([]byte(name)) != nil {
		return s, bad("options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit")
	}
	return s, nil
}

// unknown answers what the host knows nothing of. Which of the three it was is
// not said.
func unknown() response {
	return response{Context: &answers{Error: &itemError{http.StatusNotFound, "unknown subject, action or resource"}}}
}

// answer writes a decision in the words of the specification.
func (h *Handler) answer(r *governance.Request, d governance.Decision) response {
	out := response{Decision: d.Allowed(), Context: &answers{
		EvaluationID: r.Digest(), EvaluatedAt: stamp(d.At), Policy: d.PolicyDigest, Missing: d.Missing,
	}}
	c := out.Context
	for _, x := range d.Reasons {
		if x.Effect == d.Outcome {
			c.Reasons = append(c.Reasons, reason{ID: x.Rule, Code: x.Code, User: map[string]string{h.set.Language: x.Message.String()}})
		}
	}
	for _, x := range d.Obligations {
		c.Obligations = append(c.Obligations, obligation{Type: "custom", ID: x.ID, Properties: map[string]string{"text": x.Text}})
	}
	switch {
	case d.Allowed():
	case d.Outcome == governance.Review:
		c.Reason, c.AccessRequest = "approval_required", h.accessRequest(d)
	case len(c.Reasons) > 0:
		c.Reason = c.Reasons[0].Code
	}
	return out
}

// accessRequest writes what a review waits for.
func (h *Handler) accessRequest(d governance.Decision) *accessRequest {
	out := &accessRequest{Endpoint: h.set.AccessRequests, ExpiresAt: stamp(d.At.Add(h.set.RequestValid)), Needs: []need{}}
	var kinds []string
	for _, n := range d.Reviews {
		by := make([]string, len(n.By))
		for i, role := range n.By {
			by[i] = role.String()
		}
		kinds = append(kinds, n.As)
		out.Needs = append(out.Needs, need{n.As, by, n.Not, n.MinRationale, int64(n.Expires / time.Second), n.Rules})
	}
	slices.Sort(kinds)
	out.Template = strings.Join(slices.Compact(kinds), "+")
	return out
}

// stamp writes a time, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
