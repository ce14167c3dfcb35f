package enforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// open sets up an engine over a store: a key, a journal, the built-in policy.
func open(ctx context.Context, store audit.Store, at time.Time) (*enforce.Engine, error) {
	_, public, err := audit.GenerateKey(bytes.NewReader(make([]byte, 32)), "example.com/pilot/audit") // a real key is random
	if err != nil {
		return nil, err
	}
	verifier, err := audit.NewVerifier(public)
	if err != nil {
		return nil, err
	}
	journal, err := audit.OpenJournal(ctx, store, verifier, nil)
	if err != nil {
		return nil, err
	}
	policy, report, err := governance.BuiltIn()
	if err != nil {
		return nil, err
	}
	return enforce.New(ctx, journal, enforce.Settings{Valid: 15 * time.Minute}, enforce.Change{
		Policy: policy, Report: report, At: at,
		By: audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer},
	})
}

// A coach's request, from question to grant to data.
func Example() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	store := new(audit.MemoryStore)
	engine, err := open(ctx, store, now)
	if err != nil {
		fmt.Println(err)
		return
	}

	// Sealed where it is read, with what its store knows about it.
	sealed := enforce.Seal(pack("pack-L01-W05"), "meetings 21.5 h, MDC 3.1 h")
	fmt.Println(sealed)

	request := coachReads("pack-L01-W05", now)
	request.Resource = sealed.Resource()
	decision, grant := engine.Authorize(ctx, request)
	fmt.Println(decision.Outcome, decision.Codes(), grant)

	data, err := enforce.Unlock(grant, sealed, request.Subject.ID, request.Action, now)
	fmt.Println(data, err)
	if err := engine.Complete(ctx, grant, enforce.Completion{Result: audit.Completed, Items: 1, At: now}); err != nil {
		fmt.Println(err)
	}
	_, err = enforce.Unlock(grant, sealed, request.Subject.ID, request.Action, now)
	fmt.Println(err)
	n, _ := store.Size(ctx)
	fmt.Println(n, "records: policy, intent, outcome")
	// Output:
	// enforce.Sealed
	// permit GOV-015 grant example.com/pilot/audit#1
	// meetings 21.5 h, MDC 3.1 h <nil>
	// enforce: the grant does not open it: it has been used
	// 3 records: policy, intent, outcome
}

// fullDisk is a store that has no room left after its first record.
type fullDisk struct{ audit.MemoryStore }

func (s *fullDisk) Append(ctx context.Context, size int64, records ...[]byte) error {
	if size > 0 {
		return errors.New("no space left on device")
	}
	return s.MemoryStore.Append(ctx, size, records...)
}

// A full disk yields no data, although the policy would permit it.
func ExampleEngine_Authorize_fullDisk() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	engine, err := open(ctx, new(fullDisk), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed := enforce.Seal(pack("pack-L01-W05"), "meetings 21.5 h")
	request := coachReads("pack-L01-W05", now)
	decision, grant := engine.Authorize(ctx, request)
	fmt.Println(decision.Outcome, grant)
	for _, r := range decision.Reasons {
		fmt.Println(r.Effect, r.Code, r.Message)
	}
	data, err := enforce.Unlock(grant, sealed, request.Subject.ID, request.Action, now)
	fmt.Printf("%q %v\n", data, err)
	// Output:
	// deny no grant
	// deny POL-RECORD the decision could not be recorded
	// permit GOV-015 a coach reads the pack of an assigned leader
	// "" enforce: the grant does not open it: it is no grant
}
