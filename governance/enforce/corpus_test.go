package enforce_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/signal"
)

// An attempt is one case of a corpus of ways around a policy, in words that are
// nobody's: what was asked, and whether an honest host would have answered yes.
type attempt struct {
	ID     string       `json:"id"`
	Op     string       `json:"op"`
	Expect string       `json:"expect"` // "allow" or "deny"
	Input  attemptInput `json:"input"`
}

type attemptInput struct {
	Action       string   `json:"action"`
	Actor        string   `json:"actor"`
	IsSubject    bool     `json:"actor_is_subject"`
	Roles        []string `json:"actor_roles"`
	Programmes   []string `json:"actor_programmes"`
	Coach        string   `json:"assigned_coach"`
	Subject      string   `json:"subject"`
	Programme    string   `json:"programme"`
	SubjectIn    string   `json:"subject_programme"`
	Level        string   `json:"level"`
	Purpose      string   `json:"purpose"`
	Signal       string   `json:"signal"`
	SignalState  string   `json:"signal_state"`
	CellSize     any      `json:"cell_size"`
	CreatedAt    string   `json:"record_created_at"`
	Now          string   `json:"now"`
	Effect       string   `json:"effect"`
	Source       string   `json:"recommendation_source"`
	Explained    bool     `json:"recommendation_explained"`
	Advice       string   `json:"recommendation"`
	RequestID    string   `json:"request"`
	Sink         string   `json:"audit_sink"`
	Policy       string   `json:"policy_version"`
	PolicyActive string   `json:"policy_version_active"`
	Notice       string   `json:"notice_version_current"`
	Consent      *struct {
		State    string   `json:"state"`
		Notice   string   `json:"notice_version"`
		Granted  string   `json:"granted_at"`
		Expires  string   `json:"expires_at"`
		Purposes []string `json:"purposes"`
		Signals  []string `json:"signals"`
		Scope    []string `json:"scope"`
	} `json:"consent"`
	Approvals []struct {
		Approver string `json:"approver"`
		At       string `json:"at"`
		Expires  string `json:"expires"`
		Request  string `json:"request"`
		Role     string `json:"role"`
		Verdict  string `json:"verdict"`
	} `json:"approvals"`
	Review *struct {
		At        string `json:"at"`
		Rationale string `json:"rationale"`
		Advice    string `json:"recommendation"`
		Reviewer  string `json:"reviewer"`
		Kind      string `json:"reviewer_kind"`
	} `json:"human_review"`
}

// unsayable are the attempts that a request has no words for, with who has to
// stop them. The engine permits them, which the test holds too: when the
// vocabulary grows, the case leaves the list.
func unsayable() map[string]string {
	return map[string]string{
		"actor-manages-subject":      "the request does not say who manages whom",
		"signal-not-validated":       "a pack is made by package signal, which waits for the steward's decision",
		"signal-validated-in-future": "a pack is made by package signal, which waits for the steward's decision",
		"same-approver-case":         "pseudonyms are made of identifiers byte for byte: the host's identifiers have one spelling",
		"same-approver-padded":       "pseudonyms are made of identifiers byte for byte: the host's identifiers have one spelling",
		"requester-approves":         "the request knows one person who asks; somebody who asks through another is not in it",
		"reason-empty":               "a request has a purpose and no reason in words",
		"reason-blank":               "a request has a purpose and no reason in words",
	}
}

// attemptPerson returns somebody's pseudonym in a programme, nobody's for "".
func attemptPerson(t *testing.T, programme, label string) coaching.PersonID {
	t.Helper()
	if label == "" {
		return coaching.PersonID{}
	}
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: programme, Purpose: "corpus"})
	require.NoError(t, err)
	id, err := p.Person(label)
	require.NoError(t, err)
	return id
}

