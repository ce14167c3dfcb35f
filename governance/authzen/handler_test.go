package authzen_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/authzen"
	"github.com/coachgov/coaching/signal"
)

// The three semantics, also where a part has no decision of the policy.
func TestSemantics(t *testing.T) {
	h := fixture(t)
	deny, failed, stranger := "{"+bob+","+write+","+record1+"}", "{}", `{"subject":{"type":"user","id":"eve"},`+read+","+record1+"}"
	permit := "{" + alice + "," + read + "," + record1 + "}"
	tests := []struct{ name, parts, all, first, permit string }{
		{"both", permit + "," + deny + "," + permit, "true false true", "true false", "true"},
		{"a denial first", deny + "," + permit + "," + deny, "false true false", "false", "false true"},
		{"no denial", permit + "," + permit, "true true", "true true", "true"},
		{"no permit", deny + "," + deny, "false false", "false", "false false"},
		{"a failure first", failed + "," + permit + "," + permit, "false true true", "false", "false true"},
		{"a failure behind", permit + "," + failed + "," + permit, "true false true", "true false", "true"},
		{"a denial before a failure", permit + "," + deny + "," + failed, "true false false", "true false", "true"},
		{"nobody known", stranger + "," + permit, "false true", "false", "false true"},
		{"not an object", `7,` + permit, "false true", "false", "false true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for semantics, want := range map[string]string{"": tt.all, "execute_all": tt.all, "deny_on_first_deny": tt.first, "permit_on_first_permit": tt.permit} {
				options := "{}"
				if semantics != "" {
					options = `{"evaluations_semantic":"` + semantics + `","another":1}`
				}
				w := post(h, "/access/v1/evaluations", `{"options":`+options+`,"evaluations":[`+tt.parts+`]}`)
				require.Equal(t, 200, w.Code, w.Body)
				require.Equal(t, want, decisions(t, w), semantics)
			}
		})
	}
	for _, options := range []string{`{"evaluations_semantic":"first"}`, `{"evaluations_semantic":1}`, `{"evaluations_semantic":null}`, `[]`, `"x"`} {
		require.Equal(t, 400, post(h, "/access/v1/evaluations", `{"options":`+options+`,"evaluations":[`+permit+`]}`).Code, options)
	}
}

// What could be read in two ways, or costs too much to read, is refused, and
// nothing of it is repeated.
func TestHostileBodies(t *testing.T) {
	h := fixture(t)
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name, body string
		status     int
	}{
		{"a key twice", object(bob, alice, read, record1), 400},
		{"a key twice inside", object(alice, read, `"resource":{"type":"record","id":"record-2","id":"record-1"}`), 400},
		{"an escaped key twice", object(bob, `"s\u0075bject":{"type":"user","id":"alice"}`, read, record1), 400},
		{"a property in other capitals", object(`"subject":{"type":"user","id":"alice","properties":{"role":"guest","rOle":"admin"}}`, read, record1), 400},
		{"a property with a Kelvin sign", object(`"subject":{"type":"user","id":"alice","properties":{"k":1,"\u212a":2}}`, read, record1), 400},
		{"a key in other capitals", object(alice, `"Subject":{"type":"user","id":"bob"}`, read, record1), 400},
		{"a property in another object", object(`"subject":{"type":"user","id":"alice","properties":{"role":{"role":1},"x":[{"Role":1},{"role":2}]}}`, read, record1), 200},
		{"another capital is another key", object(`"Subject":{"type":"user","id":"alice"}`, read, record1), 400},
		{"two values", object(alice, read, record1) + "{}", 400},
		{"a list", "[]", 400},
		{"null", "null", 400},
		{"a subject of null", object(`"subject":null`, read, record1), 400},
		{"an id of null", object(`"subject":{"type":"user","id":null}`, read, record1), 400},
		{"an empty id", object(`"subject":{"type":"user","id":""}`, read, record1), 400},
		{"no UTF-8", object(alice, read, record1, "\"x\":\"\xff\""), 400},
		{"properties that are a list", object(`"subject":{"type":"user","id":"alice","properties":[]}`, read, record1), 400},
		{"properties of null", object(`"subject":{"type":"user","id":"alice","properties":null}`, read, record1), 200},
		{"a context that is a text", object(alice, read, record1, `"context":"x"`), 400},
		{"31 levels", object(alice, read, record1, `"x":`+deep(31)), 200},
		{"32 levels", object(alice, read, record1, `"x":`+deep(32)), 400},
		{"10,000 levels", object(alice, read, record1, `"x":`+deep(10_000)), 400},
		{"65 KiB", object(alice, read, record1, `"x":"`+strings.Repeat("a", 65<<10)+`"`), 413},
		{"101 parts", `{"evaluations":[` + strings.Repeat("{},", 100) + `{}]}`, 400},
		{"parts that are no list", `{"evaluations":{}}`, 400},
		{"100 parts", object(alice, read, record1, `"evaluations":[`+strings.Repeat("{},", 99)+`{}]`), 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(h, "/access/v1/evaluations", tt.body)
			require.Equal(t, tt.status, w.Code, w.Body)
			if tt.status != 200 {
				require.Less(t, w.Body.Len(), 120)
				require.NotContains(t, w.Body.String(), "alice")
			}
		})
	}
}

