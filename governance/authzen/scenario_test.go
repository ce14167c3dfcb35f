package authzen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/authzen"
	"github.com/coachgov/coaching/signal"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// records is a policy for the fixture of the certification scenario of the
// AuthZEN Authorization API 1.0 (openid/authzen, certification folder, June
// 2026): alice leads the coaching, bob is a participant, a record is a report
// about ten people.
const records = `apiVersion: governance/v1
id: records
version: 1.0.0
owner: privacy_officer
params: []
extensions:
  - {name: status, type: enum, values: [active, archived]}
  - {name: soft, type: bool}
rules:
  - id: read
    effect: permit
    code: X-READ
    actions: [view]
    roles: [coaching_lead, participant, program_admin]
    when: resource.type == "report"
    message: records are open
    obligations: [{id: note, text: Write down who read it.}]
  - id: write
    effect: permit
    code: X-WRITE
    actions: [use]
    roles: [coaching_lead]
    when: resource.type == "report" && has(ext.status) && ext.status == "active"
    message: active records can be written
  - id: write_archived
    effect: permit
    code: X-WRITE
    actions: [use]
    roles: [program_admin]
    when: resource.type == "report"
    message: an administrator writes all records
  - id: delete
    effect: permit
    code: X-DELETE
    actions: [purge]
    roles: [coaching_lead]
    when: has(ext.soft) && ext.soft
    message: records can be deleted softly
tests: []
`

// A scenario is the host of the fixture.
type scenario struct{ people map[string]coaching.PersonID }

func newScenario(t testing.TB) scenario {
	t.Helper()
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "scenario", Purpose: "authzen"})
	require.NoError(t, err)
	s := scenario{map[string]coaching.PersonID{}}
	for _, name := range []string{"alice", "bob"} {
		s.people[name], err = p.Person(name)
		require.NoError(t, err)
	}
	return s
}

func (s scenario) Request(_ context.Context, e authzen.Evaluation) (*governance.Request, error) {
	id, known := s.people[e.Subject.ID]
	action, done := map[string]governance.Action{"read": governance.View, "write": governance.Use, "delete": governance.Purge}[e.Action.Name]
	status, there := map[string]string{"record-1": "active", "record-2": "archived"}[e.Resource.ID]
	if !known || !done || !there || e.Subject.Type != "user" || e.Resource.Type != "record" {
		return nil, authzen.ErrUnknown
	}
	var subject struct{ Role string }
	var does struct{ Soft *bool }
	var record struct{ Status string }
	for data, into := range map[*json.RawMessage]any{&e.Subject.Properties: &subject, &e.Action.Properties: &does, &e.Resource.Properties: &record} {
		if *data != nil {
			if err := json.Unmarshal(*data, into); err != nil {
				return nil, authzen.ErrUnknown
			}
		}
	}
	r := &governance.Request{
		Action: action, Purpose: governance.ForEvaluation, Now: noon,
		Subject: governance.Subject{ID: id, Role: coaching.Participant, Programme: "p"},
		Resource: governance.Resource{
			Type: governance.ResourceReport, ID: e.Resource.ID, Programme: "p", Class: signal.Aggregate, CreatedAt: noon.AddDate(0, 0, -1), GroupSize: 10,
			Identifiable: governance.No, Automated: governance.No, LegalHold: governance.No, Affects: governance.EffectsOf(governance.NoEffect), Standing: signal.Cleared,
		},
	}
	if e.Subject.ID == "alice" {
		r.Subject.Role = coaching.CoachingLead
	}
	if subject.Role == "admin" {
		r.Subject.Role = coaching.ProgramAdmin
	}
	if record.Status != "" {
		status = record.Status
	}
	r.Ext = append(r.Ext, governance.Extension{Name: "status", Type: governance.ExtensionEnum, Enum: status})
	if does.Soft != nil {
		r.Ext = append(r.Ext, governance.Extension{Name: "soft", Type: governance.ExtensionBool, Bool: *does.Soft})
	}
	return r, nil
}

func entities(typ, want, after string, ids ...authzen.Entity) iter.Seq2[authzen.Entity, error] {
	return func(yield func(authzen.Entity, error) bool) {
		for _, e := range ids {
			if typ == want && e.ID > after && !yield(e, nil) {
				return
			}
		}
	}
}

func (s scenario) Subjects(_ context.Context, typ, after string) iter.Seq2[authzen.Entity, error] {
	return entities(typ, "user", after, authzen.Entity{Type: "user", ID: "alice"}, authzen.Entity{Type: "user", ID: "bob", Properties: json.RawMessage(`{"role":"admin"}`)})
}