// attemptTime reads a time, and is zero where there is none.
func attemptTime(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// request says an attempt in the words of a request. What the vocabulary does not
// know stays unknown, as it would with a host that ignores the error; unread
// reports that a host that does not ignore it had one.
func (in *attemptInput) request(t *testing.T) (r *governance.Request, unread bool) {
	t.Helper()
	read := func(into interface{ UnmarshalText([]byte) error }, text string) {
		if into.UnmarshalText([]byte(text)) != nil {
			unread = true
		}
	}
	who := func(label string) coaching.PersonID { return attemptPerson(t, in.Programme, label) }
	r = &governance.Request{Now: attemptTime(in.Now), Notice: in.Notice, Subject: governance.Subject{ID: who(in.Actor), Trained: true}}
	// The actor's role is the one in the programme that is asked about, if any.
	if slices.Contains(in.Programmes, in.Programme) {
		r.Subject.Programme = in.Programme
	}
	if len(in.Roles) == 1 {
		read(&r.Subject.Role, in.Roles[0])
	}
	read(&r.Purpose, in.Purpose)
	res := &r.Resource
	*res = governance.Resource{
		ID: "resource-1", Programme: in.SubjectIn, Signals: []string{in.Signal},
		Owner: attemptPerson(t, in.SubjectIn, in.Subject), AssignedCoach: attemptPerson(t, in.SubjectIn, in.Coach),
		CreatedAt: attemptTime(in.CreatedAt), Identifiable: governance.No, Automated: governance.No, LegalHold: governance.No,
		Affects: governance.EffectsOf(governance.NoEffect), ModelCard: true, Explained: in.Explained, Control: true,
	}
	if in.IsSubject {
		res.Owner = r.Subject.ID
		res.AssignedCoach = r.Subject.ID
	}
	switch n := in.CellSize.(type) {
	case float64:
		if n == float64(int(n)) {
			res.GroupSize = int(n)
		}
	}
	switch in.Level {
	case "pseudonymised":
		res.Class = signal.Pseudonymous
	default:
		read(&res.Class, in.Level)
	}
	switch in.SignalState {
	case "active":
		res.Standing = signal.Cleared
	default:
		read(&res.Standing, in.SignalState)
	}
	approve := func(by string, role coaching.Role, at, expires time.Time, digest string) {
		r.Approvals = append(r.Approvals, governance.Approval{By: who(by), Role: role, At: at, Expires: expires, Request: digest})
	}
	switch in.Action {
	case "view_pack", "view_aggregate": // what a coach reads before a session
		r.Action, res.Type = governance.View, governance.ResourcePack
	case "export":
		r.Action, res.Type = governance.Export, governance.ResourcePack
	case "reidentify":
		r.Action, res.Type, res.Identifiable = governance.Reidentify, governance.ResourceIdentity, governance.Yes
		if r.Purpose == governance.ForCoaching { // here a purpose of its own
			r.Purpose = governance.ForReidentification
		}
	case "career_decision":
		r.Action, res.Type = governance.Apply, governance.ResourceRecommendation
		res.Affects = 0
		read(&res.Affects, in.Effect)
		if strings.HasPrefix(in.Source, "model") {
			res.Automated = governance.Yes
		}
	default:
		read(&r.Action, in.Action)
	}
	if c := in.Consent; c != nil && c.State == "granted" || c != nil && c.State == "withdrawn" {
		for _, s := range c.Signals {
			for _, p := range c.Purposes {
				given := signal.Consent{Participant: res.Owner, Signal: s, Purpose: p, Notice: c.Notice, Granted: attemptTime(c.Granted), Expires: attemptTime(c.Expires)}
				if c.State == "withdrawn" {
					given.Withdrawn = given.Granted.AddDate(0, 0, 1)
				}
				r.Consents = append(r.Consents, given)
				for _, scope := range c.Scope {
					if scope == "reidentify" && p == in.Purpose { // opted in, and for this
						given.Purpose = "reidentification"
						r.Consents = append(r.Consents, given)
					}
				}
			}
		}
	}
	if in.Action == "export" {
		// The corpus exports without asking legal; this programme asks, and has been
		// told yes, so that the rest is what is tested.
		approve("u-lawyer", coaching.LegalPrivacy, r.Now.Add(-time.Hour), r.Now.Add(time.Hour), r.Digest())
	}
	// Whatever was approved or reviewed under another name was another request.
	other := *r
	other.Resource.ID = "resource-0"
	digest := func(id, mine string) string {
		if id == mine {
			return r.Digest()
		}
		return other.Digest()
	}
	for _, a := range in.Approvals {
		var role coaching.Role
		read(&role, a.Role)
		by := a.Approver
		id := who(by)
		if by == in.Subject {
			id = res.Owner
		}
		r.Approvals = append(r.Approvals, governance.Approval{By: id, Role: role, At: attemptTime(a.At), Expires: attemptTime(a.Expires),
			Request: digest(a.Request, in.RequestID), Refused: a.Verdict != "approve"})
	}
	if v := in.Review; v != nil {
		role, id := coaching.HRReviewer, who(v.Reviewer)
		if v.Kind != "human" {
			role = coaching.System
		}
		if v.Reviewer == in.Subject {
			id = res.Owner
		}
		r.Review = governance.ReviewRecord{Reviewer: id, Role: role, Approved: true, Rationale: v.Rationale, At: attemptTime(v.At), Request: digest(v.Advice, in.Advice)}
	}
	return r, unread
}

// answer runs an attempt through an engine of its own, to the data and back.
func (in *attemptInput) answer(t *testing.T, r *governance.Request) (governance.Decision, bool) {
	t.Helper()
	began := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	store := &faulty{}
	e, err := enforce.New(t.Context(), journal(t, store), enforce.Settings{Valid: time.Minute}, change(t, "A", began))
	require.NoError(t, err)
	ctx := t.Context()
	switch in.Sink {
	case "error":
		store.fault = "error"
	case "timeout":
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Millisecond)
		defer stop()
		store.fault = "waits for ever"
	case "verification_failed":
		_, err := audit.OpenJournal(ctx, store, verifier(t), nil)
		require.ErrorIs(t, err, audit.ErrTampered)
		e = new(enforce.Engine)
	}
	if in.Policy == "" {
		e = new(enforce.Engine)
	}
	d, g := e.Authorize(ctx, r)
	require.Equal(t, d.Allowed(), !g.IsZero())
	if in.Policy != in.PolicyActive && in.Policy != "" {
		require.NoError(t, e.Swap(ctx, change(t, "B", r.Now)))
	}
	got, err := enforce.Unlock(g, enforce.Seal(r.Resource, "data"), r.Subject.ID, r.Action, r.Now)
	require.Equal(t, err == nil, got == "data")
	return d, err == nil
}