// A failing host is a failure, and what it says stays inside.
type failing struct{ err error }

func (f failing) Request(context.Context, authzen.Evaluation) (*governance.Request, error) {
	return nil, f.err
}

func (f failing) Subjects(context.Context, string, string) iter.Seq2[authzen.Entity, error] {
	return func(yield func(authzen.Entity, error) bool) { yield(authzen.Entity{}, f.err) }
}

func (f failing) Resources(ctx context.Context, typ, after string) iter.Seq2[authzen.Entity, error] {
	return f.Subjects(ctx, typ, after)
}

func (f failing) Actions(context.Context) []authzen.Action { return []authzen.Action{{Name: "read"}} }

func TestFailingHost(t *testing.T) {
	settings := authzen.Settings{
		Identifier: "https://pdp.example.com",
		Decide:     func(context.Context, []governance.Request, governance.Semantics) []governance.Decision { return nil },
	}
	h, err := authzen.New(failing{errors.New("Erika Mustermann is not in the directory")}, settings)
	require.NoError(t, err)
	question := object(alice, read, record1)
	for path, body := range map[string]string{
		"/access/v1/evaluation": question, "/access/v1/search/subject": question, "/access/v1/search/resource": question, "/access/v1/search/action": question,
	} {
		w := post(h, path, body)
		require.Equal(t, 500, w.Code, path)
		require.Equal(t, "the decision point failed\n", w.Body.String())
	}
	w := post(h, "/access/v1/evaluations", `{"evaluations":[`+question+`]}`)
	require.Equal(t, 200, w.Code)
	require.Equal(t, `{"evaluations":[{"decision":false,"context":{"error":{"status":500,"message":"the decision point failed"}}}]}`+"\n", w.Body.String())

	// No request and no error is nothing known.
	h, err = authzen.New(failing{}, settings)
	require.NoError(t, err)
	require.Equal(t, "false", decisions(t, post(h, "/access/v1/evaluation", question)))

	// A Decide without an answer has denied.
	h, err = authzen.New(newScenario(t), settings)
	require.NoError(t, err)
	require.Equal(t, "false", decisions(t, post(h, "/access/v1/evaluation", question)))
	require.Equal(t, "false false", decisions(t, post(h, "/access/v1/evaluations", `{"evaluations":[`+question+`,`+question+`]}`)))
}