func (s scenario) Resources(_ context.Context, typ, after string) iter.Seq2[authzen.Entity, error] {
	return entities(typ, "record", after, authzen.Entity{Type: "record", ID: "record-1"}, authzen.Entity{Type: "record", ID: "record-2"})
}

func (s scenario) Actions(context.Context) []authzen.Action {
	return []authzen.Action{{Name: "read"}, {Name: "write"}, {Name: "delete"}}
}

func fixture(t testing.TB) *authzen.Handler {
	t.Helper()
	p, _, err := governance.Parse("records.yaml", []byte(records))
	require.NoError(t, err)
	h, err := authzen.New(newScenario(t), authzen.Settings{
		Identifier: "https://pdp.example.com",
		Decide: func(_ context.Context, rs []governance.Request, s governance.Semantics) []governance.Decision {
			return p.DecideBatch(rs, s)
		},
	})
	require.NoError(t, err)
	return h
}

func post(h http.Handler, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "https://pdp.example.com"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	h.ServeHTTP(w, r)
	return w
}

// decisions returns the decisions in an answer, as "true false".
func decisions(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var one struct {
		Decision    *bool
		Evaluations []struct{ Decision *bool }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &one))
	if one.Evaluations == nil {
		require.NotNil(t, one.Decision)
		return fmt.Sprint(*one.Decision)
	}
	require.Nil(t, one.Decision)
	var out []string
	for _, e := range one.Evaluations {
		require.NotNil(t, e.Decision)
		out = append(out, fmt.Sprint(*e.Decision))
	}
	return strings.Join(out, " ")
}

const (
	alice    = `"subject":{"type":"user","id":"alice"}`
	bob      = `"subject":{"type":"user","id":"bob"}`
	admin    = `"subject":{"type":"user","id":"bob","properties":{"role":"admin"}}`
	read     = `"action":{"name":"read"}`
	write    = `"action":{"name":"write"}`
	record1  = `"resource":{"type":"record","id":"record-1"}`
	active   = `"resource":{"type":"record","id":"record-1","properties":{"status":"active"}}`
	archived = `"resource":{"type":"record","id":"record-2","properties":{"status":"archived"}}`
)

func object(members ...string) string { return "{" + strings.Join(members, ",") + "}" }

