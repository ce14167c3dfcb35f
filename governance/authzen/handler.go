package authzen

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/coachgov/coaching/governance"
)

// ErrUnknown reports a subject, an action or a resource of which the host knows
// nothing. A single evaluation of it is a no, and a search that names it finds
// nothing; neither is an error of the caller.
var ErrUnknown = errors.New("authzen: unknown subject, action or resource")

// A Host knows what a request over the wire does not say. Its methods are
// called from several goroutines at once.
type Host interface {
	// Request makes the request that an evaluation stands for, with its time. It
	// fails with [ErrUnknown] where it does not know who or what is meant; any
	// other error is a failure of the host (status 500), and its text stays here.
	Request(ctx context.Context, e Evaluation) (*governance.Request, error)
}

// A Lister is a Host that can be searched.
type Lister interface {
	Host
	// Subjects yields the subjects of a type, and Resources the resources, in a
	// stable order: those behind the id after, or all of them when it is "". A
	// type that the host does not know has none.
	Subjects(ctx context.Context, typ, after string) iter.Seq2[Entity, error]
	Resources(ctx context.Context, typ, after string) iter.Seq2[Entity, error]
	// Actions returns the actions that exist, in a stable order.
	Actions(ctx context.Context) []Action
}

// A Decide answers requests in their order, one decision for each, as far as the
// semantics goes: [governance.Policy.DecideBatch], or a function that records
// what it answers. It is called from several goroutines at once.
type Decide func(ctx context.Context, requests []governance.Request, s governance.Semantics) []governance.Decision

// Settings are the choices of a host. Only Identifier and Decide have no default.
type Settings struct {
	// Identifier is the URL of the decision point: https, without a query or a
	// fragment. The endpoints lie below it.
	Identifier string
	Decide     Decide
	// Look answers for searches, where a record of each look would drown the
	// others; nil is Decide.
	Look Decide
	// AccessRequests is the URL at which a review can be asked for; "" leaves it
	// out of answers.
	AccessRequests string
	// Language is that of the policy's messages, a BCP 47 tag; "" is "en".
	Language string

	MaxBody        int64         // bytes of a request; 0 is 64 KiB
	MaxEvaluations int           // parts of a batch; 0 is 100
	PageSize       int           // results of a page; 0 is 100
	MaxLooks       int           // candidates that are looked at for one page; 0 is 1,000
	RequestValid   time.Duration // how long an access request can be made after a review; 0 is an hour
}

// Handler serves the API. [New] makes one.
type Handler struct {
	mux    *http.ServeMux
	set    Settings
	host   Host
	lister Lister
	meta   Metadata
}

// New returns the handler of a decision point. It serves the paths below that of
// the identifier, and the well-known one; search only when the host is a
// [Lister]. It keeps the host.
//
// Errors: there is no host or no Decide, a URL is not as it must be, or a bound
// is negative.
func New(host Host, s Settings) (*Handler, error) {
	base, err := url.Parse(s.Identifier)
	below := ""
	if err == nil {
		below = strings.TrimSuffix(base.Path, "/")
	}
	switch {
	case host == nil || s.Decide == nil:
		return nil, errors.New("authzen: a handler needs a host and a Decide")
	case err != nil || base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.ForceQuery || strings.Contains(s.Identifier, "#"):
		return nil, errors.New("authzen: the identifier must be an https URL without user, query and fragment")
	case base.RawPath != "" || strings.ContainsAny(base.Path, "{}") || path.Clean(below+"/x") != below+"/x":
		return nil, errors.New(`authzen: the path of the identifier must be plain: no braces, escapes, empty steps, "." or ".."`)
	case s.MaxBody < 0 || s.MaxEvaluations < 0 || s.PageSize < 0 || s.MaxLooks < 0 || s.RequestValid < 0:
		return nil, errors.New("authzen: a bound is negative")
	}
	if s.AccessRequests != "" {
		if u, err := url.Parse(s.AccessRequests); err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, errors.New("authzen: access requests go to an https URL")
		}
	}
	if s.Look == nil {
		s.Look = s.Decide
	}
	s.Language = orElse(s.Language, "en")
	s.MaxBody = orElse(s.MaxBody, 64<<10)
	s.MaxEvaluations = orElse(s.MaxEvaluations, 100)
	s.PageSize = orElse(s.PageSize, 100)
	s.MaxLooks = orElse(s.MaxLooks, 1000)
	s.RequestValid = orElse(s.RequestValid, time.Hour)

	root := strings.TrimSuffix(s.Identifier, "/")
	h := &Handler{mux: http.NewServeMux(), set: s, host: host}
	h.meta = Metadata{
		PolicyDecisionPoint:       s.Identifier,
		AccessEvaluationEndpoint:  root + "/access/v1/evaluation",
		AccessEvaluationsEndpoint: root + "/access/v1/evaluations",
		SupportedObligations:      []string{"custom"},
	}
	h.mux.HandleFunc("GET /.well-known/authzen-configuration"+below, h.metadata)
	h.post(below+"/access/v1/evaluation", h.evaluation)
	h.post(below+"/access/v1/evaluations", h.evaluations)
	if lister, ok := host.(Lister); ok {
		h.lister = lister
		h.meta.SearchSubjectEndpoint = root + "/access/v1/search/subject"
		h.meta.SearchResourceEndpoint = root + "/access/v1/search/resource"
		h.meta.SearchActionEndpoint = root + "/access/v1/search/action"
		h.post(below+"/access/v1/search/subject", h.searchSubject)
		h.post(below+"/access/v1/search/resource", h.searchResource)
		h.post(below+"/access/v1/search/action", h.searchAction)
	}
	return h, nil
}

// orElse returns v, or the default when v is zero.
func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// ServeHTTP answers one request of the API.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id := r.Header.Get("X-Request-ID"); id != "" {
		w.Header().Set("X-Request-ID", id)
	}
	h.mux.ServeHTTP(w, r)
}

// Metadata returns what the well-known path serves.
func (h *Handler) Metadata() Metadata { return h.meta }

func (h *Handler) metadata(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	write(w, h.meta)
}

// post serves a path of which the answer is a value or an error.
func (h *Handler) post(path string, answer func(ctx context.Context, body *object) (any, error)) {
	h.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		body, err := h.read(w, r)
		var out any
		if err == nil {
			out, err = answer(r.Context(), body)
		}
		var bad *badRequest
		switch {
		case errors.As(err, &bad):
			http.Error(w, bad.message, bad.status)
		case err != nil:
			// What the host says may name a person.
			http.Error(w, "the decision point failed", http.StatusInternalServerError)
		default:
			write(w, out)
		}
	})
}

// request asks the host for the request of an evaluation. The error is of the
// caller, of the host, or ErrUnknown.
func (h *Handler) request(ctx context.Context, e Evaluation) (*governance.Request, error) {
	r, err := h.host.Request(ctx, e)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fmt.Errorf("%w: the host made no request", ErrUnknown)
	}
	return r, nil
}

// decide has requests answered. A Decide that returns too few decisions has
// denied the rest.
func decide(ctx context.Context, by Decide, requests []governance.Request, s governance.Semantics) []governance.Decision {
	decisions := make([]governance.Decision, len(requests))
	copy(decisions, by(ctx, requests, s))
	return decisions
}
