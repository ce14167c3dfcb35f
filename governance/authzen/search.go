package authzen

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// A found is what a search endpoint returns.
type found struct {
	Results []any `json:"results"`
	Page    page  `json:"page"`
}

// A page says where the next one begins: "" when there is none.
type page struct {
	NextToken string `json:"next_token"`
}

func (h *Handler) searchSubject(ctx context.Context, body *object) (any, error) {
	subject, err := body.entity("subject", nil, false)
	if err != nil {
		return nil, err
	}
	action, err := body.action(nil)
	if err != nil {
		return nil, err
	}
	resource, err := body.entity("resource", nil, true)
	if err != nil {
		return nil, err
	}
	e := Evaluation{Subject: subject, Action: action, Resource: resource}
	return h.search(ctx, body, e, h.lister.Subjects, subject.Type,
		func(e *Evaluation, candidate Entity) {
			e.Subject.ID = candidate.ID
			if e.Subject.Properties == nil {
				e.Subject.Properties = candidate.Properties
			}
		})
}

func (h *Handler) searchResource(ctx context.Context, body *object) (any, error) {
	subject, err := body.entity("subject", nil, true)
	if err != nil {
		return nil, err
	}
	action, err := body.action(nil)
	if err != nil {
		return nil, err
	}
	resource, err := body.entity("resource", nil, false)
	if err != nil {
		return nil, err
	}
	e := Evaluation{Subject: subject, Action: action, Resource: resource}
	return h.search(ctx, body, e, h.lister.Resources, resource.Type,
		func(e *Evaluation, candidate Entity) {
			e.Resource.ID = candidate.ID
			if e.Resource.Properties == nil {
				e.Resource.Properties = candidate.Properties
			}
		})
}

// search puts the evaluation to each candidate of a type, up to the end of a
// page, and returns those that are permitted, by type and id, in the order of the
// list. What the caller states of a candidate comes before what the list says.
func (h *Handler) search(ctx context.Context, body *object, e Evaluation, list func(ctx context.Context, typ, after string) iter.Seq2[Entity, error], typ string, set func(*Evaluation, Entity)) (any, error) {
	var err error
	if e.Context, err = body.context(nil); err != nil {
		return nil, err
	}
	query := digest(e)
	from, size, err := h.page(body, query)
	if err != nil {
		return nil, err
	}
	out := found{Results: []any{}}
	next := from
	looks, skip := 0, from.Skip
	for candidate, err := range list(ctx, typ, from.After) {
		switch {
		case err != nil:
			return nil, err
		case skip > 0:
			skip--
			continue
		case len(out.Results) == size || looks == h.set.MaxLooks:
			out.Page.NextToken = next.text()
			return out, nil
		}
		looks++
		next.Skip++
		asked := e
		set(&asked, candidate)
		yes, err := h.look(ctx, asked)
		if err != nil {
			return nil, err
		}
		if yes {
			next.After, next.Skip = candidate.ID, 0
			out.Results = append(out.Results, Entity{Type: typ, ID: candidate.ID})
		}
	}
	return out, ctx.Err()
}

// searchAction returns the actions that the subject may do to the resource, all
// on one page.
func (h *Handler) searchAction(ctx context.Context, body *object) (any, error) {
	subject, err := body.entity("subject", nil, true)
	if err != nil {
		return nil, err
	}
	resource, err := body.entity("resource", nil, true)
	if err != nil {
		return nil, err
	}
	e := Evaluation{Subject: subject, Resource: resource}
	if e.Context, err = body.context(nil); err != nil {
		return nil, err
	}
	if _, _, err := h.page(body, digest(e)); err != nil {
		return nil, err
	}
	out := found{Results: []any{}}
	for _, e.Action = range h.lister.Actions(ctx) {
		yes, err := h.look(ctx, e)
		if err != nil {
			return nil, err
		}
		if yes {
			out.Results = append(out.Results, Action{Name: e.Action.Name})
		}
	}
	return out, nil
}

// look asks whether an evaluation would be a yes.
func (h *Handler) look(ctx context.Context, e Evaluation) (bool, error) {
	r, err := h.request(ctx, e)
	switch {
	case errors.Is(err, ErrUnknown):
		return false, nil
	case err != nil:
		return false, err
	}
	return decide(ctx, h.set.Look, []governance.Request{*r}, governance.ExecuteAll)[0].Allowed(), nil
}

// A token says where a page begins and of which search it is. Callers can read
// it, so it names no candidate but one that was a result: those behind it that
// were a no are counted. Whatever is in it, every result is decided on.
type token struct {
	After string `json:"after"`
	Skip  int    `json:"skip,omitzero"` // candidates behind After
	Query string `json:"query"`
}

func (t token) text() string {
	data, _ := json.Marshal(t) // of texts and a number
	return base64.RawURLEncoding.EncodeToString(data)
}

// digest names a search.
func digest(e Evaluation) string {
	e.Subject.Properties, e.Resource.Properties = compact(e.Subject.Properties), compact(e.Resource.Properties)
	e.Action.Properties, e.Context = compact(e.Action.Properties), compact(e.Context)
	data, _ := json.Marshal(e) // of texts and of JSON that has been read
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// compact returns JSON in one form, so that the same search has the same digest
// whatever its spaces and the order of its keys.
func compact(data json.RawMessage) json.RawMessage {
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if len(data) == 0 || d.Decode(&v) != nil {
		return nil
	}
	out, _ := json.Marshal(v)
	return out
}

// page reads where a search goes on and how many results are wanted.
func (h *Handler) page(body *object, query string) (from token, size int, err error) {
	from, size = token{Query: query}, h.set.PageSize
	data, err := body.inner("", "page")
	if err != nil || data == nil {
		return from, size, err
	}
	p, err := readObject("page", data)
	if err != nil {
		return token{}, 0, err
	}
	if data, ok := p.members["limit"]; ok {
		var limit int
		if json.Unmarshal(data, &limit) != nil || limit < 1 {
			return token{}, 0, bad("page.limit must be a whole number above 0")
		}
		size = min(size, limit)
	}
	for _, key := range []string{"token", "next_token"} { // the specification's examples say next_token
		data, ok := p.members[key]
		if !ok || string(data) == `""` {
			continue
		}
		text, err := p.text("page", key)
		if err != nil {
			return token{}, 0, err
		}
		raw, err := base64.RawURLEncoding.DecodeString(text)
		var t token
		if err != nil || json.Unmarshal(raw, &t) != nil || t.Query != query || t.Skip < 0 {
			return token{}, 0, bad("page.%s is not of this search", key)
		}
		from = t
	}
	return from, size, nil
}