// The decisions and the statuses that the certification scenario expects; the
// names are those of its sections.
func TestCertificationScenario(t *testing.T) {
	h := fixture(t)
	const one, many = "/access/v1/evaluation", "/access/v1/evaluations"
	tests := []struct {
		name, path, body string
		status           int
		want             string
	}{
		{"c-2-2-1", one, object(alice, read, record1), 200, "true"},
		{"c-1-4 rule 2", one, object(alice, write, record1), 200, "true"},
		{"c-1-4 rule 3", one, object(bob, read, record1), 200, "true"},
		{"c-2-2-2", one, object(bob, write, record1), 200, "false"},
		{"c-2-2-3", one, object(alice, read, record1, `"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}`), 200, "true"},
		{"c-2-2-4", one, object(alice, write, archived), 200, "false"},
		{"c-2-2-5", one, object(admin, write, archived), 200, "true"},
		{"c-2-2-6", one, object(alice, `"action":{"name":"delete","properties":{"soft":true}}`, record1), 200, "true"},
		{"c-2-2-7", one, object(alice, `"action":{"name":"delete","properties":{"soft":false}}`, record1), 200, "false"},
		{"c-2-2-8", one, object(`"subject":{"type":"user","id":"alice","properties":{"department":"Sales","role":"manager"}}`, `"action":{"name":"read","properties":{"method":"GET"}}`,
			`"resource":{"type":"record","id":"record-1","properties":{"status":"active","owner":"bob"}}`), 200, "true"},
		{"c-2-2-9", one, object(alice, read, record1, `"foo":"bar"`, `"futureField":{"nested":true}`), 200, "true"},
		{"c-2-4-1 subject", one, object(read, record1), 400, "subject is missing"},
		{"c-2-4-1 action", one, object(alice, record1), 400, "action is missing"},
		{"c-2-4-1 resource", one, object(alice, read), 400, "resource is missing"},
		{"c-2-4-2 subject type", one, object(`"subject":{"id":"alice"}`, read, record1), 400, "subject.type is missing"},
		{"c-2-4-2 subject id", one, object(`"subject":{"type":"user"}`, read, record1), 400, "subject.id is missing"},
		{"c-2-4-2 action name", one, object(alice, `"action":{}`, record1), 400, "action.name is missing"},
		{"c-2-4-2 resource type", one, object(alice, read, `"resource":{"id":"record-1"}`), 400, "resource.type is missing"},
		{"c-2-4-2 resource id", one, object(alice, read, `"resource":{"type":"record"}`), 400, "resource.id is missing"},
		{"c-2-4-4", one, `{"subject":`, 400, "not JSON"},
		{"c-2-4-5", one, ``, 400, "not JSON"},
		{"c-2-4-6 subject", one, object(`"subject":"alice"`, read, record1), 400, "subject must be an object"},
		{"c-2-4-6 action", one, object(alice, `"action":{"name":123}`, record1), 400, "action.name must be a text"},
		{"c-3-2-1", many, object(alice, read, `"evaluations":[{`+record1+`},{"resource":{"type":"record","id":"record-2"}}]`), 200, "true true"},
		{"c-3-2-2", many, object(bob, record1, `"evaluations":[{`+read+`},{`+write+`}]`), 200, "true false"},
		{"c-3-2-3", many, object(alice, write, `"evaluations":[{`+active+`},{`+archived+`}]`), 200, "true false"},
		{"c-3-2-4", many, object(write, archived, `"evaluations":[{`+alice+`},{`+admin+`}]`), 200, "false true"},
		{"c-3-2-5", many, `{"evaluations":[` + object(alice, read, record1) + `,` + object(bob, write, record1) + `]}`, 200, "true false"},
		{"c-3-2-6", many, object(alice, read, `"context":{"time":"x"}`, `"evaluations":[{`+record1+`},{"resource":{"type":"record","id":"record-2"},"context":{"source":"y"}}]`), 200, "true true"},
		{"c-3-2-7", many, object(alice, write, `"resource":{"type":"record"}`, `"evaluations":[{"resource":{"id":"record-1","properties":{"status":"active"}}},{`+archived+`}]`), 200, "true false"},
		{"c-3-4-1", many, object(alice, read, `"evaluations":[{`+record1+`},{}]`), 200, "true false"},
		{"c-3-4-2", many, object(alice, read, record1), 200, "true"},
		{"c-3-4-3", many, object(alice, read, record1, `"evaluations":[]`), 200, "true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(h, tt.path, tt.body)
			require.Equal(t, tt.status, w.Code, w.Body)
			if tt.status == 200 {
				require.Equal(t, tt.want, decisions(t, w))
				require.Equal(t, w.Body.String(), post(h, tt.path, tt.body).Body.String(), "c-2-6: the same again")
			} else {
				require.Contains(t, w.Body.String(), tt.want)
			}
		})
	}
	t.Run("c-2-4-3", func(t *testing.T) {
		for _, media := range []string{"", "text/plain", "application/xml"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "https://pdp.example.com"+one, strings.NewReader(object(alice, read, record1)))
			r.Header.Set("Content-Type", media)
			h.ServeHTTP(w, r)
			require.Equal(t, 400, w.Code)
		}
	})
	t.Run("c-2-5", func(t *testing.T) {
		for _, body := range []string{object(alice, read, record1), "no"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "https://pdp.example.com"+one, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Request-ID", "bfe9eb29")
			h.ServeHTTP(w, r)
			require.Equal(t, "bfe9eb29", w.Header().Get("X-Request-ID"))
		}
		require.Empty(t, post(h, one, object(alice, read, record1)).Header().Get("X-Request-ID"))
	})
}