func TestNewRefuses(t *testing.T) {
	yes := func(_ context.Context, rs []governance.Request, _ governance.Semantics) []governance.Decision {
		return make([]governance.Decision, len(rs))
	}
	tests := []struct {
		name string
		host authzen.Host
		set  authzen.Settings
	}{
		{"no host", nil, authzen.Settings{Identifier: "https://a.example", Decide: yes}},
		{"no Decide", failing{}, authzen.Settings{Identifier: "https://a.example"}},
		{"no identifier", failing{}, authzen.Settings{Decide: yes}},
		{"http", failing{}, authzen.Settings{Identifier: "http://a.example", Decide: yes}},
		{"a query", failing{}, authzen.Settings{Identifier: "https://a.example?x", Decide: yes}},
		{"an empty query", failing{}, authzen.Settings{Identifier: "https://a.example?", Decide: yes}},
		{"a fragment", failing{}, authzen.Settings{Identifier: "https://a.example#", Decide: yes}},
		{"a user", failing{}, authzen.Settings{Identifier: "https://u:p@a.example", Decide: yes}},
		{"a pattern", failing{}, authzen.Settings{Identifier: "https://a.example/{x}", Decide: yes}},
		{"an escaped path", failing{}, authzen.Settings{Identifier: "https://a.example/a%2fb", Decide: yes}},
		{"an empty step", failing{}, authzen.Settings{Identifier: "https://a.example//b", Decide: yes}},
		{"an empty step at the end", failing{}, authzen.Settings{Identifier: "https://a.example/b//", Decide: yes}},
		{"two slashes alone", failing{}, authzen.Settings{Identifier: "https://a.example//", Decide: yes}},
		{"a step up", failing{}, authzen.Settings{Identifier: "https://a.example/a/../b", Decide: yes}},
		{"a step nowhere", failing{}, authzen.Settings{Identifier: "https://a.example/./", Decide: yes}},
		{"a negative bound", failing{}, authzen.Settings{Identifier: "https://a.example", Decide: yes, MaxBody: -1}},
		{"access requests without TLS", failing{}, authzen.Settings{Identifier: "https://a.example", Decide: yes, AccessRequests: "http://a.example"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := authzen.New(tt.host, tt.set)
			require.Error(t, err)
			require.Nil(t, h)
		})
	}
}

// A promotion is a host in which a model suggests one. What has been reviewed is
// on record under the digest of the request.
type promotion struct {
	person  func(string) coaching.PersonID
	reviews map[string]governance.ReviewRecord
}

func (p promotion) Request(context.Context, authzen.Evaluation) (*governance.Request, error) {
	r := &governance.Request{
		Action: governance.Publish, Purpose: governance.ForCoaching, Now: noon,
		Subject: governance.Subject{ID: p.person("service"), Role: coaching.System, Programme: "p"},
		Resource: governance.Resource{
			Type: governance.ResourceRecommendation, ID: "advice-17", Programme: "p", Owner: p.person("leader"), AssignedCoach: p.person("coach"),
			Class: signal.Pseudonymous, CreatedAt: noon.AddDate(0, 0, -1), Standing: signal.Cleared, Identifiable: governance.No,
			Automated: governance.Yes, ModelCard: true, Explained: true, Affects: governance.EffectsOf(governance.Promotion),
		},
		Consents: signal.ConsentList{{Participant: p.person("leader"), Purpose: "coaching", Granted: noon.AddDate(0, -1, 0)}},
	}
	r.Review = p.reviews[r.Digest()]
	return r, nil
}

