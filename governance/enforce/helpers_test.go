package enforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// person returns the pseudonym of a test person.
func person(name string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "enforce"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(name)
	if err != nil {
		panic(err)
	}
	return id
}

var start = time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)

// packs describes the pack of leader 1, coached by coach 1.
func pack(id string) governance.Resource {
	return governance.Resource{
		Type: governance.ResourcePack, ID: id, Programme: "pilot", Signals: []string{"meeting_hygiene"},
		Class: signal.Pseudonymous, Owner: person("leader 1"), AssignedCoach: person("coach 1"), CreatedAt: start.Add(-24 * time.Hour),
		Identifiable: governance.No, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		Standing: signal.Cleared,
	}
}

// exportRequest is a request that the built-in policy wants approved.
func exportRequest(id string) *governance.Request {
	r := coachReads(id, start)
	r.Action, r.Purpose, r.Subject.Role = governance.Export, governance.ForEvaluation, coaching.ProgramAdmin
	r.Resource.Type, r.Resource.Class, r.Resource.GroupSize = governance.ResourceDataset, signal.Aggregate, 40
	return r
}

// coachReads is a request that the built-in policy permits.
func coachReads(id string, at time.Time) *governance.Request {
	return &governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching,
		Subject:  governance.Subject{ID: person("coach 1"), Role: coaching.Coach, Trained: true, Programme: "pilot"},
		Resource: pack(id),
		Consents: signal.ConsentList{{Participant: person("leader 1"), Signal: "meeting_hygiene", Purpose: "coaching", Granted: start.AddDate(0, -1, 0)}},
		Now:      at,
	}
}

// parsedPolicies holds what change has parsed, which takes longer than the rest of
// the tests together.
var parsedPolicies sync.Map

// change returns the built-in policy, with its messages changed to name the variant.
func change(t testing.TB, variant string, at time.Time) enforce.Change {
	t.Helper()
	return changeTo(t, strings.Replace(governance.BuiltInSource(), "a coach reads the pack of an assigned leader\n", "a coach reads the pack, says "+variant+"\n", 1), at)
}

// changeTo returns the change to the policy of a source, proved beforehand.
func changeTo(t testing.TB, source string, at time.Time) enforce.Change {
	t.Helper()
	known, ok := parsedPolicies.Load(source)
	if !ok {
		policy, report, err := governance.Parse("policy.yaml", []byte(source))
		require.NoError(t, err)
		proof, err := policy.Prove(governance.Canaries()...) // the report proves the rest
		require.NoError(t, err)
		known, _ = parsedPolicies.LoadOrStore(source, enforce.Change{Policy: policy, Report: report, Proof: proof})
	}
	c := known.(enforce.Change)
	c.By, c.At = audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer}, at
	return c
}

// small returns the source of a policy that lets coaches view packs. The id of
// its rule, the code, the message, the obligation and the version all name the
// variant. What is added stands at the end of the list of rules, then come
// invariants.
func small(variant, rules, invariants string) string {
	return fmt.Sprintf(`apiVersion: governance/v1
id: small
version: %[1]q
owner: privacy_officer
params: []
tests: []
rules:
  - {id: permit.%[1]s, effect: permit, code: SAYS-%[1]s, actions: [view], roles: [coach], when: 'resource.type == "pack"', message: says %[1]s, obligations: [{id: obligation-%[1]s, text: do as %[1]s says}]}
  - {id: note.%[1]s, effect: permit, code: ALSO-%[1]s, actions: [view], roles: [coach], when: 'purpose == "coaching"', message: says %[1]s too}
%[2]sinvariants: [%[3]s]
`, variant, rules, invariants)
}

func journal(t testing.TB, store audit.Store) *audit.Journal {
	t.Helper()
	j, err := audit.OpenJournal(context.Background(), store, verifier(t), nil)
	require.NoError(t, err)
	return j
}

func verifier(t testing.TB) *audit.Verifier {
	t.Helper()
	_, public := keyTexts(t)
	v, err := audit.NewVerifier(public)
	require.NoError(t, err)
	return v
}

func keyTexts(t testing.TB) (secret, public string) {
	t.Helper()
	secret, public, err := audit.GenerateKey(bytes.NewReader(make([]byte, 64)), "example.com/test/audit")
	require.NoError(t, err)
	return secret, public
}