// What the scenario expects of searches.
func TestCertificationScenarioSearch(t *testing.T) {
	h := fixture(t)
	const subject, resource, action = "/access/v1/search/subject", "/access/v1/search/resource", "/access/v1/search/action"
	user, record := `"subject":{"type":"user"}`, `"resource":{"type":"record"}`
	tests := []struct {
		name, path, body string
		want             string // the results, or the error of status 400
	}{
		{"c-4-2-1", subject, object(user, read, record1), `[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]`},
		{"c-4-2-2", subject, object(user, read, record1, `"context":{"time":"now"}`), `[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]`},
		{"c-4-2-3", subject, object(alice, read, record1), `[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]`},
		{"c-4-2-4", subject, object(user, write, archived), `[{"type":"user","id":"bob"}]`},
		{"c-4-3-1", resource, object(alice, read, record), `[{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}]`},
		{"c-4-3-2", resource, object(alice, read, record1), `[{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}]`},
		{"alice writes what is active", resource, object(alice, write, record), `[{"type":"record","id":"record-1"}]`},
		{"c-4-3-3", resource, object(admin, write, record), `[{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}]`},
		{"c-4-4-1", action, object(alice, record1), `[{"name":"read"},{"name":"write"}]`},
		{"c-4-4-2", action, object(alice, record1, `"context":{}`), `[{"name":"read"},{"name":"write"}]`},
		{"c-4-4-3", action, object(admin, archived), `[{"name":"read"},{"name":"write"}]`},
		{"c-4-6-1", action, object(`"subject":{"type":"user","id":"nonexistent-user"}`, record1), `[]`},
		{"c-4-6-2", subject, object(`"subject":{"type":"spaceship"}`, read, record1), `[]`},
		{"c-4-7-1 subject", subject, object(user, record1), "action is missing"},
		{"c-4-7-1 resource", resource, object(read, record), "subject is missing"},
		{"c-4-7-1 action", action, object(alice), "resource is missing"},
		{"c-4-7-2 subject", subject, object(user, read, record), "resource.id is missing"},
		{"c-4-7-2 resource", resource, object(user, read, record), "subject.id is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(h, tt.path, tt.body)
			if !strings.HasPrefix(tt.want, "[") {
				require.Equal(t, 400, w.Code)
				require.Contains(t, w.Body.String(), tt.want)
				return
			}
			require.Equal(t, 200, w.Code, w.Body)
			var got struct{ Results json.RawMessage }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
			require.Equal(t, tt.want, string(got.Results))
		})
	}
}

// Pages of one result each hold together what one page holds (c-4-5), and a
// token of another search is refused.
func TestPages(t *testing.T) {
	h := fixture(t)
	query := []string{`"subject":{"type":"user"}`, read, record1}
	var all []string
	token := ""
	for range 3 {
		page := `"page":{"limit":1}`
		if token != "" {
			page = `"page":{"limit":1,"token":"` + token + `"}`
		}
		w := post(h, "/access/v1/search/subject", object(append(query, page)...))
		require.Equal(t, 200, w.Code, w.Body)
		var got struct {
			Results []authzen.Entity
			Page    struct {
				NextToken *string `json:"next_token"`
			}
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		require.LessOrEqual(t, len(got.Results), 1)
		for _, e := range got.Results {
			all = append(all, e.ID)
		}
		require.NotNil(t, got.Page.NextToken)
		if token = *got.Page.NextToken; token == "" {
			break
		}
		other := post(h, "/access/v1/search/subject", object(`"subject":{"type":"user"}`, write, record1, `"page":{"token":"`+token+`"}`))
		require.Equal(t, 400, other.Code)
	}
	require.Equal(t, []string{"alice", "bob"}, all)
	for _, page := range []string{`"page":{"limit":0}`, `"page":{"limit":"1"}`, `"page":{"token":"e30"}`, `"page":{"token":"?"}`, `"page":[]`} {
		require.Equal(t, 400, post(h, "/access/v1/search/subject", object(append(query, page)...)).Code, page)
	}
}

// c-6: the metadata is at its well-known place, also below a path.
func TestCertificationScenarioDiscovery(t *testing.T) {
	for _, tt := range []struct{ identifier, at string }{
		{"https://pdp.example.com", "/.well-known/authzen-configuration"},
		{"https://pdp.example.com/tenant1", "/.well-known/authzen-configuration/tenant1"},
	} {
		p, _, err := governance.BuiltIn()
		require.NoError(t, err)
		h, err := authzen.New(newScenario(t), authzen.Settings{Identifier: tt.identifier, Decide: func(_ context.Context, rs []governance.Request, s governance.Semantics) []governance.Decision {
			return p.DecideBatch(rs, s)
		}})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://pdp.example.com"+tt.at, nil))
		require.Equal(t, 200, w.Code)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		var meta map[string]any
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &meta))
		require.Equal(t, map[string]any{
			"policy_decision_point":       tt.identifier,
			"access_evaluation_endpoint":  tt.identifier + "/access/v1/evaluation",
			"access_evaluations_endpoint": tt.identifier + "/access/v1/evaluations",
			"search_subject_endpoint":     tt.identifier + "/access/v1/search/subject",
			"search_resource_endpoint":    tt.identifier + "/access/v1/search/resource",
			"search_action_endpoint":      tt.identifier + "/access/v1/search/action",
			"supported_obligations":       []any{"custom"},
		}, meta)
		path := strings.TrimPrefix(h.Metadata().AccessEvaluationEndpoint, "https://pdp.example.com")
		require.Equal(t, 200, post(h, path, object(alice, read, record1)).Code)
		w = httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://pdp.example.com"+path, nil))
		require.Equal(t, 405, w.Code)
	}
}