// GOV-022: a review is a no that says who can make it a yes; once the review is
// on record under the evaluation's id, the same question is answered otherwise.
func TestReviewIsAnAccessRequest(t *testing.T) {
	policy, _, err := governance.BuiltIn()
	require.NoError(t, err)
	pseudonyms, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "p", Purpose: "authzen"})
	require.NoError(t, err)
	host := promotion{reviews: map[string]governance.ReviewRecord{}, person: func(name string) coaching.PersonID {
		id, err := pseudonyms.Person(name)
		require.NoError(t, err)
		return id
	}}
	h, err := authzen.New(host, authzen.Settings{
		Identifier: "https://pdp.example.com", AccessRequests: "https://hr.example.com/reviews", RequestValid: 10 * time.Minute,
		Decide: func(_ context.Context, rs []governance.Request, s governance.Semantics) []governance.Decision {
			return policy.DecideBatch(rs, s)
		},
	})
	require.NoError(t, err)
	question := object(`"subject":{"type":"service","id":"s"}`, `"action":{"name":"publish"}`, `"resource":{"type":"recommendation","id":"advice-17"}`)
	type answer struct {
		Decision bool
		Context  struct {
			EvaluationID  string `json:"evaluation_id"`
			EvaluatedAt   string `json:"evaluated_at"`
			Policy        string
			Reason        string
			Reasons       []map[string]any
			Obligations   []map[string]any
			AccessRequest map[string]any `json:"access_request"`
		}
	}
	ask := func() (out answer) {
		w := post(h, "/access/v1/evaluation", question)
		require.Equal(t, 200, w.Code)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
		return out
	}
	got := ask()
	require.False(t, got.Decision)
	require.Equal(t, "approval_required", got.Context.Reason)
	require.Equal(t, policy.Digest(), got.Context.Policy)
	require.Equal(t, "2027-03-01T12:00:00Z", got.Context.EvaluatedAt)
	require.Equal(t, map[string]any{
		"endpoint": "https://hr.example.com/reviews", "template": "review", "expires_at": "2027-03-01T12:10:00Z",
		"needs": []any{map[string]any{
			"as": "review", "by": []any{"legal_privacy", "hr_reviewer"}, "not": []any{"assigned_coach", "owner", "subject"}, "min_rationale": 20.0, "valid_seconds": 72 * 3600.0,
			"rules": []any{"career.automated", "floor.career"},
		}},
	}, got.Context.AccessRequest)
	require.Equal(t, "GOV-022", got.Context.Reasons[0]["code"])
	require.Contains(t, got.Context.Reasons[0]["reason_user"].(map[string]any)["en"], "a person must review")

	host.reviews[got.Context.EvaluationID] = governance.ReviewRecord{
		Reviewer: host.person("reviewer"), Role: coaching.HRReviewer, Approved: true, At: noon.Add(-time.Hour),
		Rationale: "read the case and the model's note", Request: got.Context.EvaluationID,
	}
	again := ask()
	require.True(t, again.Decision)
	require.Nil(t, again.Context.AccessRequest)
	require.Empty(t, again.Context.Reason)
}

// A listener hears what it is asked.
type listener struct {
	scenario
	heard *[]authzen.Evaluation
}

func (l listener) Request(ctx context.Context, e authzen.Evaluation) (*governance.Request, error) {
	*l.heard = append(*l.heard, e)
	return l.scenario.Request(ctx, e)
}

// Each part of a batch is asked with its own context, or with that of the whole.
func TestContextOfParts(t *testing.T) {
	var heard []authzen.Evaluation
	h, err := authzen.New(listener{newScenario(t), &heard}, authzen.Settings{
		Identifier: "https://pdp.example.com",
		Decide:     func(context.Context, []governance.Request, governance.Semantics) []governance.Decision { return nil },
	})
	require.NoError(t, err)
	post(h, "/access/v1/evaluations", object(alice, read, record1, `"context":{"a":1}`, `"evaluations":[{},{"context":{"b":2}},{"context":null}]`))
	require.Len(t, heard, 3)
	require.Equal(t, `{"a":1}`, string(heard[0].Context))
	require.Equal(t, `{"b":2}`, string(heard[1].Context))
	require.Nil(t, heard[2].Context)
	require.Equal(t, authzen.Entity{Type: "user", ID: "alice"}, heard[2].Subject)
}