func engine(t testing.TB, store audit.Store) *enforce.Engine {
	t.Helper()
	e, err := enforce.New(context.Background(), journal(t, store), enforce.Settings{Valid: time.Minute}, change(t, "A", start))
	require.NoError(t, err)
	return e
}

// entries returns what a store holds.
func entries(t testing.TB, store audit.Store) []audit.Entry {
	t.Helper()
	var all []audit.Entry
	for record, err := range store.Read(context.Background(), 0) {
		require.NoError(t, err)
		e, err := audit.ParseEntry(record)
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

// A faulty is a store that does wrong when told to: at every call, or from one of
// its calls up to another.
type faulty struct {
	audit.MemoryStore
	fault    string
	cancel   context.CancelFunc
	from, to int // calls to go wrong at; to 0: all
	calls    int // so far
}

// now returns the fault for one call.
func (s *faulty) now() string {
	call := s.calls
	s.calls++
	if s.to > 0 && (call < s.from || call >= s.to) {
		return ""
	}
	return s.fault
}

// faults are all the ways in which a store can fail an append.
func faults() []string {
	return []string{
		"error", "error after", "no space", "timeout", "cancelled in between", "cancelled before", "waits for ever",
		"short write", "changed write", "nothing written", "written twice", "conflict", "panic", "panic after",
		"read error", "read panics", "reads nothing", "reads another", "cancelled at the end",
	}
}

// faultContext returns the caller's context for a fault: one with a deadline when
// the store waits for it.
func faultContext(fault string) (context.Context, context.CancelFunc) {
	if fault == "waits for ever" {
		return context.WithTimeout(context.Background(), time.Millisecond)
	}
	return context.WithCancel(context.Background())
}

func (s *faulty) Append(ctx context.Context, size int64, records ...[]byte) error {
	store := &s.MemoryStore
	switch s.now() {
	case "error":
		return errors.New("disk on fire")
	case "no space":
		return errors.New("write audit.log: no space left on device")
	case "error after":
		_ = store.Append(ctx, size, records...)
		return errors.New("fsync failed")
	case "timeout":
		return context.DeadlineExceeded
	case "waits for ever":
		<-ctx.Done()
		return ctx.Err()
	case "cancelled in between":
		err := store.Append(ctx, size, records...)
		s.cancel()
		return err
	case "cancelled before":
		s.cancel()
		return store.Append(ctx, size, records...)
	case "short write":
		return store.Append(ctx, size, records[0][:len(records[0])-1])
	case "changed write":
		return store.Append(ctx, size, bytes.Replace(records[0], []byte(`"at":"2027-`), []byte(`"at":"2026-`), 1))
	case "nothing written":
		return nil
	case "written twice":
		return store.Append(ctx, size, records[0], records[0])
	case "conflict":
		return audit.ErrConflict
	case "panic":
		panic("store")
	case "panic after":
		_ = store.Append(ctx, size, records...)
		panic("store")
	}
	return store.Append(ctx, size, records...)
}

func (s *faulty) Read(ctx context.Context, first int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		fault := s.now()
		switch fault {
		case "read error":
			yield(nil, errors.New("disk on fire"))
			return
		case "read panics":
			panic("store")
		case "reads nothing":
			return
		case "reads another":
			first--
		}
		for r, err := range s.MemoryStore.Read(ctx, first) {
			if !yield(r, err) {
				return
			}
		}
		if fault == "cancelled at the end" {
			s.cancel()
		}
	}
}

// sponsorReads is a request to read a report about a group of some size.
func sponsorReads(id string, size int, at time.Time) *governance.Request {
	return &governance.Request{
		Action: governance.View, Purpose: governance.ForEvaluation, Now: at,
		Subject: governance.Subject{ID: person("sponsor"), Role: coaching.Sponsor, Programme: "pilot"},
		Resource: governance.Resource{
			Type: governance.ResourceReport, ID: id, Programme: "pilot", Class: signal.Aggregate,
			CreatedAt: at.AddDate(0, 0, -2), GroupSize: size, Identifiable: governance.No,
		},
	}
}