// No way around the policy of the corpus yields data, and no honest request is
// turned away.
func TestCorpusOfDecisions(t *testing.T) {
	file, err := os.Open(datadir.Find(t, "corpus/data/decisions.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	var honest, stopped, byReader int
	unsaid := map[string]int{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a attempt
		require.NoError(t, json.Unmarshal(lines.Bytes(), &a))
		t.Run(a.ID, func(t *testing.T) {
			r, unread := a.Input.request(t)
			d, got := a.Input.answer(t, r)
			why, silent := unsayable()[a.Op]
			switch {
			case a.Expect == "allow":
				honest++
				require.True(t, got, "%v", d)
			case !got:
				stopped++
			case unread:
				byReader++
				t.Log("stopped only where the word is read:", a.ID)
			case silent:
				unsaid[a.Op]++
				t.Log(why)
			default:
				t.Errorf("%s yields data: %v\n%+v", a.ID, d.Codes(), r)
			}
		})
	}
	require.NoError(t, lines.Err())
	cannot := 0
	for op := range unsayable() {
		require.Positive(t, unsaid[op], "%s is stopped now: take it off the list", op)
		cannot += unsaid[op]
	}
	t.Logf("%d honest and permitted; %d stopped, %d where the word is read, %d that a request cannot say", honest, stopped, byReader, cannot)
	require.Equal(t, 5, honest)
	require.Equal(t, 290, stopped+cannot+byReader)
}