// A page ends after so many looks, found or not; and what the caller states of
// the candidates comes before what the list says.
func TestSearchBounds(t *testing.T) {
	policy, _, err := governance.Parse("records.yaml", []byte(records))
	require.NoError(t, err)
	looks := 0
	h, err := authzen.New(newScenario(t), authzen.Settings{
		Identifier: "https://pdp.example.com", MaxLooks: 1,
		Decide: func(context.Context, []governance.Request, governance.Semantics) []governance.Decision {
			t.Error("a search is not recorded")
			return nil
		},
		Look: func(_ context.Context, rs []governance.Request, s governance.Semantics) []governance.Decision {
			looks += len(rs)
			return policy.DecideBatch(rs, s)
		},
	})
	require.NoError(t, err)
	var got struct {
		Results []authzen.Entity
		Page    struct {
			NextToken string `json:"next_token"`
		}
	}
	search := func(page string) {
		w := post(h, "/access/v1/search/subject", object(`"subject":{"type":"user"}`, write, archived, page))
		require.Equal(t, 200, w.Code, w.Body)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	}
	search(`"page":{}`)
	require.Empty(t, got.Results, "alice may not")
	require.NotEmpty(t, got.Page.NextToken)
	inside, err := base64.RawURLEncoding.DecodeString(got.Page.NextToken)
	require.NoError(t, err)
	require.NotContains(t, string(inside), "alice", "no result, so that the caller may not know of her")
	require.Equal(t, 1, looks)
	search(`"page":{"next_token":"` + got.Page.NextToken + `"}`)
	require.Equal(t, []authzen.Entity{{Type: "user", ID: "bob"}}, got.Results)

	w := post(fixture(t), "/access/v1/search/subject", object(`"subject":{"type":"user","properties":{"role":"guest"}}`, write, archived))
	require.Contains(t, w.Body.String(), `"results":[]`)
}

// Obligations are those of the profile.
func TestObligations(t *testing.T) {
	w := post(fixture(t), "/access/v1/evaluation", object(alice, read, record1))
	var got struct {
		Context struct{ Obligations json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.Equal(t, `[{"type":"custom","id":"note","properties":{"text":"Write down who read it."}}]`, string(got.Context.Obligations))
}

// Whatever is sent, the answer is a decision or a status of the caller, and the
// only yes is one that the policy gave.
func FuzzHandler(f *testing.F) {
	for _, body := range []string{
		object(alice, read, record1), object(bob, write, record1), `{"evaluations":[` + object(alice, read, record1) + `,{}]}`,
		object(alice, read, record1, `"options":{"evaluations_semantic":"deny_on_first_deny"}`, `"evaluations":[{},{`+write+`}]`),
		object(alice, read, record1, `"page":{"limit":1,"token":"x"}`), `{"subject":{"type":"user","id":"\u0000"}}`, "[[", `{"a":{"a":1,"a":2}}`,
	} {
		for path := range 5 {
			f.Add(path, []byte(body))
		}
	}
	policy, _, err := governance.Parse("records.yaml", []byte(records))
	require.NoError(f, err)
	permits := 0
	h, err := authzen.New(newScenario(f), authzen.Settings{
		Identifier: "https://pdp.example.com",
		Decide: func(_ context.Context, rs []governance.Request, s governance.Semantics) []governance.Decision {
			out := policy.DecideBatch(rs, s)
			for _, d := range out {
				if d.Allowed() {
					permits++
				}
			}
			return out
		},
	})
	require.NoError(f, err)
	paths := []string{"evaluation", "evaluations", "search/subject", "search/resource", "search/action"}
	f.Fuzz(func(t *testing.T, path int, body []byte) {
		permits = 0
		w := post(h, "/access/v1/"+paths[(path%5+5)%5], string(body))
		if w.Code != http.StatusOK {
			require.Contains(t, []int{400, 413}, w.Code)
			return
		}
		require.True(t, json.Valid(w.Body.Bytes()))
		require.LessOrEqual(t, strings.Count(w.Body.String(), `"decision":true`), permits)
	})
}

var _ http.Handler = (*authzen.Handler)(nil)
